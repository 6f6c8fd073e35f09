/* effects.h: remembers which calls had an effect, so that one that is made again for the same item is seen.
 *
 * An item may come again as long as somebody tries again, so what was done for it is kept: for `open_ns` after its last effect, and for
 * `settled_ns` once it has ended well and nobody waits for anything else. The items are kept in the order in which they are forgotten, so
 * memory is their rate x that time, about 80 bytes each with their slot of the table. */
#ifndef SLSIM_ENGINE_EFFECTS_H
#define SLSIM_ENGINE_EFFECTS_H

#include "engine/chain.h"
#include "engine/key_map.h"

#include <stdbool.h>
#include <stdint.h>

struct effects {
    int64_t open_ns, settled_ns;
    struct key_map items;  /* places in `done`, by item */
    struct pool done;      /* what was done for an item */
    struct key_map others; /* places in `marks`, by item, place and 64 numbers: of what has no bit of its own */
    struct pool marks;
    struct chain open, settled; /* of `done`, each in the order in which they are forgotten */
};

/* One call of a handler: the `k`-th at the `place`-th of its steps that call. */
struct effect {
    uint64_t item; /* for which it is made */
    uint32_t place, k;
};

/* `account` and `owner` are borrowed for its life. The struct must not be moved. Allocates nothing. */
void effects_init(struct effects *effects, int64_t open_ns, int64_t settled_ns, struct memory_account *account, const char *owner);
void effects_fini(struct effects *effects);

/* It has had its effect: `*again` says whether it had had it before. Amortised O(1). */
enum status effects_note(struct effects *effects, const struct effect *effect, int64_t now_ns, bool *again);
/* The item has ended well. O(1). */
void effects_settle(struct effects *effects, uint64_t item, int64_t now_ns);

#endif
