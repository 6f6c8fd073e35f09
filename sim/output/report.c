/* report.c: from a result folder to its pictures and its page. */
#include "output/report.h"

#include "output/page_run.h"
#include "output/study_report.h"
#include "output/sweep_folder.h"
#include "output/sweep_manifest.h"
#include "output/sweep_plots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum status refuse(struct diagnostics *diagnostics, const char *path, enum status status)
{
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, status == STATUS_INVALID ? "name a folder that slsim run wrote" : "",
             "%s: %s", path,
             status == STATUS_INVALID ? "is no result of a run"
             : status == STATUS_IO    ? strerror(errno)
                                      : status_text(status));
    return status;
}

/* All that is read, and what is made of it. */
struct report {
    struct result_data data;
    struct run_plots plots;
    size_t time_plots;
    struct cost_items bill;
    struct fate_table fates;
};

static enum status read_report(int folder, const struct report_request *request, struct report *report)
{
    enum status status = result_data_open(&report->data, folder);
    if (status == STATUS_OK)
        status = run_plots_make(&report->data, request->pictures, &report->plots);
    report->time_plots = report->plots.count;
    if (status == STATUS_OK)
        status = cost_items_read(folder, &report->bill);
    if (status == STATUS_OK)
        status = fate_table_read(folder, &report->fates);
    struct plot *plot = status == STATUS_OK ? run_plots_add(&report->plots) : NULL;
    if (plot && !fate_plot(&report->fates, plot))
        report->plots.count--;
    plot = plot ? run_plots_add(&report->plots) : NULL;
    if (plot && !cost_items_plot(&report->bill, plot))
        report->plots.count--;
    if (status == STATUS_OK && (!plot || report->plots.failed))
        status = STATUS_NO_MEMORY;
    for (size_t i = 0; i < report->plots.count && status == STATUS_OK; i++)
        if (report->plots.list[i].failed)
            status = STATUS_NO_MEMORY;
    return status;
}

static void report_fini(struct report *report)
{
    run_plots_fini(&report->plots);
    cost_items_fini(&report->bill);
    fate_table_fini(&report->fates);
    result_data_close(&report->data);
}

/* The table that compare or size left in its folder. */
static enum status write_study(int folder, const char *path, const char *name, const struct report_request *request,
                               struct diagnostics *diagnostics)
{
    char *table = NULL;
    if (asprintf(&table, "%s/%s", path, name) < 0)
        return STATUS_NO_MEMORY;
    enum status status = study_report_write(folder, path, table, request->page ? "report.html" : NULL, request->png, diagnostics);
    free(table);
    return status;
}

enum status report_write(int folder, const char *path, const struct report_request *request, struct diagnostics *diagnostics)
{
    cJSON *manifest = NULL;
    if (sweep_folder_manifest_in(folder, &manifest) == STATUS_OK && manifest && sweep_manifest_is_one(manifest))
        return sweep_report_write(folder, path, manifest, request, diagnostics);
    cJSON_Delete(manifest);
    if (faccessat(folder, "comparison.csv", R_OK, 0) == 0)
        return write_study(folder, path, "comparison.csv", request, diagnostics);
    if (faccessat(folder, "points.csv", R_OK, 0) == 0)
        return write_study(folder, path, "points.csv", request, diagnostics);
    struct report report = {0};
    enum status status = read_report(folder, request, &report);
    struct drawing *drawings = status == STATUS_OK ? calloc(report.plots.count + 1, sizeof *drawings) : NULL;
    if (status == STATUS_OK && !drawings)
        status = STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        (void)refuse(diagnostics, path, status);
    } else {
        status = report_draw(folder, path, report.plots.list, report.plots.count, request->png, drawings, diagnostics);
        const struct page_run page = {&report.data, request, &report.plots, drawings, report.time_plots, &report.bill, &report.fates};
        FILE *out = status == STATUS_OK && request->page ? report_page_create(folder) : NULL;
        if (out && (status = page_run_write(&page, out)) != STATUS_OK) {
            (void)refuse(diagnostics, path, status);
            report_page_drop(folder, out);
        }
        if (request->page && status == STATUS_OK)
            status = report_page_commit(folder, path, out, "report.html", diagnostics);
    }
    for (size_t i = 0; drawings && i < report.plots.count; i++)
        free(drawings[i].svg);
    free(drawings);
    report_fini(&report);
    return status;
}
