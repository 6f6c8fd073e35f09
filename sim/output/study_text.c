/* study_text.c: figures of studies. */
#include "output/study_text.h"

#include "engine/room.h"
#include "output/json_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *study_amount(double value, const char *unit, char text[FIGURE_TEXT_SIZE])
{
    if (isnan(value))
        return strcpy(text, "-");
    return strcmp(unit, "USD") == 0 ? money_text(value, text) : figure_text(value, unit, text);
}

char *study_figure(const struct interval *interval, const char *unit, char text[STUDY_TEXT_SIZE])
{
    char mean[FIGURE_TEXT_SIZE], half[FIGURE_TEXT_SIZE];
    double half_width = (interval->high - interval->low) / 2;
    (void)study_amount(interval->mean, unit, mean);
    if (!(half_width > 0)) {
        (void)snprintf(text, STUDY_TEXT_SIZE, "%s", mean);
        return text;
    }
    if (strcmp(unit, "USD") == 0)
        (void)money_text(half_width, half);
    else
        (void)figure_text_beside(half_width, interval->mean, unit, half);
    (void)snprintf(text, STUDY_TEXT_SIZE, "%s ± %s", mean, half);
    return text;
}

void study_cells(struct table *table, const struct interval *interval, const char *unit)
{
    table_number(table, interval->mean);
    table_number(table, interval->low);
    table_number(table, interval->high);
    if (unit)
        table_text(table, unit);
}

void study_add_figure(cJSON *array, const struct figure_name *figure, const struct interval *interval, bool *failed)
{
    cJSON *object = json_add_object(array, NULL, failed);
    json_add_string(object, "resource", figure->metric ? figure->resource : "cost", failed);
    json_add_string(object, "metric", figure->metric ? figure->metric->name : "month", failed);
    json_add_string(object, "stat", figure->stat, failed);
    json_add_string(object, "unit", figure_unit_name(figure), failed);
    json_add_number(object, "value", interval->mean, failed);
    json_add_number(object, "ci95_low", interval->low, failed);
    json_add_number(object, "ci95_high", interval->high, failed);
}

void study_column(struct study_columns *columns, bool right, const char *title, const char *suffix)
{
    char *copy = NULL;
    if (!room_for(&columns->list, columns->count + 1, &columns->capacity, sizeof *columns->list) ||
        asprintf(&copy, "%s%s", title, suffix) < 0) {
        columns->failed = true;
        return;
    }
    columns->list[columns->count++] = (struct table_column){copy, right};
}

void study_figure_columns(struct study_columns *columns, const char *name, bool unit)
{
    study_column(columns, true, name, "");
    study_column(columns, true, name, ".ci95_low");
    study_column(columns, true, name, ".ci95_high");
    if (unit)
        study_column(columns, false, name, ".unit");
}

void study_columns_fini(struct study_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free((char *)(uintptr_t)columns->list[i].title);
    free(columns->list);
    *columns = (struct study_columns){0};
}
