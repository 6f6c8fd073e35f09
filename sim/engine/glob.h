/* glob.h: texts with wildcards: `*` is any number of characters, `?` is one. */
#ifndef SLSIM_ENGINE_GLOB_H
#define SLSIM_ENGINE_GLOB_H

#include <stdbool.h>

/* Does `pattern` match the whole of `text`? `ignore_case`: letters of ASCII in either case. At most the product of both lengths in steps.
 */
bool glob_match(const char *pattern, const char *text, bool ignore_case);

#endif
