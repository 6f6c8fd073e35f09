/* price_books.c: prices out of their books, with a scenario's overrides. */
#include "document/json_edit.h"
#include "document/suggest.h"
#include "document/units.h"
#include "scenario/book_file.h"
#include "scenario/books.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole: what the prices borrow is in the tree. */
struct storage {
    struct price_book book;
    struct book_file file;
    struct price_tier *tiers; /* of all prices, one after the other */
    size_t tier_count;
};

static bool is_amount(const cJSON *node)
{
    return cJSON_IsNumber(node) && node->valuedouble >= 0 && isfinite(node->valuedouble);
}

static bool is_known_key(const struct book_reader *reader, const cJSON *override, const cJSON *member)
{
    static const char *const keys[] = {"price", "free_per_month"};
    if (strcmp(member->string, keys[0]) == 0 || strcmp(member->string, keys[1]) == 0)
        return true;
    const char *nearest = suggest(member->string, keys, 2);
    char hint[64];
    snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest == NULL ? "" : nearest);
    book_file_error(reader, member, override->string, nearest == NULL ? "an override has \"price\" and \"free_per_month\"" : hint,
                    "unknown key \"%s\"", member->string);
    return false;
}

static enum status put_copy(const struct book_reader *reader, cJSON *entry, const char *key, const cJSON *value)
{
    return book_file_override(reader, entry, key, json_copy(reader->places, value));
}

/* One "usage type": value of the scenario's `prices`. The values themselves are judged with all others. */
static enum status override_price(const struct book_reader *reader, const struct book_file *file, const cJSON *override)
{
    double usd;
    cJSON *entry = book_file_entry(reader, file, override);
    if (entry == NULL)
        return STATUS_OK;
    if (cJSON_IsNumber(override))
        return put_copy(reader, entry, "price", override);
    if (cJSON_IsString(override) && units_parse_money(override->valuestring, &usd)) {
        cJSON *price = cJSON_CreateNumber(usd);
        if (price != NULL)
            json_set_places(reader->places, price, places_of(reader->places, override));
        return book_file_override(reader, entry, "price", price);
    }
    if (!cJSON_IsObject(override)) {
        book_file_error(reader, override, override->string, "for example 0.19, \"$0.19\" or {\"price\": 0.19, \"free_per_month\": 0}",
                        "expected a price in USD");
        return STATUS_OK;
    }
    enum status status = STATUS_OK;
    for (const cJSON *member = override->child; member != NULL && status == STATUS_OK; member = member->next)
        if (is_known_key(reader, override, member))
            status = put_copy(reader, entry, member->string, member);
    return status;
}

static size_t tiers_of(const cJSON *price)
{
    return cJSON_IsArray(price) ? (size_t)cJSON_GetArraySize(price) : 1;
}

/* [{"up_to": ..., "usd": ...}, ..., {"usd": ...}] into the tiers that have been set aside. */
static bool make_tiers(const struct book_reader *reader, const cJSON *entry, const cJSON *list, struct price *price)
{
    double below = 0;
    for (const cJSON *tier = list->child; tier != NULL; tier = tier->next) {
        const cJSON *up_to = cJSON_GetObjectItemCaseSensitive(tier, "up_to");
        const cJSON *usd = cJSON_GetObjectItemCaseSensitive(tier, "usd");
        bool last = tier->next == NULL;
        if (!is_amount(usd) || (up_to == NULL) != last || (!last && !(is_amount(up_to) && up_to->valuedouble > below))) {
            book_file_error(reader, tier, entry->string, "[{\"up_to\": 1000, \"usd\": 0.2}, {\"usd\": 0.1}]",
                            "tiers are rising amounts with prices of 0 or more, the last without \"up_to\"");
            return false;
        }
        below = last ? INFINITY : up_to->valuedouble;
        price->tiers[price->tier_count++] = (struct price_tier){below, usd->valuedouble};
    }
    return true;
}

