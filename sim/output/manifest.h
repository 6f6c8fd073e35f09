/* manifest.h: what a result came from: enough to run it again and to know that it is the same. Nothing of the clock, the threads, the path
 * or the command line is in it. */
#ifndef SLSIM_OUTPUT_MANIFEST_H
#define SLSIM_OUTPUT_MANIFEST_H

#include "experiment/run.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The program's version. */
const char *program_version(void);

/* Writes manifest.json. STATUS_NO_MEMORY when it could not be made; what could not be written, `out` knows. */
enum status manifest_write(FILE *out, const struct run_result *result);

/* The same of two results that are held against each other: under "a" and "b". */
enum status manifest_write_pair(FILE *out, const struct run_result *a, const struct run_result *b);

/* For manifests of other things: one as it begins, with what manifest_is_ours looks for and the version; and what a scenario is made of:
 * inputs, rules, prices, and the scenario itself, whose tree is borrowed. */
cJSON *manifest_begin(bool *failed);
void manifest_add_scenario(cJSON *manifest, const struct scenario *scenario, bool *failed);

/* Is this the beginning (256 bytes suffice) of a manifest that this program wrote, spaces aside? */
bool manifest_is_ours(const char *beginning, size_t length);

/* A 64-bit number as JSON: a string above 2^53, as scenarios have it. NULL when memory is out. */
cJSON *natural_json(uint64_t value);

#endif
