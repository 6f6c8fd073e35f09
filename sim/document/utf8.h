/* utf8.h: one code point of UTF-8 at a time. */
#ifndef SLSIM_DOCUMENT_UTF8_H
#define SLSIM_DOCUMENT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The number of bytes (1 to 4) of the code point at `text`, of which `available` bytes may be looked at; 0 where they are not UTF-8
 * (overlong forms and surrogates are not). */
static inline size_t utf8_decode(const char *text, size_t available, uint32_t *code)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (available == 0)
        return 0;
    if (bytes[0] < 0x80) {
        *code = bytes[0];
        return 1;
    }
    size_t length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || length > available)
        return 0;
    uint32_t value = bytes[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code = value;
    return length;
}

#endif
