/* fuzz_pattern.c: any two texts, a pattern and (after a line end) an event: compiled or refused, matched or not; never a crash. */
#include "notation/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct pattern *pattern, const cJSON *event)
{
    enum pattern_verdict whole = pattern_match(pattern, event, false), partial = pattern_match(pattern, event, true);
    if (whole == PATTERN_UNKNOWN || pattern->extent.depth < 1 || pattern->extent.depth > PATTERN_DEEPEST)
        abort();
    if (partial == PATTERN_YES && whole == PATTERN_NO) /* knowing less settles nothing */
        abort();
    (void)pattern_match(pattern, NULL, true);
}

static void compile(const char *text, const char *dialect, const cJSON *event)
{
    struct diagnostics diagnostics = {0};
    struct scenario_store *store = store_new();
    struct parse parse = {.diagnostics = &diagnostics, .folder = ".", .store = store};
    struct parse_path path = {NULL, "pattern", 0};
    cJSON *node = cJSON_CreateString(text), *tree = cJSON_Parse(text);
    if (store && node) {
        const struct pattern *pattern = pattern_parse(&parse, dialect, node, &path);
        if (!pattern != (diagnostics.error_count > 0))
            abort();
        if (pattern)
            check(pattern, event);
    }
    const struct pattern *direct = store && tree ? pattern_parse(&parse, dialect, tree, &path) : NULL;
    if (direct)
        check(direct, event);
    cJSON_Delete(tree);
    cJSON_Delete(node);
    store_free(store);
    diagnostics_fini(&diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *line = strchr(text, '\n');
    cJSON *event = line ? cJSON_Parse(line + 1) : NULL;
    if (line)
        *line = '\0';
    compile(text, "event", event);
    compile(text, "mapping", event);
    compile(text, "subscription", event);
    cJSON_Delete(event);
    free(text);
    return 0;
}
