/* axis.c: ranges and lists of values of one setting. */
#include "scenario/axis.h"

#include "notation/property_parse.h"
#include "scenario/setting_path.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One end of a range. */
struct end {
    double number;
    char unit[32];
};

/* A range as it is written. */
struct range {
    struct end low, high, step;
    bool has_step, log;
    size_t points; /* so many values of it; 0: not said */
};

static const char out_of_memory[] = "";

static bool is_whole(double number)
{
    return number == round(number);
}

/* "12.5ms" of `length` bytes. */
static bool read_end(const char *text, size_t length, struct end *end)
{
    char copy[64], *rest;
    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (!strchr("-.0123456789", copy[0]))
        return false;
    errno = 0;
    end->number = strtod(copy, &rest);
    if (rest == copy || errno != 0 || !isfinite(end->number) || strlen(rest) >= sizeof end->unit)
        return false;
    strcpy(end->unit, rest);
    return true;
}

/* The property that a path names, as far as tables know: Api.MemorySize, Api.behavior.error_rate, traffic.users.poisson. NULL: nobody
 * knows. */
static const struct property *property_of(const struct scenario *scenario, const char *path)
{
    struct setting_path setting = setting_path_of(scenario, path);
    char *name = scenario && *setting.rest ? strndup(setting.name, setting.length) : NULL;
    uint32_t entity = name ? scenario_find(scenario, name) : ENTITY_NONE;
    free(name);
    if (entity == ENTITY_NONE)
        return NULL;
    const struct model_type *type = scenario->entities[entity].type;
    const struct property *table = setting.behavior ? type->behavior : type->properties, *found = NULL;
    const char *part;
    for (size_t length; setting_path_next(&setting.rest, &part, &length); table = found->properties) {
        char word[64];
        if (length >= sizeof word || !table)
            return NULL;
        memcpy(word, part, length);
        word[length] = '\0';
        found = property_find(table, word);
        if (!found)
            return NULL;
    }
    return found;
}

/* The step that the property has in the rules, in its own unit; 0: none. */
static double property_step(const struct scenario *scenario, const struct property *property)
{
    double step = 0;
    if (property && property->step && property_limit(scenario->rules, property, property->step, &step))
        return step;
    return 0;
}

/* What numbers of the range are rounded to; 0: to nothing. */
static double grid_of(const struct scenario *scenario, const char *path, const struct range *range)
{
    const struct property *property = property_of(scenario, path);
    double own = property_step(scenario, property);
    if (range->has_step || own > 0)
        return range->has_step ? range->step.number : own;
    bool whole =
        property ? property->kind == PROPERTY_INTEGER : !*range->low.unit && is_whole(range->low.number) && is_whole(range->high.number);
    return whole ? 1 : 0;
}

/* Place `share` of 1 in the range. */
static double between(const struct range *range, double share)
{
    double low = range->low.number, high = range->high.number;
    return range->log ? exp(log(low) + share * (log(high) - log(low))) : low + share * (high - low);
}

/* So many values, each once. */
static const char *set_points(const struct range *range, double grid, struct axis *axis)
{
    /* Nobody asks for more digits between the ends, and libraries agree about so many. */
    static const char digits[] = "%.5g";
    axis->values = calloc(range->points, sizeof *axis->values);
    if (!axis->values)
        return out_of_memory;
    for (size_t i = 0; i < range->points; i++) {
        char text[AXIS_TEXT_SIZE];
        double number = range->points == 1 ? range->low.number : between(range, (double)i / (double)(range->points - 1));
        if (grid > 0)
            number = range->low.number + round((number - range->low.number) / grid) * grid;
        else if (i > 0 && i + 1 < range->points && snprintf(text, sizeof text, digits, number) > 0)
            number = strtod(text, NULL);
        if (i + 1 == range->points && range->points > 1 && (grid <= 0 || number > range->high.number))
            number = range->high.number;
        (void)axis_number(axis, number, text);
        if (axis->count > 0 && strcmp(axis->values[axis->count - 1], text) == 0)
            continue;
        axis->values[axis->count] = strdup(text);
        if (!axis->values[axis->count++])
            return out_of_memory;
    }
    return NULL;
}

