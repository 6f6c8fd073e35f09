/* arn.h: what permissions know of a type of resource: its ARNs, and which action of its API is asked for.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys" of each service. */
#ifndef SLSIM_PERMISSIONS_ARN_H
#define SLSIM_PERMISSIONS_ARN_H

#include "scenario/validation.h"

/* The account and the Region of a scenario, as templates' pseudo parameters have them. */
#define OWN_ACCOUNT "123456789012"
#define OWN_REGION "us-east-1"

struct resource_kind {
    const char *type;
    const char *service; /* before the colon of an action */
    const char *usual;   /* what a call does that names no operation */
    const char *name;    /* the property that gives the resource a name of its own; NULL: none */
    const char *arn;     /* with @ for the name */
    const char *part;    /* what stands behind the ARN where an action is done to a part of it; NULL: never */
    bool by_reference;   /* its Ref is its ARN */
};

/* NULL: a type that asks for no permission, or that is not known here. */
const struct resource_kind *resource_kind(const struct model_type *type);

/* The ARN of an entity; NULL: of none is known. The scenario's. */
const char *arn_of(struct validation *validation, uint32_t entity);
/* The function of a version or an alias; ENTITY_NONE: it is none. */
uint32_t whole_of(const struct validation *validation, uint32_t entity);
/* Its ARN; NULL: there is none. */
const char *arn_of_whole(struct validation *validation, uint32_t entity);
/* `text` of a policy with the names of resources as what they stand for: "${Jobs.Arn}" and "Jobs" by the queue's ARN. NULL when memory is
 * out. */
const char *arn_expand(struct validation *validation, const char *text);
/* How a template writes the ARN: {"Fn::GetAtt": ["Jobs", "Arn"]}. The scenario's; NULL when memory is out. */
const char *arn_as_written(struct validation *validation, uint32_t entity);

/* The action that `operation` (NULL: the usual one) of a kind is; the scenario's. */
const char *action_of(struct validation *validation, const struct resource_kind *kind, const char *operation);
/* The function or alias behind a function URL; ENTITY_NONE: it is none. */
uint32_t url_function(struct validation *validation, uint32_t entity);

#endif
