/* part_name.h: names of parts in outputs: "F:live", a version or an alias, and "Clicks/shard-0", something inside. No other name has a
 * colon or a slash. */
#ifndef SLSIM_OUTPUT_PART_NAME_H
#define SLSIM_OUTPUT_PART_NAME_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The length of the name of what it is a part of; of what is no part, its own. */
static inline size_t part_name_whole(const char *name)
{
    return strcspn(name, ":/");
}

/* Its whole counts it already. */
static inline bool part_name_is(const char *name)
{
    return name[part_name_whole(name)] != '\0';
}

/* One of several that share what their whole has: "F:3" and "Clicks/shard-0", not the alias "F:live", which is all of them. */
static inline bool part_name_is_share(const char *name)
{
    const char *behind = name + part_name_whole(name);
    return behind[0] == '/' || (behind[0] == ':' && isdigit((unsigned char)behind[1]));
}

#endif
