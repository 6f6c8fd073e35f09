/* pattern.h: event patterns: what an event must look like, as an object of the same shape whose values are lists of what is accepted.
 * Sources: the EventBridge user guide, "Event pattern syntax" and "Comparison operators"; the Lambda developer guide, "Control which events
 * Lambda sends to your function"; the SNS developer guide, "Filter policies".
 *
 * Numbers are compared by value: 300 and 3.0e2 are the same here, which they are not where their spelling is compared. Case is ignored for
 * the letters of ASCII. A list in an event matches where one of its elements does, an empty one counts as not there. Where the parts of a
 * path are joined by dots in a name of the event or the pattern, they are not taken apart. */
#ifndef SLSIM_NOTATION_PATTERN_H
#define SLSIM_NOTATION_PATTERN_H

#include "engine/content.h"
#include "notation/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who reads the pattern, by the name that a property gives as its `unit`. */
enum pattern_dialect {
    PATTERN_EVENT,       /* "event": a rule of an event bus */
    PATTERN_MAPPING,     /* "mapping": a filter of an event source mapping: knows fewer operators */
    PATTERN_SUBSCRIPTION /* "subscription": a filter policy; {} lets all pass, null and "" do not exist */
};

enum pattern_operator {
    PATTERN_LITERAL_NULL,
    PATTERN_LITERAL_TRUE,
    PATTERN_LITERAL_FALSE,
    PATTERN_LITERAL_NUMBER,
    PATTERN_LITERAL_TEXT, /* with `ignore_case`: equals-ignore-case */
    PATTERN_PREFIX,
    PATTERN_SUFFIX,
    PATTERN_WILDCARD, /* `text` as it is written, `\` before what is meant literally */
    PATTERN_NUMERIC,
    PATTERN_CIDR,
    PATTERN_EXISTS,
    PATTERN_MISSING,
    PATTERN_ANYTHING_BUT /* none of `others` */
};

/* One element of a list. */
struct pattern_test {
    enum pattern_operator kind;
    bool ignore_case;
    bool low_open, high_open; /* NUMERIC: the limit itself is out */
    uint8_t address[16];      /* CIDR: in the order of the net */
    uint8_t address_size;     /* 4 or 16 bytes */
    uint8_t address_bits;     /* that must agree */
    const char *text;
    double low, high; /* NUMERIC; LITERAL_NUMBER: `low` */
    const struct pattern_test *others;
    size_t other_count;
};

/* What one field must be: a list of tests, or an object. */
struct pattern_field {
    const char *name;
    const struct pattern_test *tests;
    size_t test_count;
    const struct pattern_group *inner; /* NULL: tests */
};

/* "$or": one of these. */
struct pattern_or {
    const struct pattern_group *groups;
    size_t count;
};

/* An object: all of it. */
struct pattern_group {
    const struct pattern_field *fields;
    size_t field_count;
    const struct pattern_or *ors;
    size_t or_count;
};

struct pattern {
    enum pattern_dialect dialect;
    struct pattern_group root;
    struct pattern_extent extent;
    struct place place; /* for messages */
    const char *path;
};

/* What can be said of an event of which not all is known. */
enum pattern_verdict { PATTERN_NO, PATTERN_UNKNOWN, PATTERN_YES };

/* More than that is an error of the scenario: protection, not a quota. */
#define PATTERN_DEEPEST 64u
#define PATTERN_LARGEST 4096u /* fields and tests in all */

/* Compiles `node`, an object or a text that spells one; the store's. NULL after reporting. `dialect` NULL: "event". */
const struct pattern *pattern_parse(struct parse *parse, const char *dialect, const cJSON *node, const struct parse_path *path);

/* pattern_test.c: one element of a list; `anchor`: where mistakes are reported instead of at `node`, may be NULL. */
bool pattern_test_parse(struct parse *parse, enum pattern_dialect dialect, const cJSON *node, const cJSON *anchor,
                        const struct parse_path *path, struct pattern_test *test);
/* Is this the name of an operator? */
bool pattern_is_operator(const char *name);

/* pattern_match.c. `event` NULL: there is none. `partial`: what is not in it is not known, rather than not there. O(pattern x event). */
enum pattern_verdict pattern_match(const struct pattern *pattern, const cJSON *event, bool partial);

#endif
