/* sweep_spec.c: reading `sweep`. */
#include "scenario/sweep_spec.h"

#include "scenario/loader.h"
#include "scenario/setting_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const sweep_methods[] = {"grid", "zip", "list", "random", "latin_hypercube", "sobol", NULL};

static const char *const keys[] = {"over", "method", "points", "cases", "where", "streams", "metrics"};
static const char *const streams[] = {"common", "independent", NULL};
static const char *const case_keys[] = {"name", "set"};

#define LENGTH(list) (sizeof(list) / sizeof *(list))
#define METHODS (LENGTH(sweep_methods) - 1)

/* While it is read. */
struct reading {
    struct parse *parse;
    const struct scenario *scenario;
    const cJSON *node; /* NULL: there is none */
    const struct sweep_words *words;
    struct sweep_spec *spec;
    bool good;
};

static const struct parse_path root = {NULL, "sweep", 0};

static const cJSON *member(const struct reading *reading, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reading->node, key);
    return item && parse_is_nothing(item) ? NULL : item;
}

static void wrong(struct reading *reading, const char *key, const char *hint, const char *message)
{
    const cJSON *item = key ? member(reading, key) : NULL;
    const struct parse_path path = {&root, key, 0};
    parse_error(reading->parse, item ? item : reading->node, item ? &path : &root, hint, "%s", message);
    reading->good = false;
}

static void run_out(struct reading *reading)
{
    reading->parse->failed = true;
    reading->good = false;
}

bool sweep_method_samples(enum sweep_method method)
{
    return method == SWEEP_RANDOM || method == SWEEP_LATIN_HYPERCUBE || method == SWEEP_SOBOL;
}

/* The index of a word that `key` or the command line says; `fallback` where nobody does. */
static size_t read_word(struct reading *reading, const char *key, const char *given, const char *const *choices, size_t count,
                        size_t fallback)
{
    const cJSON *item = member(reading, key);
    const char *text = given ? given : cJSON_IsString(item) ? item->valuestring : NULL;
    char hint[PARSE_HINT];
    if (!given && !item)
        return fallback;
    for (size_t i = 0; text && i < count; i++)
        if (strcmp(text, choices[i]) == 0)
            return i;
    char message[160], shown[PARSE_SHOWN];
    (void)snprintf(message, sizeof message, "there is no %s %.60s", key, text ? text : parse_show(item, shown));
    wrong(reading, key, parse_list_choices(choices, count, hint), message);
    return fallback;
}

static bool add_text(char ***list, size_t *count, const char *text)
{
    char **grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (!grown)
        return false;
    *list = grown;
    grown[*count] = strdup(text);
    return grown[*count] && ++*count;
}

/* One text, or a list of them. */
static void read_texts(struct reading *reading, const char *key, char ***list, size_t *count)
{
    const cJSON *item = member(reading, key);
    const cJSON *first = cJSON_IsArray(item) ? item->child : item;
    for (const cJSON *text = first; text; text = cJSON_IsArray(item) ? text->next : NULL) {
        if (!cJSON_IsString(text)) {
            wrong(reading, key, NULL, "is a text, or a list of texts");
            return;
        }
        if (!add_text(list, count, text->valuestring))
            run_out(reading);
    }
}

/* The axis of the same setting, however it is spelled. */
static const struct axis *find_setting(const struct reading *reading, const char *path)
{
    for (size_t i = 0; i < reading->spec->axis_count; i++)
        if (setting_path_same(reading->scenario, reading->spec->axes[i].path, path))
            return &reading->spec->axes[i];
    return NULL;
}

/* One setting under two names would be two columns, one of which says nothing of what was run. */
static bool is_respelled(struct reading *reading, const cJSON *item, const struct parse_path *path, const char *text)
{
    const struct axis *old = find_setting(reading, text);
    if (!old || strcmp(old->path, text) == 0)
        return false;
    parse_error(reading->parse, item, path, "one of both is enough", "%s is the same setting as %s", text, old->path);
    reading->good = false;
    return true;
}

static struct axis *find_axis(const struct sweep_spec *spec, const char *path)
{
    for (size_t i = 0; i < spec->axis_count; i++)
        if (strcmp(spec->axes[i].path, path) == 0)
            return &spec->axes[i];
    return NULL;
}

