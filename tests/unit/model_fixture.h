/* model_fixture.h: scenarios of the real models, run whole from their text: what went in, what was measured, what was billed. Texts are
 * written with ' for ", which reads better in C. */
#ifndef SLSIM_TESTS_MODEL_FIXTURE_H
#define SLSIM_TESTS_MODEL_FIXTURE_H

#include "diagnosed.h"
#include "experiment/run.h"
#include "models.h"
#include "scenario/scenario.h"
#include "scratch_folder.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A scenario of one function F, out of string literals: settings, properties, behavior, and the list of sources. */
#define ONE_FUNCTION(SETTINGS, PROPERTIES, BEHAVIOR, TRAFFIC)                                                                              \
    "{" SETTINGS ", 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {" PROPERTIES "}}}, 'behavior': {'F': {" BEHAVIOR   \
    "}}, 'traffic': [" TRAFFIC "]}"

/* A source `calls` that sends what model_calls wrote. */
#define CALLS                                                                                                                              \
    "{'name': 'calls', 'target': 'F', 'trace': {'csv': 'calls.csv', 'column': 'at_ns', 'unit': 'ns', 'duration_column': 'took_ns', "       \
    "'duration_unit': 'ns'}}"

struct call {
    int64_t at_ns, took_ns;
};

/* One step of a trace, its words kept. */
struct step_seen {
    int64_t time_ns, duration_ns;
    uint64_t item;
    uint32_t attempt; /* from 1 */
    char source[16], resource[48], step[16], detail[64];
};

/* `tolerance` is for what binary fractions lose; 0 where nothing is. */
static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g is not %.17g", value, expected);
}

/* A book of rules by name; the caller frees it with rule_book_free. */
static inline struct rule_book *model_rules(const char *name)
{
    struct diagnostics diagnostics = {0};
    struct places *places = NULL;
    struct rule_book *rules = NULL;
    cJSON *spec = cJSON_CreateString(name);
    assert_int_equal(places_new(&places), STATUS_OK);
    assert_int_equal(rule_book_load("models/rules", spec, places, &diagnostics, &rules), STATUS_OK);
    cJSON_Delete(spec);
    places_free(places);
    diagnostics_fini(&diagnostics);
    return rules;
}

struct model_run {
    struct scratch_folder folder;
    struct diagnostics diagnostics;
    const struct model_registry *registry; /* NULL: the real models */
    struct scenario *scenario;
    struct run_result *result;
    bool traced;                    /* to be set before model_execute: keep the steps of replication 0 */
    const struct series_sink *sink; /* the same: who is told of the periods; NULL: nobody */
    uint64_t max_memory_bytes;      /* the same; 0: no limit */
    struct step_seen *steps;
    size_t step_count, step_capacity;
};

static inline void model_open(struct model_run *run)
{
    *run = (struct model_run){0};
    scratch_init(&run->folder);
}

static inline void model_forget(struct model_run *run)
{
    run_result_free(run->result);
    scenario_free(run->scenario);
    diagnostics_fini(&run->diagnostics);
    free(run->steps);
    run->result = NULL;
    run->scenario = NULL;
    run->diagnostics = (struct diagnostics){0};
    run->steps = NULL;
    run->step_count = run->step_capacity = 0;
}

static inline void model_close(struct model_run *run)
{
    model_forget(run);
    scratch_fini(&run->folder);
}

static inline int model_setup(void **state)
{
    struct model_run *run = malloc(sizeof *run);
    assert_non_null(run);
    model_open(run);
    *state = run;
    return 0;
}

static inline int model_teardown(void **state)
{
    model_close(*state);
    free(*state);
    return 0;
}

/* A row of a list of tests: *state is an open struct model_run. */
#define MODEL_TEST(NAME) cmocka_unit_test_setup_teardown(NAME, model_setup, model_teardown)

/* Reads the scenario `text`; what was read before is forgotten. */
static inline enum status model_load(struct model_run *run, const char *text)
{
    char *quoted = strdup(text);
    assert_non_null(quoted);
    for (char *at = quoted; (at = strchr(at, '\'')) != NULL;)
        *at = '"';
    model_forget(run);
    const char *path = scratch_write(&run->folder, "s.json", quoted);
    free(quoted);
    return scenario_load(path, NULL, run->registry ? run->registry : &model_registry, &run->diagnostics, &run->scenario);
}

