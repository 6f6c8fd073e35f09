/* glob.h: texts with wildcards: `*` is any number of characters, `?` is one. */
#ifndef SLSIM_ENGINE_GLOB_H
#define SLSIM_ENGINE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* GLOB_ANY_CASE: letters of ASCII in either case. GLOB_ESCAPES: `\` before a `*`, a `?` or a `\` makes that stand for itself. */
enum glob_flag { GLOB_ANY_CASE = 1, GLOB_ESCAPES = 2 };

/* Does `pattern` match the whole of the `length` characters at `text`? At most the product of both lengths in steps. */
bool glob_matches(const char *pattern, const char *text, size_t length, unsigned flags);
/* The same of a text that ends with a zero. `ignore_case`: GLOB_ANY_CASE. */
bool glob_match(const char *pattern, const char *text, bool ignore_case);

#endif
