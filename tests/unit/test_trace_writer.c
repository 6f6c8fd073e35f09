/* test_trace_writer.c: a trace file is whole and valid, whatever the names and however many there are. */
#include "diagnosed.h"
#include "engine/sim_time.h"
#include "output/trace_writer.h"
#include "scratch_folder.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1u << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1u << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static void tell(const struct trace_writer *writer, const char *resource, const char *name, uint64_t id, uint64_t parent, int64_t begin_ns)
{
    const struct tracer *tracer = trace_writer_tracer(writer);
    const struct trace_place links[] = {{.span = 77, .resource = resource, .lane = 9}};
    const struct trace_span span = {.at = {.span = id, .resource = resource, .lane = 1, .lane_kind = id == 2 ? "environment" : NULL},
                                    .parent = {.span = parent, .resource = "users", .lane = 1},
                                    .links = links,
                                    .link_count = id == 2,
                                    .item = 17,
                                    .source = name,
                                    .attempt = 1,
                                    .begin_ns = begin_ns,
                                    .end_ns = begin_ns + 1500,
                                    .name = name,
                                    .outcome = "succeeded",
                                    .detail = name};
    tracer->span(tracer->context, &span);
}

static const cJSON *event(const cJSON *tree, const char *phase, int k)
{
    const cJSON *at;
    cJSON_ArrayForEach(at, cJSON_GetObjectItem(tree, "traceEvents")) if (strcmp(cJSON_GetObjectItem(at, "ph")->valuestring, phase) == 0 &&
                                                                         k-- == 0) return at;
    fail_msg("no event %s", phase);
    return NULL;
}

static double number(const cJSON *object, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItem(object, key));
}

static void test_events(void **state)
{
    (void)state;
    static const char *const names[] = {"\"},{\"ph\":\"X\"", "</script><script>", "\x1b[2J\xff\xfe", "a\\u0000\n\t\\", ""};
    struct scratch_folder folder;
    scratch_init(&folder);
    const char *path = scratch_path(&folder, "t.json");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct trace_writer *writer;
        struct diagnostics diagnostics = {0};
        const struct trace_choice all = {0};
        assert_int_equal(trace_writer_new(path, &all, &diagnostics, &writer), STATUS_OK);
        tell(writer, "users", names[i], 1, 0, 1000);
        tell(writer, names[i], names[i], 2, 1, 2001);
        assert_int_equal(trace_writer_finish(writer, &diagnostics), STATUS_OK);
        trace_writer_free(writer);
        char *text = read_all(path);
        assert_null(strchr(text, 0x1b));
        cJSON *tree = cJSON_Parse(text);
        assert_non_null(tree);
        const cJSON *root = event(tree, "X", 0), *child = event(tree, "X", 1), *from = event(tree, "s", 0), *to = event(tree, "f", 0);
        assert_true(number(child, "ts") == 2.001 && number(child, "dur") == 1.5);
        assert_int_equal(number(cJSON_GetObjectItem(child, "args"), "parent"), 1);
        assert_int_equal(number(from, "pid"), number(root, "pid"));
        assert_int_equal(number(to, "pid"), number(child, "pid"));
        assert_int_equal(number(to, "tid"), number(child, "tid"));
        assert_int_equal(number(from, "id"), number(to, "id"));
        (void)event(tree, "s", 1); /* of the batch */
        cJSON_Delete(tree);
        free(text);
        diagnostics_fini(&diagnostics);
    }
    scratch_fini(&folder);
}

/* No trace begins beyond the limit, and a note says from when on. */
static void test_limit(void **state)
{
    (void)state;
    struct scratch_folder folder;
    struct diagnostics diagnostics = {0};
    struct trace_writer *writer;
    const struct trace_choice three = {.most = 3};
    scratch_init(&folder);
    assert_int_equal(trace_writer_new(scratch_path(&folder, "t.csv"), &three, &diagnostics, &writer), STATUS_OK);
    const struct tracer *tracer = trace_writer_tracer(writer);
    const struct trace_place nowhere = {0};
    unsigned taken = 0;
    for (uint64_t i = 0; i < 10; i++) {
        const struct trace_root root = {.time_ns = (int64_t)i * NS_PER_S, .item = i, .source = "users"};
        const struct trace_step step = {
            .item = i, .source = "users", .resource = "F", .attempt = 1, .step = "sent", .detail = "", .within = &nowhere};
        if (!tracer->root(tracer->context, &root))
            continue;
        taken++;
        tracer->step(tracer->context, &step);
    }
    assert_int_equal(taken, 3);
    assert_int_equal(trace_writer_finish(writer, &diagnostics), STATUS_OK);
    assert_int_equal(diagnostics.count, 1);
    assert_non_null(strstr(diagnostics.list[0].message, "3 traces that began before 3 s, and not the 7"));
    trace_writer_free(writer);
    diagnostics_fini(&diagnostics);
    scratch_fini(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_events), cmocka_unit_test(test_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