/* Takes the axis, in the place of one with its path. */
static void add_axis(struct reading *reading, struct axis *axis)
{
    struct sweep_spec *spec = reading->spec;
    struct axis *old = find_axis(spec, axis->path);
    if (old) {
        axis_fini(old);
        *old = *axis;
        return;
    }
    struct axis *grown = spec->axis_count < SWEEP_AXES_MOST ? realloc(spec->axes, (spec->axis_count + 1) * sizeof *grown) : NULL;
    if (grown) {
        spec->axes = grown;
        grown[spec->axis_count++] = *axis;
        return;
    }
    axis_fini(axis);
    if (spec->axis_count == SWEEP_AXES_MOST)
        wrong(reading, "over", NULL, "40 settings at once are the most");
    else
        run_out(reading);
}

static bool is_replaced(struct reading *reading, const char *path)
{
    bool found = false;
    for (size_t i = 0; i < reading->words->vary_count && !found; i++) {
        const char *text = reading->words->varies[i];
        char *given = strndup(text, strcspn(text, "="));
        if (!given)
            run_out(reading);
        found = given && setting_path_same(reading->scenario, given, path);
        free(given);
    }
    return found;
}

static void read_over(struct reading *reading, enum axis_use use)
{
    const cJSON *over = member(reading, "over");
    const struct parse_path path = {&root, "over", 0};
    if (over && !parse_expect_object(reading->parse, over, &path, "\"over\": {\"Api.MemorySize\": [128, 512]}")) {
        reading->good = false;
        return;
    }
    size_t index = 0;
    for (const cJSON *item = over ? over->child : NULL; item; item = item->next, index++) {
        const struct parse_path inner = {&path, item->string, 0};
        const char *hint = NULL, *mistake;
        struct axis axis;
        if (is_replaced(reading, item->string))
            continue;
        mistake = axis_read(item->string, item, use, reading->scenario, &axis, &hint);
        if (!mistake) {
            if (reading->scenario->sweep_places)
                axis.place = reading->scenario->sweep_places[index];
            if (is_respelled(reading, item, &inner, axis.path))
                axis_fini(&axis);
            else
                add_axis(reading, &axis);
        } else if (!*mistake) {
            run_out(reading);
        } else {
            parse_error(reading->parse, item, &inner, hint, "%s", mistake);
            reading->good = false;
        }
    }
}

static void read_varies(struct reading *reading, enum axis_use use)
{
    for (size_t i = 0; i < reading->words->vary_count; i++) {
        struct axis axis;
        enum status status = axis_parse(reading->words->varies[i], "vary", use, reading->scenario, reading->parse->diagnostics, &axis);
        if (status == STATUS_OK && is_respelled(reading, NULL, NULL, axis.path))
            axis_fini(&axis);
        else if (status == STATUS_OK)
            add_axis(reading, &axis);
        else if (status == STATUS_NO_MEMORY)
            run_out(reading);
        else
            reading->good = false;
    }
}

