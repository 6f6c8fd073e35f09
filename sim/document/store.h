/* store.h: who owns what a scenario is made of. One store a scenario; everything in it goes at once. */
#ifndef SLSIM_DOCUMENT_STORE_H
#define SLSIM_DOCUMENT_STORE_H

#include "document/diagnostics.h"
#include "document/json.h"
#include "document/traces.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>

struct scenario_store; /* opaque */

/* NULL when memory is out. */
struct scenario_store *store_new(void);
void store_free(struct scenario_store *store); /* NULL is fine */

/* Memory ran out once: what is in the store is incomplete. */
bool store_failed(const struct scenario_store *store);

/* `count` items of `size` bytes, all zero, aligned for anything; NULL when memory is out or the product overflows. Amortised O(1). */
void *store_alloc(struct scenario_store *store, size_t count, size_t size);
/* A copy of `text`; NULL when memory is out. */
const char *store_string(struct scenario_store *store, const char *text);
/* From here on `pointer` is the store's, freed with `release`, also when memory is out: then it is freed at once and false comes back.
 * NULL is nothing and fine. */
bool store_own(struct scenario_store *store, void *pointer, void (*release)(void *pointer));

/* The table at `path` (as a scenario in `folder` names it), read once however often it is asked for. NULL when it cannot be had, which is
 * diagnosed at the place of `node`. Good until store_drop_tables. */
const struct csv_table *store_table(struct scenario_store *store, const char *folder, const char *path, struct places *places,
                                    const cJSON *node, struct diagnostics *diagnostics);
/* Any other file that was read besides the scenario's own: noted for the manifest. */
void store_note_file(struct scenario_store *store, const char *path, const char *sha256);
/* What was read, in the order of reading: paths as the scenario names them. */
size_t store_file_count(const struct scenario_store *store);
const char *store_file(const struct scenario_store *store, size_t index, const char **sha256);
/* A table could not be opened or read. */
bool store_io_failed(const struct scenario_store *store);
/* Frees the tables; names and hashes stay. */
void store_drop_tables(struct scenario_store *store);

#endif
