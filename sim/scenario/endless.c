/* endless.c: loops that nothing stops: what an entity makes comes round to it, and no detection of loops sees through all of the way. From
 * each that makes items, which contents come where is followed until nothing new comes anywhere. */
#include "scenario/loader.h"

#include "engine/room.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fewer come back than went out: it ends by itself. */
#define ENDS_BELOW 0.999
#define WAY_LONGEST 400u
#define TOLD_MOST 20u
#define STEPS_MOST 50000000u

struct wave {
    struct loader *loader;
    const size_t *first;       /* of each entity: its first flow; one more at the end */
    struct content_set *there; /* of each entity: what comes to it */
    uint32_t *from;            /* of each: who brought the first of it */
    double *times;             /* how many of one that went out */
    uint32_t *line;            /* entities with something new; a ring of entity_count, each in it once */
    unsigned char *waits;      /* is it in it? */
    unsigned char *told;       /* of each entity: it is on a way that was told */
    uint32_t head, waiting, count;
    uint64_t steps; /* so that a hostile scenario ends */
};

static bool is_empty(const struct content_set *set)
{
    for (size_t i = 0; i < CONTENT_COUNT / 64; i++)
        if (set->bits[i] != 0)
            return false;
    return true;
}

/* What a flow makes: reads bring nothing about; what has an end may come again as that. */
static struct content_set made_by(const struct loader *loader, const struct content_choice *made)
{
    const struct content_table *contents = &loader->parse.contents->table;
    struct content_set set = {{0}};
    if (made->count == 0)
        content_set_add(&set, CONTENT_NONE);
    for (size_t i = 0; i < made->count; i++) {
        const struct content *content = &contents->items[made->contents[i]];
        if (content_only_reads(content))
            continue;
        content_set_add(&set, made->contents[i]);
        if (content->lives_ns > 0)
            content_set_add(&set, content->over);
    }
    return set;
}

static bool makes_all(const struct wave *wave, const struct flow *flow)
{
    return !flow->made && wave->loader->scenario->entities[flow->from].type->closes_loops;
}

/* What of `come` passes. */
static struct content_set passed(const struct wave *wave, const struct flow *flow, const struct content_set *come)
{
    struct content_set set = *come;
    if (flow->made)
        set = made_by(wave->loader, flow->made);
    else if (makes_all(wave, flow))
        memset(&set, 0xff, sizeof set);
    for (size_t i = 0; flow->only && i < CONTENT_COUNT / 64; i++)
        set.bits[i] &= flow->only->bits[i];
    return set;
}

/* It comes to an entity; who has something new stands in the line. */
static void come(struct wave *wave, const struct flow *flow, const struct content_set *set, double times)
{
    struct content_set *there = &wave->there[flow->to];
    bool is_new = false;
    if (is_empty(there)) {
        wave->from[flow->to] = flow->from;
        wave->times[flow->to] = times;
    }
    for (size_t i = 0; i < CONTENT_COUNT / 64; i++) {
        is_new = is_new || (set->bits[i] & ~there->bits[i]) != 0;
        there->bits[i] |= set->bits[i];
    }
    if (!is_new || wave->waits[flow->to])
        return;
    wave->waits[flow->to] = 1;
    wave->line[(wave->head + wave->waiting++) % wave->count] = flow->to;
}

/* Follows what `start` brings. */
static void spread(struct wave *wave, const struct flow *start)
{
    const struct content_set nothing = {{0}};
    struct content_set set = passed(wave, start, &nothing);
    memset(wave->there, 0, wave->count * sizeof *wave->there);
    memset(wave->waits, 0, wave->count);
    wave->head = wave->waiting = 0;
    if (is_empty(&set) || start->times <= 0)
        return;
    come(wave, start, &set, start->times);
    while (wave->waiting > 0 && wave->steps < STEPS_MOST) {
        uint32_t here = wave->line[wave->head];
        wave->head = (wave->head + 1) % wave->count;
        wave->waiting--;
        wave->waits[here] = 0;
        if (here == start->from)
            continue;
        for (size_t i = wave->first[here]; i < wave->first[here + 1]; i++) {
            const struct flow *flow = &wave->loader->flows[i];
            wave->steps++;
            set = passed(wave, flow, &wave->there[here]);
            if (flow->times > 0 && !is_empty(&set))
                come(wave, flow, &set, wave->times[here] * flow->times);
        }
    }
}

