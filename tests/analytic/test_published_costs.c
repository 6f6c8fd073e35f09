/* test_published_costs.c: what an invocation costs, against costs that were published with their durations (tests/data/cost-arm-x86-2025):
 * by memory, architecture and workload, warm and cold. Every published figure is a function of one scenario, called once; a warm one is
 * called before, in the warm-up, so that its INIT is not what is counted. */
#include "unit/model_fixture.h"

#include "document/traces.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#define TABLE "tests/data/cost-arm-x86-2025/memory_duration_cost.csv"

enum { ARCHITECTURES = 2 };

/* The columns of one architecture. */
struct columns {
    const char *letter; /* in names */
    const char *architecture, *duration_name, *init_name, *cost_name;
    size_t duration, init, cost;
};

struct costs {
    struct csv_table *table;
    size_t start, memory;
    struct columns columns[ARCHITECTURES];
};

static size_t column(const struct csv_table *table, const char *name)
{
    const size_t found = csv_table_column(table, name);
    assert_int_not_equal(found, SIZE_MAX);
    return found;
}

static void costs_read(struct costs *costs)
{
    struct diagnostics diagnostics = {0};
    *costs = (struct costs){.columns = {{.letter = "A",
                                         .architecture = "arm64",
                                         .duration_name = "arm_ms",
                                         .init_name = "arm_init_ms",
                                         .cost_name = "arm_cost_per_1m_usd"},
                                        {.letter = "X",
                                         .architecture = "x86_64",
                                         .duration_name = "x86_ms",
                                         .init_name = "x86_init_ms",
                                         .cost_name = "x86_cost_per_1m_usd"}}};
    assert_int_equal(csv_table_read(TABLE, (struct place){0}, &diagnostics, &costs->table), STATUS_OK);
    diagnostics_fini(&diagnostics);
    costs->start = column(costs->table, "start");
    costs->memory = column(costs->table, "memory_mb");
    for (size_t i = 0; i < ARCHITECTURES; i++) {
        struct columns *columns = &costs->columns[i];
        columns->duration = column(costs->table, columns->duration_name);
        columns->init = column(costs->table, columns->init_name);
        columns->cost = column(costs->table, columns->cost_name);
    }
}

/* Some rows lack one architecture. */
static bool is_published(const struct costs *costs, const char *start, size_t row, const struct columns *columns)
{
    return strcmp(csv_table_field(costs->table, row, costs->start), start) == 0 &&
           csv_table_field(costs->table, row, columns->cost)[0] != '\0';
}

enum section { RESOURCES, BEHAVIOR, TRAFFIC };

/* One function's share of a part of the scenario. */
static void write_function(FILE *out, const struct costs *costs, size_t row, const struct columns *columns, enum section section, bool cold)
{
    const struct csv_table *table = costs->table;
    switch (section) {
    case RESOURCES:
        fprintf(out, "'F%zu%s': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 900, 'MemorySize': %s,", row, columns->letter,
                csv_table_field(table, row, costs->memory));
        fprintf(out, "'Architectures': ['%s']}}", columns->architecture);
        break;
    case BEHAVIOR:
        fprintf(out, "'F%zu%s': {'duration': '%sms', 'keep_alive': 'forever', 'max_lifetime': 'forever',", row, columns->letter,
                csv_table_field(table, row, columns->duration));
        fprintf(out, "'init': '%sms'}", cold ? csv_table_field(table, row, columns->init) : "100");
        break;
    case TRAFFIC:
        fprintf(out, "{'name': 'to%zu%s', 'target': 'F%zu%s', 'bursts': {'size': 1, 'every': '365h'}, 'count': %d}", row, columns->letter,
                row, columns->letter, cold ? 1 : 2);
        break;
    }
}

static void write_part(FILE *out, const struct costs *costs, const char *start, enum section section)
{
    const char *between = "";
    for (size_t row = 0; row < costs->table->row_count; row++)
        for (size_t i = 0; i < ARCHITECTURES; i++) {
            if (!is_published(costs, start, row, &costs->columns[i]))
                continue;
            fputs(between, out);
            write_function(out, costs, row, &costs->columns[i], section, strcmp(start, "cold") == 0);
            between = ",\n";
        }
}

static char *scenario_of(const struct costs *costs, const char *start)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "{'duration': '730h', 'period': '10h', 'series': 'total', 'account': {'ConcurrentExecutions': 10000},");
    fprintf(out, "'warmup': '%s', 'Resources': {\n", strcmp(start, "cold") == 0 ? "0h" : "300h");
    write_part(out, costs, start, RESOURCES);
    fprintf(out, "}, 'behavior': {\n");
    write_part(out, costs, start, BEHAVIOR);
    fprintf(out, "}, 'traffic': [\n");
    write_part(out, costs, start, TRAFFIC);
    fprintf(out, "]}");
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The median relative error of all published costs of cold or of warm starts. */
static double median_error(const struct costs *costs, const char *start, size_t *count)
{
    struct model_run run;
    char *text = scenario_of(costs, start);
    double *errors = calloc(ARCHITECTURES * costs->table->row_count, sizeof *errors);
    assert_non_null(errors);
    model_open(&run);
    model_execute(&run, text);
    *count = 0;
    for (size_t row = 0; row < costs->table->row_count; row++)
        for (size_t i = 0; i < ARCHITECTURES; i++) {
            const struct columns *columns = &costs->columns[i];
            double published;
            char name[32];
            if (!is_published(costs, start, row, columns))
                continue;
            assert_true(csv_table_number(costs->table, row, columns->cost, &published));
            snprintf(name, sizeof name, "F%zu%s", row, columns->letter);
            assert_int_equal(count_of(&run, name, "Invocations"), 1);
            assert_int_equal(count_of(&run, name, "ColdStarts"), strcmp(start, "cold") == 0);
            errors[(*count)++] = fabs(1e6 * billed_usd(&run, name, "AWS Lambda") / published - 1);
        }
    gsl_sort(errors, 1, *count);
    const double median = gsl_stats_median_from_sorted_data(errors, 1, *count);
    print_message("%s: %zu published costs, median error %.4f %%, at most %.2f %%\n", start, *count, 100 * median,
                  100 * errors[*count - 1]);
    free(errors);
    free(text);
    model_close(&run);
    return median;
}

static void test_published_costs(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        size_t count; /* of published figures */
    } starts[] = {{"cold", 537}, {"warm", 456}};
    struct costs costs;
    costs_read(&costs);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t count;
        const double median = median_error(&costs, starts[i].start, &count);
        assert_true(median <= 0.0003);
        assert_int_equal(count, starts[i].count);
    }
    csv_table_free(costs.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_costs),
    };
    return cmocka_run_group_tests_name("published costs", tests, NULL, NULL);
}
