/* result_files.c: the files of a result folder. */
#include "output/result_files.h"

#include "experiment/verify.h"
#include "output/manifest.h"
#include "output/number_text.h"
#include "output/rule_text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Rows of which many in a row are of one metric: what those begin with is made once. All zero before the first. */
struct rows {
    struct csv_writer *writer;
    const char *first; /* fields before the metric's; "": none */
    const char *resource;
    const struct metric_type *metric;
    const char *class_name; /* NULL: no such field */
    bool kept;
};

static void begin_row(struct rows *rows, const char *resource, const struct metric_type *metric, const char *class_name)
{
    if (rows->kept && rows->resource == resource && rows->metric == metric && rows->class_name == class_name) {
        csv_head(rows->writer);
        return;
    }
    rows->resource = resource;
    rows->metric = metric;
    rows->class_name = class_name;
    if (*rows->first)
        csv_plain(rows->writer, rows->first, strlen(rows->first));
    csv_text(rows->writer, metric->name_space);
    csv_text(rows->writer, resource);
    csv_text(rows->writer, metric->name);
    if (class_name)
        csv_text(rows->writer, class_name);
    rows->kept = csv_keep_head(rows->writer);
}

static void begin_figure(struct rows *rows, const struct figure *figure)
{
    begin_row(rows, figure->resource, figure->metric, NULL);
    csv_text(rows->writer, figure->stat);
    csv_text(rows->writer, figure->metric->unit);
}

/* Sums over a type and what models count for themselves alone are no rows. */
static bool is_row(const struct figure *figure)
{
    return !figure->is_total && figure->metric->name_space != NULL;
}

void summary_csv(struct csv_writer *writer, const struct run_result *result)
{
    csv_writer_header(writer, "namespace,resource,metric,stat,unit,value,ci95_low,ci95_high,replications");
    struct rows rows = {.writer = writer, .first = ""};
    for (size_t i = 0; i < result->figure_count; i++) {
        const struct figure *figure = &result->figures[i];
        if (!is_row(figure) || isnan(figure->interval.mean))
            continue;
        begin_figure(&rows, figure);
        csv_number(writer, figure->interval.mean);
        csv_number(writer, figure->interval.low);
        csv_number(writer, figure->interval.high);
        csv_natural(writer, figure->interval.count);
        csv_end_row(writer);
    }
}

void replications_csv(struct csv_writer *writer, const struct run_result *result)
{
    csv_writer_header(writer, "replication,seed,namespace,resource,metric,stat,unit,value");
    for (uint32_t r = 0; r < result->planned; r++) {
        char first[2 * NUMBER_TEXT_SIZE];
        size_t length = natural_text((uint64_t)r + 1, first);
        first[length++] = ',';
        (void)natural_text(result->scenario->settings.seed, first + length);
        struct rows rows = {.writer = writer, .first = first};
        for (size_t i = 0; i < result->figure_count; i++) {
            const struct figure *figure = &result->figures[i];
            if (!is_row(figure) || isnan(figure->values[r]))
                continue;
            begin_figure(&rows, figure);
            csv_number(writer, figure->values[r]);
            csv_end_row(writer);
        }
    }
}

void cost_csv(struct csv_writer *writer, const struct run_result *result)
{
    csv_writer_header(writer, "resource,service,usage_type,quantity,unit,unit_price_usd,amount_usd,monthly_amount_usd");
    for (size_t i = 0; i < result->cost_count; i++) {
        const struct cost_line *line = &result->cost[i];
        csv_text(writer, line->resource);
        csv_text(writer, line->price->service);
        csv_text(writer, line->price->usage_type);
        csv_number(writer, line->quantity);
        csv_text(writer, line->price->unit);
        csv_number(writer, line->unit_price_usd);
        csv_number(writer, line->amount_usd);
        csv_number(writer, line->monthly_amount_usd);
        csv_end_row(writer);
    }
}

static void fate_row(struct csv_writer *writer, const char *resource, const struct ledger *ledger, const struct cause *cause,
                     uint64_t count)
{
    if (count == 0)
        return;
    csv_text(writer, resource);
    csv_natural(writer, ledger->entered);
    csv_text(writer, fate_names[cause->fate]);
    csv_text(writer, cause->text);
    csv_natural(writer, count);
    csv_end_row(writer);
}

