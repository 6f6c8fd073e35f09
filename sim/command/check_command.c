/* check_command.c: slsim check SCENARIO... */
#include "command/session.h"
#include "output/safe_text.h"

static int check(const struct program *program, const struct command *command, const struct options *options)
{
    static const struct table_column columns[] = {{"scenario", false}, {"verdict", false}};
    struct answer answer = session_answer(command, options);
    struct table table;
    int worst = 0;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < options->argument_count; i++) {
        const char *path = options->arguments[i];
        struct scenario *scenario = NULL;
        enum status status = session_load(program, options, path, &scenario);
        scenario_free(scenario);
        int code = status_exit_code(status);
        worst = code > worst ? code : worst;
        table_text(&table, path);
        table_text(&table, status == STATUS_OK ? "ok" : status == STATUS_INVALID ? "invalid" : status_text(status));
        if (answer.format == FORMAT_TABLE && status == STATUS_OK && !option_given(options, OPTION_QUIET)) {
            safe_text_print(stdout, path);
            (void)fputs(": ok\n", stdout);
            (void)fflush(stdout);
        }
    }
    if (answer.format != FORMAT_TABLE && answer_print(&answer, "scenarios", &table, NULL, stdout) != STATUS_OK)
        worst = session_report_status(STATUS_NO_MEMORY, "check");
    table_fini(&table);
    int flushed = status_exit_code(session_flush());
    return flushed > worst ? flushed : worst;
}

const struct command check_command = {
    .name = "check",
    .arguments = "SCENARIO...",
    .summary = "finds every mistake, with its place and a hint, and runs nothing",
    .examples = "  slsim check scenarios/*.json\n"
                "  slsim check my.json --set Api.Timeout=900\n",
    .details = "Exit code 0 when all are valid, 2 when one is not, 3 when one could not be read.\n",
    .options = OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) | OPTION_BIT(OPTION_FORMAT) |
               OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 1,
    .arguments_max = UINT32_MAX,
    .run = check,
};
