/* snap_start.h: published versions that restore a snapshot instead of running INIT. Source: rules snapstart_*. */
#ifndef SLSIM_LAMBDA_SNAP_START_H
#define SLSIM_LAMBDA_SNAP_START_H

#include "function_state.h"

void snap_start_init(struct simulation *simulation, struct function *function);
/* From now on the version's snapshot is kept. */
void snap_start_publish(struct simulation *simulation, struct function *function);
void snap_start_validate(struct validation *validation, const struct function_config *config);
extern const struct property snap_start_properties[];
extern const char *const function_refusals[];

#endif
