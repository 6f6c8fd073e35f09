/* trace_sample.c: the rule of a sampler, one trace after the other. */
#include "output/trace_sample.h"

#include "engine/random.h"
#include "engine/sim_time.h"

void trace_sample_init(struct trace_sample *sample, const struct trace_rule *rule, const struct rule_book *rules)
{
    *sample =
        (struct trace_sample){.reservoir = rule_number(rules, rule->reservoir_per_s), .rate = rule_share(rules, rule->rate), .second = -1};
}

bool trace_sample_takes(struct trace_sample *sample, const struct trace_root *root)
{
    int64_t second = root->time_ns / NS_PER_S;
    if (second != sample->second) {
        sample->second = second;
        sample->taken = 0;
    }
    if (sample->taken < sample->reservoir) {
        sample->taken++;
        return true;
    }
    struct stream stream;
    stream_init(&stream, root->seed, 0, root->source, "traces");
    stream_at(&stream, root->key, 0);
    return stream_uniform(&stream) < sample->rate;
}
