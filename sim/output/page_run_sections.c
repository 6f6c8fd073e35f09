/* page_run_sections.c: the later sections of a run's page: fates, bill, monitor, expectations, assumptions, manifest. */
#include "engine/room.h"
#include "output/csv_scan.h"
#include "output/figure_text.h"
#include "output/html_writer.h"
#include "output/number_text.h"
#include "output/page.h"
#include "output/page_run.h"
#include "output/study_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a table of the page; a sentence says how many more there are. */
#define ROWS_MAX 40u

static void tell_rest(struct page *page, size_t count, const char *file)
{
    if (count > ROWS_MAX)
        html(page->out, "<p>The %d largest of %z are shown; %s holds all.</p>\n", (int)ROWS_MAX, count, file);
}

static void figure_cell(struct table *table, double value, const char *unit)
{
    char text[FIGURE_TEXT_SIZE];
    table_text(table, figure_text(value, unit, text));
}

static void money_cell(struct table *table, double usd)
{
    char text[FIGURE_TEXT_SIZE];
    table_text(table, money_text(usd, text));
}

static void fate_rows(struct page *page, const struct fate_table *fates)
{
    struct table_column columns[FATE_COUNT + 3] = {{"resource", false}, {"entered", true}};
    size_t shown[FATE_COUNT], count = 0;
    struct table table;
    for (size_t fate = 0; fate < FATE_COUNT; fate++)
        if (fates->totals[fate] > 0) {
            columns[count + 2] = (struct table_column){fate_names[fate], true};
            shown[count++] = fate;
        }
    columns[count + 2] = (struct table_column){"adds up", false};
    table_init(&table, columns, count + 3);
    for (size_t i = 0; i < fates->count && i < ROWS_MAX; i++) {
        table_text(&table, fates->resources[i].resource);
        figure_cell(&table, fates->resources[i].entered, "Count");
        for (size_t f = 0; f < count; f++)
            figure_cell(&table, fates->resources[i].counts[shown[f]], "Count");
        table_text(&table, fate_counts_add_up(&fates->resources[i]) ? "yes" : "NO");
    }
    page_table(page, "What entered each resource, and how it ended", &table, false);
    tell_rest(page, fates->count, "fates.csv");
    table_fini(&table);
}

static void cause_rows(struct page *page, const struct fate_table *fates)
{
    static const struct table_column columns[] = {{"resource", false}, {"fate", false}, {"cause", false}, {"items", true}};
    struct table table;
    table_init(&table, columns, 4);
    for (size_t i = 0; i < fates->cause_count && i < ROWS_MAX; i++) {
        table_text(&table, fates->causes[i].resource);
        table_text(&table, fate_names[fates->causes[i].fate]);
        table_text(&table, fates->causes[i].text);
        figure_cell(&table, fates->causes[i].count, "Count");
    }
    if (fates->cause_count > 0)
        page_table(page, "Causes of what did not succeed", &table, false);
    tell_rest(page, fates->cause_count, "fates.csv");
    table_fini(&table);
}

void page_run_fates(struct page *page, const struct page_run *run)
{
    size_t wrong = 0;
    for (size_t i = 0; i < run->fates->count; i++)
        wrong += !fate_counts_add_up(&run->fates->resources[i]);
    page_section(page, "fates", "Where the items went");
    if (run->fates->count == 0) {
        html(page->out, "<p>Nothing entered any resource.</p>\n");
        return;
    }
    if (wrong == 0)
        html(page->out, "<p>Every item that entered is accounted for: of all %z resources the fates add up to what entered.</p>\n",
             run->fates->count);
    else
        html(page->out, "<p class=\"no\"><b>Of %z resources the fates do not add up to what entered.</b></p>\n", wrong);
    const cJSON *replications = cJSON_GetObjectItemCaseSensitive(run->data->manifest, "replications");
    if (cJSON_IsNumber(replications) && replications->valueint > 1)
        html(page->out, "<p>These counts are sums over all %d replications.</p>\n", replications->valueint);
    page_run_picture(page, run, "fates");
    fate_rows(page, run->fates);
    cause_rows(page, run->fates);
}

