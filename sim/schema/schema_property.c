/* schema_property.c: from property tables to JSON Schema. */
#include "notation/property_parse.h"
#include "notation/retry_parse.h"
#include "schema/json_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void json_write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(out, "\\u%04x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

void json_write_template(FILE *out, const char *template, const char *with)
{
    for (const char *c = template; *c; c++) {
        if (*c == '@')
            fputs(with, out);
        else
            fputc(*c == '\'' ? '"' : *c, out);
    }
}

static void write_ref(FILE *out, const char *name)
{
    fprintf(out, "\"$ref\":\"#/$defs/%s\"", name);
}

static void write_choices(FILE *out, const struct property *property)
{
    fputc('[', out);
    for (size_t i = 0; property->choices && property->choices[i]; i++) {
        fputs(i == 0 ? "" : ",", out);
        json_write_string(out, property->choices[i]);
    }
    fputc(']', out);
}

/* Limits hold for bare numbers only, so they are given where a bare number has a meaning. */
static void write_limits(FILE *out, const struct property *property, const struct rule_book *rules)
{
    double value = 0;
    bool bare = property->unit || property->kind == PROPERTY_INTEGER || property->kind == PROPERTY_NUMBER;
    if (bare && property_limit(rules, property, property->minimum, &value))
        fprintf(out, ",\"minimum\":%.15g", value);
    if (bare && property_limit(rules, property, property->maximum, &value))
        fprintf(out, ",\"maximum\":%.15g", value);
    if (bare && property_limit(rules, property, property->step, &value) && value > 0)
        fprintf(out, ",\"multipleOf\":%.15g", value);
}

/* How many elements a list may have. Those that are nothing do not count, so only the most can be said. */
static void write_length(FILE *out, const struct property *property, const struct rule_book *rules)
{
    double value = 0;
    if (property_limit(rules, property, property->minimum, &value) && value > 0)
        fprintf(out, ",\"minItems\":%.15g", value);
}

/* A value with a unit, or a distribution: by reference, with a bare number beside it where the property has a unit. */
static void write_quantity(FILE *out, const struct property *property, const char *name, const struct rule_book *rules)
{
    if (!property->unit) {
        write_ref(out, name);
        return;
    }
    fputs("\"anyOf\":[{\"type\":\"number\"", out);
    write_limits(out, property, rules);
    fputs("},{\"type\":\"string\",\"pattern\":\"^[0-9.]+$\"},{", out);
    write_ref(out, name);
    fputs("}]", out);
}

static void write_enum(FILE *out, const struct property *property, const struct rule_book *rules)
{
    bool object = property->kind == PROPERTY_ENUM && property->properties;
    bool list = property->kind != PROPERTY_ENUM;
    if (object || list)
        fputs("\"anyOf\":[{", out);
    fputs("\"enum\":", out);
    write_choices(out, property);
    if (object) {
        fputs("},", out);
        json_write_table(out, property->properties, rules);
    } else if (list) {
        fputs("},{\"type\":\"array\",\"items\":{\"enum\":", out);
        write_choices(out, property);
        fprintf(out, "}%s}", property->kind == PROPERTY_ENUM_LIST ? ",\"minItems\":1,\"maxItems\":1" : "");
    }
    fputs(object || list ? "]" : "", out);
}

/* The default, as JSON; nothing where it is a distribution of the rules. */
static void write_default(FILE *out, const struct property *property, const struct rule_book *rules)
{
    const struct rule *rule = property->fallback && rules ? rule_find(rules, property->fallback) : NULL;
    double value = 0;
    if (!property->fallback || property_default_is_none(rules, property))
        return;
    if (!rule) {
        fprintf(out, ",\"default\":%s", property->fallback);
    } else if (rule->text) {
        fputs(",\"default\":", out);
        json_write_string(out, rule->text);
    } else if (property->kind == PROPERTY_BOOLEAN) {
        fprintf(out, ",\"default\":%s", rule->number != 0 ? "true" : "false");
    } else if (property->unit || property->kind == PROPERTY_INTEGER || property->kind == PROPERTY_NUMBER) {
        if (property_limit(rules, property, property->fallback, &value))
            fprintf(out, ",\"default\":%.15g", value);
    }
}

