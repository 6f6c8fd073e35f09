/* sweep_manifest.h: what a sweep came from: what its journal and its results belong to. */
#ifndef SLSIM_OUTPUT_SWEEP_MANIFEST_H
#define SLSIM_OUTPUT_SWEEP_MANIFEST_H

#include "experiment/sweep.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The version, inputs by hash, rules, prices, the scenario, seed, replications, and what is swept; not the threads, the time, the path, nor
 * which shard. Borrows from the sweep's scenario; NULL when memory is out. */
cJSON *sweep_manifest(const struct sweep *sweep);

/* The hash of what such a manifest says, but for what sweep_manifest_finish adds. False when memory is out. */
bool sweep_manifest_identity(const cJSON *manifest, char identity[65]);

/* Adds whether it is complete, and with more than one shard which it is. False when memory is out. */
bool sweep_manifest_finish(cJSON *manifest, bool complete, size_t shard, size_t shards);

/* Reports in what the manifest that is found at `path` differs from the one that is wanted: at most a few places. False: in nothing. */
bool sweep_manifest_differs(const cJSON *found, const cJSON *wanted, const char *path, const char *hint, struct diagnostics *diagnostics);

/* Is it one of a sweep? */
bool sweep_manifest_is_one(const cJSON *manifest);

#endif
