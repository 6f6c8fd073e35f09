/* function_metrics.c: what is measured and billed of functions. */
#include "function_metrics.h"

#include "function_log.h"
#include "lambda_kinds.h"
#include "measure/bill.h"
#include "measure/metric.h"

#define AT(field) offsetof(struct function, metrics.field)

/* Reported with each invocation, so that there is nothing to see while there are none. */
#define SAMPLED METRIC_WHILE(struct function, metrics.invocations)

const struct metric_type function_metrics[] = {
    {"AWS/Lambda", "Invocations", "Count", METRIC_COUNT, AT(invocations),
     .help = "Invocations that ran: the billed requests. Throttled attempts are not among them."},
    {"AWS/Lambda", "Errors", "Count", METRIC_COUNT, AT(errors), .better = -1, .samples = SAMPLED,
     .help = "Invocations that failed, timeouts included."},
    {"AWS/Lambda", "Throttles", "Count", METRIC_COUNT, AT(throttles), .better = -1, .samples = SAMPLED,
     .help = "Attempts that were turned away."},
    {"AWS/Lambda", "Duration", "Milliseconds", METRIC_TALLY, AT(duration), .better = -1, .classes = 1,
     .help = "Time in the handler, INIT left out."},
    {"AWS/Lambda", "ConcurrentExecutions", "Count", METRIC_GAUGE, AT(concurrent), .levels = 1, .samples = SAMPLED,
     .help = "Environments that serve a request."},
    {"slsim", "ColdStarts", "Count", METRIC_COUNT, AT(cold_starts), .better = -1, .help = "Invocations that waited for a new environment."},
    {"slsim", "ColdStartRate", "Percent", METRIC_PERCENT, AT(cold_starts), .better = -1, .other = AT(invocations),
     .help = "ColdStarts in percent of Invocations."},
    {"slsim", "InitDuration", "Milliseconds", METRIC_TALLY, AT(init_duration), .better = -1, .help = "INIT phases."},
    {"slsim", "ResponseTime", "Milliseconds", METRIC_TALLY, AT(response_time), .better = -1, .classes = 1,
     .help = "What the caller waits: queueing, placement, init, duration, retries."},
    {"slsim", "BilledDuration", "Milliseconds", METRIC_TALLY, AT(billed_duration), .better = -1, .classes = 1,
     .help = "Duration, and INIT where it is billed, rounded up."},
    {"slsim", "Environments", "Count", METRIC_GAUGE, AT(environments), .levels = 1, .help = "All that are alive."},
    {"slsim", "IdleEnvironments", "Count", METRIC_GAUGE, AT(idle), .better = -1, .help = "Those that wait for work."},
    {"slsim", "WastedRatio", "None", METRIC_GAUGE_RATIO, AT(idle), .better = -1, .other = AT(environments),
     .help = "Idle time / alive time."},
    {"slsim", "EnvironmentsCreated", "Count", METRIC_COUNT, AT(created), .help = "Environments started."},
    {"slsim", "EnvironmentsExpired", "Count", METRIC_COUNT, AT(expired), .help = "Environments given up, idle too long or too old."},
    {"slsim", "YieldedInvocations", "Count", METRIC_COUNT, AT(yields), .better = -1,
     .help = "Invocations whose handler stopped by itself, as little of Timeout was left (`yields_at`)."},
    {"slsim", "Timeouts", "Count", METRIC_COUNT, AT(timeouts), .better = -1, .compared = "Sum", .help = "Invocations stopped at Timeout."},
    {"slsim", "OutOfMemory", "Count", METRIC_COUNT, AT(out_of_memory), .better = -1, .compared = "Sum",
     .help = "Invocations that needed more than MemorySize."},
    {"AWS/Lambda", "AsyncEventsReceived", "Count", METRIC_COUNT, AT(async_received), .help = "Events that Lambda queued."},
    {"AWS/Lambda", "AsyncEventAge", "Milliseconds", METRIC_TALLY, AT(async_age), .better = -1, .compared = "p99",
     .help = "From queueing an event to each try at it."},
    {"AWS/Lambda", "IteratorAge", "Milliseconds", METRIC_TALLY, AT(iterator_age), .better = -1, .compared = "Maximum",
     .help = "Age of the last record of each batch of a stream when it was handed over."},
    {"AWS/Lambda", "AsyncEventsDropped", "Count", METRIC_COUNT, AT(async_dropped), .better = -1, .compared = "Sum",
     .help = "Events given up, also those that a dead-letter queue or a destination got."},
    {"AWS/Lambda", "DeadLetterErrors", "Count", METRIC_COUNT, AT(dead_letter_errors), .better = -1,
     .help = "Events that the dead-letter queue did not take: lost."},
    {"AWS/Lambda", "DestinationDeliveryFailures", "Count", METRIC_COUNT, AT(destination_failures), .better = -1,
     .help = "Records that a destination did not take: lost."},
    {"AWS/Lambda", "RecursiveInvocationsDropped", "Count", METRIC_COUNT, AT(recursive_dropped), .better = -1,
     .help = "Invocations that did not happen because their chain of requests had come round too often."},
    {"slsim", "AsyncEventsQueued", "Count", METRIC_GAUGE, AT(async_queued), .help = "Events that are not over yet."},
    {"AWS/Lambda", "ProvisionedConcurrentExecutions", "Count", METRIC_GAUGE, AT(provisioned_busy), .levels = 1, .samples = SAMPLED,
     .help = "Provisioned environments that serve a request."},
    {"AWS/Lambda", "ProvisionedConcurrencyUtilization", "None", METRIC_GAUGE_RATIO, AT(provisioned_busy), .other = AT(provisioned_ready),
     .samples = SAMPLED, .help = "Those that serve / those that are allocated, from 0 to 1."},
    {"AWS/Lambda", "ProvisionedConcurrencyInvocations", "Count", METRIC_COUNT, AT(provisioned_invocations),
     .help = "Invocations on provisioned concurrency."},
    {"AWS/Lambda", "ProvisionedConcurrencySpilloverInvocations", "Count", METRIC_COUNT, AT(spillover), .better = -1,
     .help = "Invocations on demand, as provisioned concurrency was in use or its request rate used up."},
    {"slsim", "ProvisionedConcurrencyAllocated", "Count", METRIC_GAUGE, AT(provisioned_ready),
     .help = "Provisioned environments that are ready."},
    {"slsim", "DeploymentsSucceeded", "Count", METRIC_COUNT, AT(deployments), .better = 1,
     .help = "New versions that got all of the traffic."},
    {"slsim", "DeploymentsFailed", "Count", METRIC_COUNT, AT(rollbacks), .better = -1,
     .help = "Deployments that were rolled back, or not begun."},
    {"slsim", "ServiceErrors", "Count", METRIC_COUNT, AT(service_errors),
     .help = "Invocations that the service answered with an error of its own, while it was down or as their environment was lost."},
    {"slsim", "NotReady", "Count", METRIC_COUNT, AT(not_ready), .better = -1,
     .help = "Invocations refused as the function was not there yet, Pending or Inactive, or a network interface could not be made."},
    {"slsim", "EnvironmentsLost", "Count", METRIC_COUNT, AT(lost), .help = "Environments that faults took."},
    {"slsim", "ProactiveInits", "Count", METRIC_COUNT, AT(proactive_inits),
     .help = "New environments that were initialised ahead of their request: not among the ColdStarts."},
    {"slsim", "DuplicateEffects", "Count", METRIC_COUNT, AT(duplicate_effects), .better = -1, .compared = "Sum",
     .help =
         "Calls of its steps that had their effect before, for the same item: retries, deliveries twice. Not of idempotent steps, nor of "
         "those that only read. Of a batch, the records."},
    {"slsim", "TmpHits", "Count", METRIC_COUNT, AT(tmp_hits), .better = 1,
     .help = "Calls with `cache` \"tmp\" that found in /tmp what they would have asked for: calls that were not made."},
    {"slsim", "TmpMisses", "Count", METRIC_COUNT, AT(tmp_misses), .better = -1, .help = "Those that did not, and asked."},
    {"slsim", "TmpHitRatio", "Percent", METRIC_PERCENT, AT(tmp_hits), .better = 1, .other = AT(tmp_lookups), .compared = "Average",
     .help = "TmpHits of both."},
    {"slsim", "TmpStaleHits", "Count", METRIC_COUNT, AT(tmp_stale), .better = -1,
     .help = "TmpHits of what calls of this function had written since, from other environments or past /tmp."},
    {"slsim", "TmpEvictions", "Count", METRIC_COUNT, AT(tmp_evictions), .better = -1,
     .help = "What had to make room, as /tmp has EphemeralStorage."},
    {"slsim", "TmpBytes", "Bytes", METRIC_GAUGE, AT(tmp_bytes), .help = "What is kept in the /tmp of all environments."},
    {"slsim", "RestoreDuration", "Milliseconds", METRIC_TALLY, AT(restore_duration),
     .help = "Restores of snapshots, as RESTORE_REPORT lines say."},
    {"AWS/Lambda", "PostRuntimeExtensionsDuration", "Milliseconds", METRIC_TALLY, AT(post_runtime),
     .help = "Time of extensions after the handler."},
    {"slsim", "TimeToFirstByte", "Milliseconds", METRIC_TALLY, AT(first_byte),
     .help = "Of streamed responses: what the caller waits until they begin."},
    {NULL, "streamed bytes", "None", METRIC_COUNT, AT(streamed_bytes), .help = ""},
    {NULL, "restored MB", "None", METRIC_COUNT, AT(restored_mb), .help = ""},
    {NULL, "snapshot MB", "None", METRIC_GAUGE, AT(snapshot_mb), .help = ""},
    {NULL, "provisioned MB", "None", METRIC_GAUGE, AT(provisioned_paid_mb), .help = ""},
    {NULL, "provisioned MB x ms", "None", METRIC_COUNT, AT(provisioned_mb_ms), .help = ""},
    {"slsim", "TracesBegun", "Count", METRIC_COUNT, AT(traces), .help = "Sampled traces of X-Ray that begin with this function."},
    {NULL, "unlogged bytes", "None", METRIC_COUNT, AT(unlogged_bytes), .help = ""},
    {NULL, "requests of large events", "None", METRIC_COUNT, AT(async_extra_requests), .help = ""},
    {NULL, "billed MB x ms", "None", METRIC_COUNT, AT(billed_mb_ms), .help = ""},
    {NULL, "INIT MB x ms", "None", METRIC_COUNT, AT(init_mb_ms), .help = ""},
    {NULL, "storage MB x ms", "None", METRIC_COUNT, AT(storage_mb_ms), .help = ""},
    {0},
};

