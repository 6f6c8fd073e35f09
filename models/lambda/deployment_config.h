/* deployment_config.h: the steps in which traffic moves to a new version, by the name of a configuration. */
#ifndef SLSIM_LAMBDA_DEPLOYMENT_CONFIG_H
#define SLSIM_LAMBDA_DEPLOYMENT_CONFIG_H

#include "deployment_preference.h"

struct validation;

/* The course of the configuration that is called `name` (NULL: all at once); complains of `property` where there is none. */
void deployment_course_read(struct validation *validation, const char *property, const char *name, struct deployment_course *course);

#endif
