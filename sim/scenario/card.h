/* card.h: a study card: a scenario whose key `study` states a fact, asks what comes of it, and says why. What is predicted is the
 * scenario's `expect`. Read without its resources being checked: the list of cards needs none of that. */
#ifndef SLSIM_SCENARIO_CARD_H
#define SLSIM_SCENARIO_CARD_H

#include "document/document.h"
#include "document/store.h"
#include "notation/parse.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARD_CHOICES_MOST 6u
#define CARD_CHOICES_TEXT "6"

/* One answer that can be chosen. */
struct card_choice {
    const char *text, *why;
    const char *set;    /* JSON, {"PATH": value}: the setting under which it would be right; NULL: there is none */
    const char *expect; /* JSON: the `expect` that holds then, and does not as the card stands */
    bool right;
};

/* All strings are the card's; NULL where nothing is said. */
struct card {
    const char *id; /* the file's name without .json */
    const char *path;
    const char *description;
    const uint32_t *statements;
    size_t statement_count;

    const char *topic, *fact, *question, *answer, *why, *next, *source, *derivation;
    const char *mended;           /* of a check: JSON, as of a choice: with these settings nothing is said of it; NULL: not given */
    bool check;                   /* a template that is refused, or warned of: `expect` has messages alone */
    uint32_t exams;               /* a bit for each of card_exams */
    struct property_list choices; /* of struct card_choice */
    struct string_list timeline;  /* figures by name; none: those that are expected */
    bool notes_given;             /* the other book of rules gives another answer, or none */
    const char *notes_text, *notes_today;
    const char *notes_expect; /* JSON: what holds by the other book; NULL: it is not run by that */

    const char *rules; /* the book by which the scenario is run */
    const char *other; /* the book by which it is run as well */
    const char *book;  /* the path of the setting that says which: rules that the scenario sets itself hold by both */
    struct document *document;
    struct scenario_store *store;
};

/* The exams' short names; ends with NULL. */
extern const char *const card_exams[];

/* The keys of `study`, for the schema and the reference too. */
const struct property *card_properties(void);

/* Says what is wrong with how a scenario's `study` is written; what is left out is left out. */
void card_check(struct parse *parse, const cJSON *tree);

/* Reads a card, which must be whole: STATUS_INVALID with diagnostics otherwise. On anything but STATUS_OK *card is NULL. */
enum status card_load(const char *path, struct diagnostics *diagnostics, struct card **card);
void card_free(struct card *card); /* NULL is fine */

static inline const struct card_choice *card_choice(const struct card *card, size_t index)
{
    return (const struct card_choice *)card->choices.items + index;
}

/* The index of the right one. */
size_t card_right(const struct card *card);

#endif
