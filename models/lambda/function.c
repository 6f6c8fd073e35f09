/* function.c: AWS::Lambda::Function and AWS::Serverless::Function: what can be said of a function. */
#include "function.h"

#include "deployment.h"
#include "function_async.h"
#include "function_change.h"
#include "function_check.h"
#include "function_connect.h"
#include "function_create.h"
#include "function_events.h"
#include "function_files.h"
#include "function_log.h"
#include "function_metrics.h"
#include "function_network.h"
#include "function_package.h"
#include "function_run.h"
#include "function_steps.h"
#include "function_stream.h"
#include "lambda_kinds.h"
#include "snap_start.h"

#define AT(field) offsetof(struct function, config.field)
#define GIVEN(field) (offsetof(struct function, config.field) + 1)

/* Of CloudFormation, without effect here; and the same with a warning, where something would be expected of it. */
#define UNMODELLED(NAME, FIELD)                                                                                                            \
    {                                                                                                                                      \
        .name = NAME, .kind = PROPERTY_ACCEPTED, .given = GIVEN(unmodelled.FIELD)                                                          \
    }

static const char *const architectures[] = {"x86_64", "arm64", NULL};
static const char *const recursive_loops[] = {"Terminate", "Allow", NULL};
static const char *const extension_kinds[] = {"none", "internal", "external", NULL};
static const char *const response_modes[] = {"buffered", "stream", NULL};
static const char *const reuse_orders[] = {"most_recent", "least_recent", "newest", "oldest", "random", NULL};

static const struct property ephemeral_storage[] = {
    {"Size", PROPERTY_INTEGER, AT(storage_mb), .unit = "MB", .minimum = "tmp_min_mb", .maximum = "tmp_max_mb", .fallback = "tmp_default_mb",
     .help = "Size of /tmp; what exceeds the first 512 MB is billed while it runs."},
    {0},
};

static const struct property on_success_properties[] = {
    ACCEPTED("Type"),
    {"Destination", PROPERTY_REFERENCE, AT(async.on_success), .help = "Who gets a record of each success."},
    {0},
};

static const struct property on_failure_properties[] = {
    ACCEPTED("Type"),
    {"Destination", PROPERTY_REFERENCE, AT(async.on_failure), .help = "Who gets a record of each event that was given up."},
    {0},
};

static const struct property destination_properties[] = {
    {"OnSuccess", PROPERTY_OBJECT, 0, .properties = on_success_properties, .help = "For events that succeeded."},
    {"OnFailure", PROPERTY_OBJECT, 0, .properties = on_failure_properties, .help = "For events that were given up."},
    {0},
};

static const struct property event_invoke_properties[] = {
    {"MaximumRetryAttempts", PROPERTY_INTEGER, AT(async.retries), .minimum = "async_max_retries_min", .maximum = "async_max_retries_max",
     .fallback = "async_max_retries_default", .help = "Retries after errors of the function."},
    {"MaximumEventAgeInSeconds", PROPERTY_TIME, AT(async.max_age_ns), .unit = "s", .minimum = "async_max_event_age_min_s",
     .maximum = "async_max_event_age_max_s", .fallback = "async_max_event_age_default_s", .help = "An older event is given up."},
    {"DestinationConfig", PROPERTY_OBJECT, 0, .properties = destination_properties, .help = "Where records of events go."},
    {0},
};

static const struct property dead_letter_properties[] = {
    ACCEPTED("Type"),
    {"TargetArn", PROPERTY_REFERENCE, AT(async.dead_letter), .help = "The queue or topic that gets events that were given up."},
    {0},
};

