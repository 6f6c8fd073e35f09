/* test_init_defaults.c: the default INIT distributions of the rules, fitted again from the measurements that they cite.
 *
 * The fit. A lognormal has log quantile(p) = mu + sigma z(p), z the standard normal's quantile. For each runtime, package and architecture
 * the data hold four quantiles (p = 5, 50, 90, 99 %) at four memory sizes; INIT does not depend on memory, so all sixteen points are fitted
 * by one weighted straight line. A sample quantile of n values has, on the log scale, the asymptotic variance sigma^2 p (1-p) / (n
 * phi(z)^2); its inverse, without the common sigma^2, is the weight. What is written in the rules is the line's median and its value at p =
 * 99 %. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <csv.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES_PATH "models/rules/current.json"
#define DATA_PATH "tests/data/coldstart-by-runtime/init_duration_last30days.csv"

enum { COLUMN_RUNTIME, COLUMN_PACKAGE, COLUMN_ARCHITECTURE, COLUMN_MEMORY, COLUMN_COUNT, COLUMN_P5, COLUMN_P99 = 8, ROWS_MAX = 1024 };
enum { QUANTILES = 4, MEMORY_SIZES = 4, POINTS = QUANTILES * MEMORY_SIZES };

static const double probabilities[QUANTILES] = {0.05, 0.5, 0.9, 0.99};

/* Which rows stand for which runtime identifier. What was not measured borrows the nearest runtime's and is marked as an assumption. */
static const struct {
    const char *runtime;
    const char *measured_as;
    bool measured;
} runtimes[] = {
    {"nodejs24.x", "nodejs24.x", true},
    {"nodejs22.x", "nodejs22.x", true},
    {"nodejs20.x", "nodejs20.x", true},
    {"nodejs18.x", "nodejs20.x", false},
    {"nodejs16.x", "nodejs20.x", false},
    {"nodejs14.x", "nodejs20.x", false},
    {"nodejs12.x", "nodejs20.x", false},
    {"python3.14", "python3.14", true},
    {"python3.13", "python3.13", true},
    {"python3.12", "python3.12", true},
    {"python3.11", "python3.11", true},
    {"python3.10", "python3.10", true},
    {"python3.9", "python3.9", true},
    {"python3.8", "python3.9", false},
    {"python3.7", "python3.9", false},
    {"python3.6", "python3.9", false},
    {"python2.7", "python3.9", false},
    {"java25", "java25", true},
    {"java21", "java21", true},
    {"java17", "java17", true},
    {"java17.al2023", "java17", false},
    {"java11", "java11", true},
    {"java11.al2023", "java11", false},
    {"java8.al2", "java8.al2", true},
    {"java8.al2023", "java8.al2", false},
    {"java8", "java8.al2", false},
    {"dotnet10", "dotnet10", true},
    {"dotnet8", "dotnet8", true},
    {"dotnet6", "dotnet8", false},
    {"dotnetcore3.1", "dotnet8", false},
    {"ruby4.0", "ruby3.4", false},
    {"ruby3.4", "ruby3.4", true},
    {"ruby3.3", "ruby3.3", true},
    {"ruby3.2", "ruby3.2", true},
    {"ruby2.7", "ruby3.2", false},
    {"provided.al2023", "go (prov.al2023)", true},
    {"provided.al2", "go (prov.al2)", true},
    {"provided", "go (prov.al2)", false},
    {"go1.x", "go (prov.al2)", false},
};
static const char *const packages[] = {"zip", "image"};
static const char *const architectures[] = {"x86_64", "arm64"};

struct measurement {
    char runtime[64];
    char package[16];
    char architecture[16];
    double count;
    double quantile_ms[QUANTILES];
};

struct table {
    struct measurement rows[ROWS_MAX];
    size_t row_count;
    size_t column;
    bool heading; /* the first line is still to come */
    bool full;
};

struct fit {
    double median_ms;
    double p99_ms;
};

struct fixture {
    struct table table;
    cJSON *rules; /* the object of that name, within `book` */
    cJSON *book;
};

