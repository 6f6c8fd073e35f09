/* session.c: what commands share. */
#include "command/session.h"

#include "command/interrupt.h"
#include "document/suggest.h"
#include "experiment/variant.h"
#include "output/result_files.h"
#include "output/result_folder.h"
#include "output/safe_text.h"
#include "output/terminal.h"
#include "output/timeseries.h"
#include "output/trace_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* https://no-color.org: set and not empty. */
static bool wants_colour(FILE *out)
{
    const char *refusal = getenv("NO_COLOR");
    return !(refusal && *refusal) && terminal_look(out).is_terminal;
}

void session_report(struct diagnostics *diagnostics, const struct options *options)
{
    if (diagnostics->error_count > 0 || !options || !option_given(options, OPTION_QUIET))
        diagnostics_print(diagnostics, stderr, wants_colour(stderr));
    diagnostics_fini(diagnostics);
}

int session_report_status(enum status status, const char *what)
{
    struct diagnostics diagnostics = {0};
    const char *hint = status == STATUS_INTERNAL ? "this is a fault of the program: please report it, with the scenario" : "";
    diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s: %s", what, status_text(status));
    session_report(&diagnostics, NULL);
    return status_exit_code(status);
}

enum status session_load_judged(const struct program *program, const struct options *options, const char *path,
                                struct expected_messages *messages, struct diagnostics *diagnostics, struct scenario **scenario)
{
    const struct scenario_options changes = {.sets = options->sets.list,
                                             .set_count = options->sets.count,
                                             .seed = options->seed,
                                             .replications = options->replications,
                                             .messages = messages};
    return scenario_load(path, &changes, program->registry, diagnostics, scenario);
}

enum status session_load(const struct program *program, const struct options *options, const char *path, struct scenario **scenario)
{
    struct diagnostics diagnostics = {0};
    enum status status = session_load_judged(program, options, path, NULL, &diagnostics, scenario);
    bool told = diagnostics.error_count > 0;
    session_report(&diagnostics, options);
    if (status != STATUS_OK && !told)
        (void)session_report_status(status, path);
    return status;
}

struct answer session_answer(const struct command *command, const struct options *options)
{
    return (struct answer){.command = command->name,
                           .sets = options->sets.list,
                           .set_count = options->sets.count,
                           .format = options->format,
                           .colour = wants_colour(stdout),
                           .terminal = terminal_look(stdout)};
}

void session_run_options(const struct options *options, struct progress *progress, struct run_options *run_options)
{
    progress_init(progress, stderr);
    if (option_given(options, OPTION_QUIET) || option_given(options, OPTION_NO_PROGRESS))
        progress->terminal = NULL;
    *run_options = (struct run_options){.threads = options->threads,
                                        .max_memory_bytes = options->max_memory_bytes,
                                        .max_events = options->max_events,
                                        .queue = options->queue,
                                        .interrupted = interrupt_watch(),
                                        .on_progress = progress_show,
                                        .progress_context = progress};
}

enum status session_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return STATUS_OK;
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "standard output: %s",
             errno ? strerror(errno) : "could not be written");
    session_report(&diagnostics, NULL);
    return STATUS_IO;
}

/* What a run writes while it runs. */
struct outputs {
    bool has_folder;
    struct result_folder folder;
    struct timeseries *timeseries;
    struct trace_writer *trace;
};

/* The rule that --trace-sample names; NULL with a diagnostic: there is none. */
static const struct trace_rule *find_trace_rule(const struct program *program, const char *name, struct diagnostics *diagnostics)
{
    const char *names[16], *near;
    size_t count = 0;
    char hint[64] = "";
    for (const struct trace_rule *rule = program->trace_rules; rule->name && count < sizeof names / sizeof *names; rule++) {
        if (strcmp(rule->name, name) == 0)
            return rule;
        names[count++] = rule->name;
    }
    near = suggest(name, names, count);
    (void)snprintf(hint, sizeof hint, near ? "did you mean \"%s\"?" : "as in --trace-sample %s", near ? near : names[0]);
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--trace-sample: there is no rule \"%s\"", name);
    return NULL;
}

static enum status open_trace(const struct program *program, const struct options *options, const struct scenario *scenario,
                              struct trace_writer **writer, struct diagnostics *diagnostics)
{
    struct trace_choice choice = {.rules = scenario->rules, .most = options->trace_limit};
    if (options->trace_sample) {
        choice.rule = find_trace_rule(program, options->trace_sample, diagnostics);
        if (!choice.rule)
            return STATUS_INVALID;
    }
    if (options->trace)
        return trace_writer_new(options->trace, &choice, diagnostics, writer);
    if (!options->trace_sample && options->trace_limit == 0)
        return STATUS_OK;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "add --trace steps.csv, or --trace steps.json for ui.perfetto.dev",
             "--%s says of what a trace is to be, and there is none", options->trace_sample ? "trace-sample" : "trace-limit");
    return STATUS_INVALID;
}