/* What both types of function share. */
const struct property function_shared_properties[] = {
    {"MemorySize", PROPERTY_INTEGER, AT(memory_mb), .unit = "MB", .minimum = "memory_min_mb", .maximum = "memory_max_mb",
     .step = "memory_step_mb", .fallback = "memory_default_mb", .given = GIVEN(memory_given), .live = true,
     .help = "Memory; the vCPU share follows it."},
    {"Timeout", PROPERTY_TIME, AT(timeout_ns), .unit = "s", .minimum = "timeout_min_s", .maximum = "timeout_max_s",
     .fallback = "timeout_default_s", .live = true,
     .help = "An invocation that runs longer is stopped, billed, and its environment reset."},
    {"Runtime", PROPERTY_STRING, AT(runtime), .help = "Decides the default `init` (left out: nodejs22.x)."},
    {.kind = PROPERTY_TABLE, .properties = function_package_properties},
    {"Architectures", PROPERTY_ENUM_LIST, AT(architecture), .choices = architectures, .fallback = "\"x86_64\"",
     .help = "One of x86_64 and arm64: decides prices and the default `init`."},
    {"EphemeralStorage", PROPERTY_OBJECT, 0, .properties = ephemeral_storage, .help = "Size of /tmp."},
    {"SnapStart", PROPERTY_OBJECT, 0, .properties = snap_start_properties, .help = "Whether versions restore instead of running INIT."},
    {"VpcConfig", PROPERTY_OBJECT, 0, .properties = function_vpc_properties,
     .help = "The VPC that its environments are in: they reach what is there, and the rest through endpoints or a NAT gateway."},
    {"FileSystemConfigs", PROPERTY_LIST, AT(file_systems), .properties = function_file_properties,
     .size = sizeof(struct function_file_system), .minimum = "0", .maximum = "function_file_systems_max",
     .help = "The file system that its environments mount in INIT; one at most, and only in a VPC."},
    ACCEPTED("FunctionName"),
    ACCEPTED("Description"),
    ACCEPTED("Handler"),
    {"Role", PROPERTY_STRING, AT(role),
     .help = "Its execution role: an AWS::IAM::Role of the scenario, by whose policies it is judged what it may do. Another's ARN: all."},
    {"KmsKeyArn", PROPERTY_STRING, AT(key_text),
     .help =
         "The key of its own by which its variables are encrypted: an AWS::KMS::Key here is called in each INIT. Another's ARN: no time."},
    ACCEPTED("Tags"),
    ACCEPTED("CodeSigningConfigArn"),
    ACCEPTED("RuntimeManagementConfig"),
    {"LoggingConfig", PROPERTY_OBJECT, 0, .properties = function_logging_properties, .help = "Where its log lines go."},
    {"RecursiveLoop", PROPERTY_ENUM, AT(recursive_loop), .choices = recursive_loops, .fallback = "\"Terminate\"",
     .help = "Terminate: a chain of requests through SQS, SNS, S3 and functions that comes round too often is stopped."},
    ACCEPTED("CapacityProviderConfig"),
    ACCEPTED("DurableConfig"),
    ACCEPTED("TenancyConfig"),
    ACCEPTED("FunctionScalingConfig"),
    ACCEPTED("PublishToLatestPublished"),
    {0},
};

/* What is the function's with all its versions. */
static const struct property whole_properties[] = {
    {"ReservedConcurrentExecutions", PROPERTY_INTEGER, AT(reserved), .minimum = "0", .fallback = "-1", .live = true,
     .help = "Both a limit and a guaranteed share of the account's concurrency; 0 stops the function."},
    {0},
};

/* What a version or an alias says, and a function does not. */
static const struct property part_defaults[] = {
    {"whole", PROPERTY_REFERENCE, AT(whole), .help = ""},
    {"alias", PROPERTY_REFERENCE, AT(alias), .help = ""},
    {"version", PROPERTY_REFERENCE, AT(version), .help = ""},
    {"second", PROPERTY_REFERENCE, AT(second), .help = ""},
    {0},
};

