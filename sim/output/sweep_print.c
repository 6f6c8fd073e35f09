/* sweep_print.c: points for people, and for other programs. */
#include "output/sweep_print.h"

#include "engine/room.h"
#include "output/csv_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_SHOWN 30u
#define FIGURES_KEPT 64u
#define FIGURES_SHOWN 5u
#define COLUMNS_MOST (SWEEP_AXES_MOST + 2u) /* point, a case's name, settings */
#define FIELDS_MOST (COLUMNS_MOST + 10u)
/* Behind the settings: namespace, resource, metric, stat, unit, value, ... */
enum { RESOURCE = 1, METRIC, STAT, UNIT, VALUE, FIELDS_BEHIND = 9 };

enum status sweep_print_points(const struct answer *answer, const struct sweep *sweep, FILE *out)
{
    const struct sweep_plan *plan = sweep->plan;
    struct table_column columns[COLUMNS_MOST] = {{"point", true}};
    struct table table;
    for (size_t i = 0; i < plan->column_count; i++)
        columns[i + 1] = (struct table_column){sweep_plan_title(plan, i), true};
    table_init(&table, columns, plan->column_count + 1);
    for (size_t point = sweep->shard; point < plan->point_count; point += sweep->shards) {
        char buffer[AXIS_TEXT_SIZE];
        table_number(&table, (double)point + 1);
        for (size_t i = 0; i < plan->column_count; i++)
            table_text(&table, sweep_plan_text(plan, point, i, buffer));
    }
    enum status status = answer_print(answer, "points", &table, NULL, out);
    table_fini(&table);
    return status;
}

/* points.csv while it is read for people: the figures of the first point are the columns. */
struct viewing {
    size_t columns;
    char *titles[COLUMNS_MOST];  /* point and settings; owned */
    char *figures[FIGURES_KEPT]; /* "Api.Duration.p99"; owned */
    char *heads[FIGURES_KEPT];   /* the same with its unit; owned */
    size_t figure_count;
    char *cells[POINTS_SHOWN][COLUMNS_MOST];
    double values[POINTS_SHOWN][FIGURES_KEPT];
    size_t points, unshown;
    char *current; /* the last point's number; owned */
    bool failed;
};

static char *own(struct viewing *viewing, char *text)
{
    viewing->failed |= !text;
    return text;
}

static char *copy_of(struct viewing *viewing, const struct csv_field *field)
{
    return own(viewing, strndup(field->text, field->length));
}

static void begin_point(struct viewing *viewing, const struct csv_scan *scan)
{
    free(viewing->current);
    viewing->current = copy_of(viewing, &scan->fields[0]);
    if (viewing->points == POINTS_SHOWN) {
        viewing->unshown++;
        return;
    }
    for (size_t i = 0; i <= viewing->columns; i++)
        viewing->cells[viewing->points][i] = copy_of(viewing, &scan->fields[i]);
    for (size_t i = 0; i < FIGURES_KEPT; i++)
        viewing->values[viewing->points][i] = NAN;
    viewing->points++;
}

/* A field for printf's "%.*s": no field of ours is as long as an int. */
#define TEXT(field) (int)(field).length, (field).text

static void take_row(struct viewing *viewing, const struct csv_scan *scan)
{
    const struct csv_field *behind = scan->fields + viewing->columns + 1;
    char *name = NULL, *head = NULL;
    if (!viewing->current || !csv_field_is(&scan->fields[0], viewing->current))
        begin_point(viewing, scan);
    if (viewing->unshown > 0)
        return;
    if (asprintf(&name, "%.*s.%.*s.%.*s", TEXT(behind[RESOURCE]), TEXT(behind[METRIC]), TEXT(behind[STAT])) < 0) {
        viewing->failed = true;
        return;
    }
    size_t i = 0;
    while (i < viewing->figure_count && strcmp(viewing->figures[i], name) != 0)
        i++;
    if (i == viewing->figure_count && i < FIGURES_KEPT) {
        if (asprintf(&head, "%.*s.%.*s %.*s (%.*s)", TEXT(behind[RESOURCE]), TEXT(behind[METRIC]), TEXT(behind[STAT]), TEXT(behind[UNIT])) <
            0)
            head = NULL;
        viewing->heads[i] = own(viewing, head);
        viewing->figures[i] = name;
        viewing->figure_count++;
        name = NULL;
    }
    if (i < viewing->figure_count)
        viewing->values[viewing->points - 1][i] = csv_field_number(&behind[VALUE]);
    free(name);
}

static void viewing_fini(struct viewing *viewing)
{
    for (size_t i = 0; i <= viewing->columns; i++)
        free(viewing->titles[i]);
    for (size_t i = 0; i < viewing->figure_count; i++) {
        free(viewing->figures[i]);
        free(viewing->heads[i]);
    }
    for (size_t p = 0; p < viewing->points; p++)
        for (size_t i = 0; i <= viewing->columns; i++)
            free(viewing->cells[p][i]);
    free(viewing->current);
    free(viewing);
}

