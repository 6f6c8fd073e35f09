/* caller_kind.c: the callers of the Lambda developer guide's chapter on synchronous invocation that are no resources of their own, and
 * what the rules say of them. */
#include "caller_kind.h"

#include <stddef.h>

const char *const caller_kinds[] = {"sdk", "cli", "cognito", "lex", "alexa", "s3_batch", "rds", NULL};

/* One caller in terms of rules; NULL: it has no such limit. */
struct caller_row {
    const char *service;
    bool functions_only, waits;
    const char *timeout, *request_kb, *response_kb;
};

static const struct caller_row rows[] = {
    [CALLER_SDK] = {.service = "An SDK", .timeout = "sdk_call_timeout_s"},
    [CALLER_CLI] = {.service = "The AWS CLI", .timeout = "cli_read_timeout_s"},
    [CALLER_COGNITO] = {.service = "Amazon Cognito", .functions_only = true, .timeout = "cognito_timeout_s"},
    [CALLER_LEX] = {.service = "Amazon Lex",
                    .functions_only = true,
                    .waits = true,
                    .timeout = "lex_timeout_s",
                    .request_kb = "lex_input_max_kb",
                    .response_kb = "lex_output_max_kb"},
    [CALLER_ALEXA] = {.service = "Alexa", .functions_only = true, .waits = true, .timeout = "alexa_timeout_s"},
    [CALLER_S3_BATCH] = {.service = "S3 Batch Operations", .functions_only = true, .waits = true},
    [CALLER_RDS] = {.service = "A database of Amazon RDS", .functions_only = true, .timeout = "rds_invoke_request_timeout_ms"},
};

/* So many tries, one after the other with the same wait. */
static struct retry_config tries(double attempts, int64_t wait_ns, uint32_t on)
{
    return (struct retry_config){.mode = RETRY_CUSTOM,
                                 .max_attempts = attempts < 1 ? 1 : (int64_t)attempts,
                                 .base_ns = wait_ns,
                                 .cap_ns = wait_ns,
                                 .jitter = JITTER_NONE,
                                 .on = on};
}

static struct retry_config retry_of(enum caller_kind kind, const struct rule_book *rules)
{
    switch (kind) {
    case CALLER_SDK:
    case CALLER_CLI:
        return (struct retry_config){.mode = RETRY_STANDARD};
    case CALLER_COGNITO: /* what did not answer in time; an invoke that itself fails is tried again in no book */
        return tries(rule_number(rules, "cognito_max_attempts"), 0,
                     rule_flag(rules, "cognito_retries_5xx") ? ON_TIMEOUT | ON_SERVER_ERROR | ON_THROTTLED : ON_TIMEOUT);
    case CALLER_S3_BATCH: /* an error of the function stands for its answer TemporaryFailure */
        if (rule_flag(rules, "s3_batch_retries_temporary"))
            return tries(rule_number(rules, "s3_batch_max_attempts"), rule_ns(rules, "s3_batch_retry_wait_s"),
                         ON_THROTTLED | ON_SERVER_ERROR | ON_ERROR);
        break;
    case CALLER_LEX:
    case CALLER_ALEXA:
    case CALLER_RDS:
        break;
    }
    return (struct retry_config){.mode = RETRY_NONE};
}

void caller_habits_of(struct caller_habits *habits, enum caller_kind kind, const struct rule_book *rules)
{
    const struct caller_row *row = &rows[kind];
    *habits = (struct caller_habits){
        .service = row->service,
        .functions_only = row->functions_only,
        .waits = row->waits,
        .timeout_ns = row->timeout ? rule_ns(rules, row->timeout) : 0,
        .request_bytes = row->request_kb ? rule_bytes(rules, row->request_kb) : 0,
        .response_bytes = row->response_kb ? rule_bytes(rules, row->response_kb) : 0,
        .retry = retry_of(kind, rules),
    };
}
