/* figure_parse.c: figures and bounds as the command line spells them. */
#include "scenario/figure_parse.h"

#include "document/units.h"
#include "measure/measure.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char cost_name[] = "cost.month";

/* What is being read. */
struct reading {
    struct parse parse;
    struct parse_path path; /* the option and the text */
    char *spelled;          /* owned: its name */
    struct scenario *scenario;
};

static bool begin(struct reading *reading, struct scenario *scenario, const char *option, const char *text, struct diagnostics *diagnostics)
{
    *reading = (struct reading){.parse = {.diagnostics = diagnostics, .store = scenario->store, .references = scenario->names},
                                .scenario = scenario};
    if (asprintf(&reading->spelled, "%s '%s'", option, text) < 0) {
        reading->spelled = NULL;
        diagnostics->failed = true;
        return false;
    }
    reading->path.name = reading->spelled;
    return true;
}

static void complain(struct reading *reading, const char *hint, const char *message, const char *what)
{
    parse_error(&reading->parse, NULL, &reading->path, hint, message, what);
}

/* Does a result keep it? Others are only known by expectations, which say so beforehand. */
static bool is_kept(const struct figure_name *figure)
{
    for (size_t i = 0; i < metric_figure_count(figure->metric); i++)
        if (strcmp(metric_figure_stat(figure->metric, i), figure->stat) == 0)
            return true;
    return false;
}

/* `name` (of the store) is "Name.Metric" or "Name.Metric.stat": names of resources have no dots. */
static bool read_name(struct reading *reading, char *name, struct figure_name *figure)
{
    *figure = (struct figure_name){.stat = "Sum", .entity = ENTITY_NONE};
    if (strcmp(name, cost_name) == 0)
        return true;
    char *metric = strchr(name, '.');
    if (!metric || metric == name || metric[1] == '.' || name[strlen(name) - 1] == '.') {
        complain(reading, "write Name.Metric, Name.Metric.stat or cost.month, as in Api.ResponseTime.p99", "\"%.100s\" names no figure",
                 name);
        return false;
    }
    *metric++ = '\0';
    const struct figure_search search = {
        .parse = &reading->parse, .scenario = reading->scenario, .references = reading->scenario->names, .path = &reading->path};
    if (!figure_find_spelled(&search, name, metric, figure))
        return false;
    if (!is_kept(figure)) {
        complain(reading, "kept are Average, Minimum, Maximum, p50, p90, p95, p99 and p99.9", "%s is not kept of a run", figure->stat);
        return false;
    }
    return true;
}

/* The figure that `text` begins with; `*rest` is what follows it, without spaces before. */
static bool read_figure(struct reading *reading, const char *text, struct figure_name *figure, const char **rest)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strcspn(text, " \t\n<>=!");
    char *name = store_alloc(reading->parse.store, length + 1, 1);
    if (!name) {
        reading->parse.diagnostics->failed = true;
        return false;
    }
    memcpy(name, text, length);
    text += length;
    while (isspace((unsigned char)*text))
        text++;
    *rest = text;
    return read_name(reading, name, figure);
}

static bool read_is(struct reading *reading, const char *text, enum is_unit unit, struct expectation *is)
{
    cJSON *node = cJSON_CreateString(text);
    bool read = node && is_parse(&reading->parse, node, &reading->path, unit, is);
    reading->parse.diagnostics->failed |= !node;
    cJSON_Delete(node);
    return read;
}

/* "> +5%" as "> 5%": the sign goes to *sign (0: there is none), and "pp" becomes "%". In `plain`, as long as `text`. */
static void take_sign(const char *text, char *plain, int *sign, bool *points)
{
    size_t length = strspn(text, "<>=! \t");
    memcpy(plain, text, length);
    text += length;
    *sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
    (void)strcpy(plain + length, *sign ? text + 1 : text);
    size_t end = strlen(plain);
    while (end > 0 && isspace((unsigned char)plain[end - 1]))
        end--;
    *points = end >= 2 && strncmp(plain + end - 2, "pp", 2) == 0;
    if (*points)
        (void)strcpy(plain + end - 2, "%");
}

