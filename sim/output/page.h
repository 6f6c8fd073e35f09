/* page.h: one self-contained HTML page: its frame and the pieces that all pages are made of. It loads nothing, needs no script to be read,
 * and takes its colours from the reader's scheme. */
#ifndef SLSIM_OUTPUT_PAGE_H
#define SLSIM_OUTPUT_PAGE_H

#include "output/plot.h"
#include "output/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Pictures beyond so many bytes of a page are only named: their files are beside it. */
#define PAGE_BYTES_MAX 900000u

struct page {
    FILE *out;
    size_t sections;
};

/* `title` is the document's and its heading; `lead` (may be "") a line below it. `contents`: pairs of an id and a heading, ends with NULL.
 */
void page_begin(struct page *page, FILE *out, const char *title, const char *lead, const char *const *contents);
void page_end(struct page *page);

/* A section with its heading; ends the one before. `id` is a literal of ours. */
void page_section(struct page *page, const char *id, const char *heading);
/* A table that scrolls within itself; `caption` names it. Columns that are right-aligned are figures. `total`: the last row sums up. */
void page_table(struct page *page, const char *caption, const struct table *table, bool total);

/* A picture with its caption and, behind a fold, its figures. `svg` (drawn inline, `length` bytes) may be NULL: then only the table. */
void page_figure(struct page *page, const struct plot *plot, const char *svg, size_t length);

#endif
