/* sensitivity.h: which assumption or input moves a figure most, and where a goal stops to hold, all under common random numbers. */
#ifndef SLSIM_EXPERIMENT_SENSITIVITY_H
#define SLSIM_EXPERIMENT_SENSITIVITY_H

#include "experiment/judge.h"
#include "experiment/trial.h"
#include "scenario/axis.h"

#define SENSITIVITY_FIGURES_MOST 16u

enum level { LEVEL_LOW, LEVEL_HIGH, LEVEL_COUNT };

/* How one figure answers to one input. */
struct response {
    struct interval at[LEVEL_COUNT];     /* the figure itself, 95 % */
    struct interval change[LEVEL_COUNT]; /* from the base, paired, 95 % */
    double swing;                        /* the larger change, without its sign */
};

/* Where a goal stops or begins to hold, between the low and the high end; NaN: nowhere that was looked at. */
struct flip {
    double from, until; /* the last two values tried: the verdict differs between them */
    bool holds_below;
};

struct input {
    char *path; /* "rules.placement", or as given; owned */
    char texts[LEVEL_COUNT][AXIS_TEXT_SIZE];
    char base[AXIS_TEXT_SIZE];   /* "" where nobody knows it */
    double numbers[LEVEL_COUNT]; /* NaN: values that are no numbers */
    char *unit;                  /* behind the numbers; owned */
    const struct rule *rule;     /* NULL: an input that was asked for */
    bool moves;                  /* any figure, in any replication */
    struct response *responses;  /* by figure; owned */
    struct flip *flips;          /* by goal; owned */
};

struct sensitivity {
    struct input *inputs; /* owned; the largest swing of the first figure first */
    size_t count, capacity;
    struct interval base[SENSITIVITY_FIGURES_MOST];
    size_t unmoved;   /* inputs that move nothing: the last ones */
    size_t unbounded; /* assumptions in use without a range, which cannot be varied */
    uint32_t replications;
};

struct sensitivity_request {
    const struct axis *axes; /* --input: the ends count */
    size_t axis_count;
    const struct figure_bound *goals; /* their figures are the first of the study's */
    size_t goal_count;
    uint32_t replications;
    void (*on_progress)(void *context, double share, uint64_t calls);
    void *progress_context;
};

/* `sensitivity` is to be given to sensitivity_fini whatever comes back. */
enum status sensitivity_study(struct study *study, const struct sensitivity_request *request, struct sensitivity *sensitivity);
void sensitivity_fini(struct sensitivity *sensitivity);

#endif
