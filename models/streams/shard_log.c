/* shard_log.c: records of shards: taken in, read, dropped; and shards that come and go. */
#include "shard_log.h"

#include <stdio.h>
#include <stdlib.h>

static const struct cause cause_expired = {.fate = FATE_EXPIRED, .text = "retention"};
static const struct cause cause_passed_over = {.fate = FATE_DROPPED, .text = "before StartingPosition"};

static void fail(struct simulation *simulation, enum status status)
{
    if (status == STATUS_OK)
        status = simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY;
    simulation_fail(simulation, status);
}

/* Room for `more` shards, here and at every reader. */
static bool grow(struct simulation *simulation, struct shard_log *log, uint32_t more)
{
    if (more > UINT32_MAX / 4 - log->count)
        return false;
    uint32_t capacity = log->count + more;
    if (capacity <= log->capacity)
        return true;
    if (log->capacity > 0 && capacity < 2 * log->capacity)
        capacity = 2 * log->capacity;
    uint64_t bytes = (uint64_t)(capacity - log->capacity) * (sizeof *log->shards + log->reader_count * sizeof(struct log_place));
    if (memory_account_take(&simulation->memory, bytes, simulation->entities[log->self].name) != STATUS_OK)
        return false;
    struct log_shard *shards = realloc(log->shards, capacity * sizeof *shards);
    if (!shards)
        return false;
    log->shards = shards;
    for (uint32_t i = 0; i < log->reader_count; i++) {
        struct log_place *places = realloc(log->readers[i].places, capacity * sizeof *places);
        if (!places)
            return false;
        log->readers[i].places = places;
    }
    log->capacity = capacity;
    return true;
}

/* Its name and ledger. */
static bool name_shard(struct simulation *simulation, const struct shard_log *log, uint32_t index, struct log_shard *shard)
{
    char suffix[32];
    if (index < log->entity_count) {
        struct entity *entity = &simulation->entities[log->entity_first + index];
        shard->name = entity->name;
        shard->ledger = &entity->ledger;
        return true;
    }
    snprintf(suffix, sizeof suffix, "shard-%u", index);
    struct part *part = simulation_part(simulation, log->self, suffix);
    if (!part)
        return false;
    shard->name = part->name;
    shard->ledger = &part->ledger;
    return true;
}

/* Opens `count` shards behind all others. */
static bool add_shards(struct simulation *simulation, struct shard_log *log, uint32_t count)
{
    if (!grow(simulation, log, count))
        return false;
    log->open_first = log->count;
    log->opens = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct log_shard *shard = &log->shards[log->count];
        *shard = (struct log_shard){0};
        record_store_init(&shard->store, &log->chunks);
        if (!name_shard(simulation, log, log->count, shard))
            return false;
        for (uint32_t k = 0; k < log->reader_count; k++)
            log->readers[k].places[log->count] = (struct log_place){0};
        log->count++;
        log->opens++;
    }
    gauge_add(&log->open, simulation->now_ns, (int64_t)count - log->open.level);
    return true;
}

enum status shard_log_create(struct simulation *simulation, struct shard_log *log, uint32_t shards)
{
    pool_init(&log->chunks, RECORD_CHUNK_SIZE, &simulation->memory, simulation->entities[log->self].name);
    if (add_shards(simulation, log, shards))
        return STATUS_OK;
    return simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY;
}

void shard_log_destroy(struct shard_log *log)
{
    for (uint32_t i = 0; i < log->count; i++)
        record_store_fini(&log->shards[i].store);
    for (uint32_t i = 0; i < log->reader_count; i++)
        free(log->readers[i].places);
    free(log->shards);
    free(log->readers);
    pool_fini(&log->chunks);
}

enum status shard_log_finish(struct simulation *simulation, struct shard_log *log)
{
    for (uint32_t i = 0; i < log->count; i++) {
        const struct log_shard *shard = &log->shards[i];
        uint64_t in_flight = shard->taken;
        uint32_t run;
        for (uint64_t at = shard->store.first; at < shard->store.end; at += run) {
            const struct stream_record *records = record_store_run(&shard->store, at, &run);
            for (uint32_t k = 0; k < run; k++)
                in_flight += !records[k].taken;
        }
        ledger_in_flight(simulation, shard->ledger, in_flight);
    }
    return STATUS_OK;
}

uint32_t shard_log_of(const struct shard_log *log, uint32_t group)
{
    return log->open_first + stream_hash_part((uint32_t)(stream_key_hash(group) >> 32), log->opens);
}

/* The next to expire, if anything is kept. One event a shard is pending at most; it looks again when it comes. */
static void schedule_expiry(struct simulation *simulation, struct shard_log *log, uint32_t index)
{
    struct log_shard *shard = &log->shards[index];
    if (shard->expiry_scheduled || shard->store.first == shard->store.end)
        return;
    uint32_t count;
    const struct stream_record *oldest = record_store_run(&shard->store, shard->store.first, &count);
    shard->expiry_scheduled = true;
    simulation_schedule(simulation, log->self, log->expiry_kind, RANK_EXPIRY, time_add(oldest->arrived_ns, log->retention_ns), index);
}

