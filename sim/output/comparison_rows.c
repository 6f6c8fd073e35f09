/* comparison_rows.c: a comparison as rows, and the folder that keeps them. */
#include "output/comparison_rows.h"

#include "output/comparison.h"
#include "output/csv_writer.h"
#include "output/manifest.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const struct table_column columns[] = {
    {"mark", false}, {"resource", false}, {"metric", false},  {"stat", false},     {"unit", false},          {"a", true},
    {"b", true},     {"value", true},     {"ci95_low", true}, {"ci95_high", true}, {"change_percent", true}, {"verdict", false},
};

static const struct table_column cost_columns[] = {
    {"mark", false}, {"resource", false}, {"service", false}, {"usage_type", false},
    {"unit", false}, {"a", true},         {"b", true},        {"value", true},
};

static double finite_or_nothing(double value)
{
    return isfinite(value) ? value : NAN;
}

static void figure_row(struct table *table, const struct difference *difference)
{
    bool both = difference->mark == '=' || difference->mark == '~';
    table_text(table, (char[]){difference->mark, '\0'});
    table_text(table, difference->metric ? difference->resource : "cost");
    table_text(table, difference->metric ? difference->metric->name : "month");
    table_text(table, difference->stat);
    table_text(table, difference->unit);
    table_number(table, difference->mean_a);
    table_number(table, difference->mean_b);
    table_number(table, difference->interval.mean);
    table_number(table, difference->interval.low);
    table_number(table, difference->interval.high);
    table_number(table, finite_or_nothing(difference_percent(difference)));
    table_text(table, both ? effect_names[difference->effect] : "");
}

static void cost_row(struct table *table, const struct cost_difference *cost)
{
    table_text(table, (char[]){cost->mark, '\0'});
    table_text(table, cost->resource);
    table_text(table, cost->price->usage_type);
    table_text(table, "month");
    table_text(table, "USD");
    table_number(table, cost->a);
    table_number(table, cost->b);
    table_number(table, cost->b - cost->a);
    table_number(table, NAN);
    table_number(table, NAN);
    table_number(table, finite_or_nothing(100 * (cost->b - cost->a) / cost->a));
    table_text(table, "");
}

void comparison_table(const struct compare *compare, bool cost, struct table *table)
{
    table_init(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < compare->count; i++)
        if (!isnan(compare->figures[i].mean_a) || !isnan(compare->figures[i].mean_b))
            figure_row(table, &compare->figures[i]);
    for (size_t i = 0; cost && i < compare->cost_count; i++)
        cost_row(table, &compare->cost[i]);
}

void comparison_cost_table(const struct compare *compare, struct table *table)
{
    table_init(table, cost_columns, sizeof cost_columns / sizeof *cost_columns);
    for (size_t i = 0; i < compare->cost_count; i++) {
        const struct cost_difference *cost = &compare->cost[i];
        table_text(table, (char[]){cost->mark, '\0'});
        table_text(table, cost->resource);
        table_text(table, cost->price->service);
        table_text(table, cost->price->usage_type);
        table_text(table, "USD");
        table_number(table, cost->a);
        table_number(table, cost->b);
        table_number(table, cost->b - cost->a);
    }
}

static enum status write_rows(FILE *file, const struct compare *compare)
{
    struct table table;
    comparison_table(compare, true, &table);
    if (!table.failed)
        table_print_csv(&table, file);
    enum status status = table.failed ? STATUS_NO_MEMORY : STATUS_OK;
    table_fini(&table);
    return status;
}

static enum status write_replications(FILE *file, const struct compare *compare)
{
    struct csv_writer writer;
    csv_writer_init(&writer, file);
    csv_writer_header(&writer, "replication,resource,metric,stat,unit,a,b");
    for (uint32_t r = 0; r < compare->a->planned && r < compare->b->planned; r++) {
        for (size_t i = 0; i < compare->count; i++) {
            const struct difference *difference = &compare->figures[i];
            double a = difference->a ? difference->a[r] : NAN, b = difference->b ? difference->b[r] : NAN;
            if (isnan(a) && isnan(b))
                continue;
            csv_natural(&writer, (uint64_t)r + 1);
            csv_text(&writer, difference->metric ? difference->resource : "cost");
            csv_text(&writer, difference->metric ? difference->metric->name : "month");
            csv_text(&writer, difference->stat);
            csv_text(&writer, difference->unit);
            csv_number(&writer, a);
            csv_number(&writer, b);
            csv_end_row(&writer);
        }
    }
    return csv_writer_flush(&writer);
}

static enum status write_manifest(FILE *file, const struct compare *compare)
{
    return manifest_write_pair(file, compare->a, compare->b);
}

enum status comparison_files_write(const struct result_folder *folder, const struct compare *compare, struct diagnostics *diagnostics)
{
    static const struct {
        const char *name;
        enum status (*content)(FILE *file, const struct compare *compare);
    } files[] = {{"manifest.json", write_manifest}, {"comparison.csv", write_rows}, {"replications.csv", write_replications}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        errno = 0;
        FILE *file = result_folder_create(folder, files[i].name);
        enum status status = file ? files[i].content(file, compare) : STATUS_IO;
        if (file) {
            bool failed = fflush(file) != 0 || ferror(file);
            failed |= fclose(file) != 0;
            status = status == STATUS_OK && failed ? STATUS_IO : status;
        }
        if (status == STATUS_IO)
            diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s/%s: %s", folder->path, files[i].name,
                     errno ? strerror(errno) : "could not be written");
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}
