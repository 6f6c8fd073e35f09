/* dynamo_operation.c: one row an action. */
#include "dynamo_operation.h"

#include "scenario/validation.h"

#include <string.h>

const char *const dynamo_limit_rules[DYNAMO_LIMITS] = {
    [LIMIT_ITEM] = "ddb_item_max_kb",
    [LIMIT_PAGE] = "ddb_page_max_mb",
    [LIMIT_BATCH] = "ddb_batch_max_mb",
    [LIMIT_TRANSACTION] = "ddb_transaction_max_mb",
};

static const struct dynamo_operation operations[] = {
    {"PutItem", LIMIT_ITEM, .cached = true}, /* the usual one */
    {"GetItem", LIMIT_ITEM, .reads = true, .cached = true},
    {"UpdateItem", LIMIT_ITEM, .updates = true, .cached = true},
    {"DeleteItem", LIMIT_ITEM, .deletes = true, .cached = true},
    {"Query", LIMIT_PAGE, .reads = true, .page = true, .query = true},
    {"Scan", LIMIT_PAGE, .reads = true, .page = true, .many = true, .query = true},
    {"BatchGetItem", LIMIT_BATCH, .reads = true, .many = true, .cached = true},
    {"BatchWriteItem", LIMIT_BATCH, .many = true, .cached = true},
    {"TransactGetItems", LIMIT_TRANSACTION, .reads = true, .transaction = true, .many = true},
    {"TransactWriteItems", LIMIT_TRANSACTION, .transaction = true, .many = true, .cached = true},
    {"read", LIMIT_ITEM, .reads = true, .cached = true}, /* plain words for what is usual */
    {"write", LIMIT_ITEM, .cached = true},
};

#define COUNT (sizeof operations / sizeof *operations)

const char *const dynamo_operations[] = {
    "PutItem",        "GetItem",          "UpdateItem",         "DeleteItem", "Query", "Scan", "BatchGetItem",
    "BatchWriteItem", "TransactGetItems", "TransactWriteItems", "read",       "write", NULL};

/* What is named otherwise is another service's: it never comes here. */
static const struct dynamo_operation *find(const char *name)
{
    for (size_t i = 0; name && i < COUNT; i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return &operations[0];
}

const struct dynamo_asked *dynamo_asked_all(struct validation *validation)
{
    const struct content_table *contents = validation_contents(validation);
    struct dynamo_asked *asked = validation_alloc(validation, CONTENT_COUNT, sizeof *asked);
    for (uint32_t i = 0; asked && i < CONTENT_COUNT; i++) {
        bool known = contents && i < contents->count;
        asked[i] = (struct dynamo_asked){find(known ? contents->items[i].operation : NULL), known && contents->items[i].consistent};
    }
    return asked;
}
