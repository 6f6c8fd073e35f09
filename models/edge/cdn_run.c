/* cdn_run.c: a viewer's request on its way through an edge: the function that sees it first, the cache or a fetch, the function
 * that sees its answer. Sources: CloudFront developer guide, "How CloudFront delivers content to your users", "Quotas" (rule
 * cloudfront_rps_per_distribution), "Metrics for CloudFront", "Add triggers": a viewer-response function does not run where the answer is
 * an error, or comes from a viewer-request function. */
#include "cdn_state.h"

static const struct cause cause_quota = {.fate = FATE_THROTTLED, .server_error = true, .text = "503 distribution's quota"};
static const struct cause cause_method = {.fate = FATE_FAILED, .text = "403 method not allowed"};
static const struct cause cause_plain = {.fate = FATE_FAILED, .text = "403 HTTPS only"};
static const struct cause cause_disabled = {.fate = FATE_FAILED, .text = "403 distribution disabled"};
static const struct cause cause_unavailable = {.fate = FATE_FAILED, .server_error = true, .text = "503 Service Unavailable"};

/* -- answers -- */

static void count_answer(struct cdn *cdn, const struct cause *cause)
{
    if (cause == &cause_succeeded)
        return;
    const int status = cdn_status_of(cause);
    counter_add(&cdn->metrics.errors, 1);
    counter_add(status >= 500 ? &cdn->metrics.server_errors : &cdn->metrics.client_errors, 1);
    for (size_t i = 0; i < CDN_COUNTED_STATUSES; i++)
        counter_add(&cdn->metrics.by_status[i], cdn_counted_statuses[i] == status);
}

