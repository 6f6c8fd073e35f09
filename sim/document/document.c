/* document.c: from files to one merged tree. The chain of `extends` is read from the scenario down to its root; the template lies under the
 * root; then every file's own content goes over it, root first. */
#include "document/document.h"

#include "document/document_set.h"
#include "document/json_edit.h"
#include "document/template.h"
#include "document/text_file.h"
#include "document/yaml.h"
#include "engine/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_MOST 32
#define FILE_LARGEST ((size_t)256 << 20)

/* One file of the chain. */
struct layer {
    char *path;
    char *canonical; /* NULL for standard input */
    char *folder;
    cJSON *tree;
};

struct loader {
    struct document *document;
    struct diagnostics *diagnostics;
    struct layer layers[LEVELS_MOST]; /* the scenario first, its root last */
    size_t count;
    cJSON *parameters;
};

static bool note_input(struct document *document, const char *path, const char *bytes, size_t length)
{
    if (!room_for(&document->inputs, document->input_count + 1, &document->input_capacity, sizeof *document->inputs))
        return false;
    struct document_input *input = &document->inputs[document->input_count];
    input->path = strdup(path);
    if (input->path == NULL)
        return false;
    sha256_hex(bytes, length, input->sha256);
    document->input_count++;
    return true;
}

/* Reads one file, for which `place` asks, notes and parses it. */
static enum status read_file(struct loader *loader, const char *path, struct place place, cJSON **tree)
{
    char *bytes;
    size_t length;
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    *tree = NULL;
    enum status status =
        text_file_read(path, FILE_LARGEST, place.file == NULL ? (struct place){name, 0, 0} : place, loader->diagnostics, &bytes, &length);
    if (status != STATUS_OK)
        return status;
    if (!note_input(loader->document, path, bytes, length))
        status = STATUS_NO_MEMORY;
    else
        status = json_parse(bytes, length, name, loader->document->places, loader->diagnostics, tree);
    free(bytes);
    return status;
}

static void report(struct loader *loader, const cJSON *node, const char *path, const char *hint, const char *message)
{
    diagnose(loader->diagnostics, SEVERITY_ERROR, places_of(loader->document->places, node), path, hint, "%s", message);
}

/* "a.json -> b.json -> a.json", of the layers from `first` on. */
static void report_cycle(struct loader *loader, const cJSON *extends, size_t first)
{
    char *chain = NULL;
    size_t size;
    FILE *out = open_memstream(&chain, &size);
    if (out != NULL) {
        for (size_t i = first; i < loader->count; i++)
            fprintf(out, "%s -> ", loader->layers[i].path);
        fprintf(out, "%s", loader->layers[first].path);
        fclose(out);
    }
    diagnose(loader->diagnostics, SEVERITY_ERROR, places_of(loader->document->places, extends), "extends", NULL,
             "the files extend each other in a circle: %s", chain == NULL ? "" : chain);
    free(chain);
}

/* Adds `path` to the chain; takes it. `extends` (NULL for the scenario itself) names it. */
static enum status read_layer(struct loader *loader, char *path, const cJSON *extends)
{
    struct layer *layer = &loader->layers[loader->count];
    *layer = (struct layer){.path = path};
    layer->folder = text_file_folder(path);
    layer->canonical = strcmp(path, "-") == 0 ? NULL : realpath(path, NULL);
    if (layer->folder == NULL) {
        free(layer->canonical);
        free(path);
        return STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < loader->count && layer->canonical != NULL; i++) {
        if (loader->layers[i].canonical != NULL && strcmp(loader->layers[i].canonical, layer->canonical) == 0) {
            report_cycle(loader, extends, i);
            free(layer->canonical);
            free(layer->folder);
            free(path);
            return STATUS_INVALID;
        }
    }
    loader->count++;
    enum status status = read_file(loader, path, places_of(loader->document->places, extends), &layer->tree);
    if (status == STATUS_OK && !cJSON_IsObject(layer->tree)) {
        report(loader, layer->tree, NULL, NULL, "a scenario is a JSON object: { ... }");
        return STATUS_INVALID;
    }
    return status;
}

