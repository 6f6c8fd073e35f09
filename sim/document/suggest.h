/* suggest.h: "did you mean". */
#ifndef SLSIM_DOCUMENT_SUGGEST_H
#define SLSIM_DOCUMENT_SUGGEST_H

#include <stddef.h>

/* The candidate nearest to `word` (edit distance, case counting little), or NULL when none is near. O(candidates x length^2). */
const char *suggest(const char *word, const char *const *candidates, size_t count);

#endif
