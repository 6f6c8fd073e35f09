/* trace_rules.h: the ways in which --trace-sample chooses. */
#ifndef SLSIM_TRACE_RULES_H
#define SLSIM_TRACE_RULES_H

#include "engine/trace.h"

extern const struct trace_rule trace_rules[]; /* ends with {0} */

#endif
