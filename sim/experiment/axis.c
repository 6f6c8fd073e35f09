/* axis.c: ranges and lists of values of one setting. */
#include "experiment/axis.h"

#include "notation/property_parse.h"

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

struct reading {
    const char *text, *option;
    struct diagnostics *diagnostics;
};

static enum status complain(const struct reading *reading, const char *hint, const char *what)
{
    diagnose(reading->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--%s \"%.200s\": %s", reading->option, reading->text,
             what);
    return STATUS_INVALID;
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

/* The step that the property of that path has in the rules, in its own unit; 0: none. */
static double property_step(const struct scenario *scenario, const char *path)
{
    const char *last = strrchr(path, '.');
    const char *dot = strchr(path, '.');
    double step = 0;
    if (!scenario || !dot || last != dot)
        return 0;
    char *name = strndup(path, (size_t)(dot - path));
    uint32_t entity = name ? scenario_find(scenario, name) : ENTITY_NONE;
    free(name);
    if (entity == ENTITY_NONE)
        return 0;
    const struct property *property = property_find(scenario->entities[entity].type->properties, last + 1);
    if (property && property->step && property_limit(scenario->rules, property, property->step, &step))
        return step;
    return 0;
}

static enum status set_range(const struct reading *reading, const struct end *low, const struct end *high, const struct end *step,
                             struct axis *axis)
{
    if (strcmp(low->unit, high->unit) != 0)
        return complain(reading, "as in users.poisson=1/s:100/s", "both ends need the same unit");
    if (low->number > high->number)
        return complain(reading, "LOW:HIGH", "the low end lies above the high end");
    axis->low = low->number;
    axis->high = high->number;
    axis->step = step->number;
    axis->unit = strdup(low->unit);
    if (!axis->unit)
        return STATUS_NO_MEMORY;
    double steps = (high->number - low->number) / step->number;
    if (!(step->number > 0) || !(steps < AXIS_VALUES_MOST))
        return complain(reading, "LOW:HIGH:STEP", "the step must be above 0 and make at most a million values");
    if (!axis->stepped && fabs(steps - round(steps)) > 1e-9)
        return complain(reading, "LOW:HIGH:STEP", "say the step of such a range");
    axis->count = (size_t)floor(steps + 1e-9) + 1;
    return STATUS_OK;
}

/* LOW:HIGH or LOW:HIGH:STEP; `colon` is the first one. */
static enum status parse_range(const struct reading *reading, const char *values, const char *colon, const struct scenario *scenario,
                               struct axis *axis)
{
    struct end low, high, step = {.number = 1};
    const char *second = strchr(colon + 1, ':');
    size_t high_length = second ? (size_t)(second - colon - 1) : strlen(colon + 1);
    if (!read_end(values, (size_t)(colon - values), &low) || !read_end(colon + 1, high_length, &high))
        return complain(reading, "as in Api.MemorySize=128:10240 or users.poisson=1/s:100/s", "the ends of a range are numbers");
    double own = property_step(scenario, axis->path);
    axis->stepped = second || own > 0;
    if (!second && own > 0)
        step.number = own;
    if (second && (!read_end(second + 1, strlen(second + 1), &step) || (*step.unit && strcmp(step.unit, low.unit) != 0)))
        return complain(reading, "LOW:HIGH:STEP", "the step is a number in the unit of the ends");
    return set_range(reading, &low, &high, &step, axis);
}

static enum status parse_list(const struct reading *reading, const char *values, struct axis *axis)
{
    size_t count = 1;
    for (const char *at = values; *at; at++)
        count += *at == ',';
    axis->values = calloc(count, sizeof *axis->values);
    if (!axis->values)
        return STATUS_NO_MEMORY;
    for (const char *at = values;; at++) {
        size_t length = strcspn(at, ",");
        if (length == 0 || length >= AXIS_TEXT_SIZE)
            return complain(reading, "a,b,c", "a value of the list is empty or too long");
        axis->values[axis->count] = strndup(at, length);
        if (!axis->values[axis->count++])
            return STATUS_NO_MEMORY;
        at += length;
        if (!*at)
            return STATUS_OK;
    }
}

enum status axis_parse(const char *text, const char *option, const struct scenario *scenario, struct diagnostics *diagnostics,
                       struct axis *axis)
{
    const struct reading reading = {text, option, diagnostics};
    const char *equals = strchr(text, '=');
    *axis = (struct axis){0};
    if (!equals || equals == text || equals[1] == '\0')
        return complain(&reading, "as in Api.MemorySize=128:1024:64 or Api.MemorySize=128,512,1769", "is not of the form PATH=VALUES");
    axis->path = strndup(text, (size_t)(equals - text));
    const char *colon = strchr(equals + 1, ':');
    enum status status = STATUS_NO_MEMORY;
    if (axis->path && colon && !strchr(equals + 1, ','))
        status = parse_range(&reading, equals + 1, colon, scenario, axis);
    else if (axis->path)
        status = parse_list(&reading, equals + 1, axis);
    if (status != STATUS_OK)
        axis_fini(axis);
    return status;
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
