/* size_print.c: what was searched, found and tried. */
#include "output/size_print.h"

#include "output/json_print.h"
#include "output/safe_text.h"
#include "output/study_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const role_words[] = {[ROLE_TRIED] = "", [ROLE_NEIGHBOUR] = "neighbour", [ROLE_OR] = "or", [ROLE_ANSWER] = "answer"};

static const char *verdict_word(const struct size_point *point)
{
    return !point->clear ? "unclear" : point->meets ? "meets" : "fails";
}

static struct interval interval_at(const struct size_point *point, size_t figure)
{
    return interval_of_mean(point->values[figure], point->replications, 0.95);
}

/* A figure that two goals name has one column. */
static bool is_repeated(const struct study *study, size_t figure)
{
    char name[STUDY_NAME_SIZE], other[STUDY_NAME_SIZE];
    (void)figure_name_text(&study->figures[figure], name, sizeof name);
    for (size_t i = 0; i < figure; i++)
        if (strcmp(figure_name_text(&study->figures[i], other, sizeof other), name) == 0)
            return true;
    return false;
}

static void make_columns(const struct size_report *report, bool people, struct study_columns *columns)
{
    char name[STUDY_NAME_SIZE];
    for (size_t a = 0; a < report->request->axis_count; a++)
        study_column(columns, true, report->request->axes[a].path, "");
    for (size_t f = 0; f < report->study->figure_count; f++) {
        if (is_repeated(report->study, f))
            continue;
        (void)figure_name_text(&report->study->figures[f], name, sizeof name);
        if (people)
            study_column(columns, true, name, "");
        else
            study_figure_columns(columns, name, true);
    }
    study_column(columns, true, "replications", "");
    study_column(columns, false, "verdict", "");
    study_column(columns, false, "role", "");
}

static void add_setting(struct table *table, const struct axis *axis, size_t index)
{
    char buffer[AXIS_TEXT_SIZE], *rest;
    const char *value = axis_value(axis, index, buffer);
    double number = strtod(value, &rest);
    if (rest != value && *rest == '\0')
        table_number(table, number);
    else
        table_text(table, value);
}

static void add_point(const struct size_report *report, const struct size_point *point, bool people, struct table *table)
{
    char text[STUDY_TEXT_SIZE];
    for (size_t a = 0; a < report->request->axis_count; a++)
        add_setting(table, &report->request->axes[a], point->at[a]);
    for (size_t f = 0; f < report->study->figure_count; f++) {
        if (is_repeated(report->study, f))
            continue;
        struct interval interval = interval_at(point, f);
        const char *unit = figure_unit_name(&report->study->figures[f]);
        if (people)
            table_text(table, study_figure(&interval, unit, text));
        else
            study_cells(table, &interval, unit);
    }
    table_number(table, point->replications);
    table_text(table, verdict_word(point));
    table_text(table, role_words[point->role]);
}

static enum status make_table(const struct size_report *report, bool people, struct study_columns *columns, struct table *table)
{
    *columns = (struct study_columns){0};
    make_columns(report, people, columns);
    table_init(table, columns->list, columns->count);
    for (size_t i = 0; i < report->answer->count && !columns->failed; i++)
        add_point(report, report->answer->points[i], people, table);
    return columns->failed || table->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static double value_count(const struct size_report *report)
{
    double values = 1;
    for (size_t a = 0; a < report->request->axis_count; a++)
        values *= (double)report->request->axes[a].count;
    return values;
}

static void print_point(const struct size_report *report, const struct size_point *point, FILE *out)
{
    char buffer[AXIS_TEXT_SIZE];
    for (size_t a = 0; a < report->request->axis_count; a++) {
        (void)fputs(a > 0 ? ", " : "", out);
        safe_text_print(out, report->request->axes[a].path);
        (void)fputs(" = ", out);
        safe_text_print(out, axis_value(&report->request->axes[a], point->at[a], buffer));
    }
}

/* "Api.X = 12", or "Api.X = 12 or Api.X = 13" in the order of the points. */
static void print_answer(const struct size_report *report, FILE *out)
{
    const char *between = "";
    for (size_t i = 0; i < report->answer->count; i++) {
        const struct size_point *point = report->answer->points[i];
        if (point->role != ROLE_ANSWER && point->role != ROLE_OR)
            continue;
        (void)fputs(between, out);
        print_point(report, point, out);
        between = " or ";
    }
}

static char *answer_text(const struct size_report *report)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return NULL;
    print_answer(report, memory);
    if (fclose(memory) == 0)
        return text;
    free(text);
    return NULL;
}

static void print_goals(const struct size_report *report, FILE *out)
{
    char text[STUDY_TEXT_SIZE];
    for (size_t g = 0; g < report->request->goal_count; g++) {
        (void)fputs("  ", out);
        safe_text_print(out, report->request->goals[g].text);
        if (report->answer->best) {
            struct interval interval = interval_at(report->answer->best, g);
            (void)fprintf(out, ": %s", study_figure(&interval, figure_unit_name(&report->study->figures[g]), text));
        }
        (void)fputc('\n', out);
    }
}

