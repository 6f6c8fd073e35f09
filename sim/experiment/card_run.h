/* card_run.h: runs a study card as it stands, by the other book of rules, or under the setting of one of its choices, and keeps how its
 * figures went over time. */
#ifndef SLSIM_EXPERIMENT_CARD_RUN_H
#define SLSIM_EXPERIMENT_CARD_RUN_H

#include "experiment/run.h"
#include "experiment/verify.h"
#include "scenario/card.h"

#define CARD_LINES_MOST 4u
#define CARD_PERIODS_MOST 100000u

/* One figure by period, of replication 1. */
struct card_line {
    char *resource, *metric, *stat; /* owned */
    const char *unit;
    double *values; /* owned; NaN: nothing happened */
    size_t count;
};

/* Which of a card's runs. */
enum card_case {
    CARD_ITSELF,     /* as it stands */
    CARD_OTHER_BOOK, /* by the other book, with what `notes` expects of it, if anything */
    CARD_CHOICE,     /* with the settings of a choice, and what it expects of them */
    CARD_REFUTED     /* as it stands, held against what a choice expects: which shall not hold */
};

/* What was to be said of a scenario. */
struct card_message {
    char *expected; /* "refused: ..."; owned */
    bool told;
};

struct card_outcome {
    struct scenario *scenario; /* NULL: it was refused, as was predicted */
    struct run_result *result;
    struct verdicts verdicts;
    struct card_message *messages; /* owned */
    size_t message_count;
    char *said; /* of a check: all that was said, with hints, a line each; owned; NULL: nothing */
    struct card_line lines[CARD_LINES_MOST];
    size_t line_count;
    int64_t period_ns;
};

/* `choice`: of CARD_CHOICE and CARD_REFUTED. Mistakes are in `diagnostics`. STATUS_UNMET is no failure: verdicts say what does not hold.
 * `options` may name no sink. Give the outcome to card_outcome_fini whatever comes back. */
enum status card_run(const struct card *card, enum card_case which, size_t choice, const struct model_registry *registry,
                     const struct run_options *options, struct diagnostics *diagnostics, struct card_outcome *outcome);
void card_outcome_fini(struct card_outcome *outcome);

#endif
