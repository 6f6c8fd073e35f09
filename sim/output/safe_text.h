/* safe_text.h: text that came from input, shown so that it cannot drive a terminal or break a table: control characters, characters that
 * reorder a line and bytes that are no UTF-8 appear as \xNN, byte by byte. */
#ifndef SLSIM_OUTPUT_SAFE_TEXT_H
#define SLSIM_OUTPUT_SAFE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes `text` to `out`. */
void safe_text_print(FILE *out, const char *text);
/* A copy that may be printed as it is; the caller frees. NULL when memory is out. */
char *safe_text_new(const char *text);
/* How many characters of UTF-8 a printable text has: its width on a terminal, for the scripts that names are written in. */
size_t safe_text_width(const char *text);

/* The length in bytes of the character that `text` (not at its end) begins with; 0 where there is none. */
size_t safe_text_character(const char *text, uint32_t *code);
/* Is it a control character (C0, DEL, C1), a line or paragraph separator, or one that reorders text? All lie below U+10000. */
bool safe_text_harmful(uint32_t code);

#endif
