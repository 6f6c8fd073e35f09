/* function_check.c: what of a function needs more than one property to judge, and the defaults that come from the rules. */
#include "function_check.h"

#include "deployment.h"
#include "engine/rule_book.h"
#include "function_async.h"
#include "function_files.h"
#include "function_load.h"
#include "function_log.h"
#include "function_network.h"
#include "function_package.h"
#include "function_profiler.h"
#include "function_rights.h"
#include "function_runtime.h"
#include "function_steps.h"
#include "lambda_kinds.h"
#include "scenario/validation.h"
#include "snap_start.h"

#include <stdio.h>
#include <string.h>

/* The same, and `plus_ns` each time. */
static const struct distribution *later_by(struct validation *validation, const struct distribution *base, double plus_ns)
{
    struct distribution *later = plus_ns > 0 ? validation_alloc(validation, 1, sizeof *later) : NULL;
    if (!later)
        return base;
    *later = *base; /* whose arrays stay the rule's */
    later->plus += plus_ns;
    return later;
}

/* Defaults were measured with small packages. A larger archive takes longer in INIT, by what is unpacked and loaded; of an image, which is
 * loaded lazily and in cached chunks, it is the placement, and hardly any time at all. */
static void resolve_code_size(struct validation *validation, struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    if (!config->placement_given)
        config->placement = later_by(validation, config->placement, function_image_place_ns(rules, &config->package));
    config->init = later_by(validation, config->init, function_package_load_ns(rules, &config->package));
}

/* False: the runtime that it names is none. */
static bool resolve_init(struct validation *validation, struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    bool runtime_given = config->runtime != NULL;
    if (!runtime_given)
        config->runtime = rule_text(rules, "runtime_default");
    if (runtime_given && !function_runtime_exists(validation, config))
        return false;
    const struct rule *rule = function_runtime_init(rules, config);
    if (!config->restore)
        config->restore = rule_find(rules, "snapstart_restore")->distribution;
    if (config->init_given)
        return true;
    if (!rule || !rule->distribution) {
        validation_error(validation, "Runtime", "give behavior.init",
                         "the rules have no default INIT for %s in this package and architecture", config->runtime);
        return true;
    }
    config->init = rule->distribution;
    if (!config->placement_given)
        config->placement = rule_find(rules, "placement")->distribution;
    if (!config->placement_given)
        config->placement = later_by(validation, config->placement, function_network_start_ns(validation, config));
    resolve_code_size(validation, config);
    return true;
}

static void resolve_lifetimes(struct validation *validation, struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    if (!config->keep_alive_given)
        config->keep_alive = (struct lifetime){.kind = LIFETIME_HALVING, .halving_ns = rule_ns(rules, "idle_keep_alive_halving_s")};
    if (!config->max_lifetime_given)
        config->max_lifetime = (struct lifetime){.kind = LIFETIME_DRAWN, .drawn = rule_find(rules, "env_max_lifetime")->distribution};
    if (config->max_lifetime.kind == LIFETIME_HALVING)
        validation_error(validation, "behavior.max_lifetime", "give a time, a distribution or \"forever\"", "an age cannot be halving");
    if (config->keep_alive.kind == LIFETIME_HALVING && config->keep_alive.halving_ns <= 0)
        validation_error(validation, "behavior.keep_alive", "for example {\"halving\": \"380s\"}", "halving must be longer than 0");
}

static void check_handler(struct validation *validation, const struct function_config *config)
{
    const struct handler *handler = &config->handler;
    bool parts = handler->cpu || handler->wait || handler->transfer;
    if (handler->duration && (parts || handler->steps.count > 0))
        validation_error(validation, "behavior.duration", "`duration` is the whole handler as observed; keep one of the two ways",
                         "duration stands beside cpu, wait, transfer or steps");
    if (handler->steps.count > 0 && parts)
        validation_error(validation, "behavior.steps", "put cpu and wait into the steps", "steps stand beside cpu, wait or transfer");
    if (handler->parallel > 0 && !handler->cpu)
        validation_warning(validation, "behavior.parallel", "give `cpu`", "parallel has no effect without cpu");
}

