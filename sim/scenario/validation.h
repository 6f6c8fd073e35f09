/* validation.h: what a model's `validate` may ask and say. Models see no JSON; places and paths are looked up by property name.
 * Resources are validated in the order of the file, then the sources, then the account: so the account sees what resources told it. */
#ifndef SLSIM_SCENARIO_VALIDATION_H
#define SLSIM_SCENARIO_VALIDATION_H

#include "engine/content.h"
#include "engine/model.h"
#include "engine/rule_book.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern; /* notation/pattern.h */
struct sending; /* engine/sending.h */

struct validation; /* one entity's view while the scenario is validated */

/* The books and facts of the scenario. */
const struct rule_book *validation_rules(const struct validation *validation);
uint32_t validation_entity_count(const struct validation *validation);
/* This entity's index and name. */
uint32_t validation_self(const struct validation *validation);
const char *validation_name(const struct validation *validation, uint32_t entity);
const struct model_type *validation_type(const struct validation *validation, uint32_t entity);
/* A neighbour's parsed blob; cast by type. */
void *validation_config(const struct validation *validation, uint32_t entity);
/* The entity of that name; ENTITY_NONE when there is none. "account" is the account. */
uint32_t validation_find(const struct validation *validation, const char *name);
/* The entity that a text means which names it among other things: "F", "${F.Arn}", "F:live", "function:${F}:live", "table/T", an ARN that
 * ends so. The first name of the scenario in it; together with what stands after its colon where an entity is called so. ENTITY_NONE:
 * nothing here.
 */
uint32_t validation_named(const struct validation *validation, const char *text);
/* The run's times. */
int64_t validation_duration_ns(const struct validation *validation);
int64_t validation_warmup_ns(const struct validation *validation);
/* Does `allow_invalid` name this refusal? */
bool validation_allowed(const struct validation *validation, const char *refusal);

/* Whom a caller means that names `entity` in its `property` (NULL: the caller says itself whether it named a part, and `entity` is the
 * whole): the part that stands for the whole, unless another was named. */
uint32_t validation_callee(const struct validation *validation, const char *property, uint32_t entity);

/* What stands after the colon where the reference `property` of this entity names a part of a resource ("live" of "F:live"); NULL where
 * nothing does. */
const char *validation_qualifier(const struct validation *validation, const char *property);

/* The name nearest to `word`, for a hint; NULL where none is near. */
const char *validation_nearest(const char *word, const char *const *names, size_t count);

/* The sums over all resources of a type are wanted: measured under the type's name. */
void validation_want_totals(struct validation *validation);

/* "2025-01-01T00:00:00Z" in ns from the simulation's zero, negative where it lies before; false where it is no time in UTC. */
bool validation_instant(const struct validation *validation, const char *text, int64_t *at_ns);

/* Does this top-level property stand in the file, right or wrong? What is null or AWS::NoValue does not. */
bool validation_written(const struct validation *validation, const char *property);
/* The same of another entity. */
bool validation_written_of(const struct validation *validation, uint32_t entity, const char *property);
/* A neighbour's number by its property's name ("MemorySize", "EphemeralStorage.Size", "behavior.error_rate"), in the base unit (ns, bytes;
 * 0 or 1), given or by default; false where it has no such number. */
bool validation_number_of(const struct validation *validation, uint32_t entity, const char *property, double *number);

/* A neighbour's choice by its property's name, given or by default: one of the words that may stand there; NULL where it has none. */
const char *validation_choice_of(const struct validation *validation, uint32_t entity, const char *property);

/* Is it polled, and keeps the order of its groups? */
bool validation_in_order(const struct validation *validation, uint32_t entity);

/* Is this top-level property of the entity one that is being tried out: set on the command line, or varied by `sweep`? */
bool validation_varied(const struct validation *validation, const char *property);

/* Strings and distributions that live as long as the scenario. NULL when memory is out. */
const char *validation_string(struct validation *validation, const char *text);
void *validation_alloc(struct validation *validation, size_t count, size_t size); /* all zero */

/* Items pass from one entity to another: to find loops. */
void validation_flow(struct validation *validation, uint32_t from, uint32_t to);
/* The same of more that is known, or, with `aside`, of what is known beside it. */
struct onward {
    uint32_t from, to;
    const struct content_set *only; /* what passes: the scenario's, looked at when all are validated; NULL: all */
    const struct content_choice
        *made;    /* what `from` makes for it, when anything comes to it; NULL: it passes on what comes. The scenario's */
    double times; /* so many of each that comes; 0: it happens in rare cases, as of failures, and makes no loop */
    bool aside;
};
void validation_passes(struct validation *validation, const struct onward *onward);

/* What stands as text under this top-level property of an entity, an intrinsic function spelled out as reference_text does; NULL: nothing,
 * or no text. The scenario's. */
const char *validation_text(struct validation *validation, uint32_t entity, const char *property);

