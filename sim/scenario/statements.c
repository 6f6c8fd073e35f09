/* statements.c: `statements`: which of the course notes' statements a scenario shows. */
#include "scenario/statements.h"

#include <math.h>

/* One number of the list, of which `count` were read; false where it is none, or was there before. */
static bool read_number(struct parse *parse, const cJSON *item, const struct parse_path *path, uint32_t *list, size_t count)
{
    char shown[PARSE_SHOWN];
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (value < 1 || value > STATEMENT_LAST || floor(value) != value) {
        parse_error(parse, item, path, "the first column of the table in scenarios/README.md",
                    "must be the number of a statement, 1 to %u, got %s", STATEMENT_LAST, parse_show(item, shown));
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (list[i] == (uint32_t)value) {
            parse_error(parse, item, path, NULL, "statement %u is there twice", list[i]);
            return false;
        }
    list[count] = (uint32_t)value; /* each number once: no more than there are */
    return true;
}

const uint32_t *statements_read(struct parse *parse, const cJSON *tree, size_t *count)
{
    const struct parse_path path = {NULL, "statements", 0};
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(tree, "statements");
    size_t index = 0;
    *count = 0;
    if (!items || parse_is_nothing(items) || !parse_expect_list(parse, items, &path, "write a list, such as [14, 15]"))
        return NULL;
    uint32_t *list = store_alloc(parse->store, STATEMENT_LAST, sizeof *list);
    for (const cJSON *item = items->child; item && list; item = item->next, index++) {
        const struct parse_path inner = {&path, NULL, index};
        *count += read_number(parse, item, &inner, list, *count);
    }
    return list;
}
