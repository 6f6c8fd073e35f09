/* advice.c: where a reader of the figures would go wrong. */
#include "output/advice.h"

#include "output/figure_text.h"

#include <math.h>

/* An interval is wide when half of it is more than this share of the figure. */
#define WIDE_SHARE 0.1
/* So many figures are named; the rest are counted. */
#define WIDE_NAMED 3u

static double wideness(const struct figure *figure)
{
    double half = (figure->interval.high - figure->interval.low) / 2;
    return isnan(half) || figure->interval.mean == 0 ? 0 : half / fabs(figure->interval.mean);
}

static void name_wide(const struct figure *figure, struct diagnostics *notes)
{
    char value[FIGURE_TEXT_SIZE], half[FIGURE_TEXT_SIZE];
    double mean = figure->interval.mean;
    const char *unit = figure->metric->unit;
    diagnose(notes, SEVERITY_NOTE, (struct place){0}, NULL, "more --replications, or a longer duration, narrow it",
             "%s.%s.%s is %s \u00b1 %s: its 95 %% interval is wide", figure->resource, figure->metric->name, figure->stat,
             figure_text(mean, unit, value), figure_text_beside(wideness(figure) * fabs(mean), mean, unit, half));
}

static void advise_on_intervals(const struct headline_rows *rows, struct diagnostics *notes)
{
    size_t wide = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct headline_row *row = &rows->list[i];
        for (const struct headline_column *column = row->section->columns; column->title; column++) {
            const struct figure *figure = headline_row_figure(row, column->metric, column->stat);
            if (figure && wideness(figure) > WIDE_SHARE && wide++ < WIDE_NAMED)
                name_wide(figure, notes);
        }
    }
    if (wide > WIDE_NAMED)
        diagnose(notes, SEVERITY_NOTE, (struct place){0}, NULL, "summary.csv has all intervals",
                 "%zu more headline figures have a wide interval", wide - WIDE_NAMED);
}

void advise(const struct headline_rows *rows, struct diagnostics *notes)
{
    const struct run_result *result = rows->result;
    if (result->planned == 1)
        diagnose(notes, SEVERITY_NOTE, (struct place){0}, NULL, "--replications 10 gives 95 % intervals",
                 "one replication: chance alone could make these figures differ, and nothing says by how much");
    advise_on_intervals(rows, notes);
}
