/* function_network.h: a function in a VPC: when it can be invoked, where its environments are, and whom they reach. */
#ifndef SLSIM_LAMBDA_FUNCTION_NETWORK_H
#define SLSIM_LAMBDA_FUNCTION_NETWORK_H

#include "function_state.h"

extern const struct property function_vpc_properties[];

/* Finds its subnets, and says of each call whom it cannot reach. After the calls' targets are known. `silent`: it was said of another. */
void function_network_validate(struct validation *validation, struct function_config *config, bool silent);
/* What being in a VPC adds to the start of an environment whose times are the rules', in ns. */
double function_network_start_ns(const struct validation *validation, const struct function_config *config);

enum status function_network_create(struct simulation *simulation, struct function *function);
void function_network_destroy(struct function *function);
/* A function of the template is made: at once, or when the event comes. */
void function_network_start(struct simulation *simulation, void *self);
void function_network_made(struct simulation *simulation, struct function *function);

/* Why it cannot be invoked at all now; NULL: it can. `queued`: it is only taken into its queue. */
const struct cause *function_network_refusal(struct simulation *simulation, struct function *function, bool queued);
/* Where the next environment will be; false: there is no room, for *refusal. */
bool function_network_take(struct simulation *simulation, const struct function *function, struct network_stand *stand,
                           const struct cause **refusal);
/* It is no more: it gives back what it had. */
void function_network_leave(struct simulation *simulation, const struct function *function, const struct environment *environment);
/* Its process is gone, and the connections that it had with it. */
void function_network_forget(struct simulation *simulation, const struct function *function, const struct environment *environment);

/* Does a way lead from the environment to `to` now? */
bool function_network_reaches(const struct simulation *simulation, const struct function *function, const struct environment *environment,
                              uint32_t to);
/* Of a call that nobody answers. */
void function_network_packet(struct simulation *simulation, struct function *function, uint32_t id);

/* struct procedure_type's. */
bool function_network_carry(struct simulation *simulation, void *owner, uint32_t data, uint32_t to, struct request *request);
void function_network_returned(struct simulation *simulation, void *owner, uint32_t data, uint32_t to, const struct request *answer);

#endif
