/* model.h: a model is one struct of functions and tables. What its author does not write: parsing, limits, unit conversion, error texts,
 * the schema, the reference page, CSV, the ledger's bookkeeping, prices, random streams, memory, --set, threads. */
#ifndef SLSIM_ENGINE_MODEL_H
#define SLSIM_ENGINE_MODEL_H

#include "engine/event_queue.h"
#include "engine/request.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct simulation;
struct property;    /* notation/property.h */
struct metric_type; /* measure/metric.h */
struct line_item;   /* measure/bill.h */
struct bill;        /* measure/bill.h */
struct batch;       /* engine/batch.h */
struct pollable;    /* engine/pollable.h */
struct streamable;  /* engine/streamable.h */
struct connectable; /* engine/connectable.h */
struct cacheable;   /* engine/cacheable.h */
struct cache_wish;  /* engine/cacheable.h */
struct loadable;    /* engine/loadable.h */
struct carrier;     /* engine/carrier.h */
struct attachable;  /* engine/carrier.h */
struct scalable;    /* engine/scalable.h */
struct observable;  /* engine/observable.h */
struct validation;  /* scenario/validation.h */
struct envelope;    /* engine/content.h */
struct caller;      /* engine/caller.h */
struct judge;       /* scenario/validation.h */
struct rule_book;   /* engine/rule_book.h */
struct sending;     /* engine/sending.h */
struct handled;     /* engine/handler.h */
struct hosts;       /* engine/hosts.h */
struct registrar;   /* engine/hosts.h */

/* How the SDKs call a service in their standard and adaptive modes, where that differs from others: names of rules. */
struct sdk_habits {
    const char *max_attempts, *base; /* of transient errors */
};

/* One thing that can happen to an entity while it runs, by the scenario's `changes`: {"at": "10m", "StartMessageMoveTask": "Dlq"}. */
struct action {
    const char *verb;                  /* the key whose value names the entity: "fault", "deploy", or an operation of the service's API */
    const char *kind;                  /* of a "fault": which; else NULL */
    const struct property *properties; /* the other keys, by offsets into the arguments; ends with {0}; NULL: none */
    size_t size;                       /* of the arguments */
    const char *help;
    /* When the scenario is read, through the entity's own validation; `property` paths are those of the change. May be NULL. */
    void (*validate)(struct validation *validation, const void *config, void *arguments);
    void (*begin)(struct simulation *simulation, void *self, const void *arguments);
    /* When its `for` is over, with the same arguments; NULL: it takes no `for`. */
    void (*end)(struct simulation *simulation, void *self, const void *arguments);
};

/* Parts of an entity that nobody writes down and that are measured by themselves, "Clicks/shard-0": entities too, made when the scenario
 * has been read. */
struct inner_parts {
    const struct model_type *type; /* theirs: metrics in a state of their own, and nothing that is read from the scenario */
    const char *name;              /* "shard": they are numbered from 0 */
    const char *(*name_of)(const void *config, uint32_t index); /* they have names instead, "Machine/Check"; NULL: numbers */
    uint32_t (*count)(const void *config);                      /* by the owner's blob, once it is validated */
    size_t first_offset; /* of an uint32_t of the owner's state: the first one's entity; the others follow */
};

struct model_type {
    const char *type;    /* CloudFormation's type, "Custom::*" for all that begin so and have no model of their own; or "account", "traffic"
                            for what is no resource */
    const char *service; /* as on AWS's bill, e.g. "AWS Lambda"; NULL: bills nothing */
    const char *help;    /* one or two sentences for the reference page */

    /* The state of one entity in one replication. The scenario fills one blob of this size from the tables below (offsets into it,
     * everything else zero); each replication starts from a copy of that blob. Pointers that parsing set stay the scenario's. */
    size_t size;
    const struct property *properties; /* the template's `Properties` (of account and traffic: all keys); ends with {0} */
    const struct property *behavior;   /* the keys of `behavior`; NULL: takes none */
    const struct metric_type *metrics; /* offsets into the same state; ends with {0}; NULL: none */
    const struct line_item *line_items;

