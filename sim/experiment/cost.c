/* cost.c: the bill. Usage is scaled to a month of 730 hours; the free tier comes off first, what is left fills the tiers; the run's own
 * amounts are the same shares at the run's own quantities (so tiers and free tier are pro rata). */
#include "experiment/cost.h"

#include "engine/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct row_list {
    struct cost_line *rows;
    size_t count, capacity;
    enum status status;
};

static void add_row(struct row_list *list, const struct cost_line *row)
{
    if (room_for(&list->rows, list->count + 1, &list->capacity, sizeof *list->rows))
        list->rows[list->count++] = *row;
    else
        list->status = STATUS_NO_MEMORY;
}

/* A bill in the making. */
struct account_book {
    const struct scenario *scenario;
    const struct bill_line *lines;
    size_t count;
    double factor; /* a run's quantity to a month's */
};

/* A month's quantity of every usage type that shares a pool with `price`; `pool_of` says which pool. Of what a free tier may cover, only
 * `share` is counted; of what none covers, `never_free_share`. */
static double pool_quantity(const struct account_book *book, const struct price *price, const char *(*pool_of)(const struct price *price),
                            double share, double never_free_share)
{
    double sum = 0;
    for (size_t i = 0; i < book->count; i++) {
        const struct price *other = price_find(book->scenario->prices, book->lines[i].usage_type);
        if (other && strcmp(pool_of(other), pool_of(price)) == 0)
            sum += book->lines[i].quantity * (book->lines[i].never_free ? never_free_share : share);
    }
    return sum * book->factor;
}

static const char *free_pool_of(const struct price *price)
{
    return price->free_pool[0] ? price->free_pool : price->usage_type;
}

static const char *tier_pool_of(const struct price *price)
{
    return price->tier_pool[0] ? price->tier_pool : price->usage_type;
}

/* The share of a usage type that the free tier covers. */
static double free_share(const struct account_book *book, const struct price *price)
{
    if (!book->scenario->free_tier || !(price->free_per_month > 0))
        return 0;
    double used = pool_quantity(book, price, free_pool_of, 1, 0);
    return used > price->free_per_month ? price->free_per_month / used : 1;
}

/* One usage type's place in the tiers, worked out once for all its lines. */
struct rating {
    const struct price *price;
    double free;  /* share that costs nothing */
    double total; /* a month's paid quantity of the tier pool */
};

static struct rating rate(const struct account_book *book, const struct price *price)
{
    struct rating rating = {.price = price, .free = free_share(book, price)};
    rating.total = pool_quantity(book, price, tier_pool_of, 1 - rating.free, 1);
    return rating;
}

/* The share of the paid quantity that falls into tier `index`. */
static double tier_share(const struct rating *rating, size_t index)
{
    const struct price_tier *tiers = rating->price->tiers;
    double from = index ? tiers[index - 1].up_to : 0, to = tiers[index].up_to;
    if (rating->total <= 0)
        return index == 0;
    double within = fmin(rating->total, to) - from;
    return within > 0 ? within / rating->total : 0;
}

static void add_rows(struct row_list *list, const struct account_book *book, const struct bill_line *line, const struct rating *rating)
{
    struct cost_line row = {.entity = line->entity, .resource = book->scenario->entities[line->entity].name, .price = rating->price};
    double free_part = line->never_free ? 0 : rating->free;
    if (free_part > 0 && line->quantity > 0) {
        row.quantity = line->quantity * free_part;
        add_row(list, &row);
        if (free_part >= 1)
            return;
    }
    double paid = line->quantity * (1 - free_part);
    for (size_t i = 0; i < rating->price->tier_count; i++) {
        double share = tier_share(rating, i);
        if (share <= 0)
            continue;
        row.quantity = paid * share;
        row.unit_price_usd = rating->price->tiers[i].usd;
        row.amount_usd = row.quantity * row.unit_price_usd;
        row.monthly_amount_usd = row.amount_usd * book->factor;
        add_row(list, &row);
    }
}

enum status cost_rows(const struct scenario *scenario, int64_t measured_ns, const struct bill_line *lines, size_t count,
                      struct cost_line **rows, size_t *row_count)
{
    const struct account_book book = {
        .scenario = scenario,
        .lines = lines,
        .count = count,
        .factor = measured_ns > 0 ? COST_HOURS_PER_MONTH * (double)NS_PER_HOUR / (double)measured_ns : 0,
    };
    struct row_list list = {0};
    struct rating *ratings = calloc(scenario->prices->count + 1, sizeof *ratings);
    if (!ratings)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && list.status == STATUS_OK; i++) {
        const struct price *price = price_find(scenario->prices, lines[i].usage_type);
        if (!price) {
            list.status = STATUS_INTERNAL;
            break;
        }
        struct rating *rating = &ratings[price - scenario->prices->prices];
        if (!rating->price)
            *rating = rate(&book, price);
        add_rows(&list, &book, &lines[i], rating);
    }
    free(ratings);
    if (list.status != STATUS_OK) {
        free(list.rows);
        return list.status;
    }
    *rows = list.rows;
    *row_count = list.count;
    return STATUS_OK;
}

double cost_month(const struct cost_line *rows, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += rows[i].monthly_amount_usd;
    return sum;
}
