/* services.h: the types of this folder, for the table of models. */
#ifndef SLSIM_SERVICES_SERVICES_H
#define SLSIM_SERVICES_SERVICES_H

#include "engine/model.h"

extern const struct model_type bucket_type;
extern const struct model_type bucket_notification_type;
extern const struct model_type config_rule_type;
extern const struct model_type custom_family_type;
extern const struct model_type custom_resource_type;
extern const struct model_type detector_model_type;
extern const struct model_type event_subscription_type;
extern const struct model_type iot_event_type;
extern const struct model_type log_group_type;
extern const struct model_type pipeline_type;
extern const struct model_type receipt_rule_type;
extern const struct model_type repository_type;
extern const struct model_type subscription_filter_type;
extern const struct model_type topic_rule_type;

#endif
