/* sensitivity_command.c: slsim sensitivity SCENARIO. */
#include "command/what_if.h"
#include "experiment/sensitivity.h"
#include "output/result_files.h"
#include "output/sensitivity_print.h"

/* With chance, an interval needs a few; a scenario that says more has them. */
#define REPLICATIONS_LEAST 5u

static enum status read_request(struct what_if *what_if, struct sensitivity_request *request)
{
    const struct options *options = what_if->options;
    uint32_t asked = what_if->scenario->replications;
    *request = (struct sensitivity_request){
        .axes = what_if->axes,
        .axis_count = what_if->axis_count,
        .goals = what_if->goals,
        .goal_count = what_if->goal_count,
        .replications = options->replications > 0 || asked > 1 ? asked : REPLICATIONS_LEAST,
        .on_progress = what_if->run_options.on_progress,
        .progress_context = what_if->run_options.progress_context,
    };
    what_if->run_options.on_progress = NULL; /* of all runs together */
    enum status status = what_if_figures(what_if);
    if (status == STATUS_OK && what_if->figure_count == 0)
        status = what_if_figure(what_if, "--figure", "cost.month");
    return status;
}

static enum status write_file(struct what_if *what_if, const struct sensitivity_report *sensitivity)
{
    return sensitivity_files_write(sensitivity, what_if->options->output, &what_if->diagnostics);
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    struct what_if what_if;
    struct sensitivity_request request;
    struct sensitivity sensitivity = {0};
    enum status status = what_if_open(program, options, "input", &options->inputs_varied, &what_if);
    if (status == STATUS_OK)
        status = read_request(&what_if, &request);
    if (status == STATUS_OK)
        status = sensitivity_study(&what_if.study, &request, &sensitivity);
    const struct sensitivity_report report = {&what_if.study, &request, &sensitivity};
    progress_fini(&what_if.progress);
    if (status == STATUS_OK) {
        struct answer frame = session_answer(command, options);
        status = sensitivity_print(&frame, &report, stdout);
        enum status flushed = session_flush();
        status = status != STATUS_OK ? status : flushed;
    }
    if (status == STATUS_OK && options->output)
        status = write_file(&what_if, &report);
    sensitivity_fini(&sensitivity);
    return what_if_close(&what_if, status);
}

const struct command sensitivity_command = {
    .name = "sensitivity",
    .arguments = "SCENARIO",
    .summary = "which assumption or input moves the answer most, and where a verdict flips",
    .examples = "  slsim sensitivity my.json\n"
                "  slsim sensitivity my.json --figure Api.ResponseTime.p99 --figure cost.month\n"
                "  slsim sensitivity my.json --goal 'Api.ColdStartRate < 1%' --input users.poisson=5/s:20/s -o tornado.csv\n"
                "  gnuplot -c scripts/plot-tornado.gp tornado.csv tornado.svg cost.month\n",
    .details = "Every assumption that the scenario's run looks up (the rules that nobody documents, with their plausible range) and every "
               "--input goes\n"
               "to its low and its high end, one at a time, with the same random numbers; the figures (the goals' and --figure, else "
               "cost.month) are\n"
               "held against the base's, replication by replication. The largest swing of the first figure comes first: a tornado. A "
               "distribution is\n"
               "scaled to the middle that the range says. Where a goal's verdict differs between the ends, the value at which it flips is "
               "searched\n"
               "for. At least 5 replications unless --replications says less. -o FILE keeps the table as CSV.\n",
    .options = OPTION_BIT(OPTION_INPUT) | OPTION_BIT(OPTION_GOAL) | OPTION_BIT(OPTION_FIGURE) | OPTION_BIT(OPTION_OUTPUT) |
               OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) | OPTION_BIT(OPTION_THREADS) |
               OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_MAX_MEMORY) | OPTION_BIT(OPTION_MAX_EVENTS) | OPTION_BIT(OPTION_QUEUE) |
               OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run,
};