/* Something that this entity, or another in its name, wants to do. */
struct deed {
    uint32_t from;      /* who sends */
    uint32_t holder;    /* whose right it is: a role, a user; ENTITY_NONE: nobody's who is here */
    uint32_t target;    /* whom it is done to; ENTITY_NONE: what `resource` says */
    const char *action; /* NULL: what a call of `target` with each of `contents` takes */
    const char *resource;
    const struct content_choice *contents; /* with `action` NULL. NULL: whatever a request's content */
    const char *account;                   /* the number of another account, whose the sender is; NULL: the same account */
    const char *principal;                 /* a service that sends, or "*": anybody; NULL: neither */
    const char *ip;                        /* the address that is sent from; NULL: nobody knows */
    bool by_number;                        /* requests do not need it: whoever asks has its number */
    bool granted;                          /* something that is not in the template allows it: only what denies it counts */
    bool needed;                           /* without it, it is not deployed: "permission" among the refusals lets it run */
    bool silent;                           /* it was said before */
    const char *property;                  /* where it is said */
};

struct verdict {
    const char *why;  /* who does not let it, in words: "R does not allow queue:Send on Q" */
    const char *hint; /* what would help */
};

/* How permissions are judged, as a registry's `judge`. Texts are the scenario's. */
struct judge {
    /* What it takes to do `operation` (NULL: the usual one) at `target`, the `index`-th of several things; NULL: nothing more. */
    const char *(*action)(struct validation *validation, uint32_t target, const char *operation, size_t index);
    bool (*allows)(struct validation *validation, const struct deed *deed, const char *action, struct verdict *verdict);
    /* `from` sends to `to`: does it need a right as a service of its own? */
    bool (*asks)(struct validation *validation, uint32_t from, uint32_t to, struct deed *deed);
    const char *outcome; /* of what is not allowed, while it runs */
    const char *role;    /* the type of what somebody acts in the name of */
    const char *assume;  /* what it takes to act in its name */
};

/* The role of this scenario that a text names; ENTITY_NONE: none of it, and what it may do is taken as given. */
uint32_t validation_role(const struct validation *validation, const char *text);
/* May `service` act in the name of `role`? Reports at `property` that it may not: an error where it is `needed`. */
void validation_may_assume(struct validation *validation, uint32_t role, const char *service, bool needed, const char *property);

/* Judges a deed, and reports at its property what is not allowed: an error where it is `needed`, unless that is wanted, else a warning. The
 * right's number, for right_is_denied: of the last, where there are several; 0: it is taken as given. */
uint32_t validation_may(struct validation *validation, const struct deed *deed);
/* Where the judge keeps what it has found out: NULL at first. */
void **validation_judge_state(const struct validation *validation);
/* The logical id of the resource in whose short form this entity was written; NULL: it is written itself. */
const char *validation_owner(const struct validation *validation, uint32_t entity);
/* Has this entity a right whose action `pattern` matches? */
bool validation_has_right(const struct validation *validation, const char *pattern);

/* What the scenario says of its items' bodies. */
const struct content_table *validation_contents(const struct validation *validation);
/* Makes `set` of all contents for which `test` holds; CONTENT_NONE is asked about as a content of which nothing is known. */
void validation_contents_where(const struct validation *validation, bool (*test)(const struct content *content, const void *context),
                               const void *context, struct content_set *set);
/* The names of a content's body, by `index`, or of the object `within` it (NULL: of the body itself); NULL: there are no more, or it is no
 * object. *values: how many the list holds that stands there, 1 where none does. O(index). */
const char *validation_event_name(const struct validation *validation, uint8_t content, const char *within, size_t index, size_t *values);
/* Which contents `pattern` matches, when the entity `sender` (ENTITY_NONE: nobody in particular) wraps them so (`envelope` NULL: as they
 * are); the scenario's. NULL in, NULL out: all. What is not known of an item is taken to match: what a content leaves out that the envelope
 * would hold, and all of CONTENT_NONE but what the envelope says itself. A warning at the pattern says so. */
const struct content_set *validation_match(struct validation *validation, const struct pattern *pattern, const struct envelope *envelope,
                                           uint32_t sender);
/* The names that it asks for at the top, by `index`; NULL: there are no more. `*is_list`: it lists values, rather than going deeper. */
const char *validation_pattern_field(const struct pattern *pattern, size_t index, bool *is_list);

/* For `sends`: has the target judge what is sent to it. */
void validation_sends(struct validation *validation, const struct sending *sending);
/* For `receives`: complains in the sender at `key` of the sending, NULL: where it names its target. */
__attribute__((format(printf, 5, 6))) void validation_sending_error(struct validation *validation, const struct sending *sending,
                                                                    const char *key, const char *hint, const char *format, ...);
/* Complains of an operation that is none of `operations`, which end with NULL: what a type's own list does by itself. */
void validation_sending_names(struct validation *validation, const struct sending *sending, const char *const *operations);
/* Complains of items that can have no key; `what` says why they must: "a FIFO queue". */
void validation_sending_needs_key(struct validation *validation, const struct sending *sending, const char *what);
/* Does anything in the scenario give items keys? */
bool validation_keys_are_named(const struct validation *validation);

/* Reports at the place of `property` of this entity ("MemorySize", "behavior.init", "EphemeralStorage.Size", "Targets[1].Arn"; NULL: the
 * entity). */
__attribute__((format(printf, 4, 5))) void validation_error(struct validation *validation, const char *property, const char *hint,
                                                            const char *format, ...);
/* The same at a property of another entity, where that is what has to change. */
__attribute__((format(printf, 5, 6))) void validation_error_of(struct validation *validation, uint32_t entity, const char *property,
                                                               const char *hint, const char *format, ...);
__attribute__((format(printf, 4, 5))) void validation_warning(struct validation *validation, const char *property, const char *hint,
                                                              const char *format, ...);

#endif
