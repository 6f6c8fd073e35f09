/* usage_keys.h: the usage of a run in Infracost's words. */
#ifndef SLSIM_USAGE_KEYS_H
#define SLSIM_USAGE_KEYS_H

#include "measure/usage_layout.h"

extern const struct usage_key usage_keys[];

#endif
