/* test_traces.c: CSV tables: fields, lines, mistakes at their lines, memory running out, a real trace. */
#include "diagnosed.h"
#include "document/traces.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct read {
    struct csv_table *table;
    struct diagnostics diagnostics;
    enum status status;
};

static struct read read_bytes(const char *text, size_t length)
{
    struct read read = {0};
    char name[] = "/tmp/slsim-test-traces-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, length), (ssize_t)length);
    close(file);
    read.status = csv_table_read(name, (struct place){"scenario.json", 3, 4}, &read.diagnostics, &read.table);
    unlink(name);
    assert_true((read.table != NULL) == (read.status == STATUS_OK));
    assert_true((read.status == STATUS_OK) == (read.diagnostics.error_count == 0));
    return read;
}

static struct read read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void drop(struct read *read)
{
    csv_table_free(read->table);
    diagnostics_fini(&read->diagnostics);
}

static void test_fields(void **state)
{
    (void)state;
    struct read read = read_text("t_s, ms ,\"na\"\"me\"\n0.5,12,\"a,b\"\n\n1, 7 ,\n2,,\"two\nlines\"\n3,x,last");
    const struct csv_table *table = read.table;
    assert_int_equal(read.status, STATUS_OK);
    assert_int_equal(table->column_count, 3);
    assert_string_equal(table->header[1], "ms");
    assert_string_equal(table->header[2], "na\"me");
    assert_int_equal(table->row_count, 4);
    assert_string_equal(csv_table_field(table, 0, 2), "a,b");
    assert_string_equal(csv_table_field(table, 1, 1), "7");
    assert_string_equal(csv_table_field(table, 1, 2), "");
    assert_string_equal(csv_table_field(table, 2, 2), "two\nlines");
    assert_string_equal(csv_table_field(table, 3, 2), "last");
    assert_ptr_equal(csv_table_field(table, 3, 2), table->rows[3][2]);
    assert_int_equal(csv_table_line(table, 0), 2);
    assert_int_equal(csv_table_line(table, 1), 4);
    assert_int_equal(csv_table_line(table, 2), 5);
    assert_int_equal(csv_table_line(table, 3), 7);
    assert_int_equal(csv_table_line(table, 4), 0);
    assert_string_equal(csv_table_field(table, 4, 0), "");
    assert_string_equal(csv_table_field(table, 0, 3), "");
    assert_int_equal(csv_table_column(table, "ms"), 1);
    assert_true(csv_table_column(table, "MS") == SIZE_MAX);
    double number;
    assert_true(csv_table_number(table, 0, 0, &number));
    assert_true(number == 0.5);
    assert_false(csv_table_number(table, 2, 1, &number));
    assert_false(csv_table_number(table, 3, 1, &number));
    assert_false(csv_table_number(table, 9, 9, &number));
    drop(&read);
}

static void test_line_ends_and_byte_order_mark(void **state)
{
    (void)state;
    static const char *const texts[] = {"a,b\r\n1,2\r\n3,4\r\n", "\357\273\277a,b\n1,2\n3,4", "a,b\r1,2\r3,4\r"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct read read = read_text(texts[i]);
        assert_int_equal(read.status, STATUS_OK);
        assert_string_equal(read.table->header[0], "a");
        assert_int_equal(read.table->row_count, 2);
        assert_string_equal(csv_table_field(read.table, 1, 1), "4");
        assert_int_equal(csv_table_line(read.table, 1), 3);
        drop(&read);
    }
}

