/* file_system_run.c: clients that mount a file system, and what they read and write.
 * A mount takes a connection: so many in a burst and then so many a minute, and no more than the file system has (rules efs_connection*).
 * An operation takes its latency, and its bytes the time that the slowest of these needs: the client and its network; the file system's
 * limits of bytes and operations; and, but for elastic throughput, what of its bytes is metered against the throughput that is permitted.
 * What is shared serves in the order of asking. Burst credits are a token bucket: they come at the baseline rate and are spent by what is
 * metered; while there are any, as much is permitted as in a burst. */
#include "file_system_state.h"

#include "engine/model.h"
#include "engine/rule_book.h"

#include <math.h>

#define KIB 1024.0
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define TIB (GIB * 1024)

double file_system_included(const struct rule_book *rules, int64_t stored_bytes)
{
    return rule_number(rules, "efs_bursting_base_kib_per_gib") * KIB * (double)stored_bytes / GIB;
}

/* What is permitted: by what is stored, or what was provisioned where that is more. */
static void init_throughput(struct file_system *files, const struct rule_book *rules)
{
    const struct file_system_config *config = &files->config;
    double stored_tib = (double)config->stored_bytes / TIB, provisioned = config->provisioned_mibps * MIB;
    files->baseline = fmax(file_system_included(rules, config->stored_bytes), rule_number(rules, "efs_bursting_base_min_mibps") * MIB);
    files->burst = fmax(rule_number(rules, "efs_bursting_burst_mibps_per_tib") * MIB * stored_tib,
                        rule_number(rules, "efs_bursting_burst_min_mibps") * MIB);
    files->credits_most = rule_number(rules, "efs_burst_credits_tib") * TIB * fmax(stored_tib, 1);
    files->credits =
        config->credits_given ? fmin((double)config->credit_bytes, files->credits_most) : rule_number(rules, "efs_burst_credits_tib") * TIB;
    if (config->throughput_mode == THROUGHPUT_PROVISIONED && provisioned > files->baseline) {
        files->baseline = files->burst = provisioned;
        files->credits = 0;
    }
}

/* The names of the limits of a mode: bytes and operations, read and written. */
static void init_lanes(struct file_system *files, const struct rule_book *rules)
{
    static const char *const names[][4] = {
        [THROUGHPUT_BURSTING] = {"efs_bursting_read_gibps", "efs_bursting_write_gibps", "efs_bursting_read_iops",
                                 "efs_bursting_write_iops"},
        [THROUGHPUT_PROVISIONED] = {"efs_provisioned_read_gibps", "efs_provisioned_write_gibps", "efs_provisioned_read_iops",
                                    "efs_provisioned_write_iops"},
        [THROUGHPUT_ELASTIC] = {"efs_elastic_read_gibps", "efs_elastic_write_gibps", "efs_elastic_read_iops", "efs_elastic_write_iops"},
    };
    static const char *const one_zone[4] = {"efs_one_zone_read_gibps", "efs_one_zone_write_gibps", "efs_bursting_read_iops",
                                            "efs_bursting_write_iops"};
    const char *const *row = files->config.zone ? one_zone : names[files->config.throughput_mode];
    bool unlimited = files->config.performance_mode == PERFORMANCE_MAX_IO; /* in operations */
    files->reads.per_s = rule_number(rules, row[0]) * GIB;
    files->writes.per_s = rule_number(rules, row[1]) * GIB;
    files->read_operations.per_s = unlimited ? INFINITY : rule_number(rules, row[2]);
    files->write_operations.per_s = unlimited ? INFINITY : rule_number(rules, row[3]);
}

enum status file_system_create(struct simulation *simulation, void *self)
{
    struct file_system *files = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[files->self].name;
    files->connections_most = (int64_t)rule_number(rules, "efs_connections_max");
    token_bucket_init(&files->mounts, (int64_t)rule_number(rules, "efs_connection_burst"),
                      (int64_t)rule_number(rules, "efs_connections_per_min"), 60 * NS_PER_S, 0);
    files->client_bytes_per_s = rule_number(rules, "efs_client_mibps") * MIB;
    init_throughput(files, rules);
    init_lanes(files, rules);
    files->latency_factor = files->config.performance_mode == PERFORMANCE_MAX_IO ? rule_number(rules, "efs_max_io_latency_factor") : 1;
    files->read_latency_ns = rule_ns(rules, "efs_read_latency_ms");
    files->write_latency_ns = rule_ns(rules, files->config.zone ? "efs_one_zone_write_latency_ms" : "efs_write_latency_ms");
    files->minute_ns = rule_ns(rules, "metric_period_s");
    files->read_divisor = (uint64_t)rule_number(rules, "efs_read_metered_divisor");
    files->elastic_least_bytes = (uint64_t)(rule_number(rules, "efs_elastic_metered_min_kib") * KIB);
    stream_init(&files->latencies, simulation->settings->seed, simulation->replication, name, "latency");
    stream_init(&files->mount_times, simulation->settings->seed, simulation->replication, name, "mount_time");
    return STATUS_OK;
}

