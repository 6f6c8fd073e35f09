/* app_spec.h: the AppSpec of a deployment: the file by which CodeDeploy is told which alias moves from which version to which. */
#ifndef SLSIM_LAMBDA_APP_SPEC_H
#define SLSIM_LAMBDA_APP_SPEC_H

#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

struct validation;

struct app_spec {
    bool given;
    const char *version;            /* of the format */
    struct property_list resources; /* struct app_entry */
    struct property_list hooks;     /* struct app_hooks */
    uint32_t before, after;         /* set by app_spec_check: functions; ENTITY_NONE: none */
};

/* The keys of `appspec`, whose struct app_spec lies at the beginning of what they are read into. */
extern const struct property app_spec_properties[];

/* Judges it for a deployment of `function`, whose `alias` moves to `version`; `first`: no other deployment of it comes before. Reports at
 * "appspec". */
void app_spec_check(struct validation *validation, struct app_spec *spec, uint32_t function, uint32_t alias, uint32_t version, bool first);

#endif
