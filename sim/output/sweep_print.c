/* sweep_print.c: points for people, and for other programs. */
#include "output/sweep_print.h"

#include "output/safe_text.h"

#include <csv.h>
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
    char *fields[FIELDS_MOST]; /* of the row under way; owned */
    size_t field_count;
    size_t rows;
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

static void begin_point(struct viewing *viewing)
{
    free(viewing->current);
    viewing->current = own(viewing, strdup(viewing->fields[0]));
    if (viewing->points == POINTS_SHOWN) {
        viewing->unshown++;
        return;
    }
    for (size_t i = 0; i <= viewing->columns; i++)
        viewing->cells[viewing->points][i] = own(viewing, strdup(viewing->fields[i]));
    for (size_t i = 0; i < FIGURES_KEPT; i++)
        viewing->values[viewing->points][i] = NAN;
    viewing->points++;
}

static void take_row(struct viewing *viewing)
{
    char *const *behind = viewing->fields + viewing->columns + 1;
    char *name = NULL, *head = NULL;
    if (!viewing->current || strcmp(viewing->current, viewing->fields[0]) != 0)
        begin_point(viewing);
    if (viewing->unshown > 0)
        return;
    if (asprintf(&name, "%s.%s.%s", behind[RESOURCE], behind[METRIC], behind[STAT]) < 0) {
        viewing->failed = true;
        return;
    }
    size_t i = 0;
    while (i < viewing->figure_count && strcmp(viewing->figures[i], name) != 0)
        i++;
    if (i == viewing->figure_count && i < FIGURES_KEPT) {
        if (asprintf(&head, "%s.%s %s (%s)", behind[RESOURCE], behind[METRIC], behind[STAT], behind[UNIT]) < 0)
            head = NULL;
        viewing->heads[i] = own(viewing, head);
        viewing->figures[i] = name;
        viewing->figure_count++;
        name = NULL;
    }
    if (i < viewing->figure_count)
        viewing->values[viewing->points - 1][i] = strtod(behind[VALUE], NULL);
    free(name);
}

static void end_field(void *field, size_t length, void *context)
{
    struct viewing *viewing = context;
    if (viewing->field_count < FIELDS_MOST)
        viewing->fields[viewing->field_count++] = own(viewing, strndup(field ? field : "", length));
}

static void end_row(int terminator, void *context)
{
    struct viewing *viewing = context;
    (void)terminator;
    bool whole = viewing->field_count == viewing->columns + 1 + FIELDS_BEHIND && !viewing->failed;
    if (whole && viewing->rows == 0)
        for (size_t i = 0; i <= viewing->columns; i++)
            viewing->titles[i] = own(viewing, strdup(viewing->fields[i]));
    else if (whole)
        take_row(viewing);
    viewing->rows++;
    for (size_t i = 0; i < viewing->field_count; i++)
        free(viewing->fields[i]);
    viewing->field_count = 0;
}

static void viewing_fini(struct viewing *viewing)
{
    for (size_t i = 0; i < viewing->field_count; i++)
        free(viewing->fields[i]);
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

static enum status read_csv(FILE *points, struct viewing *viewing)
{
    struct csv_parser parser;
    char bytes[65536];
    size_t length;
    if (csv_init(&parser, CSV_APPEND_NULL) != 0)
        return STATUS_NO_MEMORY;
    while ((length = fread(bytes, 1, sizeof bytes, points)) > 0 && !viewing->failed)
        viewing->failed |= csv_parse(&parser, bytes, length, end_field, end_row, viewing) != length;
    csv_fini(&parser, end_field, end_row, viewing);
    csv_free(&parser);
    return ferror(points) ? STATUS_IO : viewing->failed ? STATUS_NO_MEMORY : STATUS_OK;
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

/* Rows of the file as they stand, for JSON. */
struct copying {
    struct table table;
    struct table_column columns[FIELDS_MOST];
    char *titles[FIELDS_MOST]; /* owned */
    size_t count, at, settings;
    bool begun, failed;
};

static void copy_field(void *field, size_t length, void *context)
{
    struct copying *copying = context;
    char *text = strndup(field ? field : "", length);
    size_t at = copying->at++;
    if (!text || at >= FIELDS_MOST) {
        copying->failed = true;
        free(text);
        return;
    }
    if (!copying->begun) {
        copying->titles[at] = text;
        return;
    }
    bool number = at == 0 || at > copying->settings + UNIT + 1u;
    if (number)
        table_number(&copying->table, *text ? strtod(text, NULL) : NAN);
    else
        table_text(&copying->table, text);
    free(text);
}

static void copy_row(int terminator, void *context)
{
    struct copying *copying = context;
    (void)terminator;
    if (!copying->begun) {
        copying->count = copying->at;
        for (size_t i = 0; i < copying->count; i++)
            copying->columns[i] = (struct table_column){copying->titles[i], false};
        table_init(&copying->table, copying->columns, copying->count);
        copying->begun = true;
    }
    copying->failed |= copying->at != copying->count;
    copying->at = 0;
}

static enum status print_all(const struct answer *answer, FILE *points, size_t settings, FILE *out)
{
    struct copying copying = {.settings = settings};
    struct csv_parser parser;
    char bytes[65536];
    size_t length;
    if (csv_init(&parser, CSV_APPEND_NULL) != 0)
        return STATUS_NO_MEMORY;
    while ((length = fread(bytes, 1, sizeof bytes, points)) > 0 && !copying.failed)
        copying.failed |= csv_parse(&parser, bytes, length, copy_field, copy_row, &copying) != length;
    csv_fini(&parser, copy_field, copy_row, &copying);
    csv_free(&parser);
    enum status status = ferror(points) ? STATUS_IO : copying.failed || !copying.begun ? STATUS_NO_MEMORY : STATUS_OK;
    if (status == STATUS_OK)
        status = answer_print(answer, "figures", &copying.table, NULL, out);
    if (copying.begun)
        table_fini(&copying.table);
    for (size_t i = 0; i < FIELDS_MOST; i++)
        free(copying.titles[i]);
    return status;
}

static enum status hand_on(FILE *points, FILE *out)
{
    char bytes[65536];
    size_t length;
    while ((length = fread(bytes, 1, sizeof bytes, points)) > 0)
        if (fwrite(bytes, 1, length, out) != length)
            break;
    return ferror(points) ? STATUS_IO : STATUS_OK;
}

enum status sweep_print(const struct answer *answer, FILE *points, size_t columns, FILE *out)
{
    if (answer->format == FORMAT_CSV)
        return hand_on(points, out);
    if (answer->format == FORMAT_JSON)
        return print_all(answer, points, columns, out);
    struct viewing *viewing = calloc(1, sizeof *viewing);
    if (!viewing)
        return STATUS_NO_MEMORY;
    viewing->columns = columns;
    enum status status = columns < COLUMNS_MOST ? read_csv(points, viewing) : STATUS_INTERNAL;
    if (status == STATUS_OK)
        status = print_lines(answer, viewing, out);
    viewing_fini(viewing);
    return status;
}
