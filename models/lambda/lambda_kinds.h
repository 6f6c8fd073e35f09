/* lambda_kinds.h: what in a scenario is a function, a version or an alias, and which of them belong together. */
#ifndef SLSIM_LAMBDA_LAMBDA_KINDS_H
#define SLSIM_LAMBDA_LAMBDA_KINDS_H

#include "engine/model.h"
#include <stdbool.h>
#include <stdint.h>

#define FUNCTION_TYPE "AWS::Lambda::Function"
#define SERVERLESS_TYPE "AWS::Serverless::Function"    /* the same in SAM's form */
#define VERSION_TYPE "AWS::Lambda::Version"            /* published in the template */
#define DEPLOYED_TYPE "Slsim::Lambda::DeployedVersion" /* brought by a deployment while it runs */
#define ALIAS_TYPE "AWS::Lambda::Alias"

/* What can be asked of them. */
extern const char *const lambda_operations[];

/* Is `type` a function, in either spelling? */
bool is_function_type(const struct model_type *type);
/* ... a version, of either origin? */
bool is_version_type(const struct model_type *type);
/* A function, a version or an alias: what can be invoked. */
bool is_invocable_type(const struct model_type *type);
/* Which entity has the settings that an invocation of `entity`, of `type` with `blob`, meets: of an alias its version. */
uint32_t invoked_version(const struct model_type *type, const void *blob, uint32_t entity);

/* The alias that moves when the function is deployed: the published one, or the only one; ENTITY_NONE: there is none. O(entities). */
uint32_t deployed_alias(const struct validation *validation, uint32_t function);

#endif
