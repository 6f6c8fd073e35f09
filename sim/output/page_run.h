/* page_run.h: the page of a run. */
#ifndef SLSIM_OUTPUT_PAGE_RUN_H
#define SLSIM_OUTPUT_PAGE_RUN_H

#include "output/report.h"
#include "output/result_data.h"
#include "output/run_bars.h"
#include "output/run_plots.h"

/* What the page is made of. All borrowed. */
struct page_run {
    const struct result_data *data;
    const struct report_request *request;
    const struct run_plots *plots; /* over time, then those below, where they are */
    const struct drawing *drawings;
    size_t time_plots; /* the first of them */
    const struct cost_items *bill;
    const struct fate_table *fates;
};

enum status page_run_write(const struct page_run *run, FILE *out);

/* Private to page_run*.c: the sections. */
struct page;
void page_run_verdict(struct page *page, const struct page_run *run);
void page_run_figures(struct page *page, const struct page_run *run);
void page_run_fates(struct page *page, const struct page_run *run);
void page_run_bill(struct page *page, const struct page_run *run);
void page_run_monitor(struct page *page, const struct page_run *run);
void page_run_expectations(struct page *page, const struct page_run *run);
void page_run_assumptions(struct page *page, const struct page_run *run);
void page_run_manifest(struct page *page, const struct page_run *run);
/* The picture of that name, if there is one. */
void page_run_picture(struct page *page, const struct page_run *run, const char *name);

#endif
