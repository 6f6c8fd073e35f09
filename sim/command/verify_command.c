/* verify_command.c: slsim verify SCENARIO... */
#include "command/session.h"
#include "experiment/verify.h"
#include "output/figure_text.h"
#include "output/safe_text.h"
#include "scenario/expected_message.h"

#include <math.h>

/* What all scenarios of one call come to. */
struct tally_of_verdicts {
    const struct program *program;
    const struct options *options;
    struct answer answer;
    struct table table;
    size_t passed, failed, ran, unjudged;
    int worst;
};

static const struct table_column columns[] = {
    {"scenario", false}, {"resource", false}, {"metric", false},   {"stat", false},     {"unit", false},
    {"value", true},     {"ci95_low", true},  {"ci95_high", true}, {"expected", false}, {"verdict", false},
};

static void note_exit(struct tally_of_verdicts *tally, int code)
{
    tally->worst = code > tally->worst ? code : tally->worst;
}

static void add_row(struct table *table, const char *path, const struct verdict *verdict)
{
    const struct expectation *expectation = verdict->expectation;
    table_text(table, path);
    table_text(table, expectation->resource ? expectation->resource : "cost");
    table_text(table, expectation->resource ? expectation->metric : expectation->cost);
    table_text(table, expectation->resource && expectation->stat ? expectation->stat : "Sum");
    table_text(table, verdict->unit);
    table_number(table, verdict->observed);
    table_number(table, verdict->low);
    table_number(table, verdict->high);
    table_text(table, expectation->text);
    table_text(table, verdict->holds ? "PASS" : "FAIL");
}

/* False: a line that nobody wants to see. */
static bool begin_line(const struct tally_of_verdicts *tally, const char *path, bool holds)
{
    if (holds && option_given(tally->options, OPTION_QUIET))
        return false;
    (void)fputs(holds ? (tally->answer.colour ? "\033[32mPASS\033[0m  " : "PASS  ")
                      : (tally->answer.colour ? "\033[31mFAIL\033[0m  " : "FAIL  "),
                stdout);
    if (tally->options->argument_count > 1) {
        safe_text_print(stdout, path);
        (void)fputs(": ", stdout);
    }
    return true;
}

static void print_line(const struct tally_of_verdicts *tally, const char *path, const struct verdict *verdict)
{
    char text[FIGURE_TEXT_SIZE];
    if (!begin_line(tally, path, verdict->holds))
        return;
    safe_text_print(stdout, verdict->expectation->text);
    (void)printf(": observed %s", figure_text_precise(verdict->observed, verdict->unit, text));
    if (!isnan(verdict->low)) {
        (void)printf(" [%s", figure_text_precise(verdict->low, verdict->unit, text));
        (void)printf(", %s]", figure_text_precise(verdict->high, verdict->unit, text));
    }
    (void)fputc('\n', stdout);
}

static void tell_verdict(struct tally_of_verdicts *tally, const char *path, const struct verdict *verdict, struct diagnostics *diagnostics)
{
    if (verdict->holds)
        tally->passed++;
    else
        tally->failed++;
    if (tally->answer.format == FORMAT_TABLE)
        print_line(tally, path, verdict);
    else
        add_row(&tally->table, path, verdict);
    if (verdict->straddles)
        diagnose(diagnostics, SEVERITY_WARNING, verdict->expectation->place, NULL, "more --replications narrow the interval",
                 "the bound of \"%s\" lies inside the observed 95 %% interval: the verdict may be chance", verdict->expectation->text);
}

static void tell_message(struct tally_of_verdicts *tally, const char *path, const struct expected_message *message)
{
    const char *kind = message->severity == SEVERITY_ERROR ? "refused" : "warned";
    if (message->told)
        tally->passed++;
    else
        tally->failed++;
    if (tally->answer.format != FORMAT_TABLE) {
        const char *const texts[] = {path, message->at ? message->at : "", kind, "", ""};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            table_text(&tally->table, texts[i]);
        for (size_t i = 0; i < 3; i++)
            table_number(&tally->table, NAN);
        table_text(&tally->table, message->says);
        table_text(&tally->table, message->told ? "PASS" : "FAIL");
    } else if (begin_line(tally, path, message->told)) {
        (void)printf("%s: ", kind);
        if (message->at) {
            safe_text_print(stdout, message->at);
            (void)fputs(": ", stdout);
        }
        safe_text_print(stdout, message->says);
        (void)fputs(message->told ? "\n" : ": not said\n", stdout);
    }
}

