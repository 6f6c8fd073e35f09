/* test_property_limits.c: every limit that a table of properties names is crossed: one value beyond it, and the error that names the rule.
 * Prints "crosses: RULE" for each, which tests/golden/limits.sh reads. */
#include "model_fixture.h"

#include "notation/property_parse.h"

#include <string.h>

#define PATH_MOST 1024

struct walk {
    struct model_run run;
    const struct rule_book *rules;
    unsigned crossed;
};

/* A value of the property as a scenario writes it, in the property's unit (s, B and /s where it has none). */
static void spell(const struct property *property, double value, char *text, size_t size)
{
    if (property->kind == PROPERTY_LIST || property->kind == PROPERTY_STRINGS || property->kind == PROPERTY_MAP) {
        size_t length = (size_t)snprintf(text, size, property->kind == PROPERTY_MAP ? "{" : "[");
        for (int i = 0; i < (int)value && length + 16 < size; i++) {
            const char *comma = i > 0 ? "," : "";
            if (property->kind == PROPERTY_MAP)
                length += (size_t)snprintf(text + length, size - length, "%s'k%d':{}", comma, i);
            else
                length += (size_t)snprintf(text + length, size - length, property->kind == PROPERTY_LIST ? "%s{}" : "%s'x%d'", comma, i);
        }
        snprintf(text + length, size - length, property->kind == PROPERTY_MAP ? "}" : "]");
    } else if (property->kind == PROPERTY_TIME && !property->unit) {
        snprintf(text, size, "'%.17gs'", value);
    } else if (property->kind == PROPERTY_SIZE && !property->unit) {
        snprintf(text, size, "'%.17gB'", value);
    } else if (property->kind == PROPERTY_RATE) {
        snprintf(text, size, "'%.17g/s'", value);
    } else {
        snprintf(text, size, "%.17g", value);
    }
}

/* Reads a scenario with the value at the place that `before` and `after` make, and looks for the error about it. */
static void cross(struct walk *walk, const char *before, const char *after, const struct property *property, const char *rule,
                  double beyond)
{
    static char text[1u << 18], value[1u << 17];
    spell(property, beyond, value, sizeof value);
    snprintf(text, sizeof text, "%s'%s': %s%s", before, property->name, value, after);
    if (model_load(&walk->run, text) != STATUS_INVALID)
        fail_msg("beyond %s, and nothing is said of it: %.300s", rule, text);
    for (size_t i = 0; i < walk->run.diagnostics.count; i++) {
        const struct diagnostic *told = &walk->run.diagnostics.list[i];
        const char *named = strstr(told->hint, rule);
        if (named && strncmp(told->hint, "rule", 4) == 0 && strncmp(told->message, "must be ", 8) == 0 &&
            strstr(told->path, property->name)) {
            printf("crosses: %s\n", rule);
            walk->crossed++;
            return;
        }
    }
    diagnostics_print(&walk->run.diagnostics, stderr, false);
    fail_msg("nothing says that %s is a limit of: %.300s", rule, text);
}

static void cross_limits(struct walk *walk, const char *before, const char *after, const struct property *property)
{
    double low = 0, high = 0, step = 1, more = 0;
    if (property->step && property_limit(walk->rules, property, property->step, &more) && more > step)
        step = more;
    const char *most = property->maximum, *least = property->minimum;
    if (most && rule_find(walk->rules, most)) {
        assert_true(property_limit(walk->rules, property, most, &high));
        cross(walk, before, after, property, most, high + step);
    }
    if (least && rule_find(walk->rules, least)) {
        assert_true(property_limit(walk->rules, property, least, &low));
        cross(walk, before, after, property, least, low - step);
    }
}

/* The table's rows, and those of what is within; `before` and `after` are the scenario around them. */
static void walk_table(struct walk *walk, const char *before, const char *after, const struct property *table, unsigned depth)
{
    assert_true(depth < 8);
    for (const struct property *row = table; row->name || row->kind; row++) {
        char inner_before[PATH_MOST], inner_after[PATH_MOST];
        if (row->kind == PROPERTY_DEFAULTS || row->kind == PROPERTY_LATER)
            continue;
        if (row->kind == PROPERTY_TABLE) {
            walk_table(walk, before, after, row->properties, depth + 1);
            continue;
        }
        if (!row->name)
            continue;
        cross_limits(walk, before, after, row);
        if (!row->properties)
            continue;
        const char *open = row->kind == PROPERTY_LIST ? "[{" : row->kind == PROPERTY_MAP ? "{'k': {" : "{";
        const char *close = row->kind == PROPERTY_LIST ? "}]" : row->kind == PROPERTY_MAP ? "}}" : "}";
        assert_true(snprintf(inner_before, sizeof inner_before, "%s'%s': %s", before, row->name, open) < PATH_MOST);
        assert_true(snprintf(inner_after, sizeof inner_after, "%s%s", close, after) < PATH_MOST);
        walk_table(walk, inner_before, inner_after, row->properties, depth + 1);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct walk walk = {0};
    struct rule_book *rules = model_rules("current");
    walk.rules = rules;
    model_open(&walk.run);
    for (const struct model_type *const *at = model_registry.resources; *at; at++) {
        const struct model_type *type = *at;
        char before[PATH_MOST];
        snprintf(before, sizeof before, "{'duration': '1m', 'Resources': {'X': {'Type': '%s', 'Properties': {",
                 strcmp(type->type, "Custom::*") == 0 ? "Custom::Thing" : type->type);
        if (type->properties)
            walk_table(&walk, before, "}}}}", type->properties, 0);
        snprintf(before, sizeof before, "{'duration': '1m', 'Resources': {'X': {'Type': '%s'}}, 'behavior': {'X': {",
                 strcmp(type->type, "Custom::*") == 0 ? "Custom::Thing" : type->type);
        if (type->behavior)
            walk_table(&walk, before, "}}}", type->behavior, 0);
    }
    walk_table(&walk, "{'duration': '1m', 'account': {", "}}", model_registry.account->properties, 0);
    walk_table(&walk, "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}}, 'traffic': [{'name': 's', 'target': 'F', ",
               "}]}", model_registry.source->properties, 0);
    assert_true(walk.crossed > 60);
    model_close(&walk.run);
    rule_book_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
