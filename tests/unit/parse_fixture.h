/* parse_fixture.h: what the tests of the property layer share: a parse of a JSON text, and scenarios in temporary folders. */
#ifndef SLSIM_TESTS_PARSE_FIXTURE_H
#define SLSIM_TESTS_PARSE_FIXTURE_H

#include "diagnosed.h"
#include "document/json.h"
#include "notation/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct places *places;
    struct diagnostics diagnostics;
    struct scenario_store *store;
    struct parse parse;
    cJSON *tree;
};

static inline void fixture_init(struct fixture *fixture, const char *text)
{
    *fixture = (struct fixture){0};
    assert_int_equal(places_new(&fixture->places), STATUS_OK);
    fixture->store = store_new();
    assert_non_null(fixture->store);
    if (json_parse(text, strlen(text), "in.json", fixture->places, &fixture->diagnostics, &fixture->tree) != STATUS_OK)
        diagnostics_print(&fixture->diagnostics, stderr, false);
    assert_non_null(fixture->tree);
    fixture->parse =
        (struct parse){.places = fixture->places, .diagnostics = &fixture->diagnostics, .folder = ".", .store = fixture->store};
}

static inline void fixture_fini(struct fixture *fixture)
{
    cJSON_Delete(fixture->tree);
    store_free(fixture->store);
    places_free(fixture->places);
    diagnostics_fini(&fixture->diagnostics);
}

/* A file in `folder`. */
static inline void write_file(const char *folder, const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static inline void remove_file(const char *folder, const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

#endif
