/* explain_life.c: the life of one item: the first replication again, with somebody who watches. */
#include "command/explain.h"
#include "command/explain_tree.h"
#include "command/session.h"
#include "document/document.h"
#include "document/json.h"
#include "engine/sim_time.h"
#include "output/manifest.h"
#include "output/number_text.h"
#include "output/rule_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct table_column life_columns[] = {
    {"time_s", true}, {"resource", false}, {"attempt", true}, {"step", false}, {"detail", false}, {"took_s", true},
};

/* A result as its manifest has it. */
struct manifest {
    const struct options *options;
    struct diagnostics diagnostics;
    char *path; /* owned */
    cJSON *tree;
};

static enum status refuse(struct manifest *manifest, const char *hint, const char *message, const char *detail)
{
    diagnose(&manifest->diagnostics, SEVERITY_ERROR, (struct place){manifest->path, 0, 0}, NULL, hint, message, detail);
    return STATUS_INVALID;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static enum status read_manifest(struct manifest *manifest, const char *folder)
{
    struct places *places = NULL;
    manifest->path = path_join(folder, "manifest.json");
    enum status status = manifest->path ? places_new(&places) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = json_read(manifest->path, places, &manifest->diagnostics, &manifest->tree, NULL, NULL);
    places_free(places);
    if (status != STATUS_OK)
        return status;
    if (strcmp(text_of(manifest->tree, "program"), "slsim") != 0 ||
        !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(manifest->tree, "scenario")))
        return refuse(manifest, "", "is no manifest of a result%s", "");
    if (strcmp(text_of(manifest->tree, "version"), program_version()) != 0)
        diagnose(&manifest->diagnostics, SEVERITY_WARNING, (struct place){manifest->path, 0, 0}, NULL, "",
                 "the result is of version %s, and this is %s: what is shown may differ from it", text_of(manifest->tree, "version"),
                 program_version());
    return STATUS_OK;
}

/* The tables that the run read are those that are read again, and the rules are the same. */
static enum status check_same(struct manifest *manifest, const struct scenario *scenario)
{
    const cJSON *inputs = cJSON_GetObjectItemCaseSensitive(manifest->tree, "inputs");
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(manifest->tree, "rules"), "values");
    for (size_t i = 0; i < scenario->input_count; i++) {
        const cJSON *input = cJSON_IsArray(inputs) ? inputs->child : NULL;
        while (input && strcmp(text_of(input, "path"), scenario->inputs[i].path) != 0)
            input = input->next;
        if (!input || strcmp(text_of(input, "sha256"), scenario->inputs[i].sha256) != 0)
            return refuse(manifest, "run the scenario again", "%s has changed since the run", scenario->inputs[i].path);
    }
    for (size_t i = 0; i < scenario->rules->count; i++) {
        const struct rule *rule = &scenario->rules->rules[i];
        char *now = NULL, *then = NULL;
        cJSON *value = rule_value_json(rule);
        const cJSON *kept = cJSON_GetObjectItemCaseSensitive(rules, rule->name);
        now = value ? cJSON_PrintUnformatted(value) : NULL;
        then = kept ? cJSON_PrintUnformatted(kept) : NULL;
        bool failed = !now || (kept && !then), same = now && then && strcmp(now, then) == 0;
        cJSON_free(now);
        cJSON_free(then);
        cJSON_Delete(value);
        if (failed)
            return STATUS_NO_MEMORY;
        if (!same)
            return refuse(manifest, "run the scenario again", "the rule %s has changed since the run", rule->name);
    }
    return STATUS_OK;
}

static enum status load(struct manifest *manifest, const struct program *program, struct scenario **scenario)
{
    const struct scenario_options changes = {.replications = 1, .tree = cJSON_GetObjectItemCaseSensitive(manifest->tree, "scenario")};
    const char *folder = manifest->options->inputs ? manifest->options->inputs : ".";
    char *path = path_join(folder, "scenario");
    struct diagnostics diagnostics = {0};
    enum status status = path ? scenario_load(path, &changes, program->registry, &diagnostics, scenario) : STATUS_NO_MEMORY;
    if (status == STATUS_IO)
        diagnose(&diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "--inputs DIR names another folder",
                 "the scenario's files are looked for in %s", folder);
    /* Its warnings were told when it was run. */
    if (status != STATUS_OK)
        session_report(&diagnostics, manifest->options);
    else
        diagnostics_fini(&diagnostics);
    free(path);
    return status == STATUS_OK ? check_same(manifest, *scenario) : status;
}

