/* test_api_match.c: which route takes a request, and which method a setting means. */
#include "front_doors/api_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct api_route rest[] = {
    {.method = "GET", .path = "/"},
    {.method = "GET", .path = "/items"},
    {.method = "ANY", .path = "/items"},
    {.method = "GET", .path = "/items/{id}"},
    {.method = "GET", .path = "/items/new"},
    {.method = "ANY", .path = "/files/{proxy+}"},
    {.method = "DELETE", .path = "/files/{name}"},
};

static const struct api_route http[] = {
    {.method = "ANY", .path = NULL},
    {.method = "GET", .path = "/items/{id}"},
    {.method = "ANY", .path = "/items/{proxy+}"},
    {.method = "POST", .path = "/items/new"},
};

static size_t match(enum api_kind kind, const struct api_route *list, size_t count, const char *request)
{
    const struct api_route *routes[16];
    for (size_t i = 0; i < count; i++)
        routes[i] = &list[i];
    return api_match(kind, routes, count, request);
}

static const struct {
    enum api_kind kind;
    const char *request;
    size_t route; /* 7 of REST: none */
} cases[] = {
    {API_REST, "GET /", 0},
    {API_REST, "POST /", 7},
    {API_REST, "GET /items", 1},
    {API_REST, "GET /items/", 1},
    {API_REST, "GET /items?page=2", 1},
    {API_REST, "PUT /items", 2},
    {API_REST, "GET /items/7", 3},
    {API_REST, "GET /items/7?full=/yes/no", 3},
    {API_REST, "GET /items/new", 4},
    {API_REST, "DELETE /items/new", 7}, /* the more specific resource has the path, and no such method */
    {API_REST, "DELETE /items/7", 7},
    {API_REST, "GET /items/7/8", 7},
    {API_REST, "GET /files", 7},
    {API_REST, "GET /files/a/b/c", 5},
    {API_REST, "DELETE /files/a", 6},
    {API_REST, "GET /files/a", 7},
    {API_REST, "GETS /items", 2},
    {API_REST, NULL, 7},
    {API_HTTP, "GET /items/7", 1},
    {API_HTTP, "PUT /items/7", 2}, /* method and path together: the greedy one has both */
    {API_HTTP, "GET /items/new", 1},
    {API_HTTP, "POST /items/new", 3},
    {API_HTTP, "GET /other", 0},
    {API_HTTP, NULL, 0},
};

static void test_routes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t found = cases[i].kind == API_REST ? match(API_REST, rest, sizeof rest / sizeof *rest, cases[i].request)
                                                       : match(API_HTTP, http, sizeof http / sizeof *http, cases[i].request);
        if (found != cases[i].route)
            fail_msg("%s: route %zu, expected %zu", cases[i].request ? cases[i].request : "nothing", found, cases[i].route);
    }
    assert_int_equal(match(API_REST, rest, 1, NULL), 0); /* the only one */
    assert_int_equal(match(API_REST, rest, 0, "GET /"), 0);
    assert_int_equal(match(API_REST, rest, 0, NULL), 0);
}

static const struct {
    const char *setting, *path;
    bool meant;
} settings[] = {
    {"/*", "/items", true},
    {"/*", NULL, true},
    {"/items", "/items", true},
    {"/~1items", "/items", true},
    {"~1items", "/items", true},
    {"/~1items~1{id}", "/items/{id}", true},
    {"/items/{id}", "/items/{id}", true},
    {"/items", "/items/{id}", false},
    {"/items/{id}", "/items", false},
    {"/item", "/items", false},
    {"/", "/", true},
    {"/", "/items", false},
    {"/~1", "/", true},
    {"", "/", false},
    {"/items", NULL, false},
};

static void test_settings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (api_path_is(settings[i].setting, settings[i].path) != settings[i].meant)
            fail_msg("\"%s\" of %s", settings[i].setting, settings[i].path ? settings[i].path : "$default");
    assert_true(api_method_is("*", "GET") && api_method_is("ANY", "GET") && api_method_is("GET", "GET"));
    assert_false(api_method_is("GET", "POST"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_routes), cmocka_unit_test(test_settings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
