/* dynamo_life.c: each item that has an end is looked at twice: when it is over, and when it is deleted. What is written anew meanwhile has
 * its later times, so an event that comes too early sends itself again. */
#include "dynamo_life.h"

#include "engine/content.h"
#include "engine/rule_book.h"

void dynamo_life_init(struct simulation *simulation, struct dynamo_life *life, const char *owner, uint16_t event_kind)
{
    const struct simulation_settings *settings = simulation->settings;
    pool_init(&life->items, sizeof(struct mortal), &simulation->memory, owner);
    key_map_init(&life->places, &simulation->memory, owner);
    stream_init(&life->delays, settings->seed, simulation->replication, owner, "expiry");
    life->item_bytes = (uint32_t)rule_bytes(settings->rules, "ddb_storage_item_kb");
    life->salt = item_salt(owner);
    life->event_kind = event_kind;
}

void dynamo_life_fini(struct dynamo_life *life)
{
    if (!life->items.owner)
        return;
    pool_fini(&life->items);
    key_map_fini(&life->places);
}

static struct mortal *mortal_at(const struct dynamo_life *life, uint32_t place)
{
    return pool_at(&life->items, place);
}

static void look_at(struct simulation *simulation, const struct dynamo_life *life, uint32_t owner, uint32_t place, int64_t at_ns)
{
    struct mortal *mortal = mortal_at(life, place);
    mortal->events++;
    mortal->looked_ns = at_ns;
    simulation_schedule(simulation, owner, life->event_kind, RANK_EXPIRY, at_ns, place);
}

/* It is no more, or has no end any more: its events still come. */
static void forget(struct dynamo_life *life, struct mortal *mortal, int64_t now_ns)
{
    if (mortal->gone)
        return;
    gauge_add(&life->there, now_ns, -1);
    gauge_add(&life->bytes, now_ns, -(int64_t)mortal->bytes);
    if (mortal->over)
        gauge_add(&life->expired, now_ns, -1);
    mortal->gone = true;
    mortal->over = false;
}

static uint32_t add(struct simulation *simulation, struct dynamo_life *life, uint32_t group)
{
    uint32_t place = pool_take(&life->items);
    if (place == POOL_NONE || (group != 0 && key_map_put(&life->places, group, place) != STATUS_OK)) {
        simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
        return POOL_NONE;
    }
    *mortal_at(life, place) = (struct mortal){.group = group, .gone = true, .looked_ns = TIME_FOREVER};
    return place;
}

/* What it is now, instead of what it was. */
static void renew(struct simulation *simulation, struct dynamo_life *life, uint32_t owner, uint32_t place, const struct request *request)
{
    const struct content *content = &simulation->settings->contents->items[request->content];
    struct mortal *mortal = mortal_at(life, place);
    int64_t now_ns = simulation->now_ns;
    forget(life, mortal, now_ns);
    stream_at(&life->delays, request->item, request->attempt);
    mortal->item = request->item;
    mortal->attempt = request->attempt;
    mortal->content = content->over;
    mortal->bytes = request->payload_bytes + life->item_bytes;
    mortal->ends_ns = time_add(now_ns, content->lives_ns);
    mortal->deleted_ns = time_add(mortal->ends_ns, distribution_sample_ns(life->delay, &life->delays.rng));
    mortal->gone = false;
    gauge_add(&life->there, now_ns, 1);
    gauge_add(&life->bytes, now_ns, mortal->bytes);
    if (mortal->ends_ns < mortal->looked_ns)
        look_at(simulation, life, owner, place, mortal->ends_ns);
}

bool dynamo_life_write(struct simulation *simulation, struct dynamo_life *life, uint32_t owner, const struct request *request,
                       uint32_t group, enum life_write write)
{
    const struct content_table *contents = simulation->settings->contents;
    bool ends = write != LIFE_DELETE && contents && contents->items[request->content].lives_ns > 0;
    uint32_t place = group != 0 ? key_map_find(&life->places, group) : POOL_NONE;
    if (place == POOL_NONE && ends && (place = add(simulation, life, group)) == POOL_NONE)
        return false;
    if (ends)
        renew(simulation, life, owner, place, request);
    else if (place != POOL_NONE && write != LIFE_UPDATE)
        forget(life, mortal_at(life, place), simulation->now_ns);
    return true;
}

void dynamo_life_read(struct dynamo_life *life, uint32_t group)
{
    uint32_t place = group != 0 ? key_map_find(&life->places, group) : POOL_NONE;
    if (place != POOL_NONE && mortal_at(life, place)->over)
        counter_add(&life->expired_reads, 1);
}

/* Nobody will look at it again. */
static void release(struct dynamo_life *life, uint32_t place)
{
    if (mortal_at(life, place)->group != 0)
        key_map_remove(&life->places, mortal_at(life, place)->group);
    pool_give(&life->items, place);
}

/* Is its end over, or is it deleted? */
static bool pass(struct simulation *simulation, struct dynamo_life *life, uint32_t owner, uint32_t place)
{
    struct mortal *mortal = mortal_at(life, place);
    if (mortal->ends_ns <= simulation->now_ns && !mortal->over) {
        mortal->over = true;
        gauge_add(&life->expired, simulation->now_ns, 1);
    }
    if (!mortal->over || mortal->deleted_ns > simulation->now_ns) {
        look_at(simulation, life, owner, place, mortal->over ? mortal->deleted_ns : mortal->ends_ns);
        return false;
    }
    forget(life, mortal, simulation->now_ns);
    counter_add(&life->deleted, 1);
    return true;
}

bool dynamo_life_look(struct simulation *simulation, struct dynamo_life *life, uint32_t owner, uint32_t place, struct mortal *deleted)
{
    struct mortal *mortal = mortal_at(life, place);
    bool is_last = false;
    mortal->events--;
    if (mortal->looked_ns == simulation->now_ns) { /* else another was sent, for a time before its own */
        mortal->looked_ns = TIME_FOREVER;
        is_last = !mortal->gone && pass(simulation, life, owner, place);
        *deleted = *mortal;
    }
    if (mortal->gone && mortal->events == 0)
        release(life, place);
    return is_last;
}