/* The way round, from `start` to it; false where a detection of loops sees all of it. `*blind`: the first that none sees through. */
static bool tell_way(struct wave *wave, uint32_t start, char way[WAY_LONGEST], uint32_t *blind)
{
    const struct scenario *scenario = wave->loader->scenario;
    bool stopped = false;
    size_t length = 0;
    uint32_t at = start, steps = 0;
    *blind = ENTITY_NONE;
    do { /* backwards */
        const struct model_type *type = scenario->entities[at].type;
        if (type->closes_loops && type->stops_loops && type->stops_loops(scenario->rules, scenario->entities[at].config))
            stopped = true;
        if (!type->keeps_chain)
            *blind = at;
        at = wave->from[at];
    } while (at != start && ++steps < wave->count);
    if (stopped && *blind == ENTITY_NONE)
        return false;
    uint32_t *round = calloc(steps + 2u, sizeof *round); /* the way is told forwards */
    if (!round)
        return false;
    uint32_t count = 0;
    at = start;
    do {
        round[count++] = at;
        wave->told[at] = 1;
        at = wave->from[at];
    } while (at != start && count < steps + 2u);
    length = (size_t)snprintf(way, WAY_LONGEST, "%.80s", scenario->entities[start].name);
    for (uint32_t i = count; i > 0; i--)
        if (length < WAY_LONGEST)
            length += (size_t)snprintf(way + length, WAY_LONGEST - length, " -> %.80s", scenario->entities[round[i - 1]].name);
    free(round);
    return true;
}

/* Does what `start` makes come back? */
static bool look(struct wave *wave, const struct flow *start)
{
    struct scenario *scenario = wave->loader->scenario;
    char way[WAY_LONGEST], hint[700];
    uint32_t blind;
    if (wave->told[start->from])
        return false;
    spread(wave, start);
    if (is_empty(&wave->there[start->from]) || wave->times[start->from] < ENDS_BELOW || !tell_way(wave, start->from, way, &blind))
        return false;
    struct validation validation = {.loader = wave->loader, .self = start->from};
    double times = wave->times[start->from];
    if (!scenario->endless)
        scenario->endless = validation_string(&validation, way);
    int length = blind == ENTITY_NONE ? snprintf(hint, sizeof hint, "the detection of loops is off")
                                      : snprintf(hint, sizeof hint, "the detection of loops does not see through %.80s, which is %.60s",
                                                 scenario->entities[blind].name, scenario->entities[blind].type->type);
    if (times > 1 / ENDS_BELOW)
        length += snprintf(hint + length, sizeof hint - (size_t)length, "; each round is %.3g times the one before, until a quota holds it",
                           times);
    snprintf(hint + length, sizeof hint - (size_t)length,
             ": it ends with the run, or after --max-events, and a month's bill is what it costs. Filter what comes back, write elsewhere, "
             "or let "
             "the code end it: {\"probability\": ..., \"steps\": [...]}");
    validation_warning(&validation, NULL, hint, "what it makes comes back to it, and nothing stops it: %s", way);
    return true;
}

void endless_find(struct loader *loader)
{
    const uint32_t count = loader->scenario->entity_count;
    if (loader->flow_count == 0 || !loader->parse.contents || count == 0)
        return;
    struct wave wave = {.loader = loader, .count = count};
    size_t *first = calloc((size_t)count + 1, sizeof *first);
    wave.there = calloc(count, sizeof *wave.there);
    wave.from = calloc(count, sizeof *wave.from);
    wave.times = calloc(count, sizeof *wave.times);
    wave.line = calloc(count, sizeof *wave.line);
    wave.waits = calloc(count, 1);
    wave.told = calloc(count, 1);
    wave.first = first;
    if (first && wave.there && wave.from && wave.times && wave.line && wave.waits && wave.told) {
        flows_index(loader, first);
        uint32_t told = 0;
        for (size_t i = 0; i < loader->flow_count && told < TOLD_MOST && wave.steps < STEPS_MOST; i++)
            if (loader->flows[i].made || makes_all(&wave, &loader->flows[i]))
                told += look(&wave, &loader->flows[i]);
    } else {
        loader->parse.failed = true;
    }
    free(first);
    free(wave.there);
    free(wave.from);
    free(wave.times);
    free(wave.line);
    free(wave.waits);
    free(wave.told);
}
