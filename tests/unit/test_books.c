/* test_books.c: books with bases and overrides, what is refused, and the project's own books. */
#include "diagnosed.h"
#include "failing_allocation.h"
#include "scenario/books.h"
#include "scratch_folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scratch_folder scratch;

static const char today[] =
    "{\"name\": \"today\", \"rules\": {\n"
    " \"time_max_s\": {\"value\": 900, \"unit\": \"s\", \"source\": \"S1\", \"date\": \"2026-11-23\", \"confidence\": \"doc\", \"note\": "
    "\"n\", \"limit\": true},\n"
    " \"delay_ms\": {\"value\": 100, \"unit\": \"ms\", \"source\": \"S2\", \"assumption\": true, \"low\": 50, \"high\": 200},\n"
    " \"payload_kb\": {\"value\": 256, \"unit\": \"KB\", \"source\": \"S3\"},\n"
    " \"rate\": {\"value\": 10, \"unit\": \"requests/s\", \"source\": \"S3\"},\n"
    " \"part\": {\"value\": 0.5, \"unit\": \"share\", \"source\": \"S3\"},\n"
    " \"billed\": {\"value\": true, \"unit\": \"boolean\", \"source\": \"S3\"},\n"
    " \"mode\": {\"value\": \"fast\", \"unit\": \"name\", \"source\": \"S3\"},\n"
    " \"init\": {\"value\": {\"lognormal\": {\"median\": \"100ms\", \"p99\": \"300ms\"}}, \"unit\": \"distribution\", \"source\": "
    "\"S3\"}\n}}";
static const char then[] = "{\"name\": \"then\", \"base\": \"today\", \"rules\": {\"payload_kb\": {\"value\": 64, \"source\": \"S4\"},\n"
                           " \"billed\": {\"value\": false, \"source\": \"S4\"}, \"extra\": {\"value\": 1, \"unit\": \"x\"}}}";
static const char price_list[] =
    "{\"name\": \"list\", \"currency\": \"USD\", \"prices\": {\n"
    " \"Zeta\": {\"service\": \"A\", \"unit\": \"Request\", \"price\": 2e-7, \"free_pool\": \"p\", \"free_per_month\": 1000000},\n"
    " \"Compute\": {\"service\": \"A\", \"unit\": \"GB-s\", \"price\": [{\"up_to\": 6e9, \"usd\": 3}, {\"up_to\": 9e9, \"usd\": 2}, "
    "{\"usd\": 1}], \"tier_pool\": \"t\"},\n"
    " \"Hours:a.large\": {\"service\": \"B\", \"unit\": \"Hour\", \"price\": 0.5, \"by_time\": true}}}";

static int set_up(void **state)
{
    (void)state;
    scratch_init(&scratch);
    scratch_write(&scratch, "rules/today.json", today);
    scratch_write(&scratch, "rules/then.json", then);
    scratch_write(&scratch, "prices/us-east-1.json", price_list);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_fini(&scratch);
    return 0;
}

struct loaded {
    struct places *places;
    struct diagnostics diagnostics;
    cJSON *spec;
    struct rule_book *rules;
    struct price_book *prices;
    enum status status;
};

static struct loaded begin(const char *spec)
{
    struct loaded loaded = {0};
    assert_int_equal(places_new(&loaded.places), STATUS_OK);
    if (spec != NULL)
        assert_int_equal(json_parse(spec, strlen(spec), "s.json", loaded.places, &loaded.diagnostics, &loaded.spec), STATUS_OK);
    return loaded;
}

static struct loaded load_rules(const char *spec)
{
    struct loaded loaded = begin(spec);
    loaded.status = rule_book_load(scratch_path(&scratch, "rules"), loaded.spec, loaded.places, &loaded.diagnostics, &loaded.rules);
    assert_true((loaded.rules != NULL) == (loaded.status == STATUS_OK));
    assert_true(loaded.status == STATUS_OK || loaded.diagnostics.error_count > 0);
    return loaded;
}

