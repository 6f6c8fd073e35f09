/* server_credits.h: CPU credits of burstable instances. Private to this folder. */
#ifndef SLSIM_SERVERS_SERVER_CREDITS_H
#define SLSIM_SERVERS_SERVER_CREDITS_H

#include "server_kind.h"
#include "server_state.h"

struct gauge;

/* What is owed of that gauge, in vCPU-hours. */
double credits_surplus_hours(const struct gauge *surplus);

/* The server is launched; one that does not burst has none. */
void credits_begin(struct simulation *simulation, struct servers *servers, uint32_t which);
/* It is gone. */
void credits_end(struct simulation *simulation, struct servers *servers, uint32_t which);
/* Another number of its vCPUs works from now on: a standard one may be held to its baseline, or let go. */
void credits_moved(struct simulation *simulation, struct servers *servers, uint32_t which);
/* At its event: true: its speed has changed. */
bool credits_due(struct simulation *simulation, struct servers *servers, uint32_t which);

#endif
