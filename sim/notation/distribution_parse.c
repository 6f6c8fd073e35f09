/* distribution_parse.c: every spelling of a distribution, by a table of kinds and their members. */
#include "notation/distribution_spelling.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A member of a kind's object. */
struct member {
    const char *name;
    bool plain;    /* a bare number, whatever is drawn */
    bool positive; /* above 0 */
};

#define MEMBERS_MAX 6u

enum quantity spelling_quantity(const struct spelling *spelling)
{
    enum distribution_unit unit = spelling->unit;
    return unit == DISTRIBUTION_OF_TIME ? QUANTITY_TIME : unit == DISTRIBUTION_OF_SIZE ? QUANTITY_SIZE : QUANTITY_NUMBER;
}

/* One drawn value: never negative. */
bool spelling_value(const struct spelling *spelling, const cJSON *node, const struct parse_path *path, double *value)
{
    struct parse *parse = spelling->parse;
    if (!value_parse(parse, spelling_quantity(spelling), spelling->bare_unit, node, path, value))
        return false;
    if (*value >= 0)
        return true;
    parse_error(parse, node, path, NULL, "cannot be negative, got %.15g", *value);
    return false;
}

static bool read_member(const struct spelling *spelling, const struct member *member, const cJSON *node, const struct parse_path *path,
                        double *value)
{
    struct parse *parse = spelling->parse;
    bool read = member->plain ? value_parse(parse, QUANTITY_NUMBER, NULL, node, path, value) : spelling_value(spelling, node, path, value);
    if (!read || !member->positive || *value > 0)
        return read;
    char shown[PARSE_SHOWN];
    parse_error(parse, node, path, NULL, "must be above 0, got %s", parse_show(node, shown));
    return false;
}

/* Reads all members of an object: values[i] and given[i] are member i's. Unknown keys and bad values are reported. */
static bool read_members(const struct spelling *spelling, const cJSON *object, const struct parse_path *path, const struct member *members,
                         size_t count, double *values, bool *given)
{
    const char *names[MEMBERS_MAX];
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        names[i] = members[i].name;
        given[i] = false;
    }
    char form[80];
    snprintf(form, sizeof form, "write {\"%.20s\": ..., \"%.20s\": ...}", members[0].name, members[1].name);
    if (!parse_expect_object(spelling->parse, object, path, form))
        return false;
    for (const cJSON *item = object->child; item; item = item->next) {
        size_t i = 0;
        while (i < count && strcmp(item->string, names[i]) != 0)
            i++;
        struct parse_path inner = {path, item->string, 0};
        if (i == count) {
            parse_unknown_key(spelling->parse, item, path, names, count);
            good = false;
        } else {
            given[i] = true;
            good = read_member(spelling, &members[i], item, &inner, &values[i]) && good;
        }
    }
    return good;
}

/* Two members, both needed. */
static bool read_pair(const struct spelling *spelling, const cJSON *object, const struct parse_path *path, const struct member members[2],
                      double values[2])
{
    bool given[2];
    if (!read_members(spelling, object, path, members, 2, values, given))
        return false;
    for (size_t i = 0; i < 2; i++) {
        if (given[i])
            continue;
        parse_error(spelling->parse, object, path, NULL, "needs \"%s\" and \"%s\"", members[0].name, members[1].name);
        return false;
    }
    return true;
}

static struct distribution *make(const struct spelling *spelling, enum distribution_kind kind, double a, double b)
{
    struct distribution *made = distribution_new(kind, a, b);
    if (!made)
        spelling->parse->failed = true;
    return made;
}

static struct distribution *parse_constant(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    double value;
    return spelling_value(spelling, node, path, &value) ? make(spelling, DISTRIBUTION_CONSTANT, value, 0) : NULL;
}

static struct distribution *parse_exponential(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    static const struct member mean = {"mean", false, true};
    double value;
    return read_member(spelling, &mean, node, path, &value) ? make(spelling, DISTRIBUTION_EXPONENTIAL, value, 0) : NULL;
}

static struct distribution *parse_lognormal(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    static const struct member members[] = {{"mean", false, true}, {"cv", true, true},  {"median", false, true},
                                            {"p99", false, true},  {"mu", true, false}, {"sigma", true, true}};
    double v[6] = {0}, mu = 0, sigma = 0;
    bool given[6];
    if (!read_members(spelling, node, path, members, 6, v, given))
        return NULL;
    unsigned which = 0;
    for (size_t i = 0; i < 6; i++)
        which |= (unsigned)given[i] << i;
    if (which == 3u) {
        lognormal_from_mean_cv(v[0], v[1], &mu, &sigma);
    } else if (which == 12u && v[3] > v[2]) {
        lognormal_from_median_p99(v[2], v[3], &mu, &sigma);
    } else if (which == 12u) {
        parse_error(spelling->parse, node, path, NULL, "\"p99\" must be above \"median\"");
        return NULL;
    } else if (which == 48u) {
        mu = v[4] + (spelling->unit == DISTRIBUTION_OF_TIME ? log(1e9) : 0); /* of the logarithm of seconds */
        sigma = v[5];
    } else {
        parse_error(spelling->parse, node, path, NULL,
                    "needs either \"mean\" and \"cv\", or \"median\" and \"p99\", or \"mu\" and \"sigma\"");
        return NULL;
    }
    return make(spelling, DISTRIBUTION_LOGNORMAL, mu, sigma);
}