static bool is_elastic(const struct file_system *files)
{
    return files->config.throughput_mode == THROUGHPUT_ELASTIC;
}

/* Does it live by credits, rather than by what was provisioned? */
static bool has_credits(const struct file_system *files)
{
    return !is_elastic(files) && files->burst > files->baseline;
}

/* Sets what is measured of a level to `bytes`. */
static void set_level(struct gauge *gauge, int64_t now_ns, double bytes)
{
    gauge_add(gauge, now_ns, (int64_t)bytes - gauge->level);
}

/* Credits as they are at `at_ns`, which is not before credits_ns. */
static double credits_at(const struct file_system *files, int64_t at_ns)
{
    return fmin(files->credits_most, files->credits + files->baseline * time_to_seconds(at_ns - files->credits_ns));
}

static void show_levels(const struct simulation *simulation, struct file_system *files)
{
    int64_t now_ns = simulation->now_ns;
    struct file_system_metrics *metrics = &files->metrics;
    if (is_elastic(files)) {
        set_level(&metrics->permitted, now_ns, files->writes.per_s);
        return;
    }
    double credits = now_ns > files->credits_ns ? credits_at(files, now_ns) : files->credits;
    set_level(&metrics->permitted, now_ns, credits > 0 ? files->burst : files->baseline);
    if (has_credits(files))
        set_level(&metrics->credits, now_ns, credits);
}

void file_system_start(struct simulation *simulation, void *self)
{
    struct file_system *files = self;
    gauge_add(&files->metrics.one, simulation->now_ns, 1);
    gauge_add(&files->metrics.stored, simulation->now_ns, files->config.stored_bytes);
    show_levels(simulation, files);
    if (has_credits(files))
        simulation_schedule(simulation, files->self, FILE_MINUTE, RANK_COMPLETION, time_add(simulation->now_ns, files->minute_ns), 0);
}

void file_system_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    fault_fini(&((struct file_system *)self)->faults);
}

/* When a lane has done `units` more. */
static int64_t lane_take(struct file_lane *lane, int64_t now_ns, double units)
{
    int64_t begin_ns = lane->free_ns > now_ns ? lane->free_ns : now_ns;
    lane->free_ns = time_add(begin_ns, time_from_double(units / lane->per_s * (double)NS_PER_S));
    return lane->free_ns;
}

/* When so many metered bytes have passed: at the rate of a burst while there are credits, then at the baseline. */
static int64_t metered_take(struct file_system *files, int64_t now_ns, double bytes)
{
    struct file_lane *lane = &files->metered;
    int64_t begin_ns = lane->free_ns > now_ns ? lane->free_ns : now_ns;
    double credits = credits_at(files, begin_ns), quick = bytes, gain = files->burst - files->baseline;
    if (gain <= 0)
        quick = 0; /* what is permitted is always the same */
    else if (bytes * gain / files->burst > credits)
        quick = credits * files->burst / gain;
    double seconds = quick / files->burst + (bytes - quick) / files->baseline;
    files->credits = gain <= 0 ? 0 : fmax(credits - quick * gain / files->burst, 0);
    lane->free_ns = time_add(begin_ns, time_from_double(seconds * (double)NS_PER_S));
    files->credits_ns = lane->free_ns;
    return lane->free_ns;
}

/* What of an operation is billed with elastic throughput: at least so much, then by the KiB. Source: rule efs_elastic_metered_min_kib. */
static uint64_t elastic_bytes(const struct file_system *files, uint64_t bytes)
{
    if (bytes <= files->elastic_least_bytes)
        return files->elastic_least_bytes;
    return (bytes + 1023) / 1024 * 1024;
}

static uint64_t metered_of(const struct file_system *files, const struct request *request)
{
    const uint64_t bytes = request->payload_bytes;
    return content_set_has(&files->config.writes, request->content) ? bytes : bytes / files->read_divisor;
}

