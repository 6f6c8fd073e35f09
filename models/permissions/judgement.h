/* judgement.h: whether somebody may do something, by all policies of the scenario. */
#ifndef SLSIM_PERMISSIONS_JUDGEMENT_H
#define SLSIM_PERMISSIONS_JUDGEMENT_H

#include "scenario/validation.h"

/* Source: IAM user guide, "Policy evaluation logic": who denies wins; within an account an identity's policy or a resource's allows, across
 * accounts both must. */
extern const struct judge permission_judge;

#endif
