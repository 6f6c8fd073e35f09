/* kinds.h: what a property may name, by type: models know each other by name alone. */
#ifndef SLSIM_SERVICES_KINDS_H
#define SLSIM_SERVICES_KINDS_H

#include "engine/content.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <stdbool.h>
#include <stdint.h>

enum kind {
    KIND_FUNCTION = 1,
    KIND_QUEUE = 2,
    KIND_TOPIC = 4,
    KIND_STREAM = 8,
    KIND_DELIVERY_STREAM = 16,
    KIND_BUCKET = 32,
    KIND_LOG_GROUP = 64,
    KIND_TABLE = 128,
    KIND_BUS = 256
};

/* Is `entity` of one of these kinds? ENTITY_NONE is of none. */
bool kind_is(const struct validation *validation, uint32_t entity, unsigned kinds);
/* The same, and complains at `property` where not; ENTITY_NONE has been complained of. */
bool kind_check(struct validation *validation, const char *property, uint32_t entity, unsigned kinds);

/* The entity that a text means which need not name one: "F", "${F.Arn}", an ARN of elsewhere. ENTITY_NONE: nothing here. */
uint32_t kind_named(const struct validation *validation, const char *text);

/* Of contents whose operation is unknown or in `names`; an empty list means all. */
void contents_with_operation(struct validation *validation, const struct string_list *names, struct content_set *set);

#endif
