/* lambda_kinds.c: the kinds, and what is found by them. */
#include "lambda_kinds.h"

#include "function_state.h"
#include "scenario/validation.h"

const char *const lambda_operations[] = {"Invoke", "InvokeWithResponseStream", NULL};

bool is_function_type(const struct model_type *type)
{
    return model_is(type, FUNCTION_TYPE) || model_is(type, SERVERLESS_TYPE);
}

bool is_version_type(const struct model_type *type)
{
    return model_is(type, VERSION_TYPE) || model_is(type, DEPLOYED_TYPE);
}

bool is_invocable_type(const struct model_type *type)
{
    return is_function_type(type) || is_version_type(type) || model_is(type, ALIAS_TYPE);
}

uint32_t invoked_version(const struct model_type *type, const void *blob, uint32_t entity)
{
    uint32_t version = model_is(type, ALIAS_TYPE) ? ((const struct function *)blob)->config.version : entity;
    return version == ENTITY_NONE ? entity : version;
}

uint32_t deployed_alias(const struct validation *validation, uint32_t function)
{
    uint32_t callee = validation_callee(validation, NULL, function), only = ENTITY_NONE;
    if (callee != function)
        return callee;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), ALIAS_TYPE) ||
            ((const struct function *)validation_config(validation, i))->config.whole != function)
            continue;
        if (only != ENTITY_NONE)
            return ENTITY_NONE;
        only = i;
    }
    return only;
}
