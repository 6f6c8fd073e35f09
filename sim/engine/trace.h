/* trace.h: what is told of each item, for --trace and `explain`: moments (steps), and spans that have a parent, so that the spans of one
 * item and of all that was made of it are one tree. Everything here is called only where simulation->tracer is set.
 *
 * A span is opened by every request that is sent (request_send) and closed by its answer, by itself. Whoever keeps an item for a while (a
 * queue, a source that waits for its answer) says so: simulation_trace_enter and _leave. What lasted and is planned (INIT, a wait) is a
 * step with a duration: it becomes a span within the one that is open there, and is cut off where that one ends before. A span's parent is
 * the span that is open at the sender for this item, or else the youngest that is open for it anywhere; a model that knows better says so
 * before it sends: simulation_trace_from. */
#ifndef SLSIM_ENGINE_TRACE_H
#define SLSIM_ENGINE_TRACE_H

#include "engine/status.h"

#include <stdbool.h>
#include <stdint.h>

struct request;
struct simulation;
struct tracing;

/* Where a span is drawn: the resource, and one of its lanes. On one lane spans do not overlap unless one lies within the other. */
struct trace_place {
    uint64_t span; /* its id; 0: none */
    const char *resource;
    uint32_t lane;         /* from 1; 0: the resource keeps no lanes for it */
    const char *lane_kind; /* what a lane of its own stands for ("environment"); NULL: only room to draw */
};

/* One moment in the life of an item. Strings are borrowed for the call. */
struct trace_step {
    int64_t time_ns;
    int64_t duration_ns; /* of a step that lasts; 0 for an instant */
    uint64_t item;       /* ordinal within its source */
    const char *source;
    const char *resource;
    uint32_t attempt; /* from 1 */
    const char *step;
    const char *detail;               /* may be "" */
    const struct trace_place *within; /* the span in which it happened; its `span` is 0 where none is open */
};

struct trace_span {
    struct trace_place at; /* its id counts from 1 in the order of the beginnings */
    struct trace_place parent;
    const struct trace_place *links; /* spans of other traces that it was made of: the messages of a batch */
    uint32_t link_count;
    uint64_t item; /* the trace: the item's ordinal within its source, and the source */
    const char *source;
    uint32_t attempt; /* from 1 */
    int64_t begin_ns, end_ns;
    const char *name;
    const char *outcome; /* a fate; "" where there is none */
    const char *detail;
    bool beside;     /* overlaps with another of the same lane */
    bool unfinished; /* the simulation ended before */
};

/* A trace that begins, or an item of one trace that goes on in another (a message in a batch). */
struct trace_root {
    int64_t time_ns;
    uint64_t seed, key; /* the simulation's, and the item's place in streams */
    uint64_t item;
    const char *source;
};

struct trace_link {
    uint64_t from_item, to_item;
    const char *from_source, *to_source;
    struct trace_place from;
};

/* Who listens. Each may be NULL. */
struct tracer {
    void *context;
    void (*step)(void *context, const struct trace_step *step);
    void (*span)(void *context, const struct trace_span *span); /* when it is closed: children come before their parent */
    void (*link)(void *context, const struct trace_link *link); /* before any span of what it leads to is closed */
    bool (*root)(void *context, const struct trace_root *root); /* is this trace to be told of? Asked once for each; NULL: all are */
};

/* How a sampler chooses traces: so many of each second for certain, and a share of the rest. The names of two rules. */
struct trace_rule {
    const char *name; /* what users call it */
    const char *reservoir_per_s, *rate;
};

/* For simulation_new and simulation_free. */
enum status tracing_new(struct simulation *simulation);
void tracing_free(struct tracing *tracing);
/* The simulation is over: closes what is still open. */
void tracing_finish(struct simulation *simulation);

/* `child` was made of `parent`, and its steps are told as those of the first item of that family. O(1). */
void simulation_derive(struct simulation *simulation, uint64_t child, uint64_t parent);

/* Tells of one step of `request` at `resource`, which begins at `at_ns` (now, or what is planned) and lasts `duration_ns`. */
void simulation_trace(struct simulation *simulation, const struct request *request, const char *resource, const char *step, int64_t at_ns,
                      int64_t duration_ns, const char *detail);
/* The same for what is no request at the moment: a message, a record. `attempt` counts from 0. */
void simulation_trace_item(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *step,
                           int64_t at_ns, int64_t duration_ns, const char *detail);
/* A step of a request that begins at `at_ns` and lasts as long as the request does: what the request sends is within it. */
void simulation_trace_within(struct simulation *simulation, const struct request *request, const char *resource, const char *step,
                             int64_t at_ns, const char *detail);

/* The item stays at `resource` (the name of an entity or a part, borrowed for the simulation's life) from now on, as `name`; it leaves:
 * its outcome is the last fate that was told of it there. Without an open span, leaving does nothing. `resource` NULL: wherever it is as
 * `name`. */
void simulation_trace_enter(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *name);
void simulation_trace_leave(struct simulation *simulation, uint64_t item, const char *resource, const char *name);

/* The next span that is opened is a child of the one that is open for `item` at `resource` (or of the youngest anywhere). */
void simulation_trace_from(struct simulation *simulation, uint64_t item, const char *resource);
/* The same of what `request` is about. */
void simulation_trace_from_request(struct simulation *simulation, const struct request *request);
/* The next request that is sent, about `batch`, was made of `item` among others, which is at `resource`. */
void simulation_trace_link(struct simulation *simulation, uint64_t item, const char *resource, uint64_t batch);
/* What serves `request` is the `number`-th `kind` (a word with static storage) of its resource, and serves nothing else meanwhile. */
void simulation_trace_lane(struct simulation *simulation, const struct request *request, const char *kind, uint32_t number);

/* For request_send and request_answer. */
void trace_sent(struct simulation *simulation, uint32_t to, const struct request *request);
void trace_answered(struct simulation *simulation, const struct request *request);

#endif
