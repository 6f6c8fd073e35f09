/* batch.h: several records handed over in one request. The sender of the request owns the batch and answers for it through its type's
 * `batch`; whoever handles the request marks the records that failed. */
#ifndef SLSIM_ENGINE_BATCH_H
#define SLSIM_ENGINE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

struct batch_record {
    uint64_t item; /* as a request's: the place in every stream that draws for it */
    uint32_t payload_bytes;
    uint16_t attempt; /* how often it was handed over before */
    bool poison : 1;  /* its source says that it always fails */
    bool failed : 1;  /* set by whoever handled the batch */
    uint8_t hops : 5; /* as a request's: a batch's request has the most of its records */
};

struct batch {
    struct batch_record *records; /* the sender's */
    uint32_t count;
    uint32_t failed_count; /* set with the records */
    bool reports_failures; /* the handler may name the failed records (ReportBatchItemFailures): then the rest has succeeded */
    bool in_order;         /* and must stop at the first that fails: that one and all after it count as failed */
};

#endif
