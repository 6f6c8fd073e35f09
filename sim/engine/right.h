/* right.h: who may do what to whom. What a scenario's permissions say is judged once, when it is read. While it runs a right is a number,
 * and what is said against it a count, which only a fault changes: so a request to one whom everybody may call costs one look at a flag. */
#ifndef SLSIM_ENGINE_RIGHT_H
#define SLSIM_ENGINE_RIGHT_H

#include "engine/content.h"
#include "engine/request.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stdint.h>

struct simulation;

/* One that was judged. They are numbered from 1 in their list; number 0 is what is taken as given. */
struct right {
    uint32_t holder;             /* the entity whose right it is, and which a fault names; ENTITY_NONE: nobody's in particular */
    uint32_t from, target;       /* requests from one to the other need it; `target` ENTITY_NONE: whoever needs it asks by its number */
    struct content_set contents; /* the requests with these contents */
    const char *action;
    bool denied; /* from the beginning */
};

/* Immutable, the scenario's. */
struct right_table {
    const struct right *items;
    const uint32_t *by_pair; /* places in `items`, by target, then by sender, then as they are */
    uint32_t count;
};

/* What becomes of a request without its right. */
extern const struct cause cause_access_denied;

/* For simulation_new: nothing is said against any but those that are denied. */
enum status rights_init(struct simulation *simulation);
/* One reason more (`more` true), or fewer, against each right of `holder` whose action `pattern` matches (engine/glob.h, in either case).
 */
void rights_deny(struct simulation *simulation, uint32_t holder, const char *pattern, bool more);
/* Does `request`, on its way to `to`, need a right that its sender has not? O(log rights of the scenario). */
bool right_is_missing(const struct simulation *simulation, uint32_t to, const struct request *request);
/* The same of requests of `from` with that content. */
bool right_is_lacking(const struct simulation *simulation, uint32_t from, uint32_t to, uint8_t content);
/* The same of a right by its number. */
bool right_is_denied(const struct simulation *simulation, uint32_t number);

#endif
