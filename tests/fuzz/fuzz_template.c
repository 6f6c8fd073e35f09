/* fuzz_template.c: any JSON as a template: resources or errors; never a crash, never without end. */
#include "document/template.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct places *places = NULL;
    struct template template = {0};
    cJSON *tree = NULL, *resources = NULL;
    if (places_new(&places) != STATUS_OK)
        return 0;
    if (json_parse((const char *)data, size, "fuzz.json", places, &diagnostics, &tree) == STATUS_OK && cJSON_IsObject(tree) &&
        template_init(&template, tree, NULL, "stack", places, &diagnostics) == STATUS_OK)
        resources = template_take_resources(&template);
    else
        template = (struct template){.tree = tree, .places = places};
    if (resources != NULL) {
        template_resolve(&template, resources); /* what is left over stays what it is */
        char *text = cJSON_PrintUnformatted(resources);
        cJSON_free(text);
    }
    places_delete(places, resources);
    template_fini(&template);
    places_free(places);
    diagnostics_fini(&diagnostics);
    return 0;
}
