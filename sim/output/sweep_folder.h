/* sweep_folder.h: where a sweep works: DIR.partial, with its manifest and the journal of units, until DIR can be written whole. */
#ifndef SLSIM_OUTPUT_SWEEP_FOLDER_H
#define SLSIM_OUTPUT_SWEEP_FOLDER_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define SWEEP_JOURNAL "units.journal"

enum sweep_found {
    SWEEP_NOTHING, /* a fresh start */
    SWEEP_BEGUN,   /* the same sweep, to be gone on with */
    SWEEP_COMPLETE /* the same sweep, whole in DIR: nothing is open */
};

struct sweep_folder {
    char *path;    /* DIR, without slashes at its end; owned */
    char *partial; /* DIR.partial; owned */
    int journal;   /* its descriptor, locked; whoever takes it sets -1 here */
};

/* Finds out what is there, and makes the folder ready for what `wanted` (sweep_manifest, finished as not complete) says. STATUS_INVALID
 * when it holds another sweep: the diagnostics say what differs; with `restart` that is discarded. STATUS_IO when it holds something else,
 * when another process works in it, or when it cannot be written. Where DIR is complete, a DIR.partial of the same that was left behind is
 * removed. To be given to sweep_folder_fini whatever comes back. */
enum status sweep_folder_open(struct sweep_folder *folder, const char *path, const cJSON *wanted, bool restart,
                              struct diagnostics *diagnostics, enum sweep_found *found);
/* Removes DIR.partial: once DIR is there and on the disk. A warning where something is left. */
void sweep_folder_remove_partial(const struct sweep_folder *folder, struct diagnostics *diagnostics);
void sweep_folder_fini(struct sweep_folder *folder);

/* The manifest of a result folder; NULL with STATUS_OK when it has none that is ours. STATUS_IO with errno. */
enum status sweep_folder_manifest(const char *path, cJSON **manifest);
/* The same of a folder that is open. */
enum status sweep_folder_manifest_in(int folder, cJSON **manifest);
/* Has what a file and its folder hold on the disk. */
bool sweep_folder_sync(const char *path);

#endif
