/* interrupt.h: SIGINT and SIGTERM end a run at its next look; the second one ends the program. */
#ifndef SLSIM_COMMAND_INTERRUPT_H
#define SLSIM_COMMAND_INTERRUPT_H

#include <stdatomic.h>

/* From now on the first signal sets the flag that is returned. */
const atomic_bool *interrupt_watch(void);

#endif