/* Who watches: for the first item that ends by `cause`, or what happens to one. */
struct watcher {
    const char *cause;  /* NULL: the item is known */
    const char *source; /* of the item; NULL: any, the scenario has only one */
    char *found_source; /* owned; by cause */
    uint64_t item;
    bool found, failed;
    struct table table;
};

/* The fate whose name a step has; FATE_COUNT: none. */
static enum fate fate_of(const char *step)
{
    unsigned fate = 0;
    while (fate < FATE_COUNT && strcmp(fate_names[fate], step) != 0)
        fate++;
    return (enum fate)fate;
}

/* Is `cause` a part of "fate: text"? "dlq" is the common word for one fate. */
static bool is_cause(const char *cause, const struct trace_step *step)
{
    char whole[512];
    if (fate_of(step->step) == FATE_COUNT)
        return false;
    if (strcasecmp(cause, "dlq") == 0)
        cause = fate_names[FATE_DEAD_LETTERED];
    (void)snprintf(whole, sizeof whole, "%s: %s", step->step, step->detail);
    return strcasestr(whole, cause) != NULL;
}

static void look_for_cause(void *context, const struct trace_step *step)
{
    struct watcher *watcher = context;
    if (watcher->found || !is_cause(watcher->cause, step))
        return;
    watcher->found = true;
    watcher->item = step->item;
    watcher->found_source = strdup(step->source);
    watcher->failed = !watcher->found_source;
}

static void note_step(void *context, const struct trace_step *step)
{
    struct watcher *watcher = context;
    if (step->item != watcher->item || (watcher->source && strcmp(step->source, watcher->source) != 0))
        return;
    watcher->found = true;
    table_number(&watcher->table, time_to_seconds(step->time_ns));
    table_text(&watcher->table, step->resource);
    table_number(&watcher->table, step->attempt);
    table_text(&watcher->table, step->step);
    table_text(&watcher->table, step->detail);
    table_number(&watcher->table, step->duration_ns > 0 ? time_to_seconds(step->duration_ns) : NAN);
}

static enum status run_again(const struct options *options, const struct scenario *scenario, const struct tracer *tracer)
{
    struct progress progress;
    struct run_options run_options;
    struct run_result *result = NULL;
    session_run_options(options, &progress, &run_options);
    run_options.tracer = tracer;
    enum status status = run_scenario(scenario, &run_options, &result);
    progress_fini(&progress);
    run_result_free(result);
    return status;
}

/* The item's life: a row a step, or a row a span. */
static enum status watch_item(const struct options *options, const struct scenario *scenario, struct watcher *watcher)
{
    struct span_tree tree;
    if (!option_given(options, OPTION_TREE)) {
        const struct tracer steps = {.context = watcher, .step = note_step};
        table_init(&watcher->table, life_columns, sizeof life_columns / sizeof *life_columns);
        return run_again(options, scenario, &steps);
    }
    const struct tracer spans = {.context = &tree, .span = span_tree_span, .link = span_tree_link};
    span_tree_init(&tree, watcher->source ? watcher->source : scenario->entities[scenario->first_source].name, watcher->item);
    enum status status = run_again(options, scenario, &spans);
    table_init(&watcher->table, tree_columns, tree_column_count);
    span_tree_fill(&tree, &watcher->table, options->format == FORMAT_TABLE);
    watcher->found = tree.count > 0;
    span_tree_fini(&tree);
    return status;
}

