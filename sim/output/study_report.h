/* study_report.h: the page of a comparison, a sizing or a sensitivity: pictures and the table behind them. */
#ifndef SLSIM_OUTPUT_STUDY_REPORT_H
#define SLSIM_OUTPUT_STUDY_REPORT_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <stdbool.h>

/* Reads the CSV `table` and writes plots/ and, with `page`, the file `page_name` into `folder` (a descriptor; `path` is its name for
 * messages). STATUS_INVALID with a diagnostic when the table is of no study. */
enum status study_report_write(int folder, const char *path, const char *table, const char *page_name, bool png,
                               struct diagnostics *diagnostics);

#endif
