/* token_bucket.h: an exact token bucket. The rate is a ratio of integers (tokens per so many ns), the level is kept in
 * tokens times that many ns, so refill is integer arithmetic and no token is ever lost or invented by rounding. */
#ifndef SLSIM_ENGINE_TOKEN_BUCKET_H
#define SLSIM_ENGINE_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct token_bucket {
    int64_t level;    /* tokens x per_ns */
    int64_t capacity; /* tokens x per_ns */
    int64_t tokens;   /* refilled every per_ns */
    int64_t per_ns;
    int64_t since_ns; /* when `level` was right */
};

/* Full at `now_ns`. capacity * per_ns must fit 63 bits: 10,000 tokens refilled per hour do, by far. */
void token_bucket_init(struct token_bucket *bucket, int64_t capacity, int64_t tokens, int64_t per_ns, int64_t now_ns);
/* For quotas of so many a second: `depth_s` seconds' worth may be used at once, and at least one. What is more than a thousand million a
 * second counts as that. */
void token_bucket_init_per_s(struct token_bucket *bucket, double per_s, double depth_s, int64_t now_ns);
/* Takes `count` tokens if there are so many at `now_ns`, which must not run backwards. O(1). */
bool token_bucket_take(struct token_bucket *bucket, int64_t count, int64_t now_ns);
/* Whole tokens there at `now_ns`. */
int64_t token_bucket_available(struct token_bucket *bucket, int64_t now_ns);
/* When `count` tokens will be there, if none is taken meanwhile; TIME_FOREVER: never. O(1). */
int64_t token_bucket_ready_ns(struct token_bucket *bucket, int64_t count, int64_t now_ns);
/* Another rate or capacity from `now_ns` on; what is there is kept up to the new capacity. */
void token_bucket_change(struct token_bucket *bucket, int64_t capacity, int64_t tokens, int64_t per_ns, int64_t now_ns);

#endif
