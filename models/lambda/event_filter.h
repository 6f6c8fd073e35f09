/* event_filter.h: which messages and records a mapping lets through to its function. */
#ifndef SLSIM_LAMBDA_EVENT_FILTER_H
#define SLSIM_LAMBDA_EVENT_FILTER_H

#include "engine/request.h"
#include "notation/property.h"

struct validation;
struct queue_mapping_config;
struct content_set;
struct envelope;

/* What no filter lets through. */
extern const struct cause cause_filtered;

/* The rows of FilterCriteria. */
extern const struct property filter_criteria_properties[];
/* What any of the filters lets through, when the source shows its messages or records so; NULL: everything. */
const struct content_set *filter_validate(struct validation *validation, struct queue_mapping_config *config,
                                          const struct envelope *envelope);

#endif
