/* content.c: which of its contents a sender sends. */
#include "engine/content.h"

#include <string.h>

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

bool content_only_reads(const struct content *content)
{
    static const char *const reads[] = {"read",  "Read", "SELECT", "Get",  "BatchGet", "TransactGet",
                                        "Query", "Scan", "List",   "Head", "Describe"};
    static const char *const methods[] = {"GET ", "HEAD ", "OPTIONS "};
    for (size_t i = 0; content->operation && i < sizeof reads / sizeof *reads; i++)
        if (strncmp(content->operation, reads[i], strlen(reads[i])) == 0)
            return true;
    for (size_t i = 0; content->request && i < sizeof methods / sizeof *methods; i++)
        if (strncmp(content->request, methods[i], strlen(methods[i])) == 0)
            return true;
    return false;
}
