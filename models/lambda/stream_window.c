/* stream_window.c: tumbling windows: the records of a window are handed over in as many batches as it takes, each with the state that the
 * one before has returned, and when the window is over one more invocation gets the final state. Source: rules tumbling_*, which cite the
 * Lambda developer guide, "Stateful processing". A window is over when a record of a later one is there, when nothing has come until
 * tumbling_late_wait_s after its end, or when its shard has ended; children begin anew. A state that is too large ends it early, and it
 * goes on with an empty one. Assumed: the final invocation has no records, and what is given up with it counts as handled, for its records
 * are. */
#include "stream_mapping_state.h"

#include "engine/rule_book.h"

/* Tries of a final invocation draw what no batch draws. */
#define FINAL_ATTEMPT 0x8000u

void stream_window_create(struct simulation *simulation, struct stream_mapping *mapping)
{
    const struct rule_book *rules = simulation->settings->rules;
    int64_t window_ns = mapping->config.tumbling_window_ns;
    mapping->window_late_ns = rule_ns(rules, "tumbling_late_wait_s");
    mapping->window_state_most = (uint64_t)rule_bytes(rules, "tumbling_state_max_mb");
    if (window_ns > 0) {
        int128 offset_ns = (int128)simulation->settings->start_epoch_s * NS_PER_S % window_ns;
        mapping->window_offset_ns = (int64_t)(offset_ns < 0 ? offset_ns + window_ns : offset_ns);
    }
}

/* Windows are aligned to the epoch. */
static int64_t end_ns(const struct stream_mapping *mapping, int64_t arrived_ns)
{
    int64_t window_ns = mapping->config.tumbling_window_ns, offset_ns = mapping->window_offset_ns;
    return time_add((arrived_ns + offset_ns) / window_ns * window_ns - offset_ns, window_ns);
}

bool stream_window_admits(const struct stream_mapping *mapping, const struct stream_lane *lane, int64_t arrived_ns)
{
    const struct stream_window *window = &lane->window;
    bool void_window = lane->count == 0 && window->records == 0; /* all that it had was given up: there is no state */
    return !window->open || void_window || end_ns(mapping, arrived_ns) == window->end_ns;
}

void stream_window_took(const struct stream_mapping *mapping, struct stream_lane *lane, const struct stream_record *record)
{
    struct stream_window *window = &lane->window;
    int64_t window_end_ns = end_ns(mapping, record->arrived_ns);
    if (!window->open || window->end_ns != window_end_ns)
        window->records = 0;
    window->open = true;
    window->end_ns = window_end_ns;
    window->item = record->item;
    window->last_ns = record->arrived_ns;
}

void stream_window_count(struct stream_lane *lane, uint32_t count)
{
    lane->window.records += count;
}

static uint64_t state_bytes(const struct stream_mapping *mapping, const struct stream_lane *lane)
{
    uint64_t each = (uint64_t)mapping->config.state_record_bytes;
    return each > 0 && lane->window.records > UINT32_MAX / each ? UINT32_MAX : lane->window.records * each;
}

bool stream_window_is_full(const struct stream_mapping *mapping, const struct stream_lane *lane)
{
    return lane->window.open && state_bytes(mapping, lane) > mapping->window_state_most;
}

bool stream_window_is_over(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane, bool next)
{
    struct stream_window *window = &lane->window;
    int64_t over_ns = time_add(window->end_ns, mapping->window_late_ns);
    bool ended =
        mapping->source->closed(mapping->stream, lane->shard) && lane->cursor >= mapping->source->end(mapping->stream, lane->shard);
    if (next || ended || simulation->now_ns >= over_ns) {
        window->open = window->records > 0;
        return window->open;
    }
    if (!window->timer) {
        window->timer = true;
        simulation_schedule(simulation, mapping->self, STREAM_TUMBLE, RANK_ARRIVAL, over_ns, stream_lane_index(mapping, lane));
    }
    return false;
}

void stream_window_request(const struct stream_mapping *mapping, struct stream_lane *lane, struct request *request)
{
    uint64_t bytes = state_bytes(mapping, lane);
    request->payload_bytes = (uint32_t)(bytes < mapping->window_state_most ? bytes : mapping->window_state_most);
    request->attempt = (uint16_t)(FINAL_ATTEMPT | (lane->tries < FINAL_ATTEMPT ? lane->tries : FINAL_ATTEMPT - 1));
}

static bool is_too_old(const struct simulation *simulation, const struct stream_mapping *mapping, const struct stream_lane *lane)
{
    int64_t age_ns = simulation->now_ns - lane->window.last_ns;
    return age_ns > mapping->max_age_ns || age_ns >= mapping->retention_ns;
}

void stream_window_answered(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane,
                            const struct cause *cause)
{
    struct stream_window *window = &lane->window;
    bool retry_is_free = cause_is_of_service(cause);
    if (cause != &cause_succeeded) {
        int64_t most = mapping->config.max_retries;
        bool spent = !retry_is_free && most >= 0 && lane->retries >= most;
        if (!spent && !is_too_old(simulation, mapping, lane)) {
            lane->tries += !retry_is_free;
            lane->retries += !retry_is_free;
            if (!retry_is_free)
                stream_lane_set_blocked(simulation, mapping, lane, true);
            stream_lane_back_off(simulation, mapping, lane);
            return;
        }
        counter_add(&mapping->metrics.windows_lost, 1);
    } else {
        counter_add(&mapping->metrics.windows, 1);
    }
    bool ended =
        mapping->source->closed(mapping->stream, lane->shard) && lane->cursor >= mapping->source->end(mapping->stream, lane->shard);
    if (stream_window_is_full(mapping, lane) || (ended && window->end_ns > simulation->now_ns))
        counter_add(&mapping->metrics.windows_early, 1);
    window->open = window->final = false;
    stream_lane_next_part(simulation, mapping, lane);
}