/* NULL, or what is wrong. */
static const char *set_range(const struct range *range, enum axis_use use, const struct scenario *scenario, struct axis *axis,
                             const char **hint)
{
    double low = range->low.number, high = range->high.number;
    double own = property_step(scenario, property_of(scenario, axis->path)), grid = grid_of(scenario, axis->path, range);
    *hint = "as in users.poisson=1/s:100/s";
    if (strcmp(range->low.unit, range->high.unit) != 0)
        return "both ends need the same unit";
    *hint = "LOW:HIGH";
    if (low > high)
        return "the low end lies above the high end";
    if (range->log && !(low > 0))
        return "a logarithm is of numbers above 0";
    axis->low = low;
    axis->high = high;
    axis->step = range->has_step ? range->step.number : own > 0 ? own : 1;
    axis->stepped = range->has_step || own > 0;
    axis->log = range->log;
    axis->unit = strdup(range->low.unit);
    if (!axis->unit)
        return out_of_memory;
    *hint = "LOW:HIGH:STEP";
    if (use == AXIS_SAMPLED && range->points == 0 && !range->has_step && !(grid > 0)) {
        axis->continuous = true;
        return NULL;
    }
    double steps = (high - low) / axis->step;
    if (!(axis->step > 0) || range->points > AXIS_VALUES_MOST || (range->points == 0 && !(steps < AXIS_VALUES_MOST)))
        return "the step must be above 0 and make at most a million values";
    if (range->points > 0)
        return set_points(range, grid, axis);
    if (use == AXIS_VALUES && range->log) {
        *hint = "as in users.poisson=1/s:100/s@log:9";
        return "how many values?";
    }
    if (!axis->stepped && fabs(steps - round(steps)) > 1e-9)
        return "say the step of such a range";
    axis->count = (size_t)floor(steps + 1e-9) + 1;
    return NULL;
}

/* "@log:9", "@lin:9", "@log" behind a range; false when it is something else. */
static bool read_scale(const char *text, struct range *range)
{
    range->log = strncmp(text, "@log", 4) == 0;
    if (!range->log && strncmp(text, "@lin", 4) != 0)
        return false;
    if (text[4] == '\0')
        return range->log;
    size_t digits = strspn(text + 5, "0123456789");
    if (text[4] != ':' || digits == 0 || digits > 9 || text[5 + digits] != '\0')
        return false;
    range->points = (size_t)strtoul(text + 5, NULL, 10);
    return range->points > 0;
}

/* LOW:HIGH, LOW:HIGH:STEP, either with a scale; `colon` is the first one. */
static const char *parse_range(const char *values, const char *colon, enum axis_use use, const struct scenario *scenario, struct axis *axis,
                               const char **hint)
{
    struct range range = {0};
    const char *scale = strchr(colon, '@'), *end = scale ? scale : colon + strlen(colon);
    const char *second = memchr(colon + 1, ':', (size_t)(end - colon - 1));
    const char *high_end = second ? second : end;
    *hint = "as in Api.MemorySize=128:10240 or users.poisson=1/s:100/s";
    if (!read_end(values, (size_t)(colon - values), &range.low) || !read_end(colon + 1, (size_t)(high_end - colon - 1), &range.high))
        return "the ends of a range are numbers";
    *hint = "LOW:HIGH:STEP";
    range.has_step = second != NULL;
    if (second && (!read_end(second + 1, (size_t)(end - second - 1), &range.step) ||
                   (*range.step.unit && strcmp(range.step.unit, range.low.unit) != 0)))
        return "the step is a number in the unit of the ends";
    *hint = "as in 1:100@log:9";
    if (scale && !read_scale(scale, &range))
        return "behind @ stands log or lin, and how many values";
    return set_range(&range, use, scenario, axis, hint);
}

