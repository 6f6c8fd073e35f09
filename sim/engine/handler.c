/* handler.c: the time of a handler on a share of vCPUs that is its own: a single-threaded one takes work / min(share, 1). */
#include "engine/handler.h"

#include "engine/sim_time.h"

double compute_slowdown(const struct compute_share *share, double parallel)
{
    double single = share->vcpus < 1 ? share->vcpus : 1;
    return (1 - parallel) / single + parallel / share->vcpus;
}

/* What running some steps took, and the work in it: time on one full vCPU. */
struct effort {
    double time_ns;
    double work_ns;
};

static struct effort steps_effort(const struct step_list *list, const struct compute_share *share, struct stream *stream);

/* Branches run at once: over when the slowest is, and not before the share has done the work of all. */
static struct effort parallel_effort(const struct step *step, const struct compute_share *share, struct stream *stream)
{
    struct effort sum = {0, 0};
    for (size_t i = 0; i < step->branch_count; i++) {
        struct effort branch = steps_effort(&step->branches[i], share, stream);
        sum.time_ns = branch.time_ns > sum.time_ns ? branch.time_ns : sum.time_ns;
        sum.work_ns += branch.work_ns;
    }
    double least_ns = sum.work_ns / share->vcpus;
    sum.time_ns = least_ns > sum.time_ns ? least_ns : sum.time_ns;
    return sum;
}

static struct effort step_effort(const struct step *step, const struct compute_share *share, struct stream *stream)
{
    double ns;
    switch (step->kind) {
    case STEP_CPU:
        ns = distribution_sample(step->time, &stream->rng);
        return (struct effort){ns * compute_slowdown(share, step->parallel), ns};
    case STEP_WAIT:
        return (struct effort){distribution_sample(step->time, &stream->rng), 0};
    case STEP_PROBABILITY:
        if (stream_uniform(stream) < step->probability)
            return steps_effort(&step->branches[0], share, stream);
        break;
    case STEP_PARALLEL:
        return parallel_effort(step, share, stream);
    case STEP_CALL: /* nobody asks: how long a handler with calls runs, nobody knows beforehand */
        break;
    }
    return (struct effort){0, 0};
}

/* Steps one after the other; each draws on in the same stream. */
static struct effort steps_effort(const struct step_list *list, const struct compute_share *share, struct stream *stream)
{
    struct effort sum = {0, 0};
    for (size_t i = 0; i < list->count; i++) {
        struct effort effort = step_effort(&list->steps[i], share, stream);
        sum.time_ns += effort.time_ns;
        sum.work_ns += effort.work_ns;
    }
    return sum;
}

static double draw(const struct distribution *distribution, struct stream *stream, uint64_t item, uint32_t attempt)
{
    if (!distribution)
        return 0;
    stream_at(stream, item, attempt);
    return distribution_sample(distribution, &stream->rng);
}

struct handler_draw handler_drawn(const struct handler *handler, struct handler_streams *streams, uint64_t item, uint32_t attempt)
{
    if (handler->duration)
        return (struct handler_draw){.wait_ns = draw(handler->duration, &streams->cpu, item, attempt)};
    return (struct handler_draw){
        .work_ns = draw(handler->cpu, &streams->cpu, item, attempt),
        .wait_ns = draw(handler->wait, &streams->wait, item, attempt),
        .bytes = draw(handler->transfer, &streams->transfer, item, attempt),
    };
}

int64_t handler_time(const struct handler *handler, const struct compute_share *share, struct handler_streams *streams, uint64_t item,
                     uint32_t attempt)
{
    if (handler->steps.count > 0) {
        stream_at(&streams->steps, item, attempt);
        return time_from_double(steps_effort(&handler->steps, share, &streams->steps).time_ns);
    }
    const struct handler_draw drawn = handler_drawn(handler, streams, item, attempt);
    double ns = drawn.work_ns * compute_slowdown(share, handler->parallel) + drawn.wait_ns;
    if (handler->transfer)
        ns += drawn.bytes / share->bytes_per_s * (double)NS_PER_S;
    return time_from_double(ns);
}
