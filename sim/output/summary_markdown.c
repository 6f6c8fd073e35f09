/* summary_markdown.c: a run for a pull request. */
#include "output/summary_markdown.h"

#include "experiment/verify.h"
#include "output/figure_text.h"
#include "output/rule_text.h"
#include "output/run_heading.h"
#include "output/table.h"

#include <math.h>
#include <string.h>

#define RULE_TEXT_SIZE 128

/* Takes the table over; without rows the section is left out. */
static enum status section(FILE *out, const char *title, struct table *table)
{
    enum status status = table->failed ? STATUS_NO_MEMORY : STATUS_OK;
    if (status == STATUS_OK && table->cell_count > 0) {
        (void)fprintf(out, "\n### %s\n\n", title);
        table_print_markdown(table, out);
    }
    table_fini(table);
    return status;
}

static enum status print_figures(const struct headline_rows *rows, FILE *out)
{
    struct table table;
    headline_rows_table(rows, &table);
    return section(out, "Figures", &table);
}

static enum status print_expectations(const struct run_result *result, FILE *out)
{
    static const struct table_column columns[] = {{"", false}, {"expectation", false}, {"observed", true}, {"95 % interval", true}};
    struct table table;
    struct verdicts verdicts = {0};
    table_init(&table, columns, sizeof columns / sizeof *columns);
    enum status status = verify_result(result, &verdicts);
    for (size_t i = 0; i < verdicts.count; i++) {
        const struct verdict *verdict = &verdicts.list[i];
        char observed[FIGURE_TEXT_SIZE], low[FIGURE_TEXT_SIZE], high[FIGURE_TEXT_SIZE], range[2 * FIGURE_TEXT_SIZE + 8] = "";
        if (!isnan(verdict->low))
            (void)snprintf(range, sizeof range, "%s to %s", figure_text_precise(verdict->low, verdict->unit, low),
                           figure_text_precise(verdict->high, verdict->unit, high));
        table_text(&table, verdict->holds ? "PASS" : "FAIL");
        table_text(&table, verdict->expectation->text);
        table_text(&table, figure_text_precise(verdict->observed, verdict->unit, observed));
        table_text(&table, range);
    }
    verdicts_fini(&verdicts);
    enum status printed = section(out, "Expectations", &table);
    return status == STATUS_OK || status == STATUS_UNMET ? printed : status;
}

/* The month's line items, those that cost nothing left out, and their sum. */
static enum status print_bill(const struct run_result *result, FILE *out)
{
    static const struct table_column columns[] = {
        {"service", false}, {"resource", false}, {"usage", false}, {"USD a month", true}, {"95 % interval", true}};
    struct table table;
    char money[FIGURE_TEXT_SIZE], low[FIGURE_TEXT_SIZE], high[FIGURE_TEXT_SIZE], range[2 * FIGURE_TEXT_SIZE + 8] = "";
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < result->cost_count; i++) {
        const struct cost_line *line = &result->cost[i];
        if (!(line->monthly_amount_usd > 0))
            continue;
        table_text(&table, line->price->service);
        table_text(&table, line->resource);
        table_text(&table, line->price->usage_type);
        table_text(&table, money_text(line->monthly_amount_usd, money));
        table_text(&table, "");
    }
    if (!isnan(result->month_interval.low))
        (void)snprintf(range, sizeof range, "%s to %s", money_text(result->month_interval.low, low),
                       money_text(result->month_interval.high, high));
    table_text(&table, "total");
    table_text(&table, "");
    table_text(&table, "");
    table_text(&table, money_text(result->month_usd, money));
    table_text(&table, range);
    return section(out, "Bill of a month", &table);
}

static enum status print_assumptions(const struct run_result *result, FILE *out)
{
    static const struct table_column columns[] = {{"rule", false}, {"value", true}, {"unit", false}, {"plausible", true}, {"why", false}};
    const struct rule_book *book = result->scenario->rules;
    struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < book->count; i++) {
        const struct rule *rule = &book->rules[i];
        char value[RULE_TEXT_SIZE], range[64] = "";
        if (!rule->assumption || !rule_was_asked(book, i))
            continue;
        rule_value_text(rule, value, sizeof value);
        if (!isnan(rule->low) && !isnan(rule->high))
            (void)snprintf(range, sizeof range, "%g to %g", rule->low, rule->high);
        table_text(&table, rule->name);
        table_text(&table, value);
        table_text(&table, rule->unit ? rule->unit : "");
        table_text(&table, range);
        table_text(&table, rule->note ? rule->note : "");
    }
    return section(out, "Assumptions in use", &table);
}

enum status summary_markdown_print(const struct headline_rows *rows, FILE *out)
{
    const struct run_result *result = rows->result;
    (void)fputs("## ", out);
    markdown_text_print(out, result->scenario->name);
    (void)fputs("\n\n", out);
    run_heading_print(result, out);
    (void)fputs(".\n", out);
    run_heading_print_end(result, out);
    if (result->replications == 0)
        return STATUS_OK;
    enum status status = print_figures(rows, out);
    if (status == STATUS_OK)
        status = print_expectations(result, out);
    if (status == STATUS_OK)
        status = print_bill(result, out);
    return status == STATUS_OK ? print_assumptions(result, out) : status;
}