/* x86 first, then arm: the index is 2 * item + architecture. */
enum { ITEM_REQUEST, ITEM_DURATION, ITEM_INIT, ITEM_STORAGE, ITEM_PROVISIONED, ITEM_PROVISIONED_DURATION, ITEM_STREAMED, ITEM_PAIRS };
/* The same for both. */
enum {
    ITEM_CACHED = 2 * ITEM_PAIRS,
    ITEM_RESTORED,
    ITEM_VENDED_LOGS,
    ITEM_OTHER_LOGS,
    ITEM_KEPT_LOGS,
    ITEM_TRACES,
    ITEM_EDGE_REQUEST,
    ITEM_EDGE_DURATION
};

const struct line_item function_line_items[] = {
    {"Request", "Invocations."},
    {"Request-ARM", "Invocations on arm64."},
    {"Lambda-GB-Second", "Memory x billed duration."},
    {"Lambda-GB-Second-ARM", "Memory x billed duration on arm64."},
    {"Lambda-GB-Second-Init", "Memory x the INIT part of the billed duration."},
    {"Lambda-GB-Second-Init-ARM", "Memory x the INIT part of the billed duration on arm64."},
    {"Lambda-Storage-GB-Second", "Ephemeral storage above what is free x billed duration."},
    {"Lambda-Storage-GB-Second-ARM", "Ephemeral storage above what is free x billed duration on arm64."},
    {"Lambda-Provisioned-Concurrency", "Memory kept ready x time."},
    {"Lambda-Provisioned-Concurrency-ARM", "Memory kept ready x time, on arm64."},
    {"Lambda-Provisioned-GB-Second", "Memory x billed duration on provisioned concurrency, INIT at allocation and recycling included."},
    {"Lambda-Provisioned-GB-Second-ARM", "The same on arm64."},
    {"Lambda-Streaming-Response-Processed-Bytes", "Of each streamed response what is beyond the part that is free."},
    {"Lambda-Streaming-Response-Processed-Bytes-ARM", "The same on arm64."},
    {"Lambda-SnapStart-Cached-GB-Second",
     "Memory of each published version x time since it was published. None is deleted while it runs, so the least time of three hours "
     "never decides."},
    {"Lambda-SnapStart-Restored-GB", "Memory of each environment that was restored."},
    [ITEM_VENDED_LOGS] = {"VendedLog-Bytes",
                          "What it logs, Lambda's own lines included, unless to an AWS::Logs::LogGroup that is simulated."},
    [ITEM_OTHER_LOGS] = {"DataProcessing-Bytes", "The same until May 2025."},
    [ITEM_KEPT_LOGS] = {"Logs-TimedStorage-ByteHrs", "Those logs, compressed, kept for as long as the rules say (log_kept_months)."},
    [ITEM_TRACES] = {"XRay-TracesStored", "Traces that begin here, with active tracing."},
    [ITEM_EDGE_REQUEST] = {"Lambda-Edge-Request", "Invocations of a function that a distribution runs (Lambda@Edge): instead of Request."},
    [ITEM_EDGE_DURATION] = {"Lambda-Edge-GB-Second", "Memory x billed duration of one, INIT included."},
    {0},
};

