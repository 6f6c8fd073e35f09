/* expect_parse.c: `expect`: what must hold. */
#include "document/units.h"
#include "engine/sim_time.h"
#include "measure/measure.h"
#include "notation/property_parse.h"
#include "scenario/expected_message.h"
#include "scenario/figure_find.h"
#include "scenario/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One entry as it is written. */
struct entry {
    const char *resource, *metric, *stat, *is;
    int64_t from_ns, until_ns;
    int cost;
    bool cost_given, until_given;
};

static const char *const cost_choices[] = {"month", NULL};

#define AT(FIELD) offsetof(struct entry, FIELD)

static const struct property entry_properties[] = {
    {.name = "resource", .kind = PROPERTY_STRING, .offset = AT(resource)},
    {.name = "metric", .kind = PROPERTY_STRING, .offset = AT(metric)},
    {.name = "stat", .kind = PROPERTY_STRING, .offset = AT(stat)},
    {.name = "cost", .kind = PROPERTY_ENUM, .offset = AT(cost), .choices = cost_choices, .given = PROPERTY_GIVEN(struct entry, cost_given)},
    {.name = "is",
     .kind = PROPERTY_STRING,
     .offset = AT(is),
     .required = true,
     .help = "write \"<= 3\", \"within 2% of 7.68\" or \"between 3 and 5\""},
    {.name = "from", .kind = PROPERTY_TIME, .offset = AT(from_ns)},
    {.name = "until", .kind = PROPERTY_TIME, .offset = AT(until_ns), .given = PROPERTY_GIVEN(struct entry, until_given)},
    {0},
};

/* An entry that names a message instead of a figure. */
struct message_entry {
    const char *refused, *warned, *at;
};

static const struct property message_properties[] = {
    {.name = "refused", .kind = PROPERTY_STRING, .offset = offsetof(struct message_entry, refused)},
    {.name = "warned", .kind = PROPERTY_STRING, .offset = offsetof(struct message_entry, warned)},
    {.name = "at", .kind = PROPERTY_STRING, .offset = offsetof(struct message_entry, at)},
    {0},
};

/* What one entry is about, while it is read. */
struct reading {
    struct loader *loader;
    const cJSON *node;
    const struct parse_path *path;
    struct entry entry;
    struct expectation *made;
};

static struct figure_search search_of(struct reading *reading)
{
    struct loader *loader = reading->loader;
    return (struct figure_search){.parse = &loader->parse,
                                  .scenario = loader->scenario,
                                  .references = &loader->references,
                                  .node = reading->node,
                                  .path = reading->path};
}

static void error_at(struct reading *reading, const char *key, const char *hint, const char *message, const char *what)
{
    const struct figure_search search = search_of(reading);
    figure_error(&search, key, hint, message, what);
}

/* `from` and `until` lie on period boundaries; `until` may be the end. */
static void check_window(struct reading *reading)
{
    const struct simulation_settings *settings = &reading->loader->scenario->settings;
    int64_t end_ns = time_add(settings->duration_ns, settings->drain_ns);
    int64_t from_ns = reading->entry.from_ns, until_ns = reading->entry.until_given ? reading->entry.until_ns : TIME_FOREVER;
    char period[64], hint[PARSE_HINT];
    snprintf(hint, sizeof hint, "the period is %s; the key `period` sets it",
             units_format_time((double)settings->period_ns, period, sizeof period));
    if (settings->duration_ns <= 0)
        return;
    if (from_ns % settings->period_ns != 0)
        error_at(reading, "from", hint, "%s", "must lie on a boundary between periods");
    else if (from_ns >= end_ns)
        error_at(reading, "from", "the run ends when `duration` and `drain` are over", "%s", "lies after the end of the run");
    if (reading->entry.until_given && until_ns > end_ns)
        error_at(reading, "until", NULL, "%s", "lies after the end of the run");
    else if (reading->entry.until_given && until_ns != end_ns && until_ns % settings->period_ns != 0)
        error_at(reading, "until", hint, "%s", "must lie on a boundary between periods");
    else if (from_ns >= until_ns)
        error_at(reading, "until", NULL, "%s", "must lie after \"from\"");
    reading->made->from_ns = from_ns;
    reading->made->until_ns = until_ns;
}

static void parse_is(struct reading *reading, enum is_unit unit, double scale)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(reading->node, "is");
    struct parse_path path = {reading->path, "is", 0};
    struct expectation *made = reading->made;
    char shown[PARSE_SHOWN];
    if (reading->entry.is && !cJSON_IsString(node)) /* a number may stand for a string elsewhere */
        parse_error(&reading->loader->parse, node, &path, "write it as text, such as \"== 0\"", "is no comparison: %s",
                    parse_show(node, shown));
    if (!cJSON_IsString(node) || !is_parse(&reading->loader->parse, node, &path, unit, made))
        return;
    made->value /= scale;
    if (made->comparison == COMPARE_BETWEEN)
        made->other /= scale;
}

