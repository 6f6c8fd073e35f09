/* report.h: a result folder's pictures and its page, made from the files that are in it. */
#ifndef SLSIM_OUTPUT_REPORT_H
#define SLSIM_OUTPUT_REPORT_H

#include "document/diagnostics.h"
#include "engine/status.h"
#include "measure/headline.h"
#include "measure/picture.h"
#include "output/plot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct report_request {
    const struct picture_layout *pictures;
    const struct summary_layout *summary;
    bool page; /* report.html */
    bool png;  /* plots as PNG beside the SVG */
};

/* Writes plots/ and, where asked for, report.html into `folder` (a descriptor; `path` is its name for messages), in place of older ones.
 * Without gnuplot the scripts and their data are written all the same, with a warning. STATUS_IO or STATUS_INVALID with a diagnostic. */
enum status report_write(int folder, const char *path, const struct report_request *request, struct diagnostics *diagnostics);

/* Pictures as they were drawn, for a page. */
struct drawing {
    char *svg; /* owned; NULL: it was not drawn */
    size_t length;
};

/* Writes plots/ with the files of `count` plots, draws them, and leaves in `drawings` (`count`, the caller frees each svg) what goes into a
 * page. */
enum status report_draw(int folder, const char *path, const struct plot *plots, size_t count, bool png, struct drawing *drawings,
                        struct diagnostics *diagnostics);

/* A page under way: written beside its name. NULL with errno when it cannot be made. */
FILE *report_page_create(int folder);
/* Closes `out` (NULL: it could not be made) and gives the page its name. STATUS_IO with a diagnostic. */
enum status report_page_commit(int folder, const char *path, FILE *out, const char *name, struct diagnostics *diagnostics);
/* Closes a page that will not be, and removes it. */
void report_page_drop(int folder, FILE *out);

#endif
