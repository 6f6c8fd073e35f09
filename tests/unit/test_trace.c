/* test_trace.c: the spans of an item are one tree, across functions, queues, retries and batches. */
#include "model_fixture.h"

#include <string.h>

#define MS NS_PER_MS
#define SPANS_MOST 4096

/* A span as it was told of, its words kept. */
struct span_seen {
    uint64_t id, parent, item, link;
    uint32_t lane, attempt, link_count;
    int64_t begin_ns, end_ns;
    bool unfinished, beside;
    char source[16], resource[32], name[16], outcome[16], lane_kind[16], parent_resource[32];
};

struct seen {
    struct span_seen spans[SPANS_MOST];
    size_t count;
    size_t links;
    uint64_t only; /* the root hook lets this item through alone; UINT64_MAX: all */
    size_t roots;
};

static void keep(void *context, const struct trace_span *span)
{
    struct seen *seen = context;
    assert_true(seen->count < SPANS_MOST);
    assert_true(span->end_ns >= span->begin_ns);
    struct span_seen *kept = &seen->spans[seen->count++];
    *kept = (struct span_seen){.id = span->at.span,
                               .parent = span->parent.span,
                               .item = span->item,
                               .link = span->link_count > 0 ? span->links[0].span : 0,
                               .lane = span->at.lane,
                               .attempt = span->attempt,
                               .link_count = span->link_count,
                               .begin_ns = span->begin_ns,
                               .end_ns = span->end_ns,
                               .unfinished = span->unfinished,
                               .beside = span->beside};
    snprintf(kept->source, sizeof kept->source, "%s", span->source);
    snprintf(kept->resource, sizeof kept->resource, "%s", span->at.resource);
    snprintf(kept->parent_resource, sizeof kept->parent_resource, "%s", span->parent.resource ? span->parent.resource : "");
    snprintf(kept->name, sizeof kept->name, "%s", span->name);
    snprintf(kept->outcome, sizeof kept->outcome, "%s", span->outcome);
    snprintf(kept->lane_kind, sizeof kept->lane_kind, "%s", span->at.lane_kind ? span->at.lane_kind : "");
}

static void count_link(void *context, const struct trace_link *link)
{
    struct seen *seen = context;
    seen->links++;
    assert_true(link->from.span > 0);
}

static bool choose(void *context, const struct trace_root *root)
{
    struct seen *seen = context;
    seen->roots++;
    return root->item == seen->only;
}

static void execute(struct model_run *run, struct seen *seen, const char *text)
{
    const struct tracer tracer = {.context = seen, .span = keep, .link = count_link, .root = seen->only != UINT64_MAX ? choose : NULL};
    const struct run_options options = {.threads = 1, .tracer = &tracer};
    seen->count = seen->links = seen->roots = 0;
    assert_int_equal(model_load(run, text), STATUS_OK);
    assert_int_equal(run_scenario(run->scenario, &options, &run->result), STATUS_OK);
}

/* The `k`-th (from 0, as they were opened) span of that name at that resource. */
static const struct span_seen *find(const struct seen *seen, const char *resource, const char *name, int k)
{
    const struct span_seen *best = NULL;
    uint64_t last = 0;
    for (int i = 0; i <= k; i++) {
        best = NULL;
        for (size_t at = 0; at < seen->count; at++) {
            const struct span_seen *span = &seen->spans[at];
            if (strcmp(span->resource, resource) == 0 && strcmp(span->name, name) == 0 && span->id > last && (!best || span->id < best->id))
                best = span;
        }
        if (!best)
            fail_msg("there is no %s %d at %s", name, i, resource);
        last = best->id;
    }
    return best;
}

/* Each parent is told of, later than its children, and is of the same trace; spans of one lane lie within one another or apart. */
static void assert_whole(const struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        const struct span_seen *span = &seen->spans[i];
        bool found = span->parent == 0;
        for (size_t k = 0; k < seen->count && !found; k++)
            found =
                seen->spans[k].id == span->parent && strcmp(seen->spans[k].source, span->source) == 0 && seen->spans[k].item == span->item;
        assert_true(found);
        for (size_t k = 0; k < i; k++) {
            const struct span_seen *other = &seen->spans[k];
            if (span->beside || other->beside || span->lane != other->lane || strcmp(span->resource, other->resource) != 0 ||
                strcmp(span->lane_kind, other->lane_kind) != 0)
                continue;
            bool apart = span->end_ns <= other->begin_ns || other->end_ns <= span->begin_ns;
            bool within = (span->begin_ns >= other->begin_ns && span->end_ns <= other->end_ns) ||
                          (other->begin_ns >= span->begin_ns && other->end_ns <= span->end_ns);
            assert_true(apart || within);
        }
    }
}