    /* What the type's `validate` refuses unless the scenario's `allow_invalid` names it; ends with NULL; NULL: nothing. */
    const char *const *refusals;

    /* Once, after every blob is parsed: checks that need neighbours, resolves what depends on several keys, reports through
     * `validation`. May change the blob. May be NULL, like all that follow. */
    void (*validate)(struct validation *validation, void *config);
    /* Another entity's `property` names the part `qualifier` of this one ("live" of "F:live"): says through that entity's `validation` when
     * there is no such part. NULL: any will do. */
    void (*check_part)(struct validation *validation, const char *property, const void *config, const char *qualifier);

    /* Optional: once all were validated, tells by validation_sends of each kind of thing that it sends by itself. */
    void (*sends)(struct validation *validation, const void *config);
    /* Optional: what it, with this `config`, would refuse of what is sent to it, whatever comes: says so through the sender's validation
     * (validation_sending_error). */
    void (*receives)(struct validation *validation, const struct sending *sending, const void *config);
    /* The operations of its API that who sends may name; ends with NULL; NULL: any word will do. */
    const char *const *operations;

    /* The provider's detection of loops sees through it: what it passes on keeps the request's `hops`. */
    bool keeps_chain;
    bool deletes_expired; /* what is written to it may have an end: it heeds `expires_after` */
    bool gets;            /* it sends over HTTP: what it sends without a word is a GET */
    bool answers_denied;  /* who may not call it is answered by it, in its own words: others are turned away before it */
    bool closes_loops;    /* it counts how often a chain of requests comes round to it */
    /* Of one that does, by its parsed blob: does it stop such a chain? NULL: no. */
    bool (*stops_loops)(const struct rule_book *rules, const void *config);

    /* An uint32_t at this offset of the state is set to the entity's index in simulation->entities. */
    size_t self_offset;

    /* Of a part of another resource, which has a name of its own in every output, "F:live": the property that names that resource, and the
     * one with the part's name; NULL: parts are numbered from 1 in the order of the file. `inherits`: a part begins as a copy of the part
     * before, the first as one of the whole, whose state has the same shape. */
    const char *part_of, *part_name;
    bool inherits;
    const struct property *not_inherited; /* a table of what each part has of its own, or its default; NULL: none */
    /* The part that a caller means who names the whole; NULL: the whole itself. */
    const char *(*default_part)(const void *config);

    const struct inner_parts *inner; /* NULL: none */

    /* What may happen while it runs; ends with {0}; NULL: nothing. */
    const struct action *actions;
    /* A property that is `live` has been set in the state, by the scenario's `changes`; `offset` is that property's. */
    void (*changed)(struct simulation *simulation, void *self, size_t offset);

    /* For each replication: allocate (create), schedule the first events (start, after every entity's create), free (destroy; also after
     * a failed create). */
    enum status (*create)(struct simulation *simulation, void *self);
    void (*start)(struct simulation *simulation, void *self);
    void (*destroy)(struct simulation *simulation, void *self);

    /* Optional: asks the processor for the memory that `handle` will touch for an event that comes soon (`near` false: some events away;
     * true: in a moment, when what was asked for first is there). Must change nothing. */
    void (*prefetch)(const struct simulation *simulation, const void *self, const struct event *event, bool near);
    void (*handle)(struct simulation *simulation, void *self, const struct event *event);
    void (*accept)(struct simulation *simulation, void *self, struct request *request);
    void (*done)(struct simulation *simulation, void *self, struct request *request);

    /* Optional: what it sent with this `from_data` was accepted before, to wait in its target's delivery (delivery_accept), and is over
     * now. */
    void (*outcome)(struct simulation *simulation, void *self, uint32_t from_data, const struct cause *cause);

    /* Optional: the entity `subject`, to which it listens (engine/observable.h), is in another state; or `subject` names it among its
     * actions, and then it hears of it again as long as the state lasts. */
    void (*noticed)(struct simulation *simulation, void *self, uint32_t subject);

