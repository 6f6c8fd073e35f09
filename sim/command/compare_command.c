/* compare_command.c: slsim compare A B. */
#include "command/session.h"
#include "experiment/compare.h"
#include "experiment/variant.h"
#include "output/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPLICATIONS_BY_DEFAULT 10u /* where the scenarios say nothing: enough for an interval, and soon over */

#define STEP 64u /* replications after which the sides take turns: so many that threads seldom wait for each other */

enum { A, B, SIDES };

/* How far one side is. */
struct part_of_progress {
    struct progress *progress;
    uint32_t own, other, total; /* replications that this step ends with, that the other side has, that each side is to have */
};

/* Everything that one call holds. */
struct work {
    const struct program *program;
    const struct options *options;
    char **assignments[SIDES]; /* owned, with the strings: what --vary sets */
    size_t assignment_count[SIDES];
    char *seed; /* owned: A's, which B is to have too */
    struct variant variants[SIDES];
    struct progress progress;
    struct part_of_progress parts[SIDES]; /* the runs point at them */
    struct figure_name *figures;          /* owned */
    struct figure_bound *bounds;          /* owned */
    struct bound_verdict *verdicts;
    struct figure_name until;
    double until_share;
    struct min_effects effects;
    struct compare compare;
};

static const char *path_of(const struct work *work, int side)
{
    const struct options *options = work->options;
    return options->arguments[side < (int)options->argument_count ? side : 0];
}

static bool is_json(const char *text)
{
    cJSON *value = cJSON_ParseWithOpts(text, NULL, true);
    cJSON_Delete(value);
    return value != NULL;
}

static enum status add_assignment(struct work *work, int side, const char *assignment, size_t path_length, const char *value, size_t length)
{
    char *made = NULL;
    if (asprintf(&made, "%.*s%.*s", (int)path_length, assignment, (int)length, value) < 0)
        return STATUS_NO_MEMORY;
    work->assignments[side][work->assignment_count[side]++] = made;
    return STATUS_OK;
}

/* "PATH=VALUE" is B's; of "PATH=X,Y" A has X. What is JSON as a whole is one value, whatever commas are in it. */
static enum status vary(struct work *work, const char *assignment, struct diagnostics *diagnostics)
{
    const char *value = strchr(assignment, '=') + 1, *comma = is_json(value) ? NULL : strchr(value, ',');
    size_t path_length = (size_t)(value - assignment);
    if (!comma)
        return add_assignment(work, B, assignment, path_length, value, strlen(value));
    if (strchr(comma + 1, ',')) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "a value that has commas itself is written as JSON: '\"x,y\"'",
                 "--vary %s: compare holds two values against each other", assignment);
        return STATUS_INVALID;
    }
    enum status status = add_assignment(work, A, assignment, path_length, value, (size_t)(comma - value));
    return status == STATUS_OK ? add_assignment(work, B, assignment, path_length, comma + 1, strlen(comma + 1)) : status;
}

static enum status vary_all(struct work *work, struct diagnostics *diagnostics)
{
    const struct options *options = work->options;
    for (int side = 0; side < SIDES; side++) {
        work->assignments[side] = calloc(options->varies.count + 1, sizeof *work->assignments[side]);
        if (!work->assignments[side])
            return STATUS_NO_MEMORY;
    }
    if (options->argument_count < SIDES && options->varies.count == 0) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "name a second one, or say what differs: --vary Api.MemorySize=1024",
                 "one scenario is nothing to compare");
        return STATUS_INVALID;
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < options->varies.count && status == STATUS_OK; i++)
        status = vary(work, options->varies.list[i], diagnostics);
    return status;
}

static enum status load(struct work *work, int side, struct diagnostics *diagnostics)
{
    const struct options *options = work->options;
    const struct variant_base base = {.path = path_of(work, side),
                                      .registry = work->program->registry,
                                      .sets = options->sets.list,
                                      .set_count = options->sets.count,
                                      .seed = options->seed ? options->seed : work->seed,
                                      .replications = options->replications};
    return variant_load(&base, (const char *const *)work->assignments[side], work->assignment_count[side], diagnostics,
                        &work->variants[side]);
}

