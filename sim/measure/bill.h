/* bill.h: how much of what was used. Prices, tiers and the month are sim/experiment/cost.c's. */
#ifndef SLSIM_MEASURE_BILL_H
#define SLSIM_MEASURE_BILL_H

#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BYTES_PER_GB (1024.0 * 1024 * 1024)

struct line_item {
    const char *usage_type; /* as on AWS's bill, without the Region's prefix: the price book's key */
    const char *help;
};

struct bill_line {
    uint32_t entity;
    const char *usage_type; /* borrowed from the line item */
    double quantity;        /* in the price's unit */
    bool never_free;        /* no free tier covers it */
    bool never_planned;     /* nor any commitment: its price is a lower one already */
};

struct bill {
    struct bill_line *lines; /* owned */
    size_t count, capacity;
    uint32_t entity; /* whose quantities are being asked: set by the caller of `quantities` */
    enum status status;
};

void bill_fini(struct bill *bill);
/* What is billed by the chunk, each begun one whole: at least one. A chunk of no bytes counts as one byte. */
static inline uint64_t bill_chunks(uint64_t bytes, uint64_t chunk_bytes)
{
    return bytes == 0 || chunk_bytes == 0 ? bytes + (bytes == 0) : (bytes - 1) / chunk_bytes + 1;
}
/* Lines with quantity 0 are kept: a bill shows that nothing was used. */
void bill_add(struct bill *bill, const struct line_item *item, double quantity);
/* The same of what no free tier covers, though its usage type has one. */
void bill_add_never_free(struct bill *bill, const struct line_item *item, double quantity);
/* The same of what no commitment covers, though its usage type has one: its price is a lower one already. */
void bill_add_never_planned(struct bill *bill, const struct line_item *item, double quantity);

#endif
