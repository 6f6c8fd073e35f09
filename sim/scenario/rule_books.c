/* rule_books.c: rules out of their books, with a scenario's overrides. */
#include "document/json_edit.h"
#include "document/units.h"
#include "notation/distribution_parse.h"
#include "notation/value_parse.h"
#include "scenario/book_file.h"
#include "scenario/books.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole: what the rules borrow is in the tree. */
struct storage {
    struct rule_book book;
    struct book_file file;
};

static bool is_distribution(const cJSON *entry)
{
    return strcmp(book_file_text(entry, "unit"), "distribution") == 0;
}

/* "30s" as a number of `unit` ("ms", "KB", "requests/s", "share", "percent"). */
static bool in_unit(const char *text, const char *unit, double *number)
{
    static const enum quantity quantities[] = {QUANTITY_TIME, QUANTITY_SIZE, QUANTITY_RATE};
    const char *slash = strchr(unit, '/');
    if (units_parse_number(text, number))
        return true;
    if (strcmp(unit, "share") == 0)
        return units_parse_probability(text, number);
    if (strcmp(unit, "percent") == 0 && units_parse_probability(text, number)) {
        *number *= 100;
        return true;
    }
    unit = strcmp(unit, "bytes") == 0 ? "B" : strcmp(unit, "days") == 0 ? "d" : slash != NULL ? slash : unit;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++) {
        double scale, value;
        if (quantity_scale(quantities[i], 1, unit, &scale) && quantity_read(quantities[i], text, &value)) {
            *number = value / scale;
            return true;
        }
    }
    return false;
}

static double number_or_nan(const cJSON *entry, const char *key)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(entry, key);
    return cJSON_IsNumber(number) ? number->valuedouble : NAN;
}

/* The number that replaces a rule's; NaN after reporting. */
static double overriding_number(const struct book_reader *reader, const cJSON *entry, const cJSON *override)
{
    const char *unit = book_file_text(entry, "unit");
    double number = NAN;
    if (cJSON_IsNumber(override)) {
        number = override->valuedouble;
    } else if (!cJSON_IsString(override) || !in_unit(override->valuestring, unit, &number)) {
        book_file_error(reader, override, override->string, NULL, "expected a number (of %s)", unit);
        return NAN;
    }
    if (number < 0 && number_or_nan(entry, "value") >= 0) {
        book_file_error(reader, override, override->string, NULL, "this rule cannot be negative");
        return NAN;
    }
    double low = number_or_nan(entry, "low"), high = number_or_nan(entry, "high");
    if (number < low || number > high) {
        char path[128];
        snprintf(path, sizeof path, "rules.%s", override->string);
        diagnose(reader->diagnostics, SEVERITY_WARNING, places_of(reader->places, override), path, NULL,
                 "%.15g is outside of what is plausible: %.15g to %.15g %s", number, low, high, unit);
    }
    return number;
}

/* One "name": value of the scenario's `rules`. */
static enum status override_rule(const struct book_reader *reader, const struct book_file *file, const cJSON *override)
{
    cJSON *entry = book_file_entry(reader, file, override);
    if (entry == NULL)
        return STATUS_OK;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(entry, "value");
    const char *wanted = NULL;
    cJSON *replacement = NULL;
    if (is_distribution(entry)) {
        replacement = json_copy(reader->places, override);
    } else if (cJSON_IsNumber(value)) {
        double number = overriding_number(reader, entry, override);
        if (isnan(number))
            return STATUS_OK;
        replacement = cJSON_CreateNumber(number);
    } else if (cJSON_IsBool(value)) {
        wanted = cJSON_IsBool(override) ? NULL : "true or false";
        replacement = wanted == NULL ? cJSON_CreateBool(cJSON_IsTrue(override)) : NULL;
    } else {
        wanted = cJSON_IsString(override) ? NULL : "a text";
        replacement = wanted == NULL ? cJSON_CreateString(override->valuestring) : NULL;
    }
    if (wanted != NULL) {
        book_file_error(reader, override, override->string, NULL, "expected %s", wanted);
        return STATUS_OK;
    }
    if (replacement != NULL) {
        struct place place = places_of(reader->places, override);
        json_set_places(reader->places, replacement, place);
    }
    return book_file_override(reader, entry, "value", replacement);
}

