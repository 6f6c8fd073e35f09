/* trace_writer.c: what happened to each item, to a file: which traces, how many of them, in which form. */
#include "output/trace_writer.h"

#include "output/csv_writer.h"
#include "output/number_text.h"
#include "output/output_file.h"
#include "output/trace_events.h"
#include "output/trace_sample.h"

#include <stdlib.h>
#include <string.h>

/* Viewers hold a file in memory, as some hundred bytes an event. */
#define EVENTS_MOST 2000000u

struct trace_writer {
    struct tracer tracer;
    struct output_file output;
    struct csv_writer csv; /* writes into output.file, which stays the output's */
    struct trace_events events;
    bool json;
    bool samples;
    struct trace_sample sample;
    uint64_t rows, most;      /* 0: as many as there are */
    uint64_t begun, left_out; /* traces */
    int64_t full_ns;
};

static void csv_step(void *context, const struct trace_step *step)
{
    struct trace_writer *writer = context;
    char time[NUMBER_TEXT_SIZE];
    writer->rows++;
    csv_plain(&writer->csv, time, seconds_text(step->time_ns, time));
    csv_natural(&writer->csv, step->item);
    csv_text(&writer->csv, step->source);
    csv_text(&writer->csv, step->resource);
    csv_natural(&writer->csv, step->attempt);
    csv_text(&writer->csv, step->step);
    csv_text(&writer->csv, step->detail);
    csv_end_row(&writer->csv);
}

static void json_step(void *context, const struct trace_step *step)
{
    struct trace_writer *writer = context;
    trace_events_step(&writer->events, step);
}

static void json_span(void *context, const struct trace_span *span)
{
    struct trace_writer *writer = context;
    trace_events_span(&writer->events, span);
}

/* Traces that have begun are followed to their ends, so the file becomes somewhat longer than the limit. */
static bool follow(void *context, const struct trace_root *root)
{
    struct trace_writer *writer = context;
    if (writer->samples && !trace_sample_takes(&writer->sample, root))
        return false;
    if (writer->most > 0 && (writer->json ? writer->events.count : writer->rows) >= writer->most) {
        writer->full_ns = writer->left_out == 0 ? root->time_ns : writer->full_ns;
        writer->left_out++;
        return false;
    }
    writer->begun++;
    return true;
}

static bool ends_in(const char *text, const char *suffix)
{
    size_t length = strlen(text), end = strlen(suffix);
    return length > end && strcmp(text + length - end, suffix) == 0;
}

enum status trace_writer_new(const char *path, const struct trace_choice *choice, struct diagnostics *diagnostics,
                             struct trace_writer **writer)
{
    *writer = NULL;
    bool json = ends_in(path, ".json");
    if (!json && !ends_in(path, ".csv")) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "as in --trace steps.csv, or --trace steps.json for ui.perfetto.dev",
                 "--trace %s: the file must end in .csv or .json", path);
        return STATUS_INVALID;
    }
    struct trace_writer *made = calloc(1, sizeof *made);
    if (!made)
        return STATUS_NO_MEMORY;
    enum status status = output_file_open(&made->output, path, diagnostics);
    if (status != STATUS_OK) {
        free(made);
        return status;
    }
    made->json = json;
    made->most = choice->most > 0 ? choice->most : json ? EVENTS_MOST : 0;
    made->samples = choice->rule != NULL;
    if (choice->rule)
        trace_sample_init(&made->sample, choice->rule, choice->rules);
    made->tracer = (struct tracer){.context = made, .step = json ? json_step : csv_step, .span = json ? json_span : NULL};
    if (made->samples || made->most > 0)
        made->tracer.root = follow;
    if (json) {
        trace_events_init(&made->events, made->output.file);
    } else {
        csv_writer_init(&made->csv, made->output.file);
        csv_writer_header(&made->csv, "time_s,item,source,resource,attempt,step,detail");
    }
    *writer = made;
    return STATUS_OK;
}

const struct tracer *trace_writer_tracer(const struct trace_writer *writer)
{
    return &writer->tracer;
}

static void tell_what_is_left_out(const struct trace_writer *writer, struct diagnostics *diagnostics)
{
    char time[NUMBER_TEXT_SIZE];
    if (writer->left_out == 0)
        return;
    (void)seconds_text(writer->full_ns, time);
    diagnose(diagnostics, SEVERITY_NOTE, (struct place){0}, NULL,
             "--trace-limit N allows more; --trace-sample takes a few of each second instead",
             "%s holds the %llu traces that began before %s s, and not the %llu after that: no more are begun after %llu %s",
             writer->output.path, (unsigned long long)writer->begun, time, (unsigned long long)writer->left_out,
             (unsigned long long)writer->most, writer->json ? "events" : "rows");
}

enum status trace_writer_finish(struct trace_writer *writer, struct diagnostics *diagnostics)
{
    if (writer->events.failed)
        return STATUS_NO_MEMORY;
    if (writer->json)
        trace_events_end(&writer->events);
    else
        (void)csv_writer_flush(&writer->csv); /* the file remembers */
    tell_what_is_left_out(writer, diagnostics);
    return output_file_commit(&writer->output, diagnostics);
}

void trace_writer_free(struct trace_writer *writer)
{
    if (!writer)
        return;
    output_file_fini(&writer->output);
    trace_events_fini(&writer->events);
    free(writer);
}
