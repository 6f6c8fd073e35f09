/* file_system.c: AWS::EFS::FileSystem: what can be said of it, what is refused, measured and billed. Sources stand in file_system_state.h.
 */
#include "file_system_state.h"

#include "engine/rule_book.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct file_system, config.field)

static const char *const performance_modes[] = {"generalPurpose", "maxIO", NULL};
static const char *const throughput_modes[] = {"bursting", "provisioned", "elastic", NULL};

static const struct property file_system_properties[] = {
    {"PerformanceMode", PROPERTY_ENUM, AT(performance_mode), .choices = performance_modes, .fallback = "\"generalPurpose\"",
     .help = "maxIO: no limit of operations a second, and each takes longer."},
    {"ThroughputMode", PROPERTY_ENUM, AT(throughput_mode), .choices = throughput_modes, .fallback = "\"bursting\"",
     .help =
         "What its throughput follows: what is stored, with burst credits; what is provisioned, and paid for; or the demand, paid for by "
         "the GB."},
    {"ProvisionedThroughputInMibps", PROPERTY_NUMBER, AT(provisioned_mibps), .unit = "MiB/s", .minimum = "efs_provisioned_min_mibps",
     .maximum = "efs_provisioned_max_mibps", .fallback = "0", .help = "With ThroughputMode provisioned: how much."},
    {"AvailabilityZoneName", PROPERTY_STRING, AT(zone), .help = "One Zone storage, in this zone: cheaper, and with lower limits."},
    ACCEPTED("BackupPolicy"),
    ACCEPTED("BypassPolicyLockoutSafetyCheck"),
    ACCEPTED("Encrypted"),
    ACCEPTED("FileSystemPolicy"),
    ACCEPTED("FileSystemProtection"),
    ACCEPTED("FileSystemTags"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("LifecyclePolicies"),
    ACCEPTED("ReplicationConfiguration"),
    {0},
};

static const struct property file_system_behavior[] = {
    {"stored", PROPERTY_SIZE, AT(stored_bytes), .minimum = "0", .fallback = "0",
     .help =
         "What it holds, in Standard storage: for the bill, and for the throughput that comes with it. What is written replaces as much."},
    {"burst_credits", PROPERTY_SIZE, AT(credit_bytes), .minimum = "0", .given = PROPERTY_GIVEN(struct file_system, config.credits_given),
     .help = "Burst credits at the beginning; left out: those of a new file system, rule efs_burst_credits_tib."},
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency),
     .help = "Of an operation, without the time of its bytes; left out: rules efs_read_latency_ms, efs_write_latency_ms."},
    {"mount_time", PROPERTY_TIME_DISTRIBUTION, AT(mount_time), .fallback = "efs_mount_time",
     .help = "What mounting it adds to the INIT of an environment."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct file_system, metrics.field)