/* The first instant of from, from + period, ... that is not past. */
static int64_t poll_ns(const struct log_place *place, int64_t now_ns)
{
    if (place->from_ns >= now_ns || place->period_ns <= 0)
        return place->from_ns > now_ns ? place->from_ns : now_ns;
    int64_t periods = (now_ns - place->from_ns + place->period_ns - 1) / place->period_ns;
    return time_add(place->from_ns, periods * place->period_ns);
}

/* Something has come into the shard, or nothing ever will. */
static void wake_readers(struct simulation *simulation, struct shard_log *log, uint32_t index)
{
    for (uint32_t i = 0; i < log->reader_count && log->shards[index].waiting > 0; i++) {
        const struct log_reader *reader = &log->readers[i];
        struct log_place *place = &reader->places[index];
        if (!place->waits)
            continue;
        place->waits = false;
        log->shards[index].waiting--;
        simulation_schedule(simulation, reader->who.entity, reader->who.woken, RANK_ARRIVAL,
                            poll_ns(place, time_add(simulation->now_ns, reader->push_ns)), index);
    }
}

bool shard_log_append(struct simulation *simulation, struct shard_log *log, uint32_t index, const struct request *request, uint32_t bytes)
{
    struct log_shard *shard = &log->shards[index];
    struct stream_record *record = record_store_append(&shard->store);
    if (!record) {
        fail(simulation, STATUS_OK);
        return false;
    }
    *record = (struct stream_record){
        .item = request->item,
        .arrived_ns = simulation->now_ns,
        .group = request->group,
        .payload_bytes = bytes & 0x3fffffffu,
        .poison = request->poison,
        .content = request->content,
        .hops = request->hops,
    };
    shard->ledger->entered++;
    gauge_add(&log->waiting, simulation->now_ns, 1);
    if (simulation->tracer) {
        simulation_trace(simulation, request, shard->name, "stored", simulation->now_ns, 0, "");
        simulation_trace_enter(simulation, request->item, 0, shard->name, "record");
    }
    schedule_expiry(simulation, log, index);
    if (shard->waiting > 0)
        wake_readers(simulation, log, index);
    return true;
}

