/* fleet.c: many functions out of a recorded trace: one function and one source for each row, joined by the function's hash. */
#include "engine/sim_time.h"
#include "notation/arrival_parse.h"
#include "notation/property_parse.h"
#include "scenario/fleet_percentiles.h"
#include "scenario/loader.h"
#include "scenario/resource_type.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH "HashFunction"
#define MEMORY "AverageAllocatedMb"
#define MEMORY_MULTIPLE 64 /* MB: what the trace's memory is rounded up to */

/* One row of a table, by its hash. */
struct hash_row {
    const char *hash;
    size_t row;
};

/* What all functions of the fleet share while they are made. */
struct fleet_plan {
    struct hash_row *durations, *memory; /* sorted; NULL where nothing is joined */
    struct percentiles percentiles;
    size_t memory_column;
    const struct property *duration_property, *memory_property, *timeout_property, *target_property, *arrival_property;
    size_t without_duration, without_memory; /* rows that were not found */
    size_t first_without_duration, first_without_memory;
};

static const struct parse_path fleet_path = {NULL, "fleet", 0};
static const struct parse_path azure_path = {&fleet_path, "azure", 0};

static const struct csv_table *open_table(struct loader *loader, const cJSON *azure, const char *name)
{
    struct parse *parse = &loader->parse;
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(azure, name);
    struct parse_path path = {&azure_path, name, 0};
    char shown[PARSE_SHOWN];
    if (!file || parse_is_nothing(file))
        return NULL;
    if (!cJSON_IsString(file)) {
        parse_error(parse, file, &path, NULL, "must name a file, got %s", parse_show(file, shown));
        return NULL;
    }
    const struct csv_table *table = store_table(parse->store, parse->folder, file->valuestring, parse->places, file, parse->diagnostics);
    if (!table || csv_table_column(table, HASH) != SIZE_MAX)
        return table;
    parse_error(parse, file, &path, NULL, "%s has no column \"%s\"", file->valuestring, HASH);
    return NULL;
}

static void check_keys(struct loader *loader, const cJSON *object, const struct parse_path *path, const char *const *names, size_t count)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], item->string) != 0)
            i++;
        if (i == count)
            parse_unknown_key(&loader->parse, item, path, names, count);
    }
}

void fleet_open(struct loader *loader)
{
    static const char *const names[] = {"azure", "placed", "one_per_minute", "Properties", "behavior"};
    static const char *const tables[] = {"invocations", "durations", "memory"};
    struct parse *parse = &loader->parse;
    struct fleet *fleet = &loader->fleet;
    const struct model_registry *registry = loader->scenario->registry;
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(loader->tree, "fleet");
    if (!node || parse_is_nothing(node) || !parse_expect_object(parse, node, &fleet_path, NULL))
        return;
    check_keys(loader, node, &fleet_path, names, sizeof names / sizeof *names);
    const cJSON *azure = cJSON_GetObjectItemCaseSensitive(node, "azure");
    const cJSON *placed = cJSON_GetObjectItemCaseSensitive(node, "placed");
    const cJSON *one = cJSON_GetObjectItemCaseSensitive(node, "one_per_minute");
    struct parse_path placed_path = {&fleet_path, "placed", 0}, one_path = {&fleet_path, "one_per_minute", 0};
    if (placed)
        placing_parse(parse, placed, &placed_path, &fleet->placed);
    if (one && !cJSON_IsBool(one))
        parse_error(parse, one, &one_path, NULL, "must be true or false");
    fleet->one_per_minute = cJSON_IsTrue(one);
    fleet->type = registry->fleet_type ? resource_type_find(registry, registry->fleet_type) : NULL;
    if (!azure || !fleet->type) {
        parse_error(parse, node, &fleet_path, "write {\"azure\": {\"invocations\": ..., \"durations\": ..., \"memory\": ...}}",
                    "\"azure\" is missing");
        return;
    }
    if (!parse_expect_object(parse, azure, &azure_path, NULL))
        return;
    check_keys(loader, azure, &azure_path, tables, sizeof tables / sizeof *tables);
    if (!cJSON_GetObjectItemCaseSensitive(azure, "invocations"))
        parse_error(parse, azure, &azure_path, NULL, "\"invocations\" is missing");
    fleet->invocations = open_table(loader, azure, "invocations");
    fleet->durations = open_table(loader, azure, "durations");
    fleet->memory = open_table(loader, azure, "memory");
    fleet->node = node;
    fleet->count = fleet->invocations ? fleet->invocations->row_count : 0;
}

