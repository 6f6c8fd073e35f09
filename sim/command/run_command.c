/* run_command.c: slsim run SCENARIO. */
#include "command/session.h"
#include "output/advice.h"
#include "output/summary.h"
#include "output/summary_sparks.h"
#include "output/usage_file.h"

#include <stdlib.h>
#include <string.h>

#define RUN_OPTIONS                                                                                                                        \
    (OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) |                      \
     OPTION_BIT(OPTION_THREADS) | OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_TRACE) | OPTION_BIT(OPTION_TRACE_SAMPLE) |                 \
     OPTION_BIT(OPTION_TRACE_LIMIT) | OPTION_BIT(OPTION_TIMESERIES) | OPTION_BIT(OPTION_DENSE) | OPTION_BIT(OPTION_MAX_MEMORY) |           \
     OPTION_BIT(OPTION_MAX_EVENTS) | OPTION_BIT(OPTION_QUEUE) | OPTION_BIT(OPTION_UNTIL) | OPTION_BIT(OPTION_INFRACOST) |                  \
     OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_PLOTS) | OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) |                    \
     OPTION_BIT(OPTION_VERBOSE))

/* The folder that -o names, else results/NAME. The reader lets no name through that is a path; that is not taken on trust here. */
static char *folder_path(const struct options *options, const struct scenario *scenario)
{
    if (options->output)
        return strdup(options->output);
    char *path = NULL;
    const char *name = strchr(scenario->name, '/') || *scenario->name == '\0' ? "scenario" : scenario->name;
    return asprintf(&path, "results/%s", name) < 0 ? NULL : path;
}

static enum status print_result(const struct program *program, const struct command *command, const struct options *options,
                                const struct run_result *result, const char *path)
{
    struct answer answer = session_answer(command, options);
    struct headline_rows rows;
    enum status status = headline_rows_collect(result, program->layout, &rows);
    if (status != STATUS_OK)
        return status;
    if (!option_given(options, OPTION_QUIET) || option_given(options, OPTION_FORMAT)) {
        status = summary_print(&answer, &rows, stdout);
        summary_sparks_print(&answer, &rows, program->layout->sparks, path, stdout);
    }
    /* Before the notes, so that they stand below on a terminal. */
    enum status flushed = session_flush();
    struct diagnostics notes = {0};
    advise(&rows, &notes);
    session_report(&notes, options);
    headline_rows_fini(&rows);
    return status != STATUS_OK ? status : flushed;
}

static enum status write_usage(const struct program *program, const struct options *options, const struct run_result *result)
{
    struct diagnostics diagnostics = {0};
    enum status status = usage_file_write(result, program->usage_keys, options->infracost, &diagnostics);
    session_report(&diagnostics, options);
    return status;
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    struct scenario *scenario;
    enum status status = session_load(program, options, options->arguments[0], &scenario);
    if (status != STATUS_OK)
        return status_exit_code(status);
    char *path = folder_path(options, scenario);
    struct run_result *result = NULL;
    status = path ? session_run(program, options, scenario, path, &result) : STATUS_NO_MEMORY;
    if (status == STATUS_OK && options->infracost)
        status = write_usage(program, options, result);
    if (result) {
        enum status printed = print_result(program, command, options, result, path);
        status = printed != STATUS_OK ? printed : status;
        if (status == STATUS_OK && !option_given(options, OPTION_QUIET)) {
            struct diagnostics notes = {0};
            if (option_given(options, OPTION_VERBOSE))
                diagnose(&notes, SEVERITY_NOTE, (struct place){0}, NULL, "", "%llu events were simulated",
                         (unsigned long long)result->event_count);
            diagnose(&notes, SEVERITY_NOTE, (struct place){0}, NULL, "", "all figures are in %s", path);
            session_report(&notes, options);
        }
    }
    run_result_free(result);
    scenario_free(scenario);
    free(path);
    return status_exit_code(status);
}

const struct command run_command = {
    .name = "run",
    .arguments = "SCENARIO",
    .summary = "simulates, writes the result folder, prints a summary",
    .examples = "  slsim run scenarios/hello.json\n"
                "  slsim run scenarios/hello.json --replications 20 --set Hello.MemorySize=1024 -o results/hello-1024\n"
                "  slsim run scenarios/hello.json --format json --quiet | jq '.figures[]'\n"
                "  slsim run scenarios/hello.json --until 'cost.month 2%'\n"
                "  slsim run scenarios/hello.json --report\n"
                "  slsim run - < scenarios/hello.json\n",
    .details = "SCENARIO is a file, or - for standard input. The summary goes to standard output, everything else to standard error.\n"
               "A folder that exists is replaced only if it holds a result; an interrupted run leaves DIR.partial.\n",
    .options = RUN_OPTIONS,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run,
};
