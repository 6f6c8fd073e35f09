/* report_command.c: slsim report RESULT...: pictures and a page of results that are there. */
#include "command/session.h"
#include "output/study_report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_table(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".csv") == 0;
}

static enum status report_on(const struct program *program, const struct options *options, const char *path)
{
    struct report_request request;
    struct diagnostics diagnostics = {0};
    bool table = is_table(path);
    const char *where = table ? options->output : path;
    /* Without a word on what is wanted, all is. */
    if (!session_wants_report(program, options, &request))
        request.page = true;
    if (table && !where) {
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "as in slsim report tornado.csv -o results/tornado",
                 "%s: where to? name a folder with --output", path);
        session_report(&diagnostics, options);
        return STATUS_INVALID;
    }
    if (table)
        (void)mkdir(where, 0777); /* if it is there, it is there */
    int folder = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status status = STATUS_IO;
    if (folder < 0)
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", where, strerror(errno));
    else if (table)
        status = study_report_write(folder, where, path, request.page ? "report.html" : NULL, request.png, &diagnostics);
    else
        status = report_write(folder, where, &request, &diagnostics);
    if (folder >= 0)
        (void)close(folder);
    if (status == STATUS_OK)
        diagnose(&diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", request.page ? "see %s/report.html" : "see %s/plots", where);
    session_report(&diagnostics, options);
    return status;
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    (void)command;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < options->argument_count; i++) {
        enum status one = report_on(program, options, options->arguments[i]);
        status = status == STATUS_OK ? one : status;
    }
    return status_exit_code(status);
}

const struct command report_command = {
    .name = "report",
    .arguments = "RESULT...",
    .summary = "a page with pictures of a result, or only its plots",
    .examples = "  slsim report results/hello\n"
                "  slsim report results/hello --plots png\n"
                "  slsim report tornado.csv -o results/tornado\n",
    .details = "RESULT is a folder of run, sweep, compare or size, or the CSV of sensitivity or of a break-even, with -o DIR.\n"
               "report.html, which needs nothing else to be read, and plots/ are written into it, in place of older ones; with --plots "
               "alone only plots/. `slsim run --report` does the same at once.\n",
    .options = OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_PLOTS) | OPTION_BIT(OPTION_QUIET) |
               OPTION_BIT(OPTION_VERBOSE),
    .missing = "a result folder is missing",
    .arguments_min = 1,
    .arguments_max = 1000,
    .run = run,
};
