/* lifecycle_hook.h: hooks that hold an instance up as it comes or goes. Private to this folder. */
#ifndef SLSIM_SERVERS_LIFECYCLE_HOOK_H
#define SLSIM_SERVERS_LIFECYCLE_HOOK_H

#include "server_state.h"

/* One of LifecycleHookSpecificationList. */
struct lifecycle_hook {
    int transition, result; /* enum hook_transition, hook_result */
    int64_t heartbeat_ns;
};

extern const struct property lifecycle_hook_properties[];

/* At the group's create: what its hooks come to, its own and those that name it. */
void lifecycle_hooks_gather(const struct simulation *simulation, struct servers *group);
/* Complains where somebody is told and nobody said how long that takes. */
void lifecycle_hooks_check(struct validation *validation, const struct servers *group);

/* How long the server is held up; *abandoned: it is not to come at all. 0: there are no hooks. */
int64_t lifecycle_hooks_wait(struct servers *group, const struct server *server, enum hook_transition transition, bool *abandoned);

#endif
