/* study_list.c: slsim study list: one line a card. */
#include "command/study.h"
#include "command/study_progress.h"
#include "output/card_text.h"

#include <math.h>

static const struct table_column columns[] = {
    {"card", false}, {"topic", false}, {"exams", false}, {"statements", false}, {"box", true}, {"about", false},
};

int study_list(const struct study_call *call)
{
    struct answer answer = session_answer(call->command, call->options);
    struct diagnostics diagnostics = {0};
    struct study_progress progress;
    struct card_set set;
    struct table table;
    enum status status = study_cards(call, &set);
    if (status != STATUS_OK) {
        card_set_fini(&set);
        return status_exit_code(status);
    }
    status = study_progress_load(&progress, &diagnostics);
    session_report(&diagnostics, call->options);
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; status == STATUS_OK && i < set.count; i++) {
        char exams[CARD_EXAMS_SIZE], statements[CARD_STATEMENTS_SIZE];
        unsigned box = study_progress_of(&progress, set.cards[i]->id).box;
        table_text(&table, set.cards[i]->id);
        table_text(&table, set.cards[i]->topic);
        table_text(&table, card_exams_text(set.cards[i]->exams, exams));
        table_text(&table, card_statements_text(set.cards[i], statements));
        table_number(&table, box > 0 ? (double)box : (double)NAN);
        table_text(&table, set.cards[i]->check ? set.cards[i]->why : set.cards[i]->description);
    }
    if (status == STATUS_OK)
        status = answer_print(&answer, "cards", &table, NULL, stdout);
    if (status != STATUS_OK)
        (void)session_report_status(status, "study");
    table_fini(&table);
    study_progress_fini(&progress);
    card_set_fini(&set);
    enum status flushed = session_flush();
    return status_exit_code(status != STATUS_OK ? status : flushed);
}
