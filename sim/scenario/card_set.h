/* card_set.h: all study cards, in the order of the lessons. */
#ifndef SLSIM_SCENARIO_CARD_SET_H
#define SLSIM_SCENARIO_CARD_SET_H

#include "document/traces.h"
#include "scenario/card.h"

#define CARD_SET_MOST 10000u /* files that are looked at */

/* A lesson: its cards, and what is said before them. Borrows from the set's table. */
struct card_topic {
    const char *name, *title, *introduction;
};

struct card_set {
    struct card **cards; /* by topic in the lessons' order, then by id */
    size_t count;
    struct card_topic *topics;
    size_t topic_count;
    struct csv_table *table;
};

/* The folder of the cards: beside the books of rules. The caller frees; NULL with a diagnostic where there is none. */
char *card_set_folder(struct diagnostics *diagnostics);

/* Reads topics.csv and every .json of the folder, and of the folder `checks` beside it. Each card that is not whole is diagnosed. Give the
 * set to card_set_fini whatever comes back. */
enum status card_set_load(const char *folder, struct diagnostics *diagnostics, struct card_set *set);
void card_set_fini(struct card_set *set);

/* NULL, with a diagnostic (of a topic at `place`) that says what is near, where there is none of that name. */
const struct card *card_set_find(const struct card_set *set, const char *id, struct diagnostics *diagnostics);
const struct card_topic *card_set_topic(const struct card_set *set, const char *name, struct place place, struct diagnostics *diagnostics);

/* Is any card of that topic in the set? */
bool card_set_has(const struct card_set *set, const struct card_topic *topic);

/* Leaves in the set only cards of that topic (NULL: of any) that one of these exams (bits; 0: any) asks for. */
void card_set_keep(struct card_set *set, const char *topic, uint32_t exams);

#endif
