/* html_writer.c: HTML that escapes by default. */
#include "output/html_writer.h"

#include "output/safe_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void html_escape(FILE *out, const char *text)
{
    char *safe = safe_text_new(text);
    for (const char *at = safe ? safe : "?"; *at; at++) {
        switch (*at) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        case '\'':
            (void)fputs("&#39;", out);
            break;
        default:
            (void)fputc(*at, out);
        }
    }
    free(safe);
}

void html(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            (void)fputc(*format, out);
            continue;
        }
        switch (*++format) {
        case 's':
            html_escape(out, va_arg(arguments, const char *));
            break;
        case 'h':
            (void)fputs(va_arg(arguments, const char *), out);
            break;
        case 'd':
            (void)fprintf(out, "%d", va_arg(arguments, int));
            break;
        case 'z':
            (void)fprintf(out, "%zu", va_arg(arguments, size_t));
            break;
        default:
            (void)fputc(*format, out);
        }
    }
    va_end(arguments);
}
