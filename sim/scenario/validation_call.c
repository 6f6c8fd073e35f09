/* validation_call.c: does what is called have the operation that its caller names? */
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

void validation_check_operations(struct validation *validation, const char *property, uint32_t target, const struct content_choice *choice)
{
    const struct content_table *contents = validation_contents(validation);
    const char *const *operations = target == ENTITY_NONE ? NULL : validation_type(validation, target)->operations;
    size_t count = 0;
    while (operations && operations[count])
        count++;
    for (size_t i = 0; operations && i < choice->count; i++) {
        const char *operation = choice->contents[i] < contents->count ? contents->items[choice->contents[i]].operation : NULL;
        if (!operation || is_one_of(operation, operations))
            continue;
        const char *near = validation_nearest(operation, operations, count);
        char hint[120];
        snprintf(hint, sizeof hint, near ? "did you mean \"%s\"?" : "such as \"%s\"", near ? near : operations[0]);
        validation_error(validation, property, hint, "%s has no operation \"%s\"", validation_name(validation, target), operation);
        return;
    }
}
