/* nat_instance.h: an instance that passes on what is not for itself. */
#ifndef SLSIM_SERVERS_NAT_INSTANCE_H
#define SLSIM_SERVERS_NAT_INSTANCE_H

#include "server_state.h"

extern const struct carrier nat_instance_carrier;

void nat_instance_init(struct simulation *simulation, struct servers *servers);
void nat_instance_fini(struct servers *servers);

#endif