/* Is B to have a seed of its own? That is asked for by varying it, to see what common chance is good for. */
static bool varies_seed(const struct work *work)
{
    for (size_t i = 0; i < work->assignment_count[B]; i++)
        if (strncmp(work->assignments[B][i], "seed=", 5) == 0)
            return true;
    return false;
}

static enum status load_both(struct work *work, struct diagnostics *diagnostics)
{
    enum status status = load(work, A, diagnostics);
    if (status != STATUS_OK)
        return status;
    if (!varies_seed(work) && asprintf(&work->seed, "%llu", (unsigned long long)work->variants[A].scenario->settings.seed) < 0) {
        work->seed = NULL;
        return STATUS_NO_MEMORY;
    }
    return load(work, B, diagnostics);
}

/* What is named is looked for in both, since either may lack it; what neither has is told of as A's. */
static bool find_in_both(struct work *work, bool (*parse)(struct work *work, int side, size_t index, struct diagnostics *diagnostics),
                         size_t index, struct diagnostics *diagnostics)
{
    struct diagnostics scratch = {0};
    bool in_b = parse(work, B, index, &scratch);
    diagnostics_fini(&scratch);
    bool in_a = parse(work, A, index, in_b ? &scratch : diagnostics);
    if (in_b)
        diagnostics_fini(&scratch);
    return in_a || (in_b && parse(work, B, index, diagnostics));
}

static bool parse_figure(struct work *work, int side, size_t index, struct diagnostics *diagnostics)
{
    return figure_name_parse(work->variants[side].scenario, "--figure", work->options->figures.list[index], diagnostics,
                             &work->figures[index]);
}

static bool parse_bound(struct work *work, int side, size_t index, struct diagnostics *diagnostics)
{
    return figure_bound_parse(work->variants[side].scenario, "--fail-if", work->options->fail_ifs.list[index], true, diagnostics,
                              &work->bounds[index]);
}

static bool parse_until(struct work *work, int side, size_t index, struct diagnostics *diagnostics)
{
    (void)index;
    return figure_share_parse(work->variants[side].scenario, "--until", work->options->until, diagnostics, &work->until,
                              &work->until_share);
}

static enum status parse_all(struct work *work, struct diagnostics *diagnostics)
{
    const struct options *options = work->options;
    work->figures = calloc(options->figures.count + 1, sizeof *work->figures);
    work->bounds = calloc(options->fail_ifs.count + 1, sizeof *work->bounds);
    work->verdicts = calloc(options->fail_ifs.count + 1, sizeof *work->verdicts);
    if (!work->figures || !work->bounds || !work->verdicts)
        return STATUS_NO_MEMORY;
    bool good = true;
    for (size_t i = 0; i < options->figures.count; i++)
        good &= find_in_both(work, parse_figure, i, diagnostics);
    for (size_t i = 0; i < options->fail_ifs.count; i++)
        good &= find_in_both(work, parse_bound, i, diagnostics);
    if (options->until)
        good &= find_in_both(work, parse_until, 0, diagnostics);
    work->effects = MIN_EFFECTS_NONE;
    for (size_t i = 0; i < options->min_effects.count; i++) {
        if (min_effects_parse(options->min_effects.list[i], &work->effects))
            continue;
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "write 1% (of A's value), 10ms, $5, 0.1pp, 2KB or a bare count",
                 "--min-effect: \"%s\" is no size of an effect", options->min_effects.list[i]);
        good = false;
    }
    return diagnostics->failed ? STATUS_NO_MEMORY : good ? STATUS_OK : STATUS_INVALID;
}

