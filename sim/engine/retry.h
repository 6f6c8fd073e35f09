/* retry.h: how a client tries again: the modes of the SDKs, or a policy of the scenario's own: of traffic and of handlers alike.
 * Source: rules sdk_*, which cite the SDK and tools reference guide, "Retry behavior". */
#ifndef SLSIM_ENGINE_RETRY_H
#define SLSIM_ENGINE_RETRY_H

#include "engine/back_off.h"
#include "engine/random.h"
#include "engine/request.h"
#include "engine/rule_book.h"

#include <stdbool.h>
#include <stdint.h>

/* The values are those of the choices of `retry`, in their order; -1 is the scenario's own object. */
enum retry_mode { RETRY_CUSTOM = -1, RETRY_NONE, RETRY_STANDARD, RETRY_LEGACY, RETRY_ADAPTIVE };
enum retry_jitter { JITTER_FULL, JITTER_NONE, JITTER_EQUAL };
/* Bits of `on`, in the order of its choices; ON_ERROR is none of them: what was called says that it failed, and only some callers ask
 * again. */
enum retry_on { ON_THROTTLED = 1, ON_SERVER_ERROR = 2, ON_TIMEOUT = 4, ON_ERROR = 8 };

/* Why an attempt failed, as a client sees it. */
enum failure { FAILURE_FINAL, FAILURE_THROTTLED, FAILURE_SERVER_ERROR, FAILURE_TIMEOUT, FAILURE_ERROR, FAILURE_KINDS };

struct sdk_habits; /* engine/model.h */

/* What the scenario says. */
struct retry_config {
    int mode;
    int64_t max_attempts; /* the first counted */
    int64_t base_ns;
    int64_t cap_ns;
    int jitter;
    uint32_t on;
};

/* Of the adaptive mode. */
struct adaptive_rules {
    double beta, scale, smooth, minimum_fill_rate, minimum_capacity, maximum_rate_factor, bucket_s;
};

struct retry_policy {
    enum retry_mode mode;
    uint32_t max_attempts;
    struct back_off back_off[FAILURE_KINDS]; /* by enum failure */
    enum retry_jitter jitter;
    uint32_t on;
    double quota;               /* tokens of a client; 0: no quota */
    double cost[FAILURE_KINDS]; /* by enum failure */
    double refund_first;        /* for a success at the first attempt */
    struct adaptive_rules adaptive;
};

/* The rate limiter of the adaptive mode, as the SDKs document it: a token bucket whose rate follows CUBIC. */
struct adaptive_limiter {
    bool enabled; /* after the first throttle */
    double fill_rate, capacity, tokens;
    double measured_rate; /* requests sent per second, smoothed */
    double last_max_rate;
    double time_window_s;
    int64_t last_throttle_ns, last_fill_ns, bucket_ns;
    uint32_t bucket_count;
};

/* One client's memory. */
struct client {
    double tokens;
    struct adaptive_limiter limiter;
};

/* `sdk`: of the service that is called; NULL: any. */
void retry_policy_init(struct retry_policy *policy, const struct retry_config *config, const struct rule_book *rules,
                       const struct sdk_habits *sdk);
void client_init(struct client *client, const struct retry_policy *policy);

/* What kind of failure is `cause` to a client? */
enum failure failure_of(const struct cause *cause);

/* An attempt that failed, counted from 0. */
struct failed_attempt {
    enum failure failure;
    uint32_t number;
};

#define RETRY_NEVER INT64_C(-1)

/* How long `client` waits before it tries again; RETRY_NEVER: it does not. Takes the quota's tokens for it, *spent. */
int64_t retry_wait_ns(const struct retry_policy *policy, struct client *client, struct failed_attempt failed, struct stream *stream,
                      double *spent);
/* An item succeeded at `attempt`; `spent` is what its last retry cost. */
void retry_succeeded(const struct retry_policy *policy, struct client *client, uint32_t attempt, double spent);

/* How long the client holds a send back at `now_ns`, and what it learns from each answer: in the adaptive mode; 0 and nothing in others. */
int64_t client_hold_back_ns(const struct retry_policy *policy, struct client *client, int64_t now_ns);
void client_learn(const struct retry_policy *policy, struct client *client, bool throttled, int64_t now_ns);

#endif