static enum status read_points(struct csv_scan *scan, struct viewing *viewing)
{
    size_t fields = viewing->columns + 1 + FIELDS_BEHIND;
    bool begun = csv_scan_next(scan) && scan->field_count == fields;
    for (size_t i = 0; begun && i <= viewing->columns; i++)
        viewing->titles[i] = copy_of(viewing, &scan->fields[i]);
    while (begun && !viewing->failed && csv_scan_next(scan))
        if (scan->field_count == fields)
            take_row(viewing, scan);
    return viewing->failed || scan->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static bool varies(const struct viewing *viewing, size_t figure)
{
    for (size_t p = 1; p < viewing->points; p++)
        if (viewing->values[p][figure] != viewing->values[0][figure])
            return true;
    return false;
}

/* Those that tell the points apart, the last of them (the bill, where it is kept) in any case; all where none does. */
static size_t choose(const struct viewing *viewing, size_t shown[FIGURES_SHOWN])
{
    size_t count = 0, last = FIGURES_KEPT;
    for (size_t i = 0; i < viewing->figure_count; i++) {
        if (!varies(viewing, i))
            continue;
        last = i;
        if (count < FIGURES_SHOWN)
            shown[count++] = i;
    }
    if (count > 0)
        shown[count - 1] = last;
    for (size_t i = 0; last == FIGURES_KEPT && i < viewing->figure_count && i < FIGURES_SHOWN; i++)
        shown[count++] = i;
    return count;
}

static enum status print_lines(const struct answer *answer, const struct viewing *viewing, FILE *out)
{
    struct table_column columns[COLUMNS_MOST + FIGURES_SHOWN];
    size_t count = 0;
    struct table table;
    for (; count <= viewing->columns; count++)
        columns[count] = (struct table_column){viewing->titles[count] ? viewing->titles[count] : "", true};
    size_t shown[FIGURES_SHOWN], figures = choose(viewing, shown);
    for (size_t i = 0; i < figures; i++)
        columns[count++] = (struct table_column){viewing->heads[shown[i]], true};
    table_init(&table, columns, count);
    for (size_t p = 0; p < viewing->points; p++) {
        for (size_t i = 0; i <= viewing->columns; i++)
            table_text(&table, viewing->cells[p][i]);
        for (size_t i = 0; i < figures; i++) {
            char text[40] = "";
            double value = viewing->values[p][shown[i]];
            if (!isnan(value))
                (void)snprintf(text, sizeof text, "%.5g", value);
            table_text(&table, text);
        }
    }
    enum status status = answer_print(answer, "points", &table, NULL, out);
    table_fini(&table);
    if (viewing->unshown > 0 && status == STATUS_OK)
        (void)fprintf(out, "%s%zu more points\n", answer->format == FORMAT_MARKDOWN ? "\n" : "", viewing->unshown);
    return status;
}

/* The rows as they stand: point, settings, five texts, numbers. False when memory is out. */
static bool copy_rows(struct csv_scan *scan, size_t settings, size_t count, struct table *table)
{
    char *text = NULL;
    size_t capacity = 0;
    bool good = true;
    while (good && csv_scan_next(scan) && scan->field_count == count) {
        for (size_t i = 0; good && i < count; i++) {
            const struct csv_field *field = &scan->fields[i];
            if (i == 0 || i > settings + UNIT + 1u) {
                table_number(table, csv_field_number(field));
                continue;
            }
            good = room_for(&text, field->length + 1, &capacity, 1);
            if (good) {
                memcpy(text, field->text, field->length);
                text[field->length] = '\0';
                table_text(table, text);
            }
        }
    }
    free(text);
    return good && !scan->failed;
}

/* For JSON: the whole file. */
static enum status print_all(const struct answer *answer, struct csv_scan *scan, size_t settings, FILE *out)
{
    struct table table;
    struct table_column columns[FIELDS_MOST];
    char *titles[FIELDS_MOST];
    size_t count = settings + 1 + FIELDS_BEHIND;
    bool good = true;
    if (!csv_scan_next(scan) || scan->field_count != count)
        return scan->failed ? STATUS_NO_MEMORY : STATUS_INTERNAL;
    for (size_t i = 0; i < count; i++) {
        titles[i] = strndup(scan->fields[i].text, scan->fields[i].length);
        columns[i] = (struct table_column){titles[i] ? titles[i] : "", false};
        good &= titles[i] != NULL;
    }
    table_init(&table, columns, count);
    good = good && copy_rows(scan, settings, count, &table);
    enum status status = good ? answer_print(answer, "figures", &table, NULL, out) : STATUS_NO_MEMORY;
    table_fini(&table);
    for (size_t i = 0; i < count; i++)
        free(titles[i]);
    return status;
}

static enum status print_view(const struct answer *answer, struct csv_scan *scan, size_t columns, FILE *out)
{
    struct viewing *viewing = calloc(1, sizeof *viewing);
    if (!viewing)
        return STATUS_NO_MEMORY;
    viewing->columns = columns;
    enum status status = read_points(scan, viewing);
    if (status == STATUS_OK)
        status = print_lines(answer, viewing, out);
    viewing_fini(viewing);
    return status;
}

enum status sweep_print(const struct answer *answer, int folder, size_t columns, FILE *out)
{
    struct csv_scan scan;
    enum status status = columns < COLUMNS_MOST ? csv_scan_open(&scan, folder, "points.csv") : STATUS_INTERNAL;
    if (status != STATUS_OK)
        return status;
    if (answer->format == FORMAT_JSON)
        status = print_all(answer, &scan, columns, out);
    else if (answer->format != FORMAT_CSV)
        status = print_view(answer, &scan, columns, out);
    else if (scan.map)
        (void)fwrite(scan.map, 1, scan.map_length, out); /* what failed, flushing says */
    csv_scan_close(&scan);
    return status;
}
