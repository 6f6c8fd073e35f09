/* safe_text.c: text that cannot drive a terminal. */
#include "output/safe_text.h"

#include "document/utf8.h"

#include <stdlib.h>
#include <string.h>

size_t safe_text_character(const char *text, uint32_t *code)
{
    /* The 0 at the end is no byte that goes on a character, so four bytes may always be asked for. */
    return utf8_decode(text, 4, code);
}

bool safe_text_harmful(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool separator = code == 0x2028 || code == 0x2029;
    bool reorders = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F;
    return control || separator || reorders;
}

static void escape_byte(unsigned char byte, char escape[4])
{
    static const char digits[] = "0123456789abcdef";
    escape[0] = '\\';
    escape[1] = 'x';
    escape[2] = digits[byte >> 4];
    escape[3] = digits[byte & 15];
}

/* The next piece of `*text`: a character that is shown as it is, or one escaped byte in `escape`. Returns its length, 0 at the end. */
static size_t next_piece(const char **text, char escape[4], const char **piece)
{
    const char *at = *text;
    if (!*at)
        return 0;
    uint32_t code;
    size_t length = safe_text_character(at, &code);
    if (length && !safe_text_harmful(code)) {
        *piece = at;
        *text = at + length;
        return length;
    }
    /* Of a harmful character every byte is escaped: those after the first are no characters of their own. */
    escape_byte((unsigned char)*at, escape);
    *piece = escape;
    *text = at + 1;
    return 4;
}

void safe_text_print(FILE *out, const char *text)
{
    const char *at = text, *piece;
    char escape[4];
    size_t length;
    while ((length = next_piece(&at, escape, &piece)) > 0)
        (void)fwrite(piece, 1, length, out);
}

char *safe_text_new(const char *text)
{
    size_t given = strlen(text);
    if (given > SIZE_MAX / 4 - 1)
        return NULL;
    char *copy = malloc(4 * given + 1);
    if (!copy)
        return NULL;
    const char *at = text, *piece;
    char escape[4];
    size_t length, used = 0;
    while ((length = next_piece(&at, escape, &piece)) > 0) {
        memcpy(copy + used, piece, length);
        used += length;
    }
    copy[used] = '\0';
    return copy;
}

size_t safe_text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}
