/* sensitivity_print.c: one row a figure and input, the largest swing first; inputs that move nothing are only named. */
#include "output/sensitivity_print.h"

#include "experiment/verify.h"
#include "output/json_print.h"
#include "output/output_file.h"
#include "output/safe_text.h"
#include "output/study_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For people: ends and what becomes of the figure. */
static const struct table_column short_columns[] = {
    {"figure", false},       {"input", false},         {"low", true},    {"base", true}, {"high", true},
    {"change at low", true}, {"change at high", true}, {"flips", false},
};

static const struct table_column long_columns[] = {
    {"figure", false},
    {"unit", false},
    {"input", false},
    {"input_unit", false},
    {"low", false},
    {"base", false},
    {"high", false},
    {"value_low", true},
    {"value_base", true},
    {"value_high", true},
    {"change_low", true},
    {"change_low_ci95_low", true},
    {"change_low_ci95_high", true},
    {"change_high", true},
    {"change_high_ci95_low", true},
    {"change_high_ci95_high", true},
    {"swing", true},
    {"flips_between", true},
    {"flips_and", true},
    {"verdict_below", false},
};

static const char *name_of(const struct sensitivity_report *report, size_t figure, char name[STUDY_NAME_SIZE])
{
    return figure_name_text(&report->study->figures[figure], name, STUDY_NAME_SIZE);
}

/* The flip of the goal that is about this figure; NULL where there is none. */
static const struct flip *flip_of(const struct sensitivity_report *report, const struct input *input, size_t figure)
{
    if (figure >= report->request->goal_count || isnan(input->flips[figure].from))
        return NULL;
    return &input->flips[figure];
}

static void add_short(const struct sensitivity_report *report, const struct input *input, size_t figure, struct table *table)
{
    const struct response *response = &input->responses[figure];
    const char *unit = figure_unit_name(&report->study->figures[figure]);
    const struct flip *flip = flip_of(report, input, figure);
    char name[STUDY_NAME_SIZE], text[STUDY_NAME_SIZE];
    table_text(table, name_of(report, figure, name));
    table_text(table, input->path);
    const char *texts[] = {input->texts[LEVEL_LOW], input->base, input->texts[LEVEL_HIGH]};
    for (size_t i = 0; i < 3; i++) {
        bool bare = input->rule && *texts[i];
        (void)snprintf(text, sizeof text, "%s%s%s", texts[i], bare ? " " : "", bare ? input->unit : "");
        table_text(table, text);
    }
    table_text(table, study_figure(&response->change[LEVEL_LOW], unit, text));
    table_text(table, study_figure(&response->change[LEVEL_HIGH], unit, text));
    text[0] = '\0';
    if (flip)
        (void)snprintf(text, sizeof text, "%s up to %.4g%s%s", flip->holds_below ? "holds" : "fails", flip->from, input->rule ? " " : "",
                       input->unit);
    table_text(table, text);
}

static void add_long(const struct sensitivity_report *report, const struct input *input, size_t figure, struct table *table)
{
    const struct response *response = &input->responses[figure];
    const struct flip *flip = flip_of(report, input, figure);
    char name[STUDY_NAME_SIZE];
    table_text(table, name_of(report, figure, name));
    table_text(table, figure_unit_name(&report->study->figures[figure]));
    table_text(table, input->path);
    table_text(table, input->unit);
    table_text(table, input->texts[LEVEL_LOW]);
    table_text(table, input->base);
    table_text(table, input->texts[LEVEL_HIGH]);
    table_number(table, response->at[LEVEL_LOW].mean);
    table_number(table, report->sensitivity->base[figure].mean);
    table_number(table, response->at[LEVEL_HIGH].mean);
    study_cells(table, &response->change[LEVEL_LOW], NULL);
    study_cells(table, &response->change[LEVEL_HIGH], NULL);
    table_number(table, response->swing);
    table_number(table, flip ? flip->from : NAN);
    table_number(table, flip ? flip->until : NAN);
    table_text(table, !flip ? "" : flip->holds_below ? "holds" : "fails");
}

static size_t moved_count(const struct sensitivity *sensitivity)
{
    return sensitivity->count - sensitivity->unmoved;
}

