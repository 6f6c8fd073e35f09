/* function_fault.h: what `changes` can do to functions, versions and aliases. */
#ifndef SLSIM_LAMBDA_FUNCTION_FAULT_H
#define SLSIM_LAMBDA_FUNCTION_FAULT_H

#include "function_state.h"

extern const struct action version_actions[];
extern const struct cause cause_function_down;
void function_fault_begin(struct simulation *simulation, void *self, const void *arguments);
void function_fault_end(struct simulation *simulation, void *self, const void *arguments);
#define FUNCTION_FAULT(KIND, PROPERTIES, END, HELP) FAULT_ROW(KIND, PROPERTIES, function_fault_begin, END, HELP)
#define FUNCTION_FAULTS                                                                                                                    \
    FUNCTION_FAULT("down", NULL, function_fault_end,                                                                                       \
                   "Every invocation is answered with an error of the service; events that Lambda queues are taken, and tried later."),    \
        FUNCTION_FAULT("slow", fault_slow_properties, function_fault_end,                                                                  \
                       "Handlers that begin take longer by the factor: what they do themselves, not what they call."),                     \
        FUNCTION_FAULT("errors", fault_errors_properties, function_fault_end,                                                              \
                       "Handlers that begin fail at that rate, beside error_rate."),                                                       \
        FUNCTION_FAULT("az_lost", fault_share_properties, function_fault_end,                                                              \
                       "That share of the environments is gone at once, each by chance, and what runs in them fails; new ones start in "   \
                       "other zones."),                                                                                                    \
        FUNCTION_FAULT("environments_lost", fault_all_properties, NULL,                                                                    \
                       "Every environment is gone at once, and what runs in it fails; provisioned ones are replaced.")

#endif
