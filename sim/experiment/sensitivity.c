/* sensitivity.c: every input at its low and its high end, held against the base, replication by replication. */
#include "experiment/sensitivity.h"

#include "experiment/sensitivity_input.h"
#include "experiment/verify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Halvings towards a flip: to a thousandth of the range. */
#define HALVINGS 10u

struct work {
    struct study *study;
    const struct sensitivity_request *request;
    struct sensitivity *sensitivity;
    double *base;   /* figures x replications */
    double *values; /* the same, of the trial under way */
    size_t done;    /* ends that were run */
};

static const double *values_of(const struct work *work, const double *all, size_t figure)
{
    return all + figure * work->request->replications;
}

/* Runs the base with one assignment (NULL: none) and leaves all figures in `values`. `asked` sees the trial while it lives. */
static enum status run_one(struct work *work, const char *assignment, double *values)
{
    struct trial trial;
    uint32_t replications = work->request->replications;
    enum status status = trial_begin(work->study, &assignment, assignment ? 1 : 0, &trial);
    if (status == STATUS_OK)
        status = trial_replicate(work->study, &trial, replications);
    for (size_t f = 0; f < work->study->figure_count && status == STATUS_OK; f++)
        trial_values(work->study, &trial, f, replications, values + f * replications);
    trial_end(&trial);
    return status;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void note_end(struct work *work, struct input *input, enum level level)
{
    uint32_t replications = work->request->replications;
    for (size_t f = 0; f < work->study->figure_count; f++) {
        const double *base = values_of(work, work->base, f), *here = values_of(work, work->values, f);
        struct response *response = &input->responses[f];
        for (uint32_t r = 0; r < replications; r++)
            input->moves = input->moves || !same(base[r], here[r]);
        response->at[level] = interval_of_mean(here, replications, 0.95);
        response->change[level] = interval_of_difference(base, here, replications, 0.95);
        double change = fabs(response->change[level].mean);
        response->swing = isnan(change) ? response->swing : fmax(response->swing, change);
    }
}

static enum status run_end_of(struct work *work, struct input *input, enum level level)
{
    char *assignment = input_end(input, level);
    enum status status = assignment ? run_one(work, assignment, work->values) : STATUS_NO_MEMORY;
    free(assignment);
    if (status == STATUS_OK)
        note_end(work, input, level);
    work->done++;
    if (work->request->on_progress)
        work->request->on_progress(work->request->progress_context, (double)work->done / (double)(2 * work->sensitivity->count), 0);
    return status;
}

static bool holds_at(const struct work *work, size_t goal, double mean)
{
    return expectation_holds(&work->request->goals[goal].is, mean);
}

/* Between the ends, whose verdicts differ: halves until the place is known well enough. */
static enum status find_flip(struct work *work, struct input *input, size_t goal)
{
    double low = input->numbers[LEVEL_LOW], high = input->numbers[LEVEL_HIGH];
    bool at_low = holds_at(work, goal, input->responses[goal].at[LEVEL_LOW].mean);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < HALVINGS && status == STATUS_OK; i++) {
        double middle = low + (high - low) / 2;
        char *assignment = input_assignment(input, middle);
        status = assignment ? run_one(work, assignment, work->values) : STATUS_NO_MEMORY;
        free(assignment);
        double mean = interval_of_mean(values_of(work, work->values, goal), work->request->replications, 0.95).mean;
        if (holds_at(work, goal, mean) == at_low)
            low = middle;
        else
            high = middle;
    }
    input->flips[goal] = (struct flip){.from = low, .until = high, .holds_below = at_low};
    return status;
}

static enum status find_flips(struct work *work, struct input *input)
{
    enum status status = STATUS_OK;
    for (size_t g = 0; g < work->request->goal_count && status == STATUS_OK; g++) {
        const struct response *response = &input->responses[g];
        bool differ = holds_at(work, g, response->at[LEVEL_LOW].mean) != holds_at(work, g, response->at[LEVEL_HIGH].mean);
        if (differ && !isnan(input->numbers[LEVEL_LOW]))
            status = find_flip(work, input, g);
    }
    return status;
}

/* The ones that move something first, the largest swing first, then by name. */
static int compare_inputs(const void *left, const void *right)
{
    const struct input *a = left, *b = right;
    if (a->moves != b->moves)
        return a->moves ? -1 : 1;
    if (a->responses[0].swing < b->responses[0].swing || a->responses[0].swing > b->responses[0].swing)
        return a->responses[0].swing > b->responses[0].swing ? -1 : 1;
    return strcmp(a->path, b->path);
}

/* The base, whose run shows which rules are looked up. */
static enum status run_base(struct work *work)
{
    struct study *study = work->study;
    uint32_t replications = work->request->replications;
    struct trial trial;
    enum status status = trial_begin(study, NULL, 0, &trial);
    if (status == STATUS_OK)
        status = trial_replicate(study, &trial, replications);
    for (size_t f = 0; f < study->figure_count && status == STATUS_OK; f++) {
        trial_values(study, &trial, f, replications, work->base + f * replications);
        work->sensitivity->base[f] = interval_of_mean(work->base + f * replications, replications, 0.95);
    }
    /* The study's own scenario has the same rules; it lives on, the trial's does not. */
    const struct rule_book *read = status == STATUS_OK ? trial.variant.scenario->rules : NULL;
    for (size_t i = 0; read && i < read->count; i++)
        if (rule_was_asked(read, i))
            (void)rule_find(study->scenario->rules, read->rules[i].name);
    trial_end(&trial);
    return status;
}

enum status sensitivity_study(struct study *study, const struct sensitivity_request *request, struct sensitivity *sensitivity)
{
    size_t cells = study->figure_count * request->replications;
    *sensitivity = (struct sensitivity){.replications = request->replications};
    struct work work = {.study = study, .request = request, .sensitivity = sensitivity};
    work.base = calloc(cells + 1, sizeof *work.base);
    work.values = calloc(cells + 1, sizeof *work.values);
    enum status status = work.base && work.values ? run_base(&work) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = inputs_collect(study->scenario, request, study->figure_count, sensitivity);
    for (size_t i = 0; i < sensitivity->count && status == STATUS_OK; i++)
        for (size_t level = 0; level < LEVEL_COUNT && status == STATUS_OK; level++)
            status = run_end_of(&work, &sensitivity->inputs[i], (enum level)level);
    for (size_t i = 0; i < sensitivity->count && status == STATUS_OK; i++)
        status = find_flips(&work, &sensitivity->inputs[i]);
    for (size_t i = 0; i < sensitivity->count; i++)
        sensitivity->unmoved += !sensitivity->inputs[i].moves;
    if (status == STATUS_OK && sensitivity->count > 0)
        qsort(sensitivity->inputs, sensitivity->count, sizeof *sensitivity->inputs, compare_inputs);
    free(work.base);
    free(work.values);
    return status;
}

void sensitivity_fini(struct sensitivity *sensitivity)
{
    for (size_t i = 0; i < sensitivity->count; i++) {
        free(sensitivity->inputs[i].path);
        free(sensitivity->inputs[i].unit);
        free(sensitivity->inputs[i].responses);
        free(sensitivity->inputs[i].flips);
    }
    free(sensitivity->inputs);
    *sensitivity = (struct sensitivity){0};
}
