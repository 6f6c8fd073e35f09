/* function_connect.h: connections that environments keep to what their handlers call. */
#ifndef SLSIM_LAMBDA_FUNCTION_CONNECT_H
#define SLSIM_LAMBDA_FUNCTION_CONNECT_H

#include "function_state.h"

/* Whom the handler's steps keep connections to, and the file system that is mounted. */
enum status function_connect_create(struct simulation *simulation, struct function *function);
void function_connect_destroy(struct function *function);

/* Opens an environment's connections, all or none, for the item and attempt by which their time is drawn: *ns is how long that takes, and
 * *asleep_ns how much of it passes whoever waits. How the invocation ends where one is refused; END_SUCCEEDED: none was. Nothing happens
 * where it has them, or keeps none. */
enum invocation_end function_connect(struct simulation *simulation, struct function *function, struct environment *environment,
                                     uint64_t item, uint32_t attempt, int64_t *ns, int64_t *asleep_ns);
/* They are closed, if it has any; what is mounted stays. */
void function_disconnect(struct simulation *simulation, const struct function *function, struct environment *environment);
/* The environment ends, and all of it. */
void function_leave_links(struct simulation *simulation, const struct function *function, struct environment *environment);
/* A type's `bytes_per_s`: the network share of its memory. */
double function_bytes_per_s(const void *self);
/* A type's `through_connection`. */
bool function_through_connection(const struct simulation *simulation, const void *self, const struct request *request, uint64_t *client,
                                 int64_t *since_ns);
/* The answer to `request`, which a handler sent, says that the connection is gone that it came through. */
void function_connection_lost(struct simulation *simulation, const struct function *function, const struct request *request);

#endif
