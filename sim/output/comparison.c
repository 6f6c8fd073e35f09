/* comparison.c: two results side by side, on standard output. */
#include "output/comparison.h"

#include "output/comparison_rows.h"
#include "output/figure_text.h"
#include "output/headline_rows.h"
#include "output/json_print.h"
#include "output/manifest.h"
#include "output/part_name.h"
#include "output/safe_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows to be read at most; a further line says how many more there are. */
#define ROWS_MAX 40u
#define CELL_SIZE (3 * FIGURE_TEXT_SIZE)

static bool has_row(const struct headline_rows *rows, const struct headline_row *wanted)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->list[i].section == wanted->section && strcmp(rows->list[i].key->resource, wanted->key->resource) == 0)
            return true;
    return false;
}

static enum status add_row(struct compare *compare, const struct headline_row *row)
{
    enum status status = STATUS_OK;
    for (const struct headline_column *column = row->section->columns; column->title && status == STATUS_OK; column++)
        status = compare_add(compare, row->key->resource, column->metric, column->stat);
    return status;
}

/* Does the row of its resource show it already? */
static bool has_figure(const struct headline_rows *rows, const struct figure *figure)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].key->resource, figure->resource) == 0)
            for (const struct headline_column *column = rows->list[i].section->columns; column->title; column++)
                if (strcmp(column->metric, figure->metric->name) == 0 && strcmp(column->stat, figure->stat) == 0)
                    return true;
    return false;
}

/* What callers do not see, such as waits and losses: metrics whose table says so. `rows` are the result's headlines, which are there. */
static enum status add_others(struct compare *compare, const struct run_result *result, const struct headline_rows *rows)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < result->figure_count && status == STATUS_OK; i++) {
        const struct figure *figure = &result->figures[i];
        const char *compared = figure->metric->compared;
        bool wanted = compared && !figure->is_total && strcmp(compared, figure->stat) == 0 && !has_figure(rows, figure);
        /* What both have is A's to bring. */
        if (wanted && (result == compare->a || !run_result_find(compare->a, figure->resource, figure->metric->name, figure->stat)))
            status = compare_add(compare, figure->resource, figure->metric->name, figure->stat);
    }
    return status;
}

enum status comparison_add_headlines(struct compare *compare, const struct summary_layout *layout)
{
    struct headline_rows a = {0}, b = {0};
    enum status status = headline_rows_collect(compare->a, layout, &a);
    if (status == STATUS_OK)
        status = headline_rows_collect(compare->b, layout, &b);
    for (size_t i = 0; i < a.count && status == STATUS_OK; i++)
        status = add_row(compare, &a.list[i]);
    for (size_t i = 0; i < b.count && status == STATUS_OK; i++)
        if (!has_row(&a, &b.list[i]))
            status = add_row(compare, &b.list[i]);
    if (status == STATUS_OK)
        status = add_others(compare, compare->a, &a);
    if (status == STATUS_OK)
        status = add_others(compare, compare->b, &b);
    headline_rows_fini(&a);
    headline_rows_fini(&b);
    return status == STATUS_OK ? compare_add_month(compare) : status;
}

static char *value_text(double value, const char *unit, char *text)
{
    if (strcmp(unit, "USD") != 0)
        return figure_text(value, unit, text);
    return isnan(value) ? strcpy(text, "-") : money_text(value, text);
}

/* What is left of equal values when they are added up in another order is no difference. */
static double without_dust(double difference, double a)
{
    static const double dust = 1e-12;
    return fabs(difference) <= dust * fabs(a) ? 0 : difference;
}

/* "+1.20s", "-$3.40"; points of percent are told from percent of something. */
static void difference_text(double value, const char *unit, char *cell)
{
    char text[FIGURE_TEXT_SIZE];
    (void)value_text(fabs(value), unit, text);
    size_t length = strlen(text);
    if (strcmp(unit, "Percent") == 0 && length > 0 && text[length - 1] == '%')
        (void)strcpy(text + length - 1, "pp");
    (void)snprintf(cell, CELL_SIZE, "%s%s", isnan(value) || value == 0 ? "" : value < 0 ? "-" : "+", text);
}

