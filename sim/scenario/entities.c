/* entities.c: the account, the resources and the sources: first their names, so that anything may refer to anything, then their blobs. */
#include "document/suggest.h"
#include "engine/request.h"
#include "notation/property_parse.h"
#include "scenario/loader.h"
#include "scenario/resource_type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static const cJSON *section(const struct loader *loader, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(loader->tree, name);
    return item && parse_is_nothing(item) ? NULL : item;
}

/* An object or a list of the top level; NULL where it is not there, or is something else (reported). */
static const cJSON *section_of(struct loader *loader, const char *name, bool list)
{
    struct parse_path path = {NULL, name, 0};
    const cJSON *item = section(loader, name);
    if (item && (list ? parse_expect_list(&loader->parse, item, &path, NULL) : parse_expect_object(&loader->parse, item, &path, NULL)))
        return item;
    return NULL;
}

/* The next entity, with its name and type. */
static struct origin *add_entity(struct loader *loader, const char *name, const struct model_type *type, struct place place)
{
    struct scenario *scenario = loader->scenario;
    uint32_t index = scenario->entity_count++;
    scenario->entities[index] = (struct entity_spec){.name = name, .type = type};
    scenario->entity_places[index] = place;
    return &loader->origins[index];
}

/* CloudFormation's own rule for logical ids. */
static void check_logical_id(struct loader *loader, const cJSON *node, const struct parse_path *path)
{
    size_t length = strlen(node->string);
    if (length == 0 || length > 255 || strspn(node->string, LETTERS DIGITS) != length)
        parse_key_error(&loader->parse, node, path, NULL, "a logical id is 1 to 255 letters and digits");
}

/* Keys beside Type and Properties that a template may give a resource. */
static void check_resource_keys(struct loader *loader, const cJSON *node, const struct model_type *model, const struct parse_path *path)
{
    static const char *const known[] = {"Type",         "Properties",     "DependsOn",      "Metadata",
                                        "Condition",    "Connectors",     "DeletionPolicy", "UpdateReplacePolicy",
                                        "UpdatePolicy", "CreationPolicy", "IgnoreGlobals"};
    for (const cJSON *item = node->child; item; item = item->next) {
        size_t i = 0, count = sizeof known / sizeof *known;
        while (i < count && strcmp(known[i], item->string) != 0)
            i++;
        if (i < count)
            continue;
        struct parse_path key = {path, item->string, 0};
        char hint[PARSE_HINT];
        snprintf(hint, sizeof hint, "it stands in \"Properties\": {\"%.60s\": ...}", item->string);
        if (model && property_find(model->properties, item->string))
            parse_key_error(&loader->parse, item, &key, hint, "unknown key \"%s\"", item->string);
        else
            parse_unknown_key(&loader->parse, item, path, known, count);
    }
}

/* "type" for "Type": what is meant has been said. */
static bool has_near_type(const cJSON *node)
{
    const char *name = "Type";
    for (const cJSON *item = node->child; item; item = item->next)
        if (strcmp(item->string, name) != 0 && suggest(item->string, &name, 1))
            return true;
    return false;
}

/* The model that simulates a resource; NULL where none does, and then `left_out` is what messages call it; "" where what is wrong with it
 * has been said, and nothing more is to be said of it. */
static const struct model_type *resource_model(struct loader *loader, const cJSON *node, const struct parse_path *path,
                                               const char **left_out)
{
    struct parse_path type_path = {path, "Type", 0};
    char shown[PARSE_SHOWN];
    *left_out = "";
    if (!parse_expect_object(&loader->parse, node, path, "write {\"Type\": ..., \"Properties\": {...}}"))
        return NULL;
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "Type");
    const struct model_type *model = cJSON_IsString(type) ? resource_type_find(loader->scenario->registry, type->valuestring) : NULL;
    check_resource_keys(loader, node, model, path);
    if (!cJSON_IsString(type)) {
        if (!type && has_near_type(node))
            return NULL;
        parse_error(&loader->parse, type ? type : node, path, NULL, "\"Type\" must be a string, got %s", parse_show(type, shown));
        return NULL;
    }
    if (!model && resource_type_report(&loader->parse, loader->scenario->registry, type, &type_path))
        *left_out = type->valuestring;
    return model;
}

