/* sweep_session.h: what the parts of slsim sweep share. */
#ifndef SLSIM_COMMAND_SWEEP_SESSION_H
#define SLSIM_COMMAND_SWEEP_SESSION_H

#include "command/session.h"
#include "output/sweep_files.h"
#include "output/sweep_folder.h"

/* slsim sweep merge SHARD... -o DIR. Returns the exit code. */
int sweep_merge(const struct command *command, const struct options *options);

/* Writes DIR whole: the files of a table, by way of a folder beside it, all on the disk when it has its name. */
enum status sweep_commit(const char *path, const cJSON *manifest, const struct sweep_table *table, struct diagnostics *diagnostics);

/* Prints points.csv of a folder in the format that was asked for, unless that is to be quiet. */
enum status sweep_print_folder(const struct command *command, const struct options *options, const char *path, size_t columns);

#endif
