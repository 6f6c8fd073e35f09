/* bucket_prefixes.c: a prefix that has to refuse something is looked at from time to time: if more is asked of it than it can give for as
 * long as a split takes, it has so many partitions more; if less is asked meanwhile, it stays as it is. */
#include "bucket_prefixes.h"

#include "engine/rule_book.h"

#include <math.h>
#include <stdlib.h>

#define PARTITIONS_MOST (1u << 20)

enum { READS, WRITES };

struct bucket_prefix {
    struct token_bucket rates[2];
    uint64_t asked[2]; /* since the last look at it */
    int64_t since_ns;  /* when the load began that is too much */
    uint32_t partitions;
    bool pressed;
};

/* A second's may all be used at once: S3 says requests per second and no more. */
static struct token_bucket full_bucket(const struct bucket_prefixes *prefixes, const struct bucket_prefix *prefix, int kind, int64_t now_ns)
{
    struct token_bucket bucket;
    token_bucket_init_per_s(&bucket, prefixes->limits[kind] * prefix->partitions, 1, now_ns);
    return bucket;
}

enum status bucket_prefixes_create(struct simulation *simulation, struct bucket_prefixes *prefixes, const char *owner, uint16_t event_kind)
{
    const struct rule_book *rules = simulation->settings->rules;
    uint32_t count = prefixes->skew > 0 ? (uint32_t)prefixes->count : 1;
    enum status status = memory_account_take(&simulation->memory, count * sizeof(struct bucket_prefix), owner);
    if (status != STATUS_OK)
        return status;
    prefixes->list = calloc(count, sizeof *prefixes->list);
    if (!prefixes->list)
        return STATUS_NO_MEMORY;
    prefixes->limits[READS] = fmax(rule_number(rules, "s3_prefix_reads_per_s"), 1);
    prefixes->limits[WRITES] = fmax(rule_number(rules, "s3_prefix_writes_per_s"), 1);
    prefixes->review_ns = rule_pause_ns(rules, "s3_split_review_s");
    prefixes->factor = (uint32_t)rule_count(rules, "s3_split_factor", 1, 1000);
    prefixes->event_kind = event_kind;
    prefixes->choice = key_choice_zipf((uint32_t)prefixes->count, prefixes->skew);
    stream_init(&prefixes->places, simulation->settings->seed, simulation->replication, owner, "prefix");
    for (uint32_t i = 0; i < count; i++) {
        struct bucket_prefix *prefix = &prefixes->list[i];
        prefix->partitions = prefixes->skew > 0 ? 1 : (uint32_t)prefixes->count;
        for (int kind = READS; kind <= WRITES; kind++)
            prefix->rates[kind] = full_bucket(prefixes, prefix, kind, 0);
    }
    gauge_add(&prefixes->partitions, simulation->now_ns, prefixes->count);
    return STATUS_OK;
}

void bucket_prefixes_destroy(struct bucket_prefixes *prefixes)
{
    free(prefixes->list);
}

/* An object is always in the same. */
static uint32_t prefix_of(struct bucket_prefixes *prefixes, const struct request *request)
{
    if (prefixes->skew <= 0)
        return 0;
    stream_at(&prefixes->places, request->group != 0 ? request->group : request->item, 0);
    return key_draw(&prefixes->choice, &prefixes->places) - 1;
}

static void look_later(struct simulation *simulation, const struct bucket_prefixes *prefixes, uint32_t self, uint32_t index)
{
    struct bucket_prefix *prefix = &prefixes->list[index];
    prefix->asked[READS] = prefix->asked[WRITES] = 0;
    simulation_schedule(simulation, self, prefixes->event_kind, RANK_EXPIRY, time_add(simulation->now_ns, prefixes->review_ns), index);
}

bool bucket_prefixes_take(struct simulation *simulation, struct bucket_prefixes *prefixes, uint32_t self, const struct request *request,
                          bool reads)
{
    uint32_t index = prefix_of(prefixes, request);
    struct bucket_prefix *prefix = &prefixes->list[index];
    int kind = reads ? READS : WRITES;
    bool taken = token_bucket_take(&prefix->rates[kind], 1, simulation->now_ns);
    if (!taken && !prefix->pressed) {
        prefix->pressed = true;
        prefix->since_ns = simulation->now_ns;
        look_later(simulation, prefixes, self, index);
    }
    prefix->asked[kind]++;
    return taken;
}

static void split(struct simulation *simulation, struct bucket_prefixes *prefixes, struct bucket_prefix *prefix)
{
    uint32_t before = prefix->partitions;
    prefix->partitions = before > PARTITIONS_MOST / prefixes->factor ? before : before * prefixes->factor;
    for (int kind = READS; kind <= WRITES; kind++) {
        struct token_bucket full = full_bucket(prefixes, prefix, kind, simulation->now_ns);
        token_bucket_change(&prefix->rates[kind], full.capacity / full.per_ns, full.tokens, full.per_ns, simulation->now_ns);
    }
    gauge_add(&prefixes->partitions, simulation->now_ns, (int64_t)prefix->partitions - before);
}

void bucket_prefixes_review(struct simulation *simulation, struct bucket_prefixes *prefixes, uint32_t self, uint32_t index)
{
    struct bucket_prefix *prefix = &prefixes->list[index];
    double seconds = (double)prefixes->review_ns / (double)NS_PER_S * prefix->partitions;
    bool stays = (double)prefix->asked[READS] > prefixes->limits[READS] * seconds ||
                 (double)prefix->asked[WRITES] > prefixes->limits[WRITES] * seconds;
    if (stays && simulation->now_ns - prefix->since_ns < prefixes->split_ns) {
        look_later(simulation, prefixes, self, index);
        return;
    }
    prefix->pressed = false;
    if (stays)
        split(simulation, prefixes, prefix);
}
