/* provisioned.h: provisioned concurrency: environments that are kept ready, and paid for. Source: the Lambda developer guide, "Configuring
 * provisioned concurrency"; rules provisioned_*. */
#ifndef SLSIM_LAMBDA_PROVISIONED_H
#define SLSIM_LAMBDA_PROVISIONED_H

#include "function_state.h"

void provisioned_init(struct function *function);
void provisioned_fini(struct function *function);
/* From now on `count` environments are to be kept ready. `at_once`: they are there already. */
void provisioned_order(struct simulation *simulation, struct function *function, int64_t count, bool at_once);
void provisioned_allocated(struct simulation *simulation, struct function *function, uint32_t order);
void provisioned_started(struct simulation *simulation, struct function *function, struct environment *environment);
/* The memory of each is another now: they are replaced. */
void provisioned_resized(struct simulation *simulation, struct function *function);
void provisioned_paid(struct simulation *simulation, struct function *function, uint32_t mb);
/* Is one idle, and may it take a request now? Else the request is served on demand. */
bool provisioned_is_free(struct function *function, int64_t now_ns);
/* The one that serves it. */
struct environment *provisioned_take(struct simulation *simulation, struct function *function, const struct request *request);
/* A provisioned environment is no longer busy, or was idle until it got too old. */
void provisioned_release(struct simulation *simulation, struct function *function, struct environment *environment);
void provisioned_recycle(struct simulation *simulation, struct function *function, struct environment *environment);
/* A fault took it: another one starts in its place. As environment_lose. */
void provisioned_lost(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending);
/* It was busy, and broke. */
void provisioned_broken(struct simulation *simulation, struct function *function, struct environment *environment);
/* Each version gets its share of what the alias has by now, those that get less first. O(entities). */
void provisioned_redistribute(struct simulation *simulation, struct function *alias, bool at_once);

#endif