static const char *parse_list(const char *values, struct axis *axis, const char **hint)
{
    size_t count = 1;
    for (const char *at = values; *at; at++)
        count += *at == ',';
    axis->values = calloc(count, sizeof *axis->values);
    if (!axis->values)
        return out_of_memory;
    for (const char *at = values;; at++) {
        size_t length = strcspn(at, ",");
        *hint = "a,b,c";
        if (length == 0 || length >= AXIS_TEXT_SIZE)
            return "a value of the list is empty or too long";
        axis->values[axis->count] = strndup(at, length);
        if (!axis->values[axis->count++])
            return out_of_memory;
        at += length;
        if (!*at)
            return NULL;
    }
}

enum status axis_parse(const char *text, const char *option, enum axis_use use, const struct scenario *scenario,
                       struct diagnostics *diagnostics, struct axis *axis)
{
    const char *equals = strchr(text, '='), *hint = "as in Api.MemorySize=128:1024:64 or Api.MemorySize=128,512,1769";
    const char *mistake = "is not of the form PATH=VALUES";
    *axis = (struct axis){0};
    if (equals && equals != text && equals[1] != '\0') {
        axis->path = strndup(text, (size_t)(equals - text));
        const char *colon = strchr(equals + 1, ':');
        mistake = out_of_memory;
        if (axis->path && colon && !strchr(equals + 1, ','))
            mistake = parse_range(equals + 1, colon, use, scenario, axis, &hint);
        else if (axis->path)
            mistake = parse_list(equals + 1, axis, &hint);
    }
    if (!mistake)
        return STATUS_OK;
    axis_fini(axis);
    if (mistake == out_of_memory)
        return STATUS_NO_MEMORY;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--%s \"%.200s\": %s", option, text, mistake);
    return STATUS_INVALID;
}

char *axis_json_text(const cJSON *value)
{
    if (!cJSON_IsString(value))
        return cJSON_PrintUnformatted(value);
    /* What would be taken for something else keeps its quotes. */
    cJSON *other = cJSON_ParseWithOpts(value->valuestring, NULL, true);
    char *text = other ? cJSON_PrintUnformatted(value) : strdup(value->valuestring);
    cJSON_Delete(other);
    return text;
}

/* A list, or one value. */
static const char *read_values(const cJSON *node, struct axis *axis, const char **hint)
{
    size_t count = cJSON_IsArray(node) ? (size_t)cJSON_GetArraySize(node) : 1;
    *hint = "as in [128, 512, 1769]";
    if (count == 0 || count > AXIS_VALUES_MOST)
        return "a list of at least one value, and at most a million";
    axis->values = calloc(count, sizeof *axis->values);
    if (!axis->values)
        return out_of_memory;
    for (const cJSON *item = cJSON_IsArray(node) ? node->child : node; item; item = cJSON_IsArray(node) ? item->next : NULL) {
        axis->values[axis->count] = axis_json_text(item);
        if (!axis->values[axis->count++])
            return out_of_memory;
    }
    return NULL;
}

static bool read_json_end(const cJSON *node, struct end *end)
{
    if (cJSON_IsString(node))
        return read_end(node->valuestring, strlen(node->valuestring), end);
    if (!cJSON_IsNumber(node) || !isfinite(node->valuedouble))
        return false;
    *end = (struct end){.number = node->valuedouble};
    return true;
}

