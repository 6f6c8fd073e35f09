/* function_url_run.c: requests to a function URL: who may call, what a browser asks first, what the function's answer becomes. */
#include "function_url_state.h"

#include "engine/caller.h"
#include "engine/room.h"
#include "engine/rule_book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct cause cause_not_shared = {.fate = FATE_FAILED, .text = "CORS: withheld by the browser"};

/* Answers by their status; which a request gets, the rules function_url_*_status say. */
static const struct {
    int status;
    struct cause cause, timed_out;
} answers[] = {
    {400, {.fate = FATE_FAILED, .text = "400 Bad Request"}, {0}},
    {403, {.fate = FATE_FAILED, .text = "403 Forbidden"}, {0}},
    {413, {.fate = FATE_REJECTED, .text = "413 Payload Too Large"}, {0}},
    {429, {.fate = FATE_THROTTLED, .text = "429 Too Many Requests"}, {0}},
    {500,
     {.fate = FATE_FAILED, .server_error = true, .text = "500 Internal Server Error"},
     {.fate = FATE_TIMED_OUT, .server_error = true, .text = "500 Internal Server Error"}},
    {502,
     {.fate = FATE_FAILED, .server_error = true, .text = "502 Bad Gateway"},
     {.fate = FATE_TIMED_OUT, .server_error = true, .text = "502 Bad Gateway"}},
    {504,
     {.fate = FATE_FAILED, .server_error = true, .text = "504 Gateway Timeout"},
     {.fate = FATE_TIMED_OUT, .server_error = true, .text = "504 Gateway Timeout"}},
};

static size_t answer_of(const struct rule_book *rules, const char *rule)
{
    size_t i = 0, last = sizeof answers / sizeof *answers - 1;
    while (i < last && answers[i].status < rule_number(rules, rule))
        i++;
    return i;
}

enum status url_create(struct simulation *simulation, void *self)
{
    struct function_url *url = self;
    const char *name = simulation->entities[url->self].name;
    pool_init(&url->calls, sizeof(struct url_call), &simulation->memory, name);
    key_map_init(&url->asked, &simulation->memory, name);
    const struct rule_book *rules = simulation->settings->rules;
    url->base64_factor = rule_number(rules, "base64_factor");
    url->denied_answer = answer_of(rules, "function_url_denied_status");
    url->throttled_answer = answer_of(rules, "function_url_over_reserved_status");
    url->large_answer = answer_of(rules, "function_url_large_status");
    url->error_answer = answer_of(rules, "function_url_error_status");
    return STATUS_OK;
}

void url_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct function_url *url = self;
    if (url->calls.item_size > 0)
        pool_fini(&url->calls);
    key_map_fini(&url->asked);
    fault_fini(&url->faults);
    free(url->until_ns);
}

/* Answers the caller; nobody who waits for it hears of the others. */
static void reply(struct simulation *simulation, struct function_url *url, struct request *request, const struct cause *cause)
{
    if (cause->server_error)
        counter_add(&url->server_errors, 1);
    else if (cause != &cause_succeeded && cause != &cause_not_shared)
        counter_add(&url->client_errors, 1);
    tally_add(&url->latency, TALLY_ALL, simulation->now_ns - request->sent_ns);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[url->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    request_done(simulation, url->self, request, cause);
}

/* By rule function_url_actions, as it was judged when the scenario was read. With AWS_IAM each request must be signed. */
static bool is_denied(const struct simulation *simulation, const struct function_url *url, const struct request *request,
                      const struct caller *caller)
{
    if (url->auth_type == AUTH_NONE)
        return right_is_lacking(simulation, url->self, url->self, CONTENT_NONE);
    if (caller && caller->as == ENTITY_NONE && !caller->account)
        return true;
    return right_is_missing(simulation, url->self, request);
}

/* The request's method; of one that does not say, a function is posted to. `*length`: of it. */
static const char *method_of(const struct simulation *simulation, const struct request *request, size_t *length)
{
    const struct content_table *contents = simulation->settings->contents;
    const char *text = contents && request->content < contents->count ? contents->items[request->content].request : NULL;
    text = text ? text : "POST";
    *length = strcspn(text, " ");
    return text;
}

static bool is_among(const struct string_list *list, const char *word, size_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], "*") == 0 || (strlen(list->items[i]) == length && strncmp(list->items[i], word, length) == 0))
            return true;
    return false;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