static uint32_t first_replications(const struct work *work)
{
    uint32_t a = work->variants[A].scenario->replications, b = work->variants[B].scenario->replications, asked = a > b ? a : b;
    if (work->options->until && asked < UNTIL_LEAST)
        return UNTIL_LEAST;
    return asked > 1 || option_given(work->options, OPTION_REPLICATIONS) ? asked : REPLICATIONS_BY_DEFAULT;
}

static void show_part(void *context, double share, uint64_t calls)
{
    (void)calls; /* of one side alone */
    const struct part_of_progress *part = context;
    progress_show(part->progress, (share * part->own + part->other) / (SIDES * (double)part->total), 0);
}

/* Step by step, one side after the other, so that an interrupted comparison has pairs. */
static enum status replicate_both(struct work *work, uint32_t replications)
{
    enum status status = STATUS_OK;
    struct run_options run_options;
    uint32_t done = 0;
    session_run_options(work->options, &work->progress, &run_options);
    run_options.on_progress = show_part;
    while (done < replications && status == STATUS_OK) {
        uint32_t next = replications - done > STEP ? done + STEP : replications;
        for (int side = 0; side < SIDES && status == STATUS_OK; side++) {
            work->parts[side] = (struct part_of_progress){
                .progress = &work->progress, .own = next, .other = side == A ? done : next, .total = replications};
            run_options.progress_context = &work->parts[side];
            status = variant_replicate(&work->variants[side], &run_options, next);
        }
        done = next;
    }
    progress_fini(&work->progress);
    return status;
}

/* The difference that --until is about, and A's mean; false where either side lacks the figure. */
static bool difference_of_until(const struct work *work, struct interval *difference, double *mean_a)
{
    const struct run_result *a = variant_result(&work->variants[A]), *b = variant_result(&work->variants[B]);
    const double *values_a = run_result_values(a, &work->until), *values_b = run_result_values(b, &work->until);
    if (!values_a || !values_b)
        return false;
    *difference = interval_of_difference(values_a, values_b, a->planned, 0.95);
    *mean_a = interval_of_mean(values_a, a->planned, 0.95).mean;
    return true;
}

static enum status replicate(struct work *work, uint32_t replications)
{
    enum status status;
    uint32_t wanted = replications;
    do {
        struct interval difference;
        double mean_a;
        replications = wanted;
        status = replicate_both(work, replications);
        if (status == STATUS_OK && work->options->until && difference_of_until(work, &difference, &mean_a))
            wanted = replications_wanted(&difference, mean_a, work->until_share, replications, UNTIL_MOST);
    } while (status == STATUS_OK && wanted > replications);
    return status;
}

static enum status run_both(struct work *work)
{
    enum status status = replicate(work, first_replications(work));
    for (int side = 0; side < SIDES; side++) {
        enum status ended = variant_end(&work->variants[side]);
        status = status == STATUS_OK ? ended : status;
    }
    return status;
}

static enum status choose_figures(struct work *work, struct compare *compare)
{
    const struct options *options = work->options;
    enum status status = STATUS_OK;
    if (option_given(options, OPTION_VERBOSE)) {
        status = compare_add_all(compare);
        return status == STATUS_OK ? compare_add_month(compare) : status;
    }
    if (options->figures.count == 0)
        return comparison_add_headlines(compare, work->program->layout);
    for (size_t i = 0; i < options->figures.count && status == STATUS_OK; i++) {
        const struct figure_name *figure = &work->figures[i];
        status = figure->metric ? compare_add(compare, figure->resource, figure->metric->name, figure->stat) : compare_add_month(compare);
    }
    return status;
}

