/* function_runtime.h: the names of runtimes: which there are, and how long Lambda takes functions of each. */
#ifndef SLSIM_LAMBDA_FUNCTION_RUNTIME_H
#define SLSIM_LAMBDA_FUNCTION_RUNTIME_H

#include "function_config.h"

#include <stdbool.h>

struct rule;
struct rule_book;
struct validation;

/* "init_nodejs22.x_zip_x86_64": the default INIT of a runtime, by package and architecture; NULL: there is none. */
const struct rule *function_runtime_init(const struct rule_book *rules, const struct function_config *config);

/* Does the list, words apart by spaces, name `runtime`? A word that ends with "+" means the version that it names and all later ones. */
bool function_runtime_listed(const char *list, const char *runtime);

/* Reports a runtime that there is not, or none of this package; true: there is one. */
bool function_runtime_exists(struct validation *validation, const struct function_config *config);

/* Warns of one that is out of support on the book's day: rules runtimes_*. */
void function_runtime_check(struct validation *validation, const struct function_config *config);

/* The same of a base image of AWS's, named at `property`, by the runtime in it. */
void function_runtime_base(struct validation *validation, const char *property, const char *runtime);

#endif