/* Follows `extends` to the root. */
static enum status read_chain(struct loader *loader, const char *path)
{
    char *copy = strdup(path);
    enum status status = copy == NULL ? STATUS_NO_MEMORY : read_layer(loader, copy, NULL);
    while (status == STATUS_OK) {
        const struct layer *layer = &loader->layers[loader->count - 1];
        const cJSON *extends = cJSON_GetObjectItemCaseSensitive(layer->tree, "extends");
        if (extends == NULL || cJSON_IsNull(extends))
            return STATUS_OK;
        if (!cJSON_IsString(extends) || strcmp(extends->valuestring, "-") == 0 || extends->valuestring[0] == 0) {
            report(loader, extends, "extends", NULL, "expected the path of another scenario");
            return STATUS_INVALID;
        }
        if (loader->count == LEVELS_MOST) {
            report(loader, extends, "extends", NULL, "more than 32 files extend one another");
            return STATUS_INVALID;
        }
        char *next = path_join(layer->folder, extends->valuestring);
        status = next == NULL ? STATUS_NO_MEMORY : read_layer(loader, next, extends);
    }
    return status;
}

/* Takes the keys that are for this reader alone out of every layer. *template: the one that counts (the nearest to the scenario; may be
 * null), and the folder that it is relative to. */
static enum status take_own_keys(struct loader *loader, cJSON **template_path, const char **template_folder)
{
    struct places *places = loader->document->places;
    enum status status = STATUS_OK;
    *template_path = NULL;
    *template_folder = loader->layers[0].folder;
    for (size_t i = loader->count; i-- > 0;) {
        struct layer *layer = &loader->layers[i];
        places_delete(places, cJSON_DetachItemFromObjectCaseSensitive(layer->tree, "extends"));
        cJSON *own = cJSON_DetachItemFromObjectCaseSensitive(layer->tree, "template");
        if (own != NULL) {
            places_delete(places, *template_path);
            *template_path = own;
            *template_folder = layer->folder;
        }
        cJSON *parameters = cJSON_DetachItemFromObjectCaseSensitive(layer->tree, "parameters");
        if (parameters != NULL && !cJSON_IsObject(parameters)) {
            report(loader, parameters, "parameters", NULL, "expected an object with the template's parameters");
            places_delete(places, parameters);
            status = STATUS_INVALID;
        } else if (parameters != NULL) {
            loader->parameters = json_merge_patch(places, loader->parameters, parameters);
        }
    }
    return status;
}

/* What looks like anything but JSON gets one clear answer instead of a syntax error. */
static bool looks_like_json(const char *bytes, size_t length)
{
    size_t at = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < length && strchr(" \t\r\n", bytes[at]) != NULL && bytes[at] != 0)
        at++;
    return at < length && (bytes[at] == '{' || bytes[at] == '/');
}

/* The object of a file of YAML or JSON that `key` names, which `what` says in words. */
static enum status read_named(struct loader *loader, const cJSON *path, const char *folder, const char *key, const char *what, cJSON **tree)
{
    char text[160];
    *tree = NULL;
    if (!cJSON_IsString(path) || path->valuestring[0] == 0 || strcmp(path->valuestring, "-") == 0) {
        snprintf(text, sizeof text, "expected the path of %s", what);
        report(loader, path, key, NULL, text);
        return STATUS_INVALID;
    }
    char *joined = path_join(folder, path->valuestring), *bytes = NULL;
    size_t length = 0;
    if (joined == NULL)
        return STATUS_NO_MEMORY;
    struct place place = places_of(loader->document->places, path);
    enum status status = text_file_read(joined, FILE_LARGEST, place, loader->diagnostics, &bytes, &length);
    if (status == STATUS_OK && !note_input(loader->document, joined, bytes, length)) {
        status = STATUS_NO_MEMORY;
    } else if (status == STATUS_OK && !looks_like_json(bytes, length)) {
        status = yaml_parse(bytes, length, joined, loader->document->places, loader->diagnostics, tree);
    } else if (status == STATUS_OK) {
        status = json_parse(bytes, length, joined, loader->document->places, loader->diagnostics, tree);
    }
    if (status == STATUS_OK && !cJSON_IsObject(*tree)) {
        snprintf(text, sizeof text, "%s is an object: Resources and what belongs to them", what);
        report(loader, *tree, NULL, NULL, text);
        status = STATUS_INVALID;
    }
    free(bytes);
    free(joined);
    return status;
}

