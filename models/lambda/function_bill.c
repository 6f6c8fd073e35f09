/* function_bill.c: what a function costs, by what was measured of it.
 * Sources: the Lambda price page; rules log_* for what its logs cost. */
#include "function.h"

#include "measure/bill.h"

/* x86 first, then arm: the index is 2 * item + architecture. */
enum { ITEM_REQUEST, ITEM_DURATION, ITEM_INIT, ITEM_STORAGE, ITEM_PROVISIONED, ITEM_PROVISIONED_DURATION, ITEM_STREAMED, ITEM_PAIRS };
/* The same for both. */
enum { ITEM_CACHED = 2 * ITEM_PAIRS, ITEM_RESTORED, ITEM_VENDED_LOGS, ITEM_OTHER_LOGS, ITEM_KEPT_LOGS, ITEM_TRACES };

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

static void bill_use(struct bill *bill, const struct line_item *items, const struct use *use)
{
    bill_add(bill, &items[2 * ITEM_REQUEST], use->requests);
    bill_add(bill, &items[2 * ITEM_DURATION], use->duration);
    bill_add(bill, &items[2 * ITEM_INIT], use->init);
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

/* What is measured of a function holds what its versions did, and a deployment may have moved to the other architecture. */
void function_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct function *function = self;
    const int architecture = function->config.architecture;
    struct use own = use_of(function), other = {0};
    bool moved = false;
    for (uint32_t i = 0; function->shared && i < simulation->entity_count; i++) {
        const struct function *version = entity_state(simulation, i);
        if (simulation->entities[i].type != &deployed_version_type || version->config.whole != function->self ||
            version->config.architecture == architecture)
            continue;
        struct use use = use_of(version);
        own = use_plus(&own, &use, -1);
        other = use_plus(&other, &use, 1);
        moved = true;
    }
    bill_use(bill, function_line_items + architecture, &own);
    if (moved)
        bill_use(bill, function_line_items + (1 - architecture), &other);
    int128 cached_mb_ns = function->metrics.snapshot_mb.whole.integral;
    if (cached_mb_ns > 0) {
        bill_add(bill, &function_line_items[ITEM_CACHED], (double)cached_mb_ns / 1024 / (double)NS_PER_S);
        bill_add(bill, &function_line_items[ITEM_RESTORED], (double)function->metrics.restored_mb.whole / 1024);
    }
    observed_quantities(simulation->settings->rules, function, bill);
}