/* `duration` is what was seen at one size: at another it would be another. */
static void check_memory_varied(struct validation *validation, const struct function_config *config)
{
    if (config->handler.duration && !config->handler.cpu && validation_varied(validation, "MemorySize"))
        validation_warning(validation, "MemorySize", "say `cpu` and `wait` instead of `duration`, and the time follows the memory",
                           "MemorySize is varied, but behavior.duration does not depend on it: only the price will change");
}

/* The time after which the idle environments are what they will be. */
static double settling_ns(const struct function_config *config)
{
    if (config->keep_alive.kind == LIFETIME_FOREVER)
        return 0;
    return config->keep_alive.kind == LIFETIME_HALVING ? (double)config->keep_alive.halving_ns
                                                       : distribution_mean(config->keep_alive.drawn);
}

/* Is it always larger than `limit_mb`? */
static bool always_exceeds(const struct distribution *size, double limit_bytes)
{
    return size && distribution_is_constant(size) && distribution_sample(size, NULL) > limit_bytes;
}

static double megabytes(double bytes)
{
    return bytes / (1024 * 1024);
}

static void check_sizes(struct validation *validation, const struct function_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    bool streams = config->response_mode == RESPONSE_STREAM;
    if (streams && !rule_flag(rules, "response_streaming_available") && !validation_allowed(validation, "response_streaming"))
        validation_error(validation, config->response_mode_given ? "behavior.response_mode" : "FunctionUrlConfig.InvokeMode",
                         "answer buffered, or allow_invalid: [\"response_streaming\"]",
                         "these rules are of a time before responses could be streamed");
    double sync_bytes = (double)rule_bytes(rules, "payload_sync_max_mb");
    double most_bytes = streams ? (double)rule_bytes(rules, "payload_stream_max_mb") : sync_bytes;
    if (always_exceeds(config->response, most_bytes))
        validation_warning(validation, "behavior.response", streams ? NULL : "a streamed one may be larger: response_mode \"stream\"",
                           "every invocation will fail: a %s response may have %.0f MB", streams ? "streamed" : "buffered",
                           megabytes(most_bytes));
    if (always_exceeds(config->payload, sync_bytes))
        validation_warning(validation, "behavior.payload", "send a reference to what is stored elsewhere",
                           "every invocation will be refused: a request may have %.0f MB", megabytes(sync_bytes));
    if (config->shutdown && config->extensions == EXTENSIONS_NONE)
        validation_warning(validation, "behavior.shutdown", "say which `extensions` there are",
                           "shutdown has no effect: without extensions an environment ends at once");
}

static void check_yield(struct validation *validation, const struct function_config *config)
{
    if (config->yields_ns > 0 && config->handler.steps.count > 0)
        validation_error(validation, "behavior.yields_at", "say `duration`, or `cpu` and `wait`", "yields_at is of handlers without steps");
    else if (config->yields_ns >= config->timeout_ns)
        validation_warning(validation, "behavior.yields_at", "raise Timeout",
                           "every invocation stops at once: the remaining time begins with Timeout, %.15g s, and falls",
                           time_to_seconds(config->timeout_ns));
}

static void check_limits(struct validation *validation, const struct function_config *config)
{
    double memory_bytes = (double)config->memory_mb * 1024 * 1024;
    if (always_exceeds(config->memory_used, memory_bytes))
        validation_warning(validation, "behavior.memory_used", "raise MemorySize", "every invocation will run out of memory");
    if (config->handler.duration && distribution_is_constant(config->handler.duration) && config->yields_ns == 0 &&
        distribution_sample_ns(config->handler.duration, NULL) > config->timeout_ns)
        validation_warning(validation, "Timeout", "raise Timeout", "every invocation will time out: its duration is longer than Timeout");
    check_sizes(validation, config);
    int64_t warmup_ns = validation_warmup_ns(validation);
    if (warmup_ns > 0 && (double)warmup_ns < settling_ns(config))
        validation_warning(validation, NULL, "warm up for longer than environments are kept idle",
                           "the warm-up of %.0f s is shorter than the keep-alive of %.0f s: figures still hold the start",
                           time_to_seconds(warmup_ns), settling_ns(config) / 1e9);
}