/* What is before `sequence` goes; what nobody has taken ends so. Returns how many did. */
static uint64_t drop(struct simulation *simulation, struct shard_log *log, struct log_shard *shard, uint64_t sequence,
                     const struct cause *cause)
{
    uint64_t untaken = 0;
    for (uint64_t at = shard->store.first; at < sequence;) {
        uint32_t run;
        const struct stream_record *records = record_store_run(&shard->store, at, &run);
        uint32_t count = sequence - at < run ? (uint32_t)(sequence - at) : run;
        for (uint32_t i = 0; i < count; i++) {
            if (records[i].taken)
                continue;
            untaken++;
            if (!simulation->tracer)
                continue;
            simulation_trace_item(simulation, records[i].item, 0, shard->name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
            simulation_trace_leave(simulation, records[i].item, shard->name, "record");
        }
        at += count;
    }
    record_store_drop(&shard->store, sequence);
    if (untaken > 0) {
        simulation_fail(simulation, ledger_count_cause(shard->ledger, cause, untaken));
        gauge_add(&log->waiting, simulation->now_ns, -(int64_t)untaken);
    }
    return untaken;
}

void shard_log_expire(struct simulation *simulation, struct shard_log *log, uint32_t index)
{
    struct log_shard *shard = &log->shards[index];
    uint64_t sequence = shard->store.first;
    uint32_t count;
    while (sequence < shard->store.end &&
           time_add(record_store_run(&shard->store, sequence, &count)->arrived_ns, log->retention_ns) <= simulation->now_ns)
        sequence++;
    counter_add(&log->expired, drop(simulation, log, shard, sequence, &cause_expired));
    shard->expiry_scheduled = false;
    schedule_expiry(simulation, log, index);
}

/* Which parts of a cut into `others` parts have hashes of part `part` of a cut into `count`. */
static uint32_t overlap(uint32_t part, uint32_t count, uint32_t others, uint32_t *first)
{
    *first = stream_hash_part((uint32_t)stream_hash_from(part, count), others);
    return stream_hash_part((uint32_t)(stream_hash_from(part + 1, count) - 1), others) - *first + 1;
}

bool shard_log_reshard(struct simulation *simulation, struct shard_log *log, uint32_t shards)
{
    uint32_t old_first = log->open_first, olds = log->opens, first = log->count;
    if (!add_shards(simulation, log, shards)) {
        fail(simulation, STATUS_OK);
        return false;
    }
    for (uint32_t i = 0; i < shards; i++) {
        struct log_shard *shard = &log->shards[first + i];
        shard->parent_count = overlap(i, shards, olds, &shard->first_parent);
        shard->first_parent += old_first;
    }
    for (uint32_t i = 0; i < olds; i++) {
        struct log_shard *shard = &log->shards[old_first + i];
        shard->closed = true;
        shard->child_count = overlap(i, olds, shards, &shard->first_child);
        shard->first_child += first;
        wake_readers(simulation, log, old_first + i);
    }
    for (uint32_t i = 0; i < log->reader_count; i++)
        simulation_schedule(simulation, log->readers[i].who.entity, log->readers[i].who.grown, RANK_ARRIVAL, simulation->now_ns, 0);
    return true;
}

void shard_log_read(const struct shard_log *log, uint32_t shard, uint64_t from, struct log_read *read)
{
    const struct record_store *store = &log->shards[shard].store;
    uint64_t at = from > store->first ? from : store->first;
    read->records = read->bytes = 0;
    read->last_ns = 0;
    read->left_ns = TIME_FOREVER;
    while (at < store->end && read->left_ns == TIME_FOREVER) {
        uint32_t run;
        const struct stream_record *records = record_store_run(store, at, &run);
        for (uint32_t i = 0; i < run; i++) {
            bool full =
                read->records == read->most_records || (read->records > 0 && read->bytes + records[i].payload_bytes > read->most_bytes);
            if (full || records[i].arrived_ns > read->until_ns) {
                read->left_ns = records[i].arrived_ns;
                break;
            }
            read->bytes += records[i].payload_bytes;
            read->last_ns = records[i].arrived_ns;
            read->records++;
            at++;
        }
    }
    read->end = at; /* what has expired is passed over */
}

/* -- the role of what is read in order -- */

uint32_t shard_log_subscribe(struct simulation *simulation, void *self, const struct stream_reader *reader)
{
    struct shard_log *log = self;
    uint64_t bytes = (uint64_t)log->capacity * sizeof(struct log_place);
    enum status status = memory_account_take(&simulation->memory, bytes, simulation->entities[log->self].name);
    struct log_reader *grown = status == STATUS_OK ? realloc(log->readers, (log->reader_count + 1) * sizeof *grown) : NULL;
    if (grown)
        log->readers = grown;
    struct log_place *places = grown ? calloc((size_t)log->capacity + 1, sizeof *places) : NULL;
    if (!places) {
        fail(simulation, status);
        return READER_NONE;
    }
    log->readers[log->reader_count] = (struct log_reader){.who = *reader, .places = places};
    return log->reader_count++;
}

uint32_t shard_log_count(const void *self)
{
    return ((const struct shard_log *)self)->count;
}

int64_t shard_log_retention_ns(const void *self)
{
    return ((const struct shard_log *)self)->retention_ns;
}

bool shard_log_closed(const void *self, uint32_t shard)
{
    return ((const struct shard_log *)self)->shards[shard].closed;
}

uint32_t shard_log_parents(const void *self, uint32_t shard, uint32_t *first)
{
    const struct log_shard *of = &((const struct shard_log *)self)->shards[shard];
    *first = of->first_parent;
    return of->parent_count;
}

uint32_t shard_log_children(const void *self, uint32_t shard, uint32_t *first)
{
    const struct log_shard *of = &((const struct shard_log *)self)->shards[shard];
    *first = of->first_child;
    return of->child_count;
}

uint64_t shard_log_oldest(const void *self, uint32_t shard)
{
    return ((const struct shard_log *)self)->shards[shard].store.first;
}

uint64_t shard_log_end(const void *self, uint32_t shard)
{
    return ((const struct shard_log *)self)->shards[shard].store.end;
}

struct stream_record *shard_log_records(void *self, uint32_t shard, uint64_t sequence, uint32_t *count)
{
    return record_store_run(&((struct shard_log *)self)->shards[shard].store, sequence, count);
}

void shard_log_wait(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, int64_t from_ns, int64_t period_ns)
{
    (void)simulation;
    struct shard_log *log = self;
    struct log_place *place = &log->readers[reader].places[shard];
    if (!place->waits)
        log->shards[shard].waiting++;
    place->waits = true;
    place->from_ns = from_ns;
    place->period_ns = period_ns;
}

void shard_log_taken(void *self, uint32_t reader, uint32_t shard, uint32_t count)
{
    if (reader == 0)
        ((struct shard_log *)self)->shards[shard].taken += count;
}

void shard_log_settle(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint32_t count, const struct cause *cause)
{
    struct shard_log *log = self;
    if (reader != 0 || count == 0)
        return;
    log->shards[shard].taken -= count;
    gauge_add(&log->waiting, simulation->now_ns, -(int64_t)count);
    enum status status = ledger_count_cause(log->shards[shard].ledger, cause, count);
    if (status != STATUS_OK)
        simulation_fail(simulation, status);
}

void shard_log_passed(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t sequence)
{
    struct shard_log *log = self;
    log->readers[reader].places[shard].passed = sequence;
    uint64_t least = sequence;
    for (uint32_t i = 0; i < log->reader_count; i++)
        if (log->readers[i].places[shard].passed < least)
            least = log->readers[i].places[shard].passed;
    if (least > log->shards[shard].store.first)
        drop(simulation, log, &log->shards[shard], least, &cause_passed_over);
}