void page_run_bill(struct page *page, const struct page_run *run)
{
    static const struct table_column columns[] = {{"service", false}, {"usage", false}, {"USD a month", true}, {"share", true}};
    const struct cost_items *bill = run->bill;
    struct table table;
    page_section(page, "bill", "The bill");
    char month[FIGURE_TEXT_SIZE], whole[FIGURE_TEXT_SIZE];
    html(page->out, "<p>A month of this traffic costs %s; the simulated time alone %s.</p>\n", money_text(bill->month_usd, month),
         money_text(bill->run_usd, whole));
    page_run_picture(page, run, "cost");
    table_init(&table, columns, 4);
    for (size_t i = 0; i < bill->count && i < ROWS_MAX; i++) {
        table_text(&table, bill->items[i].service);
        table_text(&table, bill->items[i].usage_type);
        money_cell(&table, bill->items[i].month_usd);
        figure_cell(&table, bill->month_usd > 0 ? 100 * bill->items[i].month_usd / bill->month_usd : NAN, "Percent");
    }
    table_text(&table, "total");
    table_text(&table, "");
    money_cell(&table, bill->month_usd);
    figure_cell(&table, bill->month_usd > 0 ? 100 : NAN, "Percent");
    page_table(page, "Line items, summed over resources", &table, true);
    tell_rest(page, bill->count, "cost.csv");
    table_fini(&table);
}

/* Sum, or the largest, of a metric over all resources that are no parts; NaN: nobody has it. */
static double overall(const struct result_data *data, const char *space, const char *metric, const char *stat)
{
    double value = NAN;
    bool adds = strcmp(stat, "Sum") == 0;
    for (size_t i = 0; i < data->resource_count; i++) {
        const struct interval *figure = data->resources[i].part ? NULL : result_data_figure(data, &data->resources[i], space, metric, stat);
        if (figure && !isnan(figure->mean))
            value = isnan(value) ? figure->mean : adds ? value + figure->mean : fmax(value, figure->mean);
    }
    return value;
}

void page_run_monitor(struct page *page, const struct page_run *run)
{
    const struct picture_layout *layout = run->request->pictures;
    char heading[96], shown[64];
    (void)snprintf(heading, sizeof heading, "What %s would show, beside what happened", layout->monitor);
    (void)snprintf(shown, sizeof shown, "%s shows", layout->monitor);
    const struct table_column columns[] = {
        {shown, false}, {"value", true}, {"what happened", false}, {"value", true}, {"why they differ", false}};
    struct table table;
    char name[96];
    page_section(page, "monitor", heading);
    table_init(&table, columns, 5);
    for (const struct picture_contrast *contrast = layout->contrasts; contrast->shown; contrast++) {
        double seen = overall(run->data, contrast->shown_space, contrast->shown, contrast->shown_stat);
        double truth = overall(run->data, contrast->truth_space, contrast->truth, contrast->truth_stat);
        if (isnan(seen) && isnan(truth))
            continue;
        (void)snprintf(name, sizeof name, "%s %s", contrast->shown, contrast->shown_stat);
        table_text(&table, name);
        figure_cell(&table, seen, result_data_unit(run->data, contrast->shown));
        (void)snprintf(name, sizeof name, "%s %s", contrast->truth, contrast->truth_stat);
        table_text(&table, name);
        figure_cell(&table, truth, result_data_unit(run->data, contrast->truth));
        table_text(&table, contrast->why);
    }
    html(page->out, "<p>Over all resources: sums of counts, and the largest of everything else.</p>\n");
    page_table(page, heading, &table, false);
    table_fini(&table);
}

/* A file of the folder as a table of the page. Returns how many rows it has. */
static size_t show_csv(struct page *page, int folder, const char *name, const char *caption, const struct table_column *columns,
                       size_t column_count, void (*row)(struct table *, const struct csv_field *, void *), void *context,
                       size_t field_count)
{
    struct csv_scan scan;
    struct table table;
    size_t rows = 0;
    if (csv_scan_open(&scan, folder, name) != STATUS_OK)
        return 0;
    table_init(&table, columns, column_count);
    (void)csv_scan_next(&scan); /* the header */
    while (csv_scan_next(&scan))
        if (scan.field_count >= field_count && rows++ < ROWS_MAX)
            row(&table, scan.fields, context);
    if (rows > 0)
        page_table(page, caption, &table, false);
    tell_rest(page, rows, name);
    table_fini(&table);
    csv_scan_close(&scan);
    return rows;
}

/* Fields one behind the other with what stands between them. */
static void joined_cell(struct table *table, const struct csv_field *a, const char *between, const struct csv_field *b)
{
    char *text = NULL;
    bool both = a->length > 0 && b->length > 0;
    if (asprintf(&text, "%.*s%s%.*s", (int)a->length, a->text, both ? between : "", (int)b->length, b->text) < 0)
        text = NULL;
    table_text(table, text ? text : "");
    free(text);
}

