/* settings_parse.c: the scalars of the top level, and the books. */
#include "document/scenario_keys.h"
#include "document/text_file.h"
#include "document/units.h"
#include "engine/sim_time.h"
#include "notation/instant_parse.h"
#include "notation/property_parse.h"
#include "scenario/card.h"
#include "scenario/loader.h"
#include "scenario/statements.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRICE_FILE_MOST ((size_t)64 << 20)
#define PERIODS_MANY 100000
#define REFUSALS_MOST 256u
#define LONGEST_NS (100 * 365 * NS_PER_DAY)
#define SEED_PRINTED 999999999999999u /* cJSON may print but 15 digits */
#define SEED_EXACT 9007199254740992.0 /* above 2^53 a JSON number is not exact */

struct top_level {
    const char *name, *description, *start;
    int64_t duration_ns, drain_ns, warmup_ns, period_ns, replications;
    bool free_tier, duration_given;
    const char *plan_term, *plan_commitment;
};

#define AT(FIELD) offsetof(struct top_level, FIELD)

static const struct property plan_properties[] = {
    {.name = "term", .kind = PROPERTY_STRING, .offset = AT(plan_term), .required = true, .help = "\"1y\" or \"3y\"."},
    {.name = "commitment", .kind = PROPERTY_STRING, .offset = AT(plan_commitment), .help = "USD an hour: \"$0.05\"."},
    {0},
};

/* What the others of scenario_keys hold is read elsewhere. The help is in scenario_keys. */
static const struct property top_level[] = {
    {.name = "name", .kind = PROPERTY_STRING, .offset = AT(name)},
    {.name = "description", .kind = PROPERTY_STRING, .offset = AT(description)},
    {.name = "duration",
     .kind = PROPERTY_TIME,
     .offset = AT(duration_ns),
     .given = PROPERTY_GIVEN(struct top_level, duration_given),
     .required = true,
     .help = "write \"duration\": \"1h\""},
    {.name = "drain", .kind = PROPERTY_TIME, .offset = AT(drain_ns), .fallback = "\"0s\""},
    {.name = "warmup", .kind = PROPERTY_TIME, .offset = AT(warmup_ns), .fallback = "\"0s\""},
    {.name = "period", .kind = PROPERTY_TIME, .offset = AT(period_ns), .fallback = "\"1m\""},
    {.name = "start", .kind = PROPERTY_STRING, .offset = AT(start), .fallback = "\"2025-01-01T00:00:00Z\""},
    {.name = "free_tier", .kind = PROPERTY_BOOLEAN, .offset = AT(free_tier), .fallback = "false"},
    {.name = "replications", .kind = PROPERTY_INTEGER, .offset = AT(replications), .minimum = "1", .maximum = "1000000", .fallback = "1"},
    {.name = "savings_plan", .kind = PROPERTY_OBJECT, .properties = plan_properties},
    {0},
};

const struct property *scenario_properties(void)
{
    return top_level;
}

static const cJSON *key(const struct loader *loader, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(loader->tree, name);
    return item && parse_is_nothing(item) ? NULL : item;
}

static void error_at(struct loader *loader, const char *name, const char *hint, const char *message)
{
    struct parse_path path = {NULL, name, 0};
    const cJSON *item = key(loader, name);
    parse_error(&loader->parse, item ? item : loader->tree, &path, hint, "%s", message);
}

/* The file's base name, with everything else than the name's characters turned into '_'. */
static const char *name_of_file(struct loader *loader, const char *path)
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    char name[65];
    snprintf(name, sizeof name, "%s", strcmp(path, "-") == 0 ? "scenario" : base);
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".json") == 0)
        name[length - 5] = '\0';
    for (char *c = name; *c; c++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", *c))
            *c = '_';
    if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
        return "scenario";
    return store_string(loader->parse.store, name);
}

static void check_name(struct loader *loader, const char *name)
{
    size_t length = strlen(name);
    char shown[PARSE_SHOWN];
    const cJSON *item = key(loader, "name");
    struct parse_path path = {NULL, "name", 0};
    if (!cJSON_IsString(item)) { /* elsewhere a number may stand for a string */
        parse_error(&loader->parse, item, &path, "it names the result folder", "must be a string, got %s", parse_show(item, shown));
        return;
    }
    if (length >= 1 && length <= 64 && name[0] != '.' && name[0] != '-' &&
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == length)
        return;
    error_at(loader, "name", "it names the result folder",
             "must be 1 to 64 of letters, digits, \".\", \"_\", \"-\", and begin with a letter, a digit or \"_\"");
}

