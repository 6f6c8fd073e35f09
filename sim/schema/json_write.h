/* json_write.h: pieces of JSON text for the schema, written to a stream. */
#ifndef SLSIM_SCHEMA_JSON_WRITE_H
#define SLSIM_SCHEMA_JSON_WRITE_H

#include "engine/rule_book.h"
#include "notation/property.h"

#include <stdio.h>

/* null takes a key of the extended scenario away, so it may stand for anything. */
#define JSON_NOT_NULL "{\"not\":{\"type\":\"null\"}}"

/* "text", quoted and escaped. */
void json_write_string(FILE *out, const char *text);
/* `template` with every '@' replaced by `with`, and every ' by ": so that JSON can be written in C. */
void json_write_template(FILE *out, const char *template, const char *with);

/* The schema of one property's value, and of an object of a table ({...} with all its properties; `required` keys too). */
void json_write_property(FILE *out, const struct property *property, const struct rule_book *rules);
void json_write_table(FILE *out, const struct property *table, const struct rule_book *rules);

#endif