static void add_resource(struct loader *loader, const cJSON *node, const struct parse_path *path)
{
    struct parse_path inner = {path, node->string, 0};
    struct place place = places_of_key(loader->parse.places, node);
    const char *left_out = NULL;
    check_logical_id(loader, node, &inner);
    const struct model_type *model = resource_model(loader, node, &inner, &left_out);
    const struct rewritten_list *made = &loader->rewritten;
    const struct rewritten *rewritten = NULL;
    if (loader->rewritten_named < made->count && made->made[loader->rewritten_named].node == node)
        rewritten = &made->made[loader->rewritten_named++];
    const struct published_list *implied = &loader->published;
    const struct published *published = NULL;
    if (loader->published_named < implied->count && implied->made[loader->published_named].node == node)
        published = &implied->made[loader->published_named++];
    if (!model) { /* noted, so that references to it can say so */
        loader->left_out[loader->left_out_count++] = (struct reference_name){node->string, ENTITY_NONE, left_out, place};
        return;
    }
    struct origin *origin = add_entity(loader, node->string, model, place);
    *origin = (struct origin){.whole = ENTITY_NONE,
                              .kind = ORIGIN_RESOURCE,
                              .node = node,
                              .properties = cJSON_GetObjectItemCaseSensitive(node, "Properties"),
                              .published = published,
                              .rewritten = rewritten};
}

/* A source's name; where it has none, one that only messages see. */
static const char *source_name(struct loader *loader, const cJSON *node, const struct parse_path *path, size_t index)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(node, "name");
    struct parse_path inner = {path, "name", 0};
    if (cJSON_IsString(name)) {
        size_t length = strlen(name->valuestring);
        if (length == 0 || length > 64 || strspn(name->valuestring, LETTERS DIGITS "._-") != length)
            parse_error(&loader->parse, name, &inner, NULL, "must be 1 to 64 of letters, digits, \".\", \"_\", \"-\"");
        return name->valuestring;
    }
    char shown[PARSE_SHOWN];
    if (name && !parse_is_nothing(name)) /* elsewhere a number may stand for a string */
        parse_error(&loader->parse, name, &inner, NULL, "must be a string, got %s", parse_show(name, shown));
    const struct property *property = property_find(loader->scenario->registry->source->properties, "name");
    if (!property || !property->required) /* else its own table will miss it */
        parse_error(&loader->parse, node, path, NULL, "\"name\" is missing");
    char text[32];
    snprintf(text, sizeof text, "[%zu]", index);
    const char *kept = store_string(loader->parse.store, text);
    return kept ? kept : "";
}

static void add_source(struct loader *loader, const cJSON *node, const struct parse_path *path, size_t index)
{
    struct parse_path inner = {path, NULL, index};
    if (!parse_expect_object(&loader->parse, node, &inner, "write {\"name\": ..., \"target\": ..., \"poisson\": \"10/s\"}"))
        return;
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(node, "name");
    struct place place = places_of(loader->parse.places, name ? name : node);
    const char *text = source_name(loader, node, &inner, index);
    struct origin *origin = add_entity(loader, text, loader->scenario->registry->source, place);
    *origin = (struct origin){.whole = ENTITY_NONE, .kind = ORIGIN_SOURCE, .node = node, .properties = node};
}

/* F1, F2, ... and F1-calls, F2-calls, ...: a logical id has no '-', so these clash with no resource. */
static void add_fleet(struct loader *loader, bool sources)
{
    struct fleet *fleet = &loader->fleet;
    struct place place = places_of_key(loader->parse.places, fleet->node);
    *(sources ? &fleet->first_source : &fleet->first_function) = loader->scenario->entity_count;
    for (size_t row = 0; row < fleet->count; row++) {
        char name[40];
        snprintf(name, sizeof name, sources ? "F%zu-calls" : "F%zu", row + 1);
        const char *kept = store_string(loader->parse.store, name);
        if (!kept)
            return;
        struct origin *origin = add_entity(loader, kept, sources ? loader->scenario->registry->source : fleet->type, place);
        *origin = (struct origin){.whole = ENTITY_NONE, .kind = sources ? ORIGIN_FLEET_SOURCE : ORIGIN_FLEET, .node = fleet->node};
        if (sources)
            continue;
        origin->properties = cJSON_GetObjectItemCaseSensitive(fleet->node, "Properties");
        origin->behavior = cJSON_GetObjectItemCaseSensitive(fleet->node, "behavior");
    }
}