static int compare_hashes(const void *a, const void *b)
{
    const struct hash_row *left = a, *right = b;
    int order = strcmp(left->hash, right->hash);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

static struct hash_row *sort_hashes(struct loader *loader, const struct csv_table *table)
{
    size_t column = csv_table_column(table, HASH);
    struct hash_row *rows = calloc(table->row_count + 1, sizeof *rows);
    if (!rows) {
        loader->parse.failed = true;
        return NULL;
    }
    for (size_t row = 0; row < table->row_count; row++)
        rows[row] = (struct hash_row){table->rows[row][column], row};
    qsort(rows, table->row_count, sizeof *rows, compare_hashes);
    return rows;
}

/* The first row of that hash, or SIZE_MAX. */
static size_t find_hash(const struct hash_row *rows, size_t count, const char *hash)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(rows[middle].hash, hash) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && strcmp(rows[low].hash, hash) == 0 ? rows[low].row : SIZE_MAX;
}

static bool gives(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return item && !parse_is_nothing(item);
}

/* Which tables are joined: what `behavior` and `Properties` say themselves, the trace need not. False where something is missing. */
static bool make_plan(struct loader *loader, struct fleet_plan *plan)
{
    static const char *const instead[] = {"duration", "cpu", "wait", "transfer", "steps"};
    const struct fleet *fleet = &loader->fleet;
    const struct model_type *source = loader->scenario->registry->source;
    const cJSON *behavior = cJSON_GetObjectItemCaseSensitive(fleet->node, "behavior");
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(fleet->node, "Properties");
    bool timed = false;
    for (size_t i = 0; i < sizeof instead / sizeof *instead; i++)
        timed = timed || gives(behavior, instead[i]);
    plan->duration_property = property_find(fleet->type->behavior, "duration");
    plan->memory_property = property_find(fleet->type->properties, "MemorySize");
    plan->timeout_property = gives(properties, "Timeout") ? NULL : property_find(fleet->type->properties, "Timeout");
    plan->target_property = property_find(source->properties, "target");
    plan->arrival_property = property_find(source->properties, "per_minute");
    if (!timed && fleet->durations && plan->duration_property && percentiles_find(loader, &plan->percentiles))
        plan->durations = sort_hashes(loader, fleet->durations);
    struct parse_path path = {&fleet_path, "behavior", 0}, memory_path = {&azure_path, "memory", 0};
    if (!timed && !fleet->durations)
        parse_error(&loader->parse, fleet->node, &path, "name the trace's \"durations\", or give behavior.duration",
                    "nothing says how long the functions run");
    if (fleet->memory && plan->memory_property && !gives(properties, "MemorySize")) {
        plan->memory_column = csv_table_column(fleet->memory, MEMORY);
        if (plan->memory_column != SIZE_MAX)
            plan->memory = sort_hashes(loader, fleet->memory);
        else
            parse_error(&loader->parse, fleet->node, &memory_path, NULL, "the table has no column \"%s\"", MEMORY);
    }
    return plan->target_property && plan->arrival_property;
}

/* Sets the function of `row` from its rows in the other tables. */
static void fill_function(struct loader *loader, struct fleet_plan *plan, size_t row, const struct origin *origin)
{
    struct fleet *fleet = &loader->fleet;
    const char *hash = fleet->invocations->rows[row][csv_table_column(fleet->invocations, HASH)];
    struct parse_path path = {&azure_path, "memory", 0};
    if (plan->durations) {
        size_t found = find_hash(plan->durations, fleet->durations->row_count, hash);
        bool there = false;
        const struct distribution *drawn = found == SIZE_MAX ? NULL : percentiles_of_row(loader, &plan->percentiles, found, &there);
        if (drawn)
            property_set_pointer(plan->duration_property, drawn, origin->config);
        else if (!there && !origin->own_behavior && plan->without_duration++ == 0)
            plan->first_without_duration = row;
    }
    if (plan->memory) {
        double mb = 0, least = 0;
        size_t found = find_hash(plan->memory, fleet->memory->row_count, hash);
        if (found == SIZE_MAX || !csv_table_number(fleet->memory, found, plan->memory_column, &mb) || mb < 0) {
            if (plan->without_memory++ == 0)
                plan->first_without_memory = row;
            return;
        }
        mb = ceil(mb / MEMORY_MULTIPLE) * MEMORY_MULTIPLE;
        if (property_limit(loader->parse.rules, plan->memory_property, plan->memory_property->minimum, &least))
            mb = fmax(mb, least);
        property_set_number(&loader->parse, plan->memory_property, mb, fleet->node, &path, origin->config);
    }
}

/* What all functions have in common, read once: the blob that each starts from. */
static void *common_function(struct loader *loader, const struct fleet_plan *plan)
{
    struct fleet *fleet = &loader->fleet;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(fleet->node, "Properties");
    const cJSON *behavior = cJSON_GetObjectItemCaseSensitive(fleet->node, "behavior");
    struct parse_path properties_path = {&fleet_path, "Properties", 0}, behavior_path = {&fleet_path, "behavior", 0};
    double longest = 0;
    void *blob = entity_defaults(loader, fleet->type);
    if (!blob)
        return NULL;
    const struct property *timeout = plan->timeout_property;
    if (timeout && property_limit(loader->parse.rules, timeout, timeout->maximum, &longest)) /* the trace has no such limit */
        property_set_number(&loader->parse, timeout, longest, fleet->node, &properties_path, blob);
    property_parse(&loader->parse, fleet->type->properties, properties, fleet->node, &properties_path, NULL, blob);
    property_parse(&loader->parse, fleet->type->behavior, behavior, fleet->node, &behavior_path, NULL, blob);
    return blob;
}

