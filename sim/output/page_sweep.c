/* page_sweep.c: the page of a sweep. */
#include "output/html_writer.h"
#include "output/page.h"
#include "output/sweep_plots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_SHOWN 200u

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

/* The first points, with the figures that differ. */
static void points_table(struct page *page, const struct sweep_points *points)
{
    size_t columns = points->column_count + points->figure_count + 1;
    struct table_column *titles = calloc(columns, sizeof *titles);
    char(*heads)[200] = calloc(points->figure_count + 1, sizeof *heads);
    struct table table;
    if (titles && heads) {
        titles[0] = (struct table_column){"point", true};
        for (size_t i = 0; i < points->column_count; i++)
            titles[1 + i] = (struct table_column){points->columns[i].title, true};
        for (size_t i = 0; i < points->figure_count; i++) {
            const struct sweep_figure *figure = &points->figures[i];
            (void)snprintf(heads[i], sizeof *heads, "%s.%s %s (%s)", figure->resource, figure->metric, figure->stat, figure->unit);
            titles[1 + points->column_count + i] = (struct table_column){heads[i], true};
        }
        table_init(&table, titles, columns);
        for (size_t p = 0; p < points->count && p < ROWS_SHOWN; p++) {
            table_number(&table, (double)p + 1);
            for (size_t i = 0; i < points->column_count; i++)
                table_text(&table, points->columns[i].texts[p]);
            for (size_t i = 0; i < points->figure_count; i++) {
                char text[40] = "";
                if (!isnan(points->figures[i].mean[p]))
                    (void)snprintf(text, sizeof text, "%.5g", points->figures[i].mean[p]);
                table_text(&table, text);
            }
        }
        page_table(page, "Points", &table, false);
        table_fini(&table);
    }
    if (points->count > ROWS_SHOWN || points->left_out > 0)
        html(page->out, "<p>These are the first %d points: points.csv has all of them.</p>\n", (int)ROWS_SHOWN);
    free(titles);
    free(heads);
}

static void write_pictures(struct page *page, const struct sweep_points *points, const struct sweep_plots *plots,
                           const struct drawing *drawings)
{
    page_section(page, "pictures", "What follows from what");
    if (plots->count == 0)
        html(page->out, "<p>No figure differs between the points.</p>\n");
    if (points->left_out > 0)
        html(page->out, "<p>The pictures show the first %d points.</p>\n", (int)SWEEP_POINTS_DRAWN);
    for (size_t i = 0; i < plots->count; i++)
        page_figure(page, &plots->list[i], drawings[i].svg, drawings[i].length);
}

static enum status write_page(FILE *out, const struct sweep_points *points, const struct sweep_plots *plots, const struct drawing *drawings)
{
    static const char *const contents[] = {"pictures", "What follows from what", "points", "Points", "manifest", "How it was made", NULL};
    const cJSON *manifest = points->manifest, *sweep = cJSON_GetObjectItemCaseSensitive(manifest, "sweep");
    char *lead = NULL, *title = NULL;
    struct page page;
    double replications = number_of(manifest, "replications");
    if (asprintf(&lead, "%.0f points by the method \"%s\", %.0f replication%s each; rules %s, prices %s.", number_of(sweep, "points"),
                 text_of(sweep, "method"), replications, replications == 1 ? "" : "s",
                 text_of(cJSON_GetObjectItemCaseSensitive(manifest, "rules"), "book"),
                 text_of(cJSON_GetObjectItemCaseSensitive(manifest, "prices"), "book")) < 0)
        return STATUS_NO_MEMORY;
    if (asprintf(&title, "%s: a sweep", text_of(manifest, "name")) < 0) {
        free(lead);
        return STATUS_NO_MEMORY;
    }
    page_begin(&page, out, title, lead, contents);
    write_pictures(&page, points, plots, drawings);
    page_section(&page, "points", "Points");
    points_table(&page, points);
    page_section(&page, "manifest", "How it was made");
    html(out, "<p>slsim %s. manifest.json holds the scenario, rules, prices and hashes of all inputs; runs.csv every run.</p>\n",
         text_of(manifest, "version"));
    page_end(&page);
    free(lead);
    free(title);
    return STATUS_OK;
}

static enum status save_page(int folder, const char *path, const struct sweep_points *points, const struct sweep_plots *plots,
                             const struct drawing *drawings, struct diagnostics *diagnostics)
{
    FILE *out = report_page_create(folder);
    enum status status = out ? write_page(out, points, plots, drawings) : STATUS_OK;
    if (status == STATUS_OK)
        return report_page_commit(folder, path, out, "report.html", diagnostics);
    report_page_drop(folder, out);
    return status;
}

enum status sweep_report_write(int folder, const char *path, cJSON *manifest, const struct report_request *request,
                               struct diagnostics *diagnostics)
{
    struct sweep_points points;
    struct sweep_plots plots = {0};
    struct drawing drawings[SWEEP_FIGURES_DRAWN] = {0};
    errno = 0;
    enum status status = sweep_points_read(folder, manifest, &points);
    if (status == STATUS_OK)
        sweep_plots_make(&points, &plots);
    if (plots.failed)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = report_draw(folder, path, plots.list, plots.count, request->png, drawings, diagnostics);
    if (status == STATUS_OK && request->page)
        status = save_page(folder, path, &points, &plots, drawings, diagnostics);
    if (status != STATUS_OK && diagnostics->error_count == 0)
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %s", path,
                 status == STATUS_IO && errno ? strerror(errno) : "is no whole sweep");
    for (size_t i = 0; i < plots.count; i++)
        free(drawings[i].svg);
    sweep_plots_fini(&plots);
    sweep_points_fini(&points);
    return status;
}
