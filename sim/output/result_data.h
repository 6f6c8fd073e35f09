/* result_data.h: a result folder, read again: what a report is made of. Its files are tables of any size, so a reader first says which
 * series and distributions it wants, by what the summary tells, and then they are read in one pass each. */
#ifndef SLSIM_OUTPUT_RESULT_DATA_H
#define SLSIM_OUTPUT_RESULT_DATA_H

#include "engine/status.h"
#include "measure/interval.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One metric's statistic, wherever it is of. */
struct result_key {
    const char *space, *metric, *stat, *unit;
};

/* A row of summary.csv. */
struct result_figure {
    uint32_t key; /* in result_data.keys */
    struct interval interval;
};

/* A resource, a source, or a part of one, with its figures: those from `first` to below `first + count`. */
struct result_resource {
    const char *name;
    size_t first, count;
    bool part; /* of another that counts it already: "F:live", "F/async" */
};

/* A series that was wanted. */
struct result_series {
    const char *resource; /* NULL: the sum over all resources that are no parts */
    const char *space;    /* NULL: any */
    const char *metric, *stat;
    double *values; /* one a period; NaN: no row */
    size_t capacity;
    double *totals;  /* of a sum: of the types' totals, for where no resource has a series of its own */
    bool whole_seen; /* a resource with a series of its own was seen */
};

/* A distribution that was wanted. */
struct result_histogram {
    const char *resource, *metric, *class_name;
    struct {
        double low, high, weight;
    } * buckets;
    size_t count, capacity;
};

struct result_data {
    int folder; /* borrowed */
    cJSON *manifest;
    void *names; /* a tree of all strings that rows hold */
    struct result_key *keys;
    size_t key_count;
    struct result_resource *resources; /* in the order of summary.csv */
    size_t resource_count, resource_capacity;
    struct result_figure *figures;
    size_t figure_count, figure_capacity;
    struct result_series **series; /* wanted */
    size_t series_count, series_capacity;
    double *times_s; /* the periods' beginnings */
    size_t period_count, period_capacity;
    struct result_histogram **histograms; /* wanted */
    size_t histogram_count, histogram_capacity;
};

/* Reads manifest.json and summary.csv of `folder`, a descriptor. STATUS_IO with errno, STATUS_INVALID when they are not of ours. */
enum status result_data_open(struct result_data *data, int folder);
void result_data_close(struct result_data *data);

/* The figure of a resource; NULL when it has none. `space` NULL: any. */
const struct interval *result_data_figure(const struct result_data *data, const struct result_resource *resource, const char *space,
                                          const char *metric, const char *stat);
const char *result_data_unit(const struct result_data *data, const char *metric);
const struct result_resource *result_data_resource(const struct result_data *data, const char *name);

/* Asks for a series; the answer is filled by result_data_read. The strings must outlive the data. NULL when memory is out. */
struct result_series *result_data_want(struct result_data *data, const char *resource, const char *space, const char *metric,
                                       const char *stat);
/* The same of a distribution. */
struct result_histogram *result_data_want_histogram(struct result_data *data, const char *resource, const char *metric,
                                                    const char *class_name);
/* Reads timeseries.csv and, where a distribution is wanted, histograms.csv. */
enum status result_data_read(struct result_data *data);

#endif
