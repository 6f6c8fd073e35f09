/* function_rights.h: what a function does in the name of its role, and so needs permission for. A function that states no Role and no
 * Policies may do it all. Sources: Lambda developer guide, "Defining Lambda function permissions with an execution role"; rules
 * mapping_*_actions. */
#ifndef SLSIM_LAMBDA_FUNCTION_RIGHTS_H
#define SLSIM_LAMBDA_FUNCTION_RIGHTS_H

#include "function_state.h"
#include "scenario/validation.h"

/* The role of a function, a version or an alias that the scenario describes: its `Role`, or what SAM makes of its `Policies`; ENTITY_NONE:
 * none. `*by_sam`: SAM makes it, and grants what it needs for the rest of the function. */
uint32_t function_role(const struct validation *validation, uint32_t function, bool *by_sam);

/* May it write logs and traces, send dead letters and records, call what its steps call? `silent`: of a version, as of its function. */
void function_rights_validate(struct validation *validation, struct function_config *config, bool silent);
/* May the function, or a mapping (`from`) in its name, send records to `target`, as the `property` of the entity that is validated says? */
void function_right_to_send(struct validation *validation, uint32_t from, uint32_t function, uint32_t target, const char *property);
/* The same for each of its versions, which do not say so again. */
void function_rights_of_parts(struct validation *validation, uint32_t function, uint32_t target);

/* How many actions a mapping may need at most. */
#define SOURCE_RIGHTS_MOST 8u
/* What a mapping does at its source: the numbers of its rights; the rest 0. */
void function_rights_at_source(struct validation *validation, uint32_t function, uint32_t source, uint32_t rights[SOURCE_RIGHTS_MOST]);
/* The same in the name of a role (ENTITY_NONE: nobody's, and nothing is asked), as the `property` says; `granted`: it is given anyway. */
void role_rights_at_source(struct validation *validation, uint32_t role, bool granted, uint32_t source, const char *property,
                           uint32_t rights[SOURCE_RIGHTS_MOST]);
/* Is any of them denied? */
bool source_is_denied(const struct simulation *simulation, const uint32_t rights[SOURCE_RIGHTS_MOST]);

#endif