/* Makes room for everything that is named. False when memory is out, or there is too much. */
static bool make_room(struct loader *loader, const cJSON *resources, const cJSON *traffic)
{
    struct scenario *scenario = loader->scenario;
    struct scenario_store *store = loader->parse.store;
    size_t listed = (size_t)(resources ? cJSON_GetArraySize(resources) : 0);
    size_t count = 1 + listed + (size_t)(traffic ? cJSON_GetArraySize(traffic) : 0) + 2 * loader->fleet.count;
    if (count >= ENTITY_NONE) {
        parse_error(&loader->parse, loader->fleet.node, NULL, NULL, "too many resources: %zu", count);
        return false;
    }
    scenario->entities = store_alloc(store, count, sizeof *scenario->entities);
    scenario->entity_places = store_alloc(store, count, sizeof *scenario->entity_places);
    loader->origins = store_alloc(store, count, sizeof *loader->origins);
    loader->left_out = store_alloc(store, listed, sizeof *loader->left_out);
    return scenario->entities && scenario->entity_places && loader->origins && loader->left_out;
}

/* What an entity can be called by: its name, and of a part its logical id too. */
bool entities_list_names(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    size_t count = 0, room = 2 * (size_t)scenario->entity_count + loader->left_out_count;
    struct reference_name *names = store_alloc(loader->parse.store, room, sizeof *names);
    if (!names)
        return false;
    for (uint32_t i = 0; i < scenario->entity_count; i++) {
        const struct origin *origin = &loader->origins[i];
        names[count++] = (struct reference_name){scenario->entities[i].name, i, NULL, scenario->entity_places[i]};
        if (origin->kind == ORIGIN_RESOURCE && origin->node->string && strcmp(origin->node->string, scenario->entities[i].name) != 0)
            names[count++] = (struct reference_name){origin->node->string, i, NULL, scenario->entity_places[i]};
    }
    for (size_t i = 0; i < loader->left_out_count; i++)
        names[count++] = loader->left_out[i];
    references_init(&loader->references, names, count, scenario->first_source, &loader->parse);
    loader->parse.references = &loader->references;
    return true;
}

/* "F:live", or "F:3" for the third; NULL when it cannot be told, which is complained of where it is read. */
static const char *part_name(struct loader *loader, uint32_t entity)
{
    struct scenario *scenario = loader->scenario;
    struct origin *origin = &loader->origins[entity];
    const struct model_type *type = scenario->entities[entity].type;
    const cJSON *owner = cJSON_GetObjectItemCaseSensitive(origin->properties, type->part_of);
    const cJSON *name = type->part_name ? cJSON_GetObjectItemCaseSensitive(origin->properties, type->part_name) : NULL;
    struct parse_path steps[ORIGIN_STEPS], path = {origin_path(loader, entity, false, steps), type->part_of, 0};
    uint32_t whole = ENTITY_NONE;
    const char *qualifier = NULL;
    char text[600];
    if (!owner || !reference_parse(&loader->parse, owner, &path, &whole, &qualifier))
        return NULL;
    origin->whole = whole;
    if (type->part_name && !cJSON_IsString(name))
        return NULL;
    if (type->part_name)
        snprintf(text, sizeof text, "%.255s:%.255s", scenario->entities[whole].name, name->valuestring);
    else
        snprintf(text, sizeof text, "%.255s:%u", scenario->entities[whole].name, ++loader->origins[whole].part_count);
    return store_string(loader->parse.store, text);
}

