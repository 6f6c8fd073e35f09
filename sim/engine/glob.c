/* glob.c: texts with wildcards, without recursion: where a match fails, the last star takes one character more. */
#include "engine/glob.h"

#include <stddef.h>

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b, bool ignore_case)
{
    return a == b || (ignore_case && folded(a) == folded(b));
}

bool glob_match(const char *pattern, const char *text, bool ignore_case)
{
    const char *star = NULL, *taken = text; /* the last star, and where what it takes ends */
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            taken = text;
        } else if (*pattern && (*pattern == '?' || same(*pattern, *text, ignore_case))) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++taken;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