void fates_csv(struct csv_writer *writer, const struct run_result *result)
{
    csv_writer_header(writer, "resource,entered,fate,cause,count");
    for (size_t i = 0; i < result->ledger_count; i++) {
        const struct ledger *ledger = &result->ledgers[i];
        if (ledger->entered == 0)
            continue;
        const char *resource = run_result_ledger_name(result, i);
        /* First in the order of fates and texts. */
        fate_row(writer, resource, ledger, &cause_succeeded, ledger->succeeded);
        for (size_t l = 0; l < ledger->line_count; l++)
            fate_row(writer, resource, ledger, ledger->lines[l].cause, ledger->lines[l].count);
    }
}

void histograms_csv(struct csv_writer *writer, const struct run_result *result)
{
    csv_writer_header(writer, "namespace,resource,metric,class,bucket_low,bucket_high,count");
    struct rows rows = {.writer = writer, .first = ""};
    for (size_t i = 0; i < result->histogram_count; i++) {
        const struct figure_histogram *figure = &result->histograms[i];
        if (!figure->metric->name_space)
            continue;
        double scale = metric_unit_scale(figure->metric);
        uint32_t bucket = 0;
        uint64_t weight;
        for (; histogram_next(&figure->histogram, &bucket, &weight); bucket++) {
            begin_row(&rows, figure->resource, figure->metric, figure->class_name);
            csv_number(writer, (double)histogram_bucket_low(bucket) / scale);
            csv_number(writer, (double)histogram_bucket_high(bucket) / scale);
            csv_natural(writer, weight);
            csv_end_row(writer);
        }
    }
}

void expectations_csv(struct csv_writer *writer, const struct run_result *result)
{
    struct verdicts verdicts;
    csv_writer_header(writer, "expectation,verdict,observed,ci95_low,ci95_high,unit");
    if (verify_result(result, &verdicts) != STATUS_OK) {
        writer->failed = true;
        return;
    }
    for (size_t i = 0; i < verdicts.count; i++) {
        const struct verdict *verdict = &verdicts.list[i];
        csv_text(writer, verdict->expectation->text);
        csv_text(writer, verdict->holds ? "PASS" : "FAIL");
        csv_number(writer, verdict->observed);
        csv_number(writer, verdict->low);
        csv_number(writer, verdict->high);
        csv_text(writer, verdict->unit);
        csv_end_row(writer);
    }
    verdicts_fini(&verdicts);
}

void assumptions_csv(struct csv_writer *writer, const struct run_result *result)
{
    const struct rule_book *book = result->scenario->rules;
    char value[NUMBER_TEXT_SIZE * 4];
    csv_writer_header(writer, "rule,value,unit,low,high,source,note");
    for (size_t i = 0; i < book->count; i++) {
        const struct rule *rule = &book->rules[i];
        if (!rule->assumption || !rule_was_asked(book, i))
            continue;
        rule_value_text(rule, value, sizeof value);
        csv_text(writer, rule->name);
        csv_text(writer, value);
        csv_text(writer, rule->unit ? rule->unit : "");
        csv_number(writer, rule->low);
        csv_number(writer, rule->high);
        csv_text(writer, rule->source ? rule->source : "");
        csv_text(writer, rule->note ? rule->note : "");
        csv_end_row(writer);
    }
}

static enum status write_csv(FILE *file, void (*content)(struct csv_writer *, const struct run_result *), const struct run_result *result)
{
    struct csv_writer writer;
    csv_writer_init(&writer, file);
    content(&writer, result);
    return csv_writer_close(&writer);
}

static enum status write_manifest(FILE *file, const struct run_result *result)
{
    enum status status = manifest_write(file, result);
    bool failed = fflush(file) != 0 || ferror(file);
    failed |= fclose(file) != 0;
    return status == STATUS_OK && failed ? STATUS_IO : status;
}

enum status result_files_write(const struct result_folder *folder, const struct run_result *result, struct diagnostics *diagnostics)
{
    static const struct {
        const char *name;
        void (*content)(struct csv_writer *, const struct run_result *); /* NULL: the manifest */
    } files[] = {
        {"manifest.json", NULL},
        {"summary.csv", summary_csv},
        {"cost.csv", cost_csv},
        {"fates.csv", fates_csv},
        {"histograms.csv", histograms_csv},
        {"replications.csv", replications_csv},
        {"expectations.csv", expectations_csv},
        {"assumptions.csv", assumptions_csv},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        errno = 0;
        FILE *file = result_folder_create(folder, files[i].name);
        enum status status = STATUS_IO;
        if (file)
            status = files[i].content ? write_csv(file, files[i].content, result) : write_manifest(file, result);
        if (status == STATUS_IO)
            diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s/%s: %s", folder->path, files[i].name,
                     errno ? strerror(errno) : "could not be written");
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}
