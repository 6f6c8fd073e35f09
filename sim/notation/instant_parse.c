/* instant_parse.c: points in time as ISO 8601 writes them. */
#include "notation/instant_parse.h"

#include "engine/sim_time.h"

#include <stddef.h>
#include <time.h>

bool instant_parse(const char *text, int64_t *epoch_s)
{
    static const char *const formats[] = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct tm parts = {0};
        const char *end = strptime(text, formats[i], &parts);
        if (!end || *end != '\0' || parts.tm_year < 70 || parts.tm_year > 299 || parts.tm_sec > 59)
            continue;
        struct tm given = parts;
        *epoch_s = (int64_t)timegm(&parts);
        return parts.tm_mday == given.tm_mday; /* 30 February is no day */
    }
    return false;
}

bool instant_since(const char *text, int64_t zero_s, int64_t *ns)
{
    int64_t epoch_s = 0;
    if (!instant_parse(text, &epoch_s))
        return false;
    *ns = (epoch_s - zero_s) * NS_PER_S; /* both within 300 years: 63 bits hold it */
    return true;
}
