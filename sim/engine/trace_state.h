/* trace_state.h: the state of tracing. From the ground up: trace_family.c (whose item is whose), trace_lane.c (where spans are drawn),
 * trace_span.c (what is open), trace.c (what models and requests tell). Private to them. */
#ifndef SLSIM_ENGINE_TRACE_STATE_H
#define SLSIM_ENGINE_TRACE_STATE_H

#include "engine/simulation.h"

/* The salt of an entity that makes items. */
struct item_origin {
    uint64_t salt;
    uint32_t entity;
};

/* Which item was made of which. */
struct item_family {
    struct key_map places; /* of the child, in `parents` */
    uint64_t *parents;     /* owned */
    uint32_t count;
    size_t capacity;
};

/* A trace, as it is told of. */
struct trace_name {
    uint64_t root; /* the first item of the family: the place in streams */
    uint64_t item;
    const char *source;
};

/* A step with a duration within an open span. */
struct span_part {
    uint32_t next;
    uint32_t attempt;
    uint64_t id;
    int64_t begin_ns, end_ns; /* TIME_FOREVER: as long as the span */
    const char *name;
    char detail[40];
};

struct open_span {
    uint32_t older, newer; /* of the same item */
    uint64_t item;
    struct trace_place at, parent;
    int64_t begin_ns;
    uint32_t attempt;
    uint32_t request;          /* whose request it is; POOL_NONE: it is a stay */
    uint32_t parts, newest;    /* a list of struct span_part */
    uint64_t within;           /* the part that lasts as long as the span does; 0: none */
    struct trace_place *links; /* owned */
    uint32_t link_count;
    const char *name, *outcome, *detail;
    bool open;
};

/* The lanes of a resource. */
struct lane_store {
    uint32_t *free; /* owned; those given back, the last on top */
    uint32_t free_count;
    size_t capacity;
    uint32_t fresh; /* lanes from here on were never taken */
};

struct tracing {
    struct item_origin *origins; /* owned; sorted by salt */
    uint32_t origin_count;
    struct item_family family;
    struct key_map wanted; /* of the first item of each family: 1: it is told of, 0: it is not */
    struct pool spans;     /* of struct open_span */
    struct pool parts;
    struct key_map youngest; /* of an item: its open span that began last */
    uint32_t *of_request;    /* owned; by the request's id: its open span */
    size_t request_capacity;
    struct lane_store *lanes; /* owned */
    uint32_t lane_count;
    size_t lane_capacity;
    struct key_map lane_places; /* by the address of the resource's name, which is only looked up */
    uint64_t last_id;
    struct trace_place from;   /* of the next span; `span` 0: looked for */
    struct trace_place *links; /* owned; of the next request */
    uint32_t link_count;
    size_t link_capacity;
};

/* The item that a family began with, and who made it. */
struct trace_name trace_name_of(const struct simulation *simulation, uint64_t item);
/* The item that `item` was made of; false: of none. */
bool trace_parent_of(const struct tracing *tracing, uint64_t item, uint64_t *parent);
/* Is the trace told of? Asks the tracer the first time. */
bool trace_is_wanted(struct simulation *simulation, const struct trace_name *name);
/* It is, or it is not, whatever the tracer would say; once it is, it stays so. */
void trace_want(struct simulation *simulation, uint64_t root, bool wanted);

/* A lane of `resource` on which nothing is; 0 when memory is out, which fails the run. */
uint32_t trace_lane_take(struct simulation *simulation, const char *resource);
void trace_lane_give(struct simulation *simulation, const char *resource, uint32_t lane);

/* The span of a request; POOL_NONE: none is open. */
uint32_t span_of_request(const struct tracing *tracing, const struct request *request);
/* Open for `item`, or for what it was made of: at `resource`, or else (not `strict`) the youngest. POOL_NONE: none. */
uint32_t span_find(const struct tracing *tracing, uint64_t item, const char *resource, bool strict);
/* Only where the tracer wants spans. POOL_NONE when memory is out, which fails the run. `request` is an id or POOL_NONE. */
uint32_t span_open(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *name,
                   const struct trace_place *parent, uint32_t request);
void span_close(struct simulation *simulation, uint32_t id, bool unfinished);
/* A step that lasts, within the span; returns its id, 0 when memory is out. */
uint64_t span_part_add(struct simulation *simulation, struct open_span *span, const struct trace_step *step, int64_t end_ns);

static inline struct open_span *span_at(const struct tracing *tracing, uint32_t id)
{
    return pool_at(&tracing->spans, id);
}

#endif