static void answer(struct simulation *simulation, struct cdn *cdn, struct request *request, const struct cause *cause)
{
    count_answer(cdn, cause);
    tally_add(&cdn->metrics.latency, TALLY_ALL, simulation->now_ns - request->sent_ns);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[cdn->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    request_done(simulation, cdn->self, request, cause);
}

/* What a viewer gets: bytes of what succeeded. */
static void reply(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    const struct cdn_job job = *cdn_job_at(cdn, id);
    struct request *request = request_at(simulation, job.request);
    struct edge_figures *figures = cdn->caches[job.cache].figures;
    pool_give(&cdn->jobs, id);
    cdn->calls--;
    if (job.cause == &cause_succeeded) {
        const uint64_t bytes = job.is_head ? 0 : job.bytes;
        counter_add(&cdn->metrics.downloaded, bytes);
        counter_add(&cdn->metrics.use[job.area].out_bytes, bytes);
        if (figures)
            counter_add(&figures->downloaded, bytes);
        request->payload_bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
        counter_add(&cdn->metrics.cacheable, job.cacheable);
        counter_add(&cdn->metrics.stale, job.is_stale);
        counter_add(&cdn->metrics.hits, job.cacheable && job.from_cache);
    }
    const struct cause *shown = cdn_shown(cdn, job.cause);
    counter_add(&cdn->metrics.pages, shown != job.cause);
    answer(simulation, cdn, request, shown);
}

void cdn_job_ended(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job *job = cdn_job_at(cdn, id);
    job->stage = STAGE_VIEWER_RESPONSE;
    if (job->cause != &cause_succeeded || !cdn_run_hook(simulation, cdn, id, ON_VIEWER_RESPONSE))
        reply(simulation, cdn, id);
}

/* -- functions on the way -- */

/* How many headers and cookies of the key tell requests for one object apart. */
static uint32_t values_of(const struct cdn *cdn, const struct cdn_behavior *behavior)
{
    const double headers = behavior->rules.headers > 0 ? (double)cdn->header_values : 1;
    const double count = behavior->rules.cookies > 0 ? headers * (double)cdn->cookie_values : headers;
    return count < CDN_VARIANTS ? (uint32_t)count : CDN_VARIANTS;
}

/* A function at the viewer's side has ended; `cause` NULL: it lets pass what it saw. */
static void viewer_hook_ended(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct cause *cause)
{
    struct cdn_job *job = cdn_job_at(cdn, id);
    if (cause) {
        job->cause = cause;
        job->bytes = 0;
        reply(simulation, cdn, id);
    } else if (job->stage == STAGE_VIEWER_REQUEST) {
        if (job->hook->normalizes_key)
            job->key =
                cdn_key(cdn_key_content(job->key), cdn_key_variant(job->key) % values_of(cdn, cdn_behavior_of(cdn, job)), job->group);
        cdn_look_up(simulation, cdn, id);
    } else {
        reply(simulation, cdn, id);
    }
}

static void hook_ended(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct cause *cause)
{
    if (cdn_job_at(cdn, id)->is_fetch)
        cdn_origin_hook_ended(simulation, cdn, id, cause);
    else
        viewer_hook_ended(simulation, cdn, id, cause);
}

/* -- from a request's coming on -- */

static void enter(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    cdn_job_at(cdn, id)->stage = STAGE_VIEWER_REQUEST;
    if (!cdn_run_hook(simulation, cdn, id, ON_VIEWER_REQUEST))
        cdn_look_up(simulation, cdn, id);
}

/* Which of its object's query strings, headers and cookies it has, of those that are in the key; 0 where they tell nothing apart. */
static uint32_t variant_of(struct cdn *cdn, const struct cdn_behavior *behavior, const struct request *request, const struct caller *caller)
{
    const bool queries = caller && caller->variants > 1 && cache_rules_have_query(&behavior->rules, "", 0);
    const double count = values_of(cdn, behavior) * (queries ? (double)caller->variants : 1);
    if (count <= 1)
        return 0;
    stream_at(&cdn->variant_stream, request->item, 0);
    return (uint32_t)(stream_uniform(&cdn->variant_stream) * (count < CDN_VARIANTS ? count : CDN_VARIANTS));
}

static bool comes_plain(struct cdn *cdn, const struct request *request)
{
    if (cdn->http_share <= 0)
        return false;
    stream_at(&cdn->http_stream, request->item, 0);
    return stream_uniform(&cdn->http_stream) < cdn->http_share;
}

/* Counts a request for CloudWatch, its edge and the bill; one that is sent from HTTP to HTTPS comes twice. */
static void count_request(struct cdn *cdn, const struct cdn_job *job, const struct request *request, bool redirected)
{
    struct cdn_use *use = &cdn->metrics.use[job->area];
    struct edge_figures *figures = cdn->caches[job->cache].figures;
    counter_add(&cdn->metrics.requests, 1u + redirected);
    if (figures)
        counter_add(&figures->requests, 1u + redirected);
    if (job->is_plain || redirected)
        counter_add(job->is_proxy ? &use->proxy_http : &use->http, 1);
    if (!job->is_plain)
        counter_add(job->is_proxy ? &use->proxy_https : &use->https, 1);
    if (job->is_proxy)
        counter_add(&cdn->metrics.uploaded, request->payload_bytes);
}

static const struct cause *refusal_of(struct simulation *simulation, struct cdn *cdn, const struct cdn_job *job,
                                      const struct request *request)
{
    if (!cdn->enabled)
        return &cause_disabled;
    if (fault_befalls(&cdn->faults, request))
        return &cause_unavailable;
    if (!token_bucket_take(&cdn->quota, 1, simulation->now_ns))
        return &cause_quota;
    if (!(cdn->kind_of[job->content] & CONTENT_ALLOWED))
        return &cause_method;
    return job->is_plain && cdn_behavior_of(cdn, job)->protocol == PROTOCOL_HTTPS_ONLY ? &cause_plain : NULL;
}

/* Where its functions run: near its edge, or, where nobody says where that is, near its user. */
static uint8_t place_of(const struct cdn *cdn, const struct request *request, uint32_t edge)
{
    const uint8_t place = cdn->caches[edge].place;
    if (place != CDN_PLACE_OF_USER)
        return place;
    return request->from == ENTITY_NONE ? 0 : cdn->place_of_sender[request->from];
}

void cdn_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct cdn *cdn = self;
    const struct caller *caller = request_caller(simulation, request);
    const int user_area = request->from == ENTITY_NONE ? AREAS : cdn->area_of_sender[request->from];
    const uint8_t content = request->content, kind = cdn->kind_of[content];
    int area;
    struct cdn_job job = {
        .request = request->id,
        .next = POOL_NONE,
        .first = POOL_NONE,
        .last = POOL_NONE,
        .sent = POOL_NONE,
        .cache = cdn_choose_edge(cdn, request, user_area, &area),
        .group = request->group,
        .since_ns = simulation->now_ns,
        .content = content,
        .behavior = cdn->behavior_of[content],
        .is_head = kind & CONTENT_HEAD,
        .is_proxy = kind & CONTENT_PROXY,
    };
    const struct cdn_behavior *behavior = &cdn->all[job.behavior];
    const bool plain = comes_plain(cdn, request), redirected = plain && behavior->protocol == PROTOCOL_REDIRECT;
    job.area = (uint8_t)area;
    job.place = place_of(cdn, request, job.cache);
    job.edge = (uint16_t)job.cache;
    job.is_plain = plain && !redirected;
    job.cacheable = (kind & CONTENT_CACHEABLE) && cache_rules_allow(&behavior->rules, cdn_word_of(cdn, &job));
    job.key = cdn_key(cdn->kept_as[content], variant_of(cdn, behavior, request, caller), request->group);
    count_request(cdn, &job, request, redirected);
    const struct cause *refusal = refusal_of(simulation, cdn, &job, request);
    if (refusal) {
        answer(simulation, cdn, request, refusal);
        return;
    }
    const uint32_t id = pool_take(&cdn->jobs);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *cdn_job_at(cdn, id) = job;
    cdn->calls++;
    stream_at(&cdn->latency_stream, request->item, request->attempt);
    const int64_t latency_ns = fault_slowed(&cdn->faults, distribution_sample_ns(cdn->latency, &cdn->latency_stream.rng));
    if (latency_ns > 0)
        simulation_schedule(simulation, cdn->self, CDN_ENTER, RANK_ARRIVAL, time_add(simulation->now_ns, latency_ns), id);
    else
        enter(simulation, cdn, id);
}

