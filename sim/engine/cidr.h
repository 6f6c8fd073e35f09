/* cidr.h: blocks of IPv4 addresses. */
#ifndef SLSIM_ENGINE_CIDR_H
#define SLSIM_ENGINE_CIDR_H

#include <stdbool.h>
#include <stdint.h>

struct cidr {
    uint32_t base; /* the first address, the first number in the highest byte */
    uint8_t bits;  /* of it that all addresses share */
};

/* "10.0.1.0/24", or a single "10.0.1.7"; what the address says past the bits counts for nothing. False: it is no such text. */
bool cidr_read(const char *text, struct cidr *cidr);
/* How many addresses it has. */
static inline uint64_t cidr_size(const struct cidr *cidr)
{
    return UINT64_C(1) << (32 - cidr->bits);
}
/* Is all of `inner` in `outer`? */
bool cidr_holds(const struct cidr *outer, const struct cidr *inner);
/* Have they an address in common? */
static inline bool cidr_overlap(const struct cidr *a, const struct cidr *b)
{
    return cidr_holds(a, b) || cidr_holds(b, a);
}

#endif
