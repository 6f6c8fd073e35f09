/* text_wrap.h: running text broken into lines. */
#ifndef SLSIM_OUTPUT_TEXT_WRAP_H
#define SLSIM_OUTPUT_TEXT_WRAP_H

#include <stddef.h>
#include <stdio.h>

#define TEXT_WIDTH_UNKNOWN 100u /* of files and pipes */
#define TEXT_WIDTH_MOST 110u    /* longer lines are hard to read */

/* Prints `text` between words in lines of at most `width` characters (a longer word stands alone), each begun by `indent` spaces, and ends
 * the last one. What came from input cannot drive the terminal. `first`: what stands in place of the first line's indent, of that width;
 * NULL: nothing. */
void text_wrap(FILE *out, const char *first, size_t indent, size_t width, const char *text);

#endif
