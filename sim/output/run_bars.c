/* run_bars.c: the bill and the fates of a result folder. */
#include "output/run_bars.h"

#include "engine/room.h"
#include "output/csv_scan.h"
#include "output/plot_axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_of(const struct csv_field *field)
{
    return strndup(field->text, field->length);
}

enum { COST_RESOURCE, COST_SERVICE, COST_USAGE_TYPE, COST_QUANTITY, COST_UNIT, COST_PRICE, COST_AMOUNT, COST_MONTH };

static struct cost_item *item_of(struct cost_items *bill, const struct csv_field *fields)
{
    for (size_t i = 0; i < bill->count; i++)
        if (csv_field_is(&fields[COST_USAGE_TYPE], bill->items[i].usage_type) &&
            csv_field_is(&fields[COST_SERVICE], bill->items[i].service))
            return &bill->items[i];
    struct cost_item *items = reallocarray(bill->items, bill->count + 1, sizeof *items);
    if (!items)
        return NULL;
    bill->items = items;
    struct cost_item *item = &items[bill->count];
    *item = (struct cost_item){copy_of(&fields[COST_SERVICE]), copy_of(&fields[COST_USAGE_TYPE]), 0};
    bill->count++;
    return item->service && item->usage_type ? item : NULL;
}

static int compare_items(const void *a, const void *b)
{
    const struct cost_item *left = a, *right = b;
    if (left->month_usd != right->month_usd)
        return left->month_usd > right->month_usd ? -1 : 1;
    return strcmp(left->usage_type, right->usage_type);
}

enum status cost_items_read(int folder, struct cost_items *bill)
{
    struct csv_scan scan;
    *bill = (struct cost_items){0};
    enum status status = csv_scan_open(&scan, folder, "cost.csv");
    if (status != STATUS_OK)
        return status;
    (void)csv_scan_next(&scan); /* the header */
    while (status == STATUS_OK && csv_scan_next(&scan)) {
        if (scan.field_count <= COST_MONTH)
            continue;
        double month = csv_field_number(&scan.fields[COST_MONTH]), run = csv_field_number(&scan.fields[COST_AMOUNT]);
        if (isnan(month) || isnan(run))
            continue;
        struct cost_item *item = item_of(bill, scan.fields);
        if (!item) {
            status = STATUS_NO_MEMORY;
            continue;
        }
        item->month_usd += month;
        bill->month_usd += month;
        bill->run_usd += run;
    }
    if (scan.failed)
        status = STATUS_NO_MEMORY;
    csv_scan_close(&scan);
    if (bill->items)
        qsort(bill->items, bill->count, sizeof *bill->items, compare_items);
    return status;
}

void cost_items_fini(struct cost_items *bill)
{
    for (size_t i = 0; i < bill->count; i++) {
        free(bill->items[i].service);
        free(bill->items[i].usage_type);
    }
    free(bill->items);
    *bill = (struct cost_items){0};
}

/* The axis of rows: the first on top. */
static void rows_axis(struct plot *plot, size_t rows)
{
    plot->panels[0].y = (struct plot_axis){.low = 0.4, .high = (double)rows + 0.6};
}

bool cost_items_plot(const struct cost_items *bill, struct plot *plot)
{
    size_t shown = bill->count < RUN_BARS_ROWS ? bill->count : RUN_BARS_ROWS;
    while (shown > 0 && !(bill->items[shown - 1].month_usd > 0))
        shown--;
    if (shown == 0)
        return false;
    double rest = bill->month_usd;
    plot_init(plot, "cost", "A month's bill by line item", "What a month of this traffic costs, the largest items first.");
    plot->panel_count = 1;
    size_t rows = shown + (bill->count > shown);
    struct plot_series *series = plot_add(plot, 0, MARK_ROWS, 1, "", rows);
    for (size_t i = 0; series && i < rows; i++) {
        char *name = NULL;
        double usd = i < shown ? bill->items[i].month_usd : fmax(rest, 0);
        rest -= i < shown ? usd : 0;
        if (i < shown ? asprintf(&name, "%s: %s", bill->items[i].service, bill->items[i].usage_type) < 0
                      : asprintf(&name, "%zu more", bill->count - shown) < 0)
            name = NULL;
        series->x[i] = (double)(rows - i);
        series->low[i] = 0;
        series->high[i] = usd;
        plot_add_row(plot, 0, (double)(rows - i), name ? name : "");
        free(name);
    }
    if (!series)
        return true;
    rows_axis(plot, rows);
    plot_axis_linear(plot, &plot->x, "USD a month", 0, bill->items[0].month_usd);
    return true;
}

enum { FATES_RESOURCE, FATES_ENTERED, FATES_FATE, FATES_CAUSE, FATES_COUNT };

static bool add_cause(struct fate_table *fates, const struct csv_field *fields, size_t fate, double count)
{
    if (!room_for(&fates->causes, fates->cause_count + 1, &fates->cause_capacity, sizeof *fates->causes))
        return false;
    struct fate_cause *cause = &fates->causes[fates->cause_count++];
    *cause = (struct fate_cause){copy_of(&fields[FATES_RESOURCE]), copy_of(&fields[FATES_CAUSE]), fate, count};
    return cause->resource && cause->text;
}

