/* cdn_create.c: a distribution made ready to run: which cache behavior takes which request and what tells its objects apart, its
 * caches, its origins' time limits. */
#include "cdn_state.h"

#include "engine/glob.h"
#include "engine/rule_book.h"
#include "measure/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *request_of(const struct simulation *simulation, uint32_t content)
{
    const struct content_table *contents = simulation->settings->contents;
    const char *request = contents && content < contents->count ? contents->items[content].request : NULL;
    return request ? request : "GET /";
}

/* "/a/b" of "GET /a/b?c=d", without the slash in front, as a pattern may have none. */
static const char *path_of(const char *request, size_t *length)
{
    const char *path = strchr(request, ' ');
    path = path ? path + 1 : "/";
    path += *path == '/';
    *length = strcspn(path, "?");
    return path;
}

/* A pattern may begin with a slash, or not. */
static bool matches(const char *pattern, const char *path, size_t length)
{
    return glob_matches(pattern + (pattern[0] == '/'), path, length, 0);
}

/* Behaviors are asked in their order; the usual one, which is the last, takes the rest. */
size_t cdn_behavior_for(const struct cdn *cdn, const char *request)
{
    const struct cdn_behavior *list = cdn->behaviors.items;
    size_t length;
    const char *path = path_of(request, &length);
    for (size_t i = 0; i < cdn->behaviors.count; i++)
        if (list[i].pattern && matches(list[i].pattern, path, length))
            return i;
    return cdn->behaviors.count;
}

static bool has_method(const struct string_list *methods, const char *method, size_t length)
{
    for (size_t i = 0; i < methods->count; i++)
        if (strlen(methods->items[i]) == length && strncmp(methods->items[i], method, length) == 0)
            return true;
    return false;
}

uint8_t cdn_kind_of(const struct cdn_behavior *behavior, const char *request)
{
    const size_t length = strcspn(request, " ");
    const bool get = length == 3 && strncmp(request, "GET", 3) == 0, head = length == 4 && strncmp(request, "HEAD", 4) == 0;
    const bool allowed = get || head || has_method(&behavior->allowed, request, length);
    const bool cacheable = get || head || (length == 7 && has_method(&behavior->cached, request, length));
    const bool fails_over = get || head || (length == 7 && strncmp(request, "OPTIONS", 7) == 0);
    return (uint8_t)((fails_over ? CONTENT_FAILS_OVER : 0) | (allowed ? CONTENT_ALLOWED : 0) | (cacheable ? CONTENT_CACHEABLE : 0) |
                     (head ? CONTENT_HEAD : 0) | (get || head ? 0 : CONTENT_PROXY));
}

/* The next "name=value" of a query string that is in the key; NULL: there are no more. */
static const char *next_kept(const struct cache_rules *rules, const char **at, size_t *length)
{
    for (;;) {
        *at += strspn(*at, "&");
        const char *pair = *at;
        *length = strcspn(pair, "&");
        if (*length == 0)
            return NULL;
        *at += *length;
        if (cache_rules_have_query(rules, pair, strcspn(pair, "=&")))
            return pair;
    }
}

static const char *query_of(const char *request)
{
    const char *mark = strchr(request, '?');
    return mark ? mark + 1 : request + strlen(request);
}

/* Are both requests for one object? */
static bool are_one(const struct cdn_behavior *behavior, const char *a, const char *b)
{
    size_t length_a, length_b;
    const char *path_a = path_of(a, &length_a), *path_b = path_of(b, &length_b);
    if (length_a != length_b || strncmp(path_a, path_b, length_a) != 0)
        return false;
    if (behavior->hooks[ON_VIEWER_REQUEST].normalizes_key)
        return true;
    const char *at_a = query_of(a), *at_b = query_of(b), *pair_a, *pair_b;
    do {
        pair_a = next_kept(&behavior->rules, &at_a, &length_a);
        pair_b = next_kept(&behavior->rules, &at_b, &length_b);
        if (pair_a && pair_b && (length_a != length_b || strncmp(pair_a, pair_b, length_a) != 0))
            return false;
    } while (pair_a && pair_b);
    return pair_a == pair_b;
}

