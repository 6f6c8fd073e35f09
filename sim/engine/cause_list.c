/* cause_list.c: causes made while a run goes on. */
#include "engine/cause_list.h"

#include "engine/room.h"

#include <stdlib.h>
#include <string.h>

const struct cause *cause_list_get(struct cause_list *causes, enum fate fate, const char *text)
{
    for (size_t i = 0; i < causes->count; i++)
        if (causes->list[i]->fate == fate && strcmp(causes->list[i]->text, text) == 0)
            return causes->list[i];
    size_t size = strlen(text) + 1;
    struct cause *made = malloc(sizeof *made + size); /* the text stands behind it */
    if (!made || !room_for(&causes->list, causes->count + 1, &causes->capacity, sizeof(struct cause *))) {
        free(made);
        return NULL;
    }
    *made = (struct cause){.fate = fate, .text = memcpy(made + 1, text, size)};
    causes->list[causes->count++] = made;
    return made;
}

void cause_list_fini(struct cause_list *causes)
{
    for (size_t i = 0; i < causes->count; i++)
        free(causes->list[i]);
    free(causes->list);
    *causes = (struct cause_list){0};
}
