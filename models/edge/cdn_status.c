/* cdn_status.c: causes as HTTP statuses: a front door's begin with theirs; others are what CloudFront makes of them. */
#include "cdn_state.h"

const int cdn_counted_statuses[CDN_COUNTED_STATUSES] = {401, 403, 404, 502, 503, 504};

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
