/* property_limit.c: the limits of properties, and what rules say of them. Limits are rules by name, since they differ by book. */
#include "document/units.h"
#include "engine/sim_time.h"
#include "notation/distribution_parse.h"
#include "notation/property_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum quantity property_quantity(const struct property *property)
{
    switch (property->kind) {
    case PROPERTY_TIME:
    case PROPERTY_TIME_DISTRIBUTION:
    case PROPERTY_LIFETIME:
        return QUANTITY_TIME;
    case PROPERTY_SIZE:
    case PROPERTY_SIZE_DISTRIBUTION:
        return QUANTITY_SIZE;
    case PROPERTY_RATE:
        return QUANTITY_RATE;
    case PROPERTY_PROBABILITY:
        return QUANTITY_PROBABILITY;
    default:
        return QUANTITY_NUMBER;
    }
}

/* The unit that limits are in where the property has none of its own. */
static const char *own_unit(const struct property *property)
{
    enum quantity quantity = property_quantity(property);
    return property->unit ? property->unit : quantity == QUANTITY_TIME ? "s" : quantity == QUANTITY_SIZE ? "B" : "/s";
}

double property_scale(const struct property *property)
{
    double scale = 1;
    return quantity_scale(property_quantity(property), 1, own_unit(property), &scale) ? scale : 1;
}

/* A rule's number in base units. Where a whole number counts in a unit of its own ("MB"), the rule's is turned into that. */
static bool rule_base(const struct property *property, const struct rule *rule, double *base)
{
    enum quantity quantity = property_quantity(property);
    const char *unit = rule->unit && rule->unit[0] != '\0' ? rule->unit : NULL;
    double from = 1, into = 1;
    if (isnan(rule->number))
        return false;
    if (quantity == QUANTITY_TIME || quantity == QUANTITY_SIZE || quantity == QUANTITY_RATE) {
        if ((unit && quantity_scale(quantity, rule->number, unit, base)) ||
            quantity_scale(quantity, rule->number, own_unit(property), base))
            return true;
        return false;
    }
    *base = rule->number;
    if (quantity == QUANTITY_PROBABILITY && unit && strcmp(unit, "%") == 0)
        *base /= 100;
    if (quantity != QUANTITY_NUMBER || !unit || !property->unit || strcmp(unit, property->unit) == 0)
        return true;
    static const enum quantity both[] = {QUANTITY_TIME, QUANTITY_SIZE};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++)
        if (quantity_scale(both[i], 1, unit, &from) && quantity_scale(both[i], 1, property->unit, &into))
            *base = rule->number * from / into;
    return true;
}

/* A limit in base units. */
static bool limit_base(const struct rule_book *rules, const struct property *property, const char *text, double *base)
{
    const struct rule *rule = text && rules ? rule_find(rules, text) : NULL;
    double number = 0;
    if (!text)
        return false;
    if (rule)
        return rule_base(property, rule, base);
    if (units_parse_number(text, &number))
        return quantity_scale(property_quantity(property), number, own_unit(property), base);
    return quantity_read(property_quantity(property), text, base);
}

bool property_limit(const struct rule_book *rules, const struct property *property, const char *text, double *value)
{
    if (!limit_base(rules, property, text, value))
        return false;
    *value /= property_scale(property);
    return true;
}

bool property_default_is_none(const struct rule_book *rules, const struct property *property)
{
    double value = 0, limit = 0;
    if ((property->kind != PROPERTY_INTEGER && property->kind != PROPERTY_NUMBER) ||
        !property_limit(rules, property, property->fallback, &value))
        return false;
    return (property_limit(rules, property, property->minimum, &limit) && value < limit) ||
           (property_limit(rules, property, property->maximum, &limit) && value > limit);
}

/* A value in base units as a person would write it there. */
static const char *format_base(const struct property *property, double base, char *buffer)
{
    enum quantity quantity = property_quantity(property);
    if (quantity == QUANTITY_TIME && !property->unit)
        return units_format_time(base, buffer, PARSE_SHOWN);
    if (quantity == QUANTITY_RATE)
        snprintf(buffer, PARSE_SHOWN, "%.15g/s", base);
    else if (quantity == QUANTITY_SIZE && !property->unit)
        snprintf(buffer, PARSE_SHOWN, "%.15g B", base);
    else
        snprintf(buffer, PARSE_SHOWN, "%.15g", base / property_scale(property));
    return buffer;
}

/* Which rules the limits are. */
static const char *name_rules(const struct parse *parse, const struct property *property, char *hint)
{
    const char *rules[2];
    size_t count = 0;
    if (parse->rules && property->minimum && rule_find(parse->rules, property->minimum))
        rules[count++] = property->minimum;
    if (parse->rules && property->maximum && rule_find(parse->rules, property->maximum))
        rules[count++] = property->maximum;
    if (count == 0)
        return NULL;
    snprintf(hint, PARSE_HINT, "rule%s %s%s%s of book \"%s\"", count == 2 ? "s" : "", rules[0], count == 2 ? " and " : "",
             count == 2 ? rules[1] : "", parse->rules->name ? parse->rules->name : "");
    return hint;
}

