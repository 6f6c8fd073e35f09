/* break_even.c: stub */
#include "command/break_even.h"
enum status break_even(const struct program *program, const struct command *command, struct what_if *what_if)
{
    (void)program; (void)command;
    return what_if_refuse(what_if, "", "not yet");
}
