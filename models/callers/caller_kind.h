/* caller_kind.h: who calls: how long each of them waits for an answer, how often it tries, how much it hands over. */
#ifndef SLSIM_CALLERS_CALLER_KIND_H
#define SLSIM_CALLERS_CALLER_KIND_H

#include "engine/retry.h"
#include "engine/rule_book.h"

#include <stdbool.h>
#include <stdint.h>

/* The names that `caller` of a traffic source may have, in the order of enum caller_kind; ends with NULL. */
extern const char *const caller_kinds[];

enum caller_kind { CALLER_SDK, CALLER_CLI, CALLER_COGNITO, CALLER_LEX, CALLER_ALEXA, CALLER_S3_BATCH, CALLER_RDS };

/* What one caller does, by the rules. */
struct caller_habits {
    const char *service;    /* as in messages: "Amazon Lex" */
    bool functions_only;    /* it calls functions, and nothing else */
    bool waits;             /* always for the answer: it has no asynchronous calls */
    int64_t timeout_ns;     /* of one attempt; 0: none */
    int64_t request_bytes;  /* the largest that it hands over; 0: it has no limit of its own */
    int64_t response_bytes; /* the largest that it takes; the same */
    struct retry_config retry;
};

/* Source: rules sdk_*, cli_*, cognito_*, lex_*, alexa_*, s3_batch_*, rds_invoke_*. */
void caller_habits_of(struct caller_habits *habits, enum caller_kind kind, const struct rule_book *rules);

#endif
