/* keep.c: what is kept of replications. Each one's figures go to its own column; histograms and ledgers are sums of integers, which no
 * order can change: so the result does not depend on threads. */
#include "experiment/cost.h"

#include "engine/room.h"
#include "experiment/replicate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_total(const struct scenario *scenario, const struct metric_slot *slot)
{
    return scenario->wants_totals && scenario_find(scenario, slot->resource) == ENTITY_NONE;
}

/* Lays the figures out when the first replication is over: they are the same in all. */
static enum status lay_out_figures(struct run *run, const struct measure *measure)
{
    struct run_result *result = run->result;
    size_t count = 0;
    for (size_t i = 0; i < measure->slot_count; i++)
        count += measure->slots[i].type->name_space ? metric_figure_count(measure->slots[i].type) : 0;
    result->figures = calloc(count + 1, sizeof *result->figures);
    result->values = malloc((count * run->replications + 1) * sizeof *result->values);
    if (!result->figures || !result->values)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count * run->replications; i++)
        result->values[i] = NAN;
    for (size_t i = 0; i < measure->slot_count; i++) {
        const struct metric_slot *slot = &measure->slots[i];
        for (size_t k = 0; slot->type->name_space && k < metric_figure_count(slot->type); k++) {
            result->figures[result->figure_count] = (struct figure){
                .resource = slot->resource,
                .metric = slot->type,
                .stat = metric_figure_stat(slot->type, k),
                .values = result->values + result->figure_count * run->replications,
                .is_total = is_total(run->scenario, slot),
            };
            result->figure_count++;
        }
    }
    return STATUS_OK;
}

static enum status keep_figures(struct run *run, const struct replication *replication)
{
    const struct measure *measure = replication->measure;
    enum status status = run->result->figures ? STATUS_OK : lay_out_figures(run, measure);
    size_t at = 0;
    for (size_t i = 0; i < measure->slot_count && status == STATUS_OK; i++) {
        const struct metric_slot *slot = &measure->slots[i];
        double values[FIGURES_MAX];
        if (!slot->type->name_space)
            continue;
        metric_figures(slot, values);
        for (size_t k = 0; k < metric_figure_count(slot->type); k++)
            run->result->values[at++ * run->replications + replication->column] = values[k];
    }
    return status;
}

/* The result's histogram for the slot and class that `order` stands for: slots come in the same order in every replication. */
static struct figure_histogram *histogram_for(struct run *run, const struct metric_slot *slot, const char *class_name, size_t order)
{
    struct run_result *result = run->result;
    if (run->histogram_at[order] != SIZE_MAX)
        return &result->histograms[run->histogram_at[order]];
    if (!room_for(&result->histograms, result->histogram_count + 1, &result->histogram_capacity, sizeof *result->histograms))
        return NULL;
    run->histogram_at[order] = result->histogram_count;
    struct figure_histogram *made = &result->histograms[result->histogram_count++];
    *made = (struct figure_histogram){.resource = slot->resource, .metric = slot->type, .class_name = class_name, .order = order};
    histogram_init(&made->histogram);
    return made;
}

/* Does another slot, to come, speak of the same tally or gauge? It needs the histogram too. */
static bool is_shared(const struct measure *measure, size_t slot)
{
    const struct metric_slot *slots = measure->slots;
    for (size_t i = slot + 1; i < measure->slot_count && slots[i].base == slots[slot].base; i++)
        if (slots[i].type->offset == slots[slot].type->offset)
            return true;
    return false;
}

/* The last to be kept: most histograms are taken out of the replication, not copied. */
static enum status keep_histograms(struct run *run, const struct replication *replication)
{
    const struct measure *measure = replication->measure;
    if (!run->histogram_at) {
        run->histogram_at = malloc((2 * measure->slot_count + 1) * sizeof *run->histogram_at);
        if (!run->histogram_at)
            return STATUS_NO_MEMORY;
        for (size_t i = 0; i < 2 * measure->slot_count; i++)
            run->histogram_at[i] = SIZE_MAX;
    }
    for (size_t i = 0; i < measure->slot_count; i++) {
        const struct metric_slot *slot = &measure->slots[i];
        const char *names[2];
        struct histogram *histograms[2];
        size_t count = slot->type->name_space ? metric_histograms(slot, names, histograms) : 0;
        for (size_t k = 0; k < count; k++) {
            struct figure_histogram *into = histogram_for(run, slot, names[k], 2 * i + (strcmp(names[k], "cold") == 0));
            if (!into)
                return STATUS_NO_MEMORY;
            if (is_shared(measure, i))
                histogram_merge(&into->histogram, histograms[k]);
            else
                histogram_move(&into->histogram, histograms[k]);
            if (into->histogram.failed)
                return STATUS_NO_MEMORY;
        }
    }
    return STATUS_OK;
}

