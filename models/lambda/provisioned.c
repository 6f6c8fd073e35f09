/* provisioned.c: provisioned concurrency: environments of a version that are kept ready.
 * Sources: rules provisioned_*, which cite the Lambda developer guide, "Configuring provisioned concurrency" and "Understanding Lambda
 * function scaling", and the price page: paid from the order until it is withdrawn, in steps of five minutes. */
#include "provisioned.h"

#include "function_connect.h"
#include "function_environment.h"
#include "function_load.h"
#include "function_network.h"
#include "lambda_kinds.h"

#include <math.h>

#include <math.h>

static double rule(const struct simulation *simulation, const char *name)
{
    return rule_number(simulation->settings->rules, name);
}

void provisioned_init(struct function *function)
{
    idle_set_init(&function->provisioned.idle, (enum reuse_order)function->config.reuse);
    function->provisioned.enabled_ns = -1;
}

void provisioned_fini(struct function *function)
{
    idle_set_fini(&function->provisioned.idle);
}

/* What is kept ready is taken out of what others can have. */
static void claim(struct simulation *simulation, struct function *function, int64_t change)
{
    struct function *family = function->family;
    struct account *account = function->account_state;
    family->kept_ready += change;
    if (family->limit != INT64_MAX)
        return; /* a part of what is reserved, which is claimed already */
    account->provisioned += change;
    account_limit_changed(account);
    gauge_add(&account->claimed, simulation->now_ns, change);
}

/* Withdrawing it all is paid for up to the end of the step that has begun. */
static void pay(struct simulation *simulation, struct function *function, int64_t before, int64_t now)
{
    struct provisioned *provisioned = &function->provisioned;
    int64_t paid_mb = provisioned->paid_mb, step_ns = (int64_t)(rule(simulation, "provisioned_billing_step_s") * (double)NS_PER_S);
    if (before == 0 && now > 0)
        provisioned->enabled_ns = simulation->now_ns;
    provisioned->paid_mb = now * function->config.memory_mb;
    if (now > 0 || before == 0 || step_ns <= 0) {
        gauge_add(&function->metrics.provisioned_paid_mb, simulation->now_ns, provisioned->paid_mb - paid_mb);
        return;
    }
    int64_t steps = (simulation->now_ns - provisioned->enabled_ns + step_ns - 1) / step_ns;
    simulation_schedule(simulation, function->self, FUNCTION_PAID, RANK_COMPLETION,
                        time_add(provisioned->enabled_ns, (steps > 0 ? steps : 1) * step_ns), (uint32_t)paid_mb);
    provisioned->enabled_ns = -1;
}

void provisioned_paid(struct simulation *simulation, struct function *function, uint32_t mb)
{
    gauge_add(&function->metrics.provisioned_paid_mb, simulation->now_ns, -(int64_t)mb);
}

static void set_ready(struct simulation *simulation, struct function *function, int64_t ready)
{
    struct provisioned *provisioned = &function->provisioned;
    gauge_add(&function->metrics.provisioned_ready, simulation->now_ns, ready - provisioned->ready);
    provisioned->ready = ready;
    request_quota_init(&provisioned->rate, simulation->settings->rules, ready, simulation->now_ns);
}

/* A new one, its INIT drawn and paid for; *init_ns is how long that takes. NULL when memory is out. */
static struct environment *start_environment(struct simulation *simulation, struct function *function, int64_t *init_ns)
{
    struct network_stand stand;
    const struct cause *refusal; /* there are none of those before September 2019, when it could be */
    function_network_take(simulation, function, &stand, &refusal);
    struct environment *environment = environment_create(simulation, function, &stand);
    if (!environment)
        return NULL;
    environment->provisioned = true;
    environment->attaching = false;
    environment->needs_init = false;
    *init_ns = 0;
    if (function->config.init) {
        stream_at(&function->streams.provisioned_init, environment->ordinal, 0);
        *init_ns = distribution_sample_ns(function->config.init, &function->streams.provisioned_init.rng);
    }
    int64_t load_ns, connect_ns = 0, asleep_ns;
    const uint64_t item = item_salt("provisioned") + environment->ordinal;
    environment->needs_init = function_load(simulation, function, environment, item, 0, &load_ns) != END_SUCCEEDED ||
                              function_connect(simulation, function, environment, item, 0, &connect_ns, &asleep_ns) != END_SUCCEEDED;
    *init_ns = time_add(time_add(*init_ns, load_ns), connect_ns);
    tally_add(&function->metrics.init_duration, TALLY_ALL, *init_ns);
    if (rule_flag(simulation->settings->rules, "provisioned_init_billed"))
        counter_add(&function->metrics.provisioned_mb_ms,
                    (uint64_t)((*init_ns + function->billing_step_ns - 1) / function->billing_step_ns) * function->billing_step_ms *
                        (uint64_t)function->config.memory_mb);
    return environment;
}

