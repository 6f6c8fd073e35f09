/* json.c: text to a cJSON tree with places. The scan finds every mistake and every place; cJSON makes the tree; a walk joins the two. */
#include "document/json.h"

#include "document/json_scan.h"
#include "document/text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LARGEST ((size_t)256 << 20)

/* The way down to a node, for the path in a message. */
struct way {
    const struct way *above;
    const cJSON *node;
    size_t index; /* in an array */
};

struct walk {
    const struct json_scan *scan;
    size_t next; /* spot */
    const char *file;
    struct places *places;
};

/* Looking for keys given twice. */
struct check {
    struct places *places;
    struct diagnostics *diagnostics;
    bool no_memory;
};

static void write_way(const struct way *way, FILE *out)
{
    if (way->above == NULL)
        return;
    write_way(way->above, out);
    if (way->node->string == NULL)
        fprintf(out, "[%zu]", way->index);
    else
        fprintf(out, "%s%s", way->above->above == NULL ? "" : ".", way->node->string);
}

static void report_again(struct check *check, const struct way *object, const cJSON *first, const cJSON *second)
{
    char *path = NULL;
    size_t size;
    FILE *out = open_memstream(&path, &size);
    if (out != NULL) {
        write_way(&(struct way){object, second, 0}, out);
        fclose(out);
    }
    struct place at_first = places_of_key(check->places, first);
    diagnose(check->diagnostics, SEVERITY_ERROR, places_of_key(check->places, second), path, "keep one of the two",
             "the key \"%s\" is given twice: first at line %d, column %d", second->string, at_first.line, at_first.column);
    free(path);
}

struct member {
    cJSON *node;
    size_t index;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = strcmp(a->node->string, b->node->string);
    if (order != 0)
        return order;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* Sorted, equal keys stand together: n log n whatever the input. The first of them stays in the tree. */
static void drop_keys_given_twice(struct check *check, cJSON *object, const struct way *way)
{
    size_t count = 0;
    for (const cJSON *child = object->child; child != NULL; child = child->next)
        count++;
    if (count < 2)
        return;
    struct member *members = malloc(count * sizeof *members);
    if (members == NULL) {
        check->no_memory = true;
        return;
    }
    count = 0;
    for (cJSON *child = object->child; child != NULL; child = child->next, count++)
        members[count] = (struct member){child, count};
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (strcmp(members[first].node->string, members[i].node->string) != 0) {
            first = i;
            continue;
        }
        report_again(check, way, members[first].node, members[i].node);
        places_delete(check->places, cJSON_DetachItemViaPointer(object, members[i].node));
    }
    free(members);
}

static void check_all(struct check *check, cJSON *node, const struct way *way)
{
    size_t index = 0;
    for (cJSON *child = node->child; child != NULL; child = child->next)
        check_all(check, child, &(struct way){way, child, index++});
    if (cJSON_IsObject(node))
        drop_keys_given_twice(check, node, way);
}

enum status json_drop_repeated_keys(cJSON *tree, struct places *places, struct diagnostics *diagnostics)
{
    struct check check = {.places = places, .diagnostics = diagnostics};
    check_all(&check, tree, &(struct way){NULL, tree, 0});
    return check.no_memory ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Both the scan and this go through the values in the order in which they begin. */
static void place_all(struct walk *walk, cJSON *node)
{
    if (walk->next >= walk->scan->count)
        return;
    struct json_spot spot = walk->scan->spots[walk->next++];
    places_set(walk->places, node, walk->file, spot.line, spot.column);
    if (spot.key_line > 0)
        places_set_key(walk->places, node, spot.key_line, spot.key_column);
    for (cJSON *child = node->child; child != NULL; child = child->next)
        place_all(walk, child);
}

enum status json_parse(const char *text, size_t length, const char *file, struct places *places, struct diagnostics *diagnostics,
                       cJSON **tree)
{
    struct json_scan scan;
    *tree = NULL;
    enum status status = json_scan_init(&scan, text, length, file, diagnostics);
    cJSON *parsed = NULL;
    if (status == STATUS_OK) {
        /* What the scan accepts, cJSON accepts: when it does not, memory is out. */
        parsed = cJSON_ParseWithLengthOpts(scan.blanked, length, NULL, 0);
        status = parsed == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    if (status == STATUS_OK) {
        place_all(&(struct walk){.scan = &scan, .file = file, .places = places}, parsed);
        status = json_drop_repeated_keys(parsed, places, diagnostics);
        if (status != STATUS_OK) {
            places_delete(places, parsed);
            parsed = NULL;
        }
    }
    json_scan_fini(&scan);
    *tree = parsed;
    return status;
}

enum status json_read(const char *path, struct places *places, struct diagnostics *diagnostics, cJSON **tree, char **bytes, size_t *length)
{
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    char *content;
    size_t content_length;
    *tree = NULL;
    if (bytes != NULL)
        *bytes = NULL;
    if (length != NULL)
        *length = 0;
    enum status status = text_file_read(path, FILE_LARGEST, (struct place){name, 0, 0}, diagnostics, &content, &content_length);
    if (status != STATUS_OK)
        return status;
    status = json_parse(content, content_length, name, places, diagnostics, tree);
    if (bytes != NULL)
        *bytes = content;
    else
        free(content);
    if (length != NULL)
        *length = content_length;
    return status;
}
