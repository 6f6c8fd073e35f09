/* timeseries.c: timeseries.csv. */
#include "output/timeseries.h"

#include "engine/room.h"
#include "output/csv_writer.h"
#include "output/number_text.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One figure of one period. Sums are whole multiples of 2^-64, so that they do not depend on the order in which replications add to them:
 * exact for every value that is 0 or lies within 2^-11 and 2^50. */
struct mean_row {
    int128 sum;
    int64_t from_ns;
    const char *resource; /* lives as long as the scenario */
    const struct metric_type *metric;
    const char *stat;
    uint32_t count; /* of replications that have a value */
    bool zero;      /* a count: no row at 0 */
};

/* One replication's way in. */
struct way {
    struct series_sink sink;
    struct timeseries *timeseries;
    size_t next_row; /* of the mean: where this replication is */
};

struct timeseries {
    struct csv_writer writer;
    struct timeseries_options options;
    struct way *ways; /* one a replication; of the first alone where no mean is wanted */
    int64_t prefix_from_ns;
    size_t prefix_length;
    char prefix[2 * NUMBER_TEXT_SIZE + 1]; /* the first two fields of the period under way */
    pthread_mutex_t lock;                  /* of the rows */
    struct mean_row *rows;
    size_t row_count, row_capacity;
};

static const char *const count_stats[] = {"Sum", NULL};
static const char *const tally_stats[] = {"SampleCount", "Average", "Minimum", "Maximum", "p50", "p95", "p99", NULL};
static const char *const gauge_stats[] = {"Average", "Maximum", NULL};
static const char *const ratio_stats[] = {"Average", NULL};

static const char *const *stats_of(const struct metric_type *metric)
{
    switch (metric->kind) {
    case METRIC_COUNT:
        return count_stats;
    case METRIC_TALLY:
        return tally_stats;
    case METRIC_GAUGE:
        return gauge_stats;
    case METRIC_PERCENT:
    case METRIC_GAUGE_RATIO:
        break;
    }
    return ratio_stats;
}

static bool counts(const struct metric_type *metric, const char *stat)
{
    return metric->kind == METRIC_COUNT || strcmp(stat, "SampleCount") == 0;
}

static void write_row(struct timeseries *series, int64_t from_ns, const char *resource, const struct metric_type *metric, const char *stat,
                      double value)
{
    struct csv_writer *writer = &series->writer;
    if (from_ns != series->prefix_from_ns || series->prefix_length == 0) {
        series->prefix_from_ns = from_ns;
        size_t length = timestamp_text(series->options.start_epoch_s, from_ns, series->prefix);
        series->prefix[length++] = ',';
        series->prefix_length = length + seconds_text(from_ns, series->prefix + length);
    }
    csv_plain(writer, series->prefix, series->prefix_length);
    csv_text(writer, metric->name_space);
    csv_text(writer, resource);
    csv_text(writer, metric->name);
    csv_text(writer, stat);
    csv_text(writer, metric->unit);
    csv_number(writer, value);
    csv_end_row(writer);
}

/* Is there anything to say of this period, short of --dense? */
static bool happened(const struct metric_type *metric, const struct period_value *value)
{
    switch (metric->kind) {
    case METRIC_COUNT:
        return value->count > 0;
    case METRIC_TALLY:
        return value->tally->count > 0;
    case METRIC_PERCENT:
        return value->other_count > 0;
    case METRIC_GAUGE:
    case METRIC_GAUGE_RATIO:
        break;
    }
    return true; /* a level of zero is a level */
}

static enum status write_period(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                                const struct period_value *value)
{
    (void)until_ns;
    struct timeseries *series = ((struct way *)context)->timeseries;
    const struct metric_type *metric = slot->type;
    if (!metric->name_space || (!series->options.dense && !happened(metric, value)))
        return STATUS_OK;
    for (const char *const *stat = stats_of(metric); *stat; stat++) {
        double figure = period_value_stat(metric, value, *stat);
        if (series->options.dense || !isnan(figure))
            write_row(series, from_ns, slot->resource, metric, *stat, figure);
    }
    return series->writer.failed ? STATUS_IO : STATUS_OK;
}

