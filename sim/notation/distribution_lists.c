/* distribution_lists.c: distributions that are spelled as lists: uniform, quantiles, samples, a column, a mixture. */
#include "notation/column_parse.h"
#include "notation/distribution_spelling.h"
#include "notation/value_parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD_ROWS_SHOWN 5u

/* A list of at least `least` drawn values into a new array; NULL after reporting. */
static double *read_list(const struct spelling *spelling, const cJSON *node, const struct parse_path *path, int least, size_t *count)
{
    struct parse *parse = spelling->parse;
    bool good = parse_expect_list(parse, node, path, "write a list of values: [..., ...]");
    if (good && cJSON_GetArraySize(node) < least) {
        parse_error(parse, node, path, NULL, "needs at least %d value%s", least, least == 1 ? "" : "s");
        good = false;
    }
    if (!good)
        return NULL;
    double *values = calloc((size_t)cJSON_GetArraySize(node), sizeof *values);
    if (!values) {
        parse->failed = true;
        return NULL;
    }
    size_t i = 0;
    for (const cJSON *item = node->child; item; item = item->next, i++) {
        struct parse_path inner = {path, NULL, i};
        good = spelling_value(spelling, item, &inner, &values[i]) && good;
    }
    *count = i;
    if (good)
        return values;
    free(values);
    return NULL;
}

struct distribution *spelling_uniform(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    size_t count = 0;
    struct distribution *made = NULL;
    double *values = read_list(spelling, node, path, 2, &count);
    bool fits = values && count == 2 && values[0] <= values[1];
    if (fits)
        made = distribution_new(DISTRIBUTION_UNIFORM, values[0], values[1]);
    else if (values && count != 2)
        parse_error(spelling->parse, node, path, NULL, "takes two values, the low and the high end, got %zu", count);
    else if (values)
        parse_error(spelling->parse, node, path, NULL, "the low end lies above the high end");
    spelling->parse->failed = spelling->parse->failed || (fits && !made);
    free(values);
    return made;
}

struct distribution *spelling_samples(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    size_t count = 0;
    double *values = read_list(spelling, node, path, 1, &count);
    if (!values)
        return NULL;
    struct distribution *made = distribution_new_samples(values, count);
    spelling->parse->failed = spelling->parse->failed || !made;
    free(values);
    return made;
}

struct quantile {
    double probability, value;
    const cJSON *node;
};

static int compare_quantiles(const void *a, const void *b)
{
    const struct quantile *left = a, *right = b;
    return (left->probability > right->probability) - (left->probability < right->probability);
}

static bool read_quantile(const struct spelling *spelling, const cJSON *item, const struct parse_path *path, struct quantile *quantile)
{
    struct parse_path inner = {path, item->string, 0};
    double probability = -1;
    quantile->node = item;
    if (!quantity_read(QUANTITY_NUMBER, item->string, &probability) || probability < 0 || probability > 1) {
        parse_key_error(spelling->parse, item, &inner, "write {\"0.5\": ..., \"0.99\": ...}",
                        "a quantile is named by a number between 0 and 1");
        return false;
    }
    quantile->probability = probability;
    return spelling_value(spelling, item, &inner, &quantile->value);
}

/* Sorted and checked: no probability twice, values never fall. */
static bool check_quantiles(const struct spelling *spelling, const struct parse_path *path, struct quantile *quantiles, size_t count)
{
    bool good = true;
    qsort(quantiles, count, sizeof *quantiles, compare_quantiles);
    for (size_t i = 1; i < count; i++) {
        const struct quantile *before = &quantiles[i - 1], *here = &quantiles[i];
        struct parse_path inner = {path, here->node->string, 0};
        if (here->probability == before->probability)
            parse_key_error(spelling->parse, here->node, &inner, NULL, "the same quantile is given twice, as \"%s\" too",
                            before->node->string);
        else if (here->value < before->value)
            parse_error(spelling->parse, here->node, &inner, NULL, "is less than the value at \"%s\"; quantiles cannot fall",
                        before->node->string);
        else
            continue;
        good = false;
    }
    return good;
}

/* Ends that are not given are the nearest value that is. */
static struct distribution *make_quantiles(struct parse *parse, const struct quantile *quantiles, size_t count)
{
    double *probabilities = calloc(count + 2, sizeof *probabilities);
    double *values = calloc(count + 2, sizeof *values);
    struct distribution *made = NULL;
    if (probabilities && values) {
        size_t used = 0;
        if (quantiles[0].probability > 0)
            values[used++] = quantiles[0].value;
        for (size_t i = 0; i < count; i++, used++) {
            probabilities[used] = quantiles[i].probability;
            values[used] = quantiles[i].value;
        }
        if (quantiles[count - 1].probability < 1) {
            probabilities[used] = 1;
            values[used++] = quantiles[count - 1].value;
        }
        made = distribution_new_quantiles(probabilities, values, used);
    }
    parse->failed = parse->failed || !made;
    free(probabilities);
    free(values);
    return made;
}

