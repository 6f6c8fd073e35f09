/* held.c: requests whose first packet nobody answers. */
#include "engine/held.h"

#include "engine/procedure.h"

#include <math.h>

/* SDKs take it for a fault of the moment, and try again. */
static const struct cause cause_timed_out = {.fate = FATE_TIMED_OUT, .server_error = true, .text = "connection timed out"};
static const struct cause cause_given_up = {.fate = FATE_DROPPED, .text = "the caller gave up"};

/* Waits double; more of them would outlast any run. */
#define PACKETS_MOST 30

void held_init(struct held_line *line, struct simulation *simulation, uint32_t self, uint16_t kind, struct ledger *ledger)
{
    const struct rule_book *rules = simulation->settings->rules;
    line->self = self;
    line->kind = kind;
    line->ledger = ledger;
    line->first_ns = rule_pause_ns(rules, "tcp_first_wait_s");
    line->most = (uint32_t)rule_count(rules, "tcp_syn_retries", 0, PACKETS_MOST);
    pool_init(&line->held, sizeof(struct held), &simulation->memory, simulation->entities[self].name);
}

int64_t held_give_up_ns(const struct rule_book *rules)
{
    double waits = ldexp(1, (int)rule_count(rules, "tcp_syn_retries", 0, PACKETS_MOST) + 1) - 1;
    return time_from_double((double)rule_pause_ns(rules, "tcp_first_wait_s") * waits);
}

void held_fini(struct held_line *line)
{
    if (line->held.owner)
        pool_fini(&line->held);
}

static void wait(struct simulation *simulation, const struct held_line *line, uint32_t id)
{
    const struct held *held = pool_at(&line->held, id);
    int64_t wait_ns = time_from_double(ldexp((double)line->first_ns, (int)held->sent - 1));
    simulation_schedule(simulation, line->self, line->kind, RANK_EXPIRY, time_add(simulation->now_ns, wait_ns), id);
}

void held_begin(struct simulation *simulation, struct held_line *line, uint32_t to, uint64_t client, struct request *request)
{
    uint32_t id = pool_take(&line->held);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct held *)pool_at(&line->held, id) = (struct held){.request = request->id, .to = to, .sent = 1, .client = client};
    wait(simulation, line, id);
}

static void end(struct simulation *simulation, struct held_line *line, uint32_t id, const struct cause *cause)
{
    struct request *request = request_at(simulation, ((const struct held *)pool_at(&line->held, id))->request);
    pool_give(&line->held, id);
    ledger_count(line->ledger, cause);
    request_answer(simulation, request, cause);
}

bool held_due(struct simulation *simulation, struct held_line *line, uint32_t id, struct held *held)
{
    struct held *here = pool_at(&line->held, id);
    const struct request *request = request_at(simulation, here->request);
    bool wanted = request->from != ENTITY_NONE && !procedure_left(request);
    if (!wanted || here->sent > line->most) {
        end(simulation, line, id, wanted ? &cause_timed_out : &cause_given_up);
        return false;
    }
    here->sent++;
    *held = *here;
    return true;
}

void held_again(struct simulation *simulation, struct held_line *line, uint32_t id)
{
    wait(simulation, line, id);
}

void held_release(struct held_line *line, uint32_t id)
{
    pool_give(&line->held, id);
}