/* One entry as the engine has it. False after reporting. */
static bool make_rule(const struct book_reader *reader, const cJSON *entry, struct rule *rule)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(entry, "value");
    *rule = (struct rule){
        .name = entry->string,
        .number = NAN,
        .unit = book_file_text(entry, "unit"),
        .source = book_file_text(entry, "source"),
        .date = book_file_text(entry, "date"),
        .confidence = book_file_text(entry, "confidence"),
        .note = book_file_text(entry, "note"),
        .assumption = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "assumption")),
        .limit = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "limit")),
        .low = number_or_nan(entry, "low"),
        .high = number_or_nan(entry, "high"),
    };
    if (is_distribution(entry)) {
        char path[160];
        snprintf(path, sizeof path, "rules.%s", entry->string);
        size_t errors = reader->diagnostics->error_count;
        rule->distribution =
            distribution_from_json(value, DISTRIBUTION_OF_TIME, reader->scenario_folder, reader->places, reader->diagnostics, path);
        if (rule->distribution == NULL && reader->diagnostics->error_count == errors)
            reader->diagnostics->failed = true;
        return rule->distribution != NULL;
    }
    if (cJSON_IsNumber(value))
        rule->number = value->valuedouble;
    else if (cJSON_IsBool(value))
        rule->number = cJSON_IsTrue(value);
    else if (cJSON_IsString(value))
        rule->text = value->valuestring;
    else {
        book_file_error(reader, value, entry->string, "a distribution has the unit \"distribution\"",
                        "a rule's value is a number, true, false or a text");
        return false;
    }
    return true;
}

static int compare_rules(const void *left, const void *right)
{
    const struct rule *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static enum status make_rules(const struct book_reader *reader, const struct book_file *file, void *made)
{
    struct storage *storage = made;
    size_t count = (size_t)cJSON_GetArraySize(file->entries);
    storage->book.name = file->name;
    storage->book.rules = calloc(count + 1, sizeof *storage->book.rules);
    storage->book.asked = calloc(count + 1, sizeof *storage->book.asked);
    if (storage->book.rules == NULL || storage->book.asked == NULL)
        return STATUS_NO_MEMORY;
    bool good = true;
    for (const cJSON *entry = file->entries->child; entry != NULL; entry = entry->next)
        good = make_rule(reader, entry, &storage->book.rules[storage->book.count++]) && good;
    qsort(storage->book.rules, storage->book.count, sizeof *storage->book.rules, compare_rules);
    return good ? STATUS_OK : STATUS_INVALID;
}

enum status rule_book_load(const char *folder, const cJSON *spec, struct places *places, struct diagnostics *diagnostics,
                           struct rule_book **book)
{
    static const char *const inherited[] = {"unit", "limit", NULL};
    static const struct book_kind kind = {"rules", "rule book", "current", "value", inherited, false, override_rule, make_rules};
    const struct book_reader reader = {&kind, folder, folder, places, diagnostics};
    *book = NULL;
    struct storage *storage = calloc(1, sizeof *storage);
    if (storage == NULL)
        return STATUS_NO_MEMORY;
    enum status status = book_file_load(&reader, spec, &storage->file, storage);
    if (status == STATUS_OK)
        *book = &storage->book;
    else
        rule_book_free(&storage->book);
    return status;
}

void rule_book_free(struct rule_book *book)
{
    if (book == NULL)
        return;
    struct storage *storage = (struct storage *)book; /* its first member */
    for (size_t i = 0; i < book->count; i++)
        distribution_free((struct distribution *)book->rules[i].distribution);
    free(book->rules);
    free(book->asked);
    book_file_fini(&storage->file);
    free(storage);
}
