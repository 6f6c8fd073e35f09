/* scenario.c: from a path to a scenario that can be run: reads, merges, parses, checks, and keeps what the manifest needs. */
#include "scenario/scenario.h"

#include "measure/bill.h"

#include "engine/sim_time.h"
#include "scenario/loader.h"
#include "scenario/publish.h"
#include "scenario/resource_type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_OF_ALL 200u /* resources; more get the totals only */

static void release_document(void *pointer)
{
    document_free(pointer);
}

static void release_rules(void *pointer)
{
    rule_book_free(pointer);
}

static void release_prices(void *pointer)
{
    price_book_free(pointer);
}

void scenario_free(struct scenario *scenario)
{
    if (scenario)
        store_free(scenario->store); /* which holds the scenario itself */
}

uint32_t scenario_find(const struct scenario *scenario, const char *name)
{
    const struct reference_name *found = references_find(scenario->names, name);
    return found ? found->entity : ENTITY_NONE;
}

static void series_of(struct loader *loader, bool all)
{
    struct scenario *scenario = loader->scenario;
    scenario->wants_totals |= !all;
    for (uint32_t i = 0; i < scenario->entity_count; i++)
        scenario->entities[i].series |= all || i == 0;
}

/* One name of a list: an entity's, or a type's. */
static void series_of_name(struct loader *loader, const cJSON *item, const struct parse_path *path)
{
    struct scenario *scenario = loader->scenario;
    char shown[PARSE_SHOWN], hint[PARSE_HINT];
    const struct references *references = &loader->references;
    const struct reference_name *found = cJSON_IsString(item) ? references_find(references, item->valuestring) : NULL;
    if (!cJSON_IsString(item)) {
        parse_error(&loader->parse, item, path, NULL, "must be a name, got %s", parse_show(item, shown));
    } else if (found && found->entity == ENTITY_NONE) {
        parse_error(&loader->parse, item, path, NULL, "\"%s\" is not simulated", found->name);
    } else if (found) {
        scenario->entities[found->entity].series = true;
    } else if (resource_type_find(scenario->registry, item->valuestring)) {
        scenario->wants_totals = true;
    } else {
        parse_error(&loader->parse, item, path, references_hint(&loader->parse, references, item->valuestring, false, hint),
                    "there is no resource or source \"%s\"", item->valuestring);
    }
}

static void parse_series(struct loader *loader)
{
    const cJSON *series = cJSON_GetObjectItemCaseSensitive(loader->tree, "series");
    struct parse_path path = {NULL, "series", 0};
    char shown[PARSE_SHOWN];
    size_t index = 0;
    if (!series || parse_is_nothing(series)) {
        series_of(loader, loader->scenario->first_source <= SERIES_OF_ALL + 1);
    } else if (cJSON_IsString(series) && strcmp(series->valuestring, "all") == 0) {
        series_of(loader, true);
    } else if (cJSON_IsString(series) && strcmp(series->valuestring, "total") == 0) {
        series_of(loader, false);
    } else if (cJSON_IsArray(series)) {
        for (const cJSON *item = series->child; item; item = item->next, index++) {
            struct parse_path inner = {&path, NULL, index};
            series_of_name(loader, item, &inner);
        }
    } else {
        parse_error(&loader->parse, series, &path, NULL, "must be \"all\", \"total\" or a list of names, got %s",
                    parse_show(series, shown));
    }
}

/* A path as the scenario's folder sees it. */
static const char *relative_path(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    if (strcmp(folder, ".") != 0 && strncmp(path, folder, length) == 0 && path[length] == '/')
        return path + length + 1;
    return path;
}

static int compare_inputs(const void *a, const void *b)
{
    const struct input_file *left = a, *right = b;
    return strcmp(left->path, right->path);
}

/* The scenario's own files and the tables, sorted, each once. */
static void list_inputs(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct scenario_store *store = loader->parse.store;
    const struct document *document = loader->document;
    size_t tables = store_file_count(store), used = 0;
    struct input_file *inputs = store_alloc(store, document->input_count + tables, sizeof *inputs);
    for (size_t i = 0; inputs && i < document->input_count + tables; i++) {
        bool own = i < document->input_count;
        const char *sha256 = own ? document->inputs[i].sha256 : NULL;
        const char *path = own ? document->inputs[i].path : store_file(store, i - document->input_count, &sha256);
        inputs[i].path = relative_path(document->folder, path);
        snprintf(inputs[i].sha256, sizeof inputs[i].sha256, "%s", sha256);
    }
    if (!inputs)
        return;
    qsort(inputs, document->input_count + tables, sizeof *inputs, compare_inputs);
    for (size_t i = 0; i < document->input_count + tables; i++)
        if (used == 0 || strcmp(inputs[used - 1].path, inputs[i].path) != 0)
            inputs[used++] = inputs[i];
    scenario->inputs = inputs;
    scenario->input_count = used;
}

/* Everything that a model bills has a price: known before anything is run. */
static void check_prices(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(loader->tree, "prices");
    const struct parse_path path = {NULL, "prices", 0};
    for (uint32_t i = 0; scenario->prices && i < scenario->entity_count; i++) {
        const struct line_item *item = scenario->entities[i].type->line_items;
        for (; item && item->usage_type; item++)
            if (!price_find(scenario->prices, item->usage_type))
                parse_error(&loader->parse, node, &path, "add it to the book, or begin with {\"base\": \"us-east-1\"}",
                            "the price book %s has no %s, which %s bills", scenario->prices->name, item->usage_type,
                            scenario->entities[i].type->type);
    }
}