/* The line that names it: "Api Throttles Sum == 0". */
static void set_text(struct reading *reading)
{
    struct expectation *made = reading->made;
    struct parse *parse = &reading->loader->parse;
    const struct entry *entry = &reading->entry;
    char window[160] = "", from[64], until[64], *text = NULL;
    if (entry->from_ns > 0 || entry->until_given)
        snprintf(window, sizeof window, " from %s%s%s", units_format_time((double)entry->from_ns, from, sizeof from),
                 entry->until_given ? " until " : "",
                 entry->until_given ? units_format_time((double)entry->until_ns, until, sizeof until) : "");
    int length = made->cost ? asprintf(&text, "cost %s %s", made->cost, entry->is)
                            : asprintf(&text, "%s %s %s %s%s", made->resource, made->metric, made->stat, entry->is, window);
    made->text = length < 0 ? NULL : store_string(parse->store, text);
    parse->failed = parse->failed || !made->text;
    if (length >= 0)
        free(text);
}

static void parse_cost(struct reading *reading)
{
    const struct entry *entry = &reading->entry;
    if (entry->resource || entry->metric || entry->stat || entry->from_ns > 0 || entry->until_given)
        error_at(reading, "cost", "the whole bill of a month", "%s", "stands alone with \"is\"");
    reading->made->cost = cost_choices[entry->cost];
    reading->made->until_ns = TIME_FOREVER;
    parse_is(reading, IS_MONEY, 1);
    if (entry->is)
        set_text(reading);
}

static void parse_metric(struct reading *reading)
{
    struct entry *entry = &reading->entry;
    struct expectation *made = reading->made;
    bool misspelled =
        property_misspelled(entry_properties, reading->node, "resource") || property_misspelled(entry_properties, reading->node, "metric");
    if ((!entry->resource || !entry->metric) && misspelled)
        return;
    if (!entry->resource || !entry->metric) {
        error_at(reading, "", NULL, "%s", "needs \"resource\" and \"metric\", or \"cost\"");
        return;
    }
    check_window(reading);
    const struct figure_search search = search_of(reading);
    struct figure_name figure;
    if (!figure_find(&search, entry->resource, entry->metric, entry->stat, &figure))
        return;
    if (figure.entity != ENTITY_NONE && (entry->from_ns > 0 || entry->until_given))
        reading->loader->scenario->entities[figure.entity].series = true;
    made->resource = entry->resource;
    made->metric = figure.metric->name;
    made->stat = figure.stat;
    enum is_unit unit = figure_unit(&figure);
    parse_is(reading, unit, unit == IS_TIME ? metric_unit_scale(figure.metric) : 1);
    if (entry->is)
        set_text(reading);
}

static bool is_message(const cJSON *node)
{
    return cJSON_GetObjectItemCaseSensitive(node, "refused") || cJSON_GetObjectItemCaseSensitive(node, "warned");
}

static void parse_message(struct loader *loader, const cJSON *node, const struct parse_path *path)
{
    struct message_entry entry = {0};
    property_parse(&loader->parse, message_properties, node, node, path, NULL, &entry);
    const char *says = entry.refused ? entry.refused : entry.warned;
    if (entry.refused && entry.warned)
        parse_error(&loader->parse, node, path, "write two entries", "\"refused\" and \"warned\" exclude each other");
    if (!says)
        return;
    if (!*says)
        parse_error(&loader->parse, node, path, NULL, "\"%s\" needs a part of the message", entry.refused ? "refused" : "warned");
    else if (loader->messages)
        loader->parse.failed |= !expected_messages_add(loader->messages, entry.refused ? SEVERITY_ERROR : SEVERITY_WARNING, entry.at, says);
}

static void parse_entry(struct loader *loader, const cJSON *node, const struct parse_path *path, struct expectation *made)
{
    struct reading reading = {.loader = loader, .node = node, .path = path, .made = made};
    property_parse(&loader->parse, entry_properties, node, node, path, NULL, &reading.entry);
    made->place = places_of(loader->parse.places, node);
    if (reading.entry.cost_given)
        parse_cost(&reading);
    else if (!cJSON_GetObjectItemCaseSensitive(node, "cost")) /* else it is wrong, and that has been said */
        parse_metric(&reading);
}

void expect_parse(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct parse_path path = {NULL, "expect", 0};
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(loader->tree, "expect");
    if (!list || parse_is_nothing(list) ||
        !parse_expect_list(&loader->parse, list, &path, "write [{\"resource\": ..., \"metric\": ..., \"is\": ...}]"))
        return;
    size_t count = (size_t)cJSON_GetArraySize(list);
    scenario->expectations = store_alloc(loader->parse.store, count, sizeof *scenario->expectations);
    size_t place = 0;
    for (const cJSON *item = list->child; item && scenario->expectations; item = item->next) {
        struct parse_path inner = {&path, NULL, place++};
        if (!parse_expect_object(&loader->parse, item, &inner, "write {\"resource\": ..., \"metric\": ..., \"is\": ...}"))
            continue;
        if (is_message(item))
            parse_message(loader, item, &inner);
        else
            parse_entry(loader, item, &inner, &scenario->expectations[scenario->expectation_count++]);
    }
}
