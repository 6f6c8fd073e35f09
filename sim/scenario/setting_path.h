/* setting_path.h: the paths that --set and --vary take, without what may be left out or stand elsewhere: Api.MemorySize is
 * Resources.Api.Properties.MemorySize, Api.behavior.init is behavior.Api.init, users.poisson is traffic.users.poisson or traffic.0.poisson.
 */
#ifndef SLSIM_SCENARIO_SETTING_PATH_H
#define SLSIM_SCENARIO_SETTING_PATH_H

#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* Borrows from the path and the scenario. */
struct setting_path {
    const char *name; /* of the resource or the source, or a top-level key; no 0 behind it */
    size_t length;
    bool behavior;
    const char *rest; /* behind the name and its dot; "" for nothing */
};

/* `scenario` (may be NULL) says what a source is called that the path names by its number. */
struct setting_path setting_path_of(const struct scenario *scenario, const char *path);
/* The next word of *rest, which moves on behind it; "Properties" before another is none. False at the end. */
bool setting_path_next(const char **rest, const char **word, size_t *length);
/* Do two paths name one setting? */
bool setting_path_same(const struct scenario *scenario, const char *left, const char *right);

#endif