static void fill_functions(struct loader *loader, struct fleet_plan *plan)
{
    struct fleet *fleet = &loader->fleet;
    void *common = common_function(loader, plan);
    for (size_t row = 0; common && row < fleet->count; row++) {
        uint32_t entity = fleet->first_function + (uint32_t)row;
        struct origin *origin = &loader->origins[entity];
        struct parse_path steps[ORIGIN_STEPS];
        origin->config = store_alloc(loader->parse.store, 1, fleet->type->size);
        if (!origin->config)
            return;
        memcpy(origin->config, common, fleet->type->size);
        fill_function(loader, plan, row, origin);
        if (origin->own_behavior)
            property_parse(&loader->parse, fleet->type->behavior, origin->behavior, fleet->node, origin_path(loader, entity, true, steps),
                           NULL, origin->config);
        loader->scenario->entities[entity].config = origin->config;
    }
}

/* All rows' counts lie in one block; false after reporting a field that is no count. */
static bool fill_process(struct loader *loader, size_t row, const size_t *columns, size_t minutes, uint32_t *counts,
                         struct arrival_process *process)
{
    const struct fleet *fleet = &loader->fleet;
    const struct csv_table *table = fleet->invocations;
    struct parse_path path = {&azure_path, "invocations", 0};
    size_t bad = 0;
    *process = (struct arrival_process){.kind = ARRIVAL_PER_MINUTE,
                                        .count = minutes,
                                        .per_minute = counts,
                                        .placed = fleet->placed,
                                        .one_per_minute = fleet->one_per_minute};
    if (minute_counts(table, row, columns, minutes, counts, &bad))
        return true;
    parse_error(&loader->parse, fleet->node, &path, NULL, "line %zu: column \"%s\" is not a whole number of at least 0: \"%.40s\"",
                table->row_lines[row], table->header[bad], table->rows[row][bad]);
    return false;
}

static void fill_sources(struct loader *loader, const struct fleet_plan *plan)
{
    struct fleet *fleet = &loader->fleet;
    struct scenario_store *store = loader->parse.store;
    struct parse_path path = {&azure_path, "invocations", 0};
    size_t *columns = NULL, room = 0;
    size_t minutes = minute_columns(store, fleet->invocations, &columns);
    if (minutes == 0) {
        parse_error(&loader->parse, fleet->node, &path, NULL, "the table has no columns of minutes, named by numbers");
        return;
    }
    uint32_t *counts = __builtin_mul_overflow(fleet->count, minutes, &room) ? NULL : store_alloc(store, room, sizeof *counts);
    struct arrival_process *processes = store_alloc(store, fleet->count, sizeof *processes);
    const struct model_type *type = loader->scenario->registry->source;
    loader->parse.failed = loader->parse.failed || !counts || !processes;
    for (size_t row = 0, bad = 0; counts && processes && row < fleet->count && bad < 5; row++) {
        uint32_t entity = fleet->first_source + (uint32_t)row;
        struct origin *origin = &loader->origins[entity];
        origin->config = entity_defaults(loader, type);
        if (!origin->config)
            return;
        bad += !fill_process(loader, row, columns, minutes, counts + row * minutes, &processes[row]);
        property_set_reference(plan->target_property, fleet->first_function + (uint32_t)row, origin->config);
        property_set_pointer(plan->arrival_property, &processes[row], origin->config);
        loader->scenario->entities[entity].config = origin->config;
    }
}

/* Rows that the other tables lack are few in the public traces, and silence would hide a wrong file. */
static void report_missing(struct loader *loader, const struct fleet_plan *plan)
{
    struct fleet *fleet = &loader->fleet;
    struct parse_path durations = {&azure_path, "durations", 0}, memory = {&azure_path, "memory", 0};
    if (plan->without_duration > 0)
        parse_error(&loader->parse, fleet->node, &durations, "give behavior.duration for all, or behavior for each",
                    "%zu of %zu functions have no durations there; the first is F%zu", plan->without_duration, fleet->count,
                    plan->first_without_duration + 1);
    if (plan->without_memory > 0)
        parse_warning(&loader->parse, fleet->node, &memory, "give Properties.MemorySize for all",
                      "%zu of %zu functions have no memory there and take the default; the first is F%zu", plan->without_memory,
                      fleet->count, plan->first_without_memory + 1);
}

void fleet_fill(struct loader *loader)
{
    struct fleet_plan plan = {0};
    if (loader->fleet.count == 0)
        return;
    if (make_plan(loader, &plan)) {
        fill_functions(loader, &plan);
        fill_sources(loader, &plan);
        report_missing(loader, &plan);
    }
    free(plan.durations);
    free(plan.memory);
}
