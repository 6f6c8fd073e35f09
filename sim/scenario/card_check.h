/* card_check.h: study cards that are made of a template that is refused, or that a reader is warned of: what is asked is whether it is
 * accepted, and the answer is what is said of it. */
#ifndef SLSIM_SCENARIO_CARD_CHECK_H
#define SLSIM_SCENARIO_CARD_CHECK_H

#include "scenario/card.h"

/* Is it one: does its `expect` hold nothing but messages, and its `study` no question? */
bool card_is_check(const struct card *card);

/* Fills in what such a card need not say, as it is the same of all of them. False: no memory. */
bool card_complete_check(struct card *card);

#endif