static double gigabyte_seconds(const struct counter *mb_ms)
{
    return (double)mb_ms->whole / 1024 / 1000;
}

/* What is billed by architecture. */
struct use {
    double requests, duration, init, storage, streamed, kept, kept_duration;
};

static struct use use_of(const struct function *function)
{
    const struct function_metrics *metrics = &function->metrics;
    return (struct use){
        .requests = (double)(metrics->invocations.whole + metrics->async_extra_requests.whole),
        .duration = gigabyte_seconds(&metrics->billed_mb_ms),
        .init = gigabyte_seconds(&metrics->init_mb_ms),
        .storage = gigabyte_seconds(&metrics->storage_mb_ms),
        .streamed = (double)metrics->streamed_bytes.whole / 1024 / 1024 / 1024,
        .kept = (double)metrics->provisioned_paid_mb.whole.integral / 1024 / (double)NS_PER_S,
        .kept_duration = gigabyte_seconds(&metrics->provisioned_mb_ms),
    };
}

static struct use use_plus(const struct use *use, const struct use *other, double sign)
{
    return (struct use){
        .requests = use->requests + sign * other->requests,
        .duration = use->duration + sign * other->duration,
        .init = use->init + sign * other->init,
        .storage = use->storage + sign * other->storage,
        .streamed = use->streamed + sign * other->streamed,
        .kept = use->kept + sign * other->kept,
        .kept_duration = use->kept_duration + sign * other->kept_duration,
    };
}