/* By hand: INIT 100 ms, 10 ms of work, a call of 40 ms, 5 ms of work. */
static void test_calls(void **state)
{
    (void)state;
    struct model_run run;
    static struct seen seen = {.only = UINT64_MAX};
    model_open(&run);
    execute(&run, &seen,
            "{'duration': '1s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 1769}}, "
            "'Partner': {'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '100ms', 'steps': [{'cpu': '10ms'}, "
            "{'call': 'Partner'}, {'cpu': '5ms'}]}, 'Partner': {'latency': '40ms'}}, "
            "'traffic': [{'name': 'users', 'target': 'F', 'constant': '1/s'}]}");
    assert_whole(&seen);
    const struct span_seen *item = find(&seen, "users", "item", 0), *call = find(&seen, "F", "call", 0),
                           *init = find(&seen, "F", "init", 0), *invoke = find(&seen, "F", "invoke", 0),
                           *partner = find(&seen, "Partner", "call", 0);
    assert_int_equal(item->parent, 0);
    assert_int_equal(call->parent, item->id);
    assert_int_equal(init->parent, call->id);
    assert_int_equal(invoke->parent, call->id);
    assert_int_equal(partner->parent, invoke->id);
    assert_string_equal(partner->parent_resource, "F");
    assert_string_equal(call->lane_kind, "environment");
    assert_string_equal(call->outcome, "succeeded");
    assert_int_equal(init->end_ns - init->begin_ns, 100 * MS);
    assert_int_equal(invoke->begin_ns - call->begin_ns, 100 * MS);
    assert_int_equal(invoke->end_ns - invoke->begin_ns, 55 * MS);
    assert_int_equal(partner->begin_ns - invoke->begin_ns, 10 * MS);
    assert_int_equal(partner->end_ns - partner->begin_ns, 40 * MS);
    assert_int_equal(item->end_ns, call->end_ns);
    model_close(&run);
}

/* An event that fails three times: its stay in Lambda's queue holds the tries and the waits between, and what goes to the queue after. */
static void test_event(void **state)
{
    (void)state;
    struct model_run run;
    static struct seen seen = {.only = UINT64_MAX};
    model_open(&run);
    execute(&run, &seen,
            "{'duration': '10m', 'Resources': {'Lost': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': "
            "{'DeadLetterConfig': {'TargetArn': 'Lost'}}}}, 'behavior': {'F': {'duration': '1s', 'init': '0s', 'error_rate': 1}}, "
            "'traffic': [{'name': 'event', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s', 'count': 1}]}");
    assert_whole(&seen);
    const struct span_seen *stay = find(&seen, "F/async", "event", 0), *lost = find(&seen, "Lost", "message", 0);
    assert_string_equal(stay->outcome, "dead_lettered");
    assert_int_equal(stay->end_ns, 183 * NS_PER_S); /* 1 + 60 + 1 + 120 + 1 s */
    for (int k = 0; k < 3; k++) {
        const struct span_seen *try = find(&seen, "F", "call", k + 1);
        assert_int_equal(try->parent, stay->id);
        assert_int_equal(try->attempt, k + 1);
        assert_string_equal(try->outcome, "failed");
    }
    assert_int_equal(find(&seen, "F/async", "retry", 0)->end_ns - find(&seen, "F/async", "retry", 0)->begin_ns, 60 * NS_PER_S);
    assert_int_equal(find(&seen, "Lost", "call", 0)->parent, stay->id);
    assert_int_equal(lost->parent, find(&seen, "Lost", "call", 0)->id);
    assert_true(lost->unfinished);
    assert_int_equal(lost->end_ns, 600 * NS_PER_S);
    model_close(&run);
}

