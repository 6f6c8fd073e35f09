/* trace_rules.c: the ways in which --trace-sample chooses. Source: rules xray_*. */
#include "trace_rules.h"

const struct trace_rule trace_rules[] = {
    {"xray", "xray_reservoir_per_s", "xray_rate"},
    {0},
};
