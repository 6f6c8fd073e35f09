/* condition.h: conditions of statements. Source: IAM user guide, "IAM JSON policy elements: Condition operators". */
#ifndef SLSIM_PERMISSIONS_CONDITION_H
#define SLSIM_PERMISSIONS_CONDITION_H

#include "policy.h"

/* Do all conditions hold? One that nobody judges, or of which too little is known, holds where it would allow (`allows`), else not. */
bool conditions_hold(struct validation *validation, const struct property_list *conditions, const struct circumstances *request,
                     bool allows);
/* Warns of those that nobody judges. */
void conditions_check(struct validation *validation, const struct property_list *conditions, const char *property);

#endif