static int128 to_fixed(double value)
{
    static const double limit = 1125899906842624.0; /* 2^50: room for 2^13 replications */
    return (int128)(ldexp(fmin(fmax(value, -limit), limit), 64));
}

/* Every replication closes the same periods of the same metrics in the same order, so its n-th figure belongs to the n-th row. */
static enum status add_figure(struct timeseries *series, size_t row, int64_t from_ns, const struct metric_slot *slot, const char *stat,
                              double figure)
{
    if (row == series->row_count) {
        if (!room_for(&series->rows, series->row_count + 1, &series->row_capacity, sizeof *series->rows))
            return STATUS_NO_MEMORY;
        series->rows[series->row_count++] = (struct mean_row){
            .from_ns = from_ns, .resource = slot->resource, .metric = slot->type, .stat = stat, .zero = counts(slot->type, stat)};
    }
    if (!isnan(figure)) {
        series->rows[row].sum += to_fixed(figure);
        series->rows[row].count++;
    }
    return STATUS_OK;
}

static enum status add_period(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                              const struct period_value *value)
{
    (void)until_ns;
    struct way *way = context;
    struct timeseries *series = way->timeseries;
    if (!slot->type->name_space)
        return STATUS_OK;
    double figures[sizeof tally_stats / sizeof *tally_stats];
    const char *const *stats = stats_of(slot->type);
    size_t count = 0;
    for (; stats[count]; count++)
        figures[count] = period_value_stat(slot->type, value, stats[count]);
    (void)pthread_mutex_lock(&series->lock);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_figure(series, way->next_row++, from_ns, slot, stats[i], figures[i]);
    (void)pthread_mutex_unlock(&series->lock);
    return status;
}

enum status timeseries_new(const struct timeseries_options *options, FILE *file, struct timeseries **timeseries)
{
    struct timeseries *series = calloc(1, sizeof *series);
    *timeseries = NULL;
    size_t ways = options->mean && options->replications > 0 ? options->replications : 1;
    if (series)
        series->ways = calloc(ways, sizeof *series->ways);
    if (!series || !series->ways || pthread_mutex_init(&series->lock, NULL) != 0) {
        if (file)
            (void)fclose(file);
        if (series)
            free(series->ways);
        free(series);
        return STATUS_NO_MEMORY;
    }
    series->options = *options;
    for (size_t i = 0; i < ways; i++) {
        series->ways[i].timeseries = series;
        series->ways[i].sink = (struct series_sink){.context = &series->ways[i], .period = options->mean ? add_period : write_period};
    }
    csv_writer_init(&series->writer, file);
    csv_writer_header(&series->writer, "timestamp,elapsed_s,namespace,resource,metric,stat,unit,value");
    *timeseries = series;
    return STATUS_OK;
}

const struct series_sink *timeseries_sink(void *timeseries, uint32_t replication)
{
    struct timeseries *series = timeseries;
    uint32_t ways = series->options.mean ? series->options.replications : 1;
    return replication < ways ? &series->ways[replication].sink : NULL;
}

static void write_means(struct timeseries *series)
{
    for (size_t i = 0; i < series->row_count; i++) {
        const struct mean_row *row = &series->rows[i];
        /* Divided while whole: the mean of equal values is that value. */
        int128 fixed = row->count ? row->sum / row->count : 0;
        double mean = row->count ? ldexp((double)fixed, -64) : NAN;
        bool nothing = row->count == 0 || (row->zero && row->sum == 0);
        if (series->options.dense || !nothing)
            write_row(series, row->from_ns, row->resource, row->metric, row->stat, mean);
    }
}

enum status timeseries_finish(struct timeseries *series, bool complete)
{
    if (series->options.mean && complete)
        write_means(series);
    return csv_writer_close(&series->writer);
}

void timeseries_free(struct timeseries *timeseries)
{
    if (!timeseries)
        return;
    (void)csv_writer_close(&timeseries->writer);
    (void)pthread_mutex_destroy(&timeseries->lock);
    free(timeseries->rows);
    free(timeseries->ways);
    free(timeseries);
}
