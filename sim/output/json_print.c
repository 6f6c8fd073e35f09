/* json_print.c: JSON as it is written. */
#include "output/json_print.h"

#include "output/number_text.h"
#include "output/safe_text.h"

#include <math.h>
#include <stdint.h>

void json_print_string(FILE *out, const char *text)
{
    (void)putc_unlocked('"', out);
    while (*text) {
        uint32_t code;
        size_t length = safe_text_character(text, &code);
        if (length == 0)
            (void)fputs("\\ufffd", out);
        else if (*text == '"' || *text == '\\')
            (void)fprintf(out, "\\%c", *text);
        else if (*text == '\n')
            (void)fputs("\\n", out);
        else if (*text == '\t')
            (void)fputs("\\t", out);
        else if (safe_text_harmful(code))
            (void)fprintf(out, "\\u%04x", (unsigned)code);
        else
            (void)fwrite_unlocked(text, 1, length, out);
        text += length ? length : 1;
    }
    (void)putc_unlocked('"', out);
}

static void print_break(FILE *out, unsigned level)
{
    (void)fprintf(out, "\n%*s", (int)(2 * level), "");
}

/* Recursion as deep as the tree: the reader refuses more than 200 levels. */
static void print_value(FILE *out, const cJSON *value, unsigned level)
{
    char number[NUMBER_TEXT_SIZE];
    if (cJSON_IsString(value)) {
        json_print_string(out, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        (void)number_text(value->valuedouble, number);
        (void)fputs(isfinite(value->valuedouble) ? number : "null", out);
    } else if (cJSON_IsBool(value)) {
        (void)fputs(cJSON_IsTrue(value) ? "true" : "false", out);
    } else if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
        bool object = cJSON_IsObject(value);
        (void)fputc(object ? '{' : '[', out);
        for (const cJSON *child = value->child; child; child = child->next) {
            print_break(out, level + 1);
            if (object) {
                json_print_string(out, child->string ? child->string : "");
                (void)fputs(": ", out);
            }
            print_value(out, child, level + 1);
            if (child->next)
                (void)fputc(',', out);
        }
        if (value->child)
            print_break(out, level);
        (void)fputc(object ? '}' : ']', out);
    } else {
        (void)fputs("null", out);
    }
}

void json_print(FILE *out, const cJSON *tree)
{
    print_value(out, tree, 0);
    (void)fputc('\n', out);
}

void json_add(cJSON *parent, const char *key, cJSON *item, bool *failed)
{
    if (parent && item && (key ? cJSON_AddItemToObject(parent, key, item) : cJSON_AddItemToArray(parent, item)))
        return;
    cJSON_Delete(item);
    *failed = true;
}

void json_add_string(cJSON *parent, const char *key, const char *text, bool *failed)
{
    json_add(parent, key, cJSON_CreateString(text), failed);
}

void json_add_number(cJSON *parent, const char *key, double value, bool *failed)
{
    json_add(parent, key, isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull(), failed);
}

static cJSON *add_new(cJSON *parent, const char *key, cJSON *item, bool *failed)
{
    bool lost = false;
    json_add(parent, key, item, &lost);
    *failed |= lost;
    return lost ? NULL : item;
}

cJSON *json_add_object(cJSON *parent, const char *key, bool *failed)
{
    return add_new(parent, key, cJSON_CreateObject(), failed);
}

cJSON *json_add_array(cJSON *parent, const char *key, bool *failed)
{
    return add_new(parent, key, cJSON_CreateArray(), failed);
}