static void print_how(const struct size_report *report, FILE *out)
{
    const struct size_answer *answer = report->answer;
    char tried[FIGURE_TEXT_SIZE], all[FIGURE_TEXT_SIZE], requests[FIGURE_TEXT_SIZE];
    uint32_t most = 0;
    for (size_t i = 0; i < answer->count; i++)
        most = answer->points[i]->replications > most ? answer->points[i]->replications : most;
    if (answer->best && answer->certain)
        (void)fprintf(out, "Right with %g %% confidence", 100 * SIZE_CONFIDENCE);
    else if (answer->best)
        (void)fprintf(out, "Up to %u replications do not tell which", most);
    else
        (void)fputs("Nothing found", out);
    (void)fprintf(out, "; %s of %s tried by %s", figure_text((double)answer->count, "Count", tried),
                  figure_text(value_count(report), "Count", all),
                  answer->method == SIZE_BISECTION ? "bisection" : "a grid and its refinement");
    if (report->request->axis_count == 1 && !report->request->minimize)
        (void)fputs(answer->monotone ? ", monotone on these" : ", NOT monotone: a smaller one may be between these", out);
    (void)fprintf(out, "; %s requests simulated.\n", figure_text((double)report->study->requests, "Count", requests));
}

static enum status print_people(const struct answer *frame, const struct size_report *report, FILE *out)
{
    struct study_columns columns;
    struct table table;
    const char *superlative = report->request->minimize ? "the least of" : "the smallest of";
    char name[STUDY_NAME_SIZE], all[FIGURE_TEXT_SIZE];
    if (report->answer->best) {
        print_answer(report, out);
        (void)fprintf(out, "\n%s %s", superlative, figure_text(value_count(report), "Count", all));
        if (report->request->minimize)
            (void)fprintf(out, " by %s", figure_name_text(&report->study->figures[report->request->goal_count], name, sizeof name));
        (void)fputs(report->request->goal_count > 0 ? " that meets\n" : "\n", out);
    } else {
        (void)fputs("no setting that was tried meets\n", out);
    }
    print_goals(report, out);
    print_how(report, out);
    (void)fputc('\n', out);
    enum status status = make_table(report, true, &columns, &table);
    if (status == STATUS_OK)
        table_print(&table, out, frame->colour, frame->terminal.width);
    table_fini(&table);
    study_columns_fini(&columns);
    return status;
}

static cJSON *answer_members(const struct size_report *report, bool *failed)
{
    const struct size_answer *answer = report->answer;
    cJSON *extra = cJSON_CreateObject();
    char *text = answer->best ? answer_text(report) : NULL;
    if (text)
        json_add_string(extra, "answer", text, failed);
    else
        json_add(extra, "answer", cJSON_CreateNull(), failed);
    free(text);
    json_add(extra, "certain", cJSON_CreateBool(answer->best && answer->certain), failed);
    json_add_number(extra, "confidence", SIZE_CONFIDENCE, failed);
    json_add_string(extra, "method", answer->method == SIZE_BISECTION ? "bisection" : "refinement", failed);
    if (report->request->axis_count == 1 && !report->request->minimize)
        json_add(extra, "monotone", cJSON_CreateBool(answer->monotone), failed);
    json_add_number(extra, "settings_possible", value_count(report), failed);
    json_add_number(extra, "settings_tried", (double)answer->count, failed);
    json_add_number(extra, "requests_simulated", (double)report->study->requests, failed);
    cJSON *goals = json_add_array(extra, "goals", failed);
    for (size_t g = 0; g < report->request->goal_count; g++)
        json_add(goals, NULL, cJSON_CreateString(report->request->goals[g].text), failed);
    cJSON *figures = json_add_array(extra, "figures", failed);
    for (size_t f = 0; f < report->study->figure_count && answer->best; f++) {
        struct interval interval = interval_at(answer->best, f);
        if (!is_repeated(report->study, f))
            study_add_figure(figures, &report->study->figures[f], &interval, failed);
    }
    return extra;
}

enum status size_print(const struct answer *frame, const struct size_report *report, FILE *out)
{
    struct study_columns columns;
    struct table table;
    bool failed = false;
    if (frame->format == FORMAT_TABLE)
        return print_people(frame, report, out);
    enum status status = make_table(report, frame->format == FORMAT_MARKDOWN, &columns, &table);
    cJSON *extra = frame->format == FORMAT_JSON ? answer_members(report, &failed) : NULL;
    if (status == STATUS_OK && !failed)
        status = answer_print(frame, "points", &table, extra, out);
    else
        cJSON_Delete(extra);
    table_fini(&table);
    study_columns_fini(&columns);
    return failed ? STATUS_NO_MEMORY : status;
}

enum status size_points_csv(const struct size_report *report, FILE *out)
{
    struct study_columns columns;
    struct table table;
    enum status status = make_table(report, false, &columns, &table);
    if (status == STATUS_OK)
        table_print_csv(&table, out);
    table_fini(&table);
    study_columns_fini(&columns);
    return status;
}