void cdn_done(struct simulation *simulation, void *self, struct request *sent)
{
    struct cdn *cdn = self;
    const uint32_t id = sent->from_data;
    struct cdn_job *job = cdn_job_at(cdn, id);
    if (job->stage == STAGE_ORIGIN) {
        const struct request answered = *sent;
        request_free(simulation, sent);
        cdn_origin_answered(simulation, cdn, id, &answered);
        return;
    }
    const struct cause *cause = cdn_lambda_answered(cdn, job, sent);
    job->sent = POOL_NONE;
    request_free(simulation, sent);
    hook_ended(simulation, cdn, id, cause);
}

void cdn_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct cdn *cdn = self;
    switch ((enum cdn_event)event->kind) {
    case CDN_ENTER:
        enter(simulation, cdn, event->data);
        break;
    case CDN_FUNCTION:
        hook_ended(simulation, cdn, event->data, cdn_function_ended(cdn, cdn_job_at(cdn, event->data)));
        break;
    case CDN_TO_ORIGIN:
        cdn_send_to_origin(simulation, cdn, event->data);
        break;
    case CDN_BACK:
        cdn_origin_back(simulation, cdn, event->data);
        break;
    case CDN_DEADLINE:
        cdn_deadline(simulation, cdn, event->data);
        break;
    case CDN_UNCONNECTED:
        cdn_unconnected(simulation, cdn, event->data);
        break;
    }
}
