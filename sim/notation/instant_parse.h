/* instant_parse.h: points in time as ISO 8601 writes them, in UTC. */
#ifndef SLSIM_NOTATION_INSTANT_PARSE_H
#define SLSIM_NOTATION_INSTANT_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Unix time of "2025-01-01T00:00:00Z", also without seconds, the day alone, or without the Z. False where it is none, or not between 1970
 * and 2199. */
bool instant_parse(const char *text, int64_t *epoch_s);

/* The same in ns from a zero at Unix time `zero_s`; negative where it lies before. */
bool instant_since(const char *text, int64_t zero_s, int64_t *ns);

#endif
