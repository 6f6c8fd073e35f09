/* multiply.h: one resource of a template that stands for several. Which there are is a table of the models (struct multiple). */
#ifndef SLSIM_SCENARIO_MULTIPLY_H
#define SLSIM_SCENARIO_MULTIPLY_H

#include "engine/model.h"
#include "notation/parse.h"

/* Adds to `resources` what each of them stands for, in its place of the file. Complains of a name that is taken. False when memory is out.
 */
bool multiply_resources(struct parse *parse, const struct model_registry *registry, cJSON *resources);

#endif
