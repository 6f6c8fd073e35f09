/* dynamo_life.h: Time to Live: items that have an end, and are deleted in the background some time after it, without write units. Private
 * to this folder.
 * Sources: DynamoDB developer guide, "Using time to live (TTL) in DynamoDB" and "Working with expired items and time to live"; API
 * Reference, UpdateTimeToLive. Until it is deleted an item is read and paid for like any other. What is put again begins anew, without an
 * end where it says none; what is updated keeps its end, unless it says another. */
#ifndef SLSIM_STREAMS_DYNAMO_LIFE_H
#define SLSIM_STREAMS_DYNAMO_LIFE_H

#include "engine/distribution.h"
#include "engine/key_map.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdbool.h>
#include <stdint.h>

struct dynamo_life {
    /* config */
    bool given, enabled, delay_given;
    const char *attribute;
    const struct distribution *delay; /* from an item's end to its deletion */

    /* state */
    struct pool items;     /* of struct mortal */
    struct key_map places; /* by key */
    struct stream delays;
    uint32_t item_bytes; /* beside an item's own */
    uint16_t event_kind; /* its `data` is the item's place */
    uint64_t salt;

    struct counter deleted, expired_reads;
    struct gauge there, expired, bytes; /* items that have an end; those whose end is over; what they all take */
};

/* One item that has an end. */
struct mortal {
    uint64_t item; /* of the write */
    int64_t ends_ns, deleted_ns;
    int64_t looked_ns; /* when the next event that counts comes; TIME_FOREVER: none will */
    uint32_t group;    /* 0: nobody will find it again */
    uint32_t bytes;
    uint32_t events; /* that are to come */
    uint16_t attempt;
    uint8_t content; /* of its end */
    bool gone, over;
};

void dynamo_life_init(struct simulation *simulation, struct dynamo_life *life, const char *owner, uint16_t event_kind);
void dynamo_life_fini(struct dynamo_life *life);

/* What a write is to an item. */
enum life_write { LIFE_PUT, LIFE_UPDATE, LIFE_DELETE };

/* A write was accepted, of the item `group` (0: a new one). `owner` gets the events. False when memory is out, which also fails the run.
 * O(1). */
bool dynamo_life_write(struct simulation *simulation, struct dynamo_life *life, uint32_t owner, const struct request *request,
                       uint32_t group, enum life_write write);
/* A read of the item. O(1). */
void dynamo_life_read(struct dynamo_life *life, uint32_t group);
/* An event; true: it deletes an item, and `*deleted` is what it was. O(1). */
bool dynamo_life_look(struct simulation *simulation, struct dynamo_life *life, uint32_t owner, uint32_t place, struct mortal *deleted);

#endif
