/* schema.h: the scenario's JSON Schema and the reference pages, made from the property and metric tables. */
#ifndef SLSIM_SCHEMA_SCHEMA_H
#define SLSIM_SCHEMA_SCHEMA_H

#include "engine/model.h"
#include "engine/rule_book.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* A JSON Schema (draft 2020-12) of the whole file; limits come from `rules`. NULL when memory is out; the caller deletes it. */
cJSON *schema_new(const struct model_registry *registry, const struct rule_book *rules);

/* Markdown: models/README.md (each type's properties, behavior, metrics) and scenarios/README.md (the format). */
enum status reference_models(const struct model_registry *registry, const struct rule_book *current, const struct rule_book *course,
                             FILE *out);
enum status reference_scenarios(const struct model_registry *registry, const struct rule_book *rules, FILE *out);

#endif
