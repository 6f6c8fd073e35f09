/* trace_events.c: spans and moments as trace events, one a line. */
#include "output/trace_events.h"

#include "engine/sim_time.h"
#include "output/json_print.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Threads of lanes that stand for something come after those that are only room to draw. */
#define OWN_LANES 1000000u

/* A resource is shown as a process, so that its spans stand together. */
struct process {
    const char *name; /* `text`; of a key that is looked for, the name itself */
    uint32_t number;
    char text[];
};

/* Where an event is drawn. */
struct track {
    uint32_t process, thread;
};

static int compare_processes(const void *a, const void *b)
{
    return strcmp(((const struct process *)a)->name, ((const struct process *)b)->name);
}

/* Every event ends in a comma, so a last one that says nothing ends the list. */
static void end_event(struct trace_events *events)
{
    (void)fputs("},\n", events->file);
    events->count++;
}

static void begin_event(const struct trace_events *events, char phase, struct track track, int64_t time_ns)
{
    (void)fprintf(events->file, "{\"ph\":\"%c\",\"pid\":%u,\"tid\":%u,\"ts\":%lld.%03d", phase, track.process, track.thread,
                  (long long)(time_ns / NS_PER_US), (int)(time_ns % NS_PER_US));
}

static void text(const struct trace_events *events, const char *key, const char *value)
{
    (void)fprintf(events->file, ",\"%s\":", key);
    json_print_string(events->file, value);
}

static struct process *add_process(struct trace_events *events, const char *name)
{
    size_t length = strlen(name) + 1;
    struct process *process = malloc(sizeof *process + length);
    if (!process)
        return NULL;
    process->name = memcpy(process->text, name, length);
    process->number = ++events->process_count;
    if (!tsearch(process, &events->processes, compare_processes)) {
        free(process);
        return NULL;
    }
    (void)fprintf(events->file, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":", process->number);
    json_print_string(events->file, process->name);
    (void)fputs("}", events->file);
    end_event(events);
    return process;
}

/* The resource's number, which is told to the viewer when it is first seen. 0 when memory is out. */
static uint32_t process_of(struct trace_events *events, const char *resource)
{
    const struct process key = {.name = resource};
    struct process *const *found = tfind(&key, &events->processes, compare_processes);
    const struct process *process = found ? *found : add_process(events, resource);
    return process ? process->number : 0;
}

static void name_thread(struct trace_events *events, struct track track, const char *kind, uint32_t number)
{
    uint64_t key = (uint64_t)track.process << 32 | track.thread;
    if (key_map_find(&events->lanes, key) != POOL_NONE)
        return;
    if (key_map_put(&events->lanes, key, 1) != STATUS_OK) {
        events->failed = true;
        return;
    }
    (void)fprintf(events->file, "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":\"%s %u\"}", track.process,
                  track.thread, kind, number);
    end_event(events);
}

static struct track track_of(struct trace_events *events, const struct trace_place *place)
{
    struct track track = {process_of(events, place->resource), place->lane_kind ? OWN_LANES + place->lane : place->lane};
    if (track.process == 0)
        events->failed = true;
    else
        name_thread(events, track, place->lane_kind ? place->lane_kind : "lane", place->lane);
    return track;
}

void trace_events_step(struct trace_events *events, const struct trace_step *step)
{
    const struct trace_place nowhere = {.resource = step->resource};
    if (step->duration_ns > 0 && step->within->span != 0)
        return; /* it comes as a span */
    bool here = step->within->span != 0 && strcmp(step->within->resource, step->resource) == 0;
    begin_event(events, 'i', track_of(events, here ? step->within : &nowhere), step->time_ns);
    (void)fputs(",\"s\":\"t\"", events->file);
    text(events, "name", step->step);
    (void)fprintf(events->file, ",\"args\":{\"item\":%llu,\"attempt\":%u", (unsigned long long)step->item, step->attempt);
    text(events, "source", step->source);
    text(events, "detail", step->detail);
    (void)fputs("}", events->file);
    end_event(events);
}

/* An arrow from a span to another, which begins at `time_ns`. */
static void flow(struct trace_events *events, const char *kind, uint64_t id, struct track from, struct track to, int64_t time_ns)
{
    for (int end = 0; end < 2; end++) {
        begin_event(events, end ? 'f' : 's', end ? to : from, time_ns);
        (void)fprintf(events->file, ",\"id\":%llu,\"name\":\"%s\",\"cat\":\"%s\"%s", (unsigned long long)id, kind, kind,
                      end ? ",\"bp\":\"e\"" : "");
        end_event(events);
    }
}

static void span_args(const struct trace_events *events, const struct trace_span *span)
{
    (void)fprintf(events->file, ",\"args\":{\"item\":%llu,\"attempt\":%u,\"span\":%llu,\"parent\":%llu", (unsigned long long)span->item,
                  span->attempt, (unsigned long long)span->at.span, (unsigned long long)span->parent.span);
    text(events, "source", span->source);
    text(events, "outcome", span->unfinished ? "unfinished" : span->outcome);
    text(events, "detail", span->detail);
    (void)fputs("}", events->file);
}

/* What overlaps with another is an asynchronous pair: the viewer finds room for it. */
static void beside(struct trace_events *events, const struct trace_span *span, struct track track)
{
    for (int end = 0; end < 2; end++) {
        begin_event(events, end ? 'e' : 'b', track, end ? span->end_ns : span->begin_ns);
        (void)fprintf(events->file, ",\"cat\":\"beside\",\"id2\":{\"local\":\"%llu\"}", (unsigned long long)span->at.span);
        text(events, "name", span->name);
        if (!end)
            span_args(events, span);
        end_event(events);
    }
}

void trace_events_span(struct trace_events *events, const struct trace_span *span)
{
    struct track track = track_of(events, &span->at);
    if (span->beside) {
        beside(events, span, track);
        return;
    }
    int64_t lasts_ns = span->end_ns - span->begin_ns;
    begin_event(events, 'X', track, span->begin_ns);
    (void)fprintf(events->file, ",\"dur\":%lld.%03d", (long long)(lasts_ns / NS_PER_US), (int)(lasts_ns % NS_PER_US));
    text(events, "name", span->name);
    span_args(events, span);
    end_event(events);
    if (span->parent.span != 0) {
        struct track parent = track_of(events, &span->parent);
        if (parent.process != track.process || parent.thread != track.thread)
            flow(events, "calls", span->at.span, parent, track, span->begin_ns);
    }
    for (uint32_t i = 0; i < span->link_count; i++)
        flow(events, "in batch", ++events->link_count, track_of(events, &span->links[i]), track, span->begin_ns);
}

void trace_events_init(struct trace_events *events, FILE *file)
{
    *events = (struct trace_events){.file = file};
    key_map_init(&events->lanes, NULL, "");
    (void)fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", file);
}

void trace_events_end(struct trace_events *events)
{
    (void)fputs("{\"ph\":\"M\",\"name\":\"process_labels\",\"pid\":0,\"args\":{\"labels\":\"slsim\"}}\n]}\n", events->file);
}

void trace_events_fini(struct trace_events *events)
{
    tdestroy(events->processes, free);
    key_map_fini(&events->lanes);
}
