/* models.c: what the program is made of. The models themselves are rows of model_types.h. */
#include "models.h"

#include "model_types.h"
#include "permissions/judgement.h"
#include "rewrites.h"

#define ROW_OF(NAME) &(NAME),
static const struct model_type *const resources[] = {RESOURCE_TYPES(ROW_OF) NULL};

const struct model_registry model_registry = {
    .resources = resources,
    .account = &account_type,
    .source = &source_type,
    .fleet_type = "AWS::Serverless::Function",
    .rewrites = model_rewrites,
    .inner_forms = model_inner_forms,
    .implied = model_implied,
    .multiples = model_multiples,
    .publications = model_publications,
    .extractions = model_extractions,
    .judge = &permission_judge,
    .later_entries = model_later_entries,
};