/* Everything after the tree. */
static void load_tree(struct loader *loader, const struct scenario_options *options)
{
    struct scenario *scenario = loader->scenario;
    publish_versions(&loader->parse, scenario->registry, loader->tree, &loader->published);
    rewrite_short_forms(&loader->parse, scenario->registry, loader->tree, &loader->rewritten);
    settings_parse(loader, options);
    if (!scenario->rules) /* limits and defaults are rules: without them nothing can be judged */
        return;
    entities_parse(loader);
    if (!loader->parse.references || store_failed(loader->parse.store))
        return;
    scenario->names = &loader->references;
    entities_validate(loader);
    loops_find(loader);
    endless_find(loader);
    rights_finish(loader); /* of flows as that has sorted them */
    inner_parts_add(loader);
    changes_parse(loader);
    check_prices(loader);
    expect_parse(loader);
    sweep_parse(loader);
    parse_series(loader);
    if (scenario->prices)
        settings_resolve(loader);
    list_inputs(loader);
    scenario->resolved = loader->tree;
}

/* Books are the store's, but for those that are a base's. */
static void own_books(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct scenario_store *store = loader->parse.store;
    if (loader->made) {
        loader->made->rules = scenario->rules;
        loader->made->prices = scenario->prices;
        return;
    }
    if ((!loader->base || scenario->rules != loader->base->rules) && !store_own(store, scenario->rules, release_rules))
        scenario->rules = NULL;
    if ((!loader->base || scenario->prices != loader->base->prices) && !store_own(store, scenario->prices, release_prices))
        scenario->prices = NULL;
}

/* The loader's own memory is gone after this; what the scenario needs of it has moved. */
static void finish(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct scenario_store *store = loader->parse.store;
    struct references *names = store_alloc(store, 1, sizeof *names);
    if (names)
        *names = loader->references;
    scenario->names = names;
    own_books(loader);
    free(loader->defaults);
    free(loader->flows);
    free(loader->rights);
    store_drop_tables(store);
}

/* How the loading went, by what was noted on the way. */
static enum status outcome(const struct loader *loader, size_t errors_before)
{
    const struct scenario_store *store = loader->parse.store;
    const struct diagnostics *diagnostics = loader->parse.diagnostics;
    if (loader->parse.failed || store_failed(store) || diagnostics->failed)
        return STATUS_NO_MEMORY;
    if (store_io_failed(store))
        return STATUS_IO;
    if (diagnostics->error_count > errors_before || !loader->scenario->resolved)
        return STATUS_INVALID;
    return STATUS_OK;
}

static enum status open_document(const char *path, const struct scenario_options *options, struct diagnostics *diagnostics,
                                 struct document **document)
{
    if (!options)
        return document_load(path, NULL, 0, diagnostics, document);
    if (options->tree)
        return document_of_tree(options->tree, path, document);
    if (options->base)
        return document_copy(options->base->document, options->sets, options->set_count, diagnostics, document);
    return document_load(path, options->sets, options->set_count, diagnostics, document);
}

/* What others will be made from: the tree before anything is done with it. */
static enum status begin_base(const struct document *document, struct diagnostics *diagnostics, struct scenario_base **base)
{
    struct scenario_base *made = calloc(1, sizeof *made);
    if (!made)
        return STATUS_NO_MEMORY;
    enum status status = document_copy(document, NULL, 0, diagnostics, &made->document);
    if (status != STATUS_OK) {
        scenario_base_free(made);
        return status;
    }
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(made->document->tree, "rules");
    const cJSON *prices = cJSON_GetObjectItemCaseSensitive(made->document->tree, "prices");
    made->rules_spec = rules && parse_is_nothing(rules) ? NULL : rules;
    made->prices_spec = prices && parse_is_nothing(prices) ? NULL : prices;
    *base = made;
    return STATUS_OK;
}

enum status scenario_load(const char *path, const struct scenario_options *options, const struct model_registry *registry,
                          struct diagnostics *diagnostics, struct scenario **scenario)
{
    struct document *document = NULL;
    struct scenario_base *base = NULL;
    size_t errors_before = diagnostics->error_count;
    *scenario = NULL;
    if (options && options->made)
        *options->made = NULL;
    enum status status = open_document(path, options, diagnostics, &document);
    if (!document)
        return status != STATUS_OK ? status : STATUS_INVALID;
    if (options && options->made && begin_base(document, diagnostics, &base) != STATUS_OK) {
        document_free(document);
        return STATUS_NO_MEMORY;
    }
    struct scenario_store *store = store_new();
    struct scenario *made = store ? store_alloc(store, 1, sizeof *made) : NULL;
    if (!made || !store_own(store, document, release_document)) {
        if (!made)
            document_free(document);
        store_free(store);
        scenario_base_free(base);
        return STATUS_NO_MEMORY;
    }
    made->store = store;
    made->registry = registry;
    made->path = store_string(store, path);
    made->folder = document->folder;
    struct loader loader = {
        .base = options ? options->base : NULL, .made = base, .scenario = made, .document = document, .tree = document->tree};
    loader.messages = options ? options->messages : NULL;
    loader.parse = (struct parse){.places = document->places, .diagnostics = diagnostics, .folder = document->folder, .store = store};
    loader.parse.contents = event_contents_new(store);
    if (made->path && loader.parse.contents) {
        made->settings.contents = &loader.parse.contents->table;
        load_tree(&loader, options);
    }
    finish(&loader);
    enum status loaded = outcome(&loader, errors_before);
    status = status != STATUS_OK ? status : loaded;
    if (status == STATUS_OK) {
        *scenario = made;
        if (base)
            *options->made = base;
        return status;
    }
    scenario_free(made);
    scenario_base_free(base);
    return status;
}
