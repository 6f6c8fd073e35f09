/* arrival.c: the generator of arrivals: its beginning and end, and the kinds that follow a grid, a schedule or a trace. */
#include "engine/arrival.h"

#include "engine/arrival_poisson.h"
#include "engine/sim_time.h"

#include <math.h>
#include <stdlib.h>

#define RATE_MAX 1e18  /* per s; a faster source has no interval that arithmetic can tell from none */
#define RATE_MIN 1e-10 /* per s; a slower one sends once in all of simulated time */

void arrival_process_free(struct arrival_process *process)
{
    if (!process)
        return;
    free(process->stages);
    free(process->rates_per_s);
    free(process->mean_stay_ns);
    distribution_free(process->think);
    free(process);
}

/* The fraction of smallest terms that is `value` as a double, by continued fraction: so 0.1 a second is one in ten seconds and 10 a
 * minute is one in six, which the double itself is only nearly. `value` in [RATE_MIN, RATE_MAX]. */
static void fraction_of(double value, uint64_t *numerator, uint64_t *denominator)
{
    double before_h = 1, before_k = 0;
    double h = floor(value), k = 1;
    double rest = value - h;
    while (h / k < value || h / k > value) {
        if (!(rest > 0))
            break;
        double term = floor(1 / rest);
        rest = 1 / rest - term;
        double next_h = term * h + before_h, next_k = term * k + before_k;
        if (next_h > RATE_MAX || next_k > RATE_MAX)
            break;
        before_h = h;
        before_k = k;
        h = next_h;
        k = next_k;
    }
    *numerator = (uint64_t)h;
    *denominator = (uint64_t)k;
}

/* Arrival k is at from + floor(k x interval + 1/2); the half is what `carry` begins with. */
static void constant_init(struct arrival_generator *generator)
{
    double rate_per_s = generator->process->rate_per_s;
    generator->ended = !(rate_per_s > 0);
    generator->interval.whole_ns = TIME_FOREVER;
    generator->interval.divisor = 2;
    if (!(rate_per_s >= RATE_MIN))
        return;
    uint64_t requests, seconds;
    fraction_of(rate_per_s > RATE_MAX ? RATE_MAX : rate_per_s, &requests, &seconds);
    if (requests == 0)
        return;
    int128 total_ns = (int128)seconds * NS_PER_S;
    int128 whole_ns = total_ns / requests;
    generator->interval.whole_ns = whole_ns > TIME_FOREVER ? TIME_FOREVER : (int64_t)whole_ns;
    generator->interval.remainder = (uint64_t)(total_ns % requests) * 2;
    generator->interval.divisor = requests * 2;
    generator->interval.carry = requests;
}

static bool constant_next(struct arrival_generator *generator)
{
    if (generator->ordinal == 0)
        return true;
    generator->now_ns = time_add(generator->now_ns, generator->interval.whole_ns);
    generator->interval.carry += generator->interval.remainder;
    if (generator->interval.carry >= generator->interval.divisor) {
        generator->interval.carry -= generator->interval.divisor;
        generator->now_ns = time_add(generator->now_ns, 1);
    }
    return true;
}

static bool rate_next(struct arrival_generator *generator)
{
    if (generator->process->every_ns <= 0)
        return false;
    generator->now_ns = time_add(generator->now_ns, generator->process->every_ns);
    return true;
}

static bool bursts_next(struct arrival_generator *generator)
{
    if (generator->left == 0) {
        if (!rate_next(generator))
            return false;
        generator->left = generator->process->burst_size;
    }
    generator->left--;
    return true;
}

static bool cron_arrival_next(struct arrival_generator *generator)
{
    const struct arrival_process *process = generator->process;
    int64_t seconds = generator->now_ns / NS_PER_S;
    if (generator->ordinal == 0) /* `from` itself counts, where it is the start of a minute */
        seconds = seconds + (generator->now_ns % NS_PER_S > 0) - 1;
    int64_t unix_s = cron_next(&process->cron, process->epoch_s + seconds);
    if (unix_s == INT64_MAX || unix_s - process->epoch_s >= TIME_FOREVER / NS_PER_S)
        return false;
    generator->now_ns = (unix_s - process->epoch_s) * NS_PER_S;
    return true;
}

/* Goes to the first row at `from` or later: O(log rows). */
static void trace_init(struct arrival_generator *generator)
{
    size_t low = 0, high = generator->process->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (generator->process->times_ns[middle] < generator->from_ns)
            low = middle + 1;
        else
            high = middle;
    }
    generator->index = low;
}

static bool trace_next(struct arrival_generator *generator, struct arrival *arrival)
{
    const struct arrival_process *process = generator->process;
    if (generator->index >= process->count)
        return false;
    if (process->handler_ns)
        arrival->handler_ns = process->handler_ns[generator->index];
    generator->now_ns = process->times_ns[generator->index++];
    return true;
}

