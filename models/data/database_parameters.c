/* database_parameters.c: AWS::RDS::DBParameterGroup and DBClusterParameterGroup: of the parameters, those that are simulated.
 * Source: RDS User Guide, "Specifying DB parameters": numbers, formulas of variables with * and / in braces, log to the base of 2 of such,
 * LEAST, GREATEST and SUM of several. */
#include "database_state.h"

#include "engine/rule_book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parameter_group {
    const char *max_connections;
    int64_t request_timeout_ns;
};

#define AT(field) offsetof(struct parameter_group, field)

static const struct property parameters_properties[] = {
    {"max_connections", PROPERTY_STRING, AT(max_connections),
     .help =
         "A number, {DBInstanceClassMemory/N}, {log(DBInstanceClassMemory/N)*M}, or LEAST(..., ...), GREATEST(..., ...) and SUM(..., ...) "
         "of such; other variables are DBInstanceVCPU and AllocatedStorage."},
    {"aws_lambda.request_timeout_ms", PROPERTY_TIME, AT(request_timeout_ns), .unit = "ms", .minimum = "1",
     .maximum = "rds_invoke_request_timeout_max_ms", .fallback = "rds_invoke_request_timeout_ms",
     .help = "How long PostgreSQL waits for a function's answer."},
    ACCEPTED(PROPERTY_ANY_KEY),
    {0},
};

static const struct property group_properties[] = {
    {"Parameters", PROPERTY_OBJECT, 0, .properties = parameters_properties, .help = "Their values; others have no effect here."},
    ACCEPTED("DBClusterParameterGroupName"),
    ACCEPTED("DBParameterGroupName"),
    ACCEPTED("Description"),
    ACCEPTED("Family"),
    ACCEPTED("Tags"),
    {0},
};

/* Functions inside functions: more than anybody writes. */
#define DEPTH_MOST 8

/* A formula that is read from the left. */
struct formula {
    const char *at;
    const struct database_config *config; /* whose variables it has */
    int depth;
};

static bool skip_word(struct formula *formula, const char *word)
{
    formula->at += strspn(formula->at, " ");
    if (strncasecmp(formula->at, word, strlen(word)) != 0)
        return false;
    formula->at += strlen(word);
    return true;
}

static bool read_plain(struct formula *formula, double *value)
{
    char number[32], *end;
    formula->at += strspn(formula->at, " ");
    size_t length = strspn(formula->at, "0123456789.");
    if (length >= sizeof number)
        return false;
    memcpy(number, formula->at, length);
    number[length] = '\0';
    formula->at += length;
    *value = strtod(number, &end);
    return length > 0 && *end == '\0';
}

/* A variable or a number. */
static bool read_factor(struct formula *formula, double *value)
{
    if (skip_word(formula, "DBInstanceClassMemory"))
        *value = floor(formula->config->memory_bytes);
    else if (skip_word(formula, "DBInstanceVCPU"))
        *value = (double)formula->config->vcpus;
    else if (skip_word(formula, "AllocatedStorage"))
        *value = (double)formula->config->storage_bytes;
    else
        return read_plain(formula, value);
    return true;
}

/* Factors with * and /, from the left; whole numbers, unless they are a logarithm's (`whole` false). */
static bool read_product(struct formula *formula, bool whole, double *value)
{
    double factor;
    if (!read_factor(formula, value))
        return false;
    for (;;) {
        bool divides = skip_word(formula, "/");
        if (!divides && !skip_word(formula, "*"))
            return true;
        if (!read_factor(formula, &factor) || (divides && factor <= 0))
            return false;
        *value = divides ? *value / factor : *value * factor;
        *value = whole ? floor(*value) : *value;
    }
}

