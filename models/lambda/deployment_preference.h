/* deployment_preference.h: how the traffic of a function moves to a new version, as its DeploymentPreference says. */
#ifndef SLSIM_LAMBDA_DEPLOYMENT_PREFERENCE_H
#define SLSIM_LAMBDA_DEPLOYMENT_PREFERENCE_H

#include "notation/property.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum deployment_kind { DEPLOY_ALL_AT_ONCE, DEPLOY_CANARY, DEPLOY_LINEAR };

/* How the alias's weight moves: `share` at a time, `interval_ns` apart. */
struct deployment_course {
    enum deployment_kind kind;
    double share;
    int64_t interval_ns;
};

/* DeploymentPreference of a function. */
struct deployment_preference {
    bool enabled;
    const char *type; /* a configuration's name; NULL: all at once */
    struct string_list alarms;
    uint32_t pre_traffic, post_traffic; /* hooks; ENTITY_NONE: none */
    struct deployment_course course;    /* of `type`; set by validate */
    const uint32_t *alarm_entities;     /* the scenario's; set by validate */
    size_t alarm_count;
};

#endif