static bool ends_with_percent(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return length > 0 && text[length - 1] == '%';
}

static void scale(struct figure_bound *bound)
{
    double scale = figure_unit(&bound->figure) == IS_TIME ? metric_unit_scale(bound->figure.metric) : 1;
    bound->is.value /= scale;
    if (bound->is.comparison == COMPARE_BETWEEN)
        bound->is.other /= scale;
}

/* A bound on a change: `plain` has no sign any more. */
static bool read_change(struct reading *reading, const char *plain, int sign, bool points, struct figure_bound *bound)
{
    enum is_unit unit = figure_unit(&bound->figure);
    bound->of = ends_with_percent(plain) && !points ? BOUND_SHARE : BOUND_CHANGE;
    if (points && unit != IS_PERCENT) {
        complain(reading, NULL, "points (pp) are for figures in percent, not for %s", figure_unit_name(&bound->figure));
        return false;
    }
    if (!read_is(reading, plain, bound->of == BOUND_SHARE ? IS_PERCENT : unit, &bound->is))
        return false;
    if (bound->of == BOUND_CHANGE)
        scale(bound);
    bound->is.value *= sign;
    return true;
}

static bool read_bound(struct reading *reading, const char *rest, bool changes, struct figure_bound *bound)
{
    char *plain = malloc(strlen(rest) + 1);
    int sign;
    bool points;
    if (!plain) {
        reading->parse.diagnostics->failed = true;
        return false;
    }
    take_sign(rest, plain, &sign, &points);
    bool read;
    if (changes && sign) {
        read = read_change(reading, plain, sign, points, bound);
    } else {
        read = read_is(reading, rest, figure_unit(&bound->figure), &bound->is);
        if (read)
            scale(bound);
    }
    free(plain);
    return read;
}

static bool end(struct reading *reading, bool read)
{
    free(reading->spelled);
    return read && !reading->parse.failed && !reading->parse.diagnostics->failed;
}

bool figure_name_parse(struct scenario *scenario, const char *option, const char *text, struct diagnostics *diagnostics,
                       struct figure_name *figure)
{
    struct reading reading;
    const char *rest;
    bool read = begin(&reading, scenario, option, text, diagnostics) && read_figure(&reading, text, figure, &rest);
    if (read && *rest) {
        complain(&reading, NULL, "\"%.100s\" is too much behind a figure", rest);
        read = false;
    }
    return end(&reading, read);
}

bool figure_bound_parse(struct scenario *scenario, const char *option, const char *text, bool changes, struct diagnostics *diagnostics,
                        struct figure_bound *bound)
{
    struct reading reading;
    const char *rest;
    *bound = (struct figure_bound){.text = text};
    bool read = begin(&reading, scenario, option, text, diagnostics) && read_figure(&reading, text, &bound->figure, &rest) &&
                read_bound(&reading, rest, changes, bound);
    return end(&reading, read);
}

bool figure_share_parse(struct scenario *scenario, const char *option, const char *text, struct diagnostics *diagnostics,
                        struct figure_name *figure, double *share)
{
    struct reading reading;
    const char *rest;
    bool read = begin(&reading, scenario, option, text, diagnostics) && read_figure(&reading, text, figure, &rest);
    if (read && (!ends_with_percent(rest) || !units_parse_probability(rest, share) || !(*share > 0))) {
        complain(&reading, "write a figure and a percentage, as in 'cost.month 2%'", "\"%.100s\" is no share of a figure", rest);
        read = false;
    }
    return end(&reading, read);
}

char *figure_name_text(const struct figure_name *figure, char *buffer, size_t size)
{
    if (figure->metric)
        (void)snprintf(buffer, size, "%s.%s.%s", figure->resource, figure->metric->name, figure->stat);
    else
        (void)snprintf(buffer, size, "%s", cost_name);
    return buffer;
}
