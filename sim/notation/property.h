/* property.h: the property table: the single source for parsing, defaults, limits, --set, the JSON Schema and the reference page. */
#ifndef SLSIM_NOTATION_PROPERTY_H
#define SLSIM_NOTATION_PROPERTY_H

#include "engine/content.h"
#include "engine/distribution.h"
#include "engine/key.h"
#include "engine/step.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum property_kind {
    PROPERTY_INTEGER = 1,        /* int64_t */
    PROPERTY_NUMBER,             /* double */
    PROPERTY_BOOLEAN,            /* bool; CloudFormation's "true" and "false" too */
    PROPERTY_STRING,             /* const char * (the scenario's) */
    PROPERTY_ENUM,               /* int: the index in `choices`; with `properties` also an object, and then -1 */
    PROPERTY_TIME,               /* int64_t ns */
    PROPERTY_SIZE,               /* int64_t bytes */
    PROPERTY_RATE,               /* double per second */
    PROPERTY_PROBABILITY,        /* double, 0..1 */
    PROPERTY_TIME_DISTRIBUTION,  /* const struct distribution *, ns; NULL where not given and without fallback */
    PROPERTY_SIZE_DISTRIBUTION,  /* the same, bytes */
    PROPERTY_COUNT_DISTRIBUTION, /* the same, bare numbers */
    PROPERTY_LIFETIME,           /* struct lifetime: a time distribution, "forever", or {"halving": time} */
    PROPERTY_STEPS,              /* struct step_list */
    PROPERTY_ARRIVAL,   /* const struct arrival_process *: the property's name says which process; all share one field, one must be given.
                           With a `unit` that is the process, and nothing need be given */
    PROPERTY_REFERENCE, /* uint32_t: the index of a resource, ENTITY_NONE where not given; the k-th of `choices`, words that mean none:
                           ENTITY_WORD(k) */
    PROPERTY_OBJECT,    /* `properties` of the object, offsets into the same struct */
    PROPERTY_ACCEPTED,  /* CloudFormation's own, without effect on what is simulated: any value, not kept */
    PROPERTY_ENUM_LIST, /* int: as ENUM, written as a list of exactly one */
    PROPERTY_FLAGS,   /* uint32_t: a bit for each of `choices` (the first is bit 0, at most 32) that the list names; one alone needs no list
                       */
    PROPERTY_LIST,    /* struct property_list: a list of objects of `properties`, whose offsets are into an element of `size` bytes;
                         minimum and maximum are of their count */
    PROPERTY_MAP,     /* the same, written as an object: an element's first member, a const char *, is its key */
    PROPERTY_STRINGS, /* struct string_list; one alone needs no list */
    PROPERTY_KEY,     /* struct key_choice */
    PROPERTY_JSON,    /* const char *: any value, as JSON text */
    PROPERTY_TABLE,   /* no key: the rows of `properties` stand in its place, with their own offsets; such a row has no name */
    PROPERTY_RETRY,   /* struct retry_config: a mode's name, or an object */
    PROPERTY_PATTERN, /* const struct pattern *: what an event must look like; an object, or a string that spells one. `unit` is its
                         dialect: notation/pattern.h */
    PROPERTY_CONTENT, /* struct content_choice: the rows "event", "object_key", "operation", "request", "consistent" and "expires_after" of
                         a table share one field */
    PROPERTY_WORKFLOW, /* const struct workflow *: a state machine, as an object or a text; `unit` names the key beside it that says what
                          "${Key}" in it stands for; `outside`: it is the path of a file */
    PROPERTY_LATER,    /* known, but not modelled yet: writing it is an error that says so, and `help` what it would say */
    PROPERTY_DEFAULTS  /* as TABLE, but they cannot be written here: only their defaults are taken, for what another resource may set */
};

/* Both are the scenario's. */
struct property_list {
    void *items;
    size_t count;
};

struct string_list {
    const char *const *items;
    size_t count;
};

enum lifetime_kind { LIFETIME_DRAWN, LIFETIME_FOREVER, LIFETIME_HALVING };

struct lifetime {
    enum lifetime_kind kind;
    const struct distribution *drawn; /* DRAWN */
    int64_t halving_ns;               /* HALVING */
};

#define ENTITY_WORD(k) (UINT32_MAX - 1 - (uint32_t)(k))

/* The name of a row, ACCEPTED, for every key that no other row names. */
#define PROPERTY_ANY_KEY "*"

/* The name of a row of an element that is no object, or may be none: the value itself is the row's. Of kind MAP it takes objects too. */
#define PROPERTY_ITSELF "."

struct property {
    const char *name;
    enum property_kind kind;
    size_t offset;
    const char *unit;     /* the unit of a bare number: "s", "MB"; NULL: a bare number is an error for times, rates and sizes */
    const char *minimum;  /* the least value: a rule's name, or a literal such as "0"; NULL: none */
    const char *maximum;  /* the same */
    const char *step;     /* whole multiples of this only; a literal or a rule */
    const char *fallback; /* where not given: JSON text such as "0" or "\"most_recent\"", or a rule's name; NULL: the field stays zero */
    const char *const *choices;        /* ENUM, and REFERENCE that may be a word; ends with NULL */
    const struct property *properties; /* OBJECT, LIST, MAP, TABLE, and ENUM that may be an object; ends with {0} */
    size_t size;                       /* LIST, MAP: of an element */
    size_t given;                      /* 1 + offset of a bool that says whether the key was there; 0: nobody asks */
    bool required;
    bool lone;        /* LIST: one alone needs no list */
    bool outside;     /* REFERENCE: may be an address outside of the scenario too ("https://...", "ops@example.org", "/a/name"): then
                         ENTITY_NONE */
    bool live;        /* `changes` may set it while it runs: the type's `changed` hears of it */
    const char *help; /* one sentence for schema and reference */
};

/* What a `fault` of `changes` says, by offsets into struct fault of engine/fault.h: a factor; a rate; a share; that all is meant. */
extern const struct property fault_slow_properties[], fault_errors_properties[], fault_share_properties[], fault_all_properties[];

/* A row of kind LATER: `WHAT` as in "not modelled yet: consistent reads". */
#define PROPERTY_LATER_ROW(NAME, WHAT)                                                                                                     \
    {                                                                                                                                      \
        .name = NAME, .kind = PROPERTY_LATER, .help = WHAT                                                                                 \
    }

/* .given = PROPERTY_GIVEN(struct x, y_given) */
#define PROPERTY_GIVEN(type, field) (offsetof(type, field) + 1)
/* The row of a property that may be written and changes nothing here. */
#define ACCEPTED(NAME)                                                                                                                     \
    {                                                                                                                                      \
        .name = NAME, .kind = PROPERTY_ACCEPTED                                                                                            \
    }

#endif
