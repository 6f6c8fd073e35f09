/* cause_list.h: causes that no model declares, made while it runs. Equal ones are made once and keep their address, which is what ledgers
 * count by. */
#ifndef SLSIM_ENGINE_CAUSE_LIST_H
#define SLSIM_ENGINE_CAUSE_LIST_H

#include "engine/request.h"

#include <stddef.h>

/* Begins as zeros. */
struct cause_list {
    struct cause **list; /* owned, with their texts */
    size_t count, capacity;
};

/* The cause of this fate and text, which is copied; NULL when memory is out. O(number of causes), of which a run meets few. */
const struct cause *cause_list_get(struct cause_list *causes, enum fate fate, const char *text);
/* All addresses are dead. */
void cause_list_fini(struct cause_list *causes);

#endif
