/* database_global.h: a cluster's part in a global database: what is written in the primary Region comes to the others a little later. */
#ifndef SLSIM_DATA_DATABASE_GLOBAL_H
#define SLSIM_DATA_DATABASE_GLOBAL_H

#include "engine/distribution.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

struct validation; /* scenario/validation.h */

#define DATABASE_GLOBAL_TYPE "AWS::RDS::GlobalCluster"

/* Of a cluster. */
struct database_global_place {
    /* config */
    const char *name;   /* GlobalClusterIdentifier; NULL: it is in none */
    const char *region; /* NULL: not given */
    bool forwards;      /* writes that come to it as a secondary */

    /* by `validate`: */
    uint32_t global; /* ENTITY_NONE: it is in none */
    /* by the global database's: */
    uint32_t place; /* among its members */
    bool secondary; /* at first; and while it runs */

    /* state, of what comes to it from the primary */
    struct part *part;
    int64_t under_way; /* writes */
    int64_t last_ns;   /* when the last of them will have come */
    struct counter write_ios, lost, forwarded;
    struct tally lag;
};

/* While the scenario is read: the global database of the cluster; ENTITY_NONE: it is in none. */
uint32_t database_global_of(struct validation *validation, uint32_t cluster);
/* A write has ended at the writer of `cluster`: it sets out for the other Regions. */
void database_global_wrote(struct simulation *simulation, uint32_t cluster, const struct request *request);
/* A write that came to a secondary goes on to the primary, which answers it. */
void database_global_forward(struct simulation *simulation, struct database_global_place *place, struct request *request);
/* Is something on its way to the secondary? */
bool database_global_is_behind(const struct simulation *simulation, uint32_t cluster);
/* Is the cluster in a global database, and not its primary? */
bool database_is_secondary(const struct simulation *simulation, uint32_t cluster);

#endif
