/* models.h: the table of everything that can be simulated. */
#ifndef SLSIM_MODELS_H
#define SLSIM_MODELS_H

#include "engine/model.h"
#include "pictures.h"
#include "server_offers.h"
#include "summary_layout.h"
#include "trace_rules.h"
#include "usage_keys.h"

extern const struct model_registry model_registry;

#endif
