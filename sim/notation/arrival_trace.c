/* arrival_trace.c: arrival processes out of tables: given instants, and given counts a minute. */
#include "engine/sim_time.h"
#include "notation/arrival_parse.h"
#include "notation/arrival_spelling.h"
#include "notation/column_parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD_ROWS_SHOWN 5u

/* One row of a trace; rows of one instant keep the file's order. */
struct trace_row {
    int64_t time_ns;
    int64_t handler_ns;
    size_t row;
};

static int compare_rows(const void *a, const void *b)
{
    const struct trace_row *left = a, *right = b;
    if (left->time_ns != right->time_ns)
        return left->time_ns < right->time_ns ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* One field as a time; false after reporting. */
static bool read_field(struct parse *parse, const struct csv_table *table, size_t row, size_t column, double scale, const cJSON *node,
                       const struct parse_path *path, int64_t *time_ns)
{
    double value = 0;
    if (csv_table_number(table, row, column, &value) && value >= 0) {
        *time_ns = time_from_double(value * scale);
        return true;
    }
    parse_error(parse, node, path, NULL, "line %zu of the table: column \"%s\" is not a number of at least 0: \"%.40s\"",
                table->row_lines[row], table->header[column], table->rows[row][column]);
    return false;
}

/* The rows in the order of time as the arrays that the engine reads. */
static bool keep_rows(struct parse *parse, struct trace_row *rows, size_t count, bool handlers, struct arrival_process *process)
{
    qsort(rows, count, sizeof *rows, compare_rows);
    int64_t *times_ns = store_alloc(parse->store, count, sizeof *times_ns);
    int64_t *handler_ns = handlers ? store_alloc(parse->store, count, sizeof *handler_ns) : NULL;
    if (!times_ns || (handlers && !handler_ns))
        return false;
    for (size_t i = 0; i < count; i++) {
        times_ns[i] = rows[i].time_ns;
        if (handler_ns)
            handler_ns[i] = rows[i].handler_ns;
    }
    process->times_ns = times_ns;
    process->handler_ns = handler_ns;
    process->count = count;
    return true;
}

bool arrival_trace(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char *const names[] = {"csv", "column", "unit", "duration_column", "duration_unit"};
    const cJSON *members[5];
    size_t column = 0, handler_column = 0, bad = 0;
    double scale = 1, handler_scale = 1;
    process->kind = ARRIVAL_TRACE;
    if (!parse_members(parse, node, path, names, 1, 5, members))
        return false;
    const struct csv_table *table = column_find(parse, node, "column", path, &column);
    bool handlers = members[3] != NULL;
    bool good = table && column_time_unit(parse, node, "unit", table->header[column], path, &scale);
    if (table && handlers)
        good = column_find(parse, node, "duration_column", path, &handler_column) &&
               column_time_unit(parse, node, "duration_unit", table->header[handler_column], path, &handler_scale) && good;
    if (!good)
        return false;
    struct trace_row *rows = calloc(table->row_count + 1, sizeof *rows);
    parse->failed = parse->failed || !rows;
    for (size_t row = 0; rows && row < table->row_count && bad < BAD_ROWS_SHOWN; row++) {
        rows[row].row = row;
        bool read = read_field(parse, table, row, column, scale, node, path, &rows[row].time_ns);
        if (handlers)
            read = read_field(parse, table, row, handler_column, handler_scale, node, path, &rows[row].handler_ns) && read;
        bad += !read;
    }
    good = rows && bad == 0 && keep_rows(parse, rows, table->row_count, handlers, process);
    free(rows);
    return good;
}

static const char *const placing_names[] = {[PLACED_UNIFORM] = "uniform", [PLACED_EVEN] = "even", [PLACED_START] = "start", NULL};

bool placing_parse(struct parse *parse, const cJSON *value, const struct parse_path *path, enum placing *placed)
{
    char shown[PARSE_SHOWN];
    for (size_t i = 0; cJSON_IsString(value) && placing_names[i]; i++)
        if (strcmp(placing_names[i], value->valuestring) == 0) {
            *placed = (enum placing)i;
            return true;
        }
    parse_error(parse, value, path, NULL, "must be \"uniform\", \"even\" or \"start\", got %s", parse_show(value, shown));
    return false;
}

size_t minute_columns(struct scenario_store *store, const struct csv_table *table, size_t **columns)
{
    size_t count = 0;
    *columns = store_alloc(store, table->column_count, sizeof **columns);
    for (size_t i = 0; *columns && i < table->column_count; i++) {
        const char *name = table->header[i];
        if (name[0] != '\0' && strspn(name, "0123456789") == strlen(name))
            (*columns)[count++] = i;
    }
    return count;
}

bool minute_counts(const struct csv_table *table, size_t row, const size_t *columns, size_t count, uint32_t *counts, size_t *bad)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;
        const char *text = table->rows[row][columns[i]];
        while (*text >= '0' && *text <= '9' && value <= UINT32_MAX)
            value = value * 10 + (uint64_t)(*text++ - '0');
        if (*text == '.') /* "12.0", as some tools write whole numbers */
            text += 1 + strspn(text + 1, "0");
        if (*text != '\0' || value > UINT32_MAX) {
            *bad = columns[i];
            return false;
        }
        counts[i] = (uint32_t)value;
    }
    return true;
}

