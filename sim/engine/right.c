/* right.c: rights while it runs. */
#include "engine/right.h"

#include "engine/glob.h"
#include "engine/procedure.h"
#include "engine/simulation.h"

#include <stdlib.h>

const struct cause cause_access_denied = {.fate = FATE_FAILED, .text = "AccessDenied"};

static void weigh(struct simulation *simulation, uint32_t place, bool more)
{
    const struct right *right = &simulation->settings->rights.items[place];
    uint32_t before = simulation->denials[place];
    simulation->denials[place] = more ? before + 1 : before - 1;
    if (right->target == ENTITY_NONE || simulation->entities[right->target].type->answers_denied)
        return;
    uint32_t *guarded = &simulation->entities[right->target].guarded;
    if (more && before == 0)
        (*guarded)++;
    else if (!more && before == 1)
        (*guarded)--;
}

enum status rights_init(struct simulation *simulation)
{
    const struct right_table *rights = &simulation->settings->rights;
    if (rights->count == 0)
        return STATUS_OK;
    simulation->denials = calloc(rights->count, sizeof *simulation->denials);
    if (!simulation->denials)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < rights->count; i++)
        if (rights->items[i].denied)
            weigh(simulation, i, true);
    return STATUS_OK;
}

void rights_deny(struct simulation *simulation, uint32_t holder, const char *pattern, bool more)
{
    const struct right_table *rights = &simulation->settings->rights;
    for (uint32_t i = 0; i < rights->count; i++)
        if (rights->items[i].holder == holder && glob_match(pattern, rights->items[i].action, true))
            weigh(simulation, i, more);
}

static bool comes_before(const struct right *right, uint32_t from, uint32_t to)
{
    return right->target != to ? right->target < to : right->from < from;
}

bool right_is_lacking(const struct simulation *simulation, uint32_t from, uint32_t to, uint8_t content)
{
    const struct right_table *rights = &simulation->settings->rights;
    uint32_t low = 0, high = rights->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (comes_before(&rights->items[rights->by_pair[middle]], from, to))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < rights->count; low++) {
        uint32_t place = rights->by_pair[low];
        const struct right *right = &rights->items[place];
        if (right->target != to || right->from != from)
            break;
        if (simulation->denials[place] > 0 && content_set_has(&right->contents, content))
            return true;
    }
    return false;
}

bool right_is_missing(const struct simulation *simulation, uint32_t to, const struct request *request)
{
    if (request->from == to && !procedure_sent(request))
        return false; /* one's own queue hands over what was let in */
    return right_is_lacking(simulation, request->from, to, request->content);
}

bool right_is_denied(const struct simulation *simulation, uint32_t number)
{
    return number > 0 && simulation->denials[number - 1] > 0;
}
