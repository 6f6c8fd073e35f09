/* test_rule_content.c: the books of rules as files: form, completeness, and the figures that the contract names. */
#include "unit/book_content.h"

struct books {
    cJSON *current;
    cJSON *course;
};

static int set_up(void **state)
{
    struct books *books = calloc(1, sizeof *books);
    if (books == NULL)
        return 1;
    *state = books;
    books->current = read_book("models/rules/current.json");
    books->course = read_book("models/rules/course.json");
    return books->current == NULL || books->course == NULL;
}

static int tear_down(void **state)
{
    struct books *books = *state;
    cJSON_Delete(books->current);
    cJSON_Delete(books->course);
    free(books);
    return 0;
}

static void assert_value_fits_unit(const cJSON *rule)
{
    static const char *const kinds[] = {"lognormal", "uniform", "exponential", "gamma", "weibull", "normal", "quantiles", "mixture"};
    const cJSON *value = member(rule, "value");
    const char *unit = text_of(rule, "unit");
    bool fits;
    if (strcmp(unit, "distribution") == 0)
        fits = cJSON_IsObject(value) && value->child != NULL && IS_ONE_OF(value->child->string, kinds);
    else if (strcmp(unit, "boolean") == 0)
        fits = cJSON_IsBool(value);
    else if (strcmp(unit, "name") == 0)
        fits = cJSON_IsString(value) && value->valuestring[0] != '\0';
    else
        fits = cJSON_IsNumber(value) && isfinite(value->valuedouble);
    if (!fits)
        fail_msg("%s: the value is no %s", rule->string, unit);
}

/* An assumption says why, and within what range: around the number, or of a distribution's median. */
static void assert_assumption_explained(const cJSON *rule)
{
    const cJSON *flag = member(rule, "assumption");
    const cJSON *value = member(rule, "value");
    const cJSON *low = member(rule, "low");
    const cJSON *high = member(rule, "high");
    bool assumed = flag != NULL;
    if (assumed && !cJSON_IsTrue(flag))
        fail_msg("%s: assumption is written where it is true only", rule->string);
    if (!assumed && strcmp(text_of(rule, "confidence"), "assumption") == 0)
        fail_msg("%s: confidence assumption without the flag", rule->string);
    if (assumed && text_of(rule, "note")[0] == '\0')
        fail_msg("%s: an assumption without a note", rule->string);
    bool ranged = assumed && (cJSON_IsNumber(value) || cJSON_IsObject(value));
    if (ranged != cJSON_IsNumber(low) || ranged != cJSON_IsNumber(high))
        fail_msg("%s: low and high belong to assumed numbers and distributions, both", rule->string);
    if (ranged && !(low->valuedouble < high->valuedouble))
        fail_msg("%s: low is not below high", rule->string);
    if (ranged && cJSON_IsNumber(value) && !(low->valuedouble <= value->valuedouble && value->valuedouble <= high->valuedouble))
        fail_msg("%s: the value is outside its own range", rule->string);
}

static void assert_rule_book(const cJSON *book)
{
    static const char *const keys[] = {"value", "unit", "source", "date", "confidence", "note", "assumption", "limit", "low", "high"};
    const cJSON *rules = member(book, "rules");
    const cJSON *sources = member(book, "sources");
    assert_true(cJSON_IsObject(rules) && cJSON_IsObject(sources));
    assert_true(text_of(book, "description")[0] != '\0');
    assert_sorted(rules);
    const cJSON *rule;
    cJSON_ArrayForEach(rule, rules)
    {
        assert_keys_known(rule, keys, sizeof keys / sizeof keys[0]);
        assert_provenance(rule, sources);
        assert_value_fits_unit(rule);
        assert_assumption_explained(rule);
        if (member(rule, "limit") != NULL && !cJSON_IsTrue(member(rule, "limit")))
            fail_msg("%s: limit is written where it is true only", rule->string);
    }
    assert_every_source_used(sources, rules);
}

static void test_rule_books_have_their_form(void **state)
{
    const struct books *books = *state;
    assert_string_equal(text_of(books->current, "name"), "current");
    assert_null(member(books->current, "base"));
    assert_rule_book(books->current);
    assert_string_equal(text_of(books->course, "name"), "course");
    assert_string_equal(text_of(books->course, "base"), "current");
    assert_rule_book(books->course);
}

static void test_course_holds_only_what_differs(void **state)
{
    const struct books *books = *state;
    const cJSON *base = member(books->current, "rules");
    const cJSON *rule;
    cJSON_ArrayForEach(rule, member(books->course, "rules"))
    {
        const cJSON *replaced = member(base, rule->string);
        if (replaced == NULL)
            fail_msg("%s is not in the base", rule->string);
        if (cJSON_Compare(member(rule, "value"), member(replaced, "value"), true))
            fail_msg("%s equals the base", rule->string);
        assert_string_equal(text_of(rule, "unit"), text_of(replaced, "unit"));
    }
}

/* The rule as the book has it, its base included. */
static const cJSON *rule_value(const struct books *books, bool course, const char *name)
{
    const cJSON *rule = course ? member(member(books->course, "rules"), name) : NULL;
    if (rule == NULL)
        rule = member(member(books->current, "rules"), name);
    if (rule == NULL)
        fail_msg("no rule %s", name);
    return member(rule, "value");
}