/* 0 to 2^64-1 in decimal digits. */
static bool read_seed(const char *text, uint64_t *seed)
{
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    *seed = value;
    return errno == 0;
}

static void parse_seed(struct loader *loader, const char *option)
{
    const cJSON *item = key(loader, "seed");
    uint64_t *seed = &loader->scenario->settings.seed;
    *seed = 1;
    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= SEED_EXACT && floor(item->valuedouble) == item->valuedouble)
        *seed = (uint64_t)item->valuedouble;
    else if (cJSON_IsNumber(item) && item->valuedouble > SEED_EXACT)
        error_at(loader, "seed", "write it as a string", "a seed above 2^53 is not exact as a number");
    else if (item && (!cJSON_IsString(item) || !read_seed(item->valuestring, seed)))
        error_at(loader, "seed", NULL, "must be a whole number between 0 and 2^64-1");
    struct parse_path path = {NULL, "seed", 0};
    if (option && !read_seed(option, seed))
        parse_error(&loader->parse, NULL, &path, NULL, "must be a whole number between 0 and 2^64-1, got \"%s\"", option);
}

static void check_times(struct loader *loader, const struct top_level *top)
{
    bool timed = top->duration_given; /* what could not be read was said */
    if (timed && top->duration_ns <= 0)
        error_at(loader, "duration", NULL, "must be above 0");
    if (top->duration_ns > LONGEST_NS || top->drain_ns > LONGEST_NS)
        error_at(loader, top->duration_ns > LONGEST_NS ? "duration" : "drain", NULL, "must be at most 100 years");
    if (timed && top->duration_ns > 0 && top->warmup_ns >= top->duration_ns)
        error_at(loader, "warmup", "the statistics count from its end to the end of `duration`", "must be shorter than `duration`");
    if (top->period_ns <= 0) {
        error_at(loader, "period", NULL, "must be above 0");
        return;
    }
    int64_t periods = time_add(top->duration_ns, top->drain_ns) / top->period_ns;
    struct parse_path path = {NULL, "period", 0};
    const cJSON *item = key(loader, "period");
    if (periods > PERIODS_MANY)
        parse_warning(&loader->parse, item ? item : loader->tree, &path, "a longer period makes smaller files",
                      "the time series have %lld periods", (long long)periods);
}

/* A whole template in a scenario's place. */
static const char *const template_keys[] = {
    "AWSTemplateFormatVersion", "Transform", "Globals", "Parameters", "Mappings", "Conditions", "Outputs", "Metadata"};
#define TEMPLATE_KEY_COUNT (sizeof template_keys / sizeof *template_keys)

static void check_template_keys(struct loader *loader)
{
    for (size_t i = 0; i < TEMPLATE_KEY_COUNT; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(loader->tree, template_keys[i]);
        struct parse_path path = {NULL, template_keys[i], 0};
        if (item)
            parse_key_error(&loader->parse, item, &path,
                            "keep the template in a file of its own, and name it: \"template\": \"template.yaml\"",
                            "\"%s\" belongs to a template, not to a scenario", template_keys[i]);
    }
}

static void plan_error(struct loader *loader, const char *name, const char *hint, const char *message)
{
    struct parse_path outer = {NULL, "savings_plan", 0}, path = {&outer, name, 0};
    const cJSON *plan = key(loader, "savings_plan"), *item = cJSON_GetObjectItemCaseSensitive(plan, name);
    parse_error(&loader->parse, item ? item : plan, &path, hint, "%s", message);
}

/* Has the price book any price by that term? */
static void check_plan(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    const struct price_book *prices = scenario->prices;
    bool known = !scenario->plan.term;
    for (size_t i = 0; prices && i < prices->count && !known; i++) {
        char name[120];
        snprintf(name, sizeof name, "%.90s%.20s", prices->prices[i].plan, scenario->plan.term);
        known = prices->prices[i].plan[0] && price_find(prices, name);
    }
    if (!known)
        plan_error(loader, "term", "1y or 3y", "the price book has no plan of that term");
}