static struct loaded load_prices(const char *spec)
{
    struct loaded loaded = begin(spec);
    loaded.status =
        price_book_load(scratch_path(&scratch, "prices"), loaded.spec, scratch.path, loaded.places, &loaded.diagnostics, &loaded.prices);
    assert_true((loaded.prices != NULL) == (loaded.status == STATUS_OK));
    assert_true(loaded.status == STATUS_OK || loaded.diagnostics.error_count > 0);
    return loaded;
}

/* The places go first: a book hangs on nothing else. */
static void drop(struct loaded *loaded)
{
    places_free(loaded->places);
    diagnostics_fini(&loaded->diagnostics);
    cJSON_Delete(loaded->spec);
    rule_book_free(loaded->rules);
    price_book_free(loaded->prices);
}

static void test_rules(void **state)
{
    (void)state;
    struct loaded loaded = load_rules("\"today\"");
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_string_equal(loaded.rules->name, "today");
    assert_int_equal(loaded.rules->count, 8);
    for (size_t i = 1; i < loaded.rules->count; i++)
        assert_true(strcmp(loaded.rules->rules[i - 1].name, loaded.rules->rules[i].name) < 0);
    const struct rule *rule = rule_find(loaded.rules, "time_max_s");
    assert_true(rule->number == 900);
    assert_string_equal(rule->unit, "s");
    assert_string_equal(rule->source, "S1");
    assert_string_equal(rule->date, "2026-11-23");
    assert_string_equal(rule->confidence, "doc");
    assert_string_equal(rule->note, "n");
    assert_true(rule->limit);
    assert_false(rule->assumption);
    assert_true(isnan(rule->low));
    assert_null(rule->text);
    assert_null(rule->distribution);
    rule = rule_find(loaded.rules, "delay_ms");
    assert_true(rule->assumption && rule->low == 50 && rule->high == 200);
    assert_string_equal(rule->note, "");
    assert_true(rule_flag(loaded.rules, "billed"));
    assert_string_equal(rule_text(loaded.rules, "mode"), "fast");
    rule = rule_find(loaded.rules, "init");
    assert_true(isnan(rule->number));
    assert_int_equal(rule->distribution->kind, DISTRIBUTION_LOGNORMAL);
    assert_true(fabs(exp(rule->distribution->a) - 100e6) < 1);
    assert_null(rule_find(loaded.rules, "nothing"));
    drop(&loaded);
}

static void test_base(void **state)
{
    (void)state;
    struct loaded loaded = load_rules("\"then\"");
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_string_equal(loaded.rules->name, "then");
    assert_int_equal(loaded.rules->count, 9);
    const struct rule *rule = rule_find(loaded.rules, "payload_kb");
    assert_true(rule->number == 64);
    assert_string_equal(rule->unit, "KB");
    assert_string_equal(rule->source, "S4");
    assert_false(rule_flag(loaded.rules, "billed"));
    assert_true(rule_number(loaded.rules, "time_max_s") == 900);
    assert_true(rule_number(loaded.rules, "extra") == 1);
    drop(&loaded);
}

static void test_rule_overrides(void **state)
{
    (void)state;
    struct loaded loaded =
        load_rules("{\"base\": \"then\", \"time_max_s\": \"10m\", \"delay_ms\": \"0.06s\", \"payload_kb\": \"1MB\", \"rate\": \"120/min\","
                   " \"part\": \"25%\", \"billed\": true, \"mode\": \"slow\", \"init\": \"5ms\", \"extra\": 7}");
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_true(rule_number(loaded.rules, "time_max_s") == 600);
    assert_true(rule_number(loaded.rules, "delay_ms") == 60);
    assert_true(rule_number(loaded.rules, "payload_kb") == 1024);
    assert_true(rule_number(loaded.rules, "rate") == 2);
    assert_true(rule_number(loaded.rules, "part") == 0.25);
    assert_true(rule_number(loaded.rules, "extra") == 7);
    assert_true(rule_flag(loaded.rules, "billed"));
    assert_string_equal(rule_text(loaded.rules, "mode"), "slow");
    const struct rule *rule = rule_find(loaded.rules, "init");
    assert_int_equal(rule->distribution->kind, DISTRIBUTION_CONSTANT);
    assert_true(rule->distribution->a == 5e6);
    rule = rule_find(loaded.rules, "time_max_s");
    assert_string_equal(rule->source, "scenario");
    assert_string_equal(rule->date, "");
    assert_string_equal(rule->unit, "s");
    assert_true(rule->limit);
    drop(&loaded);
}

