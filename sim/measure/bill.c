/* bill.c: the list of quantities. */
#include "measure/bill.h"

#include "engine/room.h"

#include <stdlib.h>

void bill_fini(struct bill *bill)
{
    free(bill->lines);
    *bill = (struct bill){0};
}

static void add(struct bill *bill, const struct line_item *item, double quantity, bool never_free, bool never_planned)
{
    if (bill->status != STATUS_OK)
        return;
    if (!room_for(&bill->lines, bill->count + 1, &bill->capacity, sizeof *bill->lines)) {
        bill->status = STATUS_NO_MEMORY;
        return;
    }
    bill->lines[bill->count++] = (struct bill_line){
        .entity = bill->entity,
        .usage_type = item->usage_type,
        .quantity = quantity,
        .never_free = never_free,
        .never_planned = never_planned,
    };
}

void bill_add(struct bill *bill, const struct line_item *item, double quantity)
{
    add(bill, item, quantity, false, false);
}

void bill_add_never_free(struct bill *bill, const struct line_item *item, double quantity)
{
    add(bill, item, quantity, true, false);
}

void bill_add_never_planned(struct bill *bill, const struct line_item *item, double quantity)
{
    add(bill, item, quantity, false, true);
}
