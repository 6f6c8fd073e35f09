/* sensitivity_input.c: which inputs there are: assumptions in use, by the rules that were looked up, and what was asked for. */
#include "experiment/sensitivity_input.h"

#include "engine/room.h"
#include "engine/sim_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the standard normal: the 99th percentile. */
#define NORMAL_P99 2.3263478740408408

static struct input *add(struct sensitivity *sensitivity, const struct sensitivity_request *request, size_t figure_count)
{
    if (!room_for(&sensitivity->inputs, sensitivity->count + 1, &sensitivity->capacity, sizeof *sensitivity->inputs))
        return NULL;
    struct input *input = &sensitivity->inputs[sensitivity->count++];
    *input = (struct input){.numbers = {NAN, NAN}};
    input->responses = calloc(figure_count + 1, sizeof *input->responses);
    input->flips = calloc(request->goal_count + 1, sizeof *input->flips);
    for (size_t g = 0; input->flips && g < request->goal_count; g++)
        input->flips[g] = (struct flip){.from = NAN, .until = NAN};
    return input->responses && input->flips ? input : NULL;
}

/* The middle of a distribution, s: what the range of an assumption is about. NaN for shapes that nobody assumes. */
static double middle_s(const struct distribution *distribution)
{
    double middle_ns = NAN;
    if (distribution->kind == DISTRIBUTION_LOGNORMAL)
        middle_ns = exp(distribution->a);
    else if (distribution->kind == DISTRIBUTION_UNIFORM)
        middle_ns = (distribution->a + distribution->b) / 2;
    else if (distribution->kind == DISTRIBUTION_CONSTANT)
        middle_ns = distribution->a;
    return middle_ns / NS_PER_S;
}

static enum status add_rule(const struct rule *rule, const struct sensitivity_request *request, size_t figure_count,
                            struct sensitivity *sensitivity)
{
    double base = rule->distribution ? middle_s(rule->distribution) : rule->number;
    if (isnan(rule->low) || isnan(rule->high) || isnan(base) || !(rule->high > rule->low)) {
        sensitivity->unbounded++;
        return STATUS_OK;
    }
    struct input *input = add(sensitivity, request, figure_count);
    if (!input)
        return STATUS_NO_MEMORY;
    input->rule = rule;
    input->numbers[LEVEL_LOW] = rule->low;
    input->numbers[LEVEL_HIGH] = rule->high;
    input->unit = strdup(rule->distribution ? "s" : rule->unit);
    if (!input->unit || asprintf(&input->path, "rules.%s", rule->name) < 0) {
        input->path = NULL;
        return STATUS_NO_MEMORY;
    }
    for (size_t level = 0; level < LEVEL_COUNT; level++)
        snprintf(input->texts[level], AXIS_TEXT_SIZE, "%.6g", input->numbers[level]);
    snprintf(input->base, AXIS_TEXT_SIZE, "%.6g", base);
    return STATUS_OK;
}

static enum status add_axis(const struct axis *axis, const struct sensitivity_request *request, size_t figure_count,
                            struct sensitivity *sensitivity)
{
    struct input *input = add(sensitivity, request, figure_count);
    char buffer[AXIS_TEXT_SIZE];
    if (!input)
        return STATUS_NO_MEMORY;
    input->path = strdup(axis->path);
    input->unit = strdup(axis->unit ? axis->unit : "");
    snprintf(input->texts[LEVEL_LOW], AXIS_TEXT_SIZE, "%s", axis_value(axis, 0, buffer));
    snprintf(input->texts[LEVEL_HIGH], AXIS_TEXT_SIZE, "%s",
             axis->values ? axis->values[axis->count - 1] : axis_number(axis, axis->high, buffer));
    if (!axis->values) {
        input->numbers[LEVEL_LOW] = axis->low;
        input->numbers[LEVEL_HIGH] = axis->high;
    }
    return input->path && input->unit ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status inputs_collect(const struct scenario *scenario, const struct sensitivity_request *request, size_t figure_count,
                           struct sensitivity *sensitivity)
{
    const struct rule_book *book = scenario->rules;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < book->count && status == STATUS_OK; i++)
        if (book->rules[i].assumption && rule_was_asked(book, i))
            status = add_rule(&book->rules[i], request, figure_count, sensitivity);
    for (size_t i = 0; i < request->axis_count && status == STATUS_OK; i++)
        status = add_axis(&request->axes[i], request, figure_count, sensitivity);
    return status;
}

/* A distribution keeps its shape: all of it is scaled until its middle is `middle` seconds. */
static char *scaled(const struct input *input, double middle)
{
    const struct distribution *distribution = input->rule->distribution;
    double ratio = middle / middle_s(distribution);
    char *text = NULL;
    int length;
    if (distribution->kind == DISTRIBUTION_LOGNORMAL)
        length = asprintf(&text, "%s={\"lognormal\": {\"median\": \"%.9gs\", \"p99\": \"%.9gs\"}}", input->path, middle,
                          middle * exp(NORMAL_P99 * distribution->b));
    else if (distribution->kind == DISTRIBUTION_UNIFORM)
        length = asprintf(&text, "%s={\"uniform\": [\"%.9gs\", \"%.9gs\"]}", input->path, distribution->a * ratio / NS_PER_S,
                          distribution->b * ratio / NS_PER_S);
    else
        length = asprintf(&text, "%s=%.9gs", input->path, middle);
    return length < 0 ? NULL : text;
}

char *input_assignment(const struct input *input, double number)
{
    char *text = NULL;
    if (input->rule && input->rule->distribution)
        return scaled(input, number);
    int length =
        input->rule ? asprintf(&text, "%s=%.12g", input->path, number) : asprintf(&text, "%s=%.12g%s", input->path, number, input->unit);
    return length < 0 ? NULL : text;
}

char *input_end(const struct input *input, enum level level)
{
    char *text = NULL;
    if (!isnan(input->numbers[level]))
        return input_assignment(input, input->numbers[level]);
    return asprintf(&text, "%s=%s", input->path, input->texts[level]) < 0 ? NULL : text;
}
