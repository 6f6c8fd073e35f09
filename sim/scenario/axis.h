/* axis.h: what is varied: one setting of a scenario and the values that it may take: one reader for --vary and for `sweep`. */
#ifndef SLSIM_SCENARIO_AXIS_H
#define SLSIM_SCENARIO_AXIS_H

#include "document/diagnostics.h"
#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* More values than this are a slip of the hand. */
#define AXIS_VALUES_MOST 1000000u
#define AXIS_TEXT_SIZE 96u

/* Is every value of it taken, or do points lie in it by chance? */
enum axis_use { AXIS_VALUES, AXIS_SAMPLED };

struct axis {
    char *path;             /* as --set has it; owned */
    char **values;          /* of a list, each as --set has it; owned; NULL: a range */
    size_t count;           /* 0: a range that is continuous */
    double low, high, step; /* of a range: value i is low + i x step */
    char *unit;             /* what stands behind the number, as in "1/s"; "" for none; owned */
    bool stepped;           /* the range came with a STEP, or the property has one; else the step is 1 */
    bool log;               /* sampled evenly in the logarithm */
    struct place place;     /* of its key in the scenario's `sweep`; file NULL: it came from the command line */
    bool continuous;        /* any number of the range: where AXIS_SAMPLED and nothing makes steps */
};

/* Reads "PATH=LOW:HIGH[:STEP]" (numbers with the same unit, or none), "PATH=LOW:HIGH@log:N" (N values evenly in the logarithm; "@lin:N": of
 * equal distance) or "PATH=a,b,c". Without STEP and N a range goes in the steps of the property itself (`scenario` knows them), else in
 * ones; where it is sampled, in steps only if the property is whole, or unknown with whole ends and no unit, and "@log" needs no N.
 * `option` is what it was given to, for messages. On anything but STATUS_OK nothing is owned. */
enum status axis_parse(const char *text, const char *option, enum axis_use use, const struct scenario *scenario,
                       struct diagnostics *diagnostics, struct axis *axis);
/* The same of JSON: a list of values, {"from", "to", "step", "points", "scale": "log"}, or one value. NULL when it is read; else what is
 * wrong with it, with a hint, both static; "" when memory is out. */
const char *axis_read(const char *path, const cJSON *node, enum axis_use use, const struct scenario *scenario, struct axis *axis,
                      const char **hint);
void axis_fini(struct axis *axis);

/* A JSON value as --set takes it; the caller frees; NULL when memory is out. */
char *axis_json_text(const cJSON *value);

/* Value `index` as text; `buffer` has AXIS_TEXT_SIZE. The result is the buffer or the axis's. */
const char *axis_value(const struct axis *axis, size_t index, char buffer[AXIS_TEXT_SIZE]);
/* A number of the axis's range, on a step or not, with its unit. */
const char *axis_number(const struct axis *axis, double number, char buffer[AXIS_TEXT_SIZE]);
/* "PATH=VALUE"; the caller frees; NULL when memory is out. */
char *axis_assignment(const struct axis *axis, const char *value);

/* Where a share 0 <= u < 1 of the axis lies: the index of a value, or of a continuous range the number; and its text. */
double axis_coordinate(const struct axis *axis, double u);
const char *axis_text(const struct axis *axis, double coordinate, char buffer[AXIS_TEXT_SIZE]);

#endif
