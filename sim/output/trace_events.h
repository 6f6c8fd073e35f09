/* trace_events.h: Chrome trace events: what ui.perfetto.dev and chrome://tracing open. Format: "Trace Event Format", Google, of the
 * Catapult project: complete events (X), instants (i), metadata (M), flows (s, f). A resource is a process; its environments, or lanes, are
 * threads; an arrow leads from a span to what it called elsewhere, and from each message to the batch that it is in. */
#ifndef SLSIM_OUTPUT_TRACE_EVENTS_H
#define SLSIM_OUTPUT_TRACE_EVENTS_H

#include "engine/key_map.h"
#include "engine/trace.h"

#include <stdio.h>

struct trace_events {
    FILE *file;           /* borrowed; it knows whether all was written */
    void *processes;      /* a tree of the resources by name */
    struct key_map lanes; /* those that were named */
    uint32_t process_count;
    uint64_t link_count;
    uint64_t count; /* events written */
    bool failed;    /* memory was out */
};

/* Writes the head of the file. */
void trace_events_init(struct trace_events *events, FILE *file);
/* Frees what is held; writes nothing. */
void trace_events_fini(struct trace_events *events);
/* Writes the end: valid JSON, whatever came before. */
void trace_events_end(struct trace_events *events);

void trace_events_step(struct trace_events *events, const struct trace_step *step);
void trace_events_span(struct trace_events *events, const struct trace_span *span);

#endif