/* Ten messages in one batch: the batch has a trace of its own, made of ten; a message's tree says when it was in it. */
static const char batch[] =
    "{'duration': '1m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Lambda::Function'}, 'M': "
    "{'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'EventSourceArn': 'Q', 'FunctionName': 'F', "
    "'BatchSize': 10}}}, 'behavior': {'F': {'duration': '2s', 'init': '0s'}}, "
    "'traffic': [{'name': 'jobs', 'target': 'Q', 'constant': '1000/s', 'count': 10}]}";

static void test_batch(void **state)
{
    (void)state;
    struct model_run run;
    static struct seen seen = {.only = UINT64_MAX};
    model_open(&run);
    execute(&run, &seen, batch);
    assert_whole(&seen);
    const struct span_seen *call = find(&seen, "F", "call", 0);
    uint32_t linked = 0;
    for (size_t i = 0; i < seen.count; i++)
        linked += strcmp(seen.spans[i].resource, "F") == 0 ? seen.spans[i].link_count : 0;
    assert_int_equal(linked, 10);
    assert_int_equal(seen.links, 10);
    assert_string_equal(call->source, "M");
    assert_int_equal(call->parent, 0);
    for (int k = 0; k < 10; k++) {
        const struct span_seen *message = find(&seen, "Q", "message", k), *in = find(&seen, "M", "batch", k);
        assert_string_equal(message->outcome, "succeeded");
        assert_int_equal(in->item, message->item);
        assert_int_equal(in->parent, message->id);
        assert_int_equal(in->end_ns - in->begin_ns, 2 * NS_PER_S);
    }
    model_close(&run);
}

/* What is chosen at the root holds for the whole tree, the batch that an item is in included; nothing else is told of. */
static void test_chosen(void **state)
{
    (void)state;
    struct model_run run;
    static struct seen seen = {.only = 3};
    model_open(&run);
    execute(&run, &seen, batch);
    assert_int_equal(seen.roots, 10); /* batches are not asked for: their messages decide */
    assert_true(seen.count > 0);
    for (size_t i = 0; i < seen.count; i++)
        assert_true(seen.spans[i].item == 3 || strcmp(seen.spans[i].source, "M") == 0);
    assert_int_equal(find(&seen, "Q", "message", 0)->item, 3);
    assert_int_equal(seen.links, 1);
    seen.only = 1000;
    execute(&run, &seen, batch);
    assert_int_equal(seen.count, 0);
    model_close(&run);
}

/* A caller that waits no longer tries again: both attempts are its children, each with its own lane; the first goes on for nobody. A
 * handler that is lost is shown as long as it ran. */
static void test_cut_short(void **state)
{
    (void)state;
    struct model_run run;
    static struct seen seen = {.only = UINT64_MAX};
    model_open(&run);
    execute(&run, &seen,
            ONE_FUNCTION("'duration': '20s'", "'Timeout': 10", "'duration': '4s', 'init': '0s'",
                         "{'name': 'user', 'target': 'F', 'constant': '1/s', 'count': 1, 'client_timeout': '1s', 'retry': {'max_attempts': "
                         "2, 'base': '500ms', "
                         "'jitter': 'none'}}"));
    assert_whole(&seen);
    const struct span_seen *item = find(&seen, "user", "item", 0), *first = find(&seen, "F", "call", 0),
                           *second = find(&seen, "F", "call", 1);
    assert_int_equal(first->parent, item->id);
    assert_int_equal(second->parent, item->id);
    assert_int_equal(second->attempt, 2);
    assert_true(first->lane != second->lane);
    assert_int_equal(first->end_ns, 4 * NS_PER_S);
    assert_true(item->end_ns < first->end_ns);
    execute(&run, &seen,
            "{'duration': '3s', 'drain': '0s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 10}}}, "
            "'behavior': {'F': "
            "{'duration': '4s', 'init': '0s'}}, 'traffic': [{'name': 'user', 'target': 'F', 'constant': '1/s', 'count': 1}]}");
    assert_int_equal(find(&seen, "F", "invoke", 0)->end_ns, 3 * NS_PER_S);
    assert_true(find(&seen, "F", "invoke", 0)->unfinished);
    assert_true(find(&seen, "F", "call", 0)->unfinished);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),  cmocka_unit_test(test_event),     cmocka_unit_test(test_batch),
        cmocka_unit_test(test_chosen), cmocka_unit_test(test_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
