/* deployment.h: how traffic moves to a new version: CodeDeploy's configurations, hooks and rollback. Private to this folder. */
#ifndef SLSIM_LAMBDA_DEPLOYMENT_H
#define SLSIM_LAMBDA_DEPLOYMENT_H

#include "engine/model.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

struct function;
struct validation;

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

extern const struct property deployment_preference_properties[];
extern const struct action function_actions[];
/* deployment_config.c: a configuration of the scenario's own */
extern const struct model_type deployment_config_type;
/* The course of the configuration that is called `name` (NULL: all at once); complains of `property` where there is none. */
void deployment_course_read(struct validation *validation, const char *property, const char *name, struct deployment_course *course);

/* deployment.c */

void deployment_validate(struct validation *validation, struct function *function);
void deployment_destroy(struct function *function);
void deployment_handle(struct simulation *simulation, struct function *function, const struct event *event);
void deployment_noticed(struct simulation *simulation, void *self, uint32_t alarm);
/* Was `request` sent to a hook? Then its answer is deployment_answered's. */
bool deployment_sent(const struct request *request);
void deployment_answered(struct simulation *simulation, struct function *function, struct request *request);

#endif