/* The whole file, ended by 0; the caller frees it. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size > 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    text[size] = '\0';
    fclose(file);
    *length = (size_t)size;
    return text;
}

static void copy_field(char *to, size_t capacity, const char *text, size_t length)
{
    assert_true(length < capacity);
    memcpy(to, text, length);
    to[length] = '\0';
}

static void take_field(void *field, size_t length, void *user)
{
    struct table *table = user;
    size_t column = table->column++;
    if (table->heading || table->full)
        return;
    struct measurement *row = &table->rows[table->row_count];
    char number[32];
    switch (column) {
    case COLUMN_RUNTIME:
        copy_field(row->runtime, sizeof row->runtime, field, length);
        break;
    case COLUMN_PACKAGE:
        copy_field(row->package, sizeof row->package, field, length);
        break;
    case COLUMN_ARCHITECTURE:
        copy_field(row->architecture, sizeof row->architecture, field, length);
        break;
    default:
        if (column < COLUMN_COUNT || column > COLUMN_P99)
            break;
        copy_field(number, sizeof number, field, length);
        if (column == COLUMN_COUNT)
            row->count = strtod(number, NULL);
        else
            row->quantile_ms[column - COLUMN_P5] = strtod(number, NULL);
    }
}

static void take_row(int separator, void *user)
{
    (void)separator;
    struct table *table = user;
    table->column = 0;
    if (table->heading)
        table->heading = false;
    else if (table->row_count + 1 < ROWS_MAX)
        table->row_count++;
    else
        table->full = true;
}

static void read_table(struct table *table)
{
    size_t length;
    char *text = read_file(DATA_PATH, &length);
    struct csv_parser parser;
    assert_int_equal(csv_init(&parser, CSV_STRICT), 0);
    *table = (struct table){.heading = true};
    assert_int_equal(csv_parse(&parser, text, length, take_field, take_row, table), length);
    assert_int_equal(csv_fini(&parser, take_field, take_row, table), 0);
    csv_free(&parser);
    free(text);
    assert_false(table->full);
}

static int set_up(void **state)
{
    gsl_set_error_handler_off();
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    read_table(&fixture->table);
    size_t length;
    char *text = read_file(RULES_PATH, &length);
    fixture->book = cJSON_Parse(text);
    free(text);
    fixture->rules = cJSON_GetObjectItemCaseSensitive(fixture->book, "rules");
    *state = fixture;
    return fixture->rules == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    cJSON_Delete(fixture->book);
    free(fixture);
    return 0;
}

static struct fit fit_lognormal(const struct table *table, const char *runtime, const char *package, const char *architecture)
{
    double z[POINTS], log_ms[POINTS], weight[POINTS];
    size_t points = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct measurement *row = &table->rows[i];
        if (strcmp(row->runtime, runtime) != 0 || strcmp(row->package, package) != 0 || strcmp(row->architecture, architecture) != 0)
            continue;
        for (size_t q = 0; q < QUANTILES; q++) {
            assert_true(points < POINTS);
            double p = probabilities[q];
            z[points] = gsl_cdf_ugaussian_Pinv(p);
            log_ms[points] = log(row->quantile_ms[q]);
            double density = gsl_ran_ugaussian_pdf(z[points]);
            weight[points] = row->count * density * density / (p * (1 - p));
            points++;
        }
    }
    assert_int_equal(points, POINTS);
    double mu, sigma, cov00, cov01, cov11, chi_squared;
    assert_int_equal(gsl_fit_wlinear(z, 1, weight, 1, log_ms, 1, points, &mu, &sigma, &cov00, &cov01, &cov11, &chi_squared), GSL_SUCCESS);
    return (struct fit){.median_ms = exp(mu), .p99_ms = exp(mu + sigma * gsl_cdf_ugaussian_Pinv(0.99))};
}

/* The rules write tenths of a millisecond: equal means that the fit rounds to what is written. The slack is for the last bits of a tie. */
static void assert_written(const cJSON *lognormal, const char *key, double expected_ms)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(lognormal, key);
    assert_true(cJSON_IsString(item));
    char *end;
    double written_ms = strtod(item->valuestring, &end);
    assert_string_equal(end, "ms");
    const double half_digit_ms = 0.05;
    if (fabs(written_ms - expected_ms) > half_digit_ms + 1e-9)
        fail_msg("%s is written %s, fitted %.4f ms", key, item->valuestring, expected_ms);
}

static void test_rules_equal_the_fit(void **state)
{
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof runtimes / sizeof runtimes[0]; i++) {
        for (size_t p = 0; p < 2; p++) {
            for (size_t a = 0; a < 2; a++) {
                char name[96];
                snprintf(name, sizeof name, "init_%s_%s_%s", runtimes[i].runtime, packages[p], architectures[a]);
                const cJSON *rule = cJSON_GetObjectItemCaseSensitive(fixture->rules, name);
                if (rule == NULL)
                    fail_msg("no rule %s", name);
                const cJSON *lognormal = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(rule, "value"), "lognormal");
                assert_int_equal(cJSON_GetArraySize(lognormal), 2);
                struct fit fit = fit_lognormal(&fixture->table, runtimes[i].measured_as, packages[p], architectures[a]);
                assert_written(lognormal, "median", fit.median_ms);
                assert_written(lognormal, "p99", fit.p99_ms);
                const cJSON *confidence = cJSON_GetObjectItemCaseSensitive(rule, "confidence");
                assert_string_equal(cJSON_GetStringValue(confidence), runtimes[i].measured ? "meas" : "assumption");
            }
        }
    }
}

/* No default escapes the comparison: every distribution rule whose name begins with init_ is one of those above. */
static void test_no_other_defaults(void **state)
{
    const struct fixture *fixture = *state;
    size_t count = 0;
    const cJSON *rule;
    cJSON_ArrayForEach(rule, fixture->rules)
    {
        const char *unit = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(rule, "unit"));
        if (strncmp(rule->string, "init_", 5) == 0 && unit != NULL && strcmp(unit, "distribution") == 0)
            count++;
    }
    assert_int_equal(count, sizeof runtimes / sizeof runtimes[0] * 4);
}

static void test_default_runtime_has_a_distribution(void **state)
{
    const struct fixture *fixture = *state;
    const cJSON *rule = cJSON_GetObjectItemCaseSensitive(fixture->rules, "runtime_default");
    const char *runtime = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(rule, "value"));
    assert_non_null(runtime);
    char name[96];
    snprintf(name, sizeof name, "init_%s_zip_x86_64", runtime);
    assert_true(cJSON_HasObjectItem(fixture->rules, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_equal_the_fit),
        cmocka_unit_test(test_no_other_defaults),
        cmocka_unit_test(test_default_runtime_has_a_distribution),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