/* The place of the ledger of the part `name`, made if need be: replications have the same parts, but for those that come while they run,
 * which may be more or fewer and in another order. `likely` is where it is if they do not differ, the first `known` are of replications
 * before this one: within one, names differ. */
static struct ledger *part_ledger(struct run *run, size_t entities, size_t known, size_t likely, const char *name)
{
    struct run_result *result = run->result;
    size_t count = result->ledger_count - entities;
    if (likely < count && strcmp(result->part_names[likely], name) == 0)
        return &result->ledgers[entities + likely];
    run->parts_differ = run->parts_differ || likely < count;
    for (size_t i = 0; i < known; i++)
        if (strcmp(result->part_names[i], name) == 0)
            return &result->ledgers[entities + i];
    if (!room_for(&result->ledgers, result->ledger_count + 1, &result->ledger_capacity, sizeof *result->ledgers) ||
        !room_for(&result->part_names, count + 1, &result->part_capacity, sizeof(char *)))
        return NULL;
    result->part_names[count] = strdup(name);
    if (!result->part_names[count])
        return NULL;
    result->ledgers[result->ledger_count] = (struct ledger){0};
    return &result->ledgers[result->ledger_count++];
}

static enum status keep_ledgers(struct run *run, const struct replication *replication)
{
    struct run_result *result = run->result;
    const struct simulation *simulation = replication->simulation;
    size_t entities = simulation->entity_count;
    if (!result->ledgers) {
        result->ledgers = calloc(entities + 1, sizeof *result->ledgers);
        result->ledger_count = result->ledgers ? entities : 0;
    }
    enum status status = result->ledgers ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < entities && status == STATUS_OK; i++)
        status = ledger_merge(&result->ledgers[i], &simulation->entities[i].ledger, &result->causes);
    size_t known = result->ledger_count - entities;
    for (size_t i = 0; i < simulation->part_count && status == STATUS_OK; i++) {
        struct ledger *ledger = part_ledger(run, entities, known, i, simulation->parts[i]->name);
        status = ledger ? ledger_merge(ledger, &simulation->parts[i]->ledger, &result->causes) : STATUS_NO_MEMORY;
    }
    return status;
}

/* What the bill covers: usage in the drain is counted to the traffic that caused it. */
static int64_t measured_ns(const struct simulation *simulation)
{
    const struct simulation_settings *settings = simulation->settings;
    int64_t until_ns = simulation->end_ns < settings->duration_ns ? simulation->end_ns : settings->duration_ns;
    return until_ns > settings->warmup_ns ? until_ns - settings->warmup_ns : 0;
}

static enum status keep_quantities(struct run *run, const struct replication *replication)
{
    struct bill bill = {0};
    const struct simulation *simulation = replication->simulation;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct model_type *type = simulation->entities[i].type;
        bill.entity = i;
        if (type->quantities)
            type->quantities(simulation, simulation->entities[i].state, &bill);
    }
    enum status status = bill.status;
    if (status == STATUS_OK && !run->quantities) {
        run->line_count = bill.count;
        run->quantities = malloc((bill.count * run->replications + 1) * sizeof *run->quantities);
        run->lines = calloc(bill.count + 1, sizeof *run->lines);
        if (!run->quantities || !run->lines)
            status = STATUS_NO_MEMORY;
        else if (bill.count > 0)
            memcpy(run->lines, bill.lines, bill.count * sizeof *bill.lines);
        for (size_t i = 0; run->quantities && i < bill.count * run->replications; i++)
            run->quantities[i] = NAN;
    }
    run->measured_ns = measured_ns(simulation);
    for (size_t i = 0; status == STATUS_OK && i < run->line_count; i++)
        run->quantities[i * run->replications + replication->column] = bill.lines[i].quantity;
    bill_fini(&bill);
    return status;
}

static enum status keep_expected(struct run *run, const struct replication *replication)
{
    struct run_result *result = run->result;
    size_t count = run->scenario->expectation_count;
    if (!result->observed) {
        result->observed = malloc((count * run->replications + 1) * sizeof *result->observed);
        if (!result->observed)
            return STATUS_NO_MEMORY;
        for (size_t i = 0; i < count * run->replications; i++)
            result->observed[i] = NAN;
    }
    for (size_t i = 0; i < count; i++)
        result->observed[i * run->replications + replication->column] = windows_observed(replication->windows, i, replication->measure);
    return STATUS_OK;
}

enum status keep_replication(struct run *run, const struct replication *replication)
{
    enum status status = keep_figures(run, replication);
    if (status == STATUS_OK)
        status = keep_ledgers(run, replication);
    if (status == STATUS_OK)
        status = keep_quantities(run, replication);
    if (status == STATUS_OK)
        status = keep_expected(run, replication);
    if (status == STATUS_OK)
        status = keep_histograms(run, replication);
    if (status == STATUS_OK) {
        run->result->event_count += replication->simulation->event_count;
        run->result->replications++;
    }
    return status;
}

