/* room.h: lists that grow in memory. */
#ifndef SLSIM_ENGINE_ROOM_H
#define SLSIM_ENGINE_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Sees to it that the list that the pointer at `list` owns (NULL: none yet) has room for `wanted` items of `size` bytes, and for twice as
 * many as before where it must grow; *capacity is kept. False when memory is out, and then nothing has changed. O(1) for each of many. */
bool room_for(void *list, size_t wanted, size_t *capacity, size_t size);

#endif
