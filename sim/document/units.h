/* units.h: values with units: "120ms", "25/s", "512MB", "0.5%". */
#ifndef SLSIM_DOCUMENT_UNITS_H
#define SLSIM_DOCUMENT_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each parses all of `text`, spaces around and between number and unit allowed; false when it is not of that form, negative, not finite or
 * too large. Numbers as strtod in the C locale, without hex, inf and nan. */

/* A bare finite number, which may be negative: the number form of all the others. */
bool units_parse_number(const char *text, double *number);
/* ns, us, ms, s, m or min, h, d, w; to ns as a double. */
bool units_parse_time(const char *text, double *ns);
/* Per second of "25/s", "3000/min", "1e6/day", "10/h", "5/ms"; also "25 per s". Units: ms, s, sec, second, m, min, minute, h, hour, d, day.
 */
bool units_parse_rate(const char *text, double *per_s);
/* Bytes of "512MB", "2KB", "10GB", "100B", "1TB": powers of 1024, KiB and friends too; "kb", "mb", "gb", "tb" as well, but not "Mb", which
 * elsewhere means megabits. */
bool units_parse_size(const char *text, double *bytes);
/* "0.5%" to 0.005; a bare number too, as itself; more than 1 is too large. */
bool units_parse_probability(const char *text, double *probability);
/* Money: "$120", "120 USD", "-$5"; to USD. */
bool units_parse_money(const char *text, double *usd);

/* Writes a time the way a person would ("1.5s", "20ms", "10m"); returns `buffer`. */
char *units_format_time(double ns, char *buffer, size_t size);

#endif
