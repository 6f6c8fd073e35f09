/* sweep_store.c: units as lines of a journal. */
#include "output/sweep_store.h"

#include "output/number_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_SHIFT 44
#define OFFSET_MASK ((UINT64_C(1) << FILE_SHIFT) - 1)
#define ROW_TEXTS 5

/* A journal while it is read. */
struct reading {
    struct sweep_store *store;
    struct sweep_file *file;
    uint64_t number; /* of the file, in its place */
    bool begun;      /* its first line was there */
};

enum status sweep_store_init(struct sweep_store *store, size_t points, uint32_t replications, const char identity[65], size_t files)
{
    *store = (struct sweep_store){.points = points, .replications = replications};
    memcpy(store->identity, identity, sizeof store->identity);
    store->files = calloc(files + 1, sizeof *store->files);
    store->units = calloc(points * replications + 1, sizeof *store->units);
    store->at_point = calloc(points + 1, sizeof *store->at_point);
    return store->files && store->units && store->at_point ? STATUS_OK : STATUS_NO_MEMORY;
}

void sweep_store_fini(struct sweep_store *store)
{
    for (size_t f = 0; f < store->file_count; f++) {
        struct sweep_file *file = &store->files[f];
        for (size_t i = 0; i < file->layout_count; i++)
            cJSON_Delete(file->layouts[i].names);
        free(file->layouts);
        journal_fini(&file->journal);
        if (file->descriptor >= 0)
            (void)close(file->descriptor);
    }
    free(store->files);
    free(store->units);
    free(store->at_point);
    free(store->text);
    *store = (struct sweep_store){0};
}