/* When they have been moved: what waits for throughput is in no minute's bytes yet. */
static void count_bytes(struct file_system *files, const struct request *request)
{
    struct file_system_metrics *metrics = &files->metrics;
    const bool writes = content_set_has(&files->config.writes, request->content);
    const uint64_t bytes = request->payload_bytes, metered = metered_of(files, request);
    counter_add(writes ? &metrics->written_bytes : &metrics->read_bytes, bytes);
    counter_add(&metrics->total_bytes, bytes);
    counter_add(&metrics->metered_bytes, metered);
    if (is_elastic(files))
        counter_add(writes ? &metrics->billed_written_bytes : &metrics->billed_read_bytes, elastic_bytes(files, bytes));
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* How long an operation takes of a client that moves so many bytes a second. */
static int64_t operation_ns(const struct simulation *simulation, struct file_system *files, const struct request *request,
                            double client_bytes_per_s)
{
    bool writes = content_set_has(&files->config.writes, request->content);
    int64_t now_ns = simulation->now_ns;
    uint64_t bytes = request->payload_bytes, metered = metered_of(files, request);
    struct file_lane *operations = writes ? &files->write_operations : &files->read_operations;
    int64_t latency_ns = writes ? files->write_latency_ns : files->read_latency_ns;
    if (files->config.latency) {
        stream_at(&files->latencies, request->item, request->attempt);
        latency_ns = distribution_sample_ns(files->config.latency, &files->latencies.rng);
    }
    latency_ns = time_from_double((double)latency_ns * files->latency_factor);
    gauge_add_piece(&files->metrics.io_use, (int128)time_from_double((double)NS_PER_S / operations->per_s));
    double client = fmin(client_bytes_per_s, files->client_bytes_per_s);
    int64_t end_ns = time_add(now_ns, time_from_double((double)bytes / client * (double)NS_PER_S));
    end_ns = later(end_ns, lane_take(operations, now_ns, 1));
    end_ns = later(end_ns, lane_take(writes ? &files->writes : &files->reads, now_ns, (double)bytes));
    if (!is_elastic(files))
        end_ns = later(end_ns, metered_take(files, now_ns, (double)metered));
    show_levels(simulation, files);
    return fault_slowed(&files->faults, time_add(latency_ns, end_ns - now_ns));
}

void file_system_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct file_system *files = self;
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    counter_add(&files->metrics.requests, 1);
    if (fault_answers(simulation, &files->faults, files->self, request)) {
        counter_add(&files->metrics.failed, 1);
        return;
    }
    double client = sender && sender->type->bytes_per_s ? sender->type->bytes_per_s(sender->state) : INFINITY;
    files->waiting++;
    simulation_schedule(simulation, files->self, FILE_ANSWER, RANK_COMPLETION,
                        time_add(simulation->now_ns, operation_ns(simulation, files, request, client)), request->id);
}

void file_system_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct file_system *files = self;
    if (event->kind == FILE_MINUTE) {
        show_levels(simulation, files);
        simulation_schedule(simulation, files->self, FILE_MINUTE, RANK_COMPLETION, time_add(simulation->now_ns, files->minute_ns), 0);
        return;
    }
    struct request *request = request_at(simulation, event->data);
    files->waiting--;
    count_bytes(files, request);
    tally_add(&files->metrics.time, TALLY_ALL, simulation->now_ns - request->sent_ns);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[files->self].name, fate_names[FATE_SUCCEEDED], simulation->now_ns, 0,
                         "");
    request_done(simulation, files->self, request, &cause_succeeded);
}

enum status file_system_finish(struct simulation *simulation, void *self)
{
    const struct file_system *files = self;
    simulation_in_flight(simulation, files->self, files->waiting);
    return STATUS_OK;
}

static bool is_reachable(const struct simulation *simulation, const void *self)
{
    (void)simulation;
    const struct file_system *files = self;
    return files->config.has_target && !files->faults.down;
}

static bool mount(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    (void)client;
    struct file_system *files = self;
    struct file_system_metrics *metrics = &files->metrics;
    if (!is_reachable(simulation, files) || metrics->connections.level + count > files->connections_most ||
        !token_bucket_take(&files->mounts, count, simulation->now_ns)) {
        counter_add(&metrics->refused, count);
        return false;
    }
    counter_add(&metrics->opened, count);
    gauge_add(&metrics->connections, simulation->now_ns, count);
    return true;
}

static void unmount(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    (void)client;
    (void)since_ns;
    gauge_add(&((struct file_system *)self)->metrics.connections, simulation->now_ns, -(int64_t)count);
}

static int64_t mount_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    (void)simulation;
    struct file_system *files = self;
    stream_at(&files->mount_times, item, attempt);
    return fault_slowed(&files->faults, distribution_sample_ns(files->config.mount_time, &files->mount_times.rng));
}

/* Read in INIT, by the mount that comes with it. */
static bool load(struct simulation *simulation, void *self, const struct request *request, double bytes_per_s, int64_t *ns)
{
    struct file_system *files = self;
    counter_add(&files->metrics.requests, 1);
    if (fault_befalls(&files->faults, request)) {
        counter_add(&files->metrics.failed, 1);
        return false;
    }
    *ns = operation_ns(simulation, files, request, bytes_per_s);
    count_bytes(files, request); /* nobody tells when it is over */
    tally_add(&files->metrics.time, TALLY_ALL, *ns);
    return true;
}

const struct loadable file_system_loadable = {.load = load};

const struct connectable file_system_connectable = {.admit = mount, .release = unmount, .connect_ns = mount_ns, .reachable = is_reachable};
