/* scenario_keys.h: what a scenario may hold at its top level: for short paths, messages, the schema and the reference. */
#ifndef SLSIM_DOCUMENT_SCENARIO_KEYS_H
#define SLSIM_DOCUMENT_SCENARIO_KEYS_H

struct scenario_key {
    const char *name;
    const char *help; /* Markdown */
};

/* In the reference's order; ends with {NULL, NULL}. */
#define SCENARIO_KEY_COUNT 29
extern const struct scenario_key scenario_keys[SCENARIO_KEY_COUNT + 1];

#endif
