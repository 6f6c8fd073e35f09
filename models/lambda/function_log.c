/* function_log.c: what an invocation logs, line by line, to a log group that somebody reads, or only in bytes, for the bill; and traces.
 * Source: rules log_* and xray_*; CloudWatch Logs counts each line's own overhead with it. */
#include "function_log.h"

#include "lambda_kinds.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct function, config.field)
#define GIVEN(field) (offsetof(struct function, config.field) + 1)

static const char *const log_formats[] = {"Text", "JSON", NULL};
static const char *const log_levels[] = {"DEBUG", "INFO", "WARN", NULL};
static const char *const tracing_modes[] = {"PassThrough", "Active", NULL};
const char *const function_tracing_choices[] = {"PassThrough", "Active", "Disabled", NULL};

const struct property function_logging_properties[] = {
    {"LogGroup", PROPERTY_REFERENCE, AT(log_group), .outside = true, .given = GIVEN(log_group_given),
     .help = "The AWS::Logs::LogGroup that gets each invocation's lines; a name like \"/aws/lambda/f\" is nobody's here."},
    {"LogFormat", PROPERTY_ENUM, AT(log_format), .choices = log_formats, .fallback = "\"Text\"",
     .help = "Lambda's own lines are longer in JSON."},
    {"SystemLogLevel", PROPERTY_ENUM, AT(system_log_level), .choices = log_levels, .fallback = "\"INFO\"",
     .given = GIVEN(system_log_level_given),
     .help = "With JSON, which lines of Lambda's own there are. WARN: only a report of what failed."},
    ACCEPTED("ApplicationLogLevel"),
    {0},
};

const struct property function_tracing_properties[] = {
    {"Mode", PROPERTY_ENUM, AT(tracing), .choices = tracing_modes, .fallback = "\"PassThrough\"",
     .help = "Active: traces of X-Ray are begun here, and billed."},
    {0},
};

void function_log_validate(struct validation *validation, const struct function_config *config)
{
    if (config->system_log_level_given && config->log_format == LOG_TEXT)
        validation_error(validation, "LoggingConfig.SystemLogLevel", "set LoggingConfig.LogFormat to JSON",
                         "text has no levels: they are for LogFormat JSON");
    if (!config->log_group_given || config->log_group == ENTITY_NONE)
        return;
    if (strcmp(validation_type(validation, config->log_group)->type, "AWS::Logs::LogGroup") != 0)
        validation_error(validation, "LoggingConfig.LogGroup", "name an AWS::Logs::LogGroup", "%s is no log group",
                         validation_name(validation, config->log_group));
    validation_flow(validation, validation_self(validation), config->log_group);
}

/* The bytes of the lines of one invocation, without their overhead; 0: there is no such line. */
struct log_lines {
    double init; /* of a new environment */
    double start, output, end, report;
    double report_init; /* what is added to `report` after a cold start */
    bool failures_only; /* `report` is only of an invocation that failed */
};

static struct log_lines lines_of(const struct rule_book *rules, const struct function_config *config)
{
    struct log_lines lines = {.output = (double)config->log_bytes};
    if (config->log_format == LOG_TEXT) {
        lines.init = rule_number(rules, "log_init_bytes");
        lines.start = rule_number(rules, "log_start_bytes");
        lines.end = rule_number(rules, "log_end_bytes");
        lines.report = rule_number(rules, "log_report_bytes");
        lines.report_init = rule_number(rules, "log_report_init_bytes");
        return lines;
    }
    lines.report = rule_number(rules, "log_json_report_bytes");
    lines.report_init = rule_number(rules, "log_json_report_init_bytes");
    lines.failures_only = config->system_log_level == LOG_WARN;
    if (!lines.failures_only) {
        lines.init = rule_number(rules, "log_json_init_bytes");
        lines.start = rule_number(rules, "log_json_start_bytes");
    }
    if (config->system_log_level == LOG_DEBUG) {
        lines.init += rule_number(rules, "log_json_init_debug_bytes");
        lines.end = rule_number(rules, "log_json_runtime_done_bytes");
    }
    return lines;
}

static double billed(const struct rule_book *rules, double bytes)
{
    return bytes > 0 ? bytes + rule_number(rules, "log_event_overhead_bytes") : 0;
}

static void log_line(struct simulation *simulation, const struct function *function, const struct request *request, double bytes)
{
    struct request *line = bytes > 0 ? request_new(simulation) : NULL;
    if (!line)
        return;
    uint32_t id = line->id;
    *line = (struct request){
        .item = request->item,
        .born_ns = simulation->now_ns,
        .handler_ns = -1,
        .id = id,
        .from = ENTITY_NONE, /* nobody waits for what became of a line */
        .payload_bytes = (uint32_t)fmin(billed(simulation->settings->rules, bytes), UINT32_MAX),
    };
    request_send(simulation, function->config.log_group, line);
}

