/* balancer_metrics.h: what is measured of a load balancer and of its target groups. Private to this folder.
 * Source: User Guide for Application Load Balancers, "CloudWatch metrics for your Application Load Balancer". */
#ifndef SLSIM_FRONT_DOORS_BALANCER_METRICS_H
#define SLSIM_FRONT_DOORS_BALANCER_METRICS_H

#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"

/* At the same place of both: a load balancer's are also the sums of its groups'. */
struct balancer_metrics {
    struct counter calls, requests, processed_bytes, lambda_bytes, new_connections, rule_evaluations, fixed_responses, redirects;
    struct counter left_bytes; /* to users outside, of what servers answer */
    struct counter elb_3xx, elb_4xx, elb_5xx, elb_500, elb_502, elb_503, elb_504, target_2xx, target_4xx, target_5xx;
    struct counter per_target, user_errors, internal_errors, fail_open, values_dropped, checks, failed_checks;
    struct tally response_time, units;
    struct gauge connections, healthy, unhealthy;
};

#define PER_TARGET_PARTS 1000000 /* of a request, as the metric keeps it */
#define BALANCER_AT(FIELD) offsetof(struct balancer_metrics, FIELD)
#define BALANCER_COUNT(NAME, FIELD, BETTER, HELP)                                                                                          \
    {                                                                                                                                      \
        "AWS/ApplicationELB", NAME, "Count", METRIC_COUNT, BALANCER_AT(FIELD), .better = (BETTER), .help = HELP                            \
    }
/* One that has a value whenever there are requests. */
#define BALANCER_RATE(NAME, FIELD, HELP)                                                                                                   \
    {                                                                                                                                      \
        "AWS/ApplicationELB", NAME, "Count", METRIC_COUNT, BALANCER_AT(FIELD),                                                             \
            .better = -1, .samples = METRIC_WHILE(struct balancer_metrics, requests), .help = HELP                                         \
    }

/* Of a target group, and of a load balancer for all of its groups. */
extern const struct metric_type balancer_group_metrics[];
/* Of a load balancer alone, and then the same. */
extern const struct metric_type balancer_all_metrics[];

#endif
