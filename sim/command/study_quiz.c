/* study_quiz.c: slsim study quiz: asks cards that are due, and keeps what the reader knew. */
#include "command/interrupt.h"
#include "command/study.h"
#include "command/study_progress.h"

#include "engine/random.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_USUAL 10u

/* A card of the quiz to be. */
struct candidate {
    const struct card *card;
    bool due;
    uint64_t again; /* the quiz that it is due in */
    unsigned box;
    uint64_t chance; /* the order of those that are alike */
};

/* What is due before what is not; of what is due the lowest box, of the rest what is due the soonest. */
static int by_need(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->due != right->due)
        return left->due ? -1 : 1;
    if (left->due && left->box != right->box)
        return left->box < right->box ? -1 : 1;
    if (!left->due && left->again != right->again)
        return left->again < right->again ? -1 : 1;
    if (left->chance != right->chance)
        return left->chance < right->chance ? -1 : 1;
    return strcmp(left->card->id, right->card->id);
}

/* A number for a card and a purpose, from the seed alone. */
static uint64_t chance_of(uint64_t seed, const char *id, const char *purpose)
{
    return random_hash(random_hash(seed, purpose), id);
}

static struct candidate *rank(const struct card_set *set, const struct study_progress *progress, uint64_t quiz, uint64_t seed)
{
    struct candidate *list = calloc(set->count + 1, sizeof *list);
    for (size_t i = 0; list && i < set->count; i++) {
        struct study_record record = study_progress_of(progress, set->cards[i]->id);
        list[i] = (struct candidate){.card = set->cards[i],
                                     .due = study_record_due(&record, quiz),
                                     .again = record.box > 0 ? record.quiz + (UINT64_C(1) << (record.box - 1)) : 0,
                                     .box = record.box > 0 ? record.box : 1,
                                     .chance = chance_of(seed, set->cards[i]->id, "card")};
    }
    if (list)
        qsort(list, set->count, sizeof *list, by_need);
    return list;
}

/* The choices in an order of their own, so that nobody learns letters. */
static struct card_order shuffle(const struct card *card, uint64_t seed)
{
    struct card_order order = {0};
    uint64_t chance = chance_of(seed, card->id, "choices");
    for (size_t i = 0; i < card->choices.count; i++) {
        size_t at = (size_t)(chance % (i + 1));
        chance /= i + 1;
        order.list[i] = order.list[at];
        order.list[at] = i;
    }
    return order;
}

/* How the quiz goes. */
struct quiz {
    const struct study_call *call;
    struct answer answer;
    struct card_set set;
    struct study_progress progress;
    uint64_t seed;
    size_t asked, right;
    bool over;
};

static enum status tell(const struct quiz *quiz, const struct card *card, const struct card_order *order, size_t given)
{
    struct card_outcome outcome;
    enum status status = study_run(quiz->call, card, CARD_ITSELF, 0, &outcome);
    if (status == STATUS_OK || status == STATUS_UNMET) {
        card_print_result(&quiz->answer, card, order, &outcome, given, stdout);
        card_print_why(&quiz->answer, card, order, stdout);
    }
    card_outcome_fini(&outcome);
    return status;
}

static enum status ask(struct quiz *quiz, const struct card *card, size_t number, size_t of)
{
    struct card_order order = shuffle(card, quiz->seed);
    struct diagnostics diagnostics = {0};
    size_t given = CARD_NO_ANSWER;
    (void)printf("%sQuestion %zu of %zu\n\n", number > 1 ? "\n" : "", number, of);
    card_print_question(&quiz->answer, card, card_set_topic(&quiz->set, card->topic, (struct place){0}, &diagnostics), &order, false,
                        stdout);
    enum study_reply reply = study_ask(card, &given);
    quiz->over = reply == STUDY_ENDED;
    if (quiz->over)
        return atomic_load(interrupt_watch()) ? STATUS_INTERRUPTED : STATUS_OK;
    if (reply == STUDY_SKIPPED)
        given = CARD_NO_ANSWER; /* who looks at the answer has not known it */
    bool right = given != CARD_NO_ANSWER && order.list[given] == card_right(card);
    quiz->asked++;
    quiz->right += right;
    study_progress_note(&quiz->progress, card->id, right);
    enum status kept = study_progress_save(&quiz->progress, &diagnostics);
    session_report(&diagnostics, quiz->call->options);
    enum status told = tell(quiz, card, &order, given);
    return kept != STATUS_OK ? kept : told;
}

static enum status run_quiz(struct quiz *quiz)
{
    const struct options *options = quiz->call->options;
    uint64_t number = study_progress_begin(&quiz->progress);
    quiz->seed = options->seed ? strtoull(options->seed, NULL, 10) : number;
    struct candidate *list = rank(&quiz->set, &quiz->progress, number, quiz->seed);
    size_t count = options->count > 0 ? options->count : COUNT_USUAL;
    enum status status = list ? STATUS_OK : STATUS_NO_MEMORY;
    count = count < quiz->set.count ? count : quiz->set.count;
    for (size_t i = 0; i < count && status == STATUS_OK && !quiz->over; i++) {
        enum status asked = ask(quiz, list[i].card, i + 1, count);
        status = asked == STATUS_UNMET ? STATUS_OK : asked; /* --batch is for those who judge cards */
    }
    free(list);
    return status;
}

int study_quiz(const struct study_call *call)
{
    struct quiz quiz = {.call = call, .answer = session_answer(call->command, call->options)};
    struct diagnostics diagnostics = {0};
    enum status status = study_cards(call, &quiz.set);
    if (status == STATUS_OK)
        status = study_progress_load(&quiz.progress, &diagnostics);
    session_report(&diagnostics, call->options);
    if (status == STATUS_OK) {
        status = run_quiz(&quiz);
        (void)printf("\n%zu of %zu right", quiz.right, quiz.asked);
        if (quiz.progress.path && quiz.asked > 0)
            (void)printf("; kept in %s", quiz.progress.path);
        (void)fputc('\n', stdout);
    }
    if (status == STATUS_NO_MEMORY)
        (void)session_report_status(status, "study");
    study_progress_fini(&quiz.progress);
    card_set_fini(&quiz.set);
    enum status flushed = session_flush();
    return status_exit_code(status != STATUS_OK ? status : flushed);
}