/* What stands in braces: a product, or log(...) with a product of its own; log is to the base of 2. */
static bool read_braces(struct formula *formula, double *value)
{
    double factor;
    if (!skip_word(formula, "log("))
        return read_product(formula, true, value) && skip_word(formula, "}");
    if (!read_product(formula, false, value) || !skip_word(formula, ")") || *value <= 0)
        return false;
    *value = log2(*value);
    while (skip_word(formula, "*")) {
        if (!read_factor(formula, &factor))
            return false;
        *value *= factor;
    }
    *value = floor(*value);
    return skip_word(formula, "}");
}

static const char *const functions[] = {"LEAST(", "GREATEST(", "SUM("};
enum { LEAST, GREATEST, SUM, FUNCTIONS };

static double combine(int function, double value, double other)
{
    return function == LEAST ? fmin(value, other) : function == GREATEST ? fmax(value, other) : value + other;
}

static bool read_value(struct formula *formula, double *value)
{
    double other;
    int function = 0;
    while (function < FUNCTIONS && !skip_word(formula, functions[function]))
        function++;
    if (function == FUNCTIONS)
        return skip_word(formula, "{") ? read_braces(formula, value) : read_plain(formula, value);
    if (++formula->depth > DEPTH_MOST || !read_value(formula, value))
        return false;
    while (skip_word(formula, ",")) {
        if (!read_value(formula, &other))
            return false;
        *value = combine(function, *value, other);
    }
    formula->depth--;
    return skip_word(formula, ")");
}

/* The group of that name; NULL where it is none of the scenario. */
static const struct parameter_group *find_group(const struct validation *validation, const char *name, uint32_t *entity)
{
    *entity = name ? validation_named(validation, name) : ENTITY_NONE;
    if (*entity == ENTITY_NONE)
        return NULL;
    const struct model_type *type = validation_type(validation, *entity);
    bool is_group = model_is(type, "AWS::RDS::DBParameterGroup") || model_is(type, "AWS::RDS::DBClusterParameterGroup");
    return is_group ? validation_config(validation, *entity) : NULL;
}

bool database_group_connections(struct validation *validation, const struct database_config *config, int64_t *connections)
{
    const char *name = config->settings.parameter_group;
    const enum database_engine engine = (enum database_engine)config->settings.engine;
    uint32_t entity;
    const struct parameter_group *group = find_group(validation, name, &entity);
    if (!group || !group->max_connections)
        return false;
    struct formula formula = {.at = group->max_connections, .config = config};
    double value;
    if (!read_value(&formula, &value) || formula.at[strspn(formula.at, " ")] != '\0') {
        validation_error_of(validation, entity, "Parameters.max_connections",
                            "such as \"100\", \"{DBInstanceClassMemory/9531392}\" or \"LEAST({DBInstanceClassMemory/9531392},5000)\"",
                            "\"%s\" gives no number of connections", group->max_connections);
        return false;
    }
    double most = database_most_connections(validation_rules(validation), engine);
    if (!(value >= 1 && value <= most)) {
        validation_error_of(validation, entity, "Parameters.max_connections", NULL,
                            "an instance of engine %s may have 1 to %.0f connections, and \"%s\" gives %.15g", database_engines[engine],
                            most, group->max_connections, value);
        return false;
    }
    *connections = (int64_t)floor(value);
    return true;
}

int64_t database_invoke_timeout_ns(struct validation *validation, const char *name)
{
    uint32_t entity;
    const struct parameter_group *group = find_group(validation, name, &entity);
    return group && group->request_timeout_ns > 0 ? group->request_timeout_ns
                                                  : rule_ns(validation_rules(validation), "rds_invoke_request_timeout_ms");
}

const struct model_type parameter_group_type = {
    .type = "AWS::RDS::DBParameterGroup",
    .help = "Parameters of database instances: how many connections they let in, how long they wait for a function.",
    .size = sizeof(struct parameter_group),
    .properties = group_properties,
};

const struct model_type cluster_parameter_group_type = {
    .type = "AWS::RDS::DBClusterParameterGroup",
    .help = "The same of clusters.",
    .size = sizeof(struct parameter_group),
    .properties = group_properties,
};
