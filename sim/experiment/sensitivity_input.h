/* sensitivity_input.h: the inputs that are varied, and how they are spelled. Private to sensitivity*.c. */
#ifndef SLSIM_EXPERIMENT_SENSITIVITY_INPUT_H
#define SLSIM_EXPERIMENT_SENSITIVITY_INPUT_H

#include "experiment/sensitivity.h"

/* Adds the assumptions that the rules of `scenario` say were looked up, and what was asked for. */
enum status inputs_collect(const struct scenario *scenario, const struct sensitivity_request *request, size_t figure_count,
                           struct sensitivity *sensitivity);
/* "PATH=VALUE" with this number in place of the value; the caller frees; NULL when memory is out. */
char *input_assignment(const struct input *input, double number);
/* The same of one end. */
char *input_end(const struct input *input, enum level level);

#endif