/* One entry as the bill has it. False after reporting. */
static bool make_price(const struct book_reader *reader, struct storage *storage, const cJSON *entry, struct price *price)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(entry, "price");
    const cJSON *free_amount = cJSON_GetObjectItemCaseSensitive(entry, "free_per_month");
    *price = (struct price){
        .usage_type = entry->string,
        .service = book_file_text(entry, "service"),
        .unit = book_file_text(entry, "unit"),
        .tiers = storage->tiers + storage->tier_count,
        .tier_pool = book_file_text(entry, "tier_pool"),
        .free_pool = book_file_text(entry, "free_pool"),
        .free_per_month = is_amount(free_amount) ? free_amount->valuedouble : 0,
        .by_time = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "by_time")),
        .plan = book_file_text(entry, "plan"),
        .source = book_file_text(entry, "source"),
        .date = book_file_text(entry, "date"),
        .confidence = book_file_text(entry, "confidence"),
        .note = book_file_text(entry, "note"),
    };
    bool good = true;
    if (free_amount != NULL && !is_amount(free_amount)) {
        book_file_error(reader, free_amount, entry->string, NULL, "free_per_month is a number of 0 or more");
        good = false;
    }
    if (cJSON_IsArray(value) && value->child != NULL) {
        good = make_tiers(reader, entry, value, price) && good;
    } else if (is_amount(value)) {
        price->tiers[price->tier_count++] = (struct price_tier){INFINITY, value->valuedouble};
    } else {
        book_file_error(reader, value, entry->string, NULL, "a price is a number of 0 or more, in USD");
        good = false;
    }
    storage->tier_count += price->tier_count;
    return good;
}

static int compare_prices(const void *left, const void *right)
{
    const struct price *a = left, *b = right;
    return strcmp(a->usage_type, b->usage_type);
}

static enum status make_prices(const struct book_reader *reader, const struct book_file *file, void *made)
{
    struct storage *storage = made;
    size_t count = 0, tiers = 0;
    for (const cJSON *entry = file->entries->child; entry != NULL; entry = entry->next, count++)
        tiers += tiers_of(cJSON_GetObjectItemCaseSensitive(entry, "price"));
    storage->book.name = file->name;
    storage->book.file = file->file;
    memcpy(storage->book.sha256, file->sha256, sizeof storage->book.sha256);
    storage->book.prices = calloc(count + 1, sizeof *storage->book.prices);
    storage->tiers = calloc(tiers + 1, sizeof *storage->tiers);
    if (storage->book.prices == NULL || storage->tiers == NULL)
        return STATUS_NO_MEMORY;
    bool good = true;
    for (const cJSON *entry = file->entries->child; entry != NULL; entry = entry->next)
        good = make_price(reader, storage, entry, &storage->book.prices[storage->book.count++]) && good;
    qsort(storage->book.prices, storage->book.count, sizeof *storage->book.prices, compare_prices);
    return good ? STATUS_OK : STATUS_INVALID;
}

enum status price_book_load(const char *folder, const cJSON *spec, const char *scenario_folder, struct places *places,
                            struct diagnostics *diagnostics, struct price_book **book)
{
    static const char *const inherited[] = {"service", "unit", "tier_pool", "free_pool", "free_per_month", "by_time", "plan", NULL};
    static const struct book_kind kind = {"prices", "price book", "us-east-1", "price", inherited, true, override_price, make_prices};
    const struct book_reader reader = {&kind, folder, scenario_folder, places, diagnostics};
    *book = NULL;
    struct storage *storage = calloc(1, sizeof *storage);
    if (storage == NULL)
        return STATUS_NO_MEMORY;
    enum status status = book_file_load(&reader, spec, &storage->file, storage);
    if (status == STATUS_OK)
        *book = &storage->book;
    else
        price_book_free(&storage->book);
    return status;
}

void price_book_free(struct price_book *book)
{
    if (book == NULL)
        return;
    struct storage *storage = (struct storage *)book; /* its first member */
    free(book->prices);
    free(storage->tiers);
    book_file_fini(&storage->file);
    free(storage);
}

static int compare_usage_type(const void *usage_type, const void *price)
{
    return strcmp(usage_type, ((const struct price *)price)->usage_type);
}

const struct price *price_find(const struct price_book *book, const char *usage_type)
{
    if (book->count == 0)
        return NULL;
    return bsearch(usage_type, book->prices, book->count, sizeof *book->prices, compare_usage_type);
}
