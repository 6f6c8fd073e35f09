/* arrival_poisson.c: Poisson arrivals at a rate that stands, follows stages, follows the day or jumps.
 *
 * All by one idea: the integral of the rate from one arrival to the next is exponential with mean 1. So an arrival draws that once, by its
 * ordinal, and walks the rate until it is used up, which costs no draw at a change of rate. Time is kept as whole ns and what they leave
 * out, so that arrivals within one ns come at the right rate too. */
#include "engine/arrival_poisson.h"

#include "engine/sim_time.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_bessel.h>
#include <math.h>

#define NS_PER_S_DOUBLE 1e9
#define TOO_FAR_NS 9.2e18

/* The next of the current item. As distribution_sample has it, whose choice of kinds costs as much as the draw. */
static double next_exponential(struct arrival_generator *generator)
{
    return -log(1 - stream_uniform(&generator->stream));
}

double item_exponential(struct arrival_generator *generator, uint64_t item)
{
    stream_at(&generator->stream, item, 0);
    return next_exponential(generator);
}

static void move_by(struct arrival_generator *generator, double ahead_ns)
{
    double exact_ns = generator->offset_ns + ahead_ns;
    if (!(exact_ns < TOO_FAR_NS)) {
        generator->now_ns = TIME_FOREVER;
        return;
    }
    int64_t whole_ns = (int64_t)exact_ns;
    generator->now_ns = time_add(generator->now_ns, whole_ns);
    generator->offset_ns = exact_ns - (double)whole_ns;
}

/* To where the rate changes. */
static void move_to_change(struct arrival_generator *generator)
{
    generator->now_ns = generator->next_change_ns;
    generator->offset_ns = 0;
}

static double until_change_ns(const struct arrival_generator *generator)
{
    return (double)(generator->next_change_ns - generator->now_ns) - generator->offset_ns;
}

/* Walks on at a constant rate; true if `*hazard` was used up before the next change, else what is left of it is in *hazard. */
static bool walk_constant(struct arrival_generator *generator, double rate_per_ns, double *hazard)
{
    double ahead_ns = *hazard / rate_per_ns; /* infinite at rate 0, or NaN */
    double most_ns = until_change_ns(generator);
    if (ahead_ns < most_ns) {
        move_by(generator, ahead_ns);
        return true;
    }
    *hazard = fmax(0, *hazard - rate_per_ns * most_ns);
    move_to_change(generator);
    return false;
}

void poisson_init(struct arrival_generator *generator)
{
    generator->rate_per_ns = generator->process->rate_per_s / NS_PER_S_DOUBLE;
    generator->ended = !(generator->rate_per_ns > 0);
}

bool poisson_next(struct arrival_generator *generator)
{
    move_by(generator, item_exponential(generator, generator->ordinal) / generator->rate_per_ns);
    return true;
}

void stages_init(struct arrival_generator *generator)
{
    generator->next_change_ns = generator->from_ns;
    generator->ended = generator->process->count == 0;
    if (!generator->ended)
        generator->next_change_ns = time_add(generator->from_ns, generator->process->stages[0].for_ns);
}

/* Walks on within a stage, whose rate is a line: the integral is a parabola, and its root is taken in the form that does not cancel. */
static bool walk_stage(struct arrival_generator *generator, const struct stage *stage, double *hazard)
{
    double left_ns = until_change_ns(generator);
    if (stage->for_ns <= 0 || left_ns <= 0)
        return false;
    double from_per_ns = stage->from_per_s / NS_PER_S_DOUBLE;
    double slope = (stage->to_per_s - stage->from_per_s) / NS_PER_S_DOUBLE / (double)stage->for_ns;
    double rate_per_ns = fmax(0, from_per_ns + slope * ((double)stage->for_ns - left_ns));
    double available = left_ns * (rate_per_ns + stage->to_per_s / NS_PER_S_DOUBLE) / 2;
    if (*hazard >= available) {
        *hazard -= available;
        return false;
    }
    double root = sqrt(fmax(0, rate_per_ns * rate_per_ns + 2 * slope * *hazard));
    double ahead_ns = *hazard > 0 ? 2 * *hazard / (rate_per_ns + root) : 0;
    move_by(generator, ahead_ns < left_ns ? ahead_ns : left_ns);
    return true;
}

bool stages_next(struct arrival_generator *generator)
{
    const struct arrival_process *process = generator->process;
    double hazard = item_exponential(generator, generator->ordinal);
    while (generator->now_ns < generator->until_ns) {
        if (walk_stage(generator, &process->stages[generator->index], &hazard))
            return generator->now_ns < generator->next_change_ns || generator->index + 1 < process->count;
        if (++generator->index >= process->count)
            return false;
        move_to_change(generator);
        generator->next_change_ns = time_add(generator->now_ns, process->stages[generator->index].for_ns);
    }
    return false;
}

/* Thinning: candidates come at a bound of the rate, and each stays with the chance that the rate bears to the bound. It is exact for any
 * bound. One bound for the whole day would throw most candidates away when the peak is sharp (999 of 1,000 at a peak of 1,000 times the
 * mean); inverting the integral, which has no closed form, would be neither exact nor quick. So there is a bound for each quarter of an
 * hour, counted from the peak: the rate falls for half a day and rises for the other half, so it is the rate at the end nearer to the
 * peak. For a peak of 3 times the mean, 97 of 100 candidates stay. */
#define SLOT_NS (15 * NS_PER_MIN)
#define SLOTS (NS_PER_DAY / SLOT_NS)

