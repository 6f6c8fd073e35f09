/* advice.h: where a reader of the figures would go wrong. */
#ifndef SLSIM_OUTPUT_ADVICE_H
#define SLSIM_OUTPUT_ADVICE_H

#include "document/diagnostics.h"
#include "output/headline_rows.h"

/* Adds notes: a run without replications, headline figures whose 95 % interval is wide. */
void advise(const struct headline_rows *rows, struct diagnostics *notes);

#endif
