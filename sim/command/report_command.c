/* report_command.c: slsim report RESULT...: pictures and a page of results that are there. */
#include "command/session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static enum status report_on(const struct program *program, const struct options *options, const char *path)
{
    struct report_request request;
    struct diagnostics diagnostics = {0};
    /* Without a word on what is wanted, all is. */
    if (!session_wants_report(program, options, &request))
        request.page = true;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status status = folder >= 0 ? report_write(folder, path, &request, &diagnostics) : STATUS_IO;
    if (folder < 0)
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", path, strerror(errno));
    else
        (void)close(folder);
    if (status == STATUS_OK)
        diagnose(&diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "", request.page ? "see %s/report.html" : "see %s/plots", path);
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
                "  slsim report results/hello --plots png\n",
    .details = "RESULT is a result folder. report.html, which needs nothing else to be read, and plots/ are written into it, in place of\n"
               "older ones; with --plots alone only plots/. `slsim run --report` does the same at once.\n",
    .options = OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_PLOTS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .missing = "a result folder is missing",
    .arguments_min = 1,
    .arguments_max = 1000,
    .run = run,
};
