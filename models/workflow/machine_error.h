/* machine_error.h: which errors are which. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_ERROR_H
#define SLSIM_WORKFLOW_MACHINE_ERROR_H

#include "machine_state.h"

extern const struct error error_timeout, error_heartbeat, error_no_choice, error_runtime, error_size, error_threshold, error_reader,
    error_writer;
extern const struct cause cause_timed_out, cause_aborted;

/* What a task fails with whose call ended with `cause`. */
struct error error_of_answer(const struct state_plan *plan, const struct cause *cause);
/* The same where what it began, and is not simulated, failed. */
struct error error_of_work(const struct state_plan *plan);
/* Does one of Retry's or Catch's names mean it? `of_branches`: a Parallel failed with its branch's error. */
bool error_matches(const struct workflow_names *names, const struct error *error, bool of_branches);
static inline bool error_is_timeout(const struct error *error)
{
    return error->cause == &cause_timed_out;
}

#endif