/* The free tier does not apply to functions that have provisioned concurrency (LPP: the Lambda price page); that it has some for a part of
 * the month alone is not told apart. */
static void bill_use(struct bill *bill, const struct line_item *items, const struct use *use)
{
    void (*add)(struct bill *, const struct line_item *, double) = use->kept > 0 ? bill_add_never_free : bill_add;
    add(bill, &items[2 * ITEM_REQUEST], use->requests);
    add(bill, &items[2 * ITEM_DURATION], use->duration);
    add(bill, &items[2 * ITEM_INIT], use->init);
    if (use->storage > 0)
        bill_add(bill, &items[2 * ITEM_STORAGE], use->storage);
    if (use->streamed > 0)
        bill_add(bill, &items[2 * ITEM_STREAMED], use->streamed);
    if (use->kept <= 0 && use->kept_duration <= 0)
        return;
    bill_add(bill, &items[2 * ITEM_PROVISIONED], use->kept);
    bill_add(bill, &items[2 * ITEM_PROVISIONED_DURATION], use->kept_duration);
}

/* Logs that no log group of the scenario has taken, and traces. */
static void observed_quantities(const struct rule_book *rules, const struct function *function, struct bill *bill)
{
    if (!function->config.log_group_given || function->config.log_group == ENTITY_NONE) {
        double logged_gb = function_logged_bytes(rules, function) / BYTES_PER_GB;
        bill_add(bill, &function_line_items[rule_flag(rules, "log_lambda_vended") ? ITEM_VENDED_LOGS : ITEM_OTHER_LOGS], logged_gb);
        bill_add(bill, &function_line_items[ITEM_KEPT_LOGS],
                 logged_gb * rule_number(rules, "log_kept_compression") * rule_number(rules, "log_kept_months"));
    }
    if (function->config.tracing == TRACING_ACTIVE)
        bill_add(bill, &function_line_items[ITEM_TRACES], (double)function->metrics.traces.whole);
}

