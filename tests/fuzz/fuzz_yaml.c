/* fuzz_yaml.c: any bytes as a template in YAML: a tree with a place for every value, or an error; never a crash. */
#include "scenario/yaml.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_places(const struct places *places, const cJSON *node)
{
    struct place place = places_of(places, node);
    if (place.file == NULL || place.line < 1 || place.column < 1)
        abort();
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        check_places(places, child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct places *places = NULL;
    cJSON *tree = NULL;
    if (places_new(&places) != STATUS_OK)
        return 0;
    enum status status = yaml_parse((const char *)data, size, "fuzz.yaml", places, &diagnostics, &tree);
    if ((tree != NULL) != (status == STATUS_OK) || (status != STATUS_OK && diagnostics.error_count == 0))
        abort();
    if (tree != NULL)
        check_places(places, tree);
    places_delete(places, tree);
    places_free(places);
    diagnostics_fini(&diagnostics);
    return 0;
}
