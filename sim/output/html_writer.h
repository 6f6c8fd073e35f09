/* html_writer.h: HTML whose text cannot be anything but text. */
#ifndef SLSIM_OUTPUT_HTML_WRITER_H
#define SLSIM_OUTPUT_HTML_WRITER_H

#include <stdio.h>

/* `text` with the characters that mean something to HTML or XML as entities; what could reorder a line or drive anything, and bytes that
 * are no UTF-8, as \xNN. Fit for content and for attributes in quotes. */
void html_escape(FILE *out, const char *text);

/* Writes `format`, in which %s is escaped text, %h is markup as it stands (only ever a literal of ours), %d an int, %z a size_t, and %% a
 * percent sign. */
void html(FILE *out, const char *format, ...);

#endif
