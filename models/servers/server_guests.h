/* server_guests.h: tasks as guests of instances: what one means to the other as it comes and goes. Private to this folder. */
#ifndef SLSIM_SERVERS_SERVER_GUESTS_H
#define SLSIM_SERVERS_SERVER_GUESTS_H

#include "server_state.h"

/* A task of the service is gone: its instance has room again, or goes itself if it was to and this was the last one. */
void guests_left(struct simulation *simulation, struct servers *service, const struct server *task);
/* An instance of the group goes: its tasks get no more requests, and others are started elsewhere. */
void guests_move(struct simulation *simulation, const struct servers *group, uint32_t which);
/* It is gone, and so are they. */
void guests_lose(struct simulation *simulation, const struct servers *group, uint32_t which);
/* There may be room in the cluster: at the end of this instant it is looked for. */
void guests_look(struct simulation *simulation, uint32_t cluster);

#endif
