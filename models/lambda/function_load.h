/* function_load.h: what INIT reads before the handler can run: `init_steps`. */
#ifndef SLSIM_LAMBDA_FUNCTION_LOAD_H
#define SLSIM_LAMBDA_FUNCTION_LOAD_H

#include "function_state.h"

struct validation;

/* How long INIT for this item and attempt takes beyond `init`: *ns: what it reads of an image, and its init_steps. How the invocation ends
 * that waits for it where they fail; what no way leads to fails when the system gives up connecting; END_SUCCEEDED: they do not. */
enum invocation_end function_load(struct simulation *simulation, struct function *function, const struct environment *environment,
                                  uint64_t item, uint32_t attempt, int64_t *ns);

void function_load_validate(struct validation *validation, struct function_config *config, bool silent);

#endif
