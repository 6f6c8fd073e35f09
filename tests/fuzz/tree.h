/* tree.h: what holds for a parser of any format: all or nothing, a reason for nothing, and a place for all. */
#ifndef SLSIM_TESTS_FUZZ_TREE_H
#define SLSIM_TESTS_FUZZ_TREE_H

#include "document/json.h"

#include <stdint.h>
#include <stdlib.h>

typedef enum status parse_function(const char *text, size_t length, const char *file, struct places *places,
                                   struct diagnostics *diagnostics, cJSON **tree);

static inline void check_places(const struct places *places, const cJSON *node)
{
    struct place place = places_of(places, node);
    if (place.file == NULL || place.line < 1 || place.column < 1)
        abort();
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        check_places(places, child);
}

static inline void check_tree(parse_function *parse, const char *file, const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct places *places = NULL;
    cJSON *tree = NULL;
    if (places_new(&places) != STATUS_OK)
        return;
    enum status status = parse((const char *)data, size, file, places, &diagnostics, &tree);
    if ((tree != NULL) != (status == STATUS_OK) || (status != STATUS_OK && diagnostics.error_count == 0))
        abort();
    if (tree != NULL)
        check_places(places, tree);
    places_delete(places, tree);
    places_free(places);
    diagnostics_fini(&diagnostics);
}

#endif