/* How many come in minute `index`. */
static uint64_t minute_count(const struct arrival_process *process, uint64_t index)
{
    uint64_t count = index < process->count ? process->per_minute[index] : 0;
    return process->one_per_minute && count > 1 ? 1 : count;
}

static void per_minute_init(struct arrival_generator *generator)
{
    generator->index = (uint64_t)(generator->from_ns / NS_PER_MIN);
    generator->left = minute_count(generator->process, generator->index);
}

/* The place in its minute of the next of those that are left. `uniform`: the smallest of n uniform numbers in what remains of the minute
 * leaves U^(1/n) of it, and after it the others are uniform again; so they come sorted and none is stored. */
static int64_t place_in_minute(struct arrival_generator *generator)
{
    uint64_t left = generator->left;
    switch (generator->process->placed) {
    case PLACED_EVEN: {
        uint64_t count = minute_count(generator->process, generator->index);
        return count ? (int64_t)((int128)(count - left) * NS_PER_MIN / count) : 0;
    }
    case PLACED_UNIFORM: {
        double remaining_ns = (double)NS_PER_MIN - generator->offset_ns;
        generator->offset_ns += remaining_ns * -expm1(-item_exponential(generator, generator->drawn++) / (double)left);
        int64_t place_ns = (int64_t)generator->offset_ns;
        return place_ns < NS_PER_MIN ? place_ns : NS_PER_MIN - 1;
    }
    case PLACED_START:
        break;
    }
    return 0;
}

static bool per_minute_next(struct arrival_generator *generator)
{
    for (;;) {
        while (generator->left == 0) {
            if (++generator->index >= generator->process->count)
                return false;
            generator->left = minute_count(generator->process, generator->index);
            generator->offset_ns = 0;
        }
        if (generator->index > (uint64_t)(generator->until_ns / NS_PER_MIN))
            return false;
        int64_t time_ns = (int64_t)generator->index * NS_PER_MIN;
        time_ns = time_add(time_ns, place_in_minute(generator));
        generator->left--;
        if (time_ns >= generator->from_ns) {
            generator->now_ns = time_ns;
            return true;
        }
    }
}

void arrival_generator_init(struct arrival_generator *generator, const struct arrival_process *process, int64_t from_ns, int64_t until_ns,
                            uint64_t seed, uint32_t replication, const char *source)
{
    *generator = (struct arrival_generator){.process = process, .from_ns = from_ns, .until_ns = until_ns, .now_ns = from_ns};
    stream_init(&generator->stream, seed, replication, source, "arrivals");
    switch (process->kind) {
    case ARRIVAL_CONSTANT:
        constant_init(generator);
        break;
    case ARRIVAL_POISSON:
        poisson_init(generator);
        break;
    case ARRIVAL_STAGES:
        stages_init(generator);
        break;
    case ARRIVAL_DIURNAL:
        diurnal_init(generator);
        break;
    case ARRIVAL_MMPP:
        mmpp_init(generator);
        break;
    case ARRIVAL_BURSTS:
        generator->left = process->burst_size;
        generator->ended = process->burst_size == 0;
        break;
    case ARRIVAL_RATE:
    case ARRIVAL_CRON:
        break;
    case ARRIVAL_USERS:
        generator->ended = true;
        break;
    case ARRIVAL_TRACE:
        trace_init(generator);
        break;
    case ARRIVAL_PER_MINUTE:
        per_minute_init(generator);
        break;
    }
    if (from_ns < 0 || from_ns >= until_ns)
        generator->ended = true;
}

/* Moves the generator on; false when its process has no more. */
static bool move_on(struct arrival_generator *generator, struct arrival *arrival)
{
    switch (generator->process->kind) {
    case ARRIVAL_CONSTANT:
        return constant_next(generator);
    case ARRIVAL_POISSON:
        return poisson_next(generator);
    case ARRIVAL_STAGES:
        return stages_next(generator);
    case ARRIVAL_DIURNAL:
        return diurnal_next(generator);
    case ARRIVAL_MMPP:
        return mmpp_next(generator);
    case ARRIVAL_BURSTS:
        return bursts_next(generator);
    case ARRIVAL_RATE:
        return rate_next(generator);
    case ARRIVAL_CRON:
        return cron_arrival_next(generator);
    case ARRIVAL_TRACE:
        return trace_next(generator, arrival);
    case ARRIVAL_PER_MINUTE:
        return per_minute_next(generator);
    case ARRIVAL_USERS:
        break;
    }
    return false;
}

bool arrival_next(struct arrival_generator *generator, struct arrival *arrival)
{
    arrival->handler_ns = -1;
    if (generator->ended || !move_on(generator, arrival) || generator->now_ns >= generator->until_ns) {
        generator->ended = true;
        return false;
    }
    arrival->time_ns = generator->now_ns;
    generator->ordinal++;
    return true;
}
