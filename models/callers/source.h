/* source.h: traffic sources. */
#ifndef SLSIM_CALLERS_SOURCE_H
#define SLSIM_CALLERS_SOURCE_H

#include "engine/model.h"

extern const struct model_type source_type;

#endif
