/* key.h: which partition key or message group an item has. Keys are numbers from 1, the same for every source: two sources that spread over
 * 1..100 share their keys. */
#ifndef SLSIM_ENGINE_KEY_H
#define SLSIM_ENGINE_KEY_H

#include "engine/random.h"

#include <stdint.h>

#define KEY_NONE_GIVEN 0u
#define KEY_COUNT_MAX 1000000000u
#define KEY_EXPONENT_MAX 100.0

enum key_kind {
    KEY_NONE,     /* no key: 0 */
    KEY_CONSTANT, /* always the same */
    KEY_UNIFORM,  /* 1..count, all equally likely */
    KEY_ZIPF      /* 1..count, k with weight k^-exponent: 1 is the hot one */
};

struct key_choice {
    enum key_kind kind;
    uint32_t constant;
    uint32_t count;
    double exponent;
    double first, last, squeeze; /* ZIPF: the ends of the hat's integral, and what is surely under it; set by key_choice_zipf */
};

/* The key that a text names: a number from 1 to KEY_COUNT_MAX is that key; any other text has one of its own beyond these, by a 31-bit
 * hash. */
uint32_t key_named(const char *text);

/* `count` in 1..KEY_COUNT_MAX, `exponent` in 0..KEY_EXPONENT_MAX (0: uniform). */
struct key_choice key_choice_uniform(uint32_t count);
struct key_choice key_choice_zipf(uint32_t count, double exponent);

/* Draws from where `stream` stands. No table, whatever the count; ZIPF by rejection-inversion: W. Hormann, G. Derflinger,
 * "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS 6 (1996) 169-184: less than 1.3 tries each.
 */
uint32_t key_draw(const struct key_choice *choice, struct stream *stream);

#endif
