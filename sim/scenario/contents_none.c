/* contents_none.c: until contents are read, there are none. */
#include "engine/content.h"
#include "scenario/validation.h"

#include <stddef.h>

__attribute__((weak)) const struct content_table *validation_contents(const struct validation *validation)
{
    static const struct content_table none = {NULL, 0};
    (void)validation;
    return &none;
}
