/* answer.h: how every command frames its answer on standard output. */
#ifndef SLSIM_OUTPUT_ANSWER_H
#define SLSIM_OUTPUT_ANSWER_H

#include "engine/status.h"
#include "output/table.h"
#include "output/terminal.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What an answer was asked with. All borrowed. */
struct answer {
    const char *command;
    const char *const *sets; /* "PATH=VALUE" of --set */
    size_t set_count;
    enum output_format format;
    bool colour;
    struct terminal terminal;
};

/* The JSON answer as it begins: {"command": ..., "settings": [{"path", "value"}]}. NULL with `*failed` set when memory is out. */
cJSON *answer_json(const struct answer *answer, bool *failed);

/* Adds "settings": [{"path", "value"}] of "PATH=VALUE" words. */
void answer_add_settings(cJSON *object, const char *const *sets, size_t set_count, bool *failed);

/* Prints `table` in the answer's format; as JSON under `key`, for which `extra` (may be NULL; taken over) brings further members. */
enum status answer_print(const struct answer *answer, const char *key, const struct table *table, cJSON *extra, FILE *out);

#endif