static const char *read_range(const cJSON *node, enum axis_use use, const struct scenario *scenario, struct axis *axis, const char **hint)
{
    static const char *const keys[] = {"from", "to", "step", "points", "scale"};
    struct range range = {0};
    const cJSON *step = cJSON_GetObjectItemCaseSensitive(node, "step"), *points = cJSON_GetObjectItemCaseSensitive(node, "points");
    const cJSON *scale = cJSON_GetObjectItemCaseSensitive(node, "scale");
    *hint = "a range has \"from\" and \"to\", and perhaps \"step\", \"points\" or \"scale\": \"log\"";
    for (const cJSON *item = node->child; item; item = item->next) {
        size_t i = 0;
        while (i < sizeof keys / sizeof *keys && strcmp(keys[i], item->string) != 0)
            i++;
        if (i == sizeof keys / sizeof *keys)
            return "has a key that no range has";
    }
    if (!read_json_end(cJSON_GetObjectItemCaseSensitive(node, "from"), &range.low) ||
        !read_json_end(cJSON_GetObjectItemCaseSensitive(node, "to"), &range.high))
        return "the ends of a range are numbers, with a unit as text";
    range.has_step = step != NULL;
    if (step && (!read_json_end(step, &range.step) || (*range.step.unit && strcmp(range.step.unit, range.low.unit) != 0)))
        return "the step is a number in the unit of the ends";
    if (points && (!cJSON_IsNumber(points) || !(points->valuedouble >= 1) || !(points->valuedouble <= AXIS_VALUES_MOST) ||
                   !is_whole(points->valuedouble)))
        return "\"points\" is a whole number from 1 to a million";
    range.points = points ? (size_t)points->valuedouble : 0;
    if (scale && (!cJSON_IsString(scale) || (strcmp(scale->valuestring, "log") != 0 && strcmp(scale->valuestring, "linear") != 0)))
        return "\"scale\" is \"log\" or \"linear\"";
    range.log = scale && strcmp(scale->valuestring, "log") == 0;
    return set_range(&range, use, scenario, axis, hint);
}

const char *axis_read(const char *path, const cJSON *node, enum axis_use use, const struct scenario *scenario, struct axis *axis,
                      const char **hint)
{
    *axis = (struct axis){.path = strdup(path)};
    const char *mistake = out_of_memory;
    if (axis->path)
        mistake = cJSON_IsObject(node) ? read_range(node, use, scenario, axis, hint) : read_values(node, axis, hint);
    if (mistake)
        axis_fini(axis);
    return mistake;
}

void axis_fini(struct axis *axis)
{
    for (size_t i = 0; axis->values && i < axis->count; i++)
        free(axis->values[i]);
    free(axis->values);
    free(axis->path);
    free(axis->unit);
    *axis = (struct axis){0};
}

const char *axis_number(const struct axis *axis, double number, char buffer[AXIS_TEXT_SIZE])
{
    snprintf(buffer, AXIS_TEXT_SIZE, "%.12g%s", number, axis->unit);
    return buffer;
}

const char *axis_value(const struct axis *axis, size_t index, char buffer[AXIS_TEXT_SIZE])
{
    return axis->values ? axis->values[index] : axis_number(axis, axis->low + (double)index * axis->step, buffer);
}

char *axis_assignment(const struct axis *axis, const char *value)
{
    char *assignment = NULL;
    return asprintf(&assignment, "%s=%s", axis->path, value) < 0 ? NULL : assignment;
}

double axis_coordinate(const struct axis *axis, double u)
{
    double low = axis->low, high = axis->high;
    if (axis->continuous)
        return axis->log ? exp(log(low) + u * (log(high) - log(low))) : low + u * (high - low);
    double index = floor(u * (double)axis->count);
    if (!axis->values && axis->log)
        index = floor((exp(log(low) + u * (log(high + axis->step) - log(low))) - low) / axis->step);
    return fmin(fmax(index, 0), (double)axis->count - 1);
}

const char *axis_text(const struct axis *axis, double coordinate, char buffer[AXIS_TEXT_SIZE])
{
    if (!axis->continuous)
        return axis_value(axis, (size_t)coordinate, buffer);
    /* So many digits are the same with every library. */
    (void)snprintf(buffer, AXIS_TEXT_SIZE, "%.9g%s", coordinate, axis->unit);
    return buffer;
}