static void test_refused_rules(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *message, *hint;
        int column;
    } cases[] = {
        {"\"nowhere\"", "there is no rule book \"nowhere\"", "\"then\" and \"today\"", 1},
        {"\"../rules/today\"", "there is no rule book", "", 1},
        {"\"\"", "there is no rule book", "", 1},
        {"7", "expected a rule book's name", "", 1},
        {"{\"base\": 7}", "expected a rule book's name", "", 10},
        {"{\"base\": \"today\", \"time_max\": 5}", "has no \"time_max\"", "did you mean \"time_max_s\"?", 19},
        {"{\"base\": \"today\", \"time_max_s\": \"5MB\"}", "expected a number (of s)", "", 33},
        {"{\"base\": \"today\", \"time_max_s\": true}", "expected a number (of s)", "", 33},
        {"{\"base\": \"today\", \"time_max_s\": null}", "expected a number (of s)", "", 33},
        {"{\"base\": \"today\", \"time_max_s\": -5}", "cannot be negative", "", 33},
        {"{\"base\": \"today\", \"billed\": 1}", "expected true or false", "", 29},
        {"{\"base\": \"today\", \"mode\": 1}", "expected a text", "", 27},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded loaded = load_rules(cases[i].spec);
        if (!diagnosed(&loaded.diagnostics, 1, cases[i].column, cases[i].message) || !hinted(&loaded.diagnostics, cases[i].hint))
            fail_msg("%s", cases[i].spec);
        drop(&loaded);
    }
    /* All of them at once, and the book is there for further checks. */
    struct loaded loaded = load_rules("{\"base\": \"today\", \"mode\": 1, \"billed\": 1, \"nothing_like_it\": 1}");
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.diagnostics.error_count, 3);
    assert_string_equal(loaded.diagnostics.list[0].path, "rules.mode");
    drop(&loaded);
    loaded = load_rules("{\"base\": \"today\", \"init\": \"five\"}");
    assert_true(loaded.diagnostics.error_count > 0);
    drop(&loaded);
}

static void test_implausible(void **state)
{
    (void)state;
    struct loaded loaded = load_rules("{\"base\": \"today\", \"delay_ms\": 201}");
    assert_int_equal(loaded.diagnostics.error_count, 0);
    assert_true(diagnosed(&loaded.diagnostics, 1, 31, "outside of what is plausible: 50 to 200 ms"));
    assert_true(rule_number(loaded.rules, "delay_ms") == 201);
    drop(&loaded);
    loaded = load_rules("{\"base\": \"today\", \"delay_ms\": 200}");
    assert_int_equal(loaded.diagnostics.count, 0);
    drop(&loaded);
}

static void test_broken_books(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[]", "a rule book is"},
        {"{\"rules\": 1}", "a rule book is"},
        {"{\"rules\": {\"a\": 1}}", "an entry is an object with \"value\""},
        {"{\"rules\": {\"a\": {\"value\": [1]}}}", "a rule's value is"},
        {"{\"rules\": {\"a\": {\"value\": {}}}}", "a rule's value is"},
        {"{\"rules\": {}, \"base\": \"odd\"}", "each other's base"},
        {"{\"rules\": {}, \"base\": \"../odd\"}", "there is no rule book"},
        {"{", "the file ends"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(&scratch, "rules/odd.json", cases[i].text);
        struct loaded loaded = load_rules("\"odd\"");
        assert_int_equal(loaded.status, STATUS_INVALID);
        assert_true(diagnosed(&loaded.diagnostics, 0, 0, cases[i].message));
        drop(&loaded);
    }
}