enum { EXPECTATION, VERDICT, OBSERVED, LOW, HIGH, UNIT, EXPECTATION_FIELDS };

static void expectation_row(struct table *table, const struct csv_field *fields, void *context)
{
    (void)context;
    static const struct csv_field nothing = {"", 0};
    char unit[32], text[FIGURE_TEXT_SIZE], low[FIGURE_TEXT_SIZE], high[FIGURE_TEXT_SIZE], range[3 * FIGURE_TEXT_SIZE] = "";
    (void)snprintf(unit, sizeof unit, "%.*s", (int)fields[UNIT].length, fields[UNIT].text);
    joined_cell(table, &fields[EXPECTATION], "", &nothing);
    table_text(table, csv_field_is(&fields[VERDICT], "PASS") ? "holds" : "DOES NOT HOLD");
    table_text(table, figure_text_precise(csv_field_number(&fields[OBSERVED]), unit, text));
    if (fields[LOW].length > 0)
        (void)snprintf(range, sizeof range, "%s to %s", figure_text_precise(csv_field_number(&fields[LOW]), unit, low),
                       figure_text_precise(csv_field_number(&fields[HIGH]), unit, high));
    table_text(table, range);
}

void page_run_expectations(struct page *page, const struct page_run *run)
{
    static const struct table_column columns[] = {{"expected", false}, {"verdict", false}, {"observed", true}, {"95 % interval", true}};
    page_section(page, "expectations", "Expectations");
    if (show_csv(page, run->data->folder, "expectations.csv", "What the scenario expects, and what was observed", columns, 4,
                 expectation_row, NULL, EXPECTATION_FIELDS) == 0)
        html(page->out, "<p>The scenario expects nothing: an <code>expect</code> would be judged here.</p>\n");
}

enum { RULE, RULE_VALUE, RULE_UNIT, RULE_LOW, RULE_HIGH, RULE_SOURCE, RULE_NOTE, RULE_FIELDS };

/* What a sensitivity study that lies beside the result says of rules: how far each moves the figure that it moves most. */
struct swing {
    char *rule, *text; /* owned */
};

struct swings {
    bool there;
    struct swing *list; /* owned */
    size_t count, capacity;
};

static const char sensitivity_file[] = "sensitivity.csv";

/* Rows come by figure, and of the first figure by swing: the first that names a rule is the one to be told. */
static void add_swing(struct swings *swings, const struct csv_field *figure, const struct csv_field *unit, const struct csv_field *input,
                      double swing)
{
    static const char prefix[] = "rules.";
    const size_t length = sizeof prefix - 1;
    char name[32], shown[FIGURE_TEXT_SIZE], *rule, *text = NULL;
    if (input->length <= length || memcmp(input->text, prefix, length) != 0 || isnan(swing) ||
        !room_for(&swings->list, swings->count + 1, &swings->capacity, sizeof *swings->list))
        return;
    (void)snprintf(name, sizeof name, "%.*s", (int)unit->length, unit->text);
    rule = strndup(input->text + length, input->length - length);
    if (asprintf(&text, "%.*s by %s", (int)figure->length, figure->text, study_amount(swing, name, shown)) < 0)
        text = NULL;
    swings->list[swings->count++] = (struct swing){rule, text};
}

static void read_swings(int folder, struct swings *swings)
{
    struct csv_scan scan;
    size_t figure = SIZE_MAX, unit = SIZE_MAX, input = SIZE_MAX, swing = SIZE_MAX;
    *swings = (struct swings){0};
    if (csv_scan_open(&scan, folder, sensitivity_file) != STATUS_OK)
        return;
    (void)csv_scan_next(&scan);
    for (size_t i = 0; i < scan.field_count; i++) {
        const struct csv_field *title = &scan.fields[i];
        figure = csv_field_is(title, "figure") ? i : figure;
        unit = csv_field_is(title, "unit") ? i : unit;
        input = csv_field_is(title, "input") ? i : input;
        swing = csv_field_is(title, "swing") ? i : swing;
    }
    swings->there = figure != SIZE_MAX && unit != SIZE_MAX && input != SIZE_MAX && swing != SIZE_MAX;
    size_t fields = scan.field_count;
    while (swings->there && csv_scan_next(&scan))
        if (scan.field_count == fields)
            add_swing(swings, &scan.fields[figure], &scan.fields[unit], &scan.fields[input], csv_field_number(&scan.fields[swing]));
    csv_scan_close(&scan);
}

