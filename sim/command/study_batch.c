/* study_batch.c: slsim study --batch: every card's runs, judged without a question. */
#include "command/interrupt.h"
#include "command/study.h"
#include "output/card_text.h"
#include "output/safe_text.h"

#include <stdlib.h>
#include <string.h>

static const struct table_column columns[] = {
    {"card", false}, {"case", false}, {"expected", false}, {"got", false}, {"verdict", false},
};

struct batch {
    const struct study_call *call;
    struct answer answer;
    struct table table;
    size_t passed, failed;
    enum status worst;
};

static const char *case_name(enum card_case which, size_t choice, char name[24])
{
    switch (which) {
    case CARD_ITSELF:
        return "";
    case CARD_OTHER_BOOK:
        return "other book";
    case CARD_CHOICE:
        (void)snprintf(name, 24, "%c with its setting", card_letter(choice));
        return name;
    case CARD_REFUTED:
        break;
    }
    (void)snprintf(name, 24, "%c as it stands", card_letter(choice));
    return name;
}

static void print_line(const struct batch *batch, const struct card *card, const char *name, const char *expected, const char *got,
                       bool holds)
{
    if (holds && option_given(batch->call->options, OPTION_QUIET))
        return;
    if (batch->answer.colour)
        (void)printf("\033[%dm%s\033[0m  ", holds ? 32 : 31, holds ? "PASS" : "FAIL");
    else
        (void)printf("%s  ", holds ? "PASS" : "FAIL");
    safe_text_print(stdout, card->id);
    (void)printf("%s%s: expected ", *name ? ", " : "", name);
    safe_text_print(stdout, expected);
    (void)printf(", got %s\n", got);
}

static void tell(struct batch *batch, const struct card *card, const char *name, const char *expected, const char *got, bool holds)
{
    batch->passed += holds;
    batch->failed += !holds;
    if (!holds && batch->worst == STATUS_OK)
        batch->worst = STATUS_UNMET;
    if (batch->answer.format == FORMAT_TABLE) {
        print_line(batch, card, name, expected, got, holds);
        return;
    }
    table_text(&batch->table, card->id);
    table_text(&batch->table, name);
    table_text(&batch->table, expected);
    table_text(&batch->table, got);
    table_text(&batch->table, holds ? "PASS" : "FAIL");
}

/* What a wrong choice says shall not hold of the card as it stands: else it were no wrong one. */
static void tell_refuted(struct batch *batch, const struct card *card, const char *name, const struct verdicts *verdicts)
{
    char got[CARD_FIGURE_SIZE], *expected = NULL;
    const struct verdict *against = &verdicts->list[0];
    for (size_t i = 0; i < verdicts->count; i++)
        if (!verdicts->list[i].holds) {
            against = &verdicts->list[i];
            break;
        }
    if (asprintf(&expected, "not %s", against->expectation->text) < 0)
        batch->worst = STATUS_NO_MEMORY;
    else
        tell(batch, card, name, expected, card_observed(against, got), !verdicts->all_hold);
    free(expected);
}

static void run_case(struct batch *batch, const struct card *card, enum card_case which, size_t choice)
{
    struct card_outcome outcome;
    char name[24], got[CARD_FIGURE_SIZE];
    const char *said = case_name(which, choice, name);
    if (batch->worst != STATUS_OK && batch->worst != STATUS_UNMET && batch->worst != STATUS_INVALID)
        return;
    enum status status = study_run(batch->call, card, which, choice, &outcome);
    if (status != STATUS_OK && status != STATUS_UNMET)
        batch->worst = status;
    else if (which == CARD_REFUTED && outcome.verdicts.count > 0)
        tell_refuted(batch, card, said, &outcome.verdicts);
    else
        for (size_t i = 0; i < card_prediction_count(&outcome); i++) {
            const struct card_prediction prediction = card_prediction(&outcome, i, got);
            tell(batch, card, said, prediction.expected, prediction.observed, prediction.holds);
        }
    card_outcome_fini(&outcome);
    (void)fflush(stdout);
}

static void run_card(struct batch *batch, const struct card *card)
{
    run_case(batch, card, CARD_ITSELF, 0);
    if (!card->notes_given || card->notes_expect)
        run_case(batch, card, CARD_OTHER_BOOK, 0);
    for (size_t i = 0; i < card->choices.count; i++) {
        if (!card_choice(card, i)->set)
            continue;
        run_case(batch, card, CARD_CHOICE, i);
        if (!card->check) /* of a template, that it is refused says so already */
            run_case(batch, card, CARD_REFUTED, i);
    }
}

int study_batch(const struct study_call *call)
{
    struct batch batch = {.call = call, .answer = session_answer(call->command, call->options)};
    struct card_set set;
    enum status status = study_cards(call, &set);
    table_init(&batch.table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; status == STATUS_OK && i < set.count; i++)
        run_card(&batch, set.cards[i]);
    if (status == STATUS_OK && batch.answer.format == FORMAT_TABLE)
        (void)printf("%zu passed, %zu failed in %zu card%s\n", batch.passed, batch.failed, set.count, set.count == 1 ? "" : "s");
    else if (status == STATUS_OK)
        status = answer_print(&batch.answer, "results", &batch.table, NULL, stdout);
    if (status == STATUS_NO_MEMORY)
        (void)session_report_status(status, "study");
    table_fini(&batch.table);
    card_set_fini(&set);
    enum status flushed = session_flush();
    status = status != STATUS_OK ? status : batch.worst;
    return status_exit_code(status != STATUS_OK ? status : flushed);
}