static void sort_contents(const struct simulation *simulation, struct cdn *cdn)
{
    const struct content_table *contents = simulation->settings->contents;
    for (uint32_t i = 0; i < CONTENT_COUNT; i++) {
        const char *request = request_of(simulation, i);
        cdn->behavior_of[i] = (uint8_t)cdn_behavior_for(cdn, request);
        const struct cdn_behavior *behavior = &cdn->all[cdn->behavior_of[i]];
        cdn->kind_of[i] = cdn_kind_of(behavior, request);
        cdn->kept_as[i] = (uint8_t)i;
        for (uint32_t k = 0; k < i && (!contents || i < contents->count); k++)
            if (cdn->behavior_of[k] == cdn->behavior_of[i] && are_one(behavior, request, request_of(simulation, k))) {
                cdn->kept_as[i] = cdn->kept_as[k];
                break;
            }
    }
}

/* -- caches -- */

static enum status make_caches(struct simulation *simulation, struct cdn *cdn)
{
    const char *name = simulation->entities[cdn->self].name;
    const struct rule_book *rules = simulation->settings->rules;
    const struct edge_spec *specs = cdn->edges.items;
    const bool given = cdn->edges.count == cdn->edge_count;
    cdn->cache_count = cdn->edge_count + (uint32_t)cdn->regional_caches + 1;
    cdn->caches = calloc(cdn->cache_count, sizeof *cdn->caches);
    if (!cdn->caches)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < cdn->cache_count; i++) {
        struct cdn_cache *cache = &cdn->caches[i];
        lru_cache_init(&cache->held, cdn->cache_size_bytes > 0 ? (uint64_t)cdn->cache_size_bytes : UINT64_MAX, &simulation->memory, name);
        key_map_init(&cache->fetching, &simulation->memory, name);
        cache->collapses = cdn->collapse || i + 1 == cdn->cache_count; /* Origin Shield always does */
        const char *region = i < cdn->edge_count && given ? specs[i].region : NULL;
        cache->area = region ? cdn_area_of(rules, region) : AREAS;
        cache->place = region ? cdn_place_of(rules, region) : CDN_PLACE_OF_USER;
        if (i < cdn_measured_edges(cdn))
            cache->figures = entity_state(simulation, cdn->first_edge + i);
    }
    return STATUS_OK;
}

static enum status make_behaviors(struct cdn *cdn)
{
    const struct cdn_behavior *given = cdn->behaviors.items;
    cdn->behavior_count = (uint32_t)cdn->behaviors.count + 1;
    cdn->all = calloc(cdn->behavior_count, sizeof *cdn->all);
    if (!cdn->all)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i + 1 < cdn->behavior_count; i++)
        cdn->all[i] = given[i];
    if (cdn->usual_list.count > 0)
        cdn->all[cdn->behavior_count - 1] = *(const struct cdn_behavior *)cdn->usual_list.items;
    return STATUS_OK;
}

static enum status make_lines(struct cdn *cdn)
{
    const struct cdn_origin *origins = cdn->origins.items;
    cdn->lines = calloc(cdn->origins.count + 1, sizeof *cdn->lines);
    if (!cdn->lines)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < cdn->origins.count; i++) {
        deadline_line_init(&cdn->lines[i].answers, &cdn->jobs, offsetof(struct cdn_job, deadline), origins[i].read_timeout_ns, cdn->self,
                           CDN_DEADLINE, i);
        deadline_line_init(&cdn->lines[i].connections, &cdn->jobs, offsetof(struct cdn_job, deadline), origins[i].connection_timeout_ns,
                           cdn->self, CDN_UNCONNECTED, i);
    }
    return STATUS_OK;
}

/* What origins say of each content: the first header whose path is its. */
static enum status read_words(const struct simulation *simulation, struct cdn *cdn)
{
    const struct cdn_header *headers = cdn->headers.items;
    const bool minds_stale = rule_flag(simulation->settings->rules, "cloudfront_stale_directives");
    cdn->words = calloc(CONTENT_COUNT, sizeof *cdn->words);
    if (!cdn->words)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < CONTENT_COUNT; i++) {
        size_t length, header = 0;
        const char *path = path_of(request_of(simulation, i), &length), *at;
        while (header < cdn->headers.count && headers[header].path && !matches(headers[header].path, path, length))
            header++;
        cdn->words[i] = cache_word_none;
        if (cdn->max_age_given)
            cdn->words[i].age_ns = cdn->max_age_ns;
        else if (header < cdn->headers.count)
            cache_word_read(&cdn->words[i], headers[header].text, &at, &length);
        if (!minds_stale) {
            cdn->words[i].stale_error_ns = cache_word_none.stale_error_ns;
            cdn->words[i].stale_while_ns = cache_word_none.stale_while_ns;
        }
    }
    return STATUS_OK;
}