static enum status open_outputs(const struct program *program, const struct options *options, const struct scenario *scenario,
                                const char *folder_path, struct outputs *outputs, struct diagnostics *diagnostics)
{
    *outputs = (struct outputs){0};
    enum status status = STATUS_OK;
    if (folder_path) {
        status = result_folder_begin(&outputs->folder, folder_path, diagnostics);
        outputs->has_folder = status == STATUS_OK;
    }
    if (outputs->has_folder) {
        const struct timeseries_options series = {.mean = options->mean,
                                                  .dense = option_given(options, OPTION_DENSE),
                                                  .replications = scenario->replications,
                                                  .start_epoch_s = scenario->settings.start_epoch_s};
        status = timeseries_new(&series, result_folder_create(&outputs->folder, "timeseries.csv"), &outputs->timeseries);
    }
    if (status == STATUS_OK)
        status = open_trace(program, options, scenario, &outputs->trace, diagnostics);
    return status;
}

/* Removes what was not given its final name. */
static void close_outputs(struct outputs *outputs)
{
    timeseries_free(outputs->timeseries);
    trace_writer_free(outputs->trace);
    if (outputs->has_folder)
        result_folder_fini(&outputs->folder);
}

static enum status finish_timeseries(const struct outputs *outputs, bool complete, struct diagnostics *diagnostics)
{
    errno = 0;
    enum status status = timeseries_finish(outputs->timeseries, complete);
    if (status == STATUS_IO)
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s/timeseries.csv: %s", outputs->folder.path,
                 errno ? strerror(errno) : "could not be written");
    return status;
}

bool session_wants_report(const struct program *program, const struct options *options, struct report_request *request)
{
    *request = (struct report_request){
        .pictures = program->pictures, .summary = program->layout, .page = option_given(options, OPTION_REPORT), .png = options->png};
    return request->page || option_given(options, OPTION_PLOTS);
}

enum status session_draw(const struct program *program, const struct options *options, const char *path, struct diagnostics *diagnostics)
{
    struct report_request request;
    if (!session_wants_report(program, options, &request))
        return STATUS_OK;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", path, strerror(errno));
        return STATUS_IO;
    }
    enum status status = report_write(folder, path, &request, diagnostics);
    (void)close(folder);
    return status;
}

enum status session_check_report(const struct options *options, struct diagnostics *diagnostics)
{
    bool page = option_given(options, OPTION_REPORT);
    if (options->output || !(page || option_given(options, OPTION_PLOTS)))
        return STATUS_OK;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "name a folder with --output", "--%s: where to?",
             page ? "report" : "plots");
    return STATUS_INVALID;
}

static enum status write_folder(const struct program *program, const struct options *options, struct outputs *outputs,
                                const struct run_result *result, struct diagnostics *diagnostics)
{
    bool complete = result->status == STATUS_OK;
    struct report_request request;
    enum status status = finish_timeseries(outputs, complete, diagnostics);
    if (status == STATUS_OK)
        status = result_files_write(&outputs->folder, result, diagnostics);
    if (status == STATUS_OK && session_wants_report(program, options, &request))
        status = report_write(outputs->folder.descriptor, outputs->folder.path, &request, diagnostics);
    if (status != STATUS_OK)
        return status;
    outputs->has_folder = false; /* either way it is let go of */
    return complete ? result_folder_commit(&outputs->folder, diagnostics) : result_folder_commit_partial(&outputs->folder, diagnostics);
}

void session_tell_of_end(const struct options *options, const struct run_result *result, enum status status,
                         struct diagnostics *diagnostics)
{
    const struct place nowhere = {0};
    if (status == STATUS_INTERRUPTED) {
        diagnose(diagnostics, SEVERITY_ERROR, nowhere, NULL, "", "interrupted");
    } else if (status == STATUS_LIMIT && result && result->culprit) {
        diagnose(diagnostics, SEVERITY_ERROR, nowhere, NULL, "allow more, or let less wait: what grows without end never fits",
                 "--max-memory was reached: %s grew", result->culprit);
    } else if (status == STATUS_LIMIT && result && result->scenario->endless) {
        diagnose(diagnostics, SEVERITY_ERROR, nowhere, NULL, "--max-events allows more, or fewer; a shorter duration shows what it costs",
                 "stopped after %llu events: %s has no end", (unsigned long long)result->max_events, result->scenario->endless);
    } else if (status == STATUS_LIMIT) {
        diagnose(diagnostics, SEVERITY_ERROR, nowhere, NULL, "", "a limit was reached: --max-events %llu of a replication",
                 (unsigned long long)options->max_events);
    } else if (status == STATUS_INTERNAL) {
        diagnose(diagnostics, SEVERITY_ERROR, nowhere, NULL, "this is a fault of the program: please report it, with the scenario", "%s",
                 status_text(status));
    } else if (diagnostics->error_count == 0) {
        diagnose(diagnostics, SEVERITY_ERROR, nowhere, NULL, "", "%s", status_text(status));
    }
}

