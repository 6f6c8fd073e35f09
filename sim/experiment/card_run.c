/* card_run.c: runs of a study card. */
#include "experiment/card_run.h"

#include "engine/sim_time.h"
#include "scenario/figure_parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SETS_MOST 32u

/* "PATH=VALUE" words; owned. */
struct settings {
    char *list[SETS_MOST];
    size_t count;
    bool failed;
};

static void set(struct settings *settings, const char *path, const char *value)
{
    char *word = NULL;
    if (settings->count == SETS_MOST || !value || asprintf(&word, "%s=%s", path, value) < 0)
        settings->failed = true;
    else
        settings->list[settings->count++] = word;
}

/* The members of {"PATH": value}. */
static void set_all(struct settings *settings, const struct card *card, const char *json, struct diagnostics *diagnostics)
{
    cJSON *object = cJSON_Parse(json);
    if (!cJSON_IsObject(object) || cJSON_GetArraySize(object) >= (int)SETS_MOST)
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){.file = card->path}, "study.choices", "write {\"PATH\": value}",
                 "\"set\" must be an object of fewer than %u settings", SETS_MOST);
    else
        for (const cJSON *item = object->child; item; item = item->next) {
            char *value = cJSON_PrintUnformatted(item);
            set(settings, item->string, value);
            free(value);
        }
    cJSON_Delete(object);
}

static void choose_settings(const struct card *card, enum card_case which, size_t choice, struct settings *settings,
                            struct diagnostics *diagnostics)
{
    if (which == CARD_OTHER_BOOK) {
        set(settings, card->book, card->other);
        if (card->notes_expect)
            set(settings, "expect", card->notes_expect);
    } else if (which != CARD_ITSELF) {
        if (which == CARD_CHOICE)
            set_all(settings, card, card_choice(card, choice)->set, diagnostics);
        set(settings, "expect", card_choice(card, choice)->expect);
    }
}

static void add_line(struct card_outcome *outcome, const char *resource, const char *metric, const char *stat)
{
    for (size_t i = 0; i < outcome->line_count; i++)
        if (strcmp(outcome->lines[i].resource, resource) == 0 && strcmp(outcome->lines[i].metric, metric) == 0)
            return;
    const struct simulation_settings *run = &outcome->scenario->settings;
    int64_t periods = (time_add(run->duration_ns, run->drain_ns) + run->period_ns - 1) / run->period_ns;
    if (outcome->line_count == CARD_LINES_MOST || periods < 2 || periods > (int64_t)CARD_PERIODS_MOST)
        return;
    struct card_line *line = &outcome->lines[outcome->line_count];
    *line = (struct card_line){.resource = strdup(resource),
                               .metric = strdup(metric),
                               .stat = strdup(stat),
                               .unit = "",
                               .values = malloc((size_t)periods * sizeof *line->values),
                               .count = (size_t)periods};
    outcome->line_count++;
    for (size_t i = 0; line->values && i < line->count; i++)
        line->values[i] = NAN;
}

/* The figures that the card names, or those that are expected of it. */
static enum status choose_lines(const struct card *card, struct card_outcome *outcome, struct diagnostics *diagnostics)
{
    const struct scenario *scenario = outcome->scenario;
    for (size_t i = 0; i < card->timeline.count; i++) {
        struct figure_name figure;
        if (!figure_name_parse(outcome->scenario, "study.timeline", card->timeline.items[i], diagnostics, &figure))
            return STATUS_INVALID;
        if (figure.metric)
            add_line(outcome, figure.resource, figure.metric->name, figure.stat);
    }
    for (size_t i = 0; card->timeline.count == 0 && i < scenario->expectation_count; i++)
        if (scenario->expectations[i].resource)
            add_line(outcome, scenario->expectations[i].resource, scenario->expectations[i].metric, scenario->expectations[i].stat);
    for (size_t i = 0; i < outcome->line_count; i++) {
        const struct card_line *line = &outcome->lines[i];
        if (!line->resource || !line->metric || !line->stat || !line->values)
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

static enum status take_period(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                               const struct period_value *value)
{
    struct card_outcome *outcome = context;
    (void)until_ns;
    for (size_t i = 0; i < outcome->line_count; i++) {
        struct card_line *line = &outcome->lines[i];
        size_t at = (size_t)(from_ns / outcome->period_ns);
        if (at >= line->count || strcmp(slot->type->name, line->metric) != 0 || strcmp(slot->resource, line->resource) != 0)
            continue;
        line->values[at] = period_value_stat(slot->type, value, line->stat);
        line->unit = slot->type->unit;
    }
    return STATUS_OK;
}

/* What the first replication's thread hands its periods to. */
struct listener {
    struct series_sink sink;
};

static const struct series_sink *listen(void *context, uint32_t replication)
{
    struct listener *listener = context;
    return replication == 0 ? &listener->sink : NULL;
}

/* Where nothing happens any more there is nothing to see: lines end a period after the last of them does. */
static void trim(struct card_outcome *outcome)
{
    size_t last = 0;
    for (size_t i = 0; i < outcome->line_count; i++)
        for (size_t at = 0; at < outcome->lines[i].count; at++)
            if (outcome->lines[i].values[at] > 0 && at > last)
                last = at;
    for (size_t i = 0; i < outcome->line_count; i++)
        outcome->lines[i].count = last + 2 < outcome->lines[i].count ? last + 2 : outcome->lines[i].count;
}

static enum status run_loaded(const struct card *card, const struct run_options *options, struct diagnostics *diagnostics,
                              struct card_outcome *outcome)
{
    struct listener listener = {.sink = {.context = outcome, .period = take_period}};
    struct run_options mine = *options;
    outcome->period_ns = outcome->scenario->settings.period_ns;
    enum status status = choose_lines(card, outcome, diagnostics);
    if (status != STATUS_OK)
        return status;
    if (outcome->line_count > 0) {
        mine.sink = listen;
        mine.sink_context = &listener;
    }
    status = verify_scenario(outcome->scenario, &mine, &outcome->verdicts, &outcome->result);
    trim(outcome);
    return status;
}

enum status card_run(const struct card *card, enum card_case which, size_t choice, const struct model_registry *registry,
                     const struct run_options *options, struct diagnostics *diagnostics, struct card_outcome *outcome)
{
    struct settings settings = {0};
    size_t errors_before = diagnostics->error_count;
    *outcome = (struct card_outcome){0};
    choose_settings(card, which, choice, &settings, diagnostics);
    enum status status = settings.failed ? STATUS_NO_MEMORY : diagnostics->error_count > errors_before ? STATUS_INVALID : STATUS_OK;
    const struct scenario_options changes = {.sets = (const char *const *)settings.list, .set_count = settings.count};
    if (status == STATUS_OK)
        status = scenario_load(card->path, &changes, registry, diagnostics, &outcome->scenario);
    if (status == STATUS_OK)
        status = run_loaded(card, options, diagnostics, outcome);
    if (status == STATUS_OK && !outcome->verdicts.all_hold)
        status = STATUS_UNMET;
    for (size_t i = 0; i < settings.count; i++)
        free(settings.list[i]);
    return status;
}

void card_outcome_fini(struct card_outcome *outcome)
{
    for (size_t i = 0; i < outcome->line_count; i++) {
        free(outcome->lines[i].resource);
        free(outcome->lines[i].metric);
        free(outcome->lines[i].stat);
        free(outcome->lines[i].values);
    }
    verdicts_fini(&outcome->verdicts);
    run_result_free(outcome->result);
    scenario_free(outcome->scenario);
    *outcome = (struct card_outcome){0};
}