static inline void model_step(void *context, const struct trace_step *step)
{
    struct model_run *run = context;
    if (run->step_count == run->step_capacity) {
        run->step_capacity = run->step_capacity ? 2 * run->step_capacity : 256;
        run->steps = realloc(run->steps, run->step_capacity * sizeof *run->steps);
        assert_non_null(run->steps);
    }
    struct step_seen *seen = &run->steps[run->step_count++];
    *seen = (struct step_seen){.time_ns = step->time_ns, .duration_ns = step->duration_ns, .item = step->item, .attempt = step->attempt};
    snprintf(seen->source, sizeof seen->source, "%s", step->source);
    snprintf(seen->resource, sizeof seen->resource, "%s", step->resource);
    snprintf(seen->step, sizeof seen->step, "%s", step->step);
    snprintf(seen->detail, sizeof seen->detail, "%s", step->detail);
}

static inline const struct series_sink *model_sink(void *context, uint32_t replication)
{
    const struct model_run *run = context;
    return replication == 0 ? run->sink : NULL;
}

/* Reads and runs a scenario that must be fine. */
static inline void model_execute(struct model_run *run, const char *text)
{
    if (model_load(run, text) != STATUS_OK) {
        diagnostics_print(&run->diagnostics, stderr, false);
        fail_msg("cannot be read: %.200s", text);
    }
    const struct tracer tracer = {.context = run, .step = model_step};
    const struct run_options options = {.threads = 1,
                                        .tracer = run->traced ? &tracer : NULL,
                                        .sink = model_sink,
                                        .sink_context = run,
                                        .max_memory_bytes = run->max_memory_bytes};
    assert_int_equal(run_scenario(run->scenario, &options, &run->result), STATUS_OK);
}

__attribute__((format(printf, 2, 3))) static inline void model_run(struct model_run *run, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    assert_true(length >= 0);
    model_execute(run, text);
    free(text);
}

static inline void model_calls(struct model_run *run, const struct call *calls, size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "at_ns,took_ns\n");
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%lld,%lld\n", (long long)calls[i].at_ns, (long long)calls[i].took_ns);
    assert_int_equal(fclose(out), 0);
    scratch_write(&run->folder, "calls.csv", text);
    free(text);
}

/* A figure of replication `replication`; it must be there. */
static inline double figure_of(const struct model_run *run, const char *resource, const char *metric, const char *stat,
                               uint32_t replication)
{
    const struct figure *figure = run_result_find(run->result, resource, metric, stat);
    if (figure == NULL)
        fail_msg("no figure %s %s %s", resource, metric, stat ? stat : "");
    return figure != NULL ? figure->values[replication] : NAN;
}

static inline double figure(const struct model_run *run, const char *resource, const char *metric, const char *stat)
{
    return figure_of(run, resource, metric, stat, 0);
}

/* A count, which is a whole number. */
static inline int64_t count_of(const struct model_run *run, const char *resource, const char *metric)
{
    const double value = figure(run, resource, metric, "Sum");
    assert_true(value == floor(value));
    return (int64_t)value;
}

/* How many ended so at `resource`, or at a part of one ("F/async"), of all replications. */
static inline uint64_t fates_of(const struct model_run *run, const char *resource, enum fate fate, const char *text)
{
    size_t at = 0;
    while (at < run->result->ledger_count && strcmp(run_result_ledger_name(run->result, at), resource) != 0)
        at++;
    if (at == run->result->ledger_count)
        fail_msg("no ledger of %s", resource);
    const struct ledger *ledger = &run->result->ledgers[at];
    uint64_t count = fate == FATE_SUCCEEDED ? ledger->succeeded : 0;
    for (size_t i = 0; i < ledger->line_count; i++)
        if (ledger->lines[i].cause->fate == fate && strcmp(ledger->lines[i].cause->text, text) == 0)
            count += ledger->lines[i].count;
    return count;
}

/* What is billed to `resource` under a usage type: the quantity, and in *usd (NULL: not wanted) the amount, of all its rows. */
static inline double billed(const struct model_run *run, const char *resource, const char *usage_type, double *usd)
{
    double quantity = 0, amount = 0;
    for (size_t i = 0; i < run->result->cost_count; i++) {
        const struct cost_line *line = &run->result->cost[i];
        if (strcmp(line->resource, resource) != 0 || strcmp(line->price->usage_type, usage_type) != 0)
            continue;
        quantity += line->quantity;
        amount += line->amount_usd;
    }
    if (usd != NULL)
        *usd = amount;
    return quantity;
}

/* All that `service` bills for `resource`; NULL: all services. */
static inline double billed_usd(const struct model_run *run, const char *resource, const char *service)
{
    double amount = 0;
    for (size_t i = 0; i < run->result->cost_count; i++)
        if (strcmp(run->result->cost[i].resource, resource) == 0 &&
            (service == NULL || strcmp(run->result->cost[i].price->service, service) == 0))
            amount += run->result->cost[i].amount_usd;
    return amount;
}

#endif
