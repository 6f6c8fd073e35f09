/* instance.h: what instances have in common, alone and in groups. Private to this folder. */
#ifndef SLSIM_SERVERS_INSTANCE_H
#define SLSIM_SERVERS_INSTANCE_H

#include "server_state.h"

/* What an instance and a launch template both may say, without effect here. */
extern const struct property instance_accepted_properties[];

/* The keys of LaunchTemplate. */
extern const struct property instance_template_properties[];

/* The keys of CreditSpecification, of an instance. */
extern const struct property instance_credit_properties[];

/* Finds the type, what it has and costs, and how long it boots. */
void instance_resolve(struct validation *validation, struct servers *servers);
void instance_quantities(const struct simulation *simulation, const void *self, struct bill *bill);

#endif
