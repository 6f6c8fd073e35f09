/* function_log.c: what an invocation logs, line by line, to a log group that somebody reads.
 * Source: rules log_*; CloudWatch Logs counts each line's own overhead with it. */
#include "function.h"

#include "scenario/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct function, config.field)

const struct property function_logging_properties[] = {
    {"LogGroup", PROPERTY_REFERENCE, AT(log_group), .outside = true, .given = offsetof(struct function, config.log_group_given) + 1,
     .help = "The AWS::Logs::LogGroup that gets each invocation's lines; a name like \"/aws/lambda/f\" is nobody's here."},
    {.name = "ApplicationLogLevel", .kind = PROPERTY_ACCEPTED},
    {.name = "LogFormat", .kind = PROPERTY_ACCEPTED},
    {.name = "SystemLogLevel", .kind = PROPERTY_ACCEPTED},
    {0},
};

void function_log_validate(struct validation *validation, const struct function_config *config)
{
    if (!config->log_group_given || config->log_group == ENTITY_NONE)
        return;
    if (strcmp(validation_type(validation, config->log_group)->type, "AWS::Logs::LogGroup") != 0)
        validation_error(validation, "LoggingConfig.LogGroup", "name an AWS::Logs::LogGroup", "%s is no log group",
                         validation_name(validation, config->log_group));
    validation_flow(validation, validation_self(validation), config->log_group);
}

static void log_line(struct simulation *simulation, const struct function *function, const struct request *request, double bytes)
{
    struct request *line = bytes > 0 ? request_new(simulation) : NULL;
    if (!line)
        return;
    double all = bytes + rule_number(simulation->settings->rules, "log_event_overhead_bytes");
    uint32_t id = line->id;
    *line = (struct request){
        .item = request->item,
        .born_ns = simulation->now_ns,
        .handler_ns = -1,
        .id = id,
        .from = ENTITY_NONE, /* nobody waits for what became of a line */
        .payload_bytes = (uint32_t)fmin(all, UINT32_MAX),
    };
    request_send(simulation, function->config.log_group, line);
}

void function_log(struct simulation *simulation, const struct function *function, const struct request *request, bool cold)
{
    const struct rule_book *rules = simulation->settings->rules;
    if (!function->config.log_group_given || function->config.log_group == ENTITY_NONE)
        return;
    log_line(simulation, function, request, rule_number(rules, "log_start_bytes"));
    log_line(simulation, function, request, (double)function->config.log_bytes);
    log_line(simulation, function, request, rule_number(rules, "log_end_bytes"));
    log_line(simulation, function, request,
             rule_number(rules, "log_report_bytes") + (cold ? rule_number(rules, "log_report_init_bytes") : 0));
}
