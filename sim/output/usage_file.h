/* usage_file.h: the month's usage of a run as YAML for another calculator: infracost-usage.yml. */
#ifndef SLSIM_OUTPUT_USAGE_FILE_H
#define SLSIM_OUTPUT_USAGE_FILE_H

#include "document/diagnostics.h"
#include "experiment/run.h"
#include "measure/usage_layout.h"

/* Every resource that `keys` (ends with {0}) tells of, under its logical id. The file is whole or not there. */
enum status usage_file_write(const struct run_result *result, const struct usage_key *keys, const char *path,
                             struct diagnostics *diagnostics);

#endif
