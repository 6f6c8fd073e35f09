/* diagnosed.h: what tests of the scenario's readers ask of a list of mistakes. */
#ifndef SLSIM_TESTS_DIAGNOSED_H
#define SLSIM_TESTS_DIAGNOSED_H

#include "document/diagnostics.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is there a mistake at that place whose message contains `part`? With line 0: anywhere. */
static inline bool diagnosed(const struct diagnostics *diagnostics, int line, int column, const char *part)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *one = &diagnostics->list[i];
        bool there = line == 0 || (one->place.line == line && one->place.column == column);
        if (there && strstr(one->message, part) != NULL)
            return true;
    }
    diagnostics_print(diagnostics, stderr, false);
    return false;
}

static inline bool hinted(const struct diagnostics *diagnostics, const char *part)
{
    for (size_t i = 0; i < diagnostics->count; i++)
        if (strstr(diagnostics->list[i].hint, part) != NULL)
            return true;
    diagnostics_print(diagnostics, stderr, false);
    return false;
}

/* All that diagnostics_print writes; the caller frees. */
static inline char *printed(const struct diagnostics *diagnostics, bool colour)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        abort();
    diagnostics_print(diagnostics, out, colour);
    fclose(out);
    return text;
}

#endif
