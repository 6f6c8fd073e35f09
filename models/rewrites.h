/* rewrites.h: the template's short forms. */
#ifndef SLSIM_MODELS_REWRITES_H
#define SLSIM_MODELS_REWRITES_H

#include "engine/model.h"

extern const struct rewrite model_rewrites[]; /* ends with {0} */

#endif
