/* ledger.h: where every item went. What entered an entity is counted by its final cause; entered = sum over causes + in flight, or the run
 * fails. */
#ifndef SLSIM_ENGINE_LEDGER_H
#define SLSIM_ENGINE_LEDGER_H

#include "engine/cause_list.h"
#include "engine/request.h"
#include "engine/status.h"

#include <stddef.h>
#include <stdint.h>

struct ledger_line {
    const struct cause *cause;
    uint64_t count;
};

struct ledger {
    uint64_t entered;
    uint64_t succeeded;        /* the line of cause_succeeded, kept apart for speed */
    struct ledger_line *lines; /* owned; the latest used first */
    size_t line_count, line_capacity;
};

void ledger_fini(struct ledger *ledger);

/* The general way: any cause. STATUS_NO_MEMORY loses the count (the conservation check will say so). */
enum status ledger_count_cause(struct ledger *ledger, const struct cause *cause, uint64_t count);

static inline void ledger_count(struct ledger *ledger, const struct cause *cause)
{
    if (__builtin_expect(cause == &cause_succeeded, 1))
        ledger->succeeded++;
    else
        (void)ledger_count_cause(ledger, cause, 1);
}

/* Adds up: the sum over all causes. */
uint64_t ledger_accounted(const struct ledger *ledger);

/* into += from, where causes with the same fate and text are one: that of `causes`, which outlives `from`. */
enum status ledger_merge(struct ledger *into, const struct ledger *from, struct cause_list *causes);
/* Sorts the lines by fate, then text. */
void ledger_sort(struct ledger *ledger);

#endif
