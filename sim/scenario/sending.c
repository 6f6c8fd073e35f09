/* sending.c: what entities send to each other is judged when the scenario is read, once all were validated: is it something that can be
 * called, does it have that part, does it know that operation; and what it has to say itself. */
#include "engine/sending.h"

#include "document/suggest.h"
#include "scenario/loader.h"
#include "scenario/validation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROPERTY_SIZE 300

/* Where `key` of the sending stands in the sender; NULL: what names its target. */
static const char *property_of(const struct sending *sending, const char *key, char property[PROPERTY_SIZE])
{
    snprintf(property, PROPERTY_SIZE, "%.200s%.60s", sending->place, key ? key : sending->target_key);
    return property;
}

void validation_sending_error(struct validation *validation, const struct sending *sending, const char *key, const char *hint,
                              const char *format, ...)
{
    char property[PROPERTY_SIZE], *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);
    validation_error(validation, property_of(sending, key, property), hint, "%s", message ? message : "");
    free(message);
}

void validation_sending_needs_key(struct validation *validation, const struct sending *sending, const char *what)
{
    if (sending->has_key || (sending->passes_key_on && validation_keys_are_named(validation)))
        return;
    validation_sending_error(validation, sending, NULL, "write \"key\": {\"uniform\": 100}", "%s is %s: each item needs a \"key\"",
                             validation_name(validation, sending->target), what);
}

static size_t count_of(const char *const *names)
{
    size_t count = 0;
    while (names[count])
        count++;
    return count;
}

#define SHOWN_MOST 12u

/* The operations as a hint: the nearest, or the first of them. */
static const char *operations_hint(const char *const *operations, const char *name, char *text, size_t room)
{
    const char *near = suggest(name, operations, count_of(operations));
    size_t used;
    if (near) {
        snprintf(text, room, "did you mean \"%s\"?", near);
        return text;
    }
    used = (size_t)snprintf(text, room, "it takes ");
    for (size_t i = 0; operations[i] && i <= SHOWN_MOST && used < room; i++)
        used += (size_t)(i < SHOWN_MOST ? snprintf(text + used, room - used, "%s\"%.60s\"", i > 0 ? ", " : "", operations[i])
                                        : snprintf(text + used, room - used, ", ..."));
    return text;
}

void validation_sending_names(struct validation *validation, const struct sending *sending, const char *const *operations)
{
    const struct content_table *contents = validation_contents(validation);
    char hint[600];
    for (size_t i = 0; i < sending->content.count; i++) {
        const char *name = contents->items[sending->content.contents[i]].operation;
        if (!name || operations_have(operations, name))
            continue;
        validation_sending_error(validation, sending, sending->operation_key, operations_hint(operations, name, hint, sizeof hint),
                                 "%s has no operation \"%s\" here", validation_name(validation, sending->target), name);
        return;
    }
}

/* Who keeps nothing for a time does not mind how long. */
static void judge_life(struct validation *validation, const struct sending *sending, const struct model_type *type)
{
    const struct content_table *contents = validation_contents(validation);
    char property[PROPERTY_SIZE];
    for (size_t i = 0; i < sending->content.count && !type->deletes_expired; i++) {
        if (contents->items[sending->content.contents[i]].lives_ns == 0)
            continue;
        validation_warning(validation, property_of(sending, "expires_after", property), "it is for items of a table",
                           "has no effect: %s is %s", validation_name(validation, sending->target), type->type);
        return;
    }
}

void validation_sends(struct validation *validation, const struct sending *sending)
{
    if (sending->target == ENTITY_NONE)
        return; /* which was said */
    const struct model_type *type = validation_type(validation, sending->target);
    const void *config = validation_config(validation, sending->target);
    char property[PROPERTY_SIZE];
    if (!type->accept) {
        validation_sending_error(validation, sending, NULL, NULL, "%s cannot be called", validation_name(validation, sending->target));
        return;
    }
    if (type->in_front_of) {
        validation_sending_error(validation, sending, NULL, "a step names it beside what it calls: {\"call\": ..., \"via\": ...}",
                                 "%s stands in front of something, and is not called itself", validation_name(validation, sending->target));
        return;
    }
    if (sending->part && type->check_part)
        type->check_part(validation, property_of(sending, NULL, property), config, sending->part);
    judge_life(validation, sending, type);
    if (type->operations)
        validation_sending_names(validation, sending, type->operations);
    if (type->receives)
        type->receives(validation, sending, config);
}
