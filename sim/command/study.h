/* study.h: what the parts of `slsim study` share. */
#ifndef SLSIM_COMMAND_STUDY_H
#define SLSIM_COMMAND_STUDY_H

#include "command/session.h"
#include "output/card_print.h"
#include "scenario/card_set.h"

#include <stdatomic.h>

/* One call of the command. All borrowed. */
struct study_call {
    const struct program *program;
    const struct command *command;
    const struct options *options;
    const char *word;       /* "show" */
    char *const *arguments; /* behind it */
    size_t argument_count;
};

/* The cards that --topic and --exam leave. Says what is wrong. */
enum status study_cards(const struct study_call *call, struct card_set *set);

/* Runs a card, with progress on the terminal; says what is wrong, by the card's name. STATUS_UNMET: it ran, and not as predicted. */
enum status study_run(const struct study_call *call, const struct card *card, enum card_case which, size_t choice,
                      struct card_outcome *outcome);

/* What a reader answered. */
enum study_reply { STUDY_CHOSEN, STUDY_SKIPPED, STUDY_ENDED /* no more answers will come */ };

/* Asks for a choice, with a prompt where standard input is a terminal; what is no answer is told of, and asked again. */
enum study_reply study_ask(const struct card *card, size_t *given);

/* The subcommands: each returns the exit code. */
int study_list(const struct study_call *call);
int study_show(const struct study_call *call);
int study_quiz(const struct study_call *call);
int study_batch(const struct study_call *call);
int study_export(const struct study_call *call);

#endif