static const struct property lambda_properties[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = part_defaults},
    {.kind = PROPERTY_TABLE, .properties = function_shared_properties},
    {.kind = PROPERTY_TABLE, .properties = whole_properties},
    {.kind = PROPERTY_DEFAULTS, .properties = event_invoke_properties}, /* AWS::Lambda::EventInvokeConfig sets them */
    {.kind = PROPERTY_TABLE, .properties = function_code_properties},
    {"TracingConfig", PROPERTY_OBJECT, 0, .properties = function_tracing_properties, .help = "Traces of X-Ray."},
    {"DeadLetterConfig", PROPERTY_OBJECT, 0, .properties = dead_letter_properties,
     .help = "Where asynchronous events go that were given up."},
    {0},
};

/* The alias has it; while it runs it can be set here too. */
static const struct property published_provisioned[] = {
    {"ProvisionedConcurrentExecutions", PROPERTY_INTEGER, AT(provisioned), .minimum = "0", .live = true,
     .help = "Environments that are kept ready, and paid for."},
    {0},
};

static const struct property serverless_properties[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = part_defaults},
    {.kind = PROPERTY_TABLE, .properties = function_shared_properties},
    {.kind = PROPERTY_TABLE, .properties = whole_properties},
    {.kind = PROPERTY_TABLE, .properties = serverless_code_properties},
    ACCEPTED("Policies"),
    ACCEPTED("PermissionsBoundary"),
    ACCEPTED("RolePath"),
    ACCEPTED("AssumeRolePolicyDocument"),
    {"Tracing", PROPERTY_ENUM, AT(tracing), .choices = function_tracing_choices, .fallback = "\"PassThrough\"",
     .help = "Active: traces of X-Ray are begun here, and billed. Disabled is PassThrough."},
    ACCEPTED("VersionDescription"),
    ACCEPTED("AutoPublishAliasAllProperties"),
    ACCEPTED("AutoPublishCodeSha256"),
    ACCEPTED("VersionDeletionPolicy"),
    ACCEPTED("PropagateTags"),
    ACCEPTED("SourceKMSKeyArn"),
    UNMODELLED("Events", events),
    {"AutoPublishAlias", PROPERTY_STRING, AT(published_alias),
     .help = "Publishes a version and points this alias at it: callers may then name both (`F:live`, `F:1`)."},
    {"ProvisionedConcurrencyConfig", PROPERTY_OBJECT, 0, .properties = published_provisioned, .given = GIVEN(unmodelled.provisioned),
     .help = "Provisioned concurrency of the alias that AutoPublishAlias names."},
    {"DeploymentPreference", PROPERTY_OBJECT, 0, .properties = deployment_preference_properties,
     .help = "How traffic moves to a new version."},
    {"EventInvokeConfig", PROPERTY_OBJECT, 0, .properties = event_invoke_properties,
     .help = "How asynchronous invocations are retried, and where records of them go."},
    {"DeadLetterQueue", PROPERTY_OBJECT, 0, .properties = dead_letter_properties,
     .help = "Where asynchronous events go that were given up."},
    {"FunctionUrlConfig", PROPERTY_OBJECT, 0, .properties = function_url_properties,
     .help = "A function URL, named <Function>Url: AuthType, Cors and InvokeMode, as of AWS::Lambda::Url. SAM grants what NONE needs."},
    {0},
};