static enum status read_template(struct loader *loader, const cJSON *path, const char *folder, cJSON **tree)
{
    *tree = NULL;
    return path == NULL || cJSON_IsNull(path) ? STATUS_OK : read_named(loader, path, folder, "template", "a template", tree);
}

/* An entry of `changes` may name its AppSpec by a file: what stands there stands here. */
static enum status read_app_specs(struct loader *loader)
{
    struct places *places = loader->document->places;
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(loader->document->tree, "changes");
    enum status status = STATUS_OK;
    for (cJSON *change = cJSON_IsArray(changes) ? changes->child : NULL; change != NULL && status == STATUS_OK; change = change->next) {
        const cJSON *path = cJSON_GetObjectItemCaseSensitive(change, "appspec");
        cJSON *tree = NULL;
        if (!cJSON_IsString(path))
            continue;
        status = read_named(loader, path, loader->document->folder, "appspec", "an AppSpec", &tree);
        if (status == STATUS_OK)
            status = json_put(places, change, "appspec", tree) ? STATUS_OK : STATUS_NO_MEMORY;
        else
            places_delete(places, tree);
    }
    return status;
}

/* The scenario's name, else its file's without folder and ending; the caller frees. */
static char *stack_name(const struct loader *loader)
{
    for (size_t i = 0; i < loader->count; i++) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(loader->layers[i].tree, "name");
        if (cJSON_IsString(name))
            return strdup(name->valuestring);
    }
    const char *path = loader->layers[0].path, *slash = strrchr(path, '/');
    if (strcmp(path, "-") == 0)
        return strdup("scenario");
    const char *base = slash == NULL ? path : slash + 1, *dot = strrchr(base, '.');
    return dot == NULL || dot == base ? strdup(base) : strndup(base, (size_t)(dot - base));
}

/* The root with the template's resources under its own, and the other files over it. */
static enum status merge(struct loader *loader, struct template *template)
{
    struct places *places = loader->document->places;
    cJSON *tree = loader->layers[loader->count - 1].tree;
    loader->layers[loader->count - 1].tree = NULL;
    loader->document->tree = tree;
    if (template->tree != NULL) {
        cJSON *resources = template_take_resources(template);
        if (resources == NULL)
            return template->failed && !template->too_large ? STATUS_NO_MEMORY : STATUS_INVALID;
        cJSON *own = cJSON_DetachItemFromObjectCaseSensitive(tree, "Resources");
        if (own != NULL)
            resources = json_merge_patch(places, resources, own);
        if (!json_put(places, tree, "Resources", resources))
            return STATUS_NO_MEMORY;
    }
    for (size_t i = loader->count - 1; i-- > 0;) {
        tree = json_merge_patch(places, tree, loader->layers[i].tree);
        loader->layers[i].tree = NULL;
    }
    loader->document->tree = tree;
    cJSON *resources = cJSON_GetObjectItemCaseSensitive(tree, "Resources");
    if (cJSON_IsObject(resources))
        template_resolve(template, resources);
    if (template->failed)
        return template->too_large ? STATUS_INVALID : STATUS_NO_MEMORY;
    return STATUS_OK;
}

static enum status combine(struct loader *loader, const char *const *sets, size_t set_count)
{
    struct places *places = loader->document->places;
    cJSON *template_path = NULL, *template_tree = NULL;
    const char *template_folder = NULL;
    loader->parameters = cJSON_CreateObject();
    if (loader->parameters == NULL)
        return STATUS_NO_MEMORY;
    places_set(places, loader->parameters, NULL, 0, 0);
    enum status status = take_own_keys(loader, &template_path, &template_folder);
    for (size_t i = 0; i < set_count && status == STATUS_OK; i++) {
        status = document_set_early(loader->document, sets[i], loader->parameters, &template_path);
        if (template_path != NULL && places_of(places, template_path).line == 0)
            template_folder = loader->layers[0].folder;
    }
    if (status == STATUS_OK)
        status = read_template(loader, template_path, template_folder, &template_tree);
    char *name = stack_name(loader);
    struct template template = {.places = places};
    if (status == STATUS_OK && name == NULL)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        status = template_init(&template, template_tree, loader->parameters, name, places, loader->diagnostics);
        template_tree = NULL;
    }
    if (status == STATUS_OK)
        status = merge(loader, &template);
    template_fini(&template);
    free(name);
    places_delete(places, template_tree);
    places_delete(places, template_path);
    places_delete(places, loader->parameters);
    return status;
}