/* Loads it and judges what was said. Where the scenario is refused as it was meant to be, it is judged and *scenario is NULL. */
static enum status load_one(struct tally_of_verdicts *tally, const struct program *program, const char *path, struct scenario **scenario,
                            struct expected_messages *messages)
{
    struct diagnostics diagnostics = {0};
    enum status status = session_load_judged(program, tally->options, path, messages, &diagnostics, scenario);
    bool told = diagnostics.error_count > 0;
    expected_messages_judge(messages, &diagnostics);
    bool as_meant = status == STATUS_INVALID && told && diagnostics.error_count == 0;
    session_report(&diagnostics, tally->options);
    if (status != STATUS_OK && !told)
        (void)session_report_status(status, path);
    for (size_t i = 0; i < messages->count; i++) {
        tell_message(tally, path, &messages->list[i]);
        if (!messages->list[i].told)
            note_exit(tally, status_exit_code(STATUS_UNMET));
    }
    return as_meant ? STATUS_OK : status;
}

static void verify_one(struct tally_of_verdicts *tally, const struct program *program, const char *path)
{
    struct scenario *scenario;
    struct run_result *result = NULL;
    struct verdicts verdicts = {0};
    struct diagnostics diagnostics = {0};
    struct expected_messages messages = {0};
    enum status status = load_one(tally, program, path, &scenario, &messages);
    bool judged = messages.count > 0;
    expected_messages_fini(&messages);
    if (!scenario) {
        tally->ran += status == STATUS_OK;
        tally->unjudged += status != STATUS_OK;
        note_exit(tally, status_exit_code(status));
        return;
    }
    status = session_run(tally->program, tally->options, scenario, tally->options->output, &result);
    if (status == STATUS_OK) {
        tally->ran++;
        status = verify_result(result, &verdicts);
        if (status != STATUS_OK && status != STATUS_UNMET)
            (void)session_report_status(status, path);
    } else {
        tally->unjudged++;
    }
    for (size_t i = 0; i < verdicts.count; i++)
        tell_verdict(tally, path, &verdicts.list[i], &diagnostics);
    if (status == STATUS_OK && scenario->expectation_count == 0 && !judged)
        diagnose(&diagnostics, SEVERITY_WARNING, (struct place){.file = path}, NULL, "add an `expect` list to judge figures",
                 "no expectations: it ran");
    if (verdicts.count > 0 && !verdicts.all_hold && status == STATUS_OK)
        status = STATUS_UNMET;
    note_exit(tally, status_exit_code(status));
    (void)fflush(stdout);
    session_report(&diagnostics, tally->options);
    verdicts_fini(&verdicts);
    run_result_free(result);
    scenario_free(scenario);
}

static void print_count(const struct tally_of_verdicts *tally)
{
    (void)printf("%zu passed, %zu failed", tally->passed, tally->failed);
    if (tally->options->argument_count > 1)
        (void)printf(" in %zu scenarios", tally->ran);
    if (tally->unjudged > 0)
        (void)printf("; %zu scenario%s could not be judged", tally->unjudged, tally->unjudged == 1 ? "" : "s");
    (void)fputc('\n', stdout);
}

static int verify(const struct program *program, const struct command *command, const struct options *options)
{
    struct tally_of_verdicts tally = {.program = program, .options = options, .answer = session_answer(command, options)};
    if (options->argument_count > 1 && (options->output || options->trace)) {
        struct diagnostics diagnostics = {0};
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "verify them one by one", "one --%s cannot hold several scenarios",
                 options->output ? "output" : "trace");
        session_report(&diagnostics, options);
        return status_exit_code(STATUS_INVALID);
    }
    table_init(&tally.table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < options->argument_count && tally.worst != status_exit_code(STATUS_INTERRUPTED); i++)
        verify_one(&tally, program, options->arguments[i]);
    if (tally.answer.format == FORMAT_TABLE)
        print_count(&tally);
    else if (answer_print(&tally.answer, "figures", &tally.table, NULL, stdout) != STATUS_OK)
        note_exit(&tally, session_report_status(STATUS_NO_MEMORY, "verify"));
    table_fini(&tally.table);
    note_exit(&tally, status_exit_code(session_flush()));
    return tally.worst;
}

const struct command verify_command = {
    .name = "verify",
    .arguments = "SCENARIO...",
    .summary = "runs and judges `expect`: PASS or FAIL with the observed figure",
    .examples = "  slsim verify scenarios/*.json\n"
                "  slsim verify scenarios/erlang-b.json --replications 20\n",
    .details = "Exit code 0 when all expectations hold, 1 when one does not. Writes a result folder only with -o.\n",
    .options = OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) |
               OPTION_BIT(OPTION_THREADS) | OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_TRACE) | OPTION_BIT(OPTION_TRACE_SAMPLE) |
               OPTION_BIT(OPTION_TRACE_LIMIT) | OPTION_BIT(OPTION_TIMESERIES) | OPTION_BIT(OPTION_DENSE) | OPTION_BIT(OPTION_MAX_MEMORY) |
               OPTION_BIT(OPTION_MAX_EVENTS) | OPTION_BIT(OPTION_QUEUE) | OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_PLOTS) |
               OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 1,
    .arguments_max = UINT32_MAX,
    .run = verify,
};