static void test_prices(void **state)
{
    (void)state;
    struct loaded loaded = load_prices(NULL);
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_string_equal(loaded.prices->name, "list");
    assert_non_null(strstr(loaded.prices->file, "prices/us-east-1.json"));
    assert_int_equal(strlen(loaded.prices->sha256), 64);
    assert_int_equal(loaded.prices->count, 3);
    assert_string_equal(loaded.prices->prices[0].usage_type, "Compute");
    const struct price *price = price_find(loaded.prices, "Compute");
    assert_int_equal(price->tier_count, 3);
    assert_true(price->tiers[0].up_to == 6e9 && price->tiers[0].usd == 3);
    assert_true(price->tiers[1].up_to == 9e9 && price->tiers[1].usd == 2);
    assert_true(isinf(price->tiers[2].up_to) && price->tiers[2].usd == 1);
    assert_string_equal(price->tier_pool, "t");
    assert_string_equal(price->free_pool, "");
    price = price_find(loaded.prices, "Zeta");
    assert_int_equal(price->tier_count, 1);
    assert_true(isinf(price->tiers[0].up_to) && price->tiers[0].usd == 2e-7);
    assert_true(price->free_per_month == 1000000);
    assert_false(price->by_time);
    assert_true(price_find(loaded.prices, "Hours:a.large")->by_time);
    assert_null(price_find(loaded.prices, "Nothing"));
    drop(&loaded);
}

static void test_price_overrides(void **state)
{
    (void)state;
    scratch_write(&scratch, "mine.json", "{\"name\": \"mine\", \"base\": \"us-east-1\", \"prices\": {\"Zeta\": {\"price\": 5}}}");
    struct loaded loaded =
        load_prices("{\"base\": \"mine.json\", \"Compute\": 0.25, \"Hours:a.large\": \"$0.75\", \"Zeta\": {\"free_per_month\": 0}}");
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_string_equal(loaded.prices->name, "mine");
    const struct price *price = price_find(loaded.prices, "Compute");
    assert_int_equal(price->tier_count, 1);
    assert_true(isinf(price->tiers[0].up_to) && price->tiers[0].usd == 0.25);
    assert_string_equal(price->source, "scenario");
    assert_string_equal(price->service, "A");
    assert_true(price_find(loaded.prices, "Hours:a.large")->tiers[0].usd == 0.75);
    price = price_find(loaded.prices, "Zeta");
    assert_true(price->tiers[0].usd == 5);
    assert_true(price->free_per_month == 0);
    assert_string_equal(price->free_pool, "p");
    drop(&loaded);
    loaded = load_prices("{\"Zeta\": {\"price\": [{\"up_to\": 10, \"usd\": 1}, {\"usd\": 0}]}}");
    assert_int_equal(loaded.diagnostics.count, 0);
    assert_int_equal(price_find(loaded.prices, "Zeta")->tier_count, 2);
    drop(&loaded);
}

static void test_refused_prices(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *message, *hint;
        int column;
    } cases[] = {
        {"\"eu\"", "there is no price book \"eu\"", "us-east-1", 1},
        {"\"./none.json\"", "cannot read", "", 1},
        {"{\"Zetta\": 1}", "has no \"Zetta\"", "did you mean \"Zeta\"?", 2},
        {"{\"Zeta\": -1}", "a price is a number of 0 or more", "", 10},
        {"{\"Zeta\": \"-$1\"}", "a price is a number of 0 or more", "", 10},
        {"{\"Zeta\": \"cheap\"}", "expected a price in USD", "", 10},
        {"{\"Zeta\": true}", "expected a price in USD", "", 10},
        {"{\"Zeta\": {\"prise\": 1}}", "unknown key \"prise\"", "did you mean \"price\"?", 20},
        {"{\"Zeta\": {\"price\": []}}", "a price is a number of 0 or more", "", 20},
        {"{\"Zeta\": {\"free_per_month\": -1}}", "free_per_month", "", 29},
        {"{\"Zeta\": {\"price\": [{\"up_to\": 5, \"usd\": 1}]}}", "tiers are", "", 21},
        {"{\"Zeta\": {\"price\": [{\"usd\": 1}, {\"usd\": 1}]}}", "tiers are", "", 21},
        {"{\"Zeta\": {\"price\": [{\"up_to\": 5, \"usd\": 1}, {\"up_to\": 5, \"usd\": 1}, {\"usd\": 1}]}}", "tiers are", "", 45},
        {"{\"Zeta\": {\"price\": [{\"usd\": -1}]}}", "tiers are", "", 21},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded loaded = load_prices(cases[i].spec);
        if (!diagnosed(&loaded.diagnostics, 1, cases[i].column, cases[i].message) || !hinted(&loaded.diagnostics, cases[i].hint))
            fail_msg("%s", cases[i].spec);
        drop(&loaded);
    }
}

