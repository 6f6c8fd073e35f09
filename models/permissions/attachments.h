/* attachments.h: which statements belong to whom: gathered once a scenario, at the first question. */
#ifndef SLSIM_PERMISSIONS_ATTACHMENTS_H
#define SLSIM_PERMISSIONS_ATTACHMENTS_H

#include "policy.h"

/* One statement, and whose it is: a role's or user's, or a resource's. */
struct attachment {
    uint32_t entity;
    const struct statement *statement;
};

struct attachments {
    struct attachment *items; /* by entity, then as the scenario has them */
    size_t count, capacity;
};

struct attached {
    struct attachments identities, resources;
};

/* NULL when memory is out. */
const struct attached *attached_statements(struct validation *validation);
/* The first of an entity's, and how many there are. O(log all). */
const struct attachment *attachments_of(const struct attachments *attachments, uint32_t entity, size_t *count);

#endif
