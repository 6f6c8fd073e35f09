/* room.c: doubling. */
#include "engine/room.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ITEMS 16u

bool room_for(void *list, size_t wanted, size_t *capacity, size_t size)
{
    if (wanted <= *capacity)
        return true;
    size_t doubled = *capacity > 0 ? 2 * *capacity : FIRST_ITEMS, larger = doubled > wanted ? doubled : wanted;
    void *present; /* whatever it points at: all pointers to data look alike */
    memcpy(&present, list, sizeof present);
    void *grown = larger <= SIZE_MAX / size ? realloc(present, larger * size) : NULL;
    if (!grown)
        return false;
    memcpy(list, &grown, sizeof grown);
    *capacity = larger;
    return true;
}
