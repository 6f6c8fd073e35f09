/* test_csv_scan.c: rows of a result's tables, cut where they stand: quotes, ends of files, and rows that are passed over. */
#include "output/csv_scan.h"
#include "scratch_folder.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* What a scan of `text` finds: fields in brackets, a row a line. */
static void check(const char *text, const char *expected)
{
    struct scratch_folder folder;
    struct csv_scan scan;
    char *seen = NULL;
    size_t length = 0;
    scratch_init(&folder);
    (void)scratch_write(&folder, "t.csv", text);
    int descriptor = open(scratch_path(&folder, ""), O_RDONLY | O_DIRECTORY);
    assert_true(descriptor >= 0);
    assert_int_equal(csv_scan_open(&scan, descriptor, "t.csv"), STATUS_OK);
    FILE *out = open_memstream(&seen, &length);
    assert_non_null(out);
    while (csv_scan_next(&scan)) {
        for (size_t i = 0; i < scan.field_count; i++)
            fprintf(out, "[%.*s]", (int)scan.fields[i].length, scan.fields[i].text);
        fputc('\n', out);
    }
    assert_false(scan.failed);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(seen, expected);
    free(seen);
    csv_scan_close(&scan);
    close(descriptor);
    scratch_fini(&folder);
}

static void test_rows(void **state)
{
    (void)state;
    check("", "");
    check("\n\n", "");
    check("a,b\n1,2\n", "[a][b]\n[1][2]\n");
    check("a,b\n1,2", "[a][b]\n[1][2]\n");
    check("a,,b,\n", "[a][][b][]\n");
    check("a\n\n\nb\n", "[a]\n[b]\n");
}

static void test_quotes(void **state)
{
    (void)state;
    check("\"a,b\",c\n", "[a,b][c]\n");
    check("\"a\nb\",c\nd\n", "[a\nb][c]\n[d]\n");
    check("\"say \"\"yes\"\"\",x\n", "[say \"yes\"][x]\n");
    check("\"\",\"\"\n", "[][]\n");
    check("a,\"never closed\nb\n", "[a][never closed\nb\n]\n");
    check("\"", "[]\n");
    check("plain\n\"x\"\nplain,again\n", "[plain]\n[x]\n[plain][again]\n");
}

/* What is behind the last column that there is room for is not looked at. */
static void test_many_columns(void **state)
{
    (void)state;
    char text[400], expected[400];
    size_t length = 0, wanted = 0;
    for (unsigned i = 0; i < CSV_SCAN_FIELDS + 9; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%u", i ? "," : "", i % 10);
    for (unsigned i = 0; i < CSV_SCAN_FIELDS; i++)
        wanted += (size_t)snprintf(expected + wanted, sizeof expected - wanted, "[%u]", i % 10);
    snprintf(text + length, sizeof text - length, "\nx\n");
    snprintf(expected + wanted, sizeof expected - wanted, "\n[x]\n");
    check(text, expected);
}

static void test_skip(void **state)
{
    (void)state;
    static const struct {
        const char *text, *next; /* the first field after the rows that are like the first in two fields */
    } cases[] = {
        {"a,b,1\na,b,2\na,b,3\na,c,4\n", "4"}, {"a,b,1\na,b,2\na,bb,3\n", "3"},    {"a,b,1\na,b,2", NULL}, {"a,b,1\n", NULL},
        {"\"a\",b,1\na,b,2\n", "2"},           {"a,b,1\n\"a\",b,2\na,b,3\n", "2"},
    };
    struct scratch_folder folder;
    scratch_init(&folder);
    int descriptor = open(scratch_path(&folder, ""), O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct csv_scan scan;
        (void)scratch_write(&folder, "t.csv", cases[i].text);
        assert_int_equal(csv_scan_open(&scan, descriptor, "t.csv"), STATUS_OK);
        assert_true(csv_scan_next(&scan));
        csv_scan_skip_same(&scan, 1);
        assert_true(csv_scan_next(&scan) == (cases[i].next != NULL));
        if (cases[i].next)
            assert_true(csv_field_is(&scan.fields[2], cases[i].next));
        csv_scan_close(&scan);
    }
    close(descriptor);
    scratch_fini(&folder);
}

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"1.5", 1.5}, {"-3e2", -300}, {"0", 0}, {"", NAN}, {"1x", NAN}, {"inf", NAN}, {"nan", NAN}, {"1e999", NAN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct csv_field field = {cases[i].text, strlen(cases[i].text)};
        double value = csv_field_number(&field);
        assert_true(isnan(cases[i].value) ? isnan(value) : value == cases[i].value);
    }
    const struct csv_field whole = {"abc", 3}, part = {"abc", 2};
    char digits[100];
    memset(digits, '1', sizeof digits);
    const struct csv_field lengthy = {digits, sizeof digits};
    assert_true(csv_field_is(&whole, "abc") && csv_field_is(&part, "ab"));
    assert_false(csv_field_is(&part, "abc") || csv_field_is(&whole, "ab"));
    assert_true(isnan(csv_field_number(&lengthy)));
}

/* Nothing but a regular file of that very folder is read: no link, no pipe, no folder. */
static void test_refused(void **state)
{
    (void)state;
    struct scratch_folder folder;
    struct csv_scan scan;
    scratch_init(&folder);
    (void)scratch_write(&folder, "t.csv", "a\n");
    int descriptor = open(scratch_path(&folder, ""), O_RDONLY | O_DIRECTORY);
    assert_int_equal(symlinkat("t.csv", descriptor, "link.csv"), 0);
    assert_int_equal(mkfifoat(descriptor, "pipe.csv", 0600), 0);
    assert_int_equal(mkdirat(descriptor, "folder.csv", 0700), 0);
    static const char *const names[] = {"none.csv", "link.csv", "pipe.csv", "folder.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(csv_scan_open(&scan, descriptor, names[i]), STATUS_IO);
        assert_false(csv_scan_next(&scan));
        csv_scan_close(&scan);
    }
    assert_int_equal(unlinkat(descriptor, "link.csv", 0) + unlinkat(descriptor, "pipe.csv", 0), 0);
    assert_int_equal(unlinkat(descriptor, "folder.csv", AT_REMOVEDIR), 0);
    close(descriptor);
    scratch_fini(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_quotes), cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_skip), cmocka_unit_test(test_fields), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