/* The inputs in the order of this figure's swings: they are sorted by the first one's. */
static void order_of(const struct sensitivity *sensitivity, size_t figure, size_t *order)
{
    size_t count = moved_count(sensitivity);
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        for (; place > 0 && sensitivity->inputs[order[place - 1]].responses[figure].swing < sensitivity->inputs[i].responses[figure].swing;
             place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
}

static enum status fill(const struct sensitivity_report *report, bool people, struct table *table)
{
    const struct sensitivity *sensitivity = report->sensitivity;
    size_t *order = calloc(sensitivity->count + 1, sizeof *order);
    if (!order)
        return STATUS_NO_MEMORY;
    for (size_t f = 0; f < report->study->figure_count; f++) {
        order_of(sensitivity, f, order);
        for (size_t i = 0; i < moved_count(sensitivity); i++) {
            if (people)
                add_short(report, &sensitivity->inputs[order[i]], f, table);
            else
                add_long(report, &sensitivity->inputs[order[i]], f, table);
        }
    }
    free(order);
    return table->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static void print_head(const struct sensitivity_report *report, FILE *out)
{
    const struct sensitivity *sensitivity = report->sensitivity;
    char name[STUDY_NAME_SIZE], text[STUDY_TEXT_SIZE];
    for (size_t f = 0; f < report->study->figure_count; f++) {
        const char *unit = figure_unit_name(&report->study->figures[f]);
        (void)fprintf(out, "%s: %s", name_of(report, f, name), study_figure(&sensitivity->base[f], unit, text));
        if (f < report->request->goal_count) {
            bool holds = expectation_holds(&report->request->goals[f].is, sensitivity->base[f].mean);
            (void)fputs("; goal ", out);
            safe_text_print(out, report->request->goals[f].text);
            (void)fputs(holds ? " holds" : " fails", out);
        }
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "%zu of %zu inputs move it; %u replication%s each, the same random numbers.\n\n", moved_count(sensitivity),
                  sensitivity->count, sensitivity->replications, sensitivity->replications == 1 ? "" : "s");
}

static void print_rest(const struct sensitivity_report *report, FILE *out)
{
    const struct sensitivity *sensitivity = report->sensitivity;
    if (sensitivity->unmoved > 0) {
        (void)fputs("\nLooked up, but without any effect here:", out);
        for (size_t i = moved_count(sensitivity); i < sensitivity->count; i++) {
            (void)fputs(i > moved_count(sensitivity) ? ", " : " ", out);
            safe_text_print(out, sensitivity->inputs[i].path);
        }
        (void)fputs(".\n", out);
    }
    if (sensitivity->unbounded > 0)
        (void)fprintf(out, "%sAssumptions without a range (a name, yes or no), not varied: %zu.\n", sensitivity->unmoved > 0 ? "" : "\n",
                      sensitivity->unbounded);
}

static cJSON *members(const struct sensitivity_report *report, bool *failed)
{
    const struct sensitivity *sensitivity = report->sensitivity;
    cJSON *extra = cJSON_CreateObject();
    json_add_number(extra, "replications", sensitivity->replications, failed);
    json_add_number(extra, "requests_simulated", (double)report->study->requests, failed);
    cJSON *figures = json_add_array(extra, "figures", failed);
    for (size_t f = 0; f < report->study->figure_count; f++)
        study_add_figure(figures, &report->study->figures[f], &sensitivity->base[f], failed);
    cJSON *goals = json_add_array(extra, "goals", failed);
    for (size_t g = 0; g < report->request->goal_count; g++) {
        cJSON *goal = json_add_object(goals, NULL, failed);
        bool holds = expectation_holds(&report->request->goals[g].is, sensitivity->base[g].mean);
        json_add_string(goal, "goal", report->request->goals[g].text, failed);
        json_add(goal, "holds", cJSON_CreateBool(holds), failed);
    }
    cJSON *unmoved = json_add_array(extra, "without_effect", failed);
    for (size_t i = moved_count(sensitivity); i < sensitivity->count; i++)
        json_add(unmoved, NULL, cJSON_CreateString(sensitivity->inputs[i].path), failed);
    json_add_number(extra, "without_range", (double)sensitivity->unbounded, failed);
    return extra;
}

static enum status make_table(const struct sensitivity_report *report, bool people, struct table *table)
{
    if (people)
        table_init(table, short_columns, sizeof short_columns / sizeof *short_columns);
    else
        table_init(table, long_columns, sizeof long_columns / sizeof *long_columns);
    return fill(report, people, table);
}

enum status sensitivity_print(const struct answer *frame, const struct sensitivity_report *report, FILE *out)
{
    struct table table;
    bool failed = false;
    enum status status = make_table(report, frame->format == FORMAT_TABLE || frame->format == FORMAT_MARKDOWN, &table);
    cJSON *extra = frame->format == FORMAT_JSON ? members(report, &failed) : NULL;
    if (status == STATUS_OK && !failed) {
        if (frame->format == FORMAT_TABLE)
            print_head(report, out);
        status = answer_print(frame, "tornado", &table, extra, out);
        if (frame->format == FORMAT_TABLE)
            print_rest(report, out);
    } else {
        cJSON_Delete(extra);
    }
    table_fini(&table);
    return failed ? STATUS_NO_MEMORY : status;
}

enum status sensitivity_files_write(const struct sensitivity_report *report, const char *path, struct diagnostics *diagnostics)
{
    struct output_file file;
    struct table table;
    enum status status = output_file_open(&file, path, diagnostics);
    if (status != STATUS_OK)
        return status;
    status = make_table(report, false, &table);
    if (status == STATUS_OK) {
        table_print_csv(&table, file.file);
        status = output_file_commit(&file, diagnostics);
    }
    table_fini(&table);
    output_file_fini(&file);
    return status;
}
