/* terminal.h: what can be shown where output goes: how wide a line may be, and which characters. */
#ifndef SLSIM_OUTPUT_TERMINAL_H
#define SLSIM_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct terminal {
    bool is_terminal; /* one that understands escape sequences */
    size_t width;     /* characters in a line; 0: no limit, as for files and pipes */
    bool blocks;      /* shows Unicode's block elements: a terminal in a UTF-8 locale */
};

/* The width is that of COLUMNS where it is a number, else what the terminal says of itself. */
struct terminal terminal_look(FILE *out);

/* Is the locale, as LC_ALL, LC_CTYPE and LANG name it, one of UTF-8? */
bool terminal_locale_is_utf8(void);

#endif
