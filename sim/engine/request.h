/* request.h: what travels between endpoints, and how it can end.
 *
 * Everything callable is an endpoint: request_send hands a request to an entity's `accept`; the answer comes back once, through the
 * sender's `done`. Requests live in the simulation's pool; whoever the contract below names must let go of them. */
#ifndef SLSIM_ENGINE_REQUEST_H
#define SLSIM_ENGINE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Where an item can end. The words of fates.csv. */
enum fate {
    FATE_SUCCEEDED,
    FATE_FAILED,
    FATE_THROTTLED,
    FATE_TIMED_OUT,
    FATE_REJECTED,
    FATE_DEAD_LETTERED,
    FATE_EXPIRED,
    FATE_DISCARDED,
    FATE_DROPPED,
    FATE_IN_FLIGHT,
    FATE_COUNT
};

extern const char *const fate_names[FATE_COUNT];

/* One way to end: a fate and a word or phrase. Models declare theirs as static constants and name them by address. */
struct cause {
    enum fate fate;
    bool server_error; /* a 5xx of the service itself, which SDKs try again */
    bool disconnects;  /* the connection that it came through is gone: who keeps it has to open another */
    const char *text;
};

/* Done, with nothing to add. */
extern const struct cause cause_succeeded;

/* Turned away, or not served by the service's own fault: what was asked for has not been tried. */
static inline bool cause_is_of_service(const struct cause *cause)
{
    return cause->fate == FATE_THROTTLED || cause->server_error;
}

#define ENTITY_NONE UINT32_MAX
#define HOPS_MAX 31u

struct request {
    uint64_t item;             /* item_salt of the source + the item's ordinal: the place in every stream that draws for it */
    int64_t born_ns;           /* when the item was first sent */
    int64_t sent_ns;           /* when this attempt was sent; set by request_send */
    int64_t handler_ns;        /* the handler time that a trace gives, or -1: drawn */
    const struct cause *cause; /* how it ended; set by request_done */
    uint32_t id;               /* its own id in the simulation's pool */
    uint32_t from;             /* the entity whose `done` is called; ENTITY_NONE: nobody waits any more */
    uint32_t from_data;        /* the sender's own: what it wants to find again */
    uint32_t group;            /* which partition key or message group; 0 where the sender names none */
    uint32_t payload_bytes;    /* of an answer that succeeded: what comes back, where the answerer says it; 0: it does not say */
    uint16_t attempt;          /* from 0 */
    uint8_t content;           /* a number of engine/content.h: what is known of its body */
    bool asynchronous : 1;     /* invocation type Event: answered when accepted */
    bool is_batch : 1;         /* the sender has a batch for it */
    bool poison : 1;           /* its source says that it always fails, however often it is tried */
    uint8_t hops : 5;          /* how often its chain has come round to where it has been; at most HOPS_MAX */
};

/* One line of the cache: there are as many as what is in flight. */
_Static_assert(sizeof(struct request) == 64, "a request is one cache line");

#endif
