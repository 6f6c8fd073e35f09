/* crossing_print.c: the crossing, and both figures along the way. */
#include "output/crossing_print.h"

#include "output/json_print.h"
#include "output/safe_text.h"
#include "output/study_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *unit_of(const struct crossing_report *report)
{
    return figure_unit_name(&report->study->figures[0]);
}

static enum status make_table(const struct crossing_report *report, bool people, struct study_columns *columns, struct table *table)
{
    char name[STUDY_NAME_SIZE], title[STUDY_NAME_SIZE + 16], text[STUDY_TEXT_SIZE];
    static const char *const sides[] = {"", " of the other", " difference"};
    *columns = (struct study_columns){0};
    (void)figure_name_text(&report->study->figures[0], name, sizeof name);
    study_column(columns, true, report->request->axis->path, "");
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(title, sizeof title, "%s%s", name, sides[i]);
        if (people)
            study_column(columns, true, title, "");
        else
            study_figure_columns(columns, title, i == 0);
    }
    if (report->request->server)
        study_column(columns, true, "servers", "");
    table_init(table, columns->list, columns->count);
    for (size_t i = 0; i < report->crossing->count && !columns->failed; i++) {
        const struct crossing_point *point = &report->crossing->points[i];
        const struct interval *const intervals[] = {&point->mine, &point->other, &point->difference};
        char buffer[AXIS_TEXT_SIZE];
        if (people)
            (void)snprintf(buffer, sizeof buffer, "%.5g%s", point->at, report->request->axis->unit);
        table_text(table, people ? buffer : axis_number(report->request->axis, point->at, buffer));
        for (size_t j = 0; j < 3; j++) {
            if (people)
                table_text(table, study_figure(intervals[j], unit_of(report), text));
            else
                study_cells(table, intervals[j], j == 0 ? unit_of(report) : NULL); /* all have the first one's */
        }
        if (report->request->server)
            table_number(table, point->servers);
    }
    return columns->failed || table->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static void print_head(const struct crossing_report *report, FILE *out)
{
    const struct crossing *crossing = report->crossing;
    const char *unit = report->request->axis->unit;
    char name[STUDY_NAME_SIZE], requests[FIGURE_TEXT_SIZE];
    (void)figure_name_text(&report->study->figures[0], name, sizeof name);
    if (!crossing->found) {
        (void)fprintf(out, "%s does not cross that of ", name);
        safe_text_print(out, report->against);
        (void)fprintf(out, ": %s is the smaller one from %.12g%s to %.12g%s",
                      crossing->points[0].difference.mean < 0 ? "this" : "the other", report->request->axis->low, unit,
                      report->request->axis->high, unit);
    } else {
        safe_text_print(out, report->request->axis->path);
        (void)fprintf(out, " = %.5g%s", crossing->at, unit);
        if (crossing->high > crossing->low)
            (void)fprintf(out, " [%.5g%s, %.5g%s]", crossing->low, unit, crossing->high, unit);
        (void)fprintf(out, ": there %s crosses that of ", name);
        safe_text_print(out, report->against);
        (void)fprintf(out, "; below, %s is the smaller one", crossing->mine_below ? "this" : "the other");
        if (crossing->changes > 1)
            (void)fprintf(out, ". It crosses %zu times: this is the first", crossing->changes);
    }
    (void)fprintf(out, ".\n%u replication%s at each of %zu values; %s requests simulated.\n\n", report->request->replications,
                  report->request->replications == 1 ? "" : "s, a 95 % interval", crossing->count,
                  figure_text((double)report->study->requests, "Count", requests));
}

static cJSON *members(const struct crossing_report *report, bool *failed)
{
    const struct crossing *crossing = report->crossing;
    cJSON *extra = cJSON_CreateObject();
    char name[STUDY_NAME_SIZE];
    json_add_string(extra, "against", report->against, failed);
    json_add_string(extra, "figure", figure_name_text(&report->study->figures[0], name, sizeof name), failed);
    cJSON *object = json_add_object(extra, "crossing", failed);
    json_add_string(object, "path", report->request->axis->path, failed);
    json_add_string(object, "unit", report->request->axis->unit, failed);
    json_add_number(object, "value", crossing->found ? crossing->at : NAN, failed);
    json_add_number(object, "ci95_low", crossing->low, failed);
    json_add_number(object, "ci95_high", crossing->high, failed);
    json_add_number(object, "changes_of_sign", (double)crossing->changes, failed);
    bool mine = crossing->found ? crossing->mine_below : crossing->points[0].difference.mean < 0;
    json_add_string(extra, "smaller_below", mine ? "this" : "other", failed);
    json_add_number(extra, "replications", report->request->replications, failed);
    json_add_number(extra, "requests_simulated", (double)report->study->requests, failed);
    return extra;
}

enum status crossing_print(const struct answer *frame, const struct crossing_report *report, FILE *out)
{
    struct study_columns columns;
    struct table table;
    bool failed = false, people = frame->format == FORMAT_TABLE || frame->format == FORMAT_MARKDOWN;
    enum status status = make_table(report, people, &columns, &table);
    cJSON *extra = frame->format == FORMAT_JSON ? members(report, &failed) : NULL;
    if (status == STATUS_OK && !failed) {
        if (frame->format == FORMAT_TABLE)
            print_head(report, out);
        status = answer_print(frame, "points", &table, extra, out);
    } else {
        cJSON_Delete(extra);
    }
    table_fini(&table);
    study_columns_fini(&columns);
    return failed ? STATUS_NO_MEMORY : status;
}

enum status crossing_points_csv(const struct crossing_report *report, FILE *out)
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