/* Does a distribution run a version of it, or itself? */
static bool runs_at_edge(const struct simulation *simulation, const struct function *function)
{
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct entity *runner = &simulation->entities[i];
        for (uint32_t k = 0; runner->type->runs_at_edge && k < simulation->entity_count; k++) {
            const bool own =
                k == function->self || (model_is(simulation->entities[k].type, VERSION_TYPE) &&
                                        ((const struct function *)entity_state(simulation, k))->config.whole == function->self);
            if (own && runner->type->runs_at_edge(runner->state, k))
                return true;
        }
    }
    return false;
}

/* What is measured of a function holds what its versions did, and a deployment may have moved to the other architecture. */
void function_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct function *function = self;
    const int architecture = function->config.architecture;
    struct use own = use_of(function), other = {0};
    bool moved = false;
    for (uint32_t i = 0; function->shared && i < simulation->entity_count; i++) {
        const struct function *version = entity_state(simulation, i);
        if (!model_is(simulation->entities[i].type, DEPLOYED_TYPE) || version->config.whole != function->self ||
            version->config.architecture == architecture)
            continue;
        struct use use = use_of(version);
        own = use_plus(&own, &use, -1);
        other = use_plus(&other, &use, 1);
        moved = true;
    }
    if (runs_at_edge(simulation, function)) {
        bill_add(bill, &function_line_items[ITEM_EDGE_REQUEST], own.requests);
        bill_add(bill, &function_line_items[ITEM_EDGE_DURATION], own.duration + own.init);
    } else {
        bill_use(bill, function_line_items + architecture, &own);
    }
    if (moved)
        bill_use(bill, function_line_items + (1 - architecture), &other);
    int128 cached_mb_ns = function->metrics.snapshot_mb.whole.integral;
    if (cached_mb_ns > 0) {
        bill_add(bill, &function_line_items[ITEM_CACHED], (double)cached_mb_ns / 1024 / (double)NS_PER_S);
        bill_add(bill, &function_line_items[ITEM_RESTORED], (double)function->metrics.restored_mb.whole / 1024);
    }
    observed_quantities(simulation->settings->rules, function, bill);
}
