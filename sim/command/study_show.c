/* study_show.c: slsim study show CARD: asks, runs, tells. */
#include "command/interrupt.h"
#include "command/study.h"

#include <stdlib.h>
#include <string.h>

/* A card by name, or a file of the reader's own. */
struct shown {
    struct card_set set;
    struct card *own;
    const struct card *card;
    const struct card_topic *topic;
};

static bool is_file(const char *word)
{
    size_t length = strlen(word);
    return strchr(word, '/') || (length > 5 && strcmp(word + length - 5, ".json") == 0);
}

static enum status find_card(const struct study_call *call, const char *word, struct shown *shown)
{
    struct diagnostics diagnostics = {0};
    *shown = (struct shown){0};
    enum status status;
    if (is_file(word)) {
        status = card_load(word, &diagnostics, &shown->own);
        shown->card = shown->own;
    } else {
        status = study_cards(call, &shown->set);
        shown->card = status == STATUS_OK ? card_set_find(&shown->set, word, &diagnostics) : NULL;
        if (status == STATUS_OK && !shown->card)
            status = STATUS_INVALID;
        if (shown->card)
            shown->topic = card_set_topic(&shown->set, shown->card->topic, (struct place){0}, &diagnostics);
    }
    session_report(&diagnostics, call->options);
    return status;
}

static void free_shown(struct shown *shown)
{
    card_set_fini(&shown->set);
    card_free(shown->own);
}

/* Another of the card's runs; what comes of it does not end the telling. */
static enum status tell_other(const struct study_call *call, const struct answer *answer, const struct card *card, enum card_case which,
                              size_t choice, const char *title)
{
    struct card_outcome outcome;
    enum status status = study_run(call, card, which, choice, &outcome);
    if (status == STATUS_OK || status == STATUS_UNMET)
        card_print_other(answer, title, &outcome, stdout);
    card_outcome_fini(&outcome);
    return status;
}

/* --all: every wrong choice under the setting that makes it right, and the other book. */
static enum status tell_all(const struct study_call *call, const struct answer *answer, const struct card *card)
{
    char title[80];
    enum status worst = STATUS_OK;
    for (size_t i = 0; i < card->choices.count && worst == STATUS_OK; i++) {
        if (!card_choice(card, i)->set)
            continue;
        (void)snprintf(title, sizeof title, "With the setting of %c", (char)('A' + (int)i));
        worst = tell_other(call, answer, card, CARD_CHOICE, i, title);
    }
    if (worst == STATUS_OK && (!card->notes_given || card->notes_expect)) {
        (void)snprintf(title, sizeof title, "By the rules of the book \"%s\"", card->other);
        worst = tell_other(call, answer, card, CARD_OTHER_BOOK, 0, title);
    }
    return worst;
}

int study_show(const struct study_call *call)
{
    struct answer answer = session_answer(call->command, call->options);
    struct card_order order;
    struct shown shown;
    struct card_outcome outcome = {0};
    size_t given = CARD_NO_ANSWER;
    enum status status = find_card(call, call->arguments[0], &shown);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < CARD_CHOICES_MOST; i++)
            order.list[i] = i;
        card_print_question(&answer, shown.card, shown.topic, &order, true, stdout);
        enum study_reply reply = study_ask(shown.card, &given);
        given = reply == STUDY_CHOSEN ? given : CARD_NO_ANSWER;
        status = atomic_load(interrupt_watch()) ? STATUS_INTERRUPTED : study_run(call, shown.card, CARD_ITSELF, 0, &outcome);
    }
    if (status == STATUS_OK || status == STATUS_UNMET) {
        card_print_result(&answer, shown.card, &order, &outcome, given, stdout);
        card_print_why(&answer, shown.card, &order, stdout);
        enum status all = option_given(call->options, OPTION_ALL) ? tell_all(call, &answer, shown.card) : STATUS_OK;
        status = all != STATUS_OK ? all : status;
    }
    card_outcome_fini(&outcome);
    free_shown(&shown);
    enum status flushed = session_flush();
    return status_exit_code(status != STATUS_OK ? status : flushed);
}
