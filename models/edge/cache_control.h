/* cache_control.h: what an origin says in the header Cache-Control, as far as a distribution minds it. Private to this folder. */
#ifndef SLSIM_EDGE_CACHE_CONTROL_H
#define SLSIM_EDGE_CACHE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache_word {
    int64_t age_ns;         /* s-maxage, else max-age; negative: neither */
    bool forbids;           /* no-cache, no-store or private */
    int64_t stale_error_ns; /* stale-if-error; negative: not said */
    int64_t stale_while_ns; /* stale-while-revalidate; 0: not said */
};

/* What a header says that says nothing. */
extern const struct cache_word cache_word_none;

/* Reads "max-age=60, stale-if-error=3600". False: `at` and `length` are the directive that cannot be. O(text). */
bool cache_word_read(struct cache_word *word, const char *text, const char **at, size_t *length);

#endif