/* The axis of what a case sets, with one more value; NULL when memory is out. */
static struct axis *case_axis(struct reading *reading, const cJSON *value)
{
    struct axis made = {.path = strdup(value->string), .unit = strdup("")};
    if (!made.path || !made.unit) {
        axis_fini(&made);
        run_out(reading);
        return NULL;
    }
    if (find_axis(reading->spec, value->string))
        axis_fini(&made);
    else
        add_axis(reading, &made);
    struct axis *axis = find_axis(reading->spec, value->string);
    char *text = axis ? axis_json_text(value) : NULL;
    char **grown = text ? realloc(axis->values, (axis->count + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(text);
        reading->parse->failed |= axis != NULL;
        reading->good = false;
        return NULL;
    }
    axis->values = grown;
    axis->values[axis->count++] = text;
    return axis;
}

static void read_case(struct reading *reading, const cJSON *item, const struct parse_path *path)
{
    struct sweep_spec *spec = reading->spec;
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name"), *set = cJSON_GetObjectItemCaseSensitive(item, "set");
    for (const cJSON *key = cJSON_IsObject(item) ? item->child : NULL; key; key = key->next) {
        if (strcmp(key->string, case_keys[0]) != 0 && strcmp(key->string, case_keys[1]) != 0) {
            parse_unknown_key(reading->parse, key, path, case_keys, LENGTH(case_keys));
            reading->good = false;
        }
    }
    if (!cJSON_IsString(name) || !cJSON_IsObject(set) || !*name->valuestring || strlen(name->valuestring) >= AXIS_TEXT_SIZE) {
        parse_error(reading->parse, item, path, "as in {\"name\": \"small\", \"set\": {\"Api.MemorySize\": 128}}",
                    "a case has a \"name\" and what it sets");
        reading->good = false;
        return;
    }
    for (size_t i = 0; i < spec->case_count; i++) {
        if (strcmp(spec->case_names[i], name->valuestring) == 0) {
            parse_error(reading->parse, name, path, NULL, "two cases have one name");
            reading->good = false;
        }
    }
    if (!add_text(&spec->case_names, &spec->case_count, name->valuestring))
        run_out(reading);
    for (const cJSON *value = set->child; value && reading->good; value = value->next)
        if (!is_respelled(reading, value, path, value->string))
            (void)case_axis(reading, value);
}

/* Which value of each axis is which case's: they came in the order of cases. */
static void place_cases(struct reading *reading, const cJSON *cases)
{
    struct sweep_spec *spec = reading->spec;
    spec->case_coordinates = calloc(spec->case_count * spec->axis_count + 1, sizeof *spec->case_coordinates);
    size_t *next = calloc(spec->axis_count + 1, sizeof *next), row = 0;
    if (!spec->case_coordinates || !next) {
        free(next);
        run_out(reading);
        return;
    }
    for (const cJSON *item = cases->child; item; item = item->next, row++) {
        const cJSON *set = cJSON_GetObjectItemCaseSensitive(item, "set");
        for (size_t a = 0; a < spec->axis_count; a++) {
            bool sets = cJSON_GetObjectItemCaseSensitive(set, spec->axes[a].path) != NULL;
            spec->case_coordinates[row * spec->axis_count + a] = sets ? (double)next[a]++ : NAN;
        }
    }
    free(next);
}

static void read_cases(struct reading *reading)
{
    const cJSON *cases = member(reading, "cases");
    const struct parse_path path = {&root, "cases", 0};
    size_t index = 0;
    if (member(reading, "over") || reading->words->vary_count > 0)
        wrong(reading, "cases", NULL, "cases say themselves what they set: nothing else is varied");
    if (!cJSON_IsArray(cases) || !cases->child || cJSON_GetArraySize(cases) > (int)SWEEP_POINTS_MOST) {
        wrong(reading, "cases", "\"cases\": [{\"name\": \"small\", \"set\": {\"Api.MemorySize\": 128}}]", "a list of cases is needed");
        return;
    }
    for (const cJSON *item = cases->child; item; item = item->next, index++) {
        const struct parse_path inner = {&path, NULL, index};
        read_case(reading, item, &inner);
    }
    if (reading->good)
        place_cases(reading, cases);
}

static void read_points(struct reading *reading)
{
    const cJSON *item = member(reading, "points");
    double points = reading->words->points > 0 ? (double)reading->words->points : cJSON_IsNumber(item) ? item->valuedouble : 0;
    bool said = reading->words->points > 0 || item;
    if (!sweep_method_samples(reading->spec->method)) {
        if (said)
            wrong(reading, "points", "with --method or \"method\": random, latin_hypercube or sobol",
                  "a number of points is for what draws them");
        return;
    }
    if (!(points >= 1) || !(points <= SWEEP_POINTS_MOST) || points != floor(points))
        wrong(reading, "points", "\"points\": 1000, or --points 1000", "the number of points is needed, from 1 to a million");
    else
        reading->spec->points = (size_t)points;
}

/* "a,b": each of them. */
static void add_figures(struct reading *reading, const char *text)
{
    struct sweep_spec *spec = reading->spec;
    while (*text) {
        size_t length = strcspn(text, ",");
        char *one = strndup(text, length);
        if (one && strcmp(one, "all") == 0)
            spec->all_metrics = true;
        else if (!one || (*one && !add_text(&spec->metrics, &spec->metric_count, one)))
            run_out(reading);
        free(one);
        text += length;
        text += *text == ',';
    }
}

static void read_metrics(struct reading *reading)
{
    char **texts = NULL;
    size_t count = 0;
    if (reading->words->metric_count == 0)
        read_texts(reading, "metrics", &texts, &count);
    for (size_t i = 0; i < count; i++) {
        add_figures(reading, texts[i]);
        free(texts[i]);
    }
    free(texts);
    for (size_t i = 0; i < reading->words->metric_count; i++)
        add_figures(reading, reading->words->metrics[i]);
}

static void read_all(struct reading *reading)
{
    struct sweep_spec *spec = reading->spec;
    const struct sweep_words *words = reading->words;
    if (reading->node &&
        !parse_expect_object(reading->parse, reading->node, &root, "\"sweep\": {\"over\": {\"Api.MemorySize\": [128, 512]}}")) {
        reading->good = false;
        return;
    }
    for (const cJSON *item = reading->node ? reading->node->child : NULL; item; item = item->next) {
        size_t i = 0;
        while (i < LENGTH(keys) && strcmp(keys[i], item->string) != 0)
            i++;
        if (i == LENGTH(keys)) {
            parse_unknown_key(reading->parse, item, &root, keys, LENGTH(keys));
            reading->good = false;
        }
    }
    bool listed = member(reading, "cases") != NULL;
    spec->method = (enum sweep_method)read_word(reading, "method", words->method, sweep_methods, METHODS, listed ? SWEEP_LIST : SWEEP_GRID);
    spec->independent = read_word(reading, "streams", words->streams, streams, LENGTH(streams) - 1, 0) == 1;
    read_points(reading);
    read_texts(reading, "where", &spec->wheres, &spec->where_count);
    for (size_t i = 0; i < words->where_count; i++)
        if (!add_text(&spec->wheres, &spec->where_count, words->wheres[i]))
            run_out(reading);
    read_metrics(reading);
    if (listed != (spec->method == SWEEP_LIST))
        wrong(reading, "method", "\"cases\": [{\"name\": \"small\", \"set\": {\"Api.MemorySize\": 128}}]",
              listed ? "cases are a list" : "a list has cases");
    if (listed && spec->where_count > 0)
        wrong(reading, "where", NULL, "cases are chosen by naming them");
    enum axis_use use = sweep_method_samples(spec->method) ? AXIS_SAMPLED : AXIS_VALUES;
    if (listed)
        read_cases(reading);
    else
        read_over(reading, use);
    if (!listed)
        read_varies(reading, use);
    if (reading->good && spec->axis_count == 0)
        wrong(reading, "over",
              "as in --vary Api.MemorySize=128,512,1769, or in the scenario \"sweep\": {\"over\": {\"Api.MemorySize\": [128, 512]}}",
              "nothing is varied");
    for (size_t a = 1; spec->method == SWEEP_ZIP && a < spec->axis_count; a++)
        if (spec->axes[a].count != spec->axes[0].count)
            wrong(reading, "over", NULL, "zip takes values together, so all settings need as many");
}

bool sweep_spec_read(struct parse *parse, const struct scenario *scenario, const cJSON *node, const struct sweep_words *words,
                     struct sweep_spec *spec)
{
    *spec = (struct sweep_spec){0};
    struct reading reading = {.parse = parse, .scenario = scenario, .node = node, .words = words, .spec = spec, .good = true};
    read_all(&reading);
    if (!reading.good)
        sweep_spec_fini(spec);
    return reading.good;
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void sweep_spec_fini(struct sweep_spec *spec)
{
    for (size_t i = 0; i < spec->axis_count; i++)
        axis_fini(&spec->axes[i]);
    free(spec->axes);
    free_texts(spec->wheres, spec->where_count);
    free_texts(spec->case_names, spec->case_count);
    free_texts(spec->metrics, spec->metric_count);
    free(spec->case_coordinates);
    *spec = (struct sweep_spec){0};
}

/* Kept with the scenario, whose text is gone when a point is refused. */
static bool keep_places(struct loader *loader, const cJSON *over)
{
    size_t count = (size_t)cJSON_GetArraySize(over), at = 0;
    struct place *places = count > 0 ? store_alloc(loader->parse.store, count, sizeof *places) : NULL;
    for (const cJSON *item = places ? over->child : NULL; item; item = item->next)
        places[at++] = places_of_key(loader->parse.places, item);
    loader->scenario->sweep_places = places;
    return count == 0 || places;
}

void sweep_parse(struct loader *loader)
{
    static const struct sweep_words nothing;
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(loader->tree, "sweep");
    struct sweep_spec spec;
    if (loader->base || !node || parse_is_nothing(node))
        return;
    if (sweep_spec_read(&loader->parse, loader->scenario, node, &nothing, &spec)) {
        const cJSON *over = cJSON_GetObjectItemCaseSensitive(node, "over");
        loader->parse.failed |= cJSON_IsObject(over) && !keep_places(loader, over);
        sweep_spec_fini(&spec);
    }
}