/* Parts get the names that they have in every output. */
static bool name_parts(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    bool any = false;
    for (uint32_t i = 1; i < scenario->first_source; i++) {
        const char *name = scenario->entities[i].type->part_of ? part_name(loader, i) : NULL;
        if (!name)
            continue;
        scenario->entities[i].name = name;
        any = true;
    }
    return !any || entities_list_names(loader);
}

static bool name_all(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct parse_path resources_path = {NULL, "Resources", 0}, traffic_path = {NULL, "traffic", 0};
    const cJSON *resources = section_of(loader, "Resources", false), *traffic = section_of(loader, "traffic", true);
    const cJSON *account = section(loader, "account");
    size_t index = 0;
    if (!make_room(loader, resources, traffic))
        return false;
    struct origin *origin = add_entity(loader, "account", scenario->registry->account, places_of(loader->parse.places, account));
    *origin =
        (struct origin){.whole = ENTITY_NONE, .kind = ORIGIN_ACCOUNT, .node = account ? account : loader->tree, .properties = account};
    for (const cJSON *item = resources ? resources->child : NULL; item; item = item->next)
        add_resource(loader, item, &resources_path);
    add_fleet(loader, false);
    scenario->first_source = scenario->entity_count;
    for (const cJSON *item = traffic ? traffic->child : NULL; item; item = item->next, index++)
        add_source(loader, item, &traffic_path, index);
    add_fleet(loader, true);
    scenario->first_inner = scenario->entity_count;
    return entities_list_names(loader) && name_parts(loader);
}

/* Does a resource make its own calls, as a rule with a schedule does? */
static bool calls_itself(const struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    for (uint32_t i = 0; i < scenario->first_source; i++) {
        struct property_walk walk;
        const cJSON *given = loader->origins[i].properties;
        for (const struct property *row = property_first(&walk, scenario->entities[i].type->properties); row; row = property_next(&walk))
            if (row->kind == PROPERTY_ARRIVAL && cJSON_GetObjectItemCaseSensitive(given, row->name))
                return true;
    }
    return false;
}

/* Is there anything to simulate, and anybody who asks for it? What is there but wrong has been said. */
static void check_emptiness(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    const cJSON *resources = section(loader, "Resources"), *traffic = section(loader, "traffic");
    struct parse_path resources_path = {NULL, "Resources", 0}, traffic_path = {NULL, "traffic", 0};
    bool simulated = scenario->first_source > 1 || section(loader, "fleet");
    if (!simulated && !(resources && (resources->child || !cJSON_IsObject(resources))))
        parse_error(&loader->parse, resources ? resources : loader->tree, &resources_path,
                    "write \"Resources\": {\"F\": {\"Type\": ..., \"Properties\": {...}}}, or name a \"template\" or a \"fleet\"",
                    "there is nothing to simulate: neither a resource nor a fleet");
    else if (simulated && scenario->first_source == scenario->entity_count && !traffic && !calls_itself(loader))
        parse_warning(
            &loader->parse, loader->tree, &traffic_path,
            "write \"traffic\": [{\"name\": \"calls\", \"target\": ..., \"poisson\": \"10/s\"}], or \"traffic\": [] if nobody shall",
            "nobody calls: there is no source");
}

/* Hands each block of `behavior` to its resource. */
static void match_behavior(struct loader *loader)
{
    struct parse *parse = &loader->parse;
    struct parse_path path = {NULL, "behavior", 0};
    const cJSON *behavior = section_of(loader, "behavior", false);
    char hint[PARSE_HINT];
    for (const cJSON *item = behavior ? behavior->child : NULL; item; item = item->next) {
        struct parse_path inner = {&path, item->string, 0};
        const struct reference_name *found = references_find(&loader->references, item->string);
        if (!found) {
            char form[PARSE_HINT];
            const char *said = references_hint(parse, &loader->references, item->string, true, hint);
            if (!cJSON_IsObject(item)) { /* a key of some resource's, without the resource */
                snprintf(form, sizeof form, "write \"behavior\": {\"...\": {\"%.60s\": ...}}, by the resource's name", item->string);
                said = form;
            }
            parse_key_error(parse, item, &inner, said, "there is no resource \"%s\"", item->string);
        } else if (found->entity == ENTITY_NONE) {
            if (found->left_out[0] != '\0')
                parse_warning(parse, item, &inner, NULL, "has no effect: %s is not simulated", found->left_out);
        } else if (!loader->scenario->entities[found->entity].type->behavior) {
            parse_key_error(parse, item, &inner, NULL, "%s takes no behavior",
                            found->entity >= loader->scenario->first_source ? "a traffic source"
                                                                            : loader->scenario->entities[found->entity].type->type);
        } else if (loader->origins[found->entity].kind == ORIGIN_FLEET) {
            loader->origins[found->entity].own_behavior = true;
            loader->origins[found->entity].behavior = item;
        } else {
            loader->origins[found->entity].behavior = item;
        }
    }
}