static void half_width_text(const struct difference *difference, char *cell)
{
    const struct interval *interval = &difference->interval;
    const char *unit = difference->unit;
    double half = without_dust((interval->high - interval->low) / 2, difference->mean_a);
    char text[FIGURE_TEXT_SIZE];
    *cell = '\0';
    if (isnan(half))
        return;
    if (strcmp(unit, "USD") == 0)
        (void)money_text(half, text);
    else
        (void)figure_text(half, unit, text); /* to its own precision: it may be far smaller than the difference */
    size_t length = strlen(text);
    if (strcmp(unit, "Percent") == 0 && length > 0 && text[length - 1] == '%')
        (void)strcpy(text + length - 1, "pp");
    (void)snprintf(cell, CELL_SIZE, "\u00b1%s", text);
}

static void percent_text(double percent, char *cell)
{
    *cell = '\0';
    if (isfinite(percent) && percent != 0)
        (void)snprintf(cell, CELL_SIZE, fabs(percent) < 0.095 ? "%+.2f%%" : fabs(percent) < 1000 ? "%+.1f%%" : "%+.0f%%", percent);
}

static void name_text(const struct difference *difference, char *cell, size_t size)
{
    const struct figure_name name = {.resource = difference->resource, .metric = difference->metric, .stat = difference->stat};
    (void)figure_name_text(&name, cell, size);
}

static void figure_cells(struct table *table, const struct difference *difference)
{
    char cell[CELL_SIZE], name[512];
    name_text(difference, name, sizeof name);
    table_text(table, (char[]){difference->mark, '\0'});
    table_text(table, name);
    table_text(table, value_text(difference->mean_a, difference->unit, cell));
    table_text(table, value_text(difference->mean_b, difference->unit, cell));
    double mean = without_dust(difference->interval.mean, difference->mean_a);
    difference_text(mean, difference->unit, cell);
    table_text(table, cell);
    half_width_text(difference, cell);
    table_text(table, cell);
    percent_text(mean == 0 ? 0 : difference_percent(difference), cell);
    table_text(table, cell);
    table_text(table, difference->mark == '+' ? "only in B" : difference->mark == '-' ? "only in A" : effect_names[difference->effect]);
}

static void cost_cells(struct table *table, const struct cost_difference *cost)
{
    char cell[CELL_SIZE];
    table_text(table, (char[]){cost->mark, '\0'});
    table_text(table, cost->resource);
    table_text(table, cost->price->service);
    table_text(table, cost->price->usage_type);
    table_text(table, money_text(cost->a, cell));
    table_text(table, money_text(cost->b, cell));
    difference_text(cost->b - cost->a, "USD", cell);
    table_text(table, cell);
    percent_text(cost->a == 0 ? NAN : 100 * (cost->b - cost->a) / cost->a, cell);
    table_text(table, cell);
}

/* What may be counted: one, and many. */
static const char *const figure_nouns[] = {"figure is", "figures are"}, *const line_nouns[] = {"line of the bill is",
                                                                                               "lines of the bill are"};

static enum status print_table(const struct answer *answer, struct table *table, size_t same, const char *const *nouns, FILE *out)
{
    bool markdown = answer->format == FORMAT_MARKDOWN, rows = table->cell_count > 0;
    if (!table->failed) {
        if (rows && markdown)
            table_print_markdown(table, out);
        else if (rows)
            table_print(table, out, answer->colour, answer->terminal.width);
        if (same > 0)
            (void)fprintf(out, "%s%zu %s the same in both\n", markdown && rows ? "\n" : "", same, nouns[same != 1]);
    }
    enum status status = table->failed ? STATUS_NO_MEMORY : STATUS_OK;
    table_fini(table);
    return status;
}

/* Of what only one side has: nothing to see. */
static bool is_empty(const struct difference *difference)
{
    if (difference->mark == '=' || difference->mark == '~')
        return isnan(difference->mean_a) && isnan(difference->mean_b);
    double value = difference->mark == '+' ? difference->mean_b : difference->mean_a;
    return isnan(value) || value == 0;
}

static bool same_values(const struct difference *a, const struct difference *b)
{
    return a->mean_a == b->mean_a && a->mean_b == b->mean_b && a->interval.low == b->interval.low && a->interval.high == b->interval.high;
}

