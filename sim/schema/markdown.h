/* markdown.h: pieces that the reference pages share. */
#ifndef SLSIM_SCHEMA_MARKDOWN_H
#define SLSIM_SCHEMA_MARKDOWN_H

#include "engine/rule_book.h"
#include "notation/property.h"

#include <stdio.h>

/* `text` as it may stand in a table. NULL is nothing. */
void markdown_cell(FILE *out, const char *text);
/* "time", "one of": what a property's value is. */
const char *property_kind_name(const struct property *property);
/* A table of properties, and a line with those that have no effect. `course` may be NULL. */
void markdown_properties(FILE *out, const struct property *table, const struct rule_book *current, const struct rule_book *course);

#endif
