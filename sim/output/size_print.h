/* size_print.h: the answer of a search for the right size. */
#ifndef SLSIM_OUTPUT_SIZE_PRINT_H
#define SLSIM_OUTPUT_SIZE_PRINT_H

#include "experiment/size_study.h"
#include "output/answer.h"

struct size_report {
    const struct study *study;
    const struct size_request *request;
    const struct size_answer *answer;
};

/* `frame` with the settings that were chosen goes before it. */
enum status size_print(const struct answer *frame, const struct size_report *report, FILE *out);
/* Every setting that was tried: settings, figures with their intervals, replications, verdict, role. */
enum status size_points_csv(const struct size_report *report, FILE *out);

#endif
