/* sweep_files.c: from units to files. */
#include "output/sweep_files.h"

#include "output/json_print.h"
#include "output/sweep_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The figures of one point, over its replications. */
struct gathered {
    const cJSON **rows; /* a layout's, borrowed */
    double *values;     /* rows x replications */
    size_t count, capacity;
    const struct sweep_layout *first; /* whose rows are the first ones */
};

struct writing {
    const struct sweep_table *table;
    struct csv_writer runs, points;
    struct sweep_record record;
    struct gathered gathered;
};

static bool same_row(const cJSON *a, const cJSON *b)
{
    return a == b || cJSON_Compare(a, b, true);
}

/* The row's place, at `likely` where layouts do not differ; SIZE_MAX when memory is out. */
static size_t place_of(struct gathered *gathered, const cJSON *row, size_t likely, uint32_t replications)
{
    if (likely < gathered->count && same_row(gathered->rows[likely], row))
        return likely;
    for (size_t i = 0; i < gathered->count; i++)
        if (same_row(gathered->rows[i], row))
            return i;
    if (gathered->count == gathered->capacity) {
        size_t capacity = gathered->capacity ? 2 * gathered->capacity : 32;
        const cJSON **rows = realloc(gathered->rows, capacity * sizeof *rows);
        if (rows)
            gathered->rows = rows;
        double *values = rows ? realloc(gathered->values, capacity * replications * sizeof *values) : NULL;
        if (!values)
            return SIZE_MAX;
        gathered->values = values;
        gathered->capacity = capacity;
    }
    for (uint32_t r = 0; r < replications; r++)
        gathered->values[gathered->count * replications + r] = NAN;
    gathered->rows[gathered->count] = row;
    return gathered->count++;
}

static void begin_row(struct csv_writer *writer, const struct sweep_table *table, size_t point)
{
    csv_natural(writer, point + 1);
    for (size_t i = 0; i < table->column_count; i++)
        csv_text(writer, table->text(table->context, i));
}

static void figure_fields(struct csv_writer *writer, const cJSON *row)
{
    for (int i = 0; i < 5; i++)
        csv_text(writer, sweep_layout_text(row, i));
}

static enum status write_unit(struct writing *writing, size_t point, uint32_t replication)
{
    const struct sweep_table *table = writing->table;
    struct sweep_record *record = &writing->record;
    struct csv_writer *runs = &writing->runs;
    uint32_t replications = table->store->replications;
    enum status status = sweep_store_read(table->store, point, replication, record);
    size_t i = 0;
    for (const cJSON *row = status == STATUS_OK ? record->layout->names->child : NULL; row; row = row->next, i++) {
        size_t place = place_of(&writing->gathered, row, i, replications);
        if (place == SIZE_MAX)
            return STATUS_NO_MEMORY;
        writing->gathered.values[place * replications + replication] = record->values[i];
        if (isnan(record->values[i]))
            continue;
        begin_row(runs, table, point);
        csv_natural(runs, (uint64_t)replication + 1);
        csv_natural(runs, record->seed);
        figure_fields(runs, row);
        csv_number(runs, record->values[i]);
        csv_end_row(runs);
    }
    return status;
}

static void write_means(struct writing *writing, size_t point)
{
    const struct gathered *gathered = &writing->gathered;
    uint32_t replications = writing->table->store->replications;
    struct csv_writer *points = &writing->points;
    for (size_t i = 0; i < gathered->count; i++) {
        struct interval interval = interval_of_mean(gathered->values + i * replications, replications, 0.95);
        if (isnan(interval.mean))
            continue;
        begin_row(points, writing->table, point);
        figure_fields(points, gathered->rows[i]);
        csv_number(points, interval.mean);
        csv_number(points, interval.low);
        csv_number(points, interval.high);
        csv_natural(points, interval.count);
        csv_end_row(points);
    }
}

static void write_header(struct csv_writer *writer, const struct sweep_table *table, const char *rest)
{
    csv_text(writer, "point");
    for (size_t i = 0; i < table->column_count; i++)
        csv_text(writer, table->title(table->context, i));
    csv_plain(writer, rest, strlen(rest));
    csv_end_row(writer);
}

static enum status write_points(struct writing *writing)
{
    const struct sweep_table *table = writing->table;
    enum status status = STATUS_OK;
    write_header(&writing->runs, table, "replication,seed,namespace,resource,metric,stat,unit,value");
    write_header(&writing->points, table, "namespace,resource,metric,stat,unit,value,ci95_low,ci95_high,replications");
    for (size_t point = 0; point < table->store->points && status == STATUS_OK; point++) {
        status = table->turn_to(table->context, point);
        writing->gathered.count = 0;
        for (uint32_t r = 0; r < table->store->replications && status == STATUS_OK; r++)
            status = write_unit(writing, point, r);
        if (status == STATUS_OK)
            write_means(writing, point);
        if (writing->runs.failed || writing->points.failed)
            return STATUS_IO;
    }
    return status;
}

