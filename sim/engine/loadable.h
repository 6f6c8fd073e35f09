/* loadable.h: the role of what a function's INIT may read from: a bucket, a file system. How long that takes is known when it is asked for,
 * so that INIT is one span of time; what is shared, such as throughput, is taken at that moment. */
#ifndef SLSIM_ENGINE_LOADABLE_H
#define SLSIM_ENGINE_LOADABLE_H

#include "engine/request.h"

#include <stdbool.h>
#include <stdint.h>

struct simulation;

struct loadable {
    /* Does what `request` asks for: its item, attempt, content, key and bytes count, nobody is answered. *ns: how long that takes of one
     * who moves so many bytes a second. False: it is refused, at once. */
    bool (*load)(struct simulation *simulation, void *self, const struct request *request, double bytes_per_s, int64_t *ns);
    /* Is what is read kept in the reader's own storage? */
    bool stored;
};

#endif
