/* terminal.c: what can be shown where output goes. */
#include "output/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Wider ones are taken to be a mistake, narrower ones too: nothing would fit. */
#define WIDTH_LEAST 20u
#define WIDTH_MOST 1000u

bool terminal_locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) /* the first that is set holds */
            return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
    }
    return false;
}

static size_t width_of(FILE *out)
{
    const char *columns = getenv("COLUMNS");
    unsigned long width = columns && *columns && columns[strspn(columns, "0123456789")] == '\0' ? strtoul(columns, NULL, 10) : 0;
    struct winsize size;
    if (width == 0 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    return width >= WIDTH_LEAST && width <= WIDTH_MOST ? (size_t)width : 0;
}

struct terminal terminal_look(FILE *out)
{
    const char *kind = getenv("TERM");
    struct terminal terminal = {.is_terminal = isatty(fileno(out)) && kind && *kind && strcmp(kind, "dumb") != 0};
    if (terminal.is_terminal) {
        terminal.width = width_of(out);
        terminal.blocks = terminal_locale_is_utf8();
    }
    return terminal;
}
