/* text_wrap.c: running text broken into lines. */
#include "output/text_wrap.h"

#include "output/safe_text.h"

#include <stdlib.h>
#include <string.h>

void text_wrap(FILE *out, const char *first, size_t indent, size_t width, const char *text)
{
    char *safe = safe_text_new(text);
    size_t column = indent;
    bool begun = false;
    if (first)
        (void)fputs(first, out);
    else
        (void)fprintf(out, "%*s", (int)indent, "");
    for (char *word = safe; word && *word;) {
        size_t length = strcspn(word, " ");
        char *rest = word + length + strspn(word + length, " ");
        word[length] = *rest ? '\0' : word[length];
        size_t wide = 0;
        for (size_t i = 0; i < length; i++)
            wide += ((unsigned char)word[i] & 0xC0) != 0x80; /* bytes that begin a character */
        if (begun && column + 1 + wide > width) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            begun = false;
        }
        (void)fprintf(out, "%s%.*s", begun ? " " : "", (int)length, word);
        column += wide + begun;
        begun = true;
        word = rest;
    }
    (void)fputc('\n', out);
    free(safe);
}
