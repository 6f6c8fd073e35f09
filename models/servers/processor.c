/* processor.c: processor sharing, by a clock that runs as fast as each thread is served. */
#include "processor.h"

#include "engine/sim_time.h"

#include <math.h>
#include <stdlib.h>

/* Of served time: doubles hold it to far less than this over years, and events are whole ns. */
#define NEAR_NS 0.001

void processor_init(struct processor *processor, double vcpus, struct memory_account *account, const char *owner)
{
    *processor = (struct processor){.vcpus = vcpus, .due_ns = TIME_FOREVER, .account = account, .owner = owner};
}

void processor_fini(struct processor *processor)
{
    if (processor->account)
        memory_account_give(processor->account, processor->room * sizeof *processor->jobs);
    free(processor->jobs);
    processor->jobs = NULL;
    processor->room = processor->count = processor->threads = 0;
}

/* ns of one vCPU that each thread gets in a ns. */
static double speed(const struct processor *processor)
{
    return processor->threads <= processor->vcpus ? 1 : processor->vcpus / processor->threads;
}

static void advance(struct processor *processor, int64_t now_ns)
{
    if (processor->threads == 0)
        processor->served_ns = 0;
    else
        processor->served_ns += (double)(now_ns - processor->at_ns) * speed(processor);
    processor->at_ns = now_ns;
}

static bool comes_before(const struct processor_job *a, const struct processor_job *b)
{
    return a->until_ns != b->until_ns ? a->until_ns < b->until_ns : a->order < b->order;
}

static bool grow(struct processor *processor)
{
    uint32_t room = processor->room ? 2 * processor->room : 8;
    if (memory_account_take(processor->account, (uint64_t)(room - processor->room) * sizeof *processor->jobs, processor->owner) !=
        STATUS_OK)
        return false;
    struct processor_job *jobs = realloc(processor->jobs, room * sizeof *jobs);
    if (!jobs) {
        memory_account_give(processor->account, (uint64_t)(room - processor->room) * sizeof *processor->jobs);
        return false;
    }
    processor->jobs = jobs;
    processor->room = room;
    return true;
}

void processor_set_vcpus(struct processor *processor, int64_t now_ns, double vcpus)
{
    if (vcpus == processor->vcpus)
        return;
    advance(processor, now_ns);
    processor->vcpus = vcpus;
}

bool processor_add(struct processor *processor, int64_t now_ns, double work_ns, uint32_t threads, uint32_t data)
{
    if (processor->count == processor->room && !grow(processor))
        return false;
    advance(processor, now_ns);
    const struct processor_job job = {processor->served_ns + work_ns / threads, processor->orders++, threads, data};
    uint32_t at = processor->count++;
    for (; at > 0 && comes_before(&job, &processor->jobs[(at - 1) / 2]); at = (at - 1) / 2)
        processor->jobs[at] = processor->jobs[(at - 1) / 2];
    processor->jobs[at] = job;
    processor->threads += threads;
    return true;
}

static uint32_t remove_first(struct processor *processor)
{
    struct processor_job *jobs = processor->jobs;
    const struct processor_job first = jobs[0], last = jobs[--processor->count];
    uint32_t at = 0;
    for (uint32_t next; (next = 2 * at + 1) < processor->count; at = next) {
        if (next + 1 < processor->count && comes_before(&jobs[next + 1], &jobs[next]))
            next++;
        if (!comes_before(&jobs[next], &last))
            break;
        jobs[at] = jobs[next];
    }
    jobs[at] = last;
    processor->threads -= first.threads;
    return first.data;
}

bool processor_done(struct processor *processor, int64_t now_ns, uint32_t *data)
{
    advance(processor, now_ns);
    if (processor->count == 0 || processor->jobs[0].until_ns - processor->served_ns > NEAR_NS)
        return false;
    *data = remove_first(processor);
    return true;
}

bool processor_drop(struct processor *processor, uint32_t *data)
{
    if (processor->count == 0)
        return false;
    *data = remove_first(processor);
    return true;
}

int64_t processor_next_ns(const struct processor *processor, int64_t now_ns)
{
    if (processor->count == 0)
        return TIME_FOREVER;
    double served_ns = processor->served_ns + (double)(now_ns - processor->at_ns) * speed(processor);
    double left_ns = ceil(fmax(processor->jobs[0].until_ns - served_ns - NEAR_NS, 0) / speed(processor));
    return time_add(now_ns, time_from_double(left_ns));
}

double processor_busy(const struct processor *processor)
{
    return processor->threads < processor->vcpus ? processor->threads : processor->vcpus;
}
