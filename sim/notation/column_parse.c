/* column_parse.c: which column of which table a scenario means, and in which unit it is. */
#include "notation/column_parse.h"

#include "notation/value_parse.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

const struct csv_table *column_find(struct parse *parse, const cJSON *object, const char *key, const struct parse_path *path,
                                    size_t *column)
{
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(object, "csv");
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(object, key);
    struct parse_path file_path = {path, "csv", 0}, name_path = {path, key, 0};
    if (!cJSON_IsString(file)) {
        parse_error(parse, file ? file : object, &file_path, NULL, "\"csv\" must name a file");
        return NULL;
    }
    const struct csv_table *table = store_table(parse->store, parse->folder, file->valuestring, parse->places, file, parse->diagnostics);
    if (!table)
        return NULL;
    char hint[PARSE_HINT], listed[PARSE_HINT];
    const char *const *header = (const char *const *)table->header;
    if (!name && table->column_count == 1) {
        *column = 0;
        return table;
    }
    if (!cJSON_IsString(name)) {
        snprintf(hint, sizeof hint, "columns of %.100s: %.400s", file->valuestring, parse_list_names(header, table->column_count, listed));
        parse_error(parse, name ? name : object, &name_path, hint, "\"%s\" must name a column", key);
        return NULL;
    }
    *column = csv_table_column(table, name->valuestring);
    if (*column != SIZE_MAX)
        return table;
    const char *near = parse_suggestion(parse, name->valuestring, header, table->column_count, hint);
    if (!near && table->column_count == 1 && header[0][strcspn(header[0], ";\t")] != '\0')
        snprintf(hint, sizeof hint, "columns are separated by commas; its first line is \"%.200s\"", header[0]);
    else if (!near)
        snprintf(hint, sizeof hint, "its columns: %.500s", parse_list_names(header, table->column_count, listed));
    parse_error(parse, name, &name_path, hint, "%s has no column \"%s\"", file->valuestring, name->valuestring);
    return NULL;
}

bool column_time_unit(struct parse *parse, const cJSON *object, const char *key, const char *column, const struct parse_path *path,
                      double *scale)
{
    const cJSON *unit = cJSON_GetObjectItemCaseSensitive(object, key);
    struct parse_path unit_path = {path, key, 0};
    char shown[PARSE_SHOWN], hint[PARSE_HINT];
    const char *ending = column ? strrchr(column, '_') : NULL;
    if (!unit && ending && quantity_scale(QUANTITY_TIME, 1, ending + 1, scale))
        return true;
    if (cJSON_IsString(unit) && quantity_scale(QUANTITY_TIME, 1, unit->valuestring, scale))
        return true;
    snprintf(hint, sizeof hint, "write \"%s\": \"ms\" (or ns, us, s, m, h, d)", key);
    if (unit)
        parse_error(parse, unit, &unit_path, hint, "must be a unit of time, got %s", parse_show(unit, shown));
    else
        parse_error(parse, object, path, hint, "the column's name does not end in a unit of time, so \"%s\" must say it", key);
    return false;
}
