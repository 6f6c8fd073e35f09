/* resource_policy.h: policies of resources: who may call a function, send to a queue, publish to a topic. */
#ifndef SLSIM_PERMISSIONS_RESOURCE_POLICY_H
#define SLSIM_PERMISSIONS_RESOURCE_POLICY_H

#include "policy.h"

/* One policy, of one resource or several. AWS::Lambda::Permission is one of one statement. */
struct resource_policy {
    uint32_t self;
    struct property_list statements;
    struct string_list names; /* of whom it is the policy */
    /* of AWS::Lambda::Permission */
    const char *function, *action, *principal, *source_arn, *source_account;
    int url_auth;
    bool url_auth_given, via_url;
};

bool is_resource_policy_type(const struct model_type *type);
/* Whose policy it is, by their texts: of a permission its function. */
struct string_list resource_policy_names(struct validation *validation, const struct resource_policy *policy);
/* Its statements; a permission's is made of its properties. */
struct property_list resource_policy_statements(struct validation *validation, const struct resource_policy *policy);

#endif
