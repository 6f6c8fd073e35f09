/* cdn_status.c: causes as HTTP statuses: a front door's begin with theirs; others are what CloudFront makes of them. */
#include "cdn_state.h"

const int cdn_counted_statuses[CDN_COUNTED_STATUSES] = {401, 403, 404, 502, 503, 504};

/* Source: CloudFront developer guide, "Change response codes returned by CloudFront". */
static const struct {
    int status;
    struct cause cause;
} shown[] = {
    {400, {.fate = FATE_FAILED, .text = "400 error page"}},
    {403, {.fate = FATE_FAILED, .text = "403 error page"}},
    {404, {.fate = FATE_FAILED, .text = "404 error page"}},
    {405, {.fate = FATE_FAILED, .text = "405 error page"}},
    {414, {.fate = FATE_FAILED, .text = "414 error page"}},
    {416, {.fate = FATE_FAILED, .text = "416 error page"}},
    {500, {.fate = FATE_FAILED, .server_error = true, .text = "500 error page"}},
    {501, {.fate = FATE_FAILED, .server_error = true, .text = "501 error page"}},
    {502, {.fate = FATE_FAILED, .server_error = true, .text = "502 error page"}},
    {503, {.fate = FATE_FAILED, .server_error = true, .text = "503 error page"}},
    {504, {.fate = FATE_FAILED, .server_error = true, .text = "504 error page"}},
};

static const struct cause *page_of(int64_t status)
{
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (shown[i].status == status)
            return &shown[i].cause;
    return status == 200 ? &cause_succeeded : NULL;
}

bool cdn_may_show(int64_t status)
{
    return page_of(status) != NULL;
}

const struct cause *cdn_shown(const struct cdn *cdn, const struct cause *cause)
{
    const struct cdn_error_rule *rules = cdn->error_rules.items;
    const int status = cause == &cause_succeeded ? 200 : cdn_status_of(cause);
    for (size_t i = 0; cause != &cause_succeeded && i < cdn->error_rules.count; i++)
        if (rules[i].code == status && rules[i].shown > 0)
            return page_of(rules[i].shown);
    return cause;
}

int cdn_status_of(const struct cause *cause)
{
    int status = 0;
    for (const char *at = cause->text; at < cause->text + 3 && *at >= '0' && *at <= '9'; at++)
        status = status * 10 + (*at - '0');
    if (status >= 100)
        return status;
    if (cause->fate == FATE_SUCCEEDED)
        return 200;
    if (cause == &cause_service_error)
        return 500;
    if (cause->fate == FATE_TIMED_OUT)
        return 504;
    if (cause->fate == FATE_THROTTLED || cause->server_error)
        return 503;
    return 403;
}
