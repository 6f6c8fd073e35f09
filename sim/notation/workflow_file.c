/* workflow_file.c: state machines in files of their own, named relative to the scenario's folder. */
#include "document/document.h"
#include "document/text_file.h"
#include "document/yaml.h"
#include "notation/workflow_parse.h"

#include <stdlib.h>
#include <string.h>

/* The tree of a file's text, with its places; NULL after reporting. */
static cJSON *tree_of(struct workflow_reading *reading, const char *text, size_t length, const char *file)
{
    struct parse *parse = reading->parse;
    size_t ending = strlen(file);
    bool yaml = (ending > 5 && strcmp(file + ending - 5, ".yaml") == 0) || (ending > 4 && strcmp(file + ending - 4, ".yml") == 0);
    cJSON *tree = NULL;
    enum status status = yaml ? yaml_parse(text, length, file, parse->places, parse->diagnostics, &tree)
                              : json_parse(text, length, file, parse->places, parse->diagnostics, &tree);
    parse->failed = parse->failed || status == STATUS_NO_MEMORY;
    return tree;
}

static const struct workflow *of_named(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path)
{
    struct parse *parse = reading->parse;
    char shown[PARSE_SHOWN], *full = NULL, *bytes = NULL, hex[65];
    size_t length = 0;
    const struct workflow *workflow = NULL;
    if (!cJSON_IsString(node) || node->valuestring[0] == '\0' || strcmp(node->valuestring, "-") == 0 || strstr(node->valuestring, "://")) {
        parse_error(parse, node, path, "name a file beside the scenario, or paste it under Definition",
                    "must be the path of a file, got %s", parse_show(node, shown));
        return NULL;
    }
    full = path_join(parse->folder ? parse->folder : ".", node->valuestring);
    if (!full || !parse->places) {
        free(full);
        parse->failed = true;
        return NULL;
    }
    enum status status = text_file_read(full, WORKFLOW_TEXT_MOST, places_of(parse->places, node), parse->diagnostics, &bytes, &length);
    parse->failed = parse->failed || status == STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        sha256_hex(bytes, length, hex);
        store_note_file(parse->store, node->valuestring, hex);
        const char *filled = workflow_text(reading, bytes, WORKFLOW_TEXT_MOST);
        cJSON *tree = filled ? tree_of(reading, filled, strlen(filled), full) : NULL;
        if (!filled)
            parse_error(parse, node, path, NULL, "a text of more than %zu bytes, with what stands for its keys", WORKFLOW_TEXT_MOST);
        else if (tree && parse_expect_object(parse, tree, path, "write {\"StartAt\": ..., \"States\": {...}}"))
            workflow = workflow_of_tree(reading, tree, path);
        places_delete(parse->places, tree);
    }
    free(bytes);
    free(full);
    return workflow;
}

const struct workflow *workflow_of_file(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path)
{
    const cJSON *key = cJSON_IsObject(node) ? cJSON_GetObjectItemCaseSensitive(node, "Key") : NULL;
    return key ? of_named(reading, key, &(struct parse_path){path, "Key", 0}) : of_named(reading, node, path);
}
