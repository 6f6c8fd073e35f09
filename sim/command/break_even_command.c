/* break_even_command.c: slsim size --against: where two bills cross. */
#include "command/break_even_command.h"

#include "experiment/crossing.h"
#include "output/crossing_print.h"
#include "output/output_file.h"

#include <stdlib.h>
#include <string.h>

/* --against in its three forms. */
static enum status read_against(const struct program *program, struct what_if *what_if, struct crossing_request *request,
                                struct server *server)
{
    const struct option_words *againsts = &what_if->options->againsts;
    size_t settings = 0;
    for (size_t i = 0; i < againsts->count; i++) {
        const char *text = againsts->list[i];
        size_t length = strlen(text);
        if (server_is_meant(text, program->servers)) {
            if (!server_parse(text, program->servers, what_if->scenario->prices, &what_if->diagnostics, server))
                return STATUS_INVALID;
            request->server = server;
        } else if (strchr(text, '=')) {
            settings++;
        } else if (length > 5 && strcmp(text + length - 5, ".json") == 0) {
            request->other_path = text;
        } else {
            return what_if_refuse(what_if, "PATH=VALUE, FILE.json or a server, as in '$36.04,capacity=40/s'",
                                  "--against names nothing to be held against");
        }
    }
    if (settings != againsts->count && againsts->count > 1)
        return what_if_refuse(what_if, "", "only PATH=VALUE may be given more than once to --against");
    request->sets = againsts->list;
    request->set_count = settings;
    return STATUS_OK;
}

static enum status read_request(const struct program *program, struct what_if *what_if, struct crossing_request *request,
                                struct server *server)
{
    *request = (struct crossing_request){.axis = what_if->axes, .replications = what_if->scenario->replications};
    if (what_if->axis_count != 1 || what_if->axes[0].values)
        return what_if_refuse(what_if, "as in --vary users.poisson=1/s:100/s", "--against needs one --vary, a range");
    if (what_if->goal_count > 0 || what_if->options->minimize)
        return what_if_refuse(what_if, "", "--against goes without --goal and --minimize");
    enum status status = read_against(program, what_if, request, server);
    if (status != STATUS_OK)
        return status;
    if (what_if->options->figures.count == 0)
        return what_if_figure(what_if, "--figure", "cost.month");
    if (request->server || what_if->options->figures.count > 1)
        return what_if_refuse(what_if, "", request->server ? "a server has no figure but its price" : "one --figure can cross");
    return what_if_figures(what_if);
}

static enum status write_points(struct what_if *what_if, const struct crossing_report *crossing)
{
    struct output_file file;
    enum status status = output_file_open(&file, what_if->options->output, &what_if->diagnostics);
    if (status != STATUS_OK)
        return status;
    status = crossing_points_csv(crossing, file.file);
    if (status == STATUS_OK)
        status = output_file_commit(&file, &what_if->diagnostics);
    output_file_fini(&file);
    return status;
}

static enum status print_answer(const struct command *command, struct what_if *what_if, const struct crossing_report *report)
{
    struct answer frame = session_answer(command, what_if->options);
    const struct crossing *crossing = report->crossing;
    const char **sets = calloc(frame.set_count + 1, sizeof *sets);
    char buffer[AXIS_TEXT_SIZE], *chosen = NULL;
    if (!sets)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < frame.set_count; i++)
        sets[i] = frame.sets[i];
    if (crossing->found)
        chosen = axis_assignment(&what_if->axes[0], axis_number(&what_if->axes[0], crossing->at, buffer));
    if (chosen)
        sets[frame.set_count++] = chosen;
    frame.sets = sets;
    enum status status = crossing_print(&frame, report, stdout);
    free(chosen);
    free(sets);
    enum status flushed = session_flush();
    return status != STATUS_OK ? status : flushed;
}

/* What --against said, in words: settings joined. */
static char *against_text(const struct option_words *againsts)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return NULL;
    for (size_t i = 0; i < againsts->count; i++)
        (void)fprintf(memory, "%s%s", i > 0 ? ", " : "", againsts->list[i]);
    if (fclose(memory) == 0)
        return text;
    free(text);
    return NULL;
}

enum status break_even(const struct program *program, const struct command *command, struct what_if *what_if)
{
    struct crossing_request request;
    struct server server;
    struct crossing crossing;
    enum status status = read_request(program, what_if, &request, &server);
    if (status != STATUS_OK)
        return status;
    char *against = against_text(&what_if->options->againsts);
    status = crossing_find(&what_if->study, &request, &crossing);
    const struct crossing_report report = {&what_if->study, &request, &crossing, against ? against : ""};
    progress_fini(&what_if->progress);
    if (status == STATUS_OK)
        status = print_answer(command, what_if, &report);
    if (status == STATUS_OK && what_if->options->output)
        status = write_points(what_if, &report);
    if (status == STATUS_OK && !crossing.found)
        status = STATUS_UNMET;
    crossing_fini(&crossing);
    free(against);
    return status;
}
