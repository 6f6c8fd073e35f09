/* monitoring.h: the types of this folder, for the table of models. */
#ifndef SLSIM_MONITORING_MONITORING_H
#define SLSIM_MONITORING_MONITORING_H

#include "engine/model.h"

extern const struct model_type alarm_type;
extern const struct model_type composite_alarm_type;
extern const struct model_type scalable_target_type;
extern const struct model_type scaling_policy_type;

#endif
