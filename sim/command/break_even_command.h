/* break_even_command.h: slsim size --against: where two bills cross. */
#ifndef SLSIM_COMMAND_BREAK_EVEN_COMMAND_H
#define SLSIM_COMMAND_BREAK_EVEN_COMMAND_H

#include "command/what_if.h"

/* With the scenario and what is varied open. STATUS_UNMET when the bills do not cross. */
enum status break_even(const struct program *program, const struct command *command, struct what_if *what_if);

#endif
