/* balancer_metrics.c: the tables of metrics of load balancers and target groups, under CloudWatch's names. */
#include "balancer_metrics.h"

#include "balancer_units.h"

#define GROUP_ROWS                                                                                                                           \
    BALANCER_COUNT("RequestCount", requests, 0,                                                                                              \
                   "Requests for which a target was to be chosen: none that a fixed response or a redirect "                                 \
                   "answers."),                                                                                                              \
        {"AWS/ApplicationELB",                                                                                                               \
         "TargetResponseTime",                                                                                                               \
         "Seconds",                                                                                                                          \
         METRIC_TALLY,                                                                                                                       \
         BALANCER_AT(response_time),                                                                                                         \
         .better = -1,                                                                                                                       \
         .help = "From handing a request on to the target's answer."},                                                                       \
        BALANCER_COUNT("HTTPCode_Target_2XX_Count", target_2xx, 1, "Answers of targets that are passed on."),                                \
        BALANCER_RATE("HTTPCode_Target_4XX_Count", target_4xx, "The same, of client errors that a server answers."),                         \
        BALANCER_RATE("HTTPCode_Target_5XX_Count", target_5xx, "The same, of server errors, refusals among them."),                          \
        BALANCER_RATE("LambdaUserError", user_errors,                                                                                        \
                      "Requests that a function failed, was throttled for, answered wrongly or too largely, or that were too large for "     \
                      "it."),                                                                                                                \
        BALANCER_RATE("LambdaInternalError", internal_errors, "Requests that Lambda itself failed."),                                        \
        {"AWS/ApplicationELB", "LambdaTargetProcessedBytes", "Bytes",                                                                        \
         METRIC_COUNT,         BALANCER_AT(lambda_bytes),    .help = "Bytes to functions, binary bodies as text, and back."},                \
        {"AWS/ApplicationELB", "HealthyHostCount", "Count", METRIC_GAUGE, BALANCER_AT(healthy), .better = 1, .help = "Targets in service."}, \
        {"AWS/ApplicationELB",                                                                                                               \
         "UnHealthyHostCount",                                                                                                               \
         "Count",                                                                                                                            \
         METRIC_GAUGE,                                                                                                                       \
         BALANCER_AT(unhealthy),                                                                                                             \
         .better = -1,                                                                                                                       \
         .help = "Targets that a node of the load balancer holds for unhealthy."},                                                           \
        BALANCER_COUNT("UnhealthyRoutingRequestCount", fail_open, -1, "Requests to unhealthy targets, as all of them are."),                 \
        {"slsim", "HealthChecks", "Count", METRIC_COUNT, BALANCER_AT(checks), .help = "Checks sent."},                                       \
        {"slsim",                                                                                                                            \
         "HealthCheckFailures",                                                                                                              \
         "Count",                                                                                                                            \
         METRIC_COUNT,                                                                                                                       \
         BALANCER_AT(failed_checks),                                                                                                         \
         .better = -1,                                                                                                                       \
         .help = "Checks that failed, or took too long."},                                                                                   \
    {                                                                                                                                        \
        "slsim", "ValuesDropped", "Count", METRIC_COUNT, BALANCER_AT(values_dropped),                                                        \
            .better = -1,                                                                                                                    \
            .help = "Values of query parameters and headers that a function was not handed, as another of the same name came later and "     \
                    "multi-value headers are off."                                                                                           \
    }

const struct metric_type balancer_group_metrics[] = {
    GROUP_ROWS,
    {"AWS/ApplicationELB", "RequestCountPerTarget", "Count", METRIC_COUNT, BALANCER_AT(per_target), .parts = PER_TARGET_PARTS,
     .samples = METRIC_WHILE(struct balancer_metrics, requests), .help = "Requests, each shared out among the targets in service."},
    {0},
};

const struct metric_type balancer_all_metrics[] = {
    {"slsim", "Calls", "Count", METRIC_COUNT, BALANCER_AT(calls), .help = "Requests that came, whatever became of them."},
    GROUP_ROWS,
    BALANCER_COUNT("HTTPCode_ELB_3XX_Count", elb_3xx, 0, "Redirects."),
    BALANCER_RATE("HTTPCode_ELB_4XX_Count", elb_4xx,
                  "Requests that the load balancer itself answered 4XX: too large, 413; left by their client, 460."),
    BALANCER_RATE("HTTPCode_ELB_5XX_Count", elb_5xx, "Requests that it answered 5XX itself: what a function failed among them."),
    BALANCER_COUNT("HTTPCode_ELB_500_Count", elb_500, -1, "Of them, those answered 500: faults of its own."),
    BALANCER_COUNT("HTTPCode_ELB_502_Count", elb_502, -1, "Those answered 502: a function failed, was throttled, answered wrongly."),
    BALANCER_COUNT("HTTPCode_ELB_503_Count", elb_503, -1, "Those answered 503: no target is registered."),
    BALANCER_COUNT("HTTPCode_ELB_504_Count", elb_504, -1, "Those answered 504: a server did not answer within the idle timeout."),
    BALANCER_COUNT("HTTP_Fixed_Response_Count", fixed_responses, 0, "Requests answered by a fixed response."),
    BALANCER_COUNT("HTTP_Redirect_Count", redirects, 0, "Requests answered by a redirect."),
    BALANCER_COUNT("RuleEvaluations", rule_evaluations, 0, "Rules looked at, the default not counted."),
    BALANCER_COUNT("NewConnectionCount", new_connections, 0, "Connections that clients opened."),
    {"AWS/ApplicationELB", "ActiveConnectionCount", "Count", METRIC_GAUGE, BALANCER_AT(connections), .help = "Connections of clients."},
    {"AWS/ApplicationELB", "ProcessedBytes", "Bytes", METRIC_COUNT, BALANCER_AT(processed_bytes), .help = "Bytes from clients and back."},
    {"AWS/ApplicationELB", "ConsumedLCUs", "Count", METRIC_TALLY, BALANCER_AT(units), .parts = LCU_PARTS,
     .help = "Capacity units x hours of each minute: their sum over an hour of steady load is what is billed."},
    {NULL, "left", "None", METRIC_COUNT, BALANCER_AT(left_bytes), .help = ""},
    {0},
};
