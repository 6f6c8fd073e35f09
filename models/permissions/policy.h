/* policy.h: statements of policies, as the template writes them, and whether one speaks of a request.
 * Source: IAM user guide, "IAM JSON policy elements reference". */
#ifndef SLSIM_PERMISSIONS_POLICY_H
#define SLSIM_PERMISSIONS_POLICY_H

#include "notation/property.h"
#include "scenario/validation.h"

enum effect { EFFECT_ALLOW, EFFECT_DENY };

/* "Principal": "*", or an object, and then `any` is -1. */
struct principals {
    int any;
    bool given;
    struct string_list aws, services;
};

/* One key of one operator: {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}. */
struct condition_key {
    const char *name;
    struct string_list values;
};

struct condition_operator {
    const char *name;
    struct property_list keys; /* struct condition_key */
};

struct statement {
    int effect;
    struct string_list actions, not_actions, resources, not_resources;
    struct principals principals;
    bool not_principal;
    struct property_list conditions; /* struct condition_operator */
};

/* The rows of a statement, by offsets into one; and those of a document, whose statements are a struct property_list at OFFSET. */
extern const struct property policy_statement_properties[];
#define POLICY_DOCUMENT_ROWS(OFFSET, REQUIRED)                                                                                             \
    {"Statement",                                                                                                                          \
     PROPERTY_LIST,                                                                                                                        \
     OFFSET,                                                                                                                               \
     .properties = policy_statement_properties,                                                                                            \
     .size = sizeof(struct statement),                                                                                                     \
     .lone = true,                                                                                                                         \
     .required = REQUIRED,                                                                                                                 \
     .help = "What is allowed or denied."},                                                                                                \
        ACCEPTED("Version"), ACCEPTED("Id")

/* What is known of a request when it is judged. Texts NULL: not known, or there is none. */
struct circumstances {
    const char *action;
    const char *arn;           /* of what it is done to */
    const char *whole_arn;     /* of what that is a part of: who may do it to the whole may here */
    size_t known;              /* so much of the ARN is known, what follows may be anything: an object of a bucket; 0: all of it */
    const char *source_arn;    /* of the service's resource that sends */
    const char *account;       /* of who sends */
    const char *ip;            /* of who sends */
    const char *url_auth;      /* the AuthType, of a request through a function URL */
    const char *principal;     /* a service */
    const char *principal_arn; /* a role or user; in its own account, */
    const char *home_arn;      /* and where the template has it */
    bool crosses;              /* accounts */
};

/* Does the statement speak of it? Of what is not known, who allows is taken to mean it, who denies is not. Of a resource's policy
 * (`of_resource`) the principal counts too. */
bool statement_applies(struct validation *validation, const struct statement *statement, const struct circumstances *request,
                       bool of_resource);

/* Warns of conditions that nobody judges. `property`: the path of the statements. */
void statements_check(struct validation *validation, const struct property_list *statements, const char *property, bool of_resource);

#endif
