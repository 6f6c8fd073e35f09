/* size_command.c: slsim size SCENARIO. */
#include "command/break_even_command.h"
#include "command/what_if.h"
#include "output/result_files.h"
#include "output/size_print.h"

#include <stdlib.h>
#include <string.h>

/* The fewest that have an interval worth its name. */
#define REPLICATIONS_LEAST 4u
#define REPLICATIONS_MOST 100u

static enum status read_request(struct what_if *what_if, struct size_request *request)
{
    const struct options *options = what_if->options;
    uint32_t least = options->replications > 0 ? options->replications : REPLICATIONS_LEAST;
    uint32_t most = options->max_replications > 0 ? options->max_replications : REPLICATIONS_MOST;
    *request = (struct size_request){.axes = what_if->axes,
                                     .axis_count = what_if->axis_count,
                                     .goals = what_if->goals,
                                     .goal_count = what_if->goal_count,
                                     .minimize = options->minimize || what_if->axis_count > 1 || what_if->goal_count == 0,
                                     .replications_min = least < most ? least : most,
                                     .replications_max = most};
    if (what_if->axis_count == 0)
        return what_if_refuse(what_if, "as in --vary Api.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions=0:500",
                              "--vary says what may be changed");
    if (what_if->axis_count > SIZE_AXES_MOST)
        return what_if_refuse(what_if, "", "four settings at once are the most");
    if (what_if->goal_count == 0 && !options->minimize)
        return what_if_refuse(what_if, "as in --goal 'Api.ColdStartRate < 0.1%' or --minimize cost.month",
                              "--goal or --minimize says what is wanted");
    enum status status = STATUS_OK;
    if (request->minimize)
        status = what_if_figure(what_if, "--minimize", options->minimize ? options->minimize : "cost.month");
    return status == STATUS_OK ? what_if_figures(what_if) : status;
}

static const struct size_point *nearest(const struct size_answer *answer)
{
    const struct size_point *point = answer->best;
    for (size_t i = 0; i < answer->count && !answer->best; i++)
        if (!point || answer->points[i]->miss < point->miss)
            point = answer->points[i];
    return point;
}

static enum status write_points(const struct result_folder *folder, const struct size_report *size, struct diagnostics *diagnostics)
{
    FILE *file = result_folder_create(folder, "points.csv");
    enum status status = file ? size_points_csv(size, file) : STATUS_IO;
    bool failed = file && ferror(file);
    if (file && fclose(file) != 0)
        failed = true;
    if (failed || status == STATUS_IO)
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s/points.csv: could not be written", folder->path);
    return failed ? STATUS_IO : status;
}

/* The result folder of the answer (else of what came nearest), with all points. */
static enum status write_folder(const struct program *program, struct what_if *what_if, const struct size_report *size)
{
    const struct size_point *point = nearest(size->answer);
    struct trial *trial = point ? size_point_trial(point) : NULL;
    struct result_folder folder;
    enum status status = trial ? variant_end(&trial->variant) : STATUS_INTERNAL;
    if (status != STATUS_OK)
        return status;
    status = result_folder_begin(&folder, what_if->options->output, &what_if->diagnostics);
    if (status != STATUS_OK)
        return status;
    status = result_files_write(&folder, trial->variant.result, &what_if->diagnostics);
    if (status == STATUS_OK)
        status = write_points(&folder, size, &what_if->diagnostics);
    if (status == STATUS_OK)
        status = result_folder_commit(&folder, &what_if->diagnostics);
    result_folder_fini(&folder);
    if (status == STATUS_OK)
        status = session_draw(program, what_if->options, what_if->options->output, &what_if->diagnostics);
    return status;
}

/* The frame with the settings that were chosen behind those that were given. */
static enum status print_answer(const struct command *command, const struct what_if *what_if, const struct size_report *size)
{
    struct answer frame = session_answer(command, what_if->options);
    size_t count = frame.set_count + what_if->axis_count;
    const char **sets = calloc(count + 1, sizeof *sets);
    char *chosen[SIZE_AXES_MOST] = {0}, buffer[AXIS_TEXT_SIZE];
    enum status status = sets ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < frame.set_count && sets; i++)
        sets[i] = frame.sets[i];
    for (size_t a = 0; a < what_if->axis_count && sets && size->answer->best; a++) {
        chosen[a] = axis_assignment(&what_if->axes[a], axis_value(&what_if->axes[a], size->answer->best->at[a], buffer));
        sets[frame.set_count++] = chosen[a] ? chosen[a] : "";
        status = chosen[a] ? status : STATUS_NO_MEMORY;
    }
    frame.sets = sets;
    if (status == STATUS_OK)
        status = size_print(&frame, size, stdout);
    for (size_t a = 0; a < SIZE_AXES_MOST; a++)
        free(chosen[a]);
    free(sets);
    enum status flushed = session_flush();
    return status != STATUS_OK ? status : flushed;
}

