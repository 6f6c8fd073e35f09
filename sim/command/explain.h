/* explain.h: what explains a result: its table of fates, and the life of one item. Private to explain_command.c and explain_life.c. */
#ifndef SLSIM_COMMAND_EXPLAIN_H
#define SLSIM_COMMAND_EXPLAIN_H

#include "command/command.h"

/* Runs the first replication of the result in `folder` again, as its manifest says, and prints the life of the item that the options ask
 * for. Tells of everything that goes wrong. */
enum status explain_life(const struct program *program, const struct command *command, const struct options *options, const char *folder);

#endif
