/* test_result_folder.c: a result folder is whole or not there; nothing that is not ours is ever touched. */
#include "diagnosed.h"
#include "output/result_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define OURS "{\n\t\"program\":\t\"slsim\",\n\t\"version\": \"0\"}\n"

/* Each test works in a folder of its own, and paths are relative to it. */
struct workplace {
    char root[32];
    int before; /* the working folder that was */
};

static int set_up(void **state)
{
    static struct workplace place;
    (void)strcpy(place.root, "/tmp/slsim-test-XXXXXX");
    place.before = open(".", O_RDONLY | O_DIRECTORY);
    *state = &place;
    return place.before >= 0 && mkdtemp(place.root) && chdir(place.root) == 0 ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about, (void)type, (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct workplace *place = *state;
    int back = fchdir(place->before);
    (void)close(place->before);
    return back == 0 ? nftw(place->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS) : -1;
}

static void put(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *path, const char *expected)
{
    char content[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    (void)fclose(file);
    assert_string_equal(content, expected);
}

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

/* Entries, hidden ones too: a temporary folder that was left would count. */
static int entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    return count - 2;
}

static enum status begin(struct result_folder *folder, const char *path)
{
    struct diagnostics diagnostics = {0};
    enum status status = result_folder_begin(folder, path, &diagnostics);
    assert_int_equal(diagnostics.error_count, status == STATUS_OK ? 0 : 1);
    diagnostics_fini(&diagnostics);
    return status;
}

static void fill(const struct result_folder *folder, const char *content)
{
    static const char *const names[] = {"manifest.json", "summary.csv"};
    for (size_t i = 0; i < 2; i++) {
        FILE *file = result_folder_create(folder, names[i]);
        assert_non_null(file);
        assert_true(fputs(i == 0 ? OURS : content, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
}

static void write_result(const char *path, const char *content)
{
    struct result_folder folder;
    struct diagnostics diagnostics = {0};
    assert_int_equal(begin(&folder, path), STATUS_OK);
    fill(&folder, content);
    assert_int_equal(result_folder_commit(&folder, &diagnostics), STATUS_OK);
    assert_int_equal(diagnostics.count, 0);
    diagnostics_fini(&diagnostics);
}

static void test_new(void **state)
{
    (void)state;
    struct result_folder folder;
    struct diagnostics diagnostics = {0};
    assert_int_equal(begin(&folder, "a/b/first/"), STATUS_OK);
    assert_false(exists("a/b/first"));
    fill(&folder, "one");
    assert_null(result_folder_create(&folder, "summary.csv"));
    assert_int_equal(result_folder_commit(&folder, &diagnostics), STATUS_OK);
    result_folder_fini(&folder);
    assert_content("a/b/first/summary.csv", "one");
    assert_int_equal(entries("a/b"), 1);
}

static void test_replaced_whole(void **state)
{
    (void)state;
    write_result("r", "one");
    assert_int_equal(mkdir("r/plots", 0777), 0);
    put("r/plots/old.svg", "old");
    put("precious", "kept");
    assert_int_equal(symlink("../..", "r/plots/up"), 0);
    write_result("r", "two");
    assert_content("r/summary.csv", "two");
    assert_int_equal(entries("r"), 2);
    assert_content("precious", "kept");
    assert_int_equal(entries("."), 2);
}

static void test_given_up(void **state)
{
    (void)state;
    struct result_folder folder;
    write_result("r", "one");
    assert_int_equal(begin(&folder, "r"), STATUS_OK);
    fill(&folder, "two");
    result_folder_fini(&folder);
    assert_content("r/summary.csv", "one");
    assert_int_equal(entries("."), 1);
}

static void refused(const char *name)
{
    struct result_folder folder;
    int before = entries(".");
    assert_int_equal(begin(&folder, name), STATUS_IO);
    assert_int_equal(entries("."), before);
}

static void test_foreign(void **state)
{
    (void)state;
    assert_int_equal(mkdir("empty", 0777), 0);
    refused("empty");
    assert_int_equal(mkdir("other", 0777), 0);
    put("other/manifest.json", "{\"program\": \"other\"}");
    refused("other");
    assert_content("other/manifest.json", "{\"program\": \"other\"}");
    put("file", "text");
    refused("file");
    assert_content("file", "text");
    refused("file/below");
    refused("..");
    refused(".");
    refused("");
    assert_int_equal(entries("empty"), 0);
}

/* A link is no folder, whatever it points at; nor does a linked or a special manifest make a folder ours. */
static void test_links(void **state)
{
    (void)state;
    write_result("real", "one");
    assert_int_equal(symlink("real", "link"), 0);
    refused("link");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    refused("dangling");
    assert_int_equal(mkdir("linked", 0777), 0);
    assert_int_equal(symlink("../real/manifest.json", "linked/manifest.json"), 0);
    refused("linked");
    assert_int_equal(mkdir("pipe", 0777), 0);
    assert_int_equal(mkfifo("pipe/manifest.json", 0666), 0);
    refused("pipe");
    assert_content("real/summary.csv", "one");
}

/* What appears under the name while the run goes on is left alone too. */
static void test_taken_meanwhile(void **state)
{
    (void)state;
    struct result_folder folder;
    struct diagnostics diagnostics = {0};
    assert_int_equal(begin(&folder, "r"), STATUS_OK);
    fill(&folder, "one");
    assert_int_equal(mkdir("r", 0777), 0);
    assert_int_equal(result_folder_commit(&folder, &diagnostics), STATUS_IO);
    assert_true(diagnosed(&diagnostics, 0, 0, "no result folder"));
    diagnostics_fini(&diagnostics);
    assert_int_equal(entries("r"), 0);
    assert_int_equal(entries("."), 1);
}

static void test_partial(void **state)
{
    (void)state;
    struct result_folder folder;
    struct diagnostics diagnostics = {0};
    write_result("r", "whole");
    for (int i = 0; i < 2; i++) { /* the second replaces the first */
        assert_int_equal(begin(&folder, "r"), STATUS_OK);
        fill(&folder, i == 0 ? "part" : "more");
        assert_int_equal(result_folder_commit_partial(&folder, &diagnostics), STATUS_OK);
    }
    assert_int_equal(diagnostics.count, 0);
    assert_content("r/summary.csv", "whole");
    assert_content("r.partial/summary.csv", "more");
    assert_int_equal(entries("."), 2);
}

static void test_side_by_side(void **state)
{
    (void)state;
    struct result_folder one, two;
    struct diagnostics diagnostics = {0};
    assert_int_equal(begin(&one, "r"), STATUS_OK);
    assert_int_equal(begin(&two, "r"), STATUS_OK);
    fill(&one, "one");
    fill(&two, "two");
    assert_int_equal(result_folder_commit(&one, &diagnostics), STATUS_OK);
    assert_int_equal(result_folder_commit(&two, &diagnostics), STATUS_OK);
    assert_content("r/summary.csv", "two");
    assert_int_equal(entries("."), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new),   TEST(test_replaced_whole),  TEST(test_given_up), TEST(test_foreign),
        TEST(test_links), TEST(test_taken_meanwhile), TEST(test_partial),  TEST(test_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