static struct distribution *parse_gamma(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    static const struct member members[] = {{"mean", false, true}, {"cv", true, true}};
    double v[2];
    if (!read_pair(spelling, node, path, members, v))
        return NULL;
    return make(spelling, DISTRIBUTION_GAMMA, 1 / (v[1] * v[1]), v[0] * v[1] * v[1]);
}

static struct distribution *parse_weibull(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    static const struct member members[] = {{"scale", false, true}, {"shape", true, true}};
    double v[2];
    return read_pair(spelling, node, path, members, v) ? make(spelling, DISTRIBUTION_WEIBULL, v[0], v[1]) : NULL;
}

static struct distribution *parse_pareto(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    static const struct member members[] = {{"min", false, true}, {"shape", true, true}};
    double v[2];
    return read_pair(spelling, node, path, members, v) ? make(spelling, DISTRIBUTION_PARETO, v[0], v[1]) : NULL;
}

static struct distribution *parse_normal(const struct spelling *spelling, const cJSON *node, const struct parse_path *path)
{
    static const struct member members[] = {{"mean", false, false}, {"sd", false, true}};
    double v[2];
    return read_pair(spelling, node, path, members, v) ? make(spelling, DISTRIBUTION_NORMAL, v[0], v[1]) : NULL;
}

/* The kinds. `whole`: the parser is handed the object that holds the key, not the key's value. */
static const struct {
    const char *name;
    bool whole;
    struct distribution *(*parse)(const struct spelling *spelling, const cJSON *node, const struct parse_path *path);
} kinds[] = {
    {"constant", false, parse_constant},
    {"exponential", false, parse_exponential},
    {"lognormal", false, parse_lognormal},
    {"gamma", false, parse_gamma},
    {"weibull", false, parse_weibull},
    {"pareto", false, parse_pareto},
    {"normal", false, parse_normal},
    {"uniform", false, spelling_uniform},
    {"quantiles", false, spelling_quantiles},
    {"samples", false, spelling_samples},
    {"csv", true, spelling_csv},
    {"mixture", false, spelling_mixture},
};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

const char *distribution_name(size_t index)
{
    return index < KIND_COUNT ? kinds[index].name : NULL;
}

/* What may stand beside the kind. */
static const char *const extras[] = {"plus", "min", "max", "column", "unit"};

#define BOUND_COUNT 3u /* of extras, for all kinds; the others are csv's */
#define EXTRA_COUNT (sizeof extras / sizeof *extras)

/* Applies "plus", "min" and "max". */
static bool apply_bounds(const struct spelling *spelling, const cJSON *value, const struct parse_path *path, struct distribution *made)
{
    double bounds[BOUND_COUNT] = {0, 0, INFINITY};
    bool given[BOUND_COUNT] = {false}, good = true;
    for (size_t i = 0; i < BOUND_COUNT; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(value, extras[i]);
        struct parse_path inner = {path, extras[i], 0};
        given[i] = item != NULL;
        good = (!item || spelling_value(spelling, item, &inner, &bounds[i])) && good;
    }
    if (good && bounds[1] > bounds[2]) {
        parse_error(spelling->parse, value, path, NULL, "\"min\" lies above \"max\"");
        good = false;
    }
    if (!good || !made)
        return good;
    made->plus = bounds[0];
    made->bounded = given[1] || given[2];
    made->minimum = bounds[1];
    made->maximum = bounds[2];
    return true;
}

/* Is it a parameter of a distribution, written without the distribution's name around it? */
static bool is_parameter(const char *name)
{
    static const char *const parameters[] = {"mean", "cv", "median", "p99", "mu", "sigma", "sd", "scale", "shape"};
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        if (strcmp(parameters[i], name) == 0)
            return true;
    return false;
}

