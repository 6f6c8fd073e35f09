/* procedure_plan.c: from steps to a plan. What a run draws is drawn here, in the order of the steps. */
#include "engine/procedure_run.h"

#include <math.h>

bool steps_call(const struct step_list *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->steps[i].calls)
            return true;
    return false;
}

uint32_t plan_size(const struct step_list *steps, uint32_t *calls)
{
    uint32_t count = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->steps[i];
        count += step->kind == STEP_PARALLEL ? 5u : 2u; /* what is pending before it; a fork's own work */
        *calls += step->kind == STEP_CALL;
        for (size_t k = 0; k < step->branch_count; k++)
            count += 1 + plan_size(&step->branches[k], calls);
    }
    return count;
}

/* A plan while it is made. */
struct planning {
    struct procedure_runner *runner;
    struct run *run;
    double pending_ns; /* of the steps that are not in a node yet */
    double work_ns;    /* so far, as time on one full vCPU, outside of forks that are over */
    double stretch;
};

static struct node *add_node(struct planning *planning, enum node_kind kind, const struct step *step)
{
    struct node *node = &planning->run->nodes[planning->run->node_count++];
    *node = (struct node){.kind = (uint8_t)kind, .step = step};
    return node;
}

static void flush(struct planning *planning)
{
    if (planning->pending_ns > 0)
        add_node(planning, NODE_DELAY, NULL)->time_ns = time_from_double(planning->pending_ns);
    planning->pending_ns = 0;
}

static void plan_steps(struct planning *planning, const struct step_list *steps);

/* The branches do their work on one share: a branch of its own waits until that is done. */
static void plan_fork(struct planning *planning, const struct step *step)
{
    const double outside_ns = planning->work_ns;
    struct node *fork = add_node(planning, NODE_FORK, step);
    planning->work_ns = 0;
    for (size_t i = 0; i < step->branch_count; i++) {
        struct node *branch = add_node(planning, NODE_BRANCH, step);
        plan_steps(planning, &step->branches[i]);
        flush(planning);
        branch->end = planning->run->node_count;
    }
    if (planning->work_ns > 0) {
        struct node *branch = add_node(planning, NODE_BRANCH, step);
        planning->pending_ns = planning->work_ns / planning->runner->type->vcpus(planning->runner->owner);
        flush(planning);
        branch->end = planning->run->node_count;
    }
    fork->end = planning->run->node_count;
    planning->work_ns += outside_ns;
}

static void plan_call(struct planning *planning, const struct step *step)
{
    double count = step->call->count ? round(distribution_sample(step->call->count, &planning->runner->draws.rng)) : 1;
    if (count >= 1)
        add_node(planning, NODE_CALL, step)->count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void plan_step(struct planning *planning, const struct step *step)
{
    struct procedure_runner *runner = planning->runner;
    double ns;
    switch (step->kind) {
    case STEP_CPU:
        ns = planning->stretch * distribution_sample(step->time, &runner->draws.rng);
        if (runner->type->work) {
            flush(planning);
            if (ns > 0)
                add_node(planning, NODE_WORK, step)->time_ns = time_from_double(ns);
            break;
        }
        planning->pending_ns += ns * runner->type->slowdown(runner->owner, step->parallel);
        planning->work_ns += ns;
        break;
    case STEP_WAIT:
        planning->pending_ns += planning->stretch * distribution_sample(step->time, &runner->draws.rng);
        break;
    case STEP_PROBABILITY:
        if (stream_uniform(&runner->draws) < step->probability)
            plan_steps(planning, &step->branches[0]);
        break;
    case STEP_PARALLEL:
        flush(planning);
        plan_fork(planning, step);
        break;
    case STEP_CALL:
        flush(planning);
        plan_call(planning, step);
        break;
    }
}

static void plan_steps(struct planning *planning, const struct step_list *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        plan_step(planning, &steps->steps[i]);
}

void plan_run(struct procedure_runner *runner, struct run *run)
{
    struct planning planning = {.runner = runner, .run = run, .stretch = runner->type->stretch ? runner->type->stretch(runner->owner) : 1};
    stream_at(&runner->draws, run->item, run->attempt);
    plan_steps(&planning, runner->steps);
    flush(&planning);
}