    /* How it wraps what it sends where patterns look at the whole, as on an event bus: tables of rows, ends with NULL; NULL: it wraps
     * nothing. `envelope` says which of them a request from it is in, now or later; NULL: always the first. Whoever has patterns asks
     * validation_match for each entity of a type with envelopes, and keeps the answers by entity and number. */
    const struct envelope *const *envelopes;
    uint32_t (*envelope)(const struct simulation *simulation, const void *self, const struct request *request);

    /* Of one who sends in somebody's name: what is known of that, from its state or its parsed blob. NULL: nothing. */
    const struct caller *(*caller)(const void *self);

    /* Of one that runs functions near its users: does it run this one? By its state. NULL: none. */
    bool (*runs_at_edge)(const void *self, uint32_t function);
    /* And in which of several places, from 0 to EDGE_PLACES_MAX - 1, does it run what it asks for by `request`? Copies in two places share
     * no environments. With runs_at_edge. */
    uint32_t (*edge_place)(const void *self, const struct request *request);

    /* Of one whose steps have a `via`: whom `request`, which it sent to what stands in front, is for. ENTITY_NONE: nobody. */
    uint32_t (*beyond)(const struct simulation *simulation, const void *self, const struct request *request);
    /* The types that it stands in front of, as a cache does: a step's `via` names it, and `call` what is behind; ends with NULL. NULL: it
     * is called itself. */
    const char *const *in_front_of;
    const struct sdk_habits *sdk; /* NULL: as of any service */

    /* Of one whose steps have a `cache`: what `request`, which it sent, asks of it. Good as long as the request is under way. NULL:
     * nothing, it was sent for something else. */
    struct cache_wish *(*wish)(const struct simulation *simulation, const void *self, const struct request *request);
    const struct cacheable *cacheable; /* of what a step's `cache` may name */

    /* Of one who keeps connections: does `request`, which it sent, go through one of them? Then `*client` is whose (engine/connectable.h),
     * and `*since_ns` when it was opened. NULL: never. */
    bool (*through_connection)(const struct simulation *simulation, const void *self, const struct request *request, uint64_t *client,
                               int64_t *since_ns);

    /* Of one whose network is limited: bytes that it moves in a second, up or down, for who answers it with many. NULL: as many as it
     * likes.
     */
    double (*bytes_per_s)(const void *self);

    /* Of a sender of batches: the one behind `request` (request->is_batch). */
    struct batch *(*batch)(struct simulation *simulation, void *self, const struct request *request);
    const struct pollable *pollable;       /* of what can be polled */
    const struct streamable *streamable;   /* of what is read in order */
    const struct connectable *connectable; /* of what is connected to before it is called */
    const struct loadable *loadable;       /* of what INIT may read */
    bool (*is_open)(const void *blob); /* of whom a call takes a right by its type: does it take none, as this one is set up? By its parsed
                                        * blob. NULL: it does take one */
    const struct carrier *carrier;     /* of what requests pass on their way: a place of a network, a gateway */
    const struct attachable *attachable; /* of a place of a network */
    const struct scalable *scalable;     /* of what has capacities that somebody else may set; ends with {0} */
    const struct observable *observable; /* of what has a state that others act on */

    const struct hosts *hosts;         /* of what is several servers */
    const struct registrar *registrar; /* of what hands requests to servers that come and go */

    /* Optional: what it runs, from its state or its parsed blob, so that another may run it too. */
    void (*handled)(const void *self, struct handled *handled);

    /* At the end of a replication, after the last event: what is still in flight goes to the ledger, identities are checked. */
    enum status (*finish)(struct simulation *simulation, void *self);
    /* The quantities of the line items, measured in [warmup, end). */
    void (*quantities)(const struct simulation *simulation, const void *self, struct bill *bill);
};

#define EDGE_PLACES_MAX 16u

/* Is it the type of that name? For who asks about a neighbour of which it sees neither the table nor the file. */
static inline bool model_is(const struct model_type *type, const char *name)
{
    return strcmp(type->type, name) == 0;
}

/* Is the operation among those (ending with NULL; NULL: none)? */
static inline bool operations_have(const char *const *operations, const char *operation)
{
    while (operations && *operations && strcmp(*operations, operation) != 0)
        operations++;
    return operations && *operations;
}

