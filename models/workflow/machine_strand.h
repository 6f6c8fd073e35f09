/* machine_strand.h: strands, ties, and the line of what is ready. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_STRAND_H
#define SLSIM_WORKFLOW_MACHINE_STRAND_H

#include "machine_state.h"

/* A tie of the strand; POOL_NONE when memory is out, which fails the run. */
uint32_t tie_new(struct simulation *simulation, struct machine *machine, uint32_t strand);
/* What it stood for has come: gives it back. The strand that waits; POOL_NONE: nobody any more. */
uint32_t tie_end(struct machine *machine, uint32_t tie);
/* Nobody waits for it any more. */
void tie_cut(struct machine *machine, uint32_t *tie);

/* A strand that enters the first state of `scope`, for `execution`; of a branch or an item, the `number`-th of `parent` (POOL_NONE: none).
 * POOL_NONE when memory is out. */
uint32_t strand_new(struct simulation *simulation, struct machine *machine, uint32_t execution, uint32_t parent, uint32_t number,
                    uint32_t scope, uint64_t item);
/* Gives it back, and everything that is under way for it; `cause` is the fate of its state, if it is in one. */
void strand_drop(struct simulation *simulation, struct machine *machine, uint32_t id, const struct cause *cause);
/* The same of its children alone. */
void strand_drop_children(struct simulation *simulation, struct machine *machine, uint32_t strand);
void strand_ready(struct machine *machine, uint32_t id);
/* It is ready in `wait_ns`, with `phase`; at once where that is 0. */
void strand_wait(struct simulation *simulation, struct machine *machine, uint32_t id, enum strand_phase phase, enum event_rank rank,
                 int64_t wait_ns);
/* An event of one of the kinds that have a tie. */
uint32_t strand_schedule(struct simulation *simulation, struct machine *machine, uint32_t strand, enum machine_event kind,
                         enum event_rank rank, int64_t wait_ns);
/* What it waits for will come for nobody; an execution that it waits for is stopped. */
void strand_let_go(struct simulation *simulation, struct machine *machine, struct strand *strand);
/* Its state is over. */
void strand_leave_state(struct simulation *simulation, struct machine *machine, struct strand *strand, const struct cause *cause);
/* Its state has failed. */
void strand_fail(struct machine *machine, uint32_t id, struct error error);

/* Goes through all that are ready (machine_run.c). */
void machine_work(struct simulation *simulation, struct machine *machine);

#endif
