/* content.h: what is known of an item beside its size: an event's body, an object's name, an operation, a request's method and path. A
 * scenario has few different ones; they are numbered when it is read, a request carries the number, and every pattern knows beforehand
 * which numbers it matches: so a filter costs one bit at run time, and no model reads a body. */
#ifndef SLSIM_ENGINE_CONTENT_H
#define SLSIM_ENGINE_CONTENT_H

#include "engine/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTENT_NONE 0u    /* nothing is said of it: every pattern lets it pass */
#define CONTENT_COUNT 256u /* a request has room for so many */

struct content {
    const char *event;      /* JSON text; NULL: not given */
    const char *object_key; /* NULL: not given */
    const char *operation;  /* the API action that a sender names, "PutObject"; NULL: the usual one of the target */
    const char *request;    /* "GET /items/7": a method, one space, a path; NULL: not given */
    bool consistent;        /* a read wants the newest */
    uint8_t over;           /* the content of its end: the same event and object key, and the operation "Expired", which nobody can name */
    int64_t lives_ns;       /* what is kept of it has its end after so long; 0: it says nothing of an end */
};

/* Number 0 is CONTENT_NONE. Immutable, the scenario's. */
struct content_table {
    const struct content *items;
    uint32_t count;
};

/* What a sender sends: one of `count` contents, the k-th with probability weights[k] - weights[k - 1]. */
struct content_choice {
    const uint8_t *contents; /* numbers; NULL: CONTENT_NONE */
    const double *weights;   /* rising to 1 */
    size_t count;
};

/* Draws from where `stream` stands; one content alone takes no draw. */
uint8_t content_draw(const struct content_choice *choice, struct stream *stream);

/* Does its operation, or its method, change nothing? False where neither is known. */
bool content_only_reads(const struct content *content);

/* Which contents something lets pass. */
struct content_set {
    uint64_t bits[CONTENT_COUNT / 64];
};

/* `set` NULL: lets all pass. */
static inline bool content_set_has(const struct content_set *set, uint8_t content)
{
    return !set || (set->bits[content / 64] >> content % 64 & 1u);
}

static inline void content_set_add(struct content_set *set, uint8_t content)
{
    set->bits[content / 64] |= UINT64_C(1) << content % 64;
}

/* How a sender wraps what it passes on, for patterns that look at the whole: the fields of a JSON object, by paths with dots. */
enum envelope_part {
    ENVELOPE_TEXT,  /* the row's own text */
    ENVELOPE_EVENT, /* the content's body; left out where there is none. With a text, of these operations alone: "PutItem UpdateItem"; "-"
                       first: of all but these */
    ENVELOPE_OBJECT_KEY, /* the content's object key; the same */
    ENVELOPE_SENDER,     /* the sender's name */
    ENVELOPE_OPERATION,  /* what the row's text, "PutItem INSERT UpdateItem MODIFY", calls the content's operation; the first where there is
                            none. What is not among them is not wrapped so: nothing matches it */
    ENVELOPE_NAMED,      /* the same, left out where there is no operation, or it is not among them */
    ENVELOPE_ATTRIBUTES  /* the body's member "MessageAttributes": each {"Type", "Value"} by its value; {"", ENVELOPE_ATTRIBUTES} alone
                            makes them the whole, and nothing matches where there are none */
};

struct envelope {
    const char *path; /* "detail.object.key"; the table ends with {0} */
    enum envelope_part part;
    const char *text;
};

/* How much there is of a pattern, for quotas. */
struct pattern_extent {
    uint32_t keys;       /* that have a list */
    uint32_t depth;      /* 1: not nested */
    double combinations; /* the product of each key's tests and its depth; the sum of these over what $or chooses from */
};

#endif
