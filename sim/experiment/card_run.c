/* card_run.c: runs of a study card. */
#include "experiment/card_run.h"

#include "engine/sim_time.h"
#include "scenario/expected_message.h"
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

/* All that was said, as it is to be read. */
static char *all_said(const struct diagnostics *diagnostics)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = diagnostics->count > 0 ? open_memstream(&text, &size) : NULL;
    for (size_t i = 0; out && i < diagnostics->count; i++) {
        const struct diagnostic *said = &diagnostics->list[i];
        (void)fprintf(out, "%s: %s%s%s%s%s\n", said->severity == SEVERITY_ERROR ? "error" : "warning", said->path, *said->path ? ": " : "",
                      said->message, *said->hint ? ". Hint: " : "", said->hint);
    }
    if (!out || fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* False: no memory. */
static bool add_message(struct card_outcome *outcome, const char *kind, const char *says, bool told)
{
    struct card_message *message = &outcome->messages[outcome->message_count];
    message->told = told;
    if (asprintf(&message->expected, "%s%s%s", kind, *says ? ": " : "", says) < 0)
        return false;
    outcome->message_count++;
    return true;
}

/* Holds what was said against what was to be said, and takes it out of the diagnostics. A mended template: nothing was to be. */
static enum status judge_messages(const struct card *card, enum card_case which, struct expected_messages *messages,
                                  struct diagnostics *diagnostics, struct card_outcome *outcome)
{
    size_t said = diagnostics->count;
    bool quiet = card->check && which == CARD_CHOICE;
    outcome->messages = calloc(messages->count + 1, sizeof *outcome->messages);
    if (card->check)
        outcome->said = all_said(diagnostics);
    expected_messages_judge(messages, diagnostics);
    bool good = outcome->messages != NULL;
    for (size_t i = 0; good && i < messages->count; i++)
        good = add_message(outcome, messages->list[i].severity == SEVERITY_ERROR ? "refused" : "warned", messages->list[i].says,
                           messages->list[i].told);
    if (good && quiet)
        good = add_message(outcome, "nothing is said of it", "", said == 0);
    return good ? STATUS_OK : STATUS_NO_MEMORY;
}

static bool all_told(const struct card_outcome *outcome)
{
    for (size_t i = 0; i < outcome->message_count; i++)
        if (!outcome->messages[i].told)
            return false;
    return true;
}

/* Loads it. STATUS_OK also where it is refused as predicted: then there is no scenario. */
static enum status load(const struct card *card, enum card_case which, const struct settings *settings,
                        const struct model_registry *registry, struct diagnostics *diagnostics, struct card_outcome *outcome)
{
    struct expected_messages messages = {0};
    const struct scenario_options changes = {
        .sets = (const char *const *)settings->list, .set_count = settings->count, .messages = &messages};
    enum status status = scenario_load(card->path, &changes, registry, diagnostics, &outcome->scenario);
    bool told = diagnostics->error_count > 0;
    if (status == STATUS_OK || status == STATUS_INVALID) {
        enum status judged = judge_messages(card, which, &messages, diagnostics, outcome);
        status = judged != STATUS_OK ? judged : status == STATUS_INVALID && told && diagnostics->error_count == 0 ? STATUS_OK : status;
    }
    expected_messages_fini(&messages);
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
    if (status == STATUS_OK)
        status = load(card, which, &settings, registry, diagnostics, outcome);
    if (status == STATUS_OK && outcome->scenario && !card->check)
        status = run_loaded(card, options, diagnostics, outcome);
    if (status == STATUS_OK && (!all_told(outcome) || (outcome->result && !outcome->verdicts.all_hold)))
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
    for (size_t i = 0; i < outcome->message_count; i++)
        free(outcome->messages[i].expected);
    free(outcome->messages);
    free(outcome->said);
    verdicts_fini(&outcome->verdicts);
    run_result_free(outcome->result);
    scenario_free(outcome->scenario);
    *outcome = (struct card_outcome){0};
}