static enum status write_folder(struct work *work, struct result_folder *folder, bool complete, struct diagnostics *diagnostics)
{
    struct compare all;
    const struct run_result *a = work->variants[A].result, *b = work->variants[B].result;
    enum status status = compare_init(&all, a, b, &work->effects);
    if (status == STATUS_OK)
        status = compare_add_all(&all);
    if (status == STATUS_OK)
        status = compare_add_month(&all);
    if (status == STATUS_OK)
        status = comparison_files_write(folder, &all, diagnostics);
    compare_fini(&all);
    if (status != STATUS_OK)
        return status;
    if (!complete)
        return result_folder_commit_partial(folder, diagnostics);
    status = result_folder_commit(folder, diagnostics);
    return status == STATUS_OK ? session_draw(work->program, work->options, work->options->output, diagnostics) : status;
}

static void warn_of_chance(const struct work *work, struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < work->options->fail_ifs.count; i++)
        if (work->verdicts[i].straddles)
            diagnose(diagnostics, SEVERITY_WARNING, (struct place){0}, NULL, "more --replications narrow the interval",
                     "the bound of '%s' lies inside the observed 95 %% interval: the verdict may be chance", work->bounds[i].text);
    struct interval difference;
    double mean_a;
    if (work->options->until && difference_of_until(work, &difference, &mean_a))
        session_tell_until(work->options, &difference, mean_a, work->until_share, diagnostics);
    if (work->compare.pairs == 1)
        diagnose(diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "--replications 10 gives 95 % intervals",
                 "one replication: nothing says how much of a difference is chance");
}

static bool wants_month(const struct work *work)
{
    for (size_t i = 0; i < work->options->figures.count; i++)
        if (!work->figures[i].metric)
            return true;
    return option_given(work->options, OPTION_VERBOSE);
}

/* Prints what is to be said of both. STATUS_UNMET where a --fail-if holds. */
static enum status tell(const struct command *command, struct work *work)
{
    const struct options *options = work->options;
    struct answer answer = session_answer(command, options);
    struct comparison_view view = {.compare = &work->compare,
                                   .bounds = work->verdicts,
                                   .bound_count = options->fail_ifs.count,
                                   .all = option_given(options, OPTION_VERBOSE) || options->figures.count > 0,
                                   .cost = options->figures.count == 0 || wants_month(work)};
    struct comparison_side *sides[SIDES] = {&view.a, &view.b};
    bool failed = false;
    for (int side = 0; side < SIDES; side++)
        *sides[side] =
            (struct comparison_side){path_of(work, side), (const char *const *)work->assignments[side], work->assignment_count[side]};
    for (size_t i = 0; i < options->fail_ifs.count; i++) {
        work->verdicts[i] = compare_bound(&work->compare, &work->bounds[i]);
        failed |= work->verdicts[i].holds;
    }
    enum status status = STATUS_OK;
    if (!option_given(options, OPTION_QUIET) || option_given(options, OPTION_FORMAT))
        status = comparison_print(&answer, &view, stdout);
    enum status flushed = session_flush();
    struct diagnostics notes = {0};
    warn_of_chance(work, &notes);
    session_report(&notes, options);
    status = status != STATUS_OK ? status : flushed;
    return status == STATUS_OK && failed ? STATUS_UNMET : status;
}

