/* arrival_poisson.h: the arrival processes that are Poisson at some rate, for arrival.c alone. */
#ifndef SLSIM_ENGINE_ARRIVAL_POISSON_H
#define SLSIM_ENGINE_ARRIVAL_POISSON_H

#include "engine/arrival.h"

#include <stdbool.h>

/* Finishes what arrival_generator_init began; sets `ended` where nothing can come. */
void poisson_init(struct arrival_generator *generator);
void stages_init(struct arrival_generator *generator);
void diurnal_init(struct arrival_generator *generator);
void mmpp_init(struct arrival_generator *generator);

/* Move to the next arrival, which may lie past until_ns; false when there is none. */
bool poisson_next(struct arrival_generator *generator);
bool stages_next(struct arrival_generator *generator);
bool diurnal_next(struct arrival_generator *generator);
bool mmpp_next(struct arrival_generator *generator);

/* The exponential of mean 1 that belongs to `item`. */
double item_exponential(struct arrival_generator *generator, uint64_t item);

#endif
