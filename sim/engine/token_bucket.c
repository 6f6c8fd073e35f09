/* token_bucket.c: refilling and taking in whole numbers, without ever rounding. */
#include "engine/token_bucket.h"

#include "engine/sim_time.h"

#include <assert.h>
#include <math.h>

/* tokens x per_ns, as far as 63 bits go. */
static int64_t scaled(int64_t tokens, int64_t per_ns)
{
    const int128 product = (int128)tokens * per_ns;
    return product > INT64_MAX ? INT64_MAX : (int64_t)product;
}

/* Where 63 bits do not hold what came in, the bucket does not either. */
static void refill(struct token_bucket *bucket, int64_t now_ns)
{
    assert(now_ns >= bucket->since_ns);
    int64_t level;
    if (__builtin_mul_overflow(now_ns - bucket->since_ns, bucket->tokens, &level) || __builtin_add_overflow(level, bucket->level, &level) ||
        level > bucket->capacity)
        level = bucket->capacity;
    bucket->level = level;
    bucket->since_ns = now_ns;
}

void token_bucket_init(struct token_bucket *bucket, int64_t capacity, int64_t tokens, int64_t per_ns, int64_t now_ns)
{
    assert(capacity >= 0 && tokens >= 0 && per_ns > 0);
    bucket->capacity = scaled(capacity, per_ns);
    bucket->level = bucket->capacity;
    bucket->tokens = tokens;
    bucket->per_ns = per_ns;
    bucket->since_ns = now_ns;
}

/* No scenario feels a quota beyond it, and seconds' worths of it stay within 63 bits. */
#define PER_S_MOST 1e9

void token_bucket_init_per_s(struct token_bucket *bucket, double per_s, double depth_s, int64_t now_ns)
{
    double rate = fmin(fmax(per_s, 0), PER_S_MOST), depth = fmin(fmax(per_s * depth_s, 1), PER_S_MOST);
    token_bucket_init(bucket, llround(depth), llround(rate), NS_PER_S, now_ns);
}

bool token_bucket_take(struct token_bucket *bucket, int64_t count, int64_t now_ns)
{
    assert(count >= 0);
    refill(bucket, now_ns);
    int64_t wanted;
    if (__builtin_mul_overflow(count, bucket->per_ns, &wanted) || wanted > bucket->level)
        return false;
    bucket->level -= wanted;
    return true;
}

int64_t token_bucket_available(struct token_bucket *bucket, int64_t now_ns)
{
    refill(bucket, now_ns);
    return bucket->level / bucket->per_ns;
}

int64_t token_bucket_ready_ns(struct token_bucket *bucket, int64_t count, int64_t now_ns)
{
    refill(bucket, now_ns);
    int64_t wanted;
    if (__builtin_mul_overflow(count, bucket->per_ns, &wanted) || wanted > bucket->capacity)
        return TIME_FOREVER;
    if (wanted <= bucket->level)
        return now_ns;
    if (bucket->tokens == 0)
        return TIME_FOREVER;
    return time_add(now_ns, (wanted - bucket->level - 1) / bucket->tokens + 1);
}

void token_bucket_change(struct token_bucket *bucket, int64_t capacity, int64_t tokens, int64_t per_ns, int64_t now_ns)
{
    refill(bucket, now_ns);
    const int128 kept = (int128)bucket->level * per_ns / bucket->per_ns;
    token_bucket_init(bucket, capacity, tokens, per_ns, now_ns);
    if (kept < bucket->level)
        bucket->level = (int64_t)kept;
}