struct distribution *spelling_quantiles(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    struct parse *parse = spelling->parse;
    if (!parse_expect_object(parse, node, path, "write {\"0\": ..., \"0.5\": ..., \"1\": ...}"))
        return NULL;
    size_t count = 0, size = (size_t)cJSON_GetArraySize(node);
    if (size == 0) {
        parse_error(parse, node, path, NULL, "needs at least one quantile");
        return NULL;
    }
    struct quantile *quantiles = calloc(size, sizeof *quantiles);
    if (!quantiles) {
        parse->failed = true;
        return NULL;
    }
    bool good = true;
    for (const cJSON *item = node->child; item; item = item->next)
        good = read_quantile(spelling, item, path, &quantiles[count++]) && good;
    struct distribution *made = NULL;
    if (good && check_quantiles(spelling, path, quantiles, count))
        made = make_quantiles(parse, quantiles, count);
    free(quantiles);
    return made;
}

/* One {"weight": ..., "of": ...}. */
static struct distribution *parse_part(const struct spelling *spelling, const cJSON *item, const struct parse_path *path, double *weight)
{
    const cJSON *of = NULL;
    struct parse_path of_path = {path, "of", 0};
    bool good = weighted_parse(spelling->parse, item, path, weight, &of);
    if (!of)
        return NULL;
    struct distribution *made = spelling_parse(spelling, of, &of_path);
    if (good)
        return made;
    distribution_free(made);
    return NULL;
}

struct distribution *spelling_mixture(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    struct parse *parse = spelling->parse;
    if (!parse_expect_list(parse, node, path, "write [{\"weight\": 0.9, \"of\": ...}, ...]"))
        return NULL;
    size_t size = (size_t)cJSON_GetArraySize(node), count = 0;
    double *weights = calloc(size + 1, sizeof *weights), total = 0;
    struct distribution **parts = calloc(size + 1, sizeof(struct distribution *));
    struct distribution *made = NULL;
    bool good = weights && parts;
    parse->failed = parse->failed || !good;
    for (const cJSON *item = node->child; item && weights && parts; item = item->next, count++) {
        struct parse_path inner = {path, NULL, count};
        parts[count] = parse_part(spelling, item, &inner, &weights[count]);
        good = good && parts[count];
        total += weights[count];
    }
    if (good && !(total > 0 && isfinite(total))) {
        parse_error(parse, node, path, NULL, count == 0 ? "needs at least one part" : "the weights must add up to more than 0");
        good = false;
    }
    if (good) {
        made = distribution_new_mixture(weights, parts, count);
        parse->failed = parse->failed || !made;
    } else {
        for (size_t i = 0; i < count; i++)
            distribution_free(parts[i]);
    }
    free(weights);
    free(parts);
    return made;
}

/* What one in the column is, in base units. */
static bool column_scale(const struct spelling *spelling, const cJSON *object, const struct csv_table *table, size_t column,
                         const struct parse_path *path, double *scale)
{
    const cJSON *unit = cJSON_GetObjectItemCaseSensitive(object, "unit");
    struct parse_path unit_path = {path, "unit", 0};
    char shown[PARSE_SHOWN];
    *scale = 1;
    if (spelling->unit == DISTRIBUTION_OF_TIME)
        return column_time_unit(spelling->parse, object, "unit", table->header[column], path, scale);
    if (!unit)
        return true; /* bytes, ones */
    if (spelling->unit == DISTRIBUTION_OF_SIZE && cJSON_IsString(unit) && quantity_scale(QUANTITY_SIZE, 1, unit->valuestring, scale))
        return true;
    parse_error(spelling->parse, unit, &unit_path, spelling->unit == DISTRIBUTION_OF_SIZE ? "write \"unit\": \"MB\"" : NULL,
                "is no unit for this column: %s", parse_show(unit, shown));
    return false;
}

struct distribution *spelling_csv(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    struct parse *parse = spelling->parse;
    size_t column = 0, bad = 0;
    double scale = 1;
    const struct csv_table *table = column_find(parse, node, "column", path, &column);
    if (!table || !column_scale(spelling, node, table, column, path, &scale))
        return NULL;
    if (table->row_count == 0) {
        parse_error(parse, node, path, NULL, "the table has no rows");
        return NULL;
    }
    double *values = calloc(table->row_count, sizeof *values);
    parse->failed = parse->failed || !values;
    for (size_t row = 0; values && row < table->row_count && bad < BAD_ROWS_SHOWN; row++) {
        if (csv_table_number(table, row, column, &values[row]) && values[row] >= 0) {
            values[row] *= scale;
            continue;
        }
        bad++;
        parse_error(parse, node, path, NULL, "line %zu of the table: column \"%s\" is not a number of at least 0: \"%.40s\"",
                    table->row_lines[row], table->header[column], table->rows[row][column]);
    }
    struct distribution *made = values && bad == 0 ? distribution_new_samples(values, table->row_count) : NULL;
    parse->failed = parse->failed || (bad == 0 && !made);
    free(values);
    return made;
}
