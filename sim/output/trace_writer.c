/* trace_writer.c: what happened to each item, step by step. */
#include "output/trace_writer.h"

#include "output/csv_writer.h"
#include "output/json_print.h"
#include "output/number_text.h"
#include "output/output_file.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct trace_writer {
    struct tracer tracer;
    struct output_file output;
    struct csv_writer csv; /* writes into output.file, which stays the output's */
    bool json;
    void *processes; /* of the JSON: a tree of struct process by name */
    uint32_t process_count;
    bool failed;
};

/* A resource is shown as a process, so that its items stand together. */
struct process {
    const char *name; /* `text`; of a key that is looked for, the name itself */
    uint32_t number;
    char text[];
};

static int compare_processes(const void *a, const void *b)
{
    return strcmp(((const struct process *)a)->name, ((const struct process *)b)->name);
}

static void csv_step(void *context, const struct trace_step *step)
{
    struct trace_writer *writer = context;
    char time[NUMBER_TEXT_SIZE];
    csv_plain(&writer->csv, time, seconds_text(step->time_ns, time));
    csv_natural(&writer->csv, step->item);
    csv_text(&writer->csv, step->source);
    csv_text(&writer->csv, step->resource);
    csv_natural(&writer->csv, step->attempt);
    csv_text(&writer->csv, step->step);
    csv_text(&writer->csv, step->detail);
    csv_end_row(&writer->csv);
}

static void print_name(FILE *file, const struct process *process)
{
    (void)fprintf(file, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":", process->number);
    json_print_string(file, process->name);
    (void)fputs("}},\n", file);
}

static struct process *add_process(struct trace_writer *writer, const char *name)
{
    size_t length = strlen(name) + 1;
    struct process *process = malloc(sizeof *process + length);
    if (!process)
        return NULL;
    process->name = memcpy(process->text, name, length);
    process->number = ++writer->process_count;
    if (!tsearch(process, &writer->processes, compare_processes)) {
        free(process);
        return NULL;
    }
    print_name(writer->output.file, process);
    return process;
}

/* The resource's number, which is told to the viewer when it is first seen. 0 when memory is out. */
static uint32_t process_number(struct trace_writer *writer, const char *resource)
{
    const struct process key = {.name = resource};
    struct process *const *found = tfind(&key, &writer->processes, compare_processes);
    const struct process *process = found ? *found : add_process(writer, resource);
    return process ? process->number : 0;
}

/* Items overlap freely, so they are nestable asynchronous events: one track an item of a source, within each resource. */
static void json_event(struct trace_writer *writer, const struct trace_step *step, uint32_t process, char phase, int64_t time_ns)
{
    FILE *file = writer->output.file;
    (void)fprintf(file, "{\"ph\":\"%c\",\"pid\":%u,\"tid\":0,\"ts\":%lld.%03d,\"cat\":", phase, process, (long long)(time_ns / NS_PER_US),
                  (int)(time_ns % NS_PER_US));
    json_print_string(file, step->source);
    (void)fputs(",\"id2\":{\"local\":", file);
    char item[NUMBER_TEXT_SIZE];
    (void)natural_text(step->item, item);
    json_print_string(file, item);
    (void)fputs("},\"name\":", file);
    json_print_string(file, step->step);
    if (phase != 'e') {
        (void)fprintf(file, ",\"args\":{\"item\":%s,\"attempt\":%u,\"detail\":", item, step->attempt);
        json_print_string(file, step->detail);
        (void)fputc('}', file);
    }
    (void)fputs("},\n", file);
}

static void json_step(void *context, const struct trace_step *step)
{
    struct trace_writer *writer = context;
    uint32_t process = process_number(writer, step->resource);
    if (process == 0) {
        writer->failed = true;
        return;
    }
    if (step->duration_ns <= 0) {
        json_event(writer, step, process, 'n', step->time_ns);
        return;
    }
    json_event(writer, step, process, 'b', step->time_ns);
    json_event(writer, step, process, 'e', time_add(step->time_ns, step->duration_ns));
}

static bool ends_in(const char *text, const char *suffix)
{
    size_t length = strlen(text), end = strlen(suffix);
    return length > end && strcmp(text + length - end, suffix) == 0;
}

enum status trace_writer_new(const char *path, struct diagnostics *diagnostics, struct trace_writer **writer)
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
    made->tracer = (struct tracer){.context = made, .step = json ? json_step : csv_step};
    csv_writer_init(&made->csv, made->output.file);
    if (json)
        (void)fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", made->output.file);
    else
        csv_writer_header(&made->csv, "time_s,item,source,resource,attempt,step,detail");
    *writer = made;
    return STATUS_OK;
}

const struct tracer *trace_writer_tracer(const struct trace_writer *writer)
{
    return &writer->tracer;
}

enum status trace_writer_finish(struct trace_writer *writer, struct diagnostics *diagnostics)
{
    if (writer->failed)
        return STATUS_NO_MEMORY;
    /* Every event ends in a comma, so a last one that says nothing ends the list. */
    if (writer->json)
        (void)fputs("{\"ph\":\"M\",\"name\":\"process_labels\",\"pid\":0,\"args\":{\"labels\":\"slsim\"}}\n]}\n", writer->output.file);
    (void)csv_writer_flush(&writer->csv); /* the file remembers */
    return output_file_commit(&writer->output, diagnostics);
}

void trace_writer_free(struct trace_writer *writer)
{
    if (!writer)
        return;
    output_file_fini(&writer->output);
    tdestroy(writer->processes, free);
    free(writer);
}