static void parse_top_level(struct loader *loader, const struct scenario_options *options)
{
    struct scenario *scenario = loader->scenario;
    struct top_level top = {0};
    const char *names[SCENARIO_KEY_COUNT + TEMPLATE_KEY_COUNT + 1] = {NULL};
    for (size_t i = 0; i < SCENARIO_KEY_COUNT; i++)
        names[i] = scenario_keys[i].name;
    for (size_t i = 0; i < TEMPLATE_KEY_COUNT; i++)
        names[SCENARIO_KEY_COUNT + i] = template_keys[i];
    check_template_keys(loader);
    property_defaults(&loader->parse, top_level, &top);
    property_parse(&loader->parse, top_level, loader->tree, loader->tree, NULL, names, &top);
    check_times(loader, &top);
    if (top.name)
        check_name(loader, top.name);
    scenario->name = top.name ? top.name : name_of_file(loader, scenario->path);
    scenario->description = top.description ? top.description : "";
    scenario->free_tier = top.free_tier;
    scenario->plan.term = top.plan_term;
    scenario->plan.hour_usd = INFINITY;
    if (top.plan_commitment && (!units_parse_money(top.plan_commitment, &scenario->plan.hour_usd) || !(scenario->plan.hour_usd > 0)))
        plan_error(loader, "commitment", "such as \"$0.05\"", "must be USD an hour");
    scenario->replications = options && options->replications > 0 ? options->replications : (uint32_t)top.replications;
    scenario->settings.duration_ns = top.duration_ns;
    scenario->settings.drain_ns = top.drain_ns;
    scenario->settings.warmup_ns = top.warmup_ns;
    scenario->settings.period_ns = top.period_ns > 0 ? top.period_ns : NS_PER_MIN;
    if (top.start && !instant_parse(top.start, &scenario->settings.start_epoch_s))
        error_at(loader, "start", "write \"2025-01-01T00:00:00Z\"", "must be a time in UTC, between 1970 and 2199");
    loader->parse.start_epoch_s = scenario->settings.start_epoch_s;
}

static void note_input(struct loader *loader, const char *path, const char *sha256)
{
    struct scenario_base *made = loader->made;
    store_note_file(loader->parse.store, path, sha256);
    if (!made)
        return;
    made->price_path = strdup(path);
    loader->parse.failed |= !made->price_path;
    memcpy(made->price_sha256, sha256, sizeof made->price_sha256);
}

/* Prices in a file of the scenario's are an input like any other. */
static void note_price_file(struct loader *loader, const cJSON *spec)
{
    const cJSON *base = cJSON_IsObject(spec) ? cJSON_GetObjectItemCaseSensitive(spec, "base") : spec;
    char *path = cJSON_IsString(base) ? path_join(loader->document->folder, base->valuestring) : NULL;
    char *bytes = NULL, hex[65];
    size_t length = 0;
    struct diagnostics unheard = {0}; /* what is wrong with the file, price_book_load has said */
    if (path && access(path, R_OK) == 0 &&
        text_file_read(path, PRICE_FILE_MOST, (struct place){0}, &unheard, &bytes, &length) == STATUS_OK) {
        sha256_hex(bytes, length, hex);
        note_input(loader, base->valuestring, hex);
    }
    diagnostics_fini(&unheard);
    free(bytes);
    free(path);
}

static bool same_spec(const cJSON *spec, const cJSON *other)
{
    return spec && other ? cJSON_Compare(spec, other, true) : spec == other;
}

static enum status load_rules(struct loader *loader, const char *folder)
{
    struct scenario *scenario = loader->scenario;
    struct parse *parse = &loader->parse;
    if (loader->base && same_spec(key(loader, "rules"), loader->base->rules_spec)) {
        scenario->rules = loader->base->rules;
        return STATUS_OK;
    }
    enum status status = rule_book_load(folder, key(loader, "rules"), parse->places, parse->diagnostics, &scenario->rules);
    /* The rest is read by the default book, so that its mistakes are found as well. */
    if (status == STATUS_INVALID)
        status = rule_book_load(folder, NULL, parse->places, parse->diagnostics, &scenario->rules);
    return status;
}

static enum status load_prices(struct loader *loader, const char *folder)
{
    struct scenario *scenario = loader->scenario;
    struct parse *parse = &loader->parse;
    const struct scenario_base *base = loader->base;
    if (base && same_spec(key(loader, "prices"), base->prices_spec)) {
        scenario->prices = base->prices;
        if (base->price_path)
            note_input(loader, base->price_path, base->price_sha256);
        return STATUS_OK;
    }
    enum status status =
        price_book_load(folder, key(loader, "prices"), loader->document->folder, parse->places, parse->diagnostics, &scenario->prices);
    note_price_file(loader, key(loader, "prices"));
    return status;
}