static bool add_fate(struct fate_table *fates, const struct csv_field *fields, size_t fate)
{
    double count = csv_field_number(&fields[FATES_COUNT]);
    /* The rows of one resource stand together. */
    if (fates->count == 0 || !csv_field_is(&fields[FATES_RESOURCE], fates->resources[fates->count - 1].resource)) {
        if (!room_for(&fates->resources, fates->count + 1, &fates->capacity, sizeof *fates->resources))
            return false;
        fates->resources[fates->count++] =
            (struct fate_counts){.resource = copy_of(&fields[FATES_RESOURCE]), .entered = csv_field_number(&fields[FATES_ENTERED])};
    }
    struct fate_counts *resource = &fates->resources[fates->count - 1];
    if (!resource->resource)
        return false;
    resource->counts[fate] += count;
    fates->totals[fate] += count;
    return fate == FATE_SUCCEEDED || add_cause(fates, fields, fate, count);
}

static int compare_resources(const void *a, const void *b)
{
    const struct fate_counts *left = a, *right = b;
    if (left->entered != right->entered)
        return left->entered > right->entered ? -1 : 1;
    return strcmp(left->resource, right->resource);
}

static int compare_causes(const void *a, const void *b)
{
    const struct fate_cause *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    int order = strcmp(left->resource, right->resource);
    return order ? order : strcmp(left->text, right->text);
}

enum status fate_table_read(int folder, struct fate_table *fates)
{
    struct csv_scan scan;
    *fates = (struct fate_table){0};
    enum status status = csv_scan_open(&scan, folder, "fates.csv");
    if (status != STATUS_OK)
        return status;
    (void)csv_scan_next(&scan); /* the header */
    while (status == STATUS_OK && csv_scan_next(&scan))
        for (size_t fate = 0; fate < FATE_COUNT && scan.field_count > FATES_COUNT; fate++)
            if (csv_field_is(&scan.fields[FATES_FATE], fate_names[fate]) && !add_fate(fates, scan.fields, fate))
                status = STATUS_NO_MEMORY;
    if (scan.failed)
        status = STATUS_NO_MEMORY;
    csv_scan_close(&scan);
    if (status == STATUS_OK && fates->count > 0)
        qsort(fates->resources, fates->count, sizeof *fates->resources, compare_resources);
    if (status == STATUS_OK && fates->cause_count > 0)
        qsort(fates->causes, fates->cause_count, sizeof *fates->causes, compare_causes);
    return status;
}

void fate_table_fini(struct fate_table *fates)
{
    for (size_t i = 0; i < fates->count; i++)
        free(fates->resources[i].resource);
    for (size_t i = 0; i < fates->cause_count; i++) {
        free(fates->causes[i].resource);
        free(fates->causes[i].text);
    }
    free(fates->resources);
    free(fates->causes);
    *fates = (struct fate_table){0};
}

bool fate_counts_add_up(const struct fate_counts *resource)
{
    double sum = 0;
    for (size_t i = 0; i < FATE_COUNT; i++)
        sum += resource->counts[i];
    return sum == resource->entered; /* whole numbers, exact up to 2^53 */
}

static int colour_of_fate(size_t fate)
{
    switch ((enum fate)fate) {
    case FATE_SUCCEEDED:
        return COLOUR_GOOD;
    case FATE_IN_FLIGHT:
        return COLOUR_QUIET;
    case FATE_FAILED:
        return COLOUR_BAD;
    case FATE_REJECTED:
        return COLOUR_LIMIT;
    default:
        break;
    }
    return (int)(fate % PLOT_COLOURS) + 1;
}

bool fate_plot(const struct fate_table *fates, struct plot *plot)
{
    size_t rows = fates->count < RUN_BARS_ROWS ? fates->count : RUN_BARS_ROWS;
    if (rows == 0)
        return false;
    plot_init(plot, "fates", "Where the items went", "Of what entered each resource, how much ended how: each bar is the whole of it.");
    plot->panel_count = 1;
    double before[RUN_BARS_ROWS] = {0};
    for (size_t fate = 0; fate < FATE_COUNT && !plot->failed; fate++) {
        struct plot_series *series =
            fates->totals[fate] > 0 ? plot_add(plot, 0, MARK_ROWS, colour_of_fate(fate), fate_names[fate], rows) : NULL;
        for (size_t i = 0; series && i < rows; i++) {
            double share = 100 * fates->resources[i].counts[fate] / fates->resources[i].entered;
            series->x[i] = (double)(rows - i);
            series->low[i] = before[i];
            series->high[i] = before[i] += share;
        }
    }
    for (size_t i = 0; i < rows; i++)
        plot_add_row(plot, 0, (double)(rows - i), fates->resources[i].resource);
    rows_axis(plot, rows);
    plot_axis_linear(plot, &plot->x, "of what entered (%)", 0, 100);
    return true;
}
