/* size_study.h: size.h's search over the settings of a scenario. */
#ifndef SLSIM_EXPERIMENT_SIZE_STUDY_H
#define SLSIM_EXPERIMENT_SIZE_STUDY_H

#include "experiment/size.h"
#include "experiment/trial.h"
#include "scenario/axis.h"

struct size_request {
    const struct axis *axes;
    size_t axis_count;
    const struct figure_bound *goals; /* their figures are the study's first */
    size_t goal_count;
    bool minimize; /* the study's next figure */
    uint32_t replications_min, replications_max;
};

/* `answer` is to be given to size_study_end whatever comes back. */
enum status size_study_run(struct study *study, const struct size_request *request, struct size_answer *answer);
/* The trial behind a point. */
struct trial *size_point_trial(const struct size_point *point);
void size_study_end(struct size_answer *answer);

#endif