const struct property function_behavior[] = {
    {"duration", PROPERTY_TIME_DISTRIBUTION, AT(handler.duration), .live = true,
     .help = "Handler time as observed at the configured memory (memory does not change it)."},
    {"cpu", PROPERTY_TIME_DISTRIBUTION, AT(handler.cpu), .live = true,
     .help = "CPU work, as time on one full vCPU; scaled by the memory's vCPU share."},
    {"parallel", PROPERTY_PROBABILITY, AT(handler.parallel), .fallback = "0",
     .help = "The part of `cpu` that can use several vCPUs (Amdahl, up to the memory's share)."},
    {"wait", PROPERTY_TIME_DISTRIBUTION, AT(handler.wait), .live = true, .help = "Time that memory does not change."},
    {"transfer", PROPERTY_SIZE_DISTRIBUTION, AT(handler.transfer), .live = true,
     .help = "Bytes moved over the network; the time follows the memory's network share."},
    {"steps", PROPERTY_STEPS, AT(handler.steps),
     .help = "Instead of the above, in order: cpu, wait, call, invoke, send, probability, parallel."},
    {"init", PROPERTY_TIME_DISTRIBUTION, AT(init), .given = GIVEN(init_given), .live = true,
     .help =
         "INIT phase: code load and everything outside the handler, at full CPU whatever the memory. Default: from the rules, by Runtime, "
         "PackageType and Architectures."},
    {"init_steps", PROPERTY_STEPS, AT(init_steps),
     .help = "What INIT does after `init`: cpu, wait, and calls that read from a bucket, into /tmp at the network's rate, or from a file "
             "system."},
    {"placement", PROPERTY_TIME_DISTRIBUTION, AT(placement), .given = GIVEN(placement_given), .live = true,
     .help = "Time before INIT (finding a worker, fetching the code): waited for, not billed. Default: 0 where `init` is given, else from "
             "the rules."},
    {"restore", PROPERTY_TIME_DISTRIBUTION, AT(restore), .live = true,
     .help = "Instead of `init`, of a version with SnapStart: restoring the snapshot, as RESTORE_REPORT says. Default: rule "
             "snapstart_restore."},
    {"proactive_init", PROPERTY_PROBABILITY, AT(proactive_init), .fallback = "proactive_init_share", .live = true,
     .help = "Share of new environments that Lambda has initialised ahead of the request that needs them: no cold start."},
    {"extensions", PROPERTY_ENUM, AT(extensions), .choices = extension_kinds, .fallback = "\"none\"",
     .help = "Decides how long an environment may take to shut down."},
    {"shutdown", PROPERTY_TIME_DISTRIBUTION, AT(shutdown), .live = true,
     .help = "How long it takes, up to what its extensions may. Default: all of that."},
    {"post_runtime", PROPERTY_TIME_DISTRIBUTION, AT(post_runtime), .live = true,
     .help = "Time that extensions go on after the handler has answered: billed, within Timeout, and the environment stays busy."},
    {"keep_alive", PROPERTY_LIFETIME, AT(keep_alive), .given = GIVEN(keep_alive_given), .live = true,
     .help = "How long an idle environment is kept. Default: halving, as rule idle_keep_alive_halving_s says."},
    {"max_lifetime", PROPERTY_LIFETIME, AT(max_lifetime), .given = GIVEN(max_lifetime_given), .live = true,
     .help = "An environment is recycled at this age, when next idle. Default: rule env_max_lifetime."},
    {"reuse", PROPERTY_ENUM, AT(reuse), .choices = reuse_orders, .fallback = "env_reuse_order", .help = "Which idle environment serves."},
    {"memory_used", PROPERTY_SIZE_DISTRIBUTION, AT(memory_used), .live = true,
     .help = "Peak; over MemorySize the invocation fails and the environment is lost."},
    {"yields_at", PROPERTY_TIME, AT(yields_ns), .minimum = "\"0s\"", .fallback = "\"0s\"",
     .help = "The handler asks its context for the remaining time, which falls from Timeout on, and stops once less than this is left: it "
             "answers well, with what it has. Not with `steps`."},
    {"error_rate", PROPERTY_PROBABILITY, AT(error_rate), .fallback = "0", .live = true,
     .help = "Probability that an invocation fails after running, whole."},
    {"record_error_rate", PROPERTY_PROBABILITY, AT(record_error_rate), .fallback = "0", .live = true,
     .help = "Probability that one record of a batch fails, at each try anew; the whole batch fails with it unless the mapping has "
             "ReportBatchItemFailures, and then it is no Error."},
    {"poison_rate", PROPERTY_PROBABILITY, AT(poison_rate), .fallback = "0", .live = true,
     .help = "Probability that a record or message always fails, however often it is tried."},
    {"reject_rate", PROPERTY_PROBABILITY, AT(reject_rate), .fallback = "0",
     .help = "Of Lambda@Edge: probability that it answers by itself (403), so that the request ends at the edge."},
    {"normalizes_key", PROPERTY_BOOLEAN, AT(normalizes_key), .fallback = "false",
     .help = "Of Lambda@Edge at a viewer-request: it takes query strings off the request, so that `variants` of a source are one object."},
    {"response", PROPERTY_SIZE_DISTRIBUTION, AT(response), .live = true,
     .help = "Size of the answer; over the quota the invocation fails."},
    {"response_mode", PROPERTY_ENUM, AT(response_mode), .choices = response_modes, .given = GIVEN(response_mode_given),
     .fallback = "\"buffered\"",
     .help = "stream: InvokeWithResponseStream, or InvokeMode RESPONSE_STREAM: larger answers, timed and billed beyond their first part."},
    {"created", PROPERTY_TIME, AT(network.created_ns), .given = GIVEN(network.created_given),
     .help = "When the function is made while it runs: in a VPC it then is Pending, and refuses invocations, until its network interfaces "
             "are there. Left out: long before."},
    {.kind = PROPERTY_TABLE, .properties = function_package_behavior},
    {"payload", PROPERTY_SIZE_DISTRIBUTION, AT(payload), .help = "Size of the events that the template's own sources send."},
    {"log_bytes", PROPERTY_SIZE, AT(log_bytes), .unit = "B", .help = "What an invocation logs beside Lambda's own lines."},
    {"connections", PROPERTY_INTEGER, AT(connections), .minimum = "0", .maximum = "10000", .fallback = "1",
     .help = "Connections to each called database that an environment opens in INIT and keeps; 0: each call opens its own."},
    {0},
};

