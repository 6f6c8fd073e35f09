/* placement.h: tasks on instances: which instance of a cluster has room for a task. Private to this folder. */
#ifndef SLSIM_SERVERS_PLACEMENT_H
#define SLSIM_SERVERS_PLACEMENT_H

#include "server_state.h"

/* One of PlacementStrategies. */
struct placement_strategy {
    int type; /* enum placement_type */
    const char *field;
};

enum placement_type { PLACE_SPREAD, PLACE_BINPACK, PLACE_RANDOM };

extern const struct property placement_strategy_properties[];

/* Complains of strategies that there are not. */
void placement_check(struct validation *validation, const struct servers *service);

/* How many tasks of a service an instance of that size takes, alone. */
int64_t placement_fit(const struct servers *service, const struct server_size *size, const struct servers *group);

/* An instance in service that has room for `task` of the service: takes it, and says whether the task's image is there already. False:
 * none has. O(instances). */
bool placement_take(struct simulation *simulation, struct servers *service, struct server *task, bool *has_image);
/* The task is gone. */
void placement_give(struct simulation *simulation, const struct server *task);

/* An instance of a group comes into service, or goes: what it has is counted in its cluster. */
void placement_count(struct simulation *simulation, const struct servers *group, const struct server *instance, int change);

#endif
