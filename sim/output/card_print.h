/* card_print.h: study cards on a terminal, or in a pipe. */
#ifndef SLSIM_OUTPUT_CARD_PRINT_H
#define SLSIM_OUTPUT_CARD_PRINT_H

#include "experiment/card_run.h"
#include "output/answer.h"
#include "scenario/card_set.h"

#include <stdio.h>

#define CARD_NO_ANSWER SIZE_MAX

/* In which order the choices are shown: order[0] is the one that is shown as A. */
struct card_order {
    size_t list[CARD_CHOICES_MOST];
};

/* The fact (not in a quiz, which asks for it), the set-up, the question and its choices. */
void card_print_question(const struct answer *answer, const struct card *card, const struct card_topic *topic,
                         const struct card_order *order, bool with_fact, FILE *out);

/* How the run went, what came of it beside what was predicted, and whether `given` (a choice as it is shown, or CARD_NO_ANSWER) is right.
 */
void card_print_result(const struct answer *answer, const struct card *card, const struct card_order *order,
                       const struct card_outcome *outcome, size_t given, FILE *out);

/* Why; what would make each wrong choice right; what the notes say and what holds today; what to try next; the source. */
void card_print_why(const struct answer *answer, const struct card *card, const struct card_order *order, FILE *out);

/* What another run came to: `title` says which. */
void card_print_other(const struct answer *answer, const char *title, const struct card_outcome *outcome, FILE *out);

#endif