static void test_hash(void **state)
{
    (void)state;
    struct read read = read_text("abc");
    assert_string_equal(read.table->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(read.table->row_count, 0);
    drop(&read);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *message;
    } cases[] = {
        {"a,b\n1,2\n3\n4,5,6\n", 3, "1 field, where the header has 2"},
        {"a,b\n1,2\n3\n4,5,6\n", 4, "3 fields, where the header has 2"},
        {"a,b\n\n\"x\ny\",1,2\n", 3, "3 fields"},
        {"a,b\n1,\"2\n3,4\n", 2, "never closed"},
        {"a\n\"", 2, "never closed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct read read = read_text(cases[i].text);
        assert_int_equal(read.status, STATUS_INVALID);
        assert_true(diagnosed(&read.diagnostics, cases[i].line, 0, cases[i].message));
        drop(&read);
    }
    struct read read = read_bytes("a,b\n1,\0002\n", 9);
    assert_int_equal(read.status, STATUS_INVALID);
    assert_true(diagnosed(&read.diagnostics, 2, 0, "a zero byte"));
    drop(&read);
    static const char *const empty[] = {"", "\n\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        read = read_text(empty[i]);
        assert_int_equal(read.status, STATUS_INVALID);
        assert_true(diagnosed(&read.diagnostics, 3, 4, "is empty"));
        drop(&read);
    }
}

static void test_no_file(void **state)
{
    (void)state;
    struct read read = {0};
    assert_int_equal(csv_table_read("/nowhere/x.csv", (struct place){"scenario.json", 3, 4}, &read.diagnostics, &read.table), STATUS_IO);
    assert_null(read.table);
    assert_true(diagnosed(&read.diagnostics, 3, 4, "/nowhere/x.csv"));
    drop(&read);
}

static void test_equal_names(void **state)
{
    (void)state;
    struct read read = read_text("a,b,a,,\n1,2,3,4,5\n");
    assert_int_equal(read.status, STATUS_OK);
    assert_int_equal(read.diagnostics.count, 1);
    assert_true(diagnosed(&read.diagnostics, 1, 0, "two columns are called \"a\""));
    assert_int_equal(csv_table_column(read.table, "a"), 0);
    drop(&read);
}

/* A flood of wrong rows is cut short. */
static void test_many_mistakes(void **state)
{
    (void)state;
    char text[4 + 2 * 1000];
    memcpy(text, "a,b\n", 4);
    for (size_t i = 4; i < sizeof text; i += 2)
        memcpy(text + i, "x\n", 2);
    struct read read = read_bytes(text, sizeof text);
    assert_int_equal(read.diagnostics.error_count, 20);
    drop(&read);
    size_t size = 2 * 100001;
    char *wide = malloc(size);
    memset(wide, ',', size);
    read = read_bytes(wide, 100000);
    assert_true(diagnosed(&read.diagnostics, 1, 0, "more than 100,000 columns"));
    drop(&read);
    read = read_bytes(wide, 99999);
    assert_int_equal(read.status, STATUS_OK);
    assert_int_equal(read.table->column_count, 100000);
    drop(&read);
    free(wide);
}

/* Any single byte changed: a table or an error. */
static void test_every_byte(void **state)
{
    (void)state;
    static const char text[] = "a,\"b\"\n1,\"x\"\"y\"\r\n\"\",2\n";
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        static const char bytes[] = {0, '"', ',', '\n', '\r', ' ', 'x', '\xff'};
        for (size_t j = 0; j < sizeof bytes; j++) {
            char changed[sizeof text];
            memcpy(changed, text, sizeof text);
            changed[i] = bytes[j];
            struct read read = read_bytes(changed, sizeof text - 1);
            for (size_t row = 0; read.table != NULL && row < read.table->row_count; row++)
                assert_true(strlen(csv_table_field(read.table, row, 0)) < sizeof text);
            drop(&read);
        }
    }
}

static void test_a_real_trace(void **state)
{
    (void)state;
    static const char path[] = "scenarios/data/azure-functions-2019/s100_invocations.csv";
    struct read read = {0};
    if (access(path, R_OK) != 0)
        skip();
    assert_int_equal(csv_table_read(path, (struct place){0}, &read.diagnostics, &read.table), STATUS_OK);
    assert_int_equal(read.table->row_count, 100);
    assert_int_equal(read.table->column_count, 4 + 480);
    assert_int_equal(csv_table_column(read.table, "959"), 483);
    double sum = 0, number = 0;
    for (size_t row = 0; row < 100; row++)
        for (size_t column = 4; column < 484; column++) {
            assert_true(csv_table_number(read.table, row, column, &number));
            sum += number;
        }
    assert_true(sum == 339657);
    drop(&read);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    char name[] = "/tmp/slsim-test-traces-XXXXXX";
    int file = mkstemp(name);
    for (int i = 0; i < 300; i++)
        assert_int_equal(write(file, "a,b\n", 4), 4);
    close(file);
    enum status status = STATUS_NO_MEMORY;
    long working = 0;
    for (; status != STATUS_OK; working++) {
        struct read read = {0};
        fail_allocations_after(working);
        status = csv_table_read(name, (struct place){0}, &read.diagnostics, &read.table);
        fail_allocations_after(-1);
        assert_true((read.table != NULL) == (status == STATUS_OK));
        drop(&read);
    }
    assert_true(working > 5);
    unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),        cmocka_unit_test(test_line_ends_and_byte_order_mark),
        cmocka_unit_test(test_hash),          cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_no_file),       cmocka_unit_test(test_equal_names),
        cmocka_unit_test(test_many_mistakes), cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_a_real_trace),  cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
