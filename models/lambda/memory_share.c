/* memory_share.c: memory to vCPU and network. */
#include "memory_share.h"

struct compute_share compute_share_of(const struct rule_book *rules, int64_t memory_mb)
{
    double bits_per_s = 1e6 * rule_number(rules, "network_full_mbps");
    double share = (double)memory_mb / rule_number(rules, "network_full_at_mb");
    return (struct compute_share){
        .vcpus = (double)memory_mb / rule_number(rules, "vcpu_reference_mb"),
        .bytes_per_s = bits_per_s / 8 * (share < 1 ? share : 1),
    };
}
