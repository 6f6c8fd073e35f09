/* command.h: what the program can be told to do: one struct a command. */
#ifndef SLSIM_COMMAND_COMMAND_H
#define SLSIM_COMMAND_COMMAND_H

#include "command/options.h"
#include "engine/model.h"
#include "engine/trace.h"
#include "measure/headline.h"
#include "measure/picture.h"
#include "measure/server_offer.h"
#include "measure/usage_layout.h"

#include <stdint.h>

/* What main hands in: the models' half of the program. */
struct program {
    const struct model_registry *registry;
    const struct summary_layout *layout;
    const struct picture_layout *pictures;
    const struct server_offer *servers;   /* ends with {0} */
    const struct usage_key *usage_keys;   /* the same */
    const struct trace_rule *trace_rules; /* the same */
};

struct command {
    const char *name;
    const char *arguments; /* as the usage line shows them */
    const char *summary;   /* one line of the list of commands */
    const char *examples;  /* lines of the help page */
    const char *details;   /* further lines of it; may be "" */
    uint64_t options;      /* a bit an option */
    const char *missing;   /* what is said where no argument is given; NULL: a scenario is missing */
    uint32_t arguments_min, arguments_max;
    int (*run)(const struct program *program, const struct command *command, const struct options *options); /* returns the exit code */
};

extern const struct command run_command, check_command, verify_command, schema_command, rules_command, prices_command, explain_command,
    compare_command, size_command, sensitivity_command, sweep_command, report_command, study_command;

/* All of the program behind main: returns the exit code. */
int command_main(const struct program *program, int argc, char **argv);

#endif