static void swings_fini(struct swings *swings)
{
    for (size_t i = 0; i < swings->count; i++) {
        free(swings->list[i].rule);
        free(swings->list[i].text);
    }
    free(swings->list);
}

static void assumption_row(struct table *table, const struct csv_field *fields, void *context)
{
    static const struct csv_field nothing = {"", 0};
    const struct csv_field *unit = &fields[RULE_UNIT];
    const struct swings *swings = context;
    const char *moves = "nothing";
    bool plain = csv_field_is(unit, "distribution") || csv_field_is(unit, "name") || csv_field_is(unit, "boolean");
    joined_cell(table, &fields[RULE], "", &nothing);
    joined_cell(table, &fields[RULE_VALUE], " ", plain ? &nothing : unit);
    joined_cell(table, &fields[RULE_LOW], " to ", &fields[RULE_HIGH]);
    for (size_t i = swings->count; i-- > 0;)
        if (swings->list[i].rule && swings->list[i].text && csv_field_is(&fields[RULE], swings->list[i].rule))
            moves = swings->list[i].text;
    if (swings->there)
        table_text(table, fields[RULE_LOW].length > 0 ? moves : "not varied");
    joined_cell(table, &fields[RULE_NOTE], " Source: ", &fields[RULE_SOURCE]);
}

void page_run_assumptions(struct page *page, const struct page_run *run)
{
    static const struct table_column columns[] = {{"rule", false}, {"value", false}, {"plausible", false}, {"why", false}};
    static const struct table_column known[] = {
        {"rule", false}, {"value", false}, {"plausible", false}, {"the range moves", false}, {"why", false}};
    struct swings swings;
    read_swings(run->data->folder, &swings);
    page_section(page, "assumptions", "Assumptions in use");
    html(page->out, "<p>What is documented nowhere and was looked up by this run, with the range that is plausible. ");
    if (!swings.there)
        html(page->out,
             "<code>slsim sensitivity</code> tells how much each moves a figure; with its table as <code>%h</code> in this "
             "folder, <code>slsim report</code> tells it here.",
             sensitivity_file);
    html(page->out, "</p>\n");
    if (show_csv(page, run->data->folder, "assumptions.csv", "Assumptions in use", swings.there ? known : columns, swings.there ? 5 : 4,
                 assumption_row, &swings, RULE_FIELDS) == 0)
        html(page->out, "<p>None is known to be in use.</p>\n");
    swings_fini(&swings);
}

void page_run_manifest(struct page *page, const struct page_run *run)
{
    const cJSON *manifest = run->data->manifest, *input;
    const cJSON *inputs = cJSON_GetObjectItemCaseSensitive(manifest, "inputs");
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(manifest, "version");
    const cJSON *seed = cJSON_GetObjectItemCaseSensitive(manifest, "seed");
    static const struct table_column columns[] = {{"input", false}, {"SHA-256", false}};
    struct table table;
    char number[NUMBER_TEXT_SIZE];
    (void)number_text(cJSON_IsNumber(seed) ? seed->valuedouble : 0, number);
    page_section(page, "manifest", "How it was made");
    html(page->out, "<p>slsim %s, seed %s. The same scenario, seed and version give the same bytes.</p>\n",
         cJSON_IsString(version) ? version->valuestring : "", cJSON_IsString(seed) ? seed->valuestring : number);
    const cJSON *first = cJSON_IsArray(inputs) ? inputs->child : NULL;
    html(page->out, "<p>manifest.json holds the resolved scenario with every setting, and all rules and prices. This gives the same "
                    "figures, in the folder that the inputs are named from:</p>\n"
                    "<pre tabindex=\"0\"><code>jq .scenario RESULT/manifest.json | slsim run -</code></pre>\n");
    table_init(&table, columns, 2);
    cJSON_ArrayForEach(input, inputs)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(input, "path"), *hash = cJSON_GetObjectItemCaseSensitive(input, "sha256");
        table_text(&table, cJSON_IsString(name) ? name->valuestring : "");
        table_text(&table, cJSON_IsString(hash) ? hash->valuestring : "");
    }
    if (first)
        page_table(page, "Inputs", &table, false);
    table_fini(&table);
}
