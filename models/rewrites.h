/* rewrites.h: the template's short forms. */
#ifndef SLSIM_MODELS_REWRITES_H
#define SLSIM_MODELS_REWRITES_H

#include "engine/model.h"

extern const struct rewrite model_rewrites[];
extern const struct inner_form model_inner_forms[];
extern const struct implied model_implied[]; /* ends with {0} */
extern const struct multiple model_multiples[];
extern const struct publication model_publications[];
extern const struct extraction model_extractions[]; /* ends with {0} */

extern const char *const model_later_entries[]; /* ends with NULL */

#endif