void function_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier)
{
    const char *alias = ((const struct function *)config)->config.published_alias;
    char hint[500] = "there is \"$LATEST\"";
    bool any = false;
    if (strcmp(qualifier, "$LATEST") == 0 || (alias && (strcmp(qualifier, alias) == 0 || strcmp(qualifier, "1") == 0)))
        return;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct function *part = validation_config(validation, i);
        if (!is_invocable_type(validation_type(validation, i)) || part->config.whole == ENTITY_NONE ||
            validation_config(validation, part->config.whole) != config)
            continue;
        size_t length = strlen(hint);
        snprintf(hint + length, sizeof hint - length, ", %.100s", validation_name(validation, i));
        any = true;
    }
    if (!any)
        snprintf(hint, sizeof hint, "there is \"$LATEST\" only; AutoPublishAlias gives a function an alias and its version 1");
    validation_error(validation, property, hint, "the function has no alias or version \"%s\"", qualifier);
}

/* Of one piece of the scenario: the same distributions and steps, not equal ones. */
static bool same_handler(const struct handler *a, const struct handler *b)
{
    return a->duration == b->duration && a->cpu == b->cpu && !(a->parallel < b->parallel) && !(a->parallel > b->parallel) &&
           a->wait == b->wait && a->transfer == b->transfer && a->steps.steps == b->steps.steps && a->steps.count == b->steps.count;
}

/* Is this a version as its function is? Then what there is to say of it was said of the function. */
static bool said_of_whole(const struct validation *validation, const struct function_config *version)
{
    if (version->whole == ENTITY_NONE)
        return false;
    const struct function_config *whole = &((const struct function *)validation_config(validation, version->whole))->config;
    return same_handler(&version->handler, &whole->handler) && version->memory_mb == whole->memory_mb &&
           version->timeout_ns == whole->timeout_ns && version->memory_used == whole->memory_used &&
           version->package.code_bytes == whole->package.code_bytes && version->package.type == whole->package.type &&
           version->init_steps.steps == whole->init_steps.steps && version->storage_mb == whole->storage_mb &&
           version->keep_alive_given == whole->keep_alive_given;
}

void function_validate(struct validation *validation, void *config)
{
    struct function_config *function = &((struct function *)config)->config;
    function->account = validation_find(validation, "account");
    function_package_resolve(validation, function);
    bool known = resolve_init(validation, function);
    function->image_read_ns = function_image_read_ns(validation_rules(validation), &function->package);
    resolve_lifetimes(validation, function);
    if (!function->response_mode_given)
        function->response_mode = function->url_mode;
    bool silent = said_of_whole(validation, function);
    if (!silent) {
        check_handler(validation, function);
        check_limits(validation, function);
        check_yield(validation, function);
        if (function->whole == ENTITY_NONE && function->runtime) {
            function_package_check(validation, function);
            if (known)
                function_runtime_check(validation, function);
        }
    }
    function_async_validate(validation, function);
    if (is_function_type(validation_type(validation, validation_self(validation))))
        deployment_validate(validation, config);
    function_log_validate(validation, function);
    function_steps_validate(validation, function);
    function_files_validate(validation, function, silent);
    function_load_validate(validation, function, silent);
    function_network_validate(validation, function, silent);
    function_rights_validate(validation, function, silent);
    function_profiler_validate(validation, function, silent);
    if (!silent)
        check_memory_varied(validation, function);
    if (function->unmodelled.provisioned && !function->published_alias)
        validation_error(validation, "ProvisionedConcurrencyConfig", "add AutoPublishAlias",
                         "$LATEST can have no provisioned concurrency: it belongs to an alias or a version");
    if (function->whole == ENTITY_NONE)
        snap_start_validate(validation, function);
    if (function->unmodelled.events) /* a reader must not believe that it had an effect */
        validation_warning(validation, "Events", NULL, "Events has no effect on this simulation");
}