/* The books that are shipped can be read from wherever this runs, and say where all of it comes from. */
static void test_own_books(void **state)
{
    (void)state;
    const char *models = books_folder();
    assert_non_null(models);
    assert_ptr_equal(models, books_folder());
    static const char *const names[] = {"\"current\"", "\"course\""};
    for (size_t i = 0; i < 2; i++) {
        struct loaded loaded = begin(names[i]);
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%s/rules", models);
        loaded.status = rule_book_load(folder, loaded.spec, loaded.places, &loaded.diagnostics, &loaded.rules);
        assert_int_equal(loaded.status, STATUS_OK);
        assert_int_equal(loaded.diagnostics.count, 0);
        for (size_t j = 0; j < loaded.rules->count; j++) {
            const struct rule *rule = &loaded.rules->rules[j];
            if (rule->source[0] == 0 || rule->unit[0] == 0 || rule->date[0] == 0)
                fail_msg("%s: %s has no source, unit or date", names[i], rule->name);
            if (!isnan(rule->low) && !isnan(rule->number) && !(rule->low <= rule->number && rule->number <= rule->high))
                fail_msg("%s: %s is outside of its own range", names[i], rule->name);
        }
        drop(&loaded);
    }
    struct loaded loaded = begin(NULL);
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/prices", models);
    loaded.status = price_book_load(folder, NULL, ".", loaded.places, &loaded.diagnostics, &loaded.prices);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.diagnostics.count, 0);
    for (size_t j = 0; j < loaded.prices->count; j++)
        if (loaded.prices->prices[j].source[0] == 0 || loaded.prices->prices[j].service[0] == 0)
            fail_msg("%s has no source or service", loaded.prices->prices[j].usage_type);
    drop(&loaded);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    char rules[PATH_MAX], prices[PATH_MAX];
    snprintf(rules, sizeof rules, "%s/rules", scratch.path);
    snprintf(prices, sizeof prices, "%s/prices", scratch.path);
    bool done = false;
    for (long working = 0; !done; working++) {
        struct loaded loaded = begin("{\"base\": \"then\", \"time_max_s\": \"10m\", \"init\": \"5ms\"}");
        struct loaded other = begin("{\"Compute\": 0.25}");
        fail_allocations_after(working);
        loaded.status = rule_book_load(rules, loaded.spec, loaded.places, &loaded.diagnostics, &loaded.rules);
        fail_allocations_after(working);
        other.status = price_book_load(prices, other.spec, ".", other.places, &other.diagnostics, &other.prices);
        fail_allocations_after(-1);
        assert_true((loaded.rules != NULL) == (loaded.status == STATUS_OK));
        assert_true((other.prices != NULL) == (other.status == STATUS_OK));
        done = loaded.status == STATUS_OK && other.status == STATUS_OK && loaded.diagnostics.count + other.diagnostics.count == 0;
        assert_true(working < 5000);
        if (done) {
            assert_true(rule_number(loaded.rules, "time_max_s") == 600);
            assert_true(price_find(other.prices, "Compute")->tiers[0].usd == 0.25);
        }
        drop(&loaded);
        drop(&other);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_rules),          TEST(test_base),         TEST(test_rule_overrides),  TEST(test_refused_rules),
        TEST(test_implausible),    TEST(test_broken_books), TEST(test_prices),          TEST(test_price_overrides),
        TEST(test_refused_prices), TEST(test_own_books),    TEST(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
