/* statements.c: `statements`: which of the course notes' statements a scenario shows. */
#include "scenario/loader.h"

#include <math.h>

/* One number of the list; false where it is none, or was there before. */
static bool read_number(struct loader *loader, const cJSON *item, const struct parse_path *path, uint32_t *number)
{
    const struct scenario *scenario = loader->scenario;
    char shown[PARSE_SHOWN];
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (value < 1 || value > STATEMENT_LAST || floor(value) != value) {
        parse_error(&loader->parse, item, path, "the first column of the table in scenarios/README.md",
                    "must be the number of a statement, 1 to %u, got %s", STATEMENT_LAST, parse_show(item, shown));
        return false;
    }
    *number = (uint32_t)value;
    for (size_t i = 0; i < scenario->statement_count; i++)
        if (scenario->statements[i] == *number) {
            parse_error(&loader->parse, item, path, NULL, "statement %u is there twice", *number);
            return false;
        }
    return true;
}

void statements_parse(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    const struct parse_path path = {NULL, "statements", 0};
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(loader->tree, "statements");
    if (!list || parse_is_nothing(list) || !parse_expect_list(&loader->parse, list, &path, "write a list, such as [14, 15]"))
        return;
    size_t index = 0;
    scenario->statements = store_alloc(loader->parse.store, STATEMENT_LAST, sizeof *scenario->statements);
    for (const cJSON *item = list->child; item && scenario->statements; item = item->next, index++) {
        const struct parse_path inner = {&path, NULL, index};
        uint32_t number;
        if (read_number(loader, item, &inner, &number)) /* each number once: no more than there are */
            scenario->statements[scenario->statement_count++] = number;
    }
}
