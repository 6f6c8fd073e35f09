/* bucket_prefixes.h: the rates of a bucket's prefixes, and how they grow under load. Private to this folder.
 * Source: S3 User Guide, "Best practices design patterns: optimizing Amazon S3 performance": so many writes and so many reads a second for
 * each partitioned prefix, at least; S3 scales as load stays, gradually, and answers 503 Slow Down meanwhile. How long that takes and by
 * how much it grows is not documented: rules s3_split_*. */
#ifndef SLSIM_SERVICES_BUCKET_PREFIXES_H
#define SLSIM_SERVICES_BUCKET_PREFIXES_H

#include "engine/key.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdbool.h>
#include <stdint.h>

struct bucket_prefix;

struct bucket_prefixes {
    /* config */
    int64_t count;
    double skew; /* the k-th has k^-skew of the requests; 0: all as many, and they share what they have */
    int64_t split_ns;

    /* state */
    struct bucket_prefix *list; /* owned; one where they share */
    struct key_choice choice;   /* of one by an object */
    struct stream places;
    double limits[2]; /* of one partition, a second: reads, writes */
    int64_t review_ns;
    uint32_t factor;
    uint16_t event_kind; /* its `data` is the prefix */
    struct gauge partitions;
};

enum status bucket_prefixes_create(struct simulation *simulation, struct bucket_prefixes *prefixes, const char *owner, uint16_t event_kind);
void bucket_prefixes_destroy(struct bucket_prefixes *prefixes);

/* May the request be served now? `self` gets the events. O(1). */
bool bucket_prefixes_take(struct simulation *simulation, struct bucket_prefixes *prefixes, uint32_t self, const struct request *request,
                          bool reads);
/* An event: has the load stayed, and for long enough? */
void bucket_prefixes_review(struct simulation *simulation, struct bucket_prefixes *prefixes, uint32_t self, uint32_t index);

#endif