/* --until: what is to be narrow, and how. */
struct until {
    struct figure_name figure;
    double share;
};

static enum status read_until(const struct options *options, struct scenario *scenario, struct until *until,
                              struct diagnostics *diagnostics)
{
    if (!options->until)
        return STATUS_OK;
    if (options->mean) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "find the number first, then ask for it with --replications",
                 "--until does not know beforehand of how many replications --timeseries mean would be the mean");
        return STATUS_INVALID;
    }
    if (figure_share_parse(scenario, "--until", options->until, diagnostics, &until->figure, &until->share))
        return STATUS_OK;
    return diagnostics->failed ? STATUS_NO_MEMORY : STATUS_INVALID;
}

/* Replications until it is narrow enough; `*replications` is where it ended. */
static enum status run_until(struct run *run, const struct until *until, uint32_t *replications)
{
    uint32_t wanted = *replications > UNTIL_LEAST ? *replications : UNTIL_LEAST;
    enum status status = STATUS_OK;
    do {
        *replications = wanted;
        status = run_replicate(run, wanted);
        const double *values = status == STATUS_OK ? run_result_values(run_so_far(run), &until->figure) : NULL;
        if (!values)
            break;
        struct interval interval = interval_of_mean(values, wanted, 0.95);
        wanted = replications_wanted(&interval, interval.mean, until->share, wanted, UNTIL_MOST);
    } while (wanted > *replications);
    return status;
}

static enum status run_all(const struct scenario *scenario, const struct run_options *run_options, const struct until *until,
                           struct run_result **result)
{
    if (!until)
        return run_scenario(scenario, run_options, result);
    struct run *run;
    uint32_t replications = scenario->replications;
    enum status status = run_begin(scenario, run_options, &run);
    if (status != STATUS_OK)
        return status;
    (void)run_until(run, until, &replications);
    return run_end(run, result);
}

void session_tell_until(const struct options *options, const struct interval *interval, double scale, double share,
                        struct diagnostics *diagnostics)
{
    double half = (interval->high - interval->low) / 2;
    if (half <= share * fabs(scale))
        return;
    diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "",
             interval->count < 2 || scale == 0 ? "--until '%s': there is nothing to be a share of after %zu replications"
                                               : "--until '%s': not reached with %zu replications, the most that are tried",
             options->until, interval->count);
}

enum status session_run(const struct program *program, const struct options *options, struct scenario *scenario, const char *folder_path,
                        struct run_result **result)
{
    struct diagnostics diagnostics = {0};
    struct outputs outputs;
    struct progress progress;
    struct run_options run_options;
    struct until until;
    *result = NULL;
    enum status status = read_until(options, scenario, &until, &diagnostics);
    if (status != STATUS_OK) {
        session_report(&diagnostics, options);
        return status;
    }
    status = open_outputs(program, options, scenario, folder_path, &outputs, &diagnostics);
    if (status == STATUS_OK) {
        session_run_options(options, &progress, &run_options);
        progress.simulated_ns = scenario->settings.duration_ns + scenario->settings.drain_ns;
        run_options.sink = outputs.timeseries ? timeseries_sink : NULL;
        run_options.sink_context = outputs.timeseries;
        run_options.tracer = outputs.trace ? trace_writer_tracer(outputs.trace) : NULL;
        status = run_all(scenario, &run_options, options->until ? &until : NULL, result);
        progress_fini(&progress);
    }
    if (status == STATUS_OK && options->until) {
        struct interval interval = interval_of_mean(run_result_values(*result, &until.figure), (*result)->planned, 0.95);
        session_tell_until(options, &interval, interval.mean, until.share, &diagnostics);
        /* The result is that of a scenario which asks for so many. */
        cJSON *said = cJSON_GetObjectItemCaseSensitive(scenario->resolved, "replications");
        if (said)
            (void)cJSON_SetNumberValue(said, (*result)->planned);
    }
    enum status written = STATUS_OK;
    if (*result && outputs.has_folder)
        written = write_folder(program, options, &outputs, *result, &diagnostics);
    if (*result && outputs.trace && written == STATUS_OK)
        written = trace_writer_finish(outputs.trace, &diagnostics);
    if (status == STATUS_IO && outputs.timeseries && !*result)
        (void)finish_timeseries(&outputs, false, &diagnostics); /* what ended the run: says why */
    close_outputs(&outputs);
    status = written != STATUS_OK ? written : status;
    if (status != STATUS_OK)
        session_tell_of_end(options, *result, status, &diagnostics);
    if (*result && status != STATUS_OK && status == (*result)->status && folder_path)
        diagnose(&diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", "what is complete is kept in %s.partial", folder_path);
    session_report(&diagnostics, options);
    return status;
}
