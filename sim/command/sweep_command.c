/* sweep_command.c: slsim sweep SCENARIO... */
#include "command/sweep_session.h"
#include "output/sweep_manifest.h"
#include "output/sweep_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SWEEP_OPTIONS                                                                                                                      \
    (OPTION_BIT(OPTION_VARY) | OPTION_BIT(OPTION_METHOD) | OPTION_BIT(OPTION_POINTS) | OPTION_BIT(OPTION_WHERE) |                          \
     OPTION_BIT(OPTION_STREAMS) | OPTION_BIT(OPTION_METRICS) | OPTION_BIT(OPTION_SHARD) | OPTION_BIT(OPTION_RESTART) |                     \
     OPTION_BIT(OPTION_DRY_RUN) | OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_PLOTS) |                       \
     OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) | OPTION_BIT(OPTION_THREADS) |                     \
     OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_MAX_MEMORY) | OPTION_BIT(OPTION_MAX_EVENTS) | OPTION_BIT(OPTION_QUEUE) |                \
     OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE))

/* One scenario's sweep. */
struct work {
    const struct program *program;
    const struct command *command;
    const struct options *options;
    struct scenario *scenario;
    struct scenario_base *base;
    struct sweep_spec spec;
    struct sweep_plan plan;
    struct sweep_figures figures;
    struct run_options run_options;
    struct progress progress;
    struct sweep sweep;
    cJSON *manifest;
    char identity[65];
    struct sweep_folder folder;
    struct sweep_store store;
    struct diagnostics diagnostics;
    size_t point; /* whose texts are asked for */
    char buffer[AXIS_TEXT_SIZE];
};