static bool logs_are_denied(const struct simulation *simulation, const struct function *function)
{
    const struct function_own_rights *rights = &function->config.rights;
    return right_is_denied(simulation, rights->log_stream) || right_is_denied(simulation, rights->log_events);
}

/* Without permission there is no log, and it costs nothing: what function_logged_bytes would count of this invocation. */
static void leave_unlogged(struct simulation *simulation, struct function *function, bool cold, bool failed)
{
    const struct rule_book *rules = simulation->settings->rules;
    const struct log_lines lines = lines_of(rules, &function->config);
    double bytes = billed(rules, lines.start) + billed(rules, lines.output) + billed(rules, lines.end);
    if (failed || !lines.failures_only)
        bytes += billed(rules, lines.report) + (cold ? lines.report_init : 0);
    counter_add(&function->metrics.unlogged_bytes, (uint64_t)(bytes + (cold ? billed(rules, lines.init) : 0)));
}

void function_log(struct simulation *simulation, struct function *function, const struct request *request, bool cold, bool failed)
{
    if (__builtin_expect(function->config.rights.log_events > 0, 0) && logs_are_denied(simulation, function)) {
        leave_unlogged(simulation, function, cold, failed);
        return;
    }
    if (__builtin_expect(!function->config.log_group_given || function->config.log_group == ENTITY_NONE, 1))
        return;
    const struct log_lines lines = lines_of(simulation->settings->rules, &function->config);
    if (cold)
        log_line(simulation, function, request, lines.init);
    log_line(simulation, function, request, lines.start);
    log_line(simulation, function, request, lines.output);
    log_line(simulation, function, request, lines.end);
    if (failed || !lines.failures_only)
        log_line(simulation, function, request, lines.report + (cold ? lines.report_init : 0));
}

double function_logged_bytes(const struct rule_book *rules, const struct function *function)
{
    const struct log_lines lines = lines_of(rules, &function->config);
    const struct function_metrics *metrics = &function->metrics;
    double invocations = (double)metrics->invocations.whole, reports = invocations, cold = (double)metrics->cold_starts.whole;
    if (lines.failures_only) {
        cold *= invocations > 0 ? (double)metrics->errors.whole / invocations : 0;
        reports = (double)metrics->errors.whole;
    }
    double sum = invocations * (billed(rules, lines.start) + billed(rules, lines.output) + billed(rules, lines.end));
    sum += reports * billed(rules, lines.report) + cold * lines.report_init + (double)metrics->created.whole * billed(rules, lines.init);
    sum += (double)metrics->traces.whole * rule_number(rules, "log_report_trace_bytes");
    return fmax(sum - (double)metrics->unlogged_bytes.whole, 0);
}

/* Who calls with a trace of its own goes on with that one. */
static bool is_in_trace(const struct simulation *simulation, const struct request *request)
{
    if (request->from == ENTITY_NONE || request->is_batch || !is_invocable_type(simulation->entities[request->from].type))
        return false;
    const struct function *caller = simulation->entities[request->from].state;
    return caller->config.tracing == TRACING_ACTIVE;
}

void function_trace(struct simulation *simulation, struct function *function, const struct request *request)
{
    struct function *family = function->family;
    const struct rule_book *rules = simulation->settings->rules;
    bool is_try = request->asynchronous && request->from == function->self && !procedure_sent(request);
    if (is_try || is_in_trace(simulation, request) || right_is_denied(simulation, function->config.rights.trace))
        return;
    int64_t second = simulation->now_ns / NS_PER_S;
    if (second != family->traced_second) {
        family->traced_second = second;
        family->traced_for_certain = 0;
    }
    bool sampled = family->traced_for_certain < rule_number(rules, "xray_reservoir_per_s");
    if (sampled) {
        family->traced_for_certain++;
    } else {
        stream_at(&function->streams.trace, request->item, request->attempt);
        sampled = stream_uniform(&function->streams.trace) < rule_number(rules, "xray_rate");
    }
    if (!sampled)
        return;
    counter_add(&function->metrics.traces, 1);
    if (function->config.rights.log_events > 0 && logs_are_denied(simulation, function)) /* nor its line of the report */
        counter_add(&function->metrics.unlogged_bytes, (uint64_t)rule_number(rules, "log_report_trace_bytes"));
}