/* "17", or "users:17". */
static enum status parse_item(struct manifest *manifest, const struct scenario *scenario, struct watcher *watcher, char *text)
{
    char *colon = strrchr(text, ':'), *number = colon ? colon + 1 : text, *end = NULL;
    size_t length = strlen(number);
    if (length == 0 || length > 18 || strspn(number, "0123456789") != length)
        return refuse(manifest, "as in --item 17, or --item users:17", "--item: \"%s\" names no item", text);
    watcher->item = strtoull(number, &end, 10);
    if (colon) {
        *colon = '\0';
        watcher->source = text;
        if (scenario_find(scenario, text) == ENTITY_NONE)
            return refuse(manifest, "slsim explain RESULT lists them", "--item: there is no source \"%s\"", text);
    } else if (scenario->first_inner > scenario->first_source + 1) {
        return refuse(manifest, "as in --item users:17", "--item %s: say of which source, since there are several", text);
    } else if (scenario->first_inner == scenario->first_source && option_given(manifest->options, OPTION_TREE)) {
        return refuse(manifest, "as in --item Rule:17", "--item %s: say of what, since there is no traffic", text);
    }
    return STATUS_OK;
}

static enum status print_life(const struct command *command, const struct options *options, const struct watcher *watcher)
{
    struct answer answer = session_answer(command, options);
    char item[NUMBER_TEXT_SIZE];
    cJSON *extra = NULL;
    (void)natural_text(watcher->item, item);
    if (options->format == FORMAT_JSON) {
        extra = cJSON_CreateObject();
        if (!cJSON_AddNumberToObject(extra, "item", (double)watcher->item) ||
            (watcher->source && !cJSON_AddStringToObject(extra, "source", watcher->source))) {
            cJSON_Delete(extra);
            return STATUS_NO_MEMORY;
        }
    } else if (options->format == FORMAT_TABLE) {
        (void)printf("Item %s%s%s, in the first replication\n", item, watcher->source ? " of " : "",
                     watcher->source ? watcher->source : "");
    }
    enum status status = answer_print(&answer, option_given(options, OPTION_TREE) ? "spans" : "steps", &watcher->table, extra, stdout);
    return status == STATUS_OK ? session_flush() : status;
}

/* Finds the item where only the cause is known, then watches it. */
static enum status watch(struct manifest *manifest, const struct command *command, const struct scenario *scenario, char *item)
{
    const struct options *options = manifest->options;
    struct watcher watcher = {.cause = options->cause};
    enum status status = item ? parse_item(manifest, scenario, &watcher, item) : STATUS_OK;
    if (status == STATUS_OK && watcher.cause) {
        const struct tracer looking = {.context = &watcher, .step = look_for_cause};
        status = run_again(options, scenario, &looking);
        if (status == STATUS_OK && watcher.failed)
            status = STATUS_NO_MEMORY;
        if (status == STATUS_OK && !watcher.found)
            status = refuse(manifest, "slsim explain RESULT lists the causes; items are followed in the first replication",
                            "no step of an item says \"%s\"", watcher.cause);
        watcher.source = watcher.found_source;
        watcher.found = false;
    }
    if (status == STATUS_OK)
        status = watch_item(options, scenario, &watcher);
    if (status == STATUS_OK && !watcher.found)
        status = refuse(manifest, "items are numbered from 0", "--item %s: there is no such item in the first replication", options->item);
    if (status == STATUS_OK)
        status = print_life(command, options, &watcher);
    table_fini(&watcher.table);
    free(watcher.found_source);
    return status;
}

enum status explain_life(const struct program *program, const struct command *command, const struct options *options, const char *folder)
{
    struct manifest manifest = {.options = options};
    struct scenario *scenario = NULL;
    char *item = options->item ? strdup(options->item) : NULL;
    enum status status = read_manifest(&manifest, folder);
    if (status == STATUS_OK && options->item && !item)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = load(&manifest, program, &scenario);
    if (status == STATUS_OK)
        status = watch(&manifest, command, scenario, item);
    if (status != STATUS_OK && status != STATUS_INVALID && status != STATUS_IO)
        (void)session_report_status(status, command->name);
    session_report(&manifest.diagnostics, options);
    scenario_free(scenario);
    cJSON_Delete(manifest.tree);
    free(manifest.path);
    free(item);
    return status;
}
