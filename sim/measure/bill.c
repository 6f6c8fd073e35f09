/* bill.c: the list of quantities. */
#include "measure/bill.h"

#include <stdlib.h>

void bill_fini(struct bill *bill)
{
    free(bill->lines);
    *bill = (struct bill){0};
}

static enum status make_room(struct bill *bill)
{
    if (bill->count < bill->capacity)
        return STATUS_OK;
    size_t capacity = bill->capacity ? 2 * bill->capacity : 16;
    if (capacity > SIZE_MAX / sizeof *bill->lines)
        return STATUS_NO_MEMORY;
    struct bill_line *lines = realloc(bill->lines, capacity * sizeof *lines);
    if (!lines)
        return STATUS_NO_MEMORY;
    bill->lines = lines;
    bill->capacity = capacity;
    return STATUS_OK;
}

void bill_add(struct bill *bill, const struct line_item *item, double quantity)
{
    if (bill->status != STATUS_OK)
        return;
    bill->status = make_room(bill);
    if (bill->status != STATUS_OK)
        return;
    bill->lines[bill->count++] = (struct bill_line){.entity = bill->entity, .usage_type = item->usage_type, .quantity = quantity};
}