/* Mistakes in them do not end it: all are to be shown. */
static enum status set_all(struct document *document, const char *const *sets, size_t set_count, struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < set_count; i++)
        if (!document_set_is_early(sets[i]) && document_set(document, sets[i], diagnostics) == STATUS_NO_MEMORY)
            return STATUS_NO_MEMORY;
    return STATUS_OK;
}

enum status document_load(const char *path, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                          struct document **document)
{
    *document = NULL;
    struct loader loader = {.diagnostics = diagnostics};
    loader.document = calloc(1, sizeof *loader.document);
    if (loader.document == NULL)
        return STATUS_NO_MEMORY;
    enum status status = places_new(&loader.document->places);
    if (status == STATUS_OK)
        status = read_chain(&loader, path);
    if (status == STATUS_OK) {
        loader.document->folder = strdup(loader.layers[0].folder);
        status = loader.document->folder == NULL ? STATUS_NO_MEMORY : combine(&loader, sets, set_count);
    }
    if (status == STATUS_OK)
        status = set_all(loader.document, sets, set_count, diagnostics);
    if (status == STATUS_OK)
        status = read_app_specs(&loader);
    for (size_t i = 0; i < loader.count; i++) {
        cJSON_Delete(loader.layers[i].tree);
        free(loader.layers[i].path);
        free(loader.layers[i].canonical);
        free(loader.layers[i].folder);
    }
    if (status == STATUS_OK)
        *document = loader.document;
    else
        document_free(loader.document);
    return status;
}

enum status document_of_tree(const cJSON *tree, const char *path, struct document **document)
{
    struct document *made = calloc(1, sizeof *made);
    *document = NULL;
    if (made == NULL)
        return STATUS_NO_MEMORY;
    enum status status = places_new(&made->places);
    made->tree = cJSON_Duplicate(tree, true);
    made->folder = text_file_folder(path);
    if (made->tree == NULL || made->folder == NULL)
        status = STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        document_free(made);
        return status;
    }
    json_set_places(made->places, made->tree, (struct place){path, 0, 0});
    *document = made;
    return STATUS_OK;
}

static bool copy_inputs(const struct document *original, struct document *copy)
{
    copy->inputs = calloc(original->input_count + 1, sizeof *copy->inputs);
    for (; copy->inputs && copy->input_count < original->input_count; copy->input_count++) {
        struct document_input *input = &copy->inputs[copy->input_count];
        *input = original->inputs[copy->input_count];
        input->path = strdup(input->path);
        if (!input->path)
            return false;
    }
    copy->input_capacity = copy->input_count;
    return copy->inputs != NULL;
}

enum status document_copy(const struct document *original, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                          struct document **document)
{
    struct document *made = calloc(1, sizeof *made);
    *document = NULL;
    if (made == NULL)
        return STATUS_NO_MEMORY;
    enum status status = places_new(&made->places);
    made->tree = cJSON_Duplicate(original->tree, true);
    made->folder = strdup(original->folder);
    if (made->tree == NULL || made->folder == NULL || !copy_inputs(original, made))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        places_copy(made->places, made->tree, original->places, original->tree);
        status = set_all(made, sets, set_count, diagnostics);
    }
    if (status == STATUS_OK)
        *document = made;
    else
        document_free(made);
    return status;
}

void document_free(struct document *document)
{
    if (document == NULL)
        return;
    cJSON_Delete(document->tree);
    places_free(document->places);
    for (size_t i = 0; i < document->input_count; i++)
        free(document->inputs[i].path);
    free(document->inputs);
    free(document->folder);
    free(document->resolved_key);
    free(document);
}