/* Is it among those that can be named to such a resource? A function, a version, an alias: what takes "Invoke". */
static inline bool model_takes(const struct model_type *type, const char *operation)
{
    return operations_have(type->operations, operation);
}

/* May who sends name it as the one that gets it? What stands in front of something is named by a step's `via` alone. */
static inline bool model_is_callable(const struct model_type *type)
{
    return type->accept && !type->in_front_of;
}

/* A short form of a template: each entry of the map `property` of an `on_type` whose Type is `entry_type` becomes a resource of
 * `makes_type`, named by the owner's and the entry's names joined, with the entry's Properties; `renames` gives some of them other names,
 * `owner` gets the owner's name. */
struct rewrite {
    const char *on_type;
    const char *property;
    const char *entry_type;
    const char *makes_type;
    const char *owner;          /* the made resource's property that names the owner: "FunctionName" */
    const char *const *renames; /* from, to, from, to, ..., NULL */
};

/* Where a made resource has what a short form says flat: in an object `property` of its own, or in the first element of such a list. The
 * rewrite's `owner` is a key of that object. */
struct inner_form {
    const char *type; /* the made resource's */
    const char *property;
    bool in_list;
    const char *opened;       /* one of `keys` whose members go there instead of itself; NULL: none */
    const char *const *keys;  /* what goes there; ends with NULL */
    const char *const *words; /* property, written, property meant, meant, ..., NULL: what has another name and value; NULL: none */
};

/* A resource that is said in another's properties: an `on_type` that has the property `property`, and not `unless`, makes one of
 * `makes_type`, named by the owner's name and `suffix`. It gets the owner's properties of the names in `moved`; or, where there are none, a
 * copy of what `property` holds, and `owner` names the owner. */
struct extraction {
    const char *on_type;
    const char *property;
    const char *unless;
    const char *makes_type;
    const char *suffix;
    const char *const *moved; /* ends with NULL; NULL: none */
    const char *owner;        /* the made resource's property, with `moved` NULL */
};

/* A resource that is there without being written: where any resource of `on_type` is, or is made by a rewrite, that does not have the
 * property `unless`, and none has the name. */
struct implied {
    const char *on_type;
    const char *makes_type;
    const char *name;
    const char *unless; /* NULL: whatever it has */
};

/* A resource of `on_type` that stands for `count` others where it has `property`: resources of `makes_type`, which get what that holds as
 * `key`, and its name as `owner`. They are named by its name, `suffix` and a number from 1. */
struct multiple {
    const char *on_type;
    const char *property;
    const char *makes_type;
    const char *owner, *key;
    const char *suffix;
    uint32_t count;
};

/* A type whose resources are published in versions, which an alias points at. */
struct publication {
    const char *on_type;
    const char *owner;         /* the property by which versions and aliases name what they are of: "FunctionName" */
    const char *alias;         /* the property that names an alias to be published by itself; NULL: none */
    const char *const *moved;  /* properties that then are the alias's; ends with NULL; may be NULL */
    const char *version_type;  /* of a version that the template publishes */
    const char *deployed_type; /* of one that a deployment brings */
    const char *alias_type;
};

/* What the program is made of: handed to the simulator by main. */
struct model_registry {
    const struct model_type *const *resources; /* ends with NULL */
    const struct model_type *account;          /* type "account" */
    const struct model_type *source;           /* type "traffic" */
    const char *fleet_type;                    /* the resource type that `fleet` makes */
    const struct rewrite *rewrites;            /* ends with {0}; may be NULL */
    const struct inner_form *inner_forms;      /* the same */
    const struct implied *implied;             /* the same */
    const struct multiple *multiples;          /* the same */
    const struct publication *publications;    /* the same */
    const struct extraction *extractions;      /* the same */
    const struct judge *judge;                 /* of permissions; NULL: nobody asks for any */
    /* Entries of short forms that a template may well have and nobody simulates yet; ends with NULL, may be NULL. */
    const char *const *later_entries;
};

#endif
