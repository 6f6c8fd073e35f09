/* page_run.c: the page of a run: what was asked and what came of it, in the order in which one wants to know. */
#include "output/page_run.h"

#include "output/html_writer.h"
#include "output/page.h"

#include <stdlib.h>
#include <string.h>

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

void page_run_picture(struct page *page, const struct page_run *run, const char *name)
{
    for (size_t i = 0; i < run->plots->count; i++)
        if (strcmp(run->plots->list[i].name, name) == 0)
            page_figure(page, &run->plots->list[i], run->drawings[i].svg, run->drawings[i].length);
}

static char *lead_of(const cJSON *manifest)
{
    const cJSON *scenario = cJSON_GetObjectItemCaseSensitive(manifest, "scenario");
    const char *drain = text_of(scenario, "drain"), *warmup = text_of(scenario, "warmup");
    bool drains = *drain && strcmp(drain, "0s") != 0, warms = *warmup && strcmp(warmup, "0s") != 0;
    double replications = number_of(manifest, "replications");
    char *lead = NULL;
    if (asprintf(&lead, "%s simulated%s%s%s%s%s; %.0f replication%s; rules %s, prices %s.", text_of(scenario, "duration"),
                 drains ? " and " : "", drains ? drain : "", drains ? " of drain" : "", warms ? ", warm-up left out: " : "",
                 warms ? warmup : "", replications, replications == 1 ? "" : "s",
                 text_of(cJSON_GetObjectItemCaseSensitive(manifest, "rules"), "book"),
                 text_of(cJSON_GetObjectItemCaseSensitive(manifest, "prices"), "book")) < 0)
        return NULL;
    return lead;
}

static void time_line(struct page *page, const struct page_run *run)
{
    page_section(page, "time", "Over time");
    if (run->time_plots == 0)
        html(page->out, "<p>Nothing that changes over time was measured.</p>\n");
    html(page->out,
         "<p>A picture shows at most %d resources side by side and %d of a kind one by one: the largest. timeseries.csv holds all "
         "that was measured by period, of the first replication unless --timeseries mean was asked for.</p>\n",
         RUN_PLOTS_LINES, RUN_PLOTS_EACH);
    for (size_t i = 0; i < run->time_plots; i++)
        page_figure(page, &run->plots->list[i], run->drawings[i].svg, run->drawings[i].length);
}

enum status page_run_write(const struct page_run *run, FILE *out)
{
    char monitor[80];
    (void)snprintf(monitor, sizeof monitor, "What %s would show", run->request->pictures->monitor);
    const char *const contents[] = {
        "verdict",  "Verdict",         "figures", "Figures", "time",         "Over time",    "fates",       "Where the items went",
        "bill",     "The bill",        "monitor", monitor,   "expectations", "Expectations", "assumptions", "Assumptions",
        "manifest", "How it was made", NULL};
    const cJSON *manifest = run->data->manifest;
    struct page page;
    char *lead = lead_of(manifest), *title = NULL;
    const char *name = text_of(manifest, "name");
    if (asprintf(&title, "%s: what was simulated", *name ? name : "A run") < 0)
        title = NULL;
    if (!lead || !title) {
        free(lead);
        free(title);
        return STATUS_NO_MEMORY;
    }
    page_begin(&page, out, title, lead, contents);
    page_run_verdict(&page, run);
    page_run_figures(&page, run);
    time_line(&page, run);
    page_run_fates(&page, run);
    page_run_bill(&page, run);
    page_run_monitor(&page, run);
    page_run_expectations(&page, run);
    page_run_assumptions(&page, run);
    page_run_manifest(&page, run);
    page_end(&page);
    free(lead);
    free(title);
    return STATUS_OK;
}