static void report_count(struct parse *parse, const struct csv_table *table, size_t row, size_t column, const cJSON *node,
                         const struct parse_path *path)
{
    parse_error(parse, node, path, NULL, "line %zu of the table: column \"%s\" is not a whole number of at least 0: \"%.40s\"",
                table->row_lines[row], table->header[column], table->rows[row][column]);
}

/* The row of a trace of many functions: the one that "function" names, or the only one. */
static bool find_row(struct parse *parse, const struct csv_table *table, const cJSON *node, const cJSON *function,
                     const struct parse_path *path, size_t *row)
{
    struct parse_path inner = {path, "function", 0};
    size_t column = csv_table_column(table, "HashFunction");
    *row = 0;
    if (!function && table->row_count == 1)
        return true;
    if (!cJSON_IsString(function) || column == SIZE_MAX) {
        parse_error(parse, function ? function : node, &inner, "`fleet` makes a function of every row",
                    "the table has %zu rows of minutes: \"function\" must name one by its HashFunction", table->row_count);
        return false;
    }
    while (*row < table->row_count && strcmp(table->rows[*row][column], function->valuestring) != 0)
        ++*row;
    if (*row < table->row_count)
        return true;
    parse_error(parse, function, &inner, NULL, "no row of the table has this HashFunction");
    return false;
}

/* Counts in one row, a column a minute. */
static bool counts_of_row(struct parse *parse, const cJSON *node, const cJSON *function, const struct parse_path *path,
                          const struct csv_table *table, const size_t *columns, size_t count, struct arrival_process *process)
{
    size_t row = 0, bad = 0;
    if (!find_row(parse, table, node, function, path, &row))
        return false;
    uint32_t *counts = store_alloc(parse->store, count, sizeof *counts);
    if (!counts)
        return false;
    if (!minute_counts(table, row, columns, count, counts, &bad)) {
        report_count(parse, table, row, bad, node, path);
        return false;
    }
    process->per_minute = counts;
    process->count = count;
    return true;
}

/* Counts in one column, a row a minute. */
static bool counts_of_column(struct parse *parse, const cJSON *node, const struct parse_path *path, const struct csv_table *table,
                             size_t column, struct arrival_process *process)
{
    size_t shown = 0, bad = 0;
    uint32_t *counts = store_alloc(parse->store, table->row_count, sizeof *counts);
    for (size_t row = 0; counts && row < table->row_count && shown < BAD_ROWS_SHOWN; row++)
        if (!minute_counts(table, row, &column, 1, &counts[row], &bad)) {
            report_count(parse, table, row, column, node, path);
            shown++;
        }
    process->per_minute = counts;
    process->count = table->row_count;
    return counts && shown == 0;
}

bool arrival_per_minute(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process)
{
    static const char *const names[] = {"csv", "column", "function", "placed", "one_per_minute"};
    const cJSON *members[5];
    struct parse_path placed_path = {path, "placed", 0}, one_path = {path, "one_per_minute", 0}, csv_path = {path, "csv", 0};
    process->kind = ARRIVAL_PER_MINUTE;
    if (!parse_members(parse, node, path, names, 1, 5, members))
        return false;
    bool good = !members[3] || placing_parse(parse, members[3], &placed_path, &process->placed);
    if (members[4] && !cJSON_IsBool(members[4])) {
        parse_error(parse, members[4], &one_path, NULL, "must be true or false");
        good = false;
    }
    process->one_per_minute = cJSON_IsTrue(members[4]);
    size_t column = 0, *columns = NULL;
    if (members[1]) {
        const struct csv_table *table = column_find(parse, node, "column", path, &column);
        return table && counts_of_column(parse, node, path, table, column, process) && good;
    }
    if (!cJSON_IsString(members[0])) {
        parse_error(parse, members[0], &csv_path, NULL, "must name a file");
        return false;
    }
    const struct csv_table *table =
        store_table(parse->store, parse->folder, members[0]->valuestring, parse->places, members[0], parse->diagnostics);
    size_t count = table ? minute_columns(parse->store, table, &columns) : 0;
    if (count > 0)
        return counts_of_row(parse, node, members[2], path, table, columns, count, process) && good;
    if (table && columns)
        good = column_find(parse, node, "column", path, &column) && counts_of_column(parse, node, path, table, column, process) && good;
    return table && columns && good;
}
