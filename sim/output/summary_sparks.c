/* summary_sparks.c: how the run went over its time. */
#include "output/summary_sparks.h"

#include "document/units.h"
#include "output/figure_text.h"
#include "output/result_data.h"
#include "output/safe_text.h"
#include "output/sparkline.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define SPARKS_MOST 8
#define TITLE_WIDTH 14
#define TAIL_WIDTH 28
#define WIDTH_MOST 60u
#define WIDTH_UNKNOWN 80u

/* The largest of the first section's rows, which are sorted; NULL: there is none. */
static const char *largest_of(const struct headline_rows *rows)
{
    return rows->count > 0 ? rows->list[0].key->resource : NULL;
}

static struct result_series *want(struct result_data *data, const struct headline_rows *rows, const struct headline_spark *spark)
{
    const char *resource = spark->of_largest ? largest_of(rows) : spark->resource;
    if (spark->of_largest && !resource)
        return NULL;
    return result_data_want(data, resource, spark->space, spark->metric, spark->stat);
}

static void print_spark(const struct headline_rows *rows, const struct headline_spark *spark, const struct result_data *data,
                        const struct result_series *series, size_t width, FILE *out)
{
    char text[FIGURE_TEXT_SIZE], period[64];
    double most = NAN;
    for (size_t i = 0; i < data->period_count; i++)
        if (!isnan(series->values[i]) && !(most >= series->values[i]))
            most = series->values[i];
    if (!(most > 0))
        return;
    const char *unit = result_data_unit(data, spark->metric);
    (void)fprintf(out, "%-*s", TITLE_WIDTH, spark->title);
    sparkline_print(out, series->values, data->period_count, width, strcmp(spark->stat, "Sum") != 0, true);
    (void)fprintf(out, "  up to %s", figure_text(most, unit ? unit : "", text));
    if (strcmp(spark->stat, "Sum") == 0)
        (void)fprintf(out, " in %s", units_format_time((double)rows->result->scenario->settings.period_ns, period, sizeof period));
    if (spark->of_largest && rows->count > 1 && rows->list[1].section == rows->list[0].section) {
        (void)fputs(", ", out);
        safe_text_print(out, largest_of(rows));
    }
    (void)fputc('\n', out);
}

static void print_all(const struct answer *answer, const struct headline_rows *rows, const struct headline_spark *sparks,
                      struct result_data *data, FILE *out)
{
    struct result_series *series[SPARKS_MOST] = {0};
    size_t count = 0, width = answer->terminal.width > 0 ? answer->terminal.width : WIDTH_UNKNOWN;
    width = width > TITLE_WIDTH + TAIL_WIDTH + 8 ? width - TITLE_WIDTH - TAIL_WIDTH : 8;
    for (; count < SPARKS_MOST && sparks[count].title; count++)
        series[count] = want(data, rows, &sparks[count]);
    if (result_data_read(data) != STATUS_OK || data->period_count < 2)
        return;
    (void)fputc('\n', out);
    for (size_t i = 0; i < count; i++)
        if (series[i] && series[i]->values)
            print_spark(rows, &sparks[i], data, series[i], width < WIDTH_MOST ? width : WIDTH_MOST, out);
}

void summary_sparks_print(const struct answer *answer, const struct headline_rows *rows, const struct headline_spark *sparks,
                          const char *path, FILE *out)
{
    struct result_data data;
    if (!answer->terminal.blocks || answer->format != FORMAT_TABLE || rows->result->status != STATUS_OK || !sparks)
        return;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    if (result_data_open(&data, folder) == STATUS_OK) {
        print_all(answer, rows, sparks, &data, out);
        result_data_close(&data);
    }
    (void)close(folder);
}
