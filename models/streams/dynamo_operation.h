/* dynamo_operation.h: the actions of DynamoDB's API on items, and what each asks of a table. Private to this folder.
 * Sources: DynamoDB developer guide, "DynamoDB read and write operations", "DynamoDB transactions", "DAX and DynamoDB consistency
 * models". */
#ifndef SLSIM_STREAMS_DYNAMO_OPERATION_H
#define SLSIM_STREAMS_DYNAMO_OPERATION_H

#include "engine/content.h"
#include "engine/rule_book.h"

#include <stdbool.h>
#include <stdint.h>

struct validation;

/* How large one may be. */
enum dynamo_limit { LIMIT_ITEM, LIMIT_PAGE, LIMIT_BATCH, LIMIT_TRANSACTION, DYNAMO_LIMITS };
extern const char *const dynamo_limit_rules[DYNAMO_LIMITS];

struct dynamo_operation {
    const char *name;
    enum dynamo_limit limit;
    bool reads, deletes, updates;
    bool transaction; /* twice the units */
    bool page;        /* it reads no further than its limit; the others are refused */
    bool many;        /* of several items: the limits of one item do not hold */
    bool cached;      /* its answer is kept, or changes what is kept, in the item cache of DAX */
    bool query;       /* its answer is kept in the query cache of DAX */
};

/* What one item's operation is, by its content's number. */
struct dynamo_asked {
    const struct dynamo_operation *operation;
    bool consistent;
};

/* For model_type.operations. */
extern const char *const dynamo_operations[];

/* Of all contents of the scenario, by number; the scenario's. NULL when memory is out. */
const struct dynamo_asked *dynamo_asked_all(struct validation *validation);

#endif
