/* cache_control.c: reads a Cache-Control header. Sources: CloudFront developer guide, "Manage how long content stays in the cache
 * (expiration)": s-maxage comes before max-age; no-cache, no-store and private; stale-while-revalidate and stale-if-error. RFC 9111 and
 * RFC 5861 (what the directives are). */
#include "cache_control.h"

#include "engine/sim_time.h"

#include <string.h>

const struct cache_word cache_word_none = {.age_ns = -1, .stale_error_ns = -1};

static const char *const with_time[] = {"max-age", "s-maxage", "stale-if-error", "stale-while-revalidate"};
static const char *const forbidding[] = {"no-cache", "no-store", "private"};
/* What caches before a distribution mind, or what changes nothing here. */
static const char *const idle[] = {"public", "must-revalidate", "proxy-revalidate", "no-transform", "immutable", "must-understand"};

static size_t index_in(const char *const *names, size_t count, const char *at, size_t length)
{
    size_t i = 0;
    while (i < count && (strlen(names[i]) != length || strncmp(names[i], at, length) != 0))
        i++;
    return i;
}

/* Whole seconds, as a header has them; negative: it is no such number. */
static int64_t seconds_ns(const char *at, size_t length)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < length; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        seconds = seconds < TIME_FOREVER / NS_PER_S / 100 ? seconds * 10 + (at[i] - '0') : seconds;
    }
    return length > 0 ? seconds * NS_PER_S : -1;
}

static bool read_directive(struct cache_word *word, int64_t *max_age_ns, const char *at, size_t length)
{
    const char *equals = memchr(at, '=', length);
    const size_t name = equals ? (size_t)(equals - at) : length;
    const size_t timed = index_in(with_time, sizeof with_time / sizeof *with_time, at, name);
    if (timed == sizeof with_time / sizeof *with_time) {
        if (equals)
            return false;
        const bool forbids =
            index_in(forbidding, sizeof forbidding / sizeof *forbidding, at, name) < sizeof forbidding / sizeof *forbidding;
        word->forbids |= forbids;
        return forbids || index_in(idle, sizeof idle / sizeof *idle, at, name) < sizeof idle / sizeof *idle;
    }
    const int64_t time_ns = equals ? seconds_ns(equals + 1, length - name - 1) : -1;
    int64_t *const fields[] = {max_age_ns, &word->age_ns, &word->stale_error_ns, &word->stale_while_ns};
    *fields[timed] = time_ns;
    return time_ns >= 0;
}

bool cache_word_read(struct cache_word *word, const char *text, const char **at, size_t *length)
{
    int64_t max_age_ns = -1;
    *word = cache_word_none;
    for (*at = text + strspn(text, " ,"); **at; *at += strspn(*at, " ,")) {
        *length = strcspn(*at, " ,");
        if (!read_directive(word, &max_age_ns, *at, *length))
            return false;
        *at += *length;
    }
    if (word->age_ns < 0)
        word->age_ns = max_age_ns;
    return true;
}