static void parse_books(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct parse *parse = &loader->parse;
    const char *models = books_folder();
    char *rules = models ? path_join(models, "rules") : NULL, *prices = models ? path_join(models, "prices") : NULL;
    if (!rules || !prices) {
        parse_error(parse, NULL, NULL, "set SLSIM_MODELS to the folder that holds rules and prices", "the books of rules are not there");
    } else {
        enum status status = load_rules(loader, rules);
        if (status == STATUS_OK)
            status = load_prices(loader, prices);
        parse->failed = parse->failed || status == STATUS_NO_MEMORY;
    }
    free(rules);
    free(prices);
    parse->rules = scenario->rules;
    scenario->settings.rules = scenario->rules;
    check_plan(loader);
}

/* Adds the refusals that a type knows, but for those that are there. */
static size_t add_refusals(const struct model_type *type, const char **names, size_t count, size_t most)
{
    for (const char *const *refusal = type ? type->refusals : NULL; refusal && *refusal && count < most; refusal++) {
        size_t i = 0;
        while (i < count && strcmp(names[i], *refusal) != 0)
            i++;
        names[i] = *refusal;
        count += i == count;
    }
    return count;
}

/* `allow_invalid`: a name that nobody asks for would be believed to allow something. */
static void check_allowed(struct loader *loader, const cJSON *allowed)
{
    const struct model_registry *registry = loader->scenario->registry;
    struct parse_path path = {NULL, "allow_invalid", 0};
    const char *names[REFUSALS_MOST];
    char hint[PARSE_HINT], listed[PARSE_HINT], shown[PARSE_SHOWN];
    size_t index = 0, count = add_refusals(registry->account, names, 0, REFUSALS_MOST);
    for (const struct model_type *const *type = registry->resources; type && *type; type++)
        count = add_refusals(*type, names, count, REFUSALS_MOST);
    count = add_refusals(registry->source, names, count, REFUSALS_MOST);
    if (!parse_expect_list(&loader->parse, allowed, &path, "write a list, such as [\"visibility_timeout\"]"))
        return;
    snprintf(hint, sizeof hint, "known: %.500s", count > 0 ? parse_list_names(names, count, listed) : "none");
    for (const cJSON *item = allowed->child; item; item = item->next, index++) {
        struct parse_path inner = {&path, NULL, index};
        char near[PARSE_HINT];
        size_t i = 0;
        while (cJSON_IsString(item) && i < count && strcmp(names[i], item->valuestring) != 0)
            i++;
        if (!cJSON_IsString(item))
            parse_error(&loader->parse, item, &inner, hint, "must be the name of a refusal, got %s", parse_show(item, shown));
        else if (i == count)
            parse_error(&loader->parse, item, &inner, parse_suggestion(&loader->parse, item->valuestring, names, count, near) ? near : hint,
                        "there is no refusal \"%s\"", item->valuestring);
    }
}

/* Keys whose meaning other commands have. */
static void check_other_keys(struct loader *loader)
{
    const cJSON *allowed = key(loader, "allow_invalid");
    size_t statement_count;
    if (allowed)
        check_allowed(loader, allowed);
    (void)statements_read(&loader->parse, loader->tree, &statement_count);
    card_check(&loader->parse, loader->tree);
}

void settings_parse(struct loader *loader, const struct scenario_options *options)
{
    parse_top_level(loader, options);
    parse_seed(loader, options ? options->seed : NULL);
    check_other_keys(loader);
    parse_books(loader);
}

static void resolve_key(struct loader *loader, const char *name, cJSON *value)
{
    bool there = cJSON_GetObjectItemCaseSensitive(loader->tree, name) != NULL;
    bool done = there ? cJSON_ReplaceItemInObjectCaseSensitive(loader->tree, name, value)
                      : value && cJSON_AddItemToObject(loader->tree, name, value);
    if (!done) {
        cJSON_Delete(value);
        loader->parse.failed = true;
    }
}

void settings_resolve(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)scenario->settings.seed);
    bool exact = scenario->settings.seed <= SEED_PRINTED;
    resolve_key(loader, "name", cJSON_CreateString(scenario->name ? scenario->name : ""));
    resolve_key(loader, "seed", exact ? cJSON_CreateNumber((double)scenario->settings.seed) : cJSON_CreateString(seed));
    resolve_key(loader, "replications", cJSON_CreateNumber(scenario->replications));
    for (const struct property *property = top_level; property->name; property++)
        if (property->fallback && !key(loader, property->name))
            resolve_key(loader, property->name, cJSON_Parse(property->fallback));
    if (!key(loader, "rules"))
        resolve_key(loader, "rules", cJSON_CreateString(scenario->rules->name));
    if (!key(loader, "prices"))
        resolve_key(loader, "prices", cJSON_CreateString(scenario->prices->name));
}
