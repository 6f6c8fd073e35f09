/* result_folder.h: the folder that a run writes. Its files are made in a temporary folder beside the final name and renamed when whole, so
 * a folder that exists is complete. */
#ifndef SLSIM_OUTPUT_RESULT_FOLDER_H
#define SLSIM_OUTPUT_RESULT_FOLDER_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stdio.h>

struct result_folder {
    char *path;         /* the final name, as given, without slashes at its end; owned */
    char *base;         /* its last component; owned */
    char temporary[48]; /* the temporary folder's name beside it */
    int parent;         /* descriptor of the folder that holds both; -1: none */
    int descriptor;     /* of the temporary folder; -1: none */
    int unfinished;     /* its number in the list of what is temporary; 0: none */
};

/* Makes the folders above `path` and the temporary one. STATUS_IO, with a diagnostic and nothing left behind, when that cannot be done or
 * when `path` exists and holds no manifest of ours: found out before anything is simulated. */
enum status result_folder_begin(struct result_folder *folder, const char *path, struct diagnostics *diagnostics);

/* A new file in the folder. NULL when it cannot be made; the caller closes it before the folder is committed. */
FILE *result_folder_create(const struct result_folder *folder, const char *name);

/* Gives the folder its final name, in place of an older result. On failure it is removed and the older result stands. */
enum status result_folder_commit(struct result_folder *folder, struct diagnostics *diagnostics);

/* Gives it the final name with ".partial" behind it, in place of an older one: a run that was interrupted or reached a limit. */
enum status result_folder_commit_partial(struct result_folder *folder, struct diagnostics *diagnostics);

/* Removes what was not committed, and lets go of everything. Does no harm after a commit. */
void result_folder_fini(struct result_folder *folder);

/* Removes `name`, with all that is in it, from `folder` (a descriptor, or AT_FDCWD), following no link. True when it is gone, also when it
 * was never there. */
bool result_folder_remove(int folder, const char *name);

#endif