static enum status refuse(struct work *work, const char *hint, const char *message, const char *what)
{
    diagnose(&work->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s%s", message, what);
    return STATUS_INVALID;
}

static enum status load(struct work *work, const char *path)
{
    const struct options *options = work->options;
    const struct scenario_options changes = {.sets = options->sets.list,
                                             .set_count = options->sets.count,
                                             .seed = options->seed,
                                             .replications = options->replications,
                                             .made = &work->base};
    enum status status = scenario_load(path, &changes, work->program->registry, &work->diagnostics, &work->scenario);
    if (status != STATUS_OK)
        return status;
    work->sweep.base = (struct variant_base){.path = path,
                                             .shared = work->base,
                                             .registry = work->program->registry,
                                             .sets = options->sets.list,
                                             .set_count = options->sets.count,
                                             .seed = options->seed,
                                             .replications = options->replications};
    return STATUS_OK;
}

/* What a sweep cannot vary: that it is one, how often it runs, and of standard input what would need it once more. */
static enum status check_axes(struct work *work, const char *path)
{
    static const char *const own[] = {"sweep", "replications", "name", "extends"};
    for (size_t a = 0; a < work->spec.axis_count; a++) {
        const char *axis = work->spec.axes[a].path;
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            if (strcmp(axis, own[i]) == 0 || (strncmp(axis, "sweep.", 6) == 0 && i == 0))
                return refuse(work, "it is the same in every point", "a sweep cannot vary ", axis);
        if (strcmp(path, "-") == 0 && (strcmp(axis, "template") == 0 || strncmp(axis, "parameters.", 11) == 0))
            return refuse(work, "write the scenario into a file first",
                          "standard input can be read once only, and each point needs it for ", axis);
        if (strcmp(axis, "seed") == 0 && (work->options->seed || work->spec.independent))
            return refuse(work, "leave out --seed and independent streams", "something else says the seed already, so a sweep cannot vary ",
                          axis);
    }
    return STATUS_OK;
}

static enum status plan(struct work *work, const char *path)
{
    const struct options *options = work->options;
    struct scenario *scenario = work->scenario;
    struct parse parse = {.diagnostics = &work->diagnostics, .store = scenario->store, .references = scenario->names};
    const struct sweep_words words = {.method = options->method,
                                      .streams = options->streams,
                                      .points = options->points,
                                      .varies = options->varies.list,
                                      .vary_count = options->varies.count,
                                      .wheres = options->wheres.list,
                                      .where_count = options->wheres.count,
                                      .metrics = options->metrics.list,
                                      .metric_count = options->metrics.count};
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(scenario->resolved, "sweep");
    if (!sweep_spec_read(&parse, scenario, node && !parse_is_nothing(node) ? node : NULL, &words, &work->spec))
        return parse.failed || work->diagnostics.failed ? STATUS_NO_MEMORY : STATUS_INVALID;
    enum status status = check_axes(work, path);
    if (status == STATUS_OK)
        status = sweep_plan_init(&work->spec, scenario->settings.seed, &work->diagnostics, &work->plan);
    if (status == STATUS_OK)
        status = sweep_figures_choose(scenario, &work->spec, work->program->layout, &work->diagnostics, &work->figures);
    return status;
}

static bool is_done(void *context, size_t point, uint32_t replication)
{
    const struct work *work = context;
    return sweep_store_has(&work->store, point, replication);
}

static enum status keep(void *context, const struct sweep_unit *unit)
{
    struct work *work = context;
    return sweep_store_keep(&work->store, unit);
}

static enum status write_journal(struct work *work, bool now)
{
    errno = 0;
    enum status status = journal_write(&work->store.files[0].journal, now);
    if (status == STATUS_IO)
        diagnose(&work->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL,
                 "what was written is kept: once there is room, the same command goes on from there", "%s/" SWEEP_JOURNAL ": %s",
                 work->folder.partial, errno ? strerror(errno) : "could not be written");
    return status;
}

static enum status tick(void *context, size_t done, size_t all, size_t before)
{
    struct work *work = context;
    if (all > before)
        progress_show(&work->progress, (double)(done - before) / (double)(all - before), 0);
    return write_journal(work, false);
}

static void prepare(struct work *work)
{
    const struct options *options = work->options;
    work->sweep.scenario = work->scenario;
    work->sweep.plan = &work->plan;
    work->sweep.figures = &work->figures;
    work->sweep.options = &work->run_options;
    work->sweep.shard = options->shard;
    work->sweep.shards = options->shards > 0 ? options->shards : 1;
    work->sweep.is_done = is_done;
    work->sweep.keep = keep;
    work->sweep.tick = tick;
    work->sweep.context = work;
}

static const char *title(void *context, size_t column)
{
    const struct work *work = context;
    return sweep_plan_title(&work->plan, column);
}

static enum status turn_to(void *context, size_t point)
{
    struct work *work = context;
    work->point = point;
    return STATUS_OK;
}

static const char *text(void *context, size_t column)
{
    struct work *work = context;
    return sweep_plan_text(&work->plan, work->point, column, work->buffer);
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Tries the first, the last and the middle point once. */
static enum status estimate(struct work *work, double *seconds, size_t *tried)
{
    const struct sweep *sweep = &work->sweep;
    size_t points = sweep_point_count(sweep), at[3] = {0, points - 1, points / 2};
    struct sweep_values values = {0};
    enum status status = STATUS_OK;
    double begun = seconds_now();
    *tried = points < 3 ? points : 3;
    for (size_t i = 0; i < *tried && status == STATUS_OK; i++)
        status = sweep_run_unit(sweep, sweep->shard + at[i] * sweep->shards, 0, &values, &work->diagnostics);
    *seconds = (seconds_now() - begun) / (double)*tried;
    sweep_values_fini(&values);
    return status;
}

static enum status dry_run(struct work *work)
{
    const struct answer answer = session_answer(work->command, work->options);
    enum status status = sweep_check(&work->sweep, &work->diagnostics);
    double seconds;
    size_t tried, units = sweep_unit_count(&work->sweep);
    bool quiet = option_given(work->options, OPTION_QUIET);
    if (status == STATUS_OK && (!quiet || option_given(work->options, OPTION_FORMAT)))
        status = sweep_print_points(&answer, &work->sweep, stdout);
    if (status != STATUS_OK)
        return status;
    if (quiet || units == 0)
        return session_flush();
    status = estimate(work, &seconds, &tried);
    enum status flushed = session_flush();
    if (status != STATUS_OK)
        return status;
    uint32_t threads = sweep_threads(&work->sweep);
    seconds *= (double)units / threads;
    const char *unit = seconds >= 7200 ? "h" : seconds >= 120 ? "min" : "s";
    diagnose(&work->diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "",
             "%zu points, %zu runs: about %.2g %s on %u thread%s, as %zu that were tried took %.2g ms each",
             sweep_point_count(&work->sweep), units,
             seconds >= 7200  ? seconds / 3600
             : seconds >= 120 ? seconds / 60
                              : fmax(seconds, 0.1),
             unit, threads, threads == 1 ? "" : "s", tried, 1000 * seconds * threads / (double)units);
    return flushed;
}

/* results/NAME, results/NAME.shard-I-of-N, or what -o names. The caller frees. */
static char *folder_path(const struct work *work)
{
    const struct options *options = work->options;
    char *path = NULL;
    const char *name = work->scenario->name;
    if (options->output)
        return strdup(options->output);
    if (strchr(name, '/') || *name == '\0') /* the reader lets no such name through; that is not taken on trust here */
        name = "scenario";
    int length = options->shards > 1 ? asprintf(&path, "results/%s.shard-%zu-of-%zu", name, options->shard, options->shards)
                                     : asprintf(&path, "results/%s", name);
    return length < 0 ? NULL : path;
}

/* The journal that the folder has: units that are there already are not run again. */
static enum status open_store(struct work *work)
{
    enum journal_state state = JOURNAL_WHOLE;
    size_t bad_line = 0;
    enum status status = sweep_store_init(&work->store, work->plan.point_count, work->scenario->replications, work->identity, 1);
    if (status != STATUS_OK)
        return status;
    int journal = work->folder.journal;
    work->folder.journal = -1;
    errno = 0;
    status = sweep_store_add(&work->store, journal, true, &state, &bad_line);
    if (status == STATUS_IO)
        (void)refuse(work, "", work->folder.partial, errno ? strerror(errno) : ": could not be read");
    if (status == STATUS_OK && state == JOURNAL_DAMAGED) {
        diagnose(&work->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "--restart discards it, and runs everything again",
                 "%s/" SWEEP_JOURNAL ": line %zu is not what was written there", work->folder.partial, bad_line);
        return STATUS_IO;
    }
    if (status == STATUS_OK && state == JOURNAL_TORN && option_given(work->options, OPTION_VERBOSE))
        diagnose(&work->diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", "%s/" SWEEP_JOURNAL ": the end was cut short at line %zu",
                 work->folder.partial, bad_line);
    return status;
}

/* "all 12 runs are in DIR", "4 of 12 runs are kept in DIR". */
static void note(struct work *work, const char *begin, size_t done, const char *middle, const char *path, const char *end)
{
    size_t all = sweep_unit_count(&work->sweep);
    char of[32] = "";
    if (done < all)
        (void)snprintf(of, sizeof of, " of %zu", all);
    diagnose(&work->diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", "%s%zu%s runs %s %s%s", begin, done, of, middle, path, end);
}

static enum status run_units(struct work *work)
{
    enum status status = work->store.done == 0 ? sweep_check(&work->sweep, &work->diagnostics) : STATUS_OK;
    if (status == STATUS_INVALID)
        sweep_folder_remove_partial(&work->folder, &work->diagnostics);
    if (status != STATUS_OK)
        return status;
    if (work->store.done > 0 && work->store.done < sweep_unit_count(&work->sweep))
        note(work, "it goes on: ", work->store.done, "are in", work->folder.partial, " already");
    status = sweep_run(&work->sweep, &work->diagnostics);
    progress_fini(&work->progress);
    const struct journal *journal = &work->store.files[0].journal;
    bool told = journal->failed != 0;
    enum status written = told ? STATUS_IO : write_journal(work, true);
    if (status == STATUS_OK)
        status = written;
    if (status == STATUS_OK)
        return status;
    if (status == STATUS_INTERRUPTED)
        diagnose(&work->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "interrupted");
    /* How many a failed write let through, only the next reading of the file can say. */
    if (!journal->failed)
        note(work, "", work->store.done, "are kept in", work->folder.partial, ": the same command goes on from there");
    return status;
}

static enum status finish(struct work *work)
{
    const struct sweep *sweep = &work->sweep;
    const struct sweep_table table = {.store = &work->store,
                                      .column_count = work->plan.column_count,
                                      .title = title,
                                      .turn_to = turn_to,
                                      .text = text,
                                      .context = work,
                                      .shard = sweep->shard,
                                      .shards = sweep->shards};
    if (!sweep_manifest_finish(work->manifest, true, sweep->shard, sweep->shards))
        return STATUS_NO_MEMORY;
    enum status status = sweep_commit(work->folder.path, work->manifest, &table, &work->diagnostics);
    if (status == STATUS_OK)
        sweep_folder_remove_partial(&work->folder, &work->diagnostics);
    return status;
}

static enum status run_whole(struct work *work)
{
    enum sweep_found found = SWEEP_NOTHING;
    size_t units = sweep_unit_count(&work->sweep);
    work->manifest = sweep_manifest(&work->sweep);
    if (!work->manifest || !sweep_manifest_identity(work->manifest, work->identity) ||
        !sweep_manifest_finish(work->manifest, false, work->sweep.shard, work->sweep.shards))
        return STATUS_NO_MEMORY;
    char *path = folder_path(work);
    bool restart = option_given(work->options, OPTION_RESTART);
    enum status status =
        path ? sweep_folder_open(&work->folder, path, work->manifest, restart, &work->diagnostics, &found) : STATUS_NO_MEMORY;
    free(path);
    if (status == STATUS_OK && found == SWEEP_COMPLETE) {
        note(work, "it is complete already: ", units, "are in", work->folder.path, "");
    } else if (status == STATUS_OK) {
        status = open_store(work);
        if (status == STATUS_OK)
            status = run_units(work);
        if (status == STATUS_OK)
            status = finish(work);
    }
    if (status == STATUS_OK && work->sweep.shards == 1) /* a shard alone has nothing to show */
        status = session_draw(work->program, work->options, work->folder.path, &work->diagnostics);
    if (status != STATUS_OK)
        return status;
    if (work->sweep.shards == 1)
        status = sweep_print_folder(work->command, work->options, work->folder.path, work->plan.column_count);
    if (found != SWEEP_COMPLETE)
        note(work, "all ", units, "are in", work->folder.path,
             work->sweep.shards > 1 ? ": slsim sweep merge puts the shards together" : "");
    return status;
}

static void work_fini(struct work *work)
{
    sweep_store_fini(&work->store);
    sweep_folder_fini(&work->folder);
    cJSON_Delete(work->manifest);
    sweep_figures_fini(&work->figures);
    sweep_plan_fini(&work->plan);
    sweep_spec_fini(&work->spec);
    scenario_free(work->scenario);
    scenario_base_free(work->base);
}

static int sweep_one(const struct program *program, const struct command *command, const struct options *options, const char *path)
{
    struct work work = {.program = program, .command = command, .options = options, .folder.journal = -1};
    session_run_options(options, &work.progress, &work.run_options);
    enum status status = load(&work, path);
    if (status == STATUS_OK)
        status = plan(&work, path);
    if (status == STATUS_OK) {
        prepare(&work);
        status = option_given(options, OPTION_DRY_RUN) ? dry_run(&work) : run_whole(&work);
    }
    progress_fini(&work.progress);
    if (status != STATUS_OK && work.diagnostics.error_count == 0)
        session_tell_of_end(options, NULL, status, &work.diagnostics);
    session_report(&work.diagnostics, options);
    work_fini(&work);
    return status_exit_code(status);
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    int worst = 0;
    if (strcmp(options->arguments[0], "merge") == 0)
        return sweep_merge(command, options);
    if (options->argument_count > 1 && options->output) {
        struct diagnostics diagnostics = {0};
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "sweep them one by one, or without -o",
                 "one --output cannot hold several sweeps");
        session_report(&diagnostics, options);
        return status_exit_code(STATUS_INVALID);
    }
    for (size_t i = 0; i < options->argument_count && worst != status_exit_code(STATUS_INTERRUPTED); i++) {
        int code = sweep_one(program, command, options, options->arguments[i]);
        worst = code > worst ? code : worst;
    }
    return worst;
}

const struct command sweep_command = {
    .name = "sweep",
    .arguments = "SCENARIO... | merge SHARD... -o DIR",
    .summary = "many points of a scenario; goes on where it was stopped; shards over machines",
    .examples = "  slsim sweep scenarios/sweeps/erlang-grid.json\n"
                "  slsim sweep my.json --vary Api.MemorySize=128,512,1769 --vary users.poisson=1/s:100/s@log:9 -o results/sized\n"
                "  slsim sweep my.json --vary Api.MemorySize=128:10240 --vary Api.Timeout=1:30 --method sobol --points 1000 --dry-run\n"
                "  slsim sweep my.json --vary A.ReservedConcurrentExecutions=1:50 --vary Q.MaximumConcurrency=2:50 \\\n"
                "      --where 'Q.MaximumConcurrency <= A.ReservedConcurrentExecutions'\n"
                "  slsim sweep my.json --shard 0/2 -o shard-0      on one machine, and on another\n"
                "  slsim sweep my.json --shard 1/2 -o shard-1\n"
                "  slsim sweep merge shard-0 shard-1 -o results/whole\n",
    .details =
        "What is varied stands in the scenario's `sweep` and in --vary, which also replaces what has its path there. All points are\n"
        "checked before any is run. runs.csv holds every run, points.csv means over replications with 95 % intervals: by default\n"
        "the sources' headline figures, the metrics of `expect` and the bill. The files are the same bytes for any number of threads\n"
        "and shards, and after any interruption.\n"
        "\n"
        "While it runs, every run that is over stands in DIR.partial. After a crash, a kill, a full disk or Ctrl-C (which lets the\n"
        "runs under way finish) the same command goes on from there. A folder that holds another sweep is refused, and what differs\n"
        "is said; --restart discards it.\n",
    .options = SWEEP_OPTIONS,
    .arguments_min = 1,
    .arguments_max = UINT32_MAX,
    .run = run,
};