/* Writes what is left, and has it on the disk. */
static enum status close_writer(struct csv_writer *writer)
{
    enum status status = csv_writer_flush(writer);
    if (status == STATUS_OK && fsync(fileno(writer->file)) != 0)
        status = STATUS_IO;
    int reason = errno;
    enum status closed = csv_writer_close(writer);
    errno = status != STATUS_OK ? reason : errno;
    return status != STATUS_OK ? status : closed;
}

static enum status tell(const struct result_folder *folder, const char *name, enum status status, struct diagnostics *diagnostics)
{
    if (status == STATUS_IO)
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL,
                 "the units that were run are kept: the same command goes on from there", "%s/%s: %s", folder->path, name,
                 errno ? strerror(errno) : "a unit is not what it was: --restart begins anew");
    return status;
}

static enum status write_manifest(const struct result_folder *folder, const cJSON *manifest, struct diagnostics *diagnostics)
{
    errno = 0;
    FILE *file = result_folder_create(folder, "manifest.json");
    if (!file)
        return tell(folder, "manifest.json", STATUS_IO, diagnostics);
    json_print(file, manifest);
    bool good = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
    int reason = errno;
    good &= fclose(file) == 0;
    errno = reason ? reason : errno;
    return tell(folder, "manifest.json", good ? STATUS_OK : STATUS_IO, diagnostics);
}

enum status sweep_files_write(const struct result_folder *folder, const cJSON *manifest, const struct sweep_table *table,
                              struct diagnostics *diagnostics)
{
    struct writing writing = {.table = table};
    enum status status = write_manifest(folder, manifest, diagnostics);
    if (status != STATUS_OK)
        return status;
    errno = 0;
    csv_writer_init(&writing.runs, result_folder_create(folder, "runs.csv"));
    csv_writer_init(&writing.points, result_folder_create(folder, "points.csv"));
    status = writing.runs.failed || writing.points.failed ? STATUS_IO : write_points(&writing);
    bool of_store = status == STATUS_IO && !writing.runs.failed && !writing.points.failed;
    int reason = errno;
    enum status runs = close_writer(&writing.runs);
    int runs_reason = errno;
    enum status points = close_writer(&writing.points);
    sweep_record_fini(&writing.record);
    free(writing.gathered.rows);
    free(writing.gathered.values);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (of_store || (status == STATUS_OK && runs == STATUS_OK && points == STATUS_OK)) {
        errno = reason;
        return tell(folder, SWEEP_JOURNAL, status, diagnostics);
    }
    errno = runs != STATUS_OK ? runs_reason : errno;
    return tell(folder, runs != STATUS_OK ? "runs.csv" : "points.csv", STATUS_IO, diagnostics);
}

static enum status copy_point(const struct sweep_table *table, struct sweep_store *into, size_t point, struct sweep_record *record)
{
    enum status status = table->turn_to(table->context, point);
    cJSON *texts = cJSON_CreateArray();
    for (size_t i = 0; texts && i < table->column_count && status == STATUS_OK; i++)
        if (!cJSON_AddItemToArray(texts, cJSON_CreateString(table->text(table->context, i))))
            status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = texts ? sweep_store_keep_point(into, point, texts) : STATUS_NO_MEMORY;
    cJSON_Delete(texts);
    for (uint32_t r = 0; r < table->store->replications && status == STATUS_OK; r++) {
        status = sweep_store_read(table->store, point, r, record);
        if (status == STATUS_OK)
            status = sweep_store_copy(into, point, r, record);
    }
    return status != STATUS_OK ? status : journal_flush(&into->files[0].journal);
}

enum status sweep_shard_write(const struct result_folder *folder, const cJSON *manifest, const struct sweep_table *table,
                              struct diagnostics *diagnostics)
{
    const struct sweep_store *store = table->store;
    struct sweep_store into;
    struct sweep_record record = {0};
    enum journal_state state;
    size_t bad_line;
    enum status status = write_manifest(folder, manifest, diagnostics);
    if (status != STATUS_OK)
        return status;
    status = sweep_store_init(&into, store->points, store->replications, store->identity, 1);
    int descriptor = openat(folder->descriptor, SWEEP_JOURNAL, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (status == STATUS_OK)
        status = descriptor < 0 ? STATUS_IO : sweep_store_add(&into, descriptor, true, &state, &bad_line);
    for (size_t point = table->shard; point < store->points && status == STATUS_OK; point += table->shards)
        status = copy_point(table, &into, point, &record);
    if (status == STATUS_OK)
        status = journal_flush(&into.files[0].journal);
    if (status == STATUS_OK && fsync(descriptor) != 0)
        status = STATUS_IO;
    status = tell(folder, SWEEP_JOURNAL, status, diagnostics);
    sweep_record_fini(&record);
    sweep_store_fini(&into);
    return status;
}
