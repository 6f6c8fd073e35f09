/* study_report.c: the page of a study. */
#include "output/study_report.h"

#include "output/figure_text.h"
#include "output/html_writer.h"
#include "output/page.h"
#include "output/report.h"
#include "output/study_plots.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_MAX 200u

/* What a page of each kind says. */
static const struct {
    const char *title, *lead;
} words[] = {
    [STUDY_COMPARISON] = {"Two variants side by side", "Differences under the same chance, with 95 % intervals; B minus A."},
    [STUDY_POINTS] = {"The right size", "Every setting that was tried, and what came of it."},
    [STUDY_CROSSING] = {"Where two bills cross", "Both bills over what was varied."},
    [STUDY_TORNADO] = {"What the answer hangs on", "How far each input moves a figure over its plausible range."},
};

static size_t count_of(const struct csv_table *table, const char *column, const char *word)
{
    size_t index = csv_table_column(table, column), count = 0;
    for (size_t r = 0; index != SIZE_MAX && r < table->row_count; r++)
        count += strcmp(csv_table_field(table, r, index), word) == 0;
    return count;
}

/* All columns but the mark. */
static bool is_shown(const struct csv_table *table, size_t column)
{
    return strcmp(table->header[column], "mark") != 0;
}

static bool is_same(const struct csv_table *table, size_t row)
{
    size_t mark = csv_table_column(table, "mark");
    return mark != SIZE_MAX && strcmp(csv_table_field(table, row, mark), "=") == 0;
}

/* "The answer: Api.MemorySize = 483 or 484 or 485. The replications do not tell which." */
static void answer(struct page *page, const struct csv_table *table)
{
    size_t role = csv_table_column(table, "role"), told = 0;
    html(page->out, "<p class=\"verdict ok\">The answer: %s = ", table->header[0]);
    for (size_t r = 0; r < table->row_count; r++) {
        const char *is = csv_table_field(table, r, role);
        if (strcmp(is, "answer") == 0 || strcmp(is, "or") == 0)
            html(page->out, "%h%s", told++ > 0 ? " or " : "", csv_table_field(table, r, 0));
    }
    html(page->out, told > 1 ? ". The replications do not tell which.</p>\n" : ".</p>\n");
}

static void verdict(struct page *page, const struct csv_table *table, enum study_kind kind)
{
    page_section(page, "verdict", "The verdict");
    if (kind == STUDY_COMPARISON) {
        size_t better = count_of(table, "verdict", "better"), worse = count_of(table, "verdict", "worse");
        html(page->out, "<p class=\"verdict\">From A to B %z figures get better and %z worse; %z are unclear.</p>\n", better, worse,
             count_of(table, "verdict", "unclear"));
        return;
    }
    if (kind == STUDY_POINTS && count_of(table, "role", "answer") > 0)
        answer(page, table);
    if (kind == STUDY_POINTS && count_of(table, "role", "answer") == 0)
        html(page->out, "<p class=\"verdict no\">No setting that was tried is the answer.</p>\n");
    if (kind == STUDY_TORNADO && table->row_count > 0)
        html(page->out, "<p class=\"verdict\">%s moves %s most.</p>\n",
             csv_table_field(table, 0, csv_table_column(table, "input") == SIZE_MAX ? 0 : csv_table_column(table, "input")),
             csv_table_field(table, 0, 0));
    if (kind == STUDY_CROSSING)
        html(page->out, "<p class=\"verdict\">%z values were looked at; the bills cross where the lines do.</p>\n", table->row_count);
}

static void all_rows(struct page *page, const struct csv_table *source)
{
    struct table_column *columns = calloc(source->column_count + 1, sizeof *columns);
    size_t shown = 0, rows = 0, same = 0;
    struct table table;
    if (!columns)
        return;
    for (size_t c = 0; c < source->column_count; c++)
        if (is_shown(source, c)) {
            double value;
            columns[shown++] = (struct table_column){source->header[c], csv_table_number(source, 0, c, &value)};
        }
    table_init(&table, columns, shown);
    for (size_t r = 0; r < source->row_count; r++) {
        same += is_same(source, r);
        if (is_same(source, r) || rows++ >= ROWS_MAX)
            continue;
        for (size_t c = 0; c < source->column_count; c++) {
            double value;
            char text[FIGURE_TEXT_SIZE];
            if (is_shown(source, c))
                table_text(&table, csv_table_number(source, r, c, &value) ? figure_text(value, "", text) : csv_table_field(source, r, c));
        }
    }
    page_section(page, "table", "All figures");
    page_table(page, "The table behind the pictures", &table, false);
    if (same > 0)
        html(page->out, "<p>%z figures are the same in both and not shown.</p>\n", same);
    if (rows > ROWS_MAX)
        html(page->out, "<p>The first %d of %z rows are shown.</p>\n", (int)ROWS_MAX, rows);
    table_fini(&table);
    free(columns);
}

static void write_page(FILE *out, const struct csv_table *table, enum study_kind kind, const struct run_plots *plots,
                       const struct drawing *drawings)
{
    static const char *const contents[] = {"verdict", "Verdict", "pictures", "Pictures", "table", "All figures", NULL};
    struct page page;
    page_begin(&page, out, words[kind].title, words[kind].lead, contents);
    verdict(&page, table, kind);
    page_section(&page, "pictures", "Pictures");
    if (plots->count == 0)
        html(out, "<p>Nothing differs, so there is nothing to see.</p>\n");
    for (size_t i = 0; i < plots->count; i++)
        page_figure(&page, &plots->list[i], drawings[i].svg, drawings[i].length);
    all_rows(&page, table);
    page_end(&page);
}

static enum status make(int folder, const char *path, const struct csv_table *table, enum study_kind kind, const char *page_name, bool png,
                        struct diagnostics *diagnostics)
{
    struct run_plots plots;
    study_plots_make(table, kind, &plots);
    bool failed = plots.failed;
    for (size_t i = 0; i < plots.count; i++)
        failed |= plots.list[i].failed;
    struct drawing *drawings = failed ? NULL : calloc(plots.count + 1, sizeof *drawings);
    enum status status = drawings ? report_draw(folder, path, plots.list, plots.count, png, drawings, diagnostics) : STATUS_NO_MEMORY;
    FILE *out = status == STATUS_OK && page_name ? report_page_create(folder) : NULL;
    if (out)
        write_page(out, table, kind, &plots, drawings);
    if (status == STATUS_OK && page_name)
        status = report_page_commit(folder, path, out, page_name, diagnostics);
    for (size_t i = 0; drawings && i < plots.count; i++)
        free(drawings[i].svg);
    free(drawings);
    run_plots_fini(&plots);
    return status;
}

enum status study_report_write(int folder, const char *path, const char *table_path, const char *page_name, bool png,
                               struct diagnostics *diagnostics)
{
    struct csv_table *table = NULL;
    enum status status = csv_table_read(table_path, (struct place){table_path, 0, 0}, diagnostics, &table);
    enum study_kind kind = status == STATUS_OK ? study_kind_of(table) : STUDY_UNKNOWN;
    if (status == STATUS_OK && kind == STUDY_UNKNOWN) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){table_path, 0, 0}, NULL, "", "is no table of compare, size or sensitivity");
        status = STATUS_INVALID;
    }
    if (status == STATUS_OK)
        status = make(folder, path, table, kind, page_name, png, diagnostics);
    csv_table_free(table);
    return status;
}