/* Of a part, "F:live", that has all of the whole's traffic: the figure that stands with F already. O(figures). */
static bool repeats_whole(const struct compare *compare, const struct difference *part)
{
    bool is_part = part->resource && part_name_is(part->resource);
    size_t length = is_part ? part_name_whole(part->resource) : 0;
    for (size_t i = 0; is_part && i < compare->count; i++) {
        const struct difference *whole = &compare->figures[i];
        if (whole->metric && strlen(whole->resource) == length && strncmp(whole->resource, part->resource, length) == 0 &&
            whole->metric == part->metric && strcmp(whole->stat, part->stat) == 0)
            return same_values(whole, part);
    }
    return false;
}

static enum status print_figures(const struct answer *answer, const struct comparison_view *view, FILE *out)
{
    static const struct table_column columns[] = {{"", false},     {"figure", false}, {"A", true},      {"B", true},
                                                  {"B - A", true}, {"95 %", true},    {"change", true}, {"verdict", false}};
    const struct compare *compare = view->compare;
    struct table table;
    size_t same = 0, shown = 0, more = 0, repeated = 0;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < compare->count; i++) {
        const struct difference *difference = &compare->figures[i];
        bool is_month = !difference->metric;
        if (!view->all && is_empty(difference)) {
            continue;
        } else if (difference->mark == '=' && !view->all && !is_month) {
            same++;
        } else if (!view->all && repeats_whole(compare, difference)) {
            repeated++;
        } else if (shown < ROWS_MAX || view->all || is_month) {
            figure_cells(&table, difference);
            shown++;
        } else {
            more++;
        }
    }
    enum status status = print_table(answer, &table, same, figure_nouns, out);
    if (repeated > 0)
        (void)fprintf(out, "%zu figure%s of a part repeat%s the whole's: -v shows %s\n", repeated, repeated == 1 ? "" : "s",
                      repeated == 1 ? "s" : "", repeated == 1 ? "it" : "them");
    if (more > 0)
        (void)fprintf(out, "%zu more figures differ: -v shows them\n", more);
    return status;
}

static enum status print_cost(const struct answer *answer, const struct comparison_view *view, FILE *out)
{
    static const struct table_column columns[] = {
        {"", false},     {"cost of a month", false}, {"service", false}, {"usage", false}, {"A", true}, {"B", true}, {"B - A", true},
        {"change", true}};
    const struct compare *compare = view->compare;
    struct table table;
    size_t same = 0;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < compare->cost_count; i++) {
        if (compare->cost[i].mark == '=' && !view->all)
            same++;
        else
            cost_cells(&table, &compare->cost[i]);
    }
    if (table.cell_count > 0 || same > 0)
        (void)fputc('\n', out);
    return print_table(answer, &table, same, line_nouns, out);
}

static void print_side(const char *label, const struct comparison_side *side, const char *end, FILE *out)
{
    (void)fprintf(out, "%s  ", label);
    safe_text_print(out, side->path);
    for (size_t i = 0; i < side->set_count; i++) {
        (void)fputs(i == 0 ? " with " : ", ", out);
        safe_text_print(out, side->sets[i]);
    }
    (void)fputs(end, out);
}

static void print_heading(const struct answer *answer, const struct comparison_view *view, FILE *out)
{
    const struct compare *compare = view->compare;
    const char *end = answer->format == FORMAT_MARKDOWN ? "  \n" : "\n"; /* two spaces break a line */
    unsigned long long seed_a = compare->a->scenario->settings.seed, seed_b = compare->b->scenario->settings.seed;
    print_side("A", &view->a, end, out);
    print_side("B", &view->b, end, out);
    (void)fprintf(out, "%u replication%s of each, ", compare->pairs, compare->pairs == 1 ? "" : "s");
    if (seed_a == seed_b)
        (void)fprintf(out, "seed %llu, the same chance in both", seed_a);
    else
        (void)fprintf(out, "seeds %llu and %llu: chance differs too", seed_a, seed_b);
    (void)fputs(compare->pairs > 1 ? "; 95 % intervals of B - A\n\n" : "\n\n", out);
}

