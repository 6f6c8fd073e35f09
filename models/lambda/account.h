/* account.h: the account's share of concurrency, private to this folder: who may start, and what is taken from all functions together. */
#ifndef SLSIM_LAMBDA_ACCOUNT_H
#define SLSIM_LAMBDA_ACCOUNT_H

#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdbool.h>
#include <stdint.h>

/* The quotas of another Region, where functions run that are at edges: it has functions of no other kind. */
struct account_place {
    int64_t busy;
    struct token_bucket rate, scaling;
};

struct account {
    /* config */
    int64_t concurrency_limit; /* ConcurrentExecutions */
    int64_t reserved;          /* the sum of ReservedConcurrentExecutions: set by validate */

    /* state */
    uint32_t self;
    int64_t unreserved_limit;    /* of what runs on demand */
    int64_t provisioned;         /* of functions without reserved concurrency */
    struct token_bucket rate;    /* 10 requests per second for each unit of the limit; rule rps_per_concurrency */
    struct token_bucket scaling; /* the 2022 rule: a burst for the whole account, then so many a minute */
    double alloc_used;           /* provisioned environments of the 2022 burst that are not refilled yet, at */
    int64_t alloc_ns;
    bool scaling_by_account;                             /* rule scaling_mode */
    struct account_place elsewhere[EDGE_PLACES_MAX - 1]; /* the places from 1 on */
    int64_t elsewhere_limit;                             /* of `busy`: rule edge_concurrency_per_region */
    struct gauge concurrent;
    struct gauge unreserved;
    struct gauge claimed;
};

/* Any of the terms of unreserved_limit is another now. */
void account_limit_changed(struct account *account);

/* The quota of requests per second that `concurrency` brings, full. Its depth is an assumption (rule rps_bucket_s): AWS documents the rate
 * alone. */
void request_quota_init(struct token_bucket *bucket, const struct rule_book *rules, int64_t concurrency, int64_t now_ns);

#endif