/* Where each who sends has its users. */
static enum status note_senders(struct simulation *simulation, struct cdn *cdn)
{
    cdn->area_of_sender = calloc((size_t)simulation->entity_count + 1, sizeof *cdn->area_of_sender);
    cdn->place_of_sender = calloc((size_t)simulation->entity_count + 1, sizeof *cdn->place_of_sender);
    if (!cdn->area_of_sender || !cdn->place_of_sender)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct entity *entity = &simulation->entities[i];
        const struct caller *caller = entity->type->caller ? entity->type->caller(entity->state) : NULL;
        cdn->area_of_sender[i] = (uint8_t)cdn_area_of(simulation->settings->rules, caller ? caller->region : NULL);
        cdn->place_of_sender[i] = cdn_place_of(simulation->settings->rules, caller ? caller->region : NULL);
    }
    return STATUS_OK;
}

static void read_kept_errors(struct cdn *cdn, const struct rule_book *rules)
{
    const char *at = rule_text(rules, "cloudfront_errors_kept");
    while (at && *at) {
        char *end;
        const long status = strtol(at, &end, 10);
        if (end == at)
            break;
        if (status >= 0 && status < CDN_STATUSES)
            cdn->error_is_kept[status] = true;
        at = end;
    }
}

static void make_streams(struct simulation *simulation, struct cdn *cdn)
{
    const char *name = simulation->entities[cdn->self].name;
    const uint64_t seed = simulation->settings->seed;
    struct {
        struct stream *stream;
        const char *purpose;
    } const streams[] = {{&cdn->edge_stream, "edge"},       {&cdn->variant_stream, "variant"}, {&cdn->size_stream, "size"},
                         {&cdn->latency_stream, "latency"}, {&cdn->rtt_stream, "rtt"},         {&cdn->end_stream, "end"},
                         {&cdn->http_stream, "http"},       {&cdn->update_stream, "update"}};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        stream_init(streams[i].stream, seed, simulation->replication, name, streams[i].purpose);
    cdn->salt = item_salt(name);
}

enum status cdn_create(struct simulation *simulation, void *self)
{
    struct cdn *cdn = self;
    const struct rule_book *rules = simulation->settings->rules;
    pool_init(&cdn->jobs, sizeof(struct cdn_job), &simulation->memory, simulation->entities[cdn->self].name);
    make_streams(simulation, cdn);
    cdn_read_price_class(rules, cdn->price_class, cdn->area_included);
    read_kept_errors(cdn, rules);
    token_bucket_init_per_s(&cdn->quota, fmax(rule_number(rules, "cloudfront_rps_per_distribution"), 1), 1, 0);
    cdn->error_keep_ns = rule_ns(rules, "cloudfront_error_ttl_s");
    cdn->compress_min_bytes = rule_number(rules, "cloudfront_compress_min_bytes");
    cdn->compress_max_bytes = rule_number(rules, "cloudfront_compress_max_bytes");
    cdn->viewer_response_bytes = (uint64_t)rule_bytes(rules, "edge_viewer_response_max_kb");
    cdn->origin_response_bytes = (uint64_t)rule_bytes(rules, "edge_origin_response_max_kb");
    enum status status = make_behaviors(cdn);
    status = status == STATUS_OK ? make_caches(simulation, cdn) : status;
    status = status == STATUS_OK ? make_lines(cdn) : status;
    status = status == STATUS_OK ? read_words(simulation, cdn) : status;
    status = status == STATUS_OK ? note_senders(simulation, cdn) : status;
    status = status == STATUS_OK ? cdn_make_choices(cdn) : status;
    if (status == STATUS_OK)
        sort_contents(simulation, cdn);
    return status;
}

void cdn_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct cdn *cdn = self;
    for (uint32_t i = 0; cdn->caches && i < cdn->cache_count; i++) {
        lru_cache_fini(&cdn->caches[i].held);
        key_map_fini(&cdn->caches[i].fetching);
    }
    if (cdn->jobs.owner)
        pool_fini(&cdn->jobs);
    cdn_forget_choices(cdn);
    cdn_forget_updates(cdn);
    fault_fini(&cdn->faults);
    free(cdn->caches);
    free(cdn->all);
    free(cdn->lines);
    free(cdn->words);
    free(cdn->area_of_sender);
    free(cdn->place_of_sender);
    free(cdn->errors);
}

enum status cdn_finish(struct simulation *simulation, void *self)
{
    const struct cdn *cdn = self;
    simulation_in_flight(simulation, cdn->self, cdn->calls);
    return STATUS_OK;
}
