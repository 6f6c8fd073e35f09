/* external_service.h: the model of what a scenario's functions call outside of what is deployed. */
#ifndef SLSIM_EXTERNAL_SERVICE_H
#define SLSIM_EXTERNAL_SERVICE_H

#include "engine/model.h"

extern const struct model_type external_service_type;

#endif