static enum status search(const struct program *program, const struct command *command, struct what_if *what_if,
                          const struct size_request *request)
{
    struct size_answer answer;
    enum status status = size_study_run(&what_if->study, request, &answer);
    const struct size_report size = {&what_if->study, request, &answer};
    progress_fini(&what_if->progress);
    if (status == STATUS_OK)
        status = print_answer(command, what_if, &size);
    if (status == STATUS_OK && what_if->options->output)
        status = write_folder(program, what_if, &size);
    if (status == STATUS_OK && !answer.best)
        status = STATUS_UNMET;
    size_study_end(&answer);
    return status;
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    struct what_if what_if;
    struct size_request request;
    enum status status = what_if_open(program, options, "vary", &options->varies, &what_if);
    if (status == STATUS_OK && options->againsts.count > 0 && (option_given(options, OPTION_REPORT) || option_given(options, OPTION_PLOTS)))
        status = what_if_refuse(&what_if, "slsim report TABLE.csv -o DIR draws it",
                                "with --against the output is a table, which has no --report");
    if (status == STATUS_OK)
        status = session_check_report(options, &what_if.diagnostics);
    if (status == STATUS_OK && options->againsts.count > 0)
        return what_if_close(&what_if, break_even(program, command, &what_if));
    if (status == STATUS_OK)
        status = read_request(&what_if, &request);
    if (status == STATUS_OK)
        status = search(program, command, &what_if, &request);
    return what_if_close(&what_if, status);
}

const struct command size_command = {
    .name = "size",
    .arguments = "SCENARIO",
    .summary = "the smallest or cheapest setting that meets a goal; where two bills cross",
    .examples = "  slsim size my.json --vary Api.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions=0:500 --goal "
                "'Api.ColdStartRate < 0.1%'\n"
                "  slsim size my.json --vary Api.MemorySize=128:10240 --minimize cost.month --goal 'Api.ResponseTime.p99 < 800ms' -o "
                "results/sized\n"
                "  slsim size my.json --vary Api.MemorySize=128,512,1769 --vary Queue.BatchSize=1:10 --minimize cost.month\n"
                "  slsim size my.json --vary users.poisson=1/s:50/s --against '$36.04,capacity=40/s'\n"
                "  slsim size my.json --vary users.constant=1/s:99/s --against Api.MemorySize=256\n",
    .details = "The smallest value is found by bisection where the goal's figures rise or fall over the values tried (that is checked, and "
               "said),\n"
               "otherwise, and for --minimize and several settings, by a grid and ever finer ones around its best. Without a STEP a range "
               "goes in\n"
               "the steps of its property, else in ones. Each setting gets more replications (at least 4) until Student's intervals are "
               "clear of the\n"
               "goals, so that the answer is right with 95 % confidence; at --max-replications the answer is \"a or b\". -o DIR keeps the "
               "answer's\n"
               "result and points.csv, all that was tried. Exit code 1 when nothing meets the goals.\n"
               "\n"
               "--against asks instead where the month's bill (or the one --figure) crosses another's as the one --vary goes from LOW to "
               "HIGH: that\n"
               "of the same scenario with other settings, of another scenario, or of servers: KIND:SIZE of the price book (--against "
               "server: lists the\n"
               "kinds) or '$36.04' a month, each with capacity=RATE that one of them carries (without: one carries all).\n",
    .options = OPTION_BIT(OPTION_VARY) | OPTION_BIT(OPTION_GOAL) | OPTION_BIT(OPTION_MINIMIZE) | OPTION_BIT(OPTION_FIGURE) |
               OPTION_BIT(OPTION_MAX_REPLICATIONS) | OPTION_BIT(OPTION_AGAINST) | OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_REPORT) |
               OPTION_BIT(OPTION_PLOTS) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_REPLICATIONS) |
               OPTION_BIT(OPTION_THREADS) | OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_MAX_MEMORY) | OPTION_BIT(OPTION_MAX_EVENTS) |
               OPTION_BIT(OPTION_QUEUE) | OPTION_BIT(OPTION_NO_PROGRESS) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run,
};
