/* commitment.c: commitments by the hour. Each row that the plan covers is split in what the commitment pays at the plan's price, and what
 * is beyond at its own. */
#include "experiment/commitment.h"

#include "engine/room.h"
#include "experiment/cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED "unused" /* the `plan` of the price by which nothing used is billed */

/* The plan's price of what costs 1 otherwise; 0: the plan does not cover it, or has no such term. */
static double plan_share(const struct price_book *prices, const struct price *price, const char *term)
{
    char name[120];
    if (!price->plan[0] || strcmp(price->plan, UNUSED) == 0)
        return 0;
    (void)snprintf(name, sizeof name, "%.90s%.20s", price->plan, term);
    const struct price *share = price_find(prices, name);
    return share ? share->tiers[0].usd : 0;
}

struct spending {
    const struct scenario *scenario;
    struct cost_line *rows; /* owned; the new ones */
    size_t count, capacity;
    double factor;
    double left_usd; /* of the commitment, a month */
};

static bool add(struct spending *spending, const struct cost_line *row, double part, double share)
{
    if (part <= 0)
        return true;
    if (!room_for(&spending->rows, spending->count + 1, &spending->capacity, sizeof *spending->rows))
        return false;
    struct cost_line made = *row;
    made.quantity *= part;
    made.unit_price_usd *= share;
    made.amount_usd *= part * share;
    made.monthly_amount_usd *= part * share;
    spending->rows[spending->count++] = made;
    return true;
}

/* The next discount after one of `above`: shares rise as discounts fall. 1, no discount, after the last. */
static double next_share(const double *shares, size_t count, double above)
{
    double next = 1;
    for (size_t i = 0; i < count; i++)
        if (shares[i] > above && shares[i] < next)
            next = shares[i];
    return next;
}

/* How much of each row is paid for by the commitment: the largest discounts first, and of the same one the rows in their order. */
static void spend(struct spending *spending, const struct cost_line *rows, size_t count, double *parts, double *shares)
{
    for (size_t i = 0; i < count; i++)
        shares[i] = plan_share(spending->scenario->prices, rows[i].price, spending->scenario->plan.term);
    double share = next_share(shares, count, 0);
    while (share < 1) {
        for (size_t i = 0; i < count; i++) {
            double plan_usd = rows[i].monthly_amount_usd * shares[i];
            if (shares[i] != share || plan_usd <= 0 || rows[i].at_plan_never)
                continue;
            parts[i] = fmin(1, spending->left_usd / plan_usd);
            spending->left_usd -= parts[i] * plan_usd;
        }
        share = next_share(shares, count, share);
    }
}

/* What was committed to and not used is paid for all the same. */
static bool add_unused(struct spending *spending)
{
    const struct price_book *prices = spending->scenario->prices;
    for (size_t i = 0; i < prices->count && spending->left_usd > 0 && isfinite(spending->left_usd); i++)
        if (strcmp(prices->prices[i].plan, UNUSED) == 0) {
            const struct cost_line row = {
                .entity = 0, /* the account */
                .resource = spending->scenario->entities[0].name,
                .price = &prices->prices[i],
                .quantity = spending->left_usd / spending->factor,
                .unit_price_usd = 1,
                .amount_usd = spending->left_usd / spending->factor,
                .monthly_amount_usd = spending->left_usd,
            };
            return add(spending, &row, 1, 1);
        }
    return true;
}

enum status commitment_apply(const struct scenario *scenario, double factor, struct cost_line **rows, size_t *count)
{
    struct spending spending = {.scenario = scenario, .factor = factor, .left_usd = scenario->plan.hour_usd * COST_HOURS_PER_MONTH};
    if (!scenario->plan.term || *count == 0 || !(factor > 0))
        return STATUS_OK;
    double *parts = calloc(2 * *count, sizeof *parts);
    if (!parts)
        return STATUS_NO_MEMORY;
    double *shares = parts + *count;
    bool good = true;
    spend(&spending, *rows, *count, parts, shares);
    for (size_t i = 0; i < *count && good; i++)
        good = (parts[i] > 0 ? add(&spending, &(*rows)[i], parts[i], shares[i]) : true) && add(&spending, &(*rows)[i], 1 - parts[i], 1);
    good = good && add_unused(&spending);
    free(parts);
    if (!good) {
        free(spending.rows);
        return STATUS_NO_MEMORY;
    }
    free(*rows);
    *rows = spending.rows;
    *count = spending.count;
    return STATUS_OK;
}
