/* content.c: which of its contents a sender sends. */
#include "engine/content.h"

uint8_t content_draw(const struct content_choice *choice, struct stream *stream)
{
    if (choice->count <= 1)
        return choice->count == 1 ? choice->contents[0] : CONTENT_NONE;
    double place = stream_uniform(stream);
    size_t low = 0, high = choice->count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (place < choice->weights[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return choice->contents[low];
}
