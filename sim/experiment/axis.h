/* axis.h: what is varied: one setting of a scenario and the values that it may take. */
#ifndef SLSIM_EXPERIMENT_AXIS_H
#define SLSIM_EXPERIMENT_AXIS_H

#include "document/diagnostics.h"
#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* More values than this are a slip of the hand. */
#define AXIS_VALUES_MOST 1000000u
#define AXIS_TEXT_SIZE 96u

struct axis {
    char *path;    /* as --set has it; owned */
    char **values; /* of a list "a,b,c", owned; NULL: a range */
    size_t count;
    double low, high, step; /* of a range: value i is low + i x step */
    char *unit;             /* what stands behind the number, as in "1/s"; "" for none; owned */
    bool stepped;           /* the range came with a STEP, or the property has one; else the step is 1 */
};

/* Reads "PATH=LOW:HIGH[:STEP]" (numbers with the same unit, or none) or "PATH=a,b,c". Without STEP a range goes in the steps of the
 * property itself (`scenario` knows them), else in ones. `option` is what it was given to, for messages. On anything but STATUS_OK nothing
 * is owned. */
enum status axis_parse(const char *text, const char *option, const struct scenario *scenario, struct diagnostics *diagnostics,
                       struct axis *axis);
void axis_fini(struct axis *axis);

/* Value `index` as text; `buffer` has AXIS_TEXT_SIZE. The result is the buffer or the axis's. */
const char *axis_value(const struct axis *axis, size_t index, char buffer[AXIS_TEXT_SIZE]);
/* A number of the axis's range, on a step or not, with its unit. */
const char *axis_number(const struct axis *axis, double number, char buffer[AXIS_TEXT_SIZE]);
/* "PATH=VALUE"; the caller frees; NULL when memory is out. */
char *axis_assignment(const struct axis *axis, const char *value);

#endif