/* The one kind that the object names, or KIND_COUNT after reporting; unknown keys are reported too. */
static size_t find_kind(struct parse *parse, const cJSON *value, const struct parse_path *path)
{
    const char *names[KIND_COUNT + EXTRA_COUNT];
    for (size_t i = 0; i < KIND_COUNT + EXTRA_COUNT; i++)
        names[i] = i < KIND_COUNT ? kinds[i].name : extras[i - KIND_COUNT];
    const cJSON *first = NULL;
    size_t kind = KIND_COUNT;
    bool good = true, unknown = false, bare = false;
    for (const cJSON *item = value->child; item; item = item->next)
        bare = bare || is_parameter(item->string);
    for (const cJSON *item = value->child; item; item = item->next) {
        size_t i = 0;
        while (i < KIND_COUNT + EXTRA_COUNT && strcmp(names[i], item->string) != 0)
            i++;
        struct parse_path inner = {path, item->string, 0};
        if (i == KIND_COUNT + EXTRA_COUNT && is_parameter(item->string)) {
            good = false;
        } else if (i == KIND_COUNT + EXTRA_COUNT) {
            parse_unknown_key(parse, item, path, names, KIND_COUNT + BOUND_COUNT);
            good = false;
            unknown = true;
        } else if (i < KIND_COUNT && first) {
            parse_key_error(parse, item, &inner, NULL, "is a second distribution beside \"%s\"", first->string);
            good = false;
        } else if (i < KIND_COUNT) {
            first = item;
            kind = i;
        } else if (i >= KIND_COUNT + BOUND_COUNT && !cJSON_GetObjectItemCaseSensitive(value, "csv")) {
            parse_key_error(parse, item, &inner, NULL, "\"%s\" belongs to \"csv\"", item->string);
            good = false;
        }
    }
    char hint[PARSE_HINT], listed[PARSE_HINT];
    snprintf(hint, sizeof hint, "one of %.500s", parse_list_names(names, KIND_COUNT, listed));
    if (bare)
        parse_error(parse, value, path, "such as {\"lognormal\": {\"mean\": ..., \"cv\": ...}}",
                    first ? "has parameters outside of its distribution" : "names no distribution");
    else if (kind == KIND_COUNT && !unknown)
        parse_error(parse, value, path, hint, "names no distribution");
    return good ? kind : KIND_COUNT;
}

struct distribution *spelling_parse(const struct spelling *spelling, const cJSON *value, const struct parse_path *path)
{
    if (cJSON_IsString(value) || cJSON_IsNumber(value))
        return parse_constant(spelling, value, path);
    if (!cJSON_IsObject(value)) {
        char shown[PARSE_SHOWN], hint[PARSE_HINT];
        snprintf(hint, sizeof hint, "write a constant such as %s, or a distribution such as {\"exponential\": ...}",
                 quantity_example(spelling_quantity(spelling)));
        parse_error(spelling->parse, value, path, hint, "must be %s or a distribution, got %s", quantity_noun(spelling_quantity(spelling)),
                    parse_show(value, shown));
        return NULL;
    }
    size_t kind = find_kind(spelling->parse, value, path);
    struct distribution *made = NULL;
    if (kind < KIND_COUNT) {
        const cJSON *inside = cJSON_GetObjectItemCaseSensitive(value, kinds[kind].name);
        struct parse_path inner = {path, kinds[kind].name, 0};
        made = kinds[kind].whole ? kinds[kind].parse(spelling, value, path) : kinds[kind].parse(spelling, inside, &inner);
    }
    if (apply_bounds(spelling, value, path, made))
        return made;
    distribution_free(made);
    return NULL;
}

struct distribution *distribution_parse(struct parse *parse, enum distribution_unit unit, const char *bare_unit, const cJSON *value,
                                        const struct parse_path *path)
{
    const struct spelling spelling = {parse, unit, bare_unit};
    return spelling_parse(&spelling, value, path);
}

static void release_distribution(void *pointer)
{
    distribution_free(pointer);
}

const struct distribution *distribution_hand_over(struct parse *parse, struct distribution *made)
{
    return store_own(parse->store, made, release_distribution) ? made : NULL;
}

const struct distribution *distribution_keep(struct parse *parse, enum distribution_unit unit, const char *bare_unit, const cJSON *value,
                                             const struct parse_path *path)
{
    return distribution_hand_over(parse, distribution_parse(parse, unit, bare_unit, value, path));
}

struct distribution *distribution_from_json(const cJSON *value, enum distribution_unit unit, const char *folder, struct places *places,
                                            struct diagnostics *diagnostics, const char *path)
{
    struct scenario_store *store = store_new();
    struct parse parse = {.places = places, .diagnostics = diagnostics, .folder = folder, .store = store};
    struct parse_path root = {NULL, path, 0};
    struct distribution *made = NULL;
    if (store)
        made = distribution_parse(&parse, unit, NULL, value, &root);
    if (!store || parse.failed || store_failed(store))
        diagnostics->failed = true;
    store_free(store);
    return made;
}
