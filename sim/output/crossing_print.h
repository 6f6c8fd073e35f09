/* crossing_print.h: where two bills cross, printed. */
#ifndef SLSIM_OUTPUT_CROSSING_PRINT_H
#define SLSIM_OUTPUT_CROSSING_PRINT_H

#include "experiment/crossing.h"
#include "output/answer.h"

struct crossing_report {
    const struct study *study;
    const struct crossing_request *request;
    const struct crossing *crossing;
    const char *against; /* as it was asked */
};

enum status crossing_print(const struct answer *frame, const struct crossing_report *report, FILE *out);
/* Every value that was looked at: setting, both figures and their difference with intervals, servers. */
enum status crossing_points_csv(const struct crossing_report *report, FILE *out);

#endif
