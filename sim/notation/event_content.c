/* event_content.c: bodies, object keys, operations, requests, whether reads are consistent and when what is kept ends: numbered, each once,
 * and drawn by weight. */
#include "notation/event_content.h"

#include "notation/value_parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum content_key { KEY_EVENT, KEY_OBJECT, KEY_OPERATION, KEY_REQUEST, KEY_CONSISTENT, KEY_EXPIRES, CONTENT_KEYS };

static const char *const key_names[CONTENT_KEYS] = {"event", "object_key", "operation", "request", "consistent", "expires_after"};

/* The operation of a content's end. */
static const char expired_operation[] = "Expired";

#define REQUEST_LONGEST 2048u
#define LIFE_MOST_NS 9e18

/* How steps spell an operation. */
static const char short_operation[] = "op";

/* The values of one key. */
struct alternatives {
    size_t count; /* at least 1: where the key is not there, one that is NULL */
    const cJSON *nodes[CONTENT_COUNT];
    double weights[CONTENT_COUNT];
};

struct event_contents *event_contents_new(struct scenario_store *store)
{
    struct event_contents *contents = store_alloc(store, 1, sizeof *contents);
    if (contents)
        contents->table = (struct content_table){contents->items, 1};
    return contents;
}

static void release_body(void *pointer)
{
    cJSON_Delete(pointer);
}

