/* retry_parse.h: `retry`: how a caller tries again, of traffic and of handlers' calls alike. */
#ifndef SLSIM_NOTATION_RETRY_PARSE_H
#define SLSIM_NOTATION_RETRY_PARSE_H

#include "notation/property.h"

/* What PROPERTY_RETRY stands for: the row of an ENUM or an object, whose offsets are into a struct retry_config. */
extern const struct property retry_spelling;

#endif