static void write_kind(FILE *out, const struct property *property, const struct rule_book *rules)
{
    switch (property->kind) {
    case PROPERTY_INTEGER:
    case PROPERTY_NUMBER:
        fprintf(out, "\"type\":[\"%s\",\"string\"],\"pattern\":\"^-?[0-9.]+$\"", property->kind == PROPERTY_INTEGER ? "integer" : "number");
        write_limits(out, property, rules);
        break;
    case PROPERTY_BOOLEAN:
        fputs("\"enum\":[true,false,\"true\",\"false\"]", out);
        break;
    case PROPERTY_STRING:
        write_ref(out, "text");
        break;
    case PROPERTY_ENUM:
    case PROPERTY_ENUM_LIST:
    case PROPERTY_FLAGS:
        write_enum(out, property, rules);
        break;
    case PROPERTY_RETRY:
        write_enum(out, &retry_spelling, rules);
        break;
    case PROPERTY_TIME:
        write_quantity(out, property, "time", rules);
        break;
    case PROPERTY_SIZE:
        write_quantity(out, property, "size", rules);
        break;
    case PROPERTY_RATE:
        write_quantity(out, property, "rate", rules);
        break;
    case PROPERTY_PROBABILITY:
        write_ref(out, "probability");
        break;
    case PROPERTY_TIME_DISTRIBUTION:
        write_quantity(out, property, "time_distribution", rules);
        break;
    case PROPERTY_SIZE_DISTRIBUTION:
        write_quantity(out, property, "size_distribution", rules);
        break;
    case PROPERTY_COUNT_DISTRIBUTION:
        write_ref(out, "count_distribution");
        break;
    case PROPERTY_LIFETIME:
        write_ref(out, "lifetime");
        break;
    case PROPERTY_STEPS:
        write_ref(out, "steps");
        break;
    case PROPERTY_ARRIVAL:
        fprintf(out, "\"$ref\":\"#/$defs/arrival_%s\"", property->unit ? property->unit : property->name);
        break;
    case PROPERTY_REFERENCE:
        write_ref(out, "reference");
        break;
    case PROPERTY_LIST:
        if (property->lone) {
            fputs("\"if\":{\"type\":\"array\"},\"else\":", out);
            json_write_table(out, property->properties, rules);
            fputs(",\"then\":{", out);
        }
        fputs("\"type\":\"array\",\"items\":{\"if\":" JSON_NOT_NULL ",\"then\":", out);
        json_write_table(out, property->properties, rules);
        fputs("}", out);
        write_length(out, property, rules);
        fputs(property->lone ? "}" : "", out);
        break;
    case PROPERTY_MAP:
        fputs("\"type\":\"object\",\"additionalProperties\":{\"if\":" JSON_NOT_NULL ",\"then\":", out);
        json_write_table(out, property->properties, rules);
        fputs("}", out);
        break;
    case PROPERTY_STRINGS:
        json_write_template(out, "'anyOf':[{'$ref':'#/$defs/text'},{'type':'array','items':{'$ref':'#/$defs/text'}", "");
        write_length(out, property, rules);
        fputs("}]", out);
        break;
    case PROPERTY_KEY:
        write_ref(out, "key");
        break;
    case PROPERTY_PATTERN:
        write_ref(out, "pattern");
        break;
    case PROPERTY_WORKFLOW:
        write_ref(out, property->outside ? "text" : "workflow");
        break;
    case PROPERTY_CONTENT:
        if (strcmp(property->name, "event") != 0) /* which is any value */
            write_ref(out, strcmp(property->name, "op") == 0 ? "operation" : property->name);
        break;
    default:
        break;
    }
}

void json_write_property(FILE *out, const struct property *property, const struct rule_book *rules)
{
    if (property->kind == PROPERTY_OBJECT) {
        json_write_table(out, property->properties, rules);
        return;
    }
    fputs("{\"description\":", out);
    json_write_string(out, property->help                        ? property->help
                           : property->kind == PROPERTY_ACCEPTED ? "Accepted; has no effect on the simulation."
                                                                 : "");
    char *kind = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&kind, &size);
    if (memory) {
        write_kind(memory, property, rules);
        fclose(memory);
        if (size > 0)
            fprintf(out, ",%s", kind);
    }
    free(kind);
    write_default(out, property->kind == PROPERTY_RETRY ? &retry_spelling : property, rules);
    fputc('}', out);
}

static void write_object(FILE *out, const struct property *table, const struct rule_book *rules)
{
    struct property_walk walk;
    const char *glue = "";
    fprintf(out, "{\"type\":\"object\",\"additionalProperties\":%s,\"properties\":{",
            property_find(table, PROPERTY_ANY_KEY) ? "true" : "false");
    for (const struct property *property = property_first(&walk, table); property; property = property_next(&walk)) {
        if (strcmp(property->name, PROPERTY_ANY_KEY) == 0 || strcmp(property->name, PROPERTY_ITSELF) == 0 ||
            property->kind == PROPERTY_LATER)
            continue;
        fputs(glue, out);
        json_write_string(out, property->name);
        fputs(":{\"if\":" JSON_NOT_NULL ",\"then\":", out);
        json_write_property(out, property, rules);
        fputc('}', out);
        glue = ",";
    }
    fputs("},\"required\":[", out);
    glue = "";
    for (const struct property *property = property_first(&walk, table); property; property = property_next(&walk)) {
        if (!property->required)
            continue;
        fputs(glue, out);
        json_write_string(out, property->name);
        glue = ",";
    }
    fputs("]", out);
    glue = ",\"oneOf\":[";
    bool arrivals = false;
    for (const struct property *property = property_first(&walk, table); property; property = property_next(&walk)) {
        if (property->kind != PROPERTY_ARRIVAL || property->unit)
            continue;
        fprintf(out, "%s{\"required\":[\"%s\"]}", glue, property->name);
        glue = ",";
        arrivals = true;
    }
    fputs(arrivals ? "]}" : "}", out);
}

/* The table's row for what is no object; an object of its keys is the other choice, where it has any. */
static bool write_itself(FILE *out, const struct property *table, const struct rule_book *rules)
{
    struct property_walk walk;
    const struct property *itself = property_find(table, PROPERTY_ITSELF);
    size_t others = 0;
    if (!itself)
        return false;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        others += row != itself;
    if (others == 0) {
        json_write_property(out, itself, rules);
        return true;
    }
    fputs("{\"if\":{\"type\":\"object\"},\"else\":", out);
    json_write_property(out, itself, rules);
    fputs(",\"then\":", out);
    write_object(out, table, rules);
    fputs("}", out);
    return true;
}

void json_write_table(FILE *out, const struct property *table, const struct rule_book *rules)
{
    if (!write_itself(out, table, rules))
        write_object(out, table, rules);
}