/* Time since the last peak. */
static int64_t since_peak_ns(const struct arrival_process *process, int64_t now_ns)
{
    int64_t zero_ns = process->epoch_s % (NS_PER_DAY / NS_PER_S) * NS_PER_S;
    int64_t since_ns = (zero_ns + now_ns % NS_PER_DAY - process->peak_at_ns % NS_PER_DAY) % NS_PER_DAY;
    return since_ns < 0 ? since_ns + NS_PER_DAY : since_ns;
}

/* The rate over the peak's, exp(kappa (cos - 1)), with cos - 1 written so that it keeps its digits near the peak. */
static double share_of_peak(const struct arrival_process *process, double after_peak_ns)
{
    double sine = sin(M_PI * after_peak_ns / (double)NS_PER_DAY);
    return exp(-2 * process->kappa * sine * sine);
}

void diurnal_init(struct arrival_generator *generator)
{
    const struct arrival_process *process = generator->process;
    generator->rate_per_ns = process->rate_per_s / NS_PER_S_DOUBLE / gsl_sf_bessel_I0_scaled(process->kappa);
    generator->next_change_ns = generator->from_ns;
    generator->ended = !(generator->rate_per_ns > 0);
}

static void diurnal_slot(struct arrival_generator *generator)
{
    int64_t since_ns = since_peak_ns(generator->process, generator->now_ns);
    int64_t slot = since_ns / SLOT_NS;
    int64_t nearest_ns = slot < SLOTS / 2 ? slot * SLOT_NS : (slot + 1) * SLOT_NS;
    generator->next_change_ns = time_add(generator->now_ns, (slot + 1) * SLOT_NS - since_ns);
    generator->bound_per_ns = generator->rate_per_ns * share_of_peak(generator->process, (double)nearest_ns);
}

bool diurnal_next(struct arrival_generator *generator)
{
    double hazard = item_exponential(generator, generator->ordinal);
    while (generator->now_ns < generator->until_ns) {
        if (generator->now_ns >= generator->next_change_ns)
            diurnal_slot(generator);
        if (!walk_constant(generator, generator->bound_per_ns, &hazard))
            continue;
        double after_peak_ns = (double)since_peak_ns(generator->process, generator->now_ns) + generator->offset_ns;
        double rate_per_ns = generator->rate_per_ns * share_of_peak(generator->process, after_peak_ns);
        if (stream_uniform(&generator->stream) * generator->bound_per_ns < rate_per_ns)
            return true;
        hazard = next_exponential(generator);
    }
    return false;
}

/* A state's stay, and which state follows, have places of their own in the stream (attempt 1), so arrivals do not move them. */
static void mmpp_enter(struct arrival_generator *generator, int64_t now_ns)
{
    const struct arrival_process *process = generator->process;
    stream_at(&generator->stream, generator->drawn, 1);
    double choice = stream_uniform(&generator->stream);
    if (generator->drawn++ > 0 && process->count > 1) {
        uint64_t other = (uint64_t)(choice * (double)(process->count - 1));
        generator->index = other + (other >= generator->index);
    }
    int64_t stay_ns = time_from_double(next_exponential(generator) * process->mean_stay_ns[generator->index]);
    /* At least 1 ns, so that time goes on. */
    generator->next_change_ns = process->count > 1 ? time_add(now_ns, stay_ns > 0 ? stay_ns : 1) : TIME_FOREVER;
    generator->rate_per_ns = process->rates_per_s[generator->index] / NS_PER_S_DOUBLE;
}

void mmpp_init(struct arrival_generator *generator)
{
    const struct arrival_process *process = generator->process;
    generator->ended = true;
    for (size_t state = 0; state < process->count; state++)
        if (process->rates_per_s[state] > 0)
            generator->ended = false;
    if (!generator->ended)
        mmpp_enter(generator, generator->from_ns);
}

bool mmpp_next(struct arrival_generator *generator)
{
    double hazard = item_exponential(generator, generator->ordinal);
    while (generator->now_ns < generator->until_ns) {
        if (walk_constant(generator, generator->rate_per_ns, &hazard))
            return true;
        if (generator->now_ns < TIME_FOREVER)
            mmpp_enter(generator, generator->now_ns);
    }
    return false;
}

struct peak {
    double log_ratio;
};

/* log of exp(k) / I0(k) less the log of the ratio. */
static double peak_excess(double kappa, void *parameters)
{
    const struct peak *peak = parameters;
    return -log(gsl_sf_bessel_I0_scaled(kappa)) - peak->log_ratio;
}

enum status diurnal_kappa(double peak_over_mean, double *kappa)
{
    *kappa = 0;
    if (!(peak_over_mean >= 1 && peak_over_mean <= 1000))
        return STATUS_INVALID;
    if (peak_over_mean <= 1)
        return STATUS_OK;
    /* exp(k) / I0(k) grows from 1 and is above sqrt(2 pi k) - 1, so the root lies below (ratio + 1)^2 / 2 pi. */
    double high = (peak_over_mean + 1) * (peak_over_mean + 1) / (2 * M_PI);
    struct peak peak = {log(peak_over_mean)};
    gsl_function function = {peak_excess, &peak};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (!solver)
        return STATUS_NO_MEMORY;
    int code = gsl_root_fsolver_set(solver, &function, 0, high);
    for (int i = 0; i < 200 && code == GSL_SUCCESS; i++) {
        code = gsl_root_fsolver_iterate(solver);
        double low = gsl_root_fsolver_x_lower(solver);
        if (code == GSL_SUCCESS && gsl_root_test_interval(low, gsl_root_fsolver_x_upper(solver), 0, 1e-14) == GSL_SUCCESS)
            break;
    }
    *kappa = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return code == GSL_SUCCESS ? STATUS_OK : STATUS_INVALID;
}
