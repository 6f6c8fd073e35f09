/* cdn_origin.c: the way of a fetch to its origin and back: a function before it, the network, the origin with its time limits and
 * tries, a function after it; and then, of an origin group, the same with the second origin.
 * Sources: CloudFront developer guide, "Request and response behavior for custom origins": origin response timeout, connection attempts:
 * GET and HEAD are tried again, others are not; "Optimize high availability with origin failover": each request goes to the first origin
 * first; the second takes over after a status of the list, a time-out or a connection that fails, of GET, HEAD and OPTIONS, and the
 * functions beside the origin run again for it; an origin that cannot be connected to is tried ConnectionAttempts times for
 * ConnectionTimeout each, and then answered for with 504; "Add triggers for a Lambda@Edge function": origin events happen when an object
 * is not in the cache, and that of a response when there is one. */
#include "cdn_state.h"

static const struct cause cause_timed_out = {.fate = FATE_TIMED_OUT, .server_error = true, .text = "504 Gateway Timeout"};

static int64_t rtt_ns(struct cdn *cdn, const struct request *request, const struct cdn_job *fetch)
{
    if (!cdn->origin_rtt)
        return 0;
    stream_at(&cdn->rtt_stream, request->item, (uint32_t)request->attempt * 8 + fetch->member * 4u + fetch->attempt);
    return distribution_sample_ns(cdn->origin_rtt, &cdn->rtt_stream.rng);
}

static struct cdn_origin_state *state_of(const struct cdn *cdn, const struct cdn_job *fetch)
{
    return &cdn->lines[cdn_origin_of(cdn, fetch) - (struct cdn_origin *)cdn->origins.items];
}

void cdn_send_to_origin(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    const struct cdn_origin *origin = cdn_origin_of(cdn, fetch);
    struct request *sent = request_pass_on(simulation, request_at(simulation, fetch->request), cdn->self, id);
    if (!sent)
        return;
    sent->born_ns = simulation->now_ns;
    sent->asynchronous = false;
    if (origin->is_bucket && !fetch->is_proxy) {
        const uint64_t bytes = cdn_object_bytes(cdn, fetch);
        sent->payload_bytes = (uint32_t)(bytes > 0 ? bytes : (uint64_t)cdn->usual_size_bytes);
    }
    if (fetch->is_proxy)
        counter_add(&cdn->metrics.use[fetch->area].origin_bytes, sent->payload_bytes);
    fetch->sent = sent->id;
    fetch->stage = STAGE_ORIGIN;
    counter_add(&cdn->metrics.origin_requests, 1);
    struct edge_figures *figures = fetch->home < cdn->edge_count ? cdn->caches[fetch->home].figures : NULL;
    if (figures)
        counter_add(&figures->origin_requests, 1);
    deadline_enter(simulation, &state_of(cdn, fetch)->answers, id);
    request_send(simulation, origin->target, sent);
}

/* The function before the origin has let it pass, or there is none. */
static void go_to_origin(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    const struct cdn_job *fetch = cdn_job_at(cdn, id);
    struct cdn_origin_state *state = state_of(cdn, fetch);
    if (state->unreachable > 0) {
        deadline_enter(simulation, &state->connections, id);
        return;
    }
    const int64_t way_ns = rtt_ns(cdn, request_at(simulation, fetch->request), fetch) / 2;
    if (way_ns > 0)
        simulation_schedule(simulation, cdn->self, CDN_TO_ORIGIN, RANK_ARRIVAL, time_add(simulation->now_ns, way_ns), id);
    else
        cdn_send_to_origin(simulation, cdn, id);
}

static void ask(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    cdn_job_at(cdn, id)->stage = STAGE_ORIGIN_REQUEST;
    if (!cdn_run_hook(simulation, cdn, id, ON_ORIGIN_REQUEST))
        go_to_origin(simulation, cdn, id);
}

void cdn_ask_origin(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    fetch->since_ns = simulation->now_ns;
    fetch->from_cache = false;
    ask(simulation, cdn, id);
}

/* It is over, whatever it has brought. */
static void end(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    tally_add(&cdn->metrics.origin_latency, TALLY_ALL, simulation->now_ns - fetch->since_ns);
    fetch->expires_ns = time_add(simulation->now_ns, cdn_keep_ns(cdn, fetch));
    cdn_fetched(simulation, cdn, id);
}

