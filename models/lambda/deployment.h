/* deployment.h: traffic moves to a new version: CodeDeploy's configurations, hooks and rollback. */
#ifndef SLSIM_LAMBDA_DEPLOYMENT_H
#define SLSIM_LAMBDA_DEPLOYMENT_H

#include "function_state.h"

extern const struct property deployment_preference_properties[];
extern const struct action function_actions[];

void deployment_validate(struct validation *validation, struct function *function);
void deployment_handle(struct simulation *simulation, struct function *function, const struct event *event);
void deployment_noticed(struct simulation *simulation, void *self, uint32_t alarm);
/* Was `request` sent to a hook? Then its answer is deployment_answered's. */
bool deployment_sent(const struct request *request);
void deployment_answered(struct simulation *simulation, struct function *function, struct request *request);

#endif