static void make_idle(struct simulation *simulation, struct function *function, struct environment *environment)
{
    environment->state = ENVIRONMENT_IDLE;
    environment->due_ns = TIME_FOREVER;
    if (!idle_set_add(&function->provisioned.idle, environment)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    gauge_add(&function->metrics.idle, simulation->now_ns, 1);
    environment_look_by(simulation, function, environment, environment->retires_ns);
}

static void take_out(struct simulation *simulation, struct function *function, struct environment *environment)
{
    idle_set_remove(&function->provisioned.idle, environment);
    gauge_add(&function->metrics.idle, simulation->now_ns, -1);
}

static void destroy(struct simulation *simulation, struct function *function, struct environment *environment)
{
    function->provisioned.present--;
    environment_destroy(simulation, function, environment);
}

/* What is not needed any more goes: idle ones at once, others when they are done. */
static void shrink(struct simulation *simulation, struct function *function)
{
    struct provisioned *provisioned = &function->provisioned;
    while (provisioned->present > provisioned->wanted && provisioned->idle.count > 0) {
        struct environment *environment = idle_set_next(&provisioned->idle, 0);
        take_out(simulation, function, environment);
        destroy(simulation, function, environment);
    }
    if (provisioned->ready > provisioned->wanted)
        set_ready(simulation, function, provisioned->wanted);
}

/* How long it takes until `count` more are there, all at the same time: a preparation, then so many a minute of this function; by the rules
 * of 2022 a burst and then so many a minute of the whole account. */
static int64_t allocation_ns(struct simulation *simulation, struct function *function, int64_t count)
{
    const struct rule_book *rules = simulation->settings->rules;
    double delay_s = rule(simulation, "provisioned_alloc_delay_s"), per_min = rule(simulation, "provisioned_alloc_per_min");
    double minutes = per_min > 0 ? (double)count / per_min : 0;
    if (strcmp(rule_text(rules, "provisioned_alloc_mode"), "account_burst") == 0) {
        struct account *account = function->account_state;
        double burst = rule(simulation, "provisioned_alloc_burst");
        per_min = rule(simulation, "provisioned_alloc_burst_per_min");
        double refilled = account->alloc_used - per_min * time_to_seconds(simulation->now_ns - account->alloc_ns) / 60;
        account->alloc_used = fmax(refilled, 0) + (double)count;
        account->alloc_ns = simulation->now_ns;
        minutes = per_min > 0 ? fmax(account->alloc_used - burst, 0) / per_min : 0;
    }
    return time_from_double((delay_s + minutes * 60) * (double)NS_PER_S);
}

static void allocate(struct simulation *simulation, struct function *function)
{
    struct provisioned *provisioned = &function->provisioned;
    while (provisioned->present < provisioned->wanted && simulation->status == STATUS_OK) {
        int64_t init_ns; /* within the time that the allocation took */
        struct environment *environment = start_environment(simulation, function, &init_ns);
        if (!environment)
            return;
        provisioned->present++;
        make_idle(simulation, function, environment);
    }
    set_ready(simulation, function, provisioned->wanted);
}

void provisioned_order(struct simulation *simulation, struct function *function, int64_t count, bool at_once)
{
    struct provisioned *provisioned = &function->provisioned;
    int64_t before = provisioned->wanted;
    if (count == before)
        return;
    provisioned->wanted = count;
    provisioned->order++;
    claim(simulation, function, count - before);
    pay(simulation, function, before, count);
    shrink(simulation, function);
    if (count <= provisioned->ready)
        return;
    if (at_once)
        allocate(simulation, function);
    else
        simulation_schedule(simulation, function->self, FUNCTION_ALLOCATED, RANK_COMPLETION,
                            time_add(simulation->now_ns, allocation_ns(simulation, function, count - provisioned->ready)),
                            provisioned->order);
}

void provisioned_allocated(struct simulation *simulation, struct function *function, uint32_t order)
{
    if (order == function->provisioned.order)
        allocate(simulation, function);
}

bool provisioned_is_free(struct function *function, int64_t now_ns)
{
    return function->provisioned.idle.count > 0 && token_bucket_available(&function->provisioned.rate, now_ns) >= 1;
}

struct environment *provisioned_take(struct simulation *simulation, struct function *function, const struct request *request)
{
    struct environment *environment = idle_set_next(&function->provisioned.idle, reuse_chance(function, request));
    (void)token_bucket_take(&function->provisioned.rate, 1, simulation->now_ns);
    take_out(simulation, function, environment);
    return environment;
}

/* A new one in the place of one that is gone, which is there when its INIT is over. */
static void start_another(struct simulation *simulation, struct function *function)
{
    int64_t init_ns;
    struct environment *next = start_environment(simulation, function, &init_ns);
    if (!next)
        return;
    next->state = ENVIRONMENT_STARTING;
    simulation_schedule(simulation, function->self, FUNCTION_STARTED, RANK_COMPLETION, time_add(simulation->now_ns, init_ns), next->id);
}

static void replace(struct simulation *simulation, struct function *function, struct environment *environment)
{
    environment_destroy(simulation, function, environment);
    start_another(simulation, function);
}

void provisioned_lost(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending)
{
    if (environment->state == ENVIRONMENT_IDLE)
        take_out(simulation, function, environment);
    environment_lose(simulation, function, environment, event_pending);
    if (function->provisioned.present > function->provisioned.wanted)
        function->provisioned.present--;
    else
        start_another(simulation, function);
}

void provisioned_started(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (function->provisioned.present > function->provisioned.wanted)
        destroy(simulation, function, environment);
    else
        make_idle(simulation, function, environment);
}

void provisioned_broken(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (function->provisioned.present > function->provisioned.wanted)
        destroy(simulation, function, environment);
    else
        replace(simulation, function, environment);
}

void provisioned_release(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (function->provisioned.present > function->provisioned.wanted || simulation->now_ns >= environment->retires_ns)
        provisioned_broken(simulation, function, environment);
    else
        make_idle(simulation, function, environment);
}

void provisioned_recycle(struct simulation *simulation, struct function *function, struct environment *environment)
{
    take_out(simulation, function, environment);
    replace(simulation, function, environment);
}

void provisioned_resized(struct simulation *simulation, struct function *function)
{
    struct provisioned *provisioned = &function->provisioned;
    pay(simulation, function, provisioned->wanted, provisioned->wanted);
    while (provisioned->idle.count > 0 && simulation->status == STATUS_OK)
        provisioned_recycle(simulation, function, idle_set_next(&provisioned->idle, 0));
}

/* The share of a version in what the alias has. */
static int64_t share_of(const struct function *alias, uint32_t version)
{
    const struct function_config *config = &alias->config;
    int64_t second = config->second == ENTITY_NONE ? 0 : llround((double)config->provisioned * config->second_weight);
    return (version == config->version ? config->provisioned - second : 0) + (version == config->second ? second : 0);
}

void provisioned_redistribute(struct simulation *simulation, struct function *alias, bool at_once)
{
    /* First what gets less, so that there is room for what gets more. */
    for (int more = 0; more < 2; more++)
        for (uint32_t i = 0; i < simulation->entity_count; i++) {
            if (!is_version_type(simulation->entities[i].type))
                continue;
            struct function *version = entity_state(simulation, i);
            int64_t share = share_of(alias, i);
            if (version->config.alias == alias->self && (share > version->provisioned.wanted) == (more == 1))
                provisioned_order(simulation, version, share, at_once);
        }
}
