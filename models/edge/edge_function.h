/* edge_function.h: AWS::CloudFront::Function: code at the viewer's side of an edge. Private to this folder. */
#ifndef SLSIM_EDGE_EDGE_FUNCTION_H
#define SLSIM_EDGE_EDGE_FUNCTION_H

#include "engine/distribution.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

enum edge_outcome { EDGE_PASSES, EDGE_REJECTS, EDGE_FAILS, EDGE_THROTTLED };

struct edge_function {
    uint32_t self;
    const char *code;
    const char *runtime;
    const struct distribution *duration;
    const struct distribution *memory_used; /* bytes; NULL: never too much */
    int64_t code_size_bytes;                /* 0: that of `code` */
    double error_rate, reject_rate;
    bool normalizes_key;
    uint32_t users, last_user; /* distributions that it is of, and the last of them: counted by their validation */

    struct stream durations, ends, memories;
    int64_t limit_ns, memory_limit_bytes;
    struct counter invocations, execution_errors, throttles, rejected;
    struct tally utilization; /* percent of the limit, in thousandths */
};

/* It runs for `request`: how long, and how that ends. */
int64_t edge_function_run(struct edge_function *function, const struct request *request, uint32_t event, enum edge_outcome *outcome);

#endif
