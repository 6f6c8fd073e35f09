/* fleet_percentiles.c: the percentiles of a recorded trace's durations as distributions. */
#include "scenario/fleet_percentiles.h"

#include "engine/sim_time.h"
#include "notation/distribution_parse.h"
#include "notation/value_parse.h"

#include <stdlib.h>
#include <string.h>

#define PERCENTILE "percentile_Average_"

/* The key that names the table. */
static const cJSON *file_node(const struct loader *loader)
{
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(loader->fleet.node, "azure"), "durations");
}

static int compare_shares(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

bool percentiles_find(struct loader *loader, struct percentiles *found)
{
    const struct csv_table *table = loader->fleet.durations;
    struct {
        double share;
        size_t column;
    } list[PERCENTILES_MOST];
    size_t count = 0;
    for (size_t i = 0; i < table->column_count && count < PERCENTILES_MOST; i++) {
        double percent = 0;
        if (strncmp(table->header[i], PERCENTILE, strlen(PERCENTILE)) != 0 ||
            !quantity_read(QUANTITY_NUMBER, table->header[i] + strlen(PERCENTILE), &percent) || percent < 0 || percent > 100)
            continue;
        list[count].share = percent / 100;
        list[count++].column = i;
    }
    qsort(list, count, sizeof *list, compare_shares); /* the share comes first in the struct */
    for (size_t i = 0; i < count; i++) {
        if (found->count > 0 && found->shares[found->count - 1] == list[i].share)
            continue;
        found->shares[found->count] = list[i].share;
        found->columns[found->count++] = list[i].column;
    }
    struct parse_path fleet = {NULL, "fleet", 0}, azure = {&fleet, "azure", 0}, path = {&azure, "durations", 0};
    if (found->count == 0)
        parse_error(&loader->parse, file_node(loader), &path, NULL, "the table has no columns \"%s...\"", PERCENTILE);
    return found->count > 0;
}

/* A percentile that is less than a lower one: the columns are mixed up, or the file is broken. */
static void report_fall(struct loader *loader, size_t row, size_t column, size_t before)
{
    const struct csv_table *table = loader->fleet.durations;
    char *path = path_join(loader->parse.folder, file_node(loader)->valuestring);
    loader->parse.failed = loader->parse.failed || !path;
    if (path)
        diagnose(loader->parse.diagnostics, SEVERITY_ERROR, (struct place){path, (int)csv_table_line(table, row), 0},
                 "fleet.azure.durations", NULL, "%s is %.40s, less than %s, which is %.40s: percentiles cannot fall", table->header[column],
                 csv_table_field(table, row, column), table->header[before], csv_table_field(table, row, before));
    free(path);
}

const struct distribution *percentiles_of_row(struct loader *loader, const struct percentiles *percentiles, size_t row, bool *found)
{
    double shares[PERCENTILES_MOST + 2], values[PERCENTILES_MOST + 2], least = 0;
    size_t used = 0;
    *found = false;
    for (size_t i = 0; i < percentiles->count; i++) {
        double ms = 0;
        if (!csv_table_number(loader->fleet.durations, row, percentiles->columns[i], &ms) || ms < 0)
            return NULL;
        if (ms * (double)NS_PER_MS < least) {
            report_fall(loader, row, percentiles->columns[i], percentiles->columns[i - 1]);
            *found = true;
            return NULL;
        }
        least = ms * (double)NS_PER_MS;
        if (i == 0 && percentiles->shares[0] > 0) {
            shares[used] = 0;
            values[used++] = least;
        }
        shares[used] = percentiles->shares[i];
        values[used++] = least;
    }
    if (shares[used - 1] < 1) {
        shares[used] = 1;
        values[used] = values[used - 1];
        used++;
    }
    *found = true;
    struct distribution *made = distribution_new_quantiles(shares, values, used);
    loader->parse.failed = loader->parse.failed || !made;
    return distribution_hand_over(&loader->parse, made);
}