/* Who names the function means the alias that is published by itself. */
static const char *default_part(const void *config)
{
    return ((const struct function *)config)->config.published_alias;
}

static void function_handled(const void *self, struct handled *handled)
{
    const struct function_config *config = &((const struct function *)self)->config;
    *handled = (struct handled){.handler = &config->handler, .error_rate = config->error_rate};
}

#define FUNCTION_TABLE(NAME, PROPERTIES)                                                                                                   \
    {                                                                                                                                      \
        .type = NAME, .service = "AWS Lambda", .size = sizeof(struct function), .self_offset = offsetof(struct function, self),            \
        .help = "A Lambda function: environments, memory to vCPU, limits, asynchronous events, billing.", .properties = PROPERTIES,        \
        .behavior = function_behavior, .envelopes = function_envelopes, .envelope = function_envelope, .metrics = function_metrics,        \
        .line_items = function_line_items, .validate = function_validate, .check_part = function_check_part, .create = function_create,    \
        .destroy = function_destroy, .handle = function_handle, .prefetch = function_prefetch, .keeps_chain = true, .closes_loops = true,  \
        .stops_loops = function_stops_loops, .accept = function_accept, .through_connection = function_through_connection,                 \
        .bytes_per_s = function_bytes_per_s, .done = function_done, .beyond = function_beyond, .wish = function_wish,                      \
        .noticed = deployment_noticed, .changed = function_changed, .default_part = default_part, .actions = function_actions,             \
        .start = function_network_start, .finish = function_finish, .quantities = function_quantities, .refusals = function_refusals,      \
        .sends = function_sends, .operations = lambda_operations, .handled = function_handled,                                             \
    }

const struct model_type lambda_function_type = FUNCTION_TABLE(FUNCTION_TYPE, lambda_properties);
const struct model_type serverless_function_type = FUNCTION_TABLE(SERVERLESS_TYPE, serverless_properties);
