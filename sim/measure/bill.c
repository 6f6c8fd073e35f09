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

static void add(struct bill *bill, const struct line_item *item, double quantity, bool never_free)
{
    if (bill->status != STATUS_OK)
        return;
    bill->status = make_room(bill);
    if (bill->status != STATUS_OK)
        return;
    bill->lines[bill->count++] = (struct bill_line){
        .entity = bill->entity,
        .usage_type = item->usage_type,
        .quantity = quantity,
        .never_free = never_free,
    };
}

void bill_add(struct bill *bill, const struct line_item *item, double quantity)
{
    add(bill, item, quantity, false);
}

void bill_add_never_free(struct bill *bill, const struct line_item *item, double quantity)
{
    add(bill, item, quantity, true);
}
