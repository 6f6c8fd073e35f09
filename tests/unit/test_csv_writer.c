/* test_csv_writer.c: what is written reads back through libcsv, and a full disk is noticed. */
#include "output/csv_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All that the writer wrote; the caller frees. */
static char *written(void (*content)(struct csv_writer *))
{
    char *text = NULL;
    size_t length = 0;
    struct csv_writer writer;
    csv_writer_init(&writer, open_memstream(&text, &length));
    content(&writer);
    assert_int_equal(csv_writer_close(&writer), STATUS_OK);
    assert_int_equal(csv_writer_close(&writer), STATUS_OK);
    assert_int_equal(strlen(text), length);
    return text;
}

static void plain_rows(struct csv_writer *writer)
{
    csv_writer_header(writer, "a,b,c");
    csv_text(writer, "Api");
    csv_number(writer, 0.1);
    csv_natural(writer, UINT64_MAX);
    csv_end_row(writer);
    csv_text(writer, "");
    csv_number(writer, NAN);
    csv_integer(writer, -7);
    csv_end_row(writer);
    csv_plain(writer, "x,y", 3);
    csv_text(writer, "Clicks/shard-0");
    csv_end_row(writer);
}

static void test_plain(void **state)
{
    (void)state;
    char *text = written(plain_rows);
    assert_string_equal(text, "a,b,c\nApi,0.1,18446744073709551615\n,,-7\nx,y,Clicks/shard-0\n");
    free(text);
}

static const char *const awkward[] = {"a,b", "say \"no\"", "two\nlines", "\r", "\"", ",", "=1+1", " spaced ", "caf\xc3\xa9"};
#define AWKWARD_COUNT (sizeof awkward / sizeof *awkward)

static void awkward_row(struct csv_writer *writer)
{
    for (size_t i = 0; i < AWKWARD_COUNT; i++)
        csv_text(writer, awkward[i]);
    csv_end_row(writer);
}

static void read_field(void *field, size_t length, void *context)
{
    size_t *index = context;
    assert_true(*index < AWKWARD_COUNT);
    assert_int_equal(length, strlen(awkward[*index]));
    assert_memory_equal(field, awkward[*index], length);
    (*index)++;
}

static int never(unsigned char byte)
{
    (void)byte;
    return 0;
}

static void test_quoting(void **state)
{
    (void)state;
    char *text = written(awkward_row);
    assert_ptr_equal(strstr(text, "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\""), text);
    size_t index = 0;
    struct csv_parser parser;
    assert_int_equal(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
    csv_set_space_func(&parser, never); /* RFC 4180: spaces are part of a field */
    assert_int_equal(csv_parse(&parser, text, strlen(text), read_field, NULL, &index), strlen(text));
    assert_int_equal(csv_fini(&parser, read_field, NULL, &index), 0);
    assert_int_equal(index, AWKWARD_COUNT);
    csv_free(&parser);
    free(text);
}

/* The error of the last flush must not be lost, neither that of a buffer that ran over long before. */
static void test_full_disk(void **state)
{
    (void)state;
    static const int counts[] = {1, 100000};
    for (size_t c = 0; c < 2; c++) {
        int rows = counts[c];
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        struct csv_writer writer;
        csv_writer_init(&writer, full);
        for (int i = 0; i < rows; i++) {
            csv_text(&writer, "a,b");
            csv_number(&writer, 0.1);
            csv_end_row(&writer);
        }
        assert_int_equal(writer.failed, rows > 1);
        assert_int_equal(csv_writer_flush(&writer), STATUS_IO);
        assert_int_equal(csv_writer_close(&writer), STATUS_IO);
        errno = 0;
        assert_int_equal(csv_writer_close(&writer), STATUS_IO);
        assert_int_equal(errno, ENOSPC);
    }
}

/* Rows that begin alike, over many buffers; a beginning that is too long, or that had a quoted field, is refused. */
static void alike_rows(struct csv_writer *writer)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    csv_text(writer, "slsim");
    csv_text(writer, letters);
    assert_true(csv_keep_head(writer));
    csv_natural(writer, 0);
    csv_end_row(writer);
    for (uint64_t i = 1; i < 2000; i++) {
        csv_head(writer);
        csv_natural(writer, i);
        csv_end_row(writer);
    }
    csv_text(writer, "a,b");
    assert_false(csv_keep_head(writer));
    csv_end_row(writer);
    for (int i = 0; i < 20; i++)
        csv_text(writer, letters);
    assert_false(csv_keep_head(writer));
    csv_end_row(writer);
    csv_text(writer, "end");
    assert_true(csv_keep_head(writer));
    csv_end_row(writer);
}

static void test_rows_alike(void **state)
{
    (void)state;
    char *text = written(alike_rows), *at = text, expected[128];
    for (int i = 0; i < 2000; i++) {
        int length = snprintf(expected, sizeof expected, "slsim,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz,%d\n", i);
        assert_memory_equal(at, expected, (size_t)length);
        at += length;
    }
    assert_memory_equal(at, "\"a,b\"\nabc", 9);
    assert_string_equal(text + strlen(text) - 5, "\nend\n");
    free(text);
}

static void test_no_file(void **state)
{
    (void)state;
    struct csv_writer writer;
    csv_writer_init(&writer, NULL);
    csv_text(&writer, "a,b");
    csv_end_row(&writer);
    assert_int_equal(csv_writer_close(&writer), STATUS_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),      cmocka_unit_test(test_quoting), cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_rows_alike), cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
