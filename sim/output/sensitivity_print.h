/* sensitivity_print.h: a tornado in figures. */
#ifndef SLSIM_OUTPUT_SENSITIVITY_PRINT_H
#define SLSIM_OUTPUT_SENSITIVITY_PRINT_H

#include "experiment/sensitivity.h"
#include "output/answer.h"

struct sensitivity_report {
    const struct study *study;
    const struct sensitivity_request *request;
    const struct sensitivity *sensitivity;
};

enum status sensitivity_print(const struct answer *frame, const struct sensitivity_report *report, FILE *out);
/* The table as CSV, in a file that is whole or not there. */
enum status sensitivity_files_write(const struct sensitivity_report *report, const char *path, struct diagnostics *diagnostics);

#endif