static const struct metric_type file_system_metrics[] = {
    {"AWS/EFS", "ClientConnections", "Count", METRIC_GAUGE, AT(connections), .levels = 1, .help = "Clients that have it mounted."},
    {"AWS/EFS", "PermittedThroughput", "Bytes", METRIC_GAUGE, AT(permitted), .help = "Metered bytes that it may move in a second."},
    {"AWS/EFS", "BurstCreditBalance", "Bytes", METRIC_GAUGE, AT(credits),
     .help = "Burst credits, as of the latest operation or minute; 0 where the mode has none."},
    {"AWS/EFS", "MeteredIOBytes", "Bytes", METRIC_COUNT, AT(metered_bytes), .help = "Bytes as metered: a third of what is read."},
    {"AWS/EFS", "TotalIOBytes", "Bytes", METRIC_COUNT, AT(total_bytes), .help = "Bytes read and written."},
    {"AWS/EFS", "DataReadIOBytes", "Bytes", METRIC_COUNT, AT(read_bytes), .help = "Bytes read."},
    {"AWS/EFS", "DataWriteIOBytes", "Bytes", METRIC_COUNT, AT(written_bytes), .help = "Bytes written."},
    {"AWS/EFS", "PercentIOLimit", "Percent", METRIC_GAUGE_RATIO, AT(io_use), .other = AT(one),
     .help = "Operations, of as many as there may be in a second; a step is one operation."},
    {"AWS/EFS", "StorageBytes", "Bytes", METRIC_GAUGE, AT(stored), .help = "What it holds."},
    {"slsim", "Operations", "Count", METRIC_COUNT, AT(requests), .help = "Reads and writes that came, each attempt."},
    {"slsim", "OperationsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .help = "Those that a fault answered."},
    {"slsim", "ConnectionsOpened", "Count", METRIC_COUNT, AT(opened), .help = "Mounts: one for each environment."},
    {"slsim", "ConnectionsRefused", "Count", METRIC_COUNT, AT(refused), .better = -1, .compared = "Sum",
     .help = "Mounts refused: beyond the burst, beyond the connections that there may be, or with nothing there to mount."},
    {"slsim", "OperationTime", "Milliseconds", METRIC_TALLY, AT(time), .better = -1, .compared = "p99",
     .help = "From a read or a write to its answer."},
    {NULL, "one", "None", METRIC_GAUGE, AT(one), .help = ""},
    {NULL, "io use", "None", METRIC_GAUGE, AT(io_use), .help = ""},
    {NULL, "billed read bytes", "None", METRIC_COUNT, AT(billed_read_bytes), .help = ""},
    {NULL, "billed written bytes", "None", METRIC_COUNT, AT(billed_written_bytes), .help = ""},
    {0},
};

enum { ITEM_STORED, ITEM_STORED_ONE_ZONE, ITEM_PROVISIONED, ITEM_READ, ITEM_WRITTEN };

static const struct line_item file_system_line_items[] = {
    [ITEM_STORED] = {"EFS-TimedStorage-ByteHrs", "What is stored x time."},
    [ITEM_STORED_ONE_ZONE] = {"EFS-TimedStorage-Z-ByteHrs", "What is stored x time, One Zone."},
    [ITEM_PROVISIONED] = {"EFS-ProvisionedTP-MiBpsHrs", "Provisioned throughput beyond what comes with what is stored x time."},
    [ITEM_READ] = {"EFS-ETDataAccess-Read-Bytes", "What was read with elastic throughput, at least 32 KiB an operation."},
    [ITEM_WRITTEN] = {"EFS-ETDataAccess-Write-Bytes", "What was written with elastic throughput, at least 32 KiB an operation."},
    {0},
};

static const char refusal_max_io[] = "file_system_max_io";
static const char *const file_system_refusals[] = {refusal_max_io, NULL};
static const char *const file_system_operations[] = {"Read", "Write", "read", "write", NULL};

static bool is_write(const struct content *content, const void *context)
{
    (void)context;
    return content->operation && (strcmp(content->operation, "Write") == 0 || strcmp(content->operation, "write") == 0);
}

/* What EFS refuses to create. */
static void file_system_validate(struct validation *validation, void *blob)
{
    struct file_system_config *config = &((struct file_system *)blob)->config;
    bool provisions = config->throughput_mode == THROUGHPUT_PROVISIONED;
    if (provisions && !(config->provisioned_mibps > 0))
        validation_error(validation, "ThroughputMode", "add ProvisionedThroughputInMibps",
                         "provisioned throughput needs to be told how much");
    if (!provisions && config->provisioned_mibps > 0)
        validation_error(validation, "ProvisionedThroughputInMibps", "ThroughputMode: \"provisioned\", or leave it out",
                         "throughput is provisioned with ThroughputMode provisioned alone, and this is %s",
                         throughput_modes[config->throughput_mode]);
    if (config->performance_mode == PERFORMANCE_MAX_IO && (config->throughput_mode == THROUGHPUT_ELASTIC || config->zone) &&
        !validation_allowed(validation, refusal_max_io))
        validation_error(validation, "PerformanceMode", "generalPurpose, or allow_invalid: [\"file_system_max_io\"]",
                         "maxIO does not go with %s", config->zone ? "One Zone storage" : "elastic throughput");
    config->has_target = file_system_has_target(validation, validation_self(validation));
    validation_contents_where(validation, is_write, NULL, &config->writes);
}

static void file_system_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct file_system *files = self;
    const struct file_system_config *config = &files->config;
    const struct rule_book *rules = simulation->settings->rules;
    double month_ns = (double)rule_ns(rules, "billing_month_h"), months = (double)files->metrics.one.whole.length_ns / month_ns;
    bill_add(bill, &file_system_line_items[config->zone ? ITEM_STORED_ONE_ZONE : ITEM_STORED],
             (double)config->stored_bytes / BYTES_PER_GB * months);
    if (config->throughput_mode == THROUGHPUT_PROVISIONED)
        bill_add(bill, &file_system_line_items[ITEM_PROVISIONED],
                 fmax(config->provisioned_mibps - file_system_included(rules, config->stored_bytes) / (1024 * 1024), 0) * months);
    if (config->throughput_mode != THROUGHPUT_ELASTIC)
        return;
    bill_add(bill, &file_system_line_items[ITEM_READ], (double)files->metrics.billed_read_bytes.whole / BYTES_PER_GB);
    bill_add(bill, &file_system_line_items[ITEM_WRITTEN], (double)files->metrics.billed_written_bytes.whole / BYTES_PER_GB);
}

FAULT_FUNCTIONS(file_system, self)

static const struct action file_system_actions[] = {
    FAULT_ROW("down", NULL, begin_fault, end_fault, "Nobody can mount it, and every read and write fails."),
    FAULT_ROW("errors", fault_errors_properties, begin_fault, end_fault, "That share of the reads and writes fails."),
    FAULT_SLOW_ROW,
    {0},
};

const struct model_type file_system_type = {
    .type = FILE_SYSTEM_TYPE,
    .service = "Amazon Elastic File System",
    .help =
        "A file system that environments mount in INIT (FileSystemConfigs), and that steps read and write: connections and their bursts, "
        "throughput by mode, burst credits.",
    .size = sizeof(struct file_system),
    .self_offset = offsetof(struct file_system, self),
    .properties = file_system_properties,
    .behavior = file_system_behavior,
    .metrics = file_system_metrics,
    .line_items = file_system_line_items,
    .refusals = file_system_refusals,
    .validate = file_system_validate,
    .create = file_system_create,
    .start = file_system_start,
    .destroy = file_system_destroy,
    .handle = file_system_handle,
    .accept = file_system_accept,
    .connectable = &file_system_connectable,
    .loadable = &file_system_loadable,
    .operations = file_system_operations,
    .actions = file_system_actions,
    .finish = file_system_finish,
    .quantities = file_system_quantities,
};
