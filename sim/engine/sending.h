/* sending.h: what one entity sends to another by itself, as far as it is known before anything runs: for who gets it to judge. */
#ifndef SLSIM_ENGINE_SENDING_H
#define SLSIM_ENGINE_SENDING_H

#include "engine/content.h"

#include <stdbool.h>
#include <stdint.h>

struct sending {
    uint32_t target;
    const char *part; /* what is named of the target, "live" of "F:live", where that is no entity of its own; NULL: nothing */
    struct content_choice content;
    bool has_key;              /* each item gets a key of its own */
    bool passes_key_on;        /* else that of what is handled, if that has one */
    const char *place;         /* where its keys stand in the sender: "behavior.steps[2]."; "": at the top */
    const char *target_key;    /* the key that names the target: "target", "call" */
    const char *operation_key; /* the one that names an operation: "operation", "op" */
};

#endif
