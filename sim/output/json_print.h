/* json_print.h: JSON as it is written: two spaces a level, numbers that read back exactly (cJSON's own printer lets the last bit go), and
 * no character that could drive a terminal. */
#ifndef SLSIM_OUTPUT_JSON_PRINT_H
#define SLSIM_OUTPUT_JSON_PRINT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints the tree and a line feed. Whether all of it was written, `out` knows (ferror). */
void json_print(FILE *out, const cJSON *tree);
/* One string with its quotes. Bytes that are no UTF-8 become U+FFFD. */
void json_print_string(FILE *out, const char *text);

/* Adds `item` under `key`, or to an array with `key` NULL. Takes `item` over, also where it fails; any of the two may be NULL because
 * memory was out, and then, as on every other failure, `*failed` is set. */
void json_add(cJSON *parent, const char *key, cJSON *item, bool *failed);
void json_add_string(cJSON *parent, const char *key, const char *text, bool *failed);
/* null for NaN and the infinite. */
void json_add_number(cJSON *parent, const char *key, double value, bool *failed);
/* A new object or array inside `parent`; NULL with `*failed` set when memory is out. */
cJSON *json_add_object(cJSON *parent, const char *key, bool *failed);
cJSON *json_add_array(cJSON *parent, const char *key, bool *failed);

#endif
