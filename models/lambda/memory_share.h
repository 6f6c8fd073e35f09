/* memory_share.h: what memory buys of vCPUs and network. */
#ifndef SLSIM_LAMBDA_MEMORY_SHARE_H
#define SLSIM_LAMBDA_MEMORY_SHARE_H

#include "engine/handler.h"
#include "engine/rule_book.h"

#include <stdint.h>

/* By rules vcpu_reference_mb (Lambda developer guide, "Configure memory": so many MB are one vCPU) and network_*; data/memory-duration: a
 * single-threaded CPU-bound function takes work / min(MB, reference). */
struct compute_share compute_share_of(const struct rule_book *rules, int64_t memory_mb);

#endif