/* The origin has said its word, or nothing at all (`silent`): the other of its group is asked, or it is over. */
static void conclude(struct simulation *simulation, struct cdn *cdn, uint32_t id, bool silent)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    const struct cdn_behavior *behavior = cdn_behavior_of(cdn, fetch);
    if (fetch->cause == &cause_succeeded || fetch->member > 0 || behavior->second == SIZE_MAX ||
        !(cdn->kind_of[fetch->content] & CONTENT_FAILS_OVER) ||
        !(silent || cdn_group_takes_over(behavior->group, cdn_status_of(fetch->cause)))) {
        end(simulation, cdn, id);
        return;
    }
    fetch->member = 1;
    fetch->attempt = 0;
    counter_add(&cdn->metrics.failovers, 1);
    ask(simulation, cdn, id);
}

void cdn_origin_back(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    fetch->stage = STAGE_ORIGIN_RESPONSE;
    if (fetch->cause != &cause_succeeded)
        counter_add(&cdn->metrics.origin_failures, 1);
    if (!cdn_run_hook(simulation, cdn, id, ON_ORIGIN_RESPONSE))
        conclude(simulation, cdn, id, false);
}

/* A function at the origin's side has ended: `cause` NULL: it lets the request, or what the origin said, pass. */
void cdn_origin_hook_ended(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct cause *cause)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    if (cause) {
        fetch->cause = cause;
        fetch->bytes = 0;
        end(simulation, cdn, id);
    } else if (fetch->stage == STAGE_ORIGIN_REQUEST) {
        go_to_origin(simulation, cdn, id);
    } else {
        conclude(simulation, cdn, id, false);
    }
}

/* What an edge makes of it. Source: CloudFront developer guide, "Serve compressed files". */
static uint64_t compressed(const struct cdn *cdn, const struct cdn_job *fetch, uint64_t bytes)
{
    const struct cdn_behavior *behavior = cdn_behavior_of(cdn, fetch);
    const bool asked = behavior->compress && (behavior->rules.gzip || behavior->rules.brotli) && !fetch->is_proxy;
    if (!asked || (double)bytes < cdn->compress_min_bytes || (double)bytes > cdn->compress_max_bytes)
        return bytes;
    return (uint64_t)((double)bytes * cdn->compressed_share + 0.5);
}

void cdn_origin_answered(struct simulation *simulation, struct cdn *cdn, uint32_t id, const struct request *answer)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    const struct cdn_origin *origin = cdn_origin_of(cdn, fetch);
    deadline_leave(&state_of(cdn, fetch)->answers, id);
    fetch->sent = POOL_NONE;
    fetch->cause = answer->cause;
    fetch->bytes = 0;
    if (answer->cause == &cause_succeeded) {
        /* what is posted is no object: its answer is as large as the origin says */
        const uint64_t said = fetch->is_proxy ? 0 : cdn_object_bytes(cdn, fetch);
        const uint64_t usual = fetch->is_proxy ? 0 : (uint64_t)cdn->usual_size_bytes;
        fetch->bytes = compressed(cdn, fetch,
                                  said > 0                                         ? said
                                  : origin->says_size && answer->payload_bytes > 0 ? answer->payload_bytes
                                                                                   : usual);
    }
    const int64_t all_ns = rtt_ns(cdn, request_at(simulation, fetch->request), fetch), back_ns = all_ns - all_ns / 2;
    if (back_ns > 0)
        simulation_schedule(simulation, cdn->self, CDN_BACK, RANK_COMPLETION, time_add(simulation->now_ns, back_ns), id);
    else
        cdn_origin_back(simulation, cdn, id);
}

/* An origin that says nothing is tried again, or given up. */
static void try_again(struct simulation *simulation, struct cdn *cdn, uint32_t id, bool may)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    if (may && fetch->attempt + 1 < cdn_origin_of(cdn, fetch)->attempts) {
        fetch->attempt++;
        go_to_origin(simulation, cdn, id);
        return;
    }
    fetch->cause = &cause_timed_out;
    fetch->bytes = 0;
    counter_add(&cdn->metrics.origin_failures, 1);
    conclude(simulation, cdn, id, true);
}

void cdn_unconnected(struct simulation *simulation, struct cdn *cdn, uint32_t origin)
{
    for (uint32_t id; (id = deadline_due(simulation, &cdn->lines[origin].connections)) != POOL_NONE;) {
        counter_add(&cdn->metrics.connection_failures, 1);
        try_again(simulation, cdn, id, true); /* of any method: nothing has been sent */
    }
}

void cdn_deadline(struct simulation *simulation, struct cdn *cdn, uint32_t origin)
{
    for (uint32_t id; (id = deadline_due(simulation, &cdn->lines[origin].answers)) != POOL_NONE;) {
        struct cdn_job *fetch = cdn_job_at(cdn, id);
        request_at(simulation, fetch->sent)->from = ENTITY_NONE; /* goes on, for nobody */
        fetch->sent = POOL_NONE;
        counter_add(&cdn->metrics.origin_timeouts, 1);
        try_again(simulation, cdn, id, !fetch->is_proxy);
    }
}