static enum status run_and_tell(const struct command *command, struct work *work, struct diagnostics *diagnostics)
{
    const struct options *options = work->options;
    struct result_folder folder;
    bool has_folder = false;
    enum status status = STATUS_OK, said = STATUS_OK;
    if (options->output) {
        status = result_folder_begin(&folder, options->output, diagnostics);
        has_folder = status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = run_both(work);
    const struct run_result *a = work->variants[A].result, *b = work->variants[B].result;
    if (a && b && a->replications > 0 && b->replications > 0 &&
        (status == STATUS_OK || status == STATUS_LIMIT || status == STATUS_INTERRUPTED)) {
        said = compare_init(&work->compare, a, b, &work->effects);
        if (said == STATUS_OK)
            said = choose_figures(work, &work->compare);
        if (said == STATUS_OK && has_folder)
            said = write_folder(work, &folder, status == STATUS_OK, diagnostics);
        if (said == STATUS_OK)
            said = tell(command, work);
    }
    if (has_folder)
        result_folder_fini(&folder);
    if (status != STATUS_OK && said == STATUS_OK && has_folder && work->compare.pairs > 0)
        diagnose(diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", "what is complete is kept in %s.partial", options->output);
    if (status != STATUS_OK)
        session_tell_of_end(options, a && a->status != STATUS_OK ? a : b, status, diagnostics);
    return status != STATUS_OK ? status : said;
}

static int run_compare(const struct program *program, const struct command *command, const struct options *options)
{
    struct work work = {.program = program, .options = options};
    struct diagnostics diagnostics = {0};
    enum status status = session_check_report(options, &diagnostics);
    if (status == STATUS_OK)
        status = vary_all(&work, &diagnostics);
    if (status == STATUS_OK)
        status = load_both(&work, &diagnostics);
    if (status == STATUS_OK)
        status = parse_all(&work, &diagnostics);
    if (diagnostics.count > 0 || diagnostics.failed) /* before the run: warnings too */
        session_report(&diagnostics, options);
    else if (status != STATUS_OK)
        (void)session_report_status(status, command->name);
    if (status == STATUS_OK) {
        diagnostics = (struct diagnostics){0};
        status = run_and_tell(command, &work, &diagnostics);
        session_report(&diagnostics, options);
    }
    compare_fini(&work.compare);
    for (int side = 0; side < SIDES; side++) {
        variant_fini(&work.variants[side]);
        for (size_t i = 0; i < work.assignment_count[side]; i++)
            free(work.assignments[side][i]);
        free(work.assignments[side]);
    }
    free(work.figures);
    free(work.bounds);
    free(work.verdicts);
    free(work.seed);
    return status_exit_code(status);
}

const struct command compare_command = {
    .name = "compare",
    .arguments = "A [B]",
    .summary = "two scenarios, or one and its variation: what differs, for sure, and what it costs",
    .examples = "  slsim compare before.json after.json\n"
                "  slsim compare scenarios/hello.json --vary Hello.MemorySize=1024 --vary Hello.behavior.duration=60ms\n"
                "  slsim compare my.json --vary Api.MemorySize=512,1024 --figure Api.Duration.p99 --figure cost.month\n"
                "  slsim compare main.json branch.json --fail-if 'cost.month > +5%' --fail-if 'Api.ResponseTime.p99 > +10ms'\n"
                "  slsim compare before.json after.json --min-effect 1% --format markdown > comment.md\n",
    .details =
        "Both have A's seed, so the k-th request is the same in both, and what is the same in both differs in nothing. B - A is taken in\n"
        "each replication; the interval (Student, 95 %) is of the mean of these differences. Verdicts: better or worse where the whole\n"
        "interval lies beyond --min-effect (without it: beyond 0), negligible where it lies within, unclear where it reaches over, or the\n"
        "figure is neither good nor bad. Marks: + only in B, - only in A, ~ differs. 10 replications where neither scenario says more.\n"
        "BOUND: a figure of B (> 800ms), or of what changed: +10ms, -$5, +0.5pp (points of a figure in percent), +5% (of A's value).\n"
        "Exit code 1 when a --fail-if holds. --until: half the interval of the difference, in percent of A's value.\n"
        "With -o a folder: comparison.csv (all figures and lines of the bill), replications.csv, manifest.json.\n",
    .options = OPTION_BIT(OPTION_VARY) | OPTION_BIT(OPTION_FIGURE) | OPTION_BIT(OPTION_MIN_EFFECT) | OPTION_BIT(OPTION_FAIL_IF) |
               OPTION_BIT(OPTION_UNTIL) | OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_PLOTS) |
               OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) | OPTION_BIT(OPTION_THREADS) |
               OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_MAX_MEMORY) | OPTION_BIT(OPTION_MAX_EVENTS) | OPTION_BIT(OPTION_QUEUE) |
               OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 1,
    .arguments_max = 2,
    .run = run_compare,
};