/* The event as patterns look at it. Text that spells an object or a list is what a queue's body or a record's data looks like. */
static const cJSON *body_of(struct parse *parse, const char *event)
{
    cJSON *body = cJSON_Parse(event);
    const char *end = NULL;
    if (cJSON_IsString(body)) {
        cJSON *inside = cJSON_ParseWithOpts(body->valuestring, &end, true);
        if (cJSON_IsObject(inside) || cJSON_IsArray(inside)) {
            cJSON_Delete(body);
            body = inside;
        } else {
            cJSON_Delete(inside);
        }
    }
    parse->failed = parse->failed || !body;
    return store_own(parse->store, body, release_body) ? body : NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The number of a content, a new one where there is none like it; CONTENT_NONE after reporting. */
static uint8_t content_number(struct parse *parse, const struct content *content, const cJSON *node, const struct parse_path *path)
{
    struct event_contents *contents = parse->contents;
    uint32_t number = 1;
    while (number < contents->table.count &&
           !(same_text(contents->items[number].event, content->event) &&
             same_text(contents->items[number].object_key, content->object_key) &&
             same_text(contents->items[number].operation, content->operation) &&
             same_text(contents->items[number].request, content->request) && contents->items[number].consistent == content->consistent &&
             contents->items[number].lives_ns == content->lives_ns))
        number++;
    if (number < contents->table.count)
        return (uint8_t)number;
    if (number == CONTENT_COUNT) {
        parse_error(parse, node, path, "a few that stand for many are enough: filters see only what differs",
                    "more than %u different contents (event, object_key, operation, request, consistent, expires_after) in all",
                    CONTENT_COUNT - 1);
        return CONTENT_NONE;
    }
    contents->bodies[number] = content->event ? body_of(parse, content->event) : NULL;
    contents->items[number] = *content;
    contents->table.count++;
    return (uint8_t)number;
}

/* The same of a content that may have an end, which is a content too. */
static uint8_t number_with_end(struct parse *parse, struct content *content, const cJSON *node, const struct parse_path *path)
{
    const struct content end = {.event = content->event, .object_key = content->object_key, .operation = expired_operation};
    if (content->lives_ns > 0)
        content->over = content_number(parse, &end, node, path);
    return content->lives_ns > 0 && content->over == CONTENT_NONE ? CONTENT_NONE : content_number(parse, content, node, path);
}

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A method, one space, a path that begins with "/"; nothing in it that a path cannot hold. */
static bool is_request(const char *text)
{
    size_t method = strspn(text, UPPER);
    if (method == 0 || method > 16 || text[method] != ' ' || text[method + 1] != '/' || strlen(text) > REQUEST_LONGEST)
        return false;
    for (const char *at = text + method + 1; *at; at++)
        if (*at <= ' ' || *at == '\x7f' || *at == '{' || *at == '}')
            return false;
    return true;
}

static bool is_action(const char *text)
{
    return strspn(text, UPPER "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(text) && strlen(text) <= 64;
}

/* What is stored of the time is read again when the content is made. */
static bool life_is_good(struct parse *parse, const cJSON *node, const struct parse_path *path)
{
    double ns;
    if (!value_parse(parse, QUANTITY_TIME, NULL, node, path, &ns))
        return false;
    if (ns >= 1)
        return true;
    parse_error(parse, node, path, "leave it out where nothing ends", "must be more than 0");
    return false;
}

/* Events are any value; the others are texts, an operation the name of an API's action. */
static bool value_is_good(struct parse *parse, enum content_key key, const cJSON *node, const struct parse_path *path)
{
    static const struct {
        const char *what, *example;
    } words[CONTENT_KEYS] = {
        [KEY_OBJECT] = {"an object's name", "such as \"incoming/photo.jpg\""},
        [KEY_OPERATION] = {"the name of an action: letters and digits", "such as \"PutObject\""},
        [KEY_REQUEST] = {"a method and a path", "such as \"GET /items/7\""},
    };
    char shown[PARSE_SHOWN];
    if (key == KEY_EVENT)
        return true;
    if (key == KEY_CONSISTENT) {
        if (!cJSON_IsBool(node))
            parse_error(parse, node, path, NULL, "must be true or false, or several with weights, got %s", parse_show(node, shown));
        return cJSON_IsBool(node);
    }
    if (key == KEY_EXPIRES)
        return life_is_good(parse, node, path);
    const char *text = cJSON_IsString(node) ? node->valuestring : NULL;
    bool good = text && *text && (key == KEY_OBJECT || (key == KEY_OPERATION ? is_action(text) : is_request(text)));
    if (!good)
        parse_error(parse, node, path, words[key].example, "must be %s, or several with weights, got %s", words[key].what,
                    parse_show(node, shown));
    return good;
}

/* A list of objects with "of" is of weighted values; any other list is a body. */
static bool is_weighted(const cJSON *node)
{
    return cJSON_IsArray(node) && cJSON_GetObjectItemCaseSensitive(node->child, "of");
}

static bool parse_weighted(struct parse *parse, enum content_key key, const cJSON *node, const struct parse_path *path,
                           struct alternatives *found)
{
    bool good = true;
    double total = 0;
    size_t index = 0;
    for (const cJSON *item = node->child; item; item = item->next, index++) {
        struct parse_path inner = {path, NULL, index}, of_path = {&inner, "of", 0};
        const cJSON *of = NULL;
        double weight = 0;
        if (index == CONTENT_COUNT - 1) {
            parse_error(parse, item, &inner, NULL, "there may be %u values at most", CONTENT_COUNT - 1);
            return false;
        }
        good = weighted_parse(parse, item, &inner, &weight, &of) && good;
        good = of && (parse_is_nothing(of) || value_is_good(parse, key, of, &of_path)) && good;
        found->nodes[index] = parse_is_nothing(of) ? NULL : of;
        found->weights[index] = weight;
        total += weight;
    }
    found->count = index;
    if (good && !(total > 0 && isfinite(total))) {
        parse_error(parse, node, path, NULL, "the weights must add up to more than 0");
        good = false;
    }
    for (size_t i = 0; good && i < index; i++)
        found->weights[i] /= total;
    return good;
}

static bool parse_key(struct parse *parse, enum content_key key, const cJSON *object, const struct parse_path *path,
                      struct alternatives *found)
{
    const char *name = key_names[key];
    if (key == KEY_OPERATION && !cJSON_GetObjectItemCaseSensitive(object, name))
        name = short_operation;
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, name);
    struct parse_path inner = {path, name, 0};
    found->count = 1;
    found->nodes[0] = NULL;
    found->weights[0] = 1;
    if (!node || parse_is_nothing(node))
        return true;
    if (is_weighted(node))
        return parse_weighted(parse, key, node, &inner, found);
    found->nodes[0] = node;
    return value_is_good(parse, key, node, &inner);
}

/* The texts of one combination; false when memory is out. */
static bool content_of(struct parse *parse, const cJSON *const nodes[CONTENT_KEYS], struct content *content)
{
    *content = (struct content){0};
    const char *texts[CONTENT_KEYS] = {NULL};
    for (int key = KEY_OBJECT; key < KEY_CONSISTENT; key++)
        texts[key] = nodes[key] ? store_string(parse->store, nodes[key]->valuestring) : NULL;
    char *event = nodes[KEY_EVENT] ? cJSON_PrintUnformatted(nodes[KEY_EVENT]) : NULL;
    texts[KEY_EVENT] = event ? store_string(parse->store, event) : NULL;
    cJSON_free(event);
    for (int key = 0; key < KEY_CONSISTENT; key++)
        if (nodes[key] && !texts[key])
            parse->failed = true;
    *content = (struct content){.event = texts[KEY_EVENT],
                                .object_key = texts[KEY_OBJECT],
                                .operation = texts[KEY_OPERATION],
                                .request = texts[KEY_REQUEST],
                                .consistent = cJSON_IsTrue(nodes[KEY_CONSISTENT])};
    double ns = 0;
    if (nodes[KEY_EXPIRES] && quantity_read(QUANTITY_TIME, nodes[KEY_EXPIRES]->valuestring, &ns))
        content->lives_ns = (int64_t)fmin(ns, LIFE_MOST_NS);
    return !parse->failed;
}

/* Every combination, in the order of the keys. */
static bool combine(struct parse *parse, const struct alternatives keys[CONTENT_KEYS], size_t count, const cJSON *object,
                    const struct parse_path *path, struct content_choice *choice)
{
    uint8_t *contents = store_alloc(parse->store, count, sizeof *contents);
    double *weights = store_alloc(parse->store, count, sizeof *weights), total = 0;
    if (!contents || !weights)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t rest = i;
        double weight = 1;
        const cJSON *nodes[CONTENT_KEYS];
        struct content content;
        for (int key = CONTENT_KEYS - 1; key >= 0; key--) {
            nodes[key] = keys[key].nodes[rest % keys[key].count];
            weight *= keys[key].weights[rest % keys[key].count];
            rest /= keys[key].count;
        }
        if (!content_of(parse, nodes, &content))
            return false;
        bool nothing =
            !content.event && !content.object_key && !content.operation && !content.request && !content.consistent && content.lives_ns == 0;
        contents[i] = nothing ? CONTENT_NONE : number_with_end(parse, &content, object, path);
        if (contents[i] == CONTENT_NONE && !nothing)
            return false;
        total += weight;
        weights[i] = total;
    }
    for (size_t i = 0; i < count; i++)
        weights[i] = i + 1 == count ? 1 : weights[i] / total;
    *choice = (struct content_choice){contents, weights, count};
    return true;
}

bool content_choice_parse(struct parse *parse, const cJSON *object, const struct parse_path *path, struct content_choice *choice)
{
    *choice = (struct content_choice){0};
    struct alternatives *keys = calloc(CONTENT_KEYS, sizeof *keys);
    if (!keys) {
        parse->failed = true;
        return false;
    }
    bool good = true, given = false;
    size_t count = 1;
    for (int key = 0; key < CONTENT_KEYS; key++) {
        good = parse_key(parse, (enum content_key)key, object, path, &keys[key]) && good;
        given = given || keys[key].count > 1 || keys[key].nodes[0];
        count *= keys[key].count; /* at most 2^32 */
    }
    if (good && count >= CONTENT_COUNT) {
        parse_error(parse, object, path, NULL,
                    "event, object_key, operation, request, consistent and expires_after make %zu combinations; there may be %u at most",
                    count, CONTENT_COUNT - 1);
        good = false;
    }
    if (good && given && parse->contents && parse->store)
        good = combine(parse, keys, count, object, path, choice);
    free(keys);
    return good;
}