static bool add_layout(struct sweep_file *file, cJSON *names)
{
    struct sweep_layout *grown = realloc(file->layouts, (file->layout_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    file->layouts = grown;
    grown[file->layout_count++] = (struct sweep_layout){names, (size_t)cJSON_GetArraySize(names)};
    return true;
}

static bool read_layout(struct sweep_file *file, const char *text)
{
    cJSON *names = cJSON_ParseWithOpts(text, NULL, true);
    bool good = cJSON_IsArray(names);
    for (const cJSON *row = good ? names->child : NULL; row && good; row = row->next) {
        good = cJSON_IsArray(row) && cJSON_GetArraySize(row) == ROW_TEXTS;
        for (const cJSON *item = good ? row->child : NULL; item; item = item->next)
            good = good && cJSON_IsString(item);
    }
    if (good && add_layout(file, names))
        return true;
    cJSON_Delete(names);
    return false;
}

/* A natural number and a space (or the end) behind it; *text moves on. */
static bool take_natural(const char **text, uint64_t most, uint64_t *number)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    if (errno != 0 || *number > most || (*end != ' ' && *end != '\0'))
        return false;
    *text = end + (*end == ' ');
    return true;
}

/* "POINT REPLICATION SEED LAYOUT": what stands before the values. */
static bool take_unit(const struct sweep_store *store, const struct sweep_file *file, const char **text, size_t *number, uint64_t *seed,
                      const struct sweep_layout **layout)
{
    uint64_t point, replication, index;
    if (!take_natural(text, store->points, &point) || !take_natural(text, store->replications, &replication) ||
        !take_natural(text, UINT64_MAX, seed) || !take_natural(text, UINT64_MAX, &index) || point == 0 || replication == 0 ||
        index >= file->layout_count)
        return false;
    *number = (size_t)(point - 1) * store->replications + (size_t)(replication - 1);
    *layout = &file->layouts[index];
    return true;
}

static bool read_line(void *context, uint64_t offset, char *line)
{
    struct reading *reading = context;
    struct sweep_store *store = reading->store;
    const struct sweep_layout *layout;
    const char *text = line;
    uint64_t seed, point;
    size_t number;
    if (!reading->begun) {
        reading->begun = strncmp(text, "sweep ", 6) == 0 && strcmp(text + 6, store->identity) == 0;
        return reading->begun;
    }
    if (strncmp(text, "layout ", 7) == 0)
        return read_layout(reading->file, text + 7);
    if (strncmp(text, "point ", 6) == 0) {
        text += 6;
        if (!take_natural(&text, store->points, &point) || point == 0)
            return false;
        store->at_point[point - 1] = reading->number + offset + 1;
        return true;
    }
    if (strncmp(text, "unit ", 5) != 0)
        return false;
    text += 5;
    if (!take_unit(store, reading->file, &text, &number, &seed, &layout) || offset >= OFFSET_MASK)
        return false;
    store->done += store->units[number] == 0;
    store->units[number] = reading->number + offset + 1;
    return true;
}

static enum status begin(struct sweep_store *store, struct sweep_file *file)
{
    char line[80];
    int length = snprintf(line, sizeof line, "sweep %s", store->identity);
    return journal_append(&file->journal, line, (size_t)length, NULL);
}

enum status sweep_store_add(struct sweep_store *store, int descriptor, bool append, enum journal_state *state, size_t *bad_line)
{
    struct sweep_file *file = &store->files[store->file_count];
    struct reading reading = {.store = store, .file = file, .number = (uint64_t)store->file_count << FILE_SHIFT};
    *file = (struct sweep_file){.descriptor = descriptor};
    store->file_count++;
    enum status status = journal_open(&file->journal, descriptor, append, read_line, &reading, state, bad_line);
    if (status == STATUS_OK && !reading.begun && file->journal.end == 0 && append && *state != JOURNAL_DAMAGED)
        status = begin(store, file);
    return status;
}

bool sweep_store_has(const struct sweep_store *store, size_t point, uint32_t replication)
{
    return store->units[point * store->replications + replication] != 0;
}

const char *sweep_layout_text(const cJSON *row, int which)
{
    const cJSON *item = row->child;
    for (; item && which > 0; which--)
        item = item->next;
    return item && item->valuestring ? item->valuestring : "";
}

static bool is_layout_of(const struct sweep_layout *layout, const struct sweep_values *values)
{
    const cJSON *row = layout->names->child;
    if (layout->count != values->count)
        return false;
    for (size_t i = 0; row; row = row->next, i++) {
        const struct sweep_value *value = &values->list[i];
        const cJSON *text = row->child;
        const char *const wanted[ROW_TEXTS] = {value->name_space, value->resource, value->metric, value->stat, value->unit};
        for (size_t k = 0; text; text = text->next, k++)
            if (text->valuestring != wanted[k] && strcmp(text->valuestring, wanted[k]) != 0)
                return false;
    }
    return true;
}

static cJSON *names_of(const struct sweep_values *values)
{
    cJSON *names = cJSON_CreateArray();
    for (size_t i = 0; names && i < values->count; i++) {
        const struct sweep_value *value = &values->list[i];
        const char *const texts[ROW_TEXTS] = {value->name_space, value->resource, value->metric, value->stat, value->unit};
        cJSON *row = cJSON_CreateStringArray(texts, ROW_TEXTS);
        if (!row || !cJSON_AddItemToArray(names, row)) {
            cJSON_Delete(names);
            return NULL;
        }
    }
    return names;
}

/* Takes the names over, and writes them. */
static enum status begin_layout(struct sweep_file *file, cJSON *names)
{
    char *printed = names ? cJSON_PrintUnformatted(names) : NULL, *line = NULL;
    int length = printed ? asprintf(&line, "layout %s", printed) : -1;
    free(printed);
    if (length < 0 || !add_layout(file, names)) {
        cJSON_Delete(names);
        if (length >= 0)
            free(line);
        return STATUS_NO_MEMORY;
    }
    enum status status = journal_append(&file->journal, line, (size_t)length, NULL);
    free(line);
    return status;
}

/* Room for a line of so many values. */
static bool make_text(struct sweep_store *store, size_t values)
{
    size_t capacity = 128 + values * (NUMBER_TEXT_SIZE + 1);
    char *grown = capacity > store->text_capacity ? realloc(store->text, capacity) : store->text;
    if (!grown)
        return false;
    store->text_capacity = capacity > store->text_capacity ? capacity : store->text_capacity;
    store->text = grown;
    return true;
}

static size_t put_value(char *text, double value)
{
    text[0] = ' ';
    if (!isnan(value))
        return 1 + number_text(value, text + 1);
    text[1] = '-';
    return 2;
}

static size_t put_head(const struct sweep_store *store, size_t point, uint32_t replication, uint64_t seed, size_t layout)
{
    return (size_t)snprintf(store->text, store->text_capacity, "unit %zu %u %llu %zu", point + 1, replication + 1, (unsigned long long)seed,
                            layout);
}

static enum status append(struct sweep_store *store, size_t point, uint32_t replication, size_t length)
{
    uint64_t offset = 0;
    size_t number = point * store->replications + replication;
    enum status status = journal_append(&store->files[0].journal, store->text, length, &offset);
    if (status != STATUS_OK)
        return status;
    store->done += store->units[number] == 0;
    store->units[number] = offset + 1;
    return STATUS_OK;
}

enum status sweep_store_keep(struct sweep_store *store, const struct sweep_unit *unit)
{
    struct sweep_file *file = &store->files[0];
    const struct sweep_values *values = unit->values;
    size_t layout = 0;
    while (layout < file->layout_count && !is_layout_of(&file->layouts[layout], values))
        layout++;
    enum status status = layout == file->layout_count ? begin_layout(file, names_of(values)) : STATUS_OK;
    if (status != STATUS_OK || !make_text(store, values->count))
        return STATUS_NO_MEMORY;
    size_t length = put_head(store, unit->point, unit->replication, unit->seed, layout);
    for (size_t i = 0; i < values->count; i++)
        length += put_value(store->text + length, values->list[i].value);
    return append(store, unit->point, unit->replication, length);
}

enum status sweep_store_copy(struct sweep_store *store, size_t point, uint32_t replication, const struct sweep_record *record)
{
    struct sweep_file *file = &store->files[0];
    size_t layout = 0;
    while (layout < file->layout_count && !cJSON_Compare(file->layouts[layout].names, record->layout->names, true))
        layout++;
    enum status status = layout == file->layout_count ? begin_layout(file, cJSON_Duplicate(record->layout->names, true)) : STATUS_OK;
    if (status != STATUS_OK || !make_text(store, record->layout->count))
        return STATUS_NO_MEMORY;
    size_t length = put_head(store, point, replication, record->seed, layout);
    for (size_t i = 0; i < record->layout->count; i++)
        length += put_value(store->text + length, record->values[i]);
    return append(store, point, replication, length);
}

enum status sweep_store_keep_point(struct sweep_store *store, size_t point, const cJSON *texts)
{
    char *printed = cJSON_PrintUnformatted(texts), *line = NULL;
    uint64_t offset = 0;
    int length = printed ? asprintf(&line, "point %zu %s", point + 1, printed) : -1;
    free(printed);
    if (length < 0)
        return STATUS_NO_MEMORY;
    enum status status = journal_append(&store->files[0].journal, line, (size_t)length, &offset);
    free(line);
    store->at_point[point] = offset + 1;
    return status;
}

static enum status read_at(const struct sweep_store *store, uint64_t where, char **line, size_t *capacity, const struct sweep_file **file)
{
    errno = 0;
    if (where == 0)
        return STATUS_IO;
    *file = &store->files[(where - 1) >> FILE_SHIFT];
    return journal_line((*file)->descriptor, (where - 1) & OFFSET_MASK, line, capacity);
}

static bool take_values(const char *text, struct sweep_record *record)
{
    for (size_t i = 0; i < record->layout->count; i++) {
        char *end;
        if (text[0] == '-' && (text[1] == ' ' || text[1] == '\0')) {
            record->values[i] = NAN;
            end = (char *)(uintptr_t)text + 1;
        } else {
            record->values[i] = strtod(text, &end);
        }
        if (end == text || (*end != ' ' && *end != '\0'))
            return false;
        text = end + (*end == ' ');
    }
    return *text == '\0';
}

enum status sweep_store_read(const struct sweep_store *store, size_t point, uint32_t replication, struct sweep_record *record)
{
    const struct sweep_file *file;
    size_t number = point * store->replications + replication, found;
    enum status status = read_at(store, store->units[number], &record->line, &record->line_capacity, &file);
    if (status != STATUS_OK)
        return status;
    const char *text = record->line;
    errno = 0;
    if (strncmp(text, "unit ", 5) != 0)
        return STATUS_IO;
    text += 5;
    if (!take_unit(store, file, &text, &found, &record->seed, &record->layout) || found != number)
        return STATUS_IO;
    if (record->layout->count > record->capacity) {
        double *grown = realloc(record->values, record->layout->count * sizeof *grown);
        if (!grown)
            return STATUS_NO_MEMORY;
        record->values = grown;
        record->capacity = record->layout->count;
    }
    bool taken = take_values(text, record);
    errno = 0;
    return taken ? STATUS_OK : STATUS_IO;
}

enum status sweep_store_read_point(const struct sweep_store *store, size_t point, cJSON **texts)
{
    const struct sweep_file *file;
    char *line = NULL;
    size_t capacity = 0;
    uint64_t number;
    *texts = NULL;
    enum status status = read_at(store, store->at_point[point], &line, &capacity, &file);
    const char *text = line;
    errno = 0;
    if (status == STATUS_OK && (strncmp(text, "point ", 6) != 0 || (text += 6, !take_natural(&text, store->points, &number))))
        status = STATUS_IO;
    if (status == STATUS_OK)
        *texts = cJSON_ParseWithOpts(text, NULL, true);
    if (status == STATUS_OK && !cJSON_IsArray(*texts))
        status = STATUS_IO;
    free(line);
    return status;
}

void sweep_record_fini(struct sweep_record *record)
{
    free(record->values);
    free(record->line);
    *record = (struct sweep_record){0};
}