/* Figures that the scenario format and the course notes name. NaN in `course`: as in `current`. */
static void test_figures_of_the_contract(void **state)
{
    const struct books *books = *state;
    static const struct {
        const char *name;
        double current, course;
    } figures[] = {
        {"memory_min_mb", 128, NAN},
        {"memory_max_mb", 10240, NAN},
        {"memory_step_mb", 1, NAN},
        {"memory_default_mb", 128, NAN},
        {"vcpu_reference_mb", 1769, 1792},
        {"timeout_default_s", 3, NAN},
        {"timeout_min_s", 1, NAN},
        {"timeout_max_s", 900, NAN},
        {"tmp_default_mb", 512, NAN},
        {"tmp_min_mb", 512, NAN},
        {"tmp_max_mb", 10240, NAN},
        {"tmp_free_mb", 512, NAN},
        {"env_vars_max_kb", 4, NAN},
        {"layers_max", 5, NAN},
        {"payload_sync_max_mb", 6, NAN},
        {"payload_async_max_kb", 1024, 256},
        {"init_timeout_s", 10, NAN},
        {"idle_keep_alive_halving_s", 380, NAN},
        {"billing_step_ms", 1, NAN},
        {"account_concurrency_limit", 1000, NAN},
        {"unreserved_min", 100, NAN},
        {"scaling_rate_env_per_10s", 1000, NAN},
        {"scaling_burst_account", 3000, NAN},
        {"scaling_per_min_account", 500, NAN},
        {"rps_per_concurrency", 10, NAN},
        {"rps_bucket_s", 0.1, NAN},
        {"network_full_mbps", 625, NAN},
        {"sdk_standard_max_attempts", 3, NAN},
        {"sdk_standard_base_transient_ms", 50, 1000},
        {"sdk_standard_base_throttle_ms", 1000, NAN},
        {"sdk_standard_cap_s", 20, NAN},
        {"sdk_standard_quota", 500, NAN},
        {"sdk_standard_cost_transient", 14, 5},
        {"sdk_standard_cost_throttle", 5, NAN},
        {"sdk_standard_cost_timeout", 14, 10},
        {"sdk_standard_refund_first", 1, NAN},
        {"sdk_legacy_max_attempts", 5, NAN},
        {"sdk_adaptive_beta", 0.7, NAN},
        {"sdk_adaptive_scale_constant", 0.4, NAN},
        {"sdk_adaptive_smooth", 0.8, NAN},
        {"sdk_adaptive_bucket_s", 0.5, NAN},
        {"sdk_adaptive_min_fill_rate", 0.5, NAN},
        {"sqs_scale_up_per_min", 300, 60},
        {"sqs_max_concurrency", 1250, 1000},
        {"sqs_batch_size_max", 10000, 10},
        {"async_max_attempts", 3, NAN},
        {"async_retry_wait_1_s", 60, NAN},
        {"async_retry_wait_2_s", 120, NAN},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        double course = isnan(figures[i].course) ? figures[i].current : figures[i].course;
        if (cJSON_GetNumberValue(rule_value(books, false, figures[i].name)) != figures[i].current ||
            cJSON_GetNumberValue(rule_value(books, true, figures[i].name)) != course)
            fail_msg("%s", figures[i].name);
    }
}

static void test_switches_of_the_contract(void **state)
{
    const struct books *books = *state;
    assert_true(cJSON_IsTrue(rule_value(books, false, "init_billed_zip_managed")));
    assert_true(cJSON_IsFalse(rule_value(books, true, "init_billed_zip_managed")));
    for (int course = 0; course < 2; course++) {
        assert_true(cJSON_IsTrue(rule_value(books, course, "init_billed_zip_custom")));
        assert_true(cJSON_IsTrue(rule_value(books, course, "init_billed_image")));
        assert_true(cJSON_IsTrue(rule_value(books, course, "init_retry_under_function_timeout")));
        assert_true(cJSON_IsTrue(rule_value(books, course, "suppressed_init")));
        assert_string_equal(cJSON_GetStringValue(rule_value(books, course, "env_reuse_order")), "most_recent");
        assert_string_equal(cJSON_GetStringValue(rule_value(books, course, "runtime_custom_prefix")), "provided");
        assert_true(cJSON_IsObject(rule_value(books, course, "env_max_lifetime")));
        assert_true(cJSON_IsObject(rule_value(books, course, "placement")));
    }
    assert_string_equal(cJSON_GetStringValue(rule_value(books, false, "scaling_mode")), "per_function");
    assert_string_equal(cJSON_GetStringValue(rule_value(books, true, "scaling_mode")), "account_burst");
}

/* Chance on the provider's side is off in both books: duplicates, losses, early starts. */
static void test_chance_is_off(void **state)
{
    const struct books *books = *state;
    static const char *const rates[] = {"async_duplicate_rate", "async_loss_rate",    "esm_duplicate_rate",
                                        "s3_duplicate_rate",    "sqs_duplicate_rate", "proactive_init_share"};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        for (int course = 0; course < 2; course++)
            if (cJSON_GetNumberValue(rule_value(books, course, rates[i])) != 0)
                fail_msg("%s", rates[i]);
    assert_true(cJSON_IsFalse(rule_value(books, true, "s3_single_notification")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_books_have_their_form),
        cmocka_unit_test(test_course_holds_only_what_differs),
        cmocka_unit_test(test_figures_of_the_contract),
        cmocka_unit_test(test_switches_of_the_contract),
        cmocka_unit_test(test_chance_is_off),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
