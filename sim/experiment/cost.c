/* cost.c: the bill. Usage is scaled to a month of 730 hours; the free tier comes off first, what is left fills the tiers; the run's own
 * amounts are the same shares at the run's own quantities (so tiers and free tier are pro rata). */
#include "experiment/cost.h"

#include "engine/room.h"
#include "experiment/commitment.h"

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

/* One usage type's place in the tiers, worked out once for all its lines. */
struct rating {
    const struct price *price; /* NULL: no line is of it */
    size_t tier_pool;          /* the first of those that share the pool */
    size_t free_pool;
    double free;  /* share that costs nothing */
    double total; /* a month's paid quantity of the tier pool */
};

/* A bill in the making. */
struct account_book {
    const struct scenario *scenario;
    const struct bill_line *lines;
    size_t count;
    double factor;          /* a run's quantity to a month's */
    struct rating *ratings; /* owned; by price */
    size_t *ratings_of;     /* owned; by line */
};

static const char *free_pool_of(const struct price *price)
{
    return price->free_pool[0] ? price->free_pool : price->usage_type;
}

static const char *tier_pool_of(const struct price *price)
{
    return price->tier_pool[0] ? price->tier_pool : price->usage_type;
}

static size_t first_of_pool(const struct account_book *book, size_t rating, const char *(*pool_of)(const struct price *price))
{
    size_t first = 0;
    while (!book->ratings[first].price || strcmp(pool_of(book->ratings[first].price), pool_of(book->ratings[rating].price)) != 0)
        first++;
    return first;
}

/* Thousands of resources have the same few usage types, each one text in memory: so most are found by its address. */
#define TYPES_REMEMBERED 64u

static enum status find_prices(struct account_book *book)
{
    const struct bill_line *lines = book->lines;
    const struct price_book *prices = book->scenario->prices;
    const struct bill_line *remembered[TYPES_REMEMBERED] = {0};
    for (size_t i = 0; i < book->count; i++) {
        const struct bill_line **last = &remembered[((uintptr_t)lines[i].usage_type >> 3) % TYPES_REMEMBERED];
        if (*last && (*last)->usage_type == lines[i].usage_type) {
            book->ratings_of[i] = book->ratings_of[*last - lines];
            continue;
        }
        const struct price *price = price_find(prices, lines[i].usage_type);
        if (!price)
            return STATUS_INTERNAL;
        *last = &lines[i];
        book->ratings_of[i] = (size_t)(price - prices->prices);
        book->ratings[book->ratings_of[i]].price = price;
    }
    return STATUS_OK;
}

/* A month's quantity of a tier pool. Of what a free tier may cover, only `share` is counted. */
static double tier_quantity(const struct account_book *book, size_t pool, double share)
{
    double sum = 0;
    for (size_t i = 0; i < book->count; i++)
        if (book->ratings[book->ratings_of[i]].tier_pool == pool)
            sum += book->lines[i].quantity * (book->lines[i].never_free ? 1 : share);
    return sum * book->factor;
}

/* A month's quantity of what shares a free tier, as far as that may cover it. */
static double free_quantity(const struct account_book *book, size_t pool)
{
    double sum = 0;
    for (size_t i = 0; i < book->count; i++)
        if (book->ratings[book->ratings_of[i]].free_pool == pool)
            sum += book->lines[i].quantity * (book->lines[i].never_free ? 0 : 1);
    return sum * book->factor;
}

/* The share of a usage type that the free tier covers. */
static double free_share(const struct account_book *book, const struct rating *rating)
{
    const struct price *price = rating->price;
    if (!book->scenario->free_tier || !(price->free_per_month > 0))
        return 0;
    double used = free_quantity(book, rating->free_pool);
    return used > price->free_per_month ? price->free_per_month / used : 1;
}

static void rate(struct account_book *book)
{
    struct rating *ratings = book->ratings;
    size_t count = book->scenario->prices->count;
    for (size_t i = 0; i < count; i++) {
        if (!ratings[i].price)
            continue;
        ratings[i].tier_pool = first_of_pool(book, i, tier_pool_of);
        ratings[i].free_pool = first_of_pool(book, i, free_pool_of);
    }
    for (size_t i = 0; i < count; i++) {
        if (!ratings[i].price)
            continue;
        ratings[i].free = free_share(book, &ratings[i]);
        ratings[i].total = tier_quantity(book, ratings[i].tier_pool, 1 - ratings[i].free);
    }
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
    struct cost_line row = {.entity = line->entity,
                            .resource = book->scenario->entities[line->entity].name,
                            .price = rating->price,
                            .at_plan_never = line->never_planned};
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
    struct account_book book = {
        .scenario = scenario,
        .lines = lines,
        .count = count,
        .factor = measured_ns > 0 ? COST_HOURS_PER_MONTH * (double)NS_PER_HOUR / (double)measured_ns : 0,
        .ratings = calloc(scenario->prices->count + 1, sizeof *book.ratings),
        .ratings_of = calloc(count + 1, sizeof *book.ratings_of),
    };
    struct row_list list = {.status = STATUS_NO_MEMORY};
    if (book.ratings && book.ratings_of)
        list.status = find_prices(&book);
    if (list.status == STATUS_OK)
        rate(&book);
    for (size_t i = 0; i < count && list.status == STATUS_OK; i++)
        add_rows(&list, &book, &lines[i], &book.ratings[book.ratings_of[i]]);
    free(book.ratings);
    free(book.ratings_of);
    if (list.status == STATUS_OK)
        list.status = commitment_apply(scenario, book.factor, &list.rows, &list.count);
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