/* A change has its sign; one of a figure in percent is in points. */
static const char *observed_text(const struct bound_verdict *verdict, double value, char text[CELL_SIZE])
{
    char plain[FIGURE_TEXT_SIZE];
    bool change = verdict->bound->of != BOUND_VALUE;
    (void)figure_text_precise(change ? fabs(value) : value, verdict->unit, plain);
    size_t length = strlen(plain);
    if (verdict->bound->of == BOUND_CHANGE && length > 0 && plain[length - 1] == '%')
        (void)strcpy(plain + length - 1, "pp");
    (void)snprintf(text, CELL_SIZE, "%s%s", !change || isnan(value) || value == 0 ? "" : value < 0 ? "-" : "+", plain);
    return text;
}

static void print_bounds(const struct comparison_view *view, FILE *out)
{
    char text[CELL_SIZE];
    if (view->bound_count > 0)
        (void)fputc('\n', out);
    for (size_t i = 0; i < view->bound_count; i++) {
        const struct bound_verdict *verdict = &view->bounds[i];
        (void)fputs(verdict->holds ? "FAIL  " : "PASS  not ", out);
        safe_text_print(out, verdict->bound->text);
        (void)fprintf(out, ": observed %s", observed_text(verdict, verdict->value, text));
        if (!isnan(verdict->low)) {
            (void)fprintf(out, " [%s", observed_text(verdict, verdict->low, text));
            (void)fprintf(out, ", %s]", observed_text(verdict, verdict->high, text));
        }
        (void)fputc('\n', out);
    }
}

static enum status print_screen(const struct answer *answer, const struct comparison_view *view, FILE *out)
{
    print_heading(answer, view, out);
    if (view->compare->pairs == 0)
        return STATUS_OK;
    enum status status = print_figures(answer, view, out);
    if (status == STATUS_OK && view->cost)
        status = print_cost(answer, view, out);
    if (status == STATUS_OK)
        print_bounds(view, out);
    return status;
}

static void add_side(cJSON *object, const char *key, const struct comparison_side *side, bool *failed)
{
    cJSON *made = json_add_object(object, key, failed);
    json_add_string(made, "scenario", side->path, failed);
    answer_add_settings(made, side->sets, side->set_count, failed);
}

static const char *const of_names[] = {[BOUND_VALUE] = "value", [BOUND_CHANGE] = "change", [BOUND_SHARE] = "change_percent"};

static void add_bounds(cJSON *object, const struct comparison_view *view, bool *failed)
{
    cJSON *list = json_add_array(object, "fail_if", failed);
    for (size_t i = 0; i < view->bound_count && !*failed; i++) {
        const struct bound_verdict *verdict = &view->bounds[i];
        cJSON *made = json_add_object(list, NULL, failed);
        json_add_string(made, "bound", verdict->bound->text, failed);
        json_add_string(made, "of", of_names[verdict->bound->of], failed);
        json_add_string(made, "unit", verdict->unit, failed);
        json_add_number(made, "value", verdict->value, failed);
        json_add_number(made, "ci95_low", verdict->low, failed);
        json_add_number(made, "ci95_high", verdict->high, failed);
        json_add(made, "holds", cJSON_CreateBool(verdict->holds), failed);
    }
}

enum status comparison_print(const struct answer *answer, const struct comparison_view *view, FILE *out)
{
    if (answer->format == FORMAT_TABLE || answer->format == FORMAT_MARKDOWN)
        return print_screen(answer, view, out);
    bool failed = false;
    struct table figures, cost;
    comparison_table(view->compare, answer->format == FORMAT_CSV && view->cost, &figures);
    comparison_cost_table(view->compare, &cost);
    cJSON *extra = cJSON_CreateObject();
    if (answer->format == FORMAT_JSON) {
        add_side(extra, "a", &view->a, &failed);
        add_side(extra, "b", &view->b, &failed);
        json_add_number(extra, "replications", view->compare->pairs, &failed);
        json_add(extra, "seed", natural_json(view->compare->a->scenario->settings.seed), &failed);
        add_bounds(extra, view, &failed);
        json_add(extra, "cost", cost.failed ? NULL : table_json(&cost), &failed);
    }
    enum status status = answer_print(answer, "figures", &figures, extra, out);
    table_fini(&figures);
    table_fini(&cost);
    return failed ? STATUS_NO_MEMORY : status;
}