/* A copy of the part before, or of the whole. */
static void *inherited(struct loader *loader, uint32_t entity)
{
    const struct scenario *scenario = loader->scenario;
    const struct origin *origin = &loader->origins[entity];
    const struct model_type *type = scenario->entities[entity].type;
    void *blob = entity_defaults(loader, type);
    const void *before = NULL;
    if (origin->whole == ENTITY_NONE || scenario->entities[origin->whole].type->size != type->size)
        return blob; /* it is no such part: its own validation says so */
    before = loader->origins[origin->whole].config;
    for (uint32_t i = 1; i < entity; i++)
        if (loader->origins[i].whole == origin->whole && scenario->entities[i].type->inherits && loader->origins[i].config)
            before = loader->origins[i].config;
    if (blob && before)
        memcpy(blob, before, type->size);
    if (blob && type->not_inherited)
        property_defaults(&loader->parse, type->not_inherited, blob);
    return blob;
}

static void parse_entity(struct loader *loader, uint32_t entity)
{
    struct origin *origin = &loader->origins[entity];
    const struct model_type *type = loader->scenario->entities[entity].type;
    static const char *const others[] = {"name", NULL};
    struct parse_path steps[ORIGIN_STEPS];
    origin->config = type->inherits ? inherited(loader, entity) : entity_defaults(loader, type);
    if (!origin->config)
        return;
    loader->parse.qualifiers = &origin->qualifiers;
    loader->parse.whole = type->part_of && origin->whole != ENTITY_NONE ? loader->scenario->entities[origin->whole].name : NULL;
    loader->parse.renames = origin->rewritten && origin->rewritten->row ? origin->rewritten->row->renames : NULL;
    struct parse_path other_steps[ORIGIN_STEPS];
    const struct parse_path *properties = origin_path(loader, entity, false, steps),
                            *behavior = origin_path(loader, entity, true, other_steps);
    loader->parse.elsewhere = type->behavior;
    loader->parse.elsewhere_path = behavior;
    property_parse(&loader->parse, type->properties, origin->properties, origin->node, properties,
                   origin->kind == ORIGIN_SOURCE ? others : NULL, origin->config);
    loader->parse.elsewhere = type->properties;
    loader->parse.elsewhere_path = properties;
    if (type->behavior)
        property_parse(&loader->parse, type->behavior, origin->behavior, origin->node, behavior, NULL, origin->config);
    loader->parse.elsewhere = NULL;
    loader->parse.qualifiers = NULL;
    loader->parse.whole = NULL;
    loader->parse.renames = NULL;
    loader->scenario->entities[entity].config = origin->config;
}

void entities_parse(struct loader *loader)
{
    fleet_open(loader);
    if (!name_all(loader))
        return;
    check_emptiness(loader);
    match_behavior(loader);
    for (int inheriting = 0; inheriting < 2; inheriting++) /* what begins as a copy comes when the others are there */
        for (uint32_t i = 0; i < loader->scenario->entity_count; i++) {
            bool fleet = loader->fleet.count > 0 &&
                         ((i >= loader->fleet.first_function && i < loader->scenario->first_source) || i >= loader->fleet.first_source);
            if (!fleet && loader->scenario->entities[i].type->inherits == (inheriting == 1))
                parse_entity(loader, i);
        }
    fleet_fill(loader);
}