/* Asks the browser's cache of preflights: must this client ask now? It is told for how long it need not again. */
static bool must_ask(struct simulation *simulation, struct function_url *url, const struct request *request, const struct caller *caller)
{
    uint64_t clients = caller->clients > 0 ? (uint64_t)caller->clients : 1;
    uint64_t key = (uint64_t)request->from << 32 | ((request->item - caller->salt) % clients & UINT32_MAX);
    uint32_t place = key_map_find(&url->asked, key);
    int64_t until_ns = time_add(simulation->now_ns, url->max_age_ns);
    if (place == POOL_NONE) {
        place = url->asked_count;
        enum status status = room_for(&url->until_ns, place + 1u, &url->asked_capacity, sizeof *url->until_ns)
                                 ? key_map_put(&url->asked, key, place)
                                 : STATUS_NO_MEMORY;
        if (status != STATUS_OK) {
            simulation_fail(simulation, status);
            return false;
        }
        url->asked_count++;
        url->until_ns[place] = until_ns;
        return true;
    }
    if (simulation->now_ns < url->until_ns[place])
        return false;
    url->until_ns[place] = until_ns;
    return true;
}

enum browser_verdict { BROWSER_SENDS, BROWSER_WITHHOLDS, BROWSER_KEEPS_BACK };

/* What a page's browser makes of a request. GET and HEAD without a signature are sent at once, and what they bring is withheld where the
 * origin may not see it; all else, JSON that is posted too, is sent only after a preflight that allows it. */
static enum browser_verdict ask_browser(struct simulation *simulation, struct function_url *url, const struct request *request,
                                        const struct caller *caller)
{
    size_t length;
    const char *method = method_of(simulation, request, &length);
    bool plain = is_word(method, length, "GET") || is_word(method, length, "HEAD");
    bool shared = url->cors_given && is_among(&url->origins, caller->origin, strlen(caller->origin));
    if (plain && url->auth_type == AUTH_NONE)
        return shared ? BROWSER_SENDS : BROWSER_WITHHOLDS;
    if (must_ask(simulation, url, request, caller)) {
        counter_add(&url->preflights, 1);
        counter_add(&url->requests, 1);
    }
    bool known_method = plain || is_word(method, length, "POST") || is_among(&url->methods, method, length);
    return shared && known_method ? BROWSER_SENDS : BROWSER_KEEPS_BACK;
}

static void hand_over(struct simulation *simulation, struct function_url *url, struct request *request, const struct caller *caller,
                      bool withheld)
{
    uint32_t id = pool_take(&url->calls);
    struct request *sent = id == POOL_NONE ? NULL : request_pass_on(simulation, request, url->self, id);
    if (!sent) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct url_call *)pool_at(&url->calls, id) = (struct url_call){.request = request->id, .withheld = withheld};
    sent->asynchronous = false;
    if (caller && caller->base64)
        sent->payload_bytes = (uint32_t)fmin((double)request->payload_bytes * url->base64_factor, UINT32_MAX);
    request_send(simulation, url->function, sent);
}

void url_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct function_url *url = self;
    const struct caller *caller = request_caller(simulation, request);
    enum browser_verdict verdict = BROWSER_SENDS;
    size_t length;
    if (caller && caller->origin)
        verdict = ask_browser(simulation, url, request, caller);
    if (verdict == BROWSER_KEEPS_BACK) { /* it never comes here */
        request_done(simulation, url->self, request, &cause_not_shared);
        return;
    }
    counter_add(&url->requests, 1);
    const char *method = method_of(simulation, request, &length);
    if (url->cors_given && is_word(method, length, "OPTIONS")) {
        counter_add(&url->preflights, 1);
        reply(simulation, url, request, &cause_succeeded);
        return;
    }
    if (fault_befalls(&url->faults, request)) {
        reply(simulation, url, request, url->faults.down ? &cause_service_down : &cause_service_error);
        return;
    }
    if (is_denied(simulation, url, request, caller)) {
        counter_add(&url->denied, 1);
        reply(simulation, url, request, &answers[url->denied_answer].cause);
        return;
    }
    hand_over(simulation, url, request, caller, verdict == BROWSER_WITHHOLDS);
}

/* What the answer of the function is over HTTP. */
static const struct cause *status_of(const struct function_url *url, const struct cause *cause)
{
    if (cause == &cause_succeeded)
        return cause;
    if (cause->fate == FATE_THROTTLED)
        return &answers[url->throttled_answer].cause;
    if (cause->fate == FATE_REJECTED)
        return &answers[url->large_answer].cause;
    return cause->fate == FATE_TIMED_OUT ? &answers[url->error_answer].timed_out : &answers[url->error_answer].cause;
}

void url_done(struct simulation *simulation, void *self, struct request *request)
{
    struct function_url *url = self;
    const struct url_call call = *(const struct url_call *)pool_at(&url->calls, request->from_data);
    struct request *waiting = request_at(simulation, call.request);
    const struct cause *cause = status_of(url, request->cause);
    waiting->payload_bytes = cause == &cause_succeeded ? request->payload_bytes : waiting->payload_bytes;
    pool_give(&url->calls, request->from_data);
    request_free(simulation, request);
    reply(simulation, url, waiting, cause == &cause_succeeded && call.withheld ? &cause_not_shared : cause);
}

enum status url_finish(struct simulation *simulation, void *self)
{
    const struct function_url *url = self;
    simulation_in_flight(simulation, url->self, url->calls.used);
    return STATUS_OK;
}
