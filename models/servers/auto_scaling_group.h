/* auto_scaling_group.h: the size of an Auto Scaling group. Private to this folder. */
#ifndef SLSIM_SERVERS_AUTO_SCALING_GROUP_H
#define SLSIM_SERVERS_AUTO_SCALING_GROUP_H

#include <stdint.h>

struct servers;
struct simulation;

/* New bounds and a new size; -1: as it is. What lies outside is moved to the nearer bound; no maximum is above the template's. */
void auto_scaling_group_resize(struct simulation *simulation, struct servers *servers, int64_t least, int64_t most, int64_t desired);

#endif
