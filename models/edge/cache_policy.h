/* cache_policy.h: what a cache policy says: how long what comes back is kept, and what of a request tells cached objects apart. Private to
 * this folder. */
#ifndef SLSIM_EDGE_CACHE_POLICY_H
#define SLSIM_EDGE_CACHE_POLICY_H

#include "cache_control.h"
#include "engine/model.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

/* Which query strings are in the key. */
enum query_choice { QUERY_NONE, QUERY_LISTED, QUERY_ALL_BUT, QUERY_ALL };

struct cache_rules {
    int64_t min_ns, default_ns, max_ns;
    bool default_given, max_given;
    int query;                 /* enum query_choice */
    struct string_list listed; /* names of query strings, of QUERY_LISTED and QUERY_ALL_BUT */
    int headers, cookies;      /* 0: none */
    bool gzip, brotli;         /* compressed forms are asked for */
};

/* AWS::CloudFront::CachePolicy */
struct cache_policy {
    uint32_t self;
    struct cache_rules rules;
};

extern const struct model_type cache_policy_type;

/* What the policy `text` says, one of the scenario or a managed one by its id; false: there is none. */
bool cache_policy_find(struct validation *validation, const char *text, struct cache_rules *rules);

/* Complains at `property` of times to live that cannot be. */
void cache_rules_check(struct validation *validation, const struct cache_rules *rules, const char *property);

/* How long an object is kept of which its origin says that. */
int64_t cache_rules_keep_ns(const struct cache_rules *rules, const struct cache_word *word);
/* May it be kept at all? */
bool cache_rules_allow(const struct cache_rules *rules, const struct cache_word *word);

/* Is the query string `name` in the key? */
bool cache_rules_have_query(const struct cache_rules *rules, const char *name, size_t length);

#endif
