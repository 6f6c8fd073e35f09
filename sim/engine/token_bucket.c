/* token_bucket.c: refilling and taking in whole numbers, without ever rounding. */
#include "engine/token_bucket.h"

#include "engine/sim_time.h"

#include <assert.h>

/* tokens x per_ns, as far as 63 bits go. */
static int64_t scaled(int64_t tokens, int64_t per_ns)
{
    const int128 product = (int128)tokens * per_ns;
    return product > INT64_MAX ? INT64_MAX : (int64_t)product;
}

/* The product of two 63-bit numbers has at most 126, so no wait is too long. */
static void refill(struct token_bucket *bucket, int64_t now_ns)
{
    assert(now_ns >= bucket->since_ns);
    const int128 level = bucket->level + (int128)(now_ns - bucket->since_ns) * bucket->tokens;
    bucket->level = level > bucket->capacity ? bucket->capacity : (int64_t)level;
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

bool token_bucket_take(struct token_bucket *bucket, int64_t count, int64_t now_ns)
{
    assert(count >= 0);
    refill(bucket, now_ns);
    const int128 wanted = (int128)count * bucket->per_ns;
    if (wanted > bucket->level)
        return false;
    bucket->level -= (int64_t)wanted;
    return true;
}

int64_t token_bucket_available(struct token_bucket *bucket, int64_t now_ns)
{
    refill(bucket, now_ns);
    return bucket->level / bucket->per_ns;
}

void token_bucket_change(struct token_bucket *bucket, int64_t capacity, int64_t tokens, int64_t per_ns, int64_t now_ns)
{
    refill(bucket, now_ns);
    const int128 kept = (int128)bucket->level * per_ns / bucket->per_ns;
    token_bucket_init(bucket, capacity, tokens, per_ns, now_ns);
    if (kept < bucket->level)
        bucket->level = (int64_t)kept;
}
