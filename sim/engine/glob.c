/* glob.c: texts with wildcards, without recursion: where a match fails, the last star takes one character more. */
#include "engine/glob.h"

#include <string.h>

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b, unsigned flags)
{
    return a == b || (flags & GLOB_ANY_CASE && folded(a) == folded(b));
}

static bool is_escaped(const char *pattern, unsigned flags)
{
    return flags & GLOB_ESCAPES && pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?' || pattern[1] == '\\');
}

bool glob_matches(const char *pattern, const char *text, size_t length, unsigned flags)
{
    const char *star = NULL, *end = text + length, *taken = text; /* the last star, and where what it takes ends */
    while (text < end) {
        bool escaped = is_escaped(pattern, flags);
        if (*pattern == '*') {
            star = pattern++;
            taken = text;
        } else if (*pattern && (*pattern == '?' || same(pattern[escaped], *text, flags))) {
            pattern += 1 + escaped;
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

bool glob_match(const char *pattern, const char *text, bool ignore_case)
{
    return glob_matches(pattern, text, strlen(text), ignore_case ? GLOB_ANY_CASE : 0);
}