static void report_range(struct parse *parse, const struct property *property, bool has_low, double low, bool has_high, double high,
                         double base, const cJSON *node, const struct parse_path *path)
{
    char low_text[PARSE_SHOWN], high_text[PARSE_SHOWN], got[PARSE_SHOWN], hint[PARSE_HINT];
    const char *space = property->unit ? " " : "", *unit = property->unit ? property->unit : "";
    const char *rules = name_rules(parse, property, hint);
    format_base(property, base, got);
    if (has_low)
        format_base(property, low, low_text);
    if (has_high)
        format_base(property, high, high_text);
    if (has_low && has_high)
        parse_error(parse, node, path, rules, "must be between %s and %s%s%s, got %s", low_text, high_text, space, unit, got);
    else if (has_low)
        parse_error(parse, node, path, rules, "must be at least %s%s%s, got %s", low_text, space, unit, got);
    else
        parse_error(parse, node, path, rules, "must be at most %s%s%s, got %s", high_text, space, unit, got);
}

bool property_within(struct parse *parse, const struct property *property, double base, const cJSON *node, const struct parse_path *path)
{
    double low = 0, high = 0, step = 0;
    bool has_low = limit_base(parse->rules, property, property->minimum, &low);
    bool has_high = limit_base(parse->rules, property, property->maximum, &high);
    if ((has_low && base < low) || (has_high && base > high)) {
        report_range(parse, property, has_low, low, has_high, high, base, node, path);
        return false;
    }
    if (!limit_base(parse->rules, property, property->step, &step) || !(step > 0) || fmod(base, step) == 0)
        return true;
    char step_text[PARSE_SHOWN], got[PARSE_SHOWN];
    parse_error(parse, node, path, NULL, "must be a multiple of %s%s%s, got %s", format_base(property, step, step_text),
                property->unit ? " " : "", property->unit ? property->unit : "", format_base(property, base, got));
    return false;
}

/* The rule as a distribution: its own, or a constant. */
static const struct distribution *rule_distribution(struct parse *parse, const struct property *property, const struct rule *rule)
{
    double base = 0;
    if (rule->distribution)
        return rule->distribution;
    if (!rule_base(property, rule, &base))
        return NULL;
    struct distribution *made = distribution_new(DISTRIBUTION_CONSTANT, base, 0);
    parse->failed = parse->failed || !made;
    return distribution_hand_over(parse, made);
}

static bool rule_choice(const struct property *property, const struct rule *rule, void *blob)
{
    for (int i = 0; rule->text && property->choices && property->choices[i]; i++)
        if (strcmp(property->choices[i], rule->text) == 0) {
            memcpy((char *)blob + property->offset, &i, sizeof i);
            return true;
        }
    return false;
}

static bool rule_lifetime(struct parse *parse, const struct property *property, const struct rule *rule, void *blob)
{
    struct lifetime lifetime = {.kind = LIFETIME_DRAWN};
    if (rule->text && strcmp(rule->text, "forever") == 0)
        lifetime.kind = LIFETIME_FOREVER;
    else
        lifetime.drawn = rule_distribution(parse, property, rule);
    if (lifetime.kind == LIFETIME_DRAWN && !lifetime.drawn)
        return false;
    memcpy((char *)blob + property->offset, &lifetime, sizeof lifetime);
    return true;
}

bool property_of_rule(struct parse *parse, const struct property *property, const struct rule *rule, void *blob)
{
    double base = 0;
    const struct distribution *drawn = NULL;
    switch (property->kind) {
    case PROPERTY_INTEGER:
    case PROPERTY_NUMBER:
    case PROPERTY_TIME:
    case PROPERTY_SIZE:
    case PROPERTY_RATE:
    case PROPERTY_PROBABILITY:
        if (!rule_base(property, rule, &base))
            return false;
        property_store(property, base, blob);
        return true;
    case PROPERTY_BOOLEAN:
        *((bool *)((char *)blob + property->offset)) = rule->number != 0;
        return !isnan(rule->number);
    case PROPERTY_STRING:
        property_set_pointer(&(struct property){.offset = property->offset}, rule->text, blob);
        return rule->text != NULL;
    case PROPERTY_ENUM:
    case PROPERTY_ENUM_LIST:
        return rule_choice(property, rule, blob);
    case PROPERTY_TIME_DISTRIBUTION:
    case PROPERTY_SIZE_DISTRIBUTION:
    case PROPERTY_COUNT_DISTRIBUTION:
        drawn = rule_distribution(parse, property, rule);
        property_set_pointer(&(struct property){.offset = property->offset}, drawn, blob);
        return drawn != NULL;
    case PROPERTY_LIFETIME:
        return rule_lifetime(parse, property, rule, blob);
    default:
        return false;
    }
}