static int by_order(const void *a, const void *b)
{
    const struct figure_histogram *first = a, *second = b;
    return (first->order > second->order) - (first->order < second->order);
}

/* Over the replications that are complete. */
static double mean_quantity(const struct run *run, size_t line)
{
    double sum = 0;
    for (uint32_t i = 0; i < run->replications; i++) {
        double quantity = run->quantities[line * run->replications + i];
        sum += isnan(quantity) ? 0 : quantity;
    }
    return sum / (double)run->result->replications;
}

/* One replication's month; NaN where it is not complete. */
static enum status month_of(struct run *run, uint32_t replication, double *month)
{
    struct cost_line *rows = NULL;
    size_t count = 0;
    *month = NAN;
    for (size_t i = 0; i < run->line_count; i++) {
        run->lines[i].quantity = run->quantities[i * run->replications + replication];
        if (isnan(run->lines[i].quantity))
            return STATUS_OK;
    }
    enum status status = cost_rows(run->scenario, run->measured_ns, run->lines, run->line_count, &rows, &count);
    if (status == STATUS_OK)
        *month = cost_month(rows, count);
    free(rows);
    return status;
}

static enum status sum_up_months(struct run *run)
{
    struct run_result *result = run->result;
    double *grown = realloc(result->months, run->replications * sizeof *grown);
    if (!grown)
        return STATUS_NO_MEMORY;
    result->months = grown;
    enum status status = STATUS_OK;
    for (; run->months < run->replications && status == STATUS_OK; run->months++)
        status = month_of(run, run->months, &result->months[run->months]);
    result->month_interval = interval_of_mean(result->months, run->months, 0.95);
    return status;
}

static enum status sum_up_cost(struct run *run)
{
    struct run_result *result = run->result;
    for (size_t i = 0; i < run->line_count; i++)
        run->lines[i].quantity = mean_quantity(run, i);
    enum status status = cost_rows(run->scenario, run->measured_ns, run->lines, run->line_count, &result->cost, &result->cost_count);
    if (status == STATUS_OK)
        result->month_usd = cost_month(result->cost, result->cost_count);
    return status;
}

/* Gives each of `rows` rows of `from` columns `to` columns, the new ones NaN. */
static bool widen(double **values, size_t rows, uint32_t from, uint32_t to)
{
    if (!*values)
        return true;
    double *grown = malloc((rows * to + 1) * sizeof *grown);
    if (!grown)
        return false;
    for (size_t row = 0; row < rows; row++)
        for (uint32_t column = 0; column < to; column++)
            grown[row * to + column] = column < from ? (*values)[row * from + column] : NAN;
    free(*values);
    *values = grown;
    return true;
}

enum status keep_grow(struct run *run, uint32_t total)
{
    struct run_result *result = run->result;
    uint32_t before = run->replications;
    if (!widen(&result->values, result->figure_count, before, total) || !widen(&run->quantities, run->line_count, before, total) ||
        !widen(&result->observed, run->scenario->expectation_count, before, total))
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < result->figure_count; i++)
        result->figures[i].values = result->values + i * total;
    run->replications = total;
    result->planned = total;
    return STATUS_OK;
}

enum status keep_look(struct run *run)
{
    struct run_result *result = run->result;
    for (size_t i = 0; i < result->figure_count; i++)
        result->figures[i].interval = interval_of_mean(result->figures[i].values, run->replications, 0.95);
    return result->replications > 0 ? sum_up_months(run) : STATUS_OK;
}

struct named_ledger {
    char *name;
    struct ledger ledger;
};

/* By length first, so that shard 10 comes after shard 9. */
static int by_name(const void *a, const void *b)
{
    const struct named_ledger *left = a, *right = b;
    size_t left_length = strlen(left->name), right_length = strlen(right->name);
    return left_length != right_length ? (left_length > right_length) - (left_length < right_length) : strcmp(left->name, right->name);
}

/* Where replications have different parts, their order must not tell which was over first. */
static enum status sort_parts(struct run_result *result)
{
    size_t entities = result->scenario->entity_count, count = result->ledger_count - entities;
    struct named_ledger *list = malloc(count * sizeof *list + 1);
    if (!list)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct named_ledger){.name = result->part_names[i], .ledger = result->ledgers[entities + i]};
    qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++) {
        result->part_names[i] = list[i].name;
        result->ledgers[entities + i] = list[i].ledger;
    }
    free(list);
    return STATUS_OK;
}

enum status keep_sum_up(struct run *run)
{
    struct run_result *result = run->result;
    if (result->histogram_count > 0)
        qsort(result->histograms, result->histogram_count, sizeof *result->histograms, by_order);
    for (size_t i = 0; i < result->ledger_count; i++)
        ledger_sort(&result->ledgers[i]);
    if (run->parts_differ && sort_parts(result) != STATUS_OK)
        return STATUS_NO_MEMORY;
    return result->replications > 0 ? sum_up_cost(run) : STATUS_OK;
}
