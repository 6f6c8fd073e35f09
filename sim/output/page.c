/* page.c: the frame of a page, and what pages are made of. */
#include "output/page.h"

#include "output/figure_text.h"
#include "output/html_writer.h"
#include "output/page_style.h"
#include "output/svg_theme.h"

#include <math.h>
#include <string.h>

void page_begin(struct page *page, FILE *out, const char *title, const char *lead, const char *const *contents)
{
    *page = (struct page){.out = out};
    html(out,
         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
         "script-src 'unsafe-inline'\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>%s</title>\n<style>\n",
         title);
    svg_theme_css(out);
    html(out, "\n%h</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">To the content</a>\n<header>\n<h1>%s</h1>\n", page_css,
         title);
    if (*lead)
        html(out, "<p>%s</p>\n", lead);
    html(out, "</header>\n<nav aria-label=\"Contents\">\n<ul>\n");
    for (; contents && *contents; contents += 2)
        html(out, "<li><a href=\"#%s\">%s</a></li>\n", contents[0], contents[1]);
    html(out, "</ul>\n</nav>\n<main id=\"content\">\n");
}

void page_section(struct page *page, const char *id, const char *heading)
{
    if (page->sections++ > 0)
        html(page->out, "</section>\n");
    html(page->out, "<section id=\"%s\" aria-labelledby=\"%s-heading\">\n<h2 id=\"%s-heading\">%s</h2>\n", id, id, id, heading);
}

void page_end(struct page *page)
{
    if (page->sections > 0)
        html(page->out, "</section>\n");
    html(page->out,
         "</main>\n<footer><p>Made by slsim. Everything is in this file: nothing is loaded from anywhere.</p></footer>\n"
         "<script>\n%h</script>\n</body>\n</html>\n",
         page_script);
}

static void table_row(FILE *out, const struct table *table, size_t row)
{
    html(out, "<tr>");
    for (size_t c = 0; c < table->column_count; c++) {
        const char *text = table->cells[row * table->column_count + c].text;
        if (c == 0)
            html(out, "<th scope=\"row\">%s</th>", text);
        else
            html(out, table->columns[c].right ? "<td class=\"n\">%s</td>" : "<td>%s</td>", text);
    }
    html(out, "</tr>\n");
}

void page_table(struct page *page, const char *caption, const struct table *table, bool total)
{
    size_t rows = table->column_count ? table->cell_count / table->column_count : 0;
    html(page->out, "<div class=\"scroll\" role=\"region\" aria-label=\"%s\" tabindex=\"0\">\n<table>\n<caption>%s</caption>\n<thead><tr>",
         caption, caption);
    for (size_t c = 0; c < table->column_count; c++)
        html(page->out, table->columns[c].right ? "<th scope=\"col\" class=\"n\">%s</th>" : "<th scope=\"col\">%s</th>",
             table->columns[c].title);
    html(page->out, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < rows; r++) {
        if (total && r + 1 == rows)
            html(page->out, "</tbody>\n<tfoot>\n");
        table_row(page->out, table, r);
    }
    html(page->out, total && rows > 0 ? "</tfoot>\n</table>\n</div>\n" : "</tbody>\n</table>\n</div>\n");
}

/* What a series tells in a line of figures. */
struct digest {
    double least, mean, most, at;
};

static struct digest digest_of(const struct plot_series *series)
{
    struct digest digest = {NAN, NAN, NAN, NAN};
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++) {
        double value = series->y ? series->y[i] : series->high[i] - series->low[i];
        if (isnan(value))
            continue;
        sum += value;
        count++;
        digest.least = fmin(digest.least, value);
        if (!(value <= digest.most)) {
            digest.most = value;
            digest.at = series->x[i];
        }
    }
    if (count > 0)
        digest.mean = sum / (double)count;
    return digest;
}

static void figure_cell(struct table *table, double value)
{
    char text[FIGURE_TEXT_SIZE];
    table_text(table, figure_text(value, "", text));
}

static void digest_table(struct page *page, const struct plot *plot)
{
    const struct table_column columns[] = {{"series", false}, {"axis", false},   {"least", true},
                                           {"mean", true},    {"largest", true}, {plot->x.label ? plot->x.label : "at", true}};
    struct table table;
    table_init(&table, columns, 6);
    for (size_t p = 0; p < plot->panel_count; p++) {
        const struct plot_panel *panel = &plot->panels[p];
        for (size_t i = 0; i < panel->count; i++) {
            const struct plot_series *series = &panel->series[i];
            const struct plot_axis *axis = series->second ? &panel->y2 : &panel->y;
            struct digest digest = digest_of(series);
            table_text(&table, *series->label ? series->label : axis->label ? axis->label : plot->title);
            table_text(&table, axis->label ? axis->label : "");
            figure_cell(&table, digest.least);
            figure_cell(&table, digest.mean);
            figure_cell(&table, digest.most);
            figure_cell(&table, digest.at);
        }
    }
    page_table(page, plot->title, &table, false);
    table_fini(&table);
}

/* Of lying bars: what stands at each height. */
static void rows_table(struct page *page, const struct plot *plot)
{
    const struct plot_panel *panel = &plot->panels[0];
    const struct table_column columns[] = {{"row", false}, {"series", false}, {"from", true}, {"to", true}, {"size", true}};
    struct table table;
    table_init(&table, columns, 5);
    for (size_t r = 0; r < panel->row_count; r++) {
        for (size_t i = 0; i < panel->count; i++) {
            const struct plot_series *series = &panel->series[i];
            for (size_t j = 0; series->low && j < series->count; j++) {
                if (series->x[j] < panel->rows[r].at || series->x[j] > panel->rows[r].at || isnan(series->high[j]))
                    continue;
                table_text(&table, panel->rows[r].text);
                table_text(&table, series->label);
                figure_cell(&table, series->low[j]);
                figure_cell(&table, series->high[j]);
                figure_cell(&table, series->high[j] - series->low[j]);
            }
        }
    }
    page_table(page, plot->title, &table, false);
    table_fini(&table);
}

void page_figure(struct page *page, const struct plot *plot, const char *svg, size_t length)
{
    html(page->out, "<figure id=\"figure-%s\">\n<h3>%s</h3>\n", plot->name, plot->title);
    if (svg && ftell(page->out) + (long)length < (long)PAGE_BYTES_MAX) {
        html(page->out, "<div class=\"picture\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">", plot->title);
        (void)fwrite(svg, 1, length, page->out);
        html(page->out, "</div>\n");
    } else if (svg) {
        html(page->out, "<p>This page would be too large with it: see plots/%s.svg.</p>\n", plot->name);
    }
    html(page->out, "<figcaption>%s</figcaption>\n<details><summary>Figures<span class=\"hidden\"> of %s</span></summary>\n", plot->caption,
         plot->title);
    if (plot->panels[0].row_count > 0 && !plot->panels[0].cells)
        rows_table(page, plot);
    else if (plot->panels[0].cells)
        html(page->out, "<p>Its figures are in the table <a href=\"#points\">of the points</a>.</p>\n");
    else
        digest_table(page, plot);
    html(page->out, "<p>All points: plots/%s.csv</p></details>\n</figure>\n", plot->name);
}
