/* output_file.h: one file that a user names: written beside its name and renamed when whole. What is no regular file (a pipe, a terminal)
 * is written where it is. */
#ifndef SLSIM_OUTPUT_OUTPUT_FILE_H
#define SLSIM_OUTPUT_OUTPUT_FILE_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <stdio.h>

struct output_file {
    FILE *file;
    char *path;
    char *temporary; /* NULL: written in place */
    int unfinished;  /* its number in the list of what is temporary; 0: none */
};

/* STATUS_IO with a diagnostic when it cannot be made; nothing is left then. */
enum status output_file_open(struct output_file *output, const char *path, struct diagnostics *diagnostics);
/* Closes and gives the file its name. STATUS_IO with a diagnostic, and nothing left, when not all of it could be written. */
enum status output_file_commit(struct output_file *output, struct diagnostics *diagnostics);
/* Removes what was not committed. Does no harm after a commit. */
void output_file_fini(struct output_file *output);

#endif
