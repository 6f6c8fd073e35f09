/* test_journal.c: lines that survive: whole, torn, changed. */
#include "output/journal.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/* What a reader heard. */
struct heard {
    char text[4096];
    size_t lines;
};

static bool hear(void *context, uint64_t offset, char *text)
{
    struct heard *heard = context;
    (void)offset;
    (void)strcat(heard->text, text);
    (void)strcat(heard->text, ";");
    heard->lines++;
    return strcmp(text, "unwanted") != 0;
}

static int new_file(void)
{
    char path[] = "/tmp/slsim-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    (void)unlink(path);
    return descriptor;
}

/* Reads it, adds `text` (NULL: nothing) and says what was there. */
static enum journal_state visit(int descriptor, const char *text, struct heard *heard, size_t *bad_line)
{
    struct journal journal;
    enum journal_state state;
    *heard = (struct heard){0};
    assert_int_equal(journal_open(&journal, descriptor, true, hear, heard, &state, bad_line), STATUS_OK);
    if (text && state != JOURNAL_DAMAGED) {
        assert_int_equal(journal_append(&journal, text, strlen(text), NULL), STATUS_OK);
        assert_int_equal(journal_write(&journal, true), STATUS_OK);
        assert_int_equal(journal_flush(&journal), STATUS_OK);
    }
    journal_fini(&journal);
    return state;
}

static void test_whole(void **state)
{
    (void)state;
    int file = new_file();
    struct heard heard;
    size_t bad;
    char *line = NULL;
    size_t capacity = 0;
    assert_int_equal(visit(file, "one", &heard, &bad), JOURNAL_WHOLE);
    assert_int_equal(heard.lines, 0);
    assert_int_equal(visit(file, "two and more", &heard, &bad), JOURNAL_WHOLE);
    assert_string_equal(heard.text, "one;"); /* marks are not heard */
    assert_int_equal(visit(file, NULL, &heard, &bad), JOURNAL_WHOLE);
    assert_string_equal(heard.text, "one;two and more;");
    assert_int_equal(journal_line(file, 0, &line, &capacity), STATUS_OK);
    assert_string_equal(line, "one");
    assert_int_equal(journal_line(file, 1 << 20, &line, &capacity), STATUS_IO);
    free(line);
    (void)close(file);
}

/* A journal of two lines, and all its bytes. The caller closes it. */
static int two_lines(char whole[1024], off_t *size)
{
    int file = new_file();
    struct heard heard;
    size_t bad;
    (void)visit(file, "first", &heard, &bad);
    (void)visit(file, "second", &heard, &bad);
    *size = lseek(file, 0, SEEK_END);
    assert_true(*size < 1024 && pread(file, whole, (size_t)*size, 0) == *size);
    return file;
}

/* Cut anywhere: what was whole is heard, in its order, and what is added afterwards follows on it. */
static void test_torn(void **state)
{
    (void)state;
    struct heard heard;
    size_t bad;
    char whole[1024];
    off_t size;
    int file = two_lines(whole, &size);
    for (off_t cut = 0; cut < size; cut++) {
        int copy = new_file();
        assert_true(write(copy, whole, (size_t)cut) == cut);
        enum journal_state found = visit(copy, "third", &heard, &bad);
        assert_int_not_equal(found, JOURNAL_DAMAGED);
        assert_true(heard.lines == 0 || strncmp(heard.text, "first;", 6) == 0);
        size_t before = heard.lines;
        assert_int_equal(visit(copy, NULL, &heard, &bad), JOURNAL_WHOLE);
        assert_int_equal(heard.lines, before + 1);
        assert_string_equal(heard.text + strlen(heard.text) - 6, "third;");
        (void)close(copy);
    }
    (void)close(file);
}

/* Any byte of what a mark says was on the disk: the line is named, and nothing is cut off. */
static void test_damaged(void **state)
{
    (void)state;
    struct heard heard;
    size_t bad;
    char whole[1024];
    off_t size, lines[8], count = 0;
    int file = two_lines(whole, &size);
    for (off_t i = 0; i < size; i++)
        if (whole[i] == '\n')
            lines[count++] = i + 1;
    assert_int_equal(count, 4);                   /* each line with its mark */
    for (off_t at = 0; at < lines[2] - 1; at++) { /* but for the line feed that parts the last one from its mark */
        int copy = new_file();
        whole[at] ^= 1;
        assert_true(write(copy, whole, (size_t)size) == size);
        whole[at] ^= 1;
        assert_int_equal(visit(copy, "third", &heard, &bad), JOURNAL_DAMAGED);
        assert_true(bad >= 1 && bad <= 3);
        assert_int_equal(lseek(copy, 0, SEEK_END), size);
        (void)close(copy);
    }
    (void)close(file);
}

static void test_foreign(void **state)
{
    (void)state;
    static const char nonsense[] = "this is\nno journal\n\n\1\2\3";
    struct heard heard;
    size_t bad;
    int file = new_file();
    assert_true(write(file, nonsense, sizeof nonsense) == sizeof nonsense);
    assert_int_equal(visit(file, NULL, &heard, &bad), JOURNAL_TORN);
    assert_int_equal(heard.lines, 0);
    (void)close(file);
    /* A line that the reader does not know. */
    file = new_file();
    (void)visit(file, "unwanted", &heard, &bad);
    assert_int_equal(visit(file, NULL, &heard, &bad), JOURNAL_DAMAGED);
    assert_int_equal(bad, 1);
    (void)close(file);
}

/* A file that may grow no further for a while: the line that was begun is the last, and the next start goes on from there. */
static void test_full(void **state)
{
    (void)state;
    int file = new_file();
    struct heard heard;
    size_t bad;
    struct journal journal;
    enum journal_state found;
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)visit(file, "first", &heard, &bad);
    assert_int_equal(journal_open(&journal, file, true, hear, &heard, &found, &bad), STATUS_OK);
    off_t size = lseek(file, 0, SEEK_END);
    limit = (struct rlimit){.rlim_cur = (rlim_t)size + 7, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(journal_append(&journal, "second", 6, NULL), STATUS_OK);
    assert_int_equal(journal_write(&journal, true), STATUS_IO);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(lseek(file, 0, SEEK_END), size + 7);
    /* There is room again, and yet nothing goes behind half a line. */
    assert_int_equal(journal_append(&journal, "third", 5, NULL), STATUS_OK);
    assert_int_equal(journal_write(&journal, true), STATUS_IO);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(lseek(file, 0, SEEK_END), size + 7);
    journal_fini(&journal);
    assert_int_equal(visit(file, "fourth", &heard, &bad), JOURNAL_TORN);
    assert_string_equal(heard.text, "first;");
    assert_int_equal(visit(file, NULL, &heard, &bad), JOURNAL_WHOLE);
    assert_string_equal(heard.text, "first;fourth;");
    (void)close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_torn), cmocka_unit_test(test_damaged),
                                       cmocka_unit_test(test_foreign), cmocka_unit_test(test_full)};
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
