/* parse.h: what every parser of the scenario is handed: where mistakes go, whose memory is used, how a path is spelled. */
#ifndef SLSIM_NOTATION_PARSE_H
#define SLSIM_NOTATION_PARSE_H

#include "document/diagnostics.h"
#include "document/json.h"
#include "document/store.h"
#include "engine/rule_book.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct property;       /* notation/property.h */
struct references;     /* notation/references.h */
struct qualifier;      /* notation/references.h */
struct event_contents; /* notation/event_content.h */

/* One step of a path, linked to the one before: spelled out only when there is something to report. */
struct parse_path {
    const struct parse_path *parent; /* NULL: the first */
    const char *name;                /* NULL: an element of a list */
    size_t index;                    /* of the element */
};

struct parse {
    struct places *places;
    struct diagnostics *diagnostics;
    const char *folder;            /* files are named relative to it */
    struct scenario_store *store;  /* NULL: nothing is kept, nothing can be shared */
    const struct rule_book *rules; /* NULL: limits by rule are not checked */
    const struct references *references;
    struct event_contents *contents;  /* where items' bodies are kept; NULL: they are only looked at */
    struct qualifier **qualifiers;    /* of the entity that is being read; NULL: not kept */
    const char *whole;                /* of what that is a part, by name: it may say "1" for "F:1"; NULL: of nothing */
    const struct property *elsewhere; /* what the entity that is being read has in another place, and that place; may be NULL */
    const struct parse_path *elsewhere_path;
    const char *const *renames; /* of the entity that is being read, as a rewrite's: the file's name, the table's, ..., NULL; may be NULL */
    int64_t start_epoch_s;
    bool names_keys; /* something in the scenario gives items keys */
    bool lenient;    /* defaults of a table: a bare 0 needs no unit */
    bool failed;     /* memory ran out */
};

/* The path spelled out ("traffic.users.stages[2].to"); the caller frees. NULL when memory is out. */
char *parse_path_text(const struct parse_path *path);

/* What the file calls the property `name`. */
const char *parse_spelling(const struct parse *parse, const char *name);

/* Reports at the place of `node` (NULL: nowhere in particular). */
__attribute__((format(printf, 5, 6))) void parse_error(struct parse *parse, const cJSON *node, const struct parse_path *path,
                                                       const char *hint, const char *format, ...);
__attribute__((format(printf, 5, 6))) void parse_warning(struct parse *parse, const cJSON *node, const struct parse_path *path,
                                                         const char *hint, const char *format, ...);
/* Reports at the place of the node's key. */
__attribute__((format(printf, 5, 6))) void parse_key_error(struct parse *parse, const cJSON *node, const struct parse_path *path,
                                                           const char *hint, const char *format, ...);

/* `item` of an object has a key that nobody knows: the error names the nearest of `names`, or all of them where they are few. */
void parse_unknown_key(struct parse *parse, const cJSON *item, const struct parse_path *path, const char *const *names, size_t count);

/* False from where on so much is wrong that nobody reads hints, and looking for them in long lists takes time. */
bool parse_wants_hints(const struct parse *parse);

#define PARSE_HINT 600u
/* "did you mean "x"?" in `buffer` (PARSE_HINT bytes), or NULL where nothing is near. */
const char *parse_suggestion(const struct parse *parse, const char *word, const char *const *names, size_t count, char *buffer);
/* "a", "b" and "c" in `buffer` (PARSE_HINT bytes), cut off where they are many. */
char *parse_list_names(const char *const *names, size_t count, char *buffer);
/* The same with "or": "a", "b" or "c". */
char *parse_list_choices(const char *const *names, size_t count, char *buffer);

#define PARSE_SHOWN 64u
/* A value as a message shows it: 12, "text", an object. In `buffer` (PARSE_SHOWN bytes). */
char *parse_show(const cJSON *node, char *buffer);

/* Why a value that is a template's function ({"Ref": ...}) cannot be read; NULL for any other. */
const char *parse_function_hint(const cJSON *node);

/* True for an object (or a list); else says that one was expected, with `what` as the example. */
bool parse_expect_object(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *what);
bool parse_expect_list(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *what);

/* Looks up the `count` members by name (NULL where not given); the first `needed` must be there. Unknown keys are reported. */
bool parse_members(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *const *names, size_t needed,
                   size_t count, const cJSON **members);

/* JSON null and {"Ref": "AWS::NoValue"}: as good as not given. */
bool parse_is_nothing(const cJSON *node);

#endif
