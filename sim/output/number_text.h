/* number_text.h: numbers and times as text: the shortest decimal that reads back as the same double, and exact times. */
#ifndef SLSIM_OUTPUT_NUMBER_TEXT_H
#define SLSIM_OUTPUT_NUMBER_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Room for every text that this module writes. */
#define NUMBER_TEXT_SIZE 40u

/* The shortest text that strtod reads back as `value`: integers below 10^15 plain, everything else as %.15g, %.16g or %.17g. "0" for either
 * zero, "" for NaN, "inf" and "-inf". Writes at most NUMBER_TEXT_SIZE bytes with the 0 and returns the length. */
size_t number_text(double value, char *text);

/* Decimal digits. */
size_t integer_text(int64_t value, char *text);
size_t natural_text(uint64_t value, char *text);

/* `ns` in seconds, exact: "90", "0.5", "12.000000001". */
size_t seconds_text(int64_t ns, char *text);

/* The instant `ns` after the Unix time `epoch_s`, ISO 8601 in UTC: "2025-01-01T00:01:00Z", with as many decimals of a second as it needs.
 */
size_t timestamp_text(int64_t epoch_s, int64_t ns, char *text);

#endif
