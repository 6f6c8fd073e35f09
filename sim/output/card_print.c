/* card_print.c: study cards as text. */
#include "output/card_print.h"

#include "document/units.h"
#include "output/card_text.h"
#include "output/figure_text.h"
#include "output/safe_text.h"
#include "output/sparkline.h"
#include "output/text_wrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 2u
#define SPARK_WIDTH 60u

static size_t width_of(const struct answer *answer)
{
    size_t width = answer->terminal.width > 0 ? answer->terminal.width : TEXT_WIDTH_UNKNOWN;
    return width < TEXT_WIDTH_MOST ? width : TEXT_WIDTH_MOST;
}

static void heading(const struct answer *answer, const char *title, FILE *out)
{
    (void)fprintf(out, answer->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static void paragraph(const struct answer *answer, const char *title, const char *text, FILE *out)
{
    if (!text)
        return;
    if (title)
        heading(answer, title, out);
    text_wrap(out, NULL, INDENT, width_of(answer), text);
}

static void print_title(const struct answer *answer, const struct card *card, const struct card_topic *topic, FILE *out)
{
    char exams[CARD_EXAMS_SIZE], statements[CARD_STATEMENTS_SIZE];
    (void)fputs(answer->colour ? "\033[1m" : "", out);
    safe_text_print(out, card->id);
    (void)fputs("  ", out);
    safe_text_print(out, card->description);
    (void)fputs(answer->colour ? "\033[0m\n" : "\n", out);
    safe_text_print(out, topic ? topic->title : card->topic);
    (void)fprintf(out, "; %s", card_exams_text(card->exams, exams));
    (void)fprintf(out, "%s%s", card_statements_noun(card), card_statements_text(card, statements));
    (void)fputc('\n', out);
}

static void print_set_up(const struct answer *answer, const struct card *card, FILE *out)
{
    struct card_lines lines;
    card_set_up(card, &lines);
    heading(answer, "Set-up", out);
    for (size_t i = 0; i < lines.count; i++)
        text_wrap(out, "  ", 4, width_of(answer), lines.list[i]);
    card_lines_fini(&lines);
}

void card_print_question(const struct answer *answer, const struct card *card, const struct card_topic *topic,
                         const struct card_order *order, bool with_fact, FILE *out)
{
    print_title(answer, card, topic, out);
    if (with_fact)
        paragraph(answer, "Fact", card->fact, out);
    print_set_up(answer, card, out);
    paragraph(answer, "Question", card->question, out);
    for (size_t i = 0; i < card->choices.count; i++) {
        char letter[] = "  A  ";
        letter[2] = card_letter(i);
        text_wrap(out, letter, 5, width_of(answer), card_choice(card, order->list[i])->text);
    }
}

/* A series in few characters: block elements, or digits from 0 to 9 of its largest where there are none. */
static void print_line(const struct answer *answer, const struct card_outcome *outcome, const struct card_line *line, FILE *out)
{
    char text[FIGURE_TEXT_SIZE], period[64];
    double most = card_line_most(line);
    size_t width = width_of(answer) > SPARK_WIDTH + 2 ? SPARK_WIDTH : width_of(answer) - 2;
    bool sum = strcmp(line->stat, "Sum") == 0;
    (void)fputs("  ", out);
    safe_text_print(out, line->resource);
    (void)fprintf(out, " %s %s", line->metric, line->stat);
    if (isnan(most)) {
        (void)fputs(": 0 all the time\n", out);
        return;
    }
    (void)fprintf(out, ", up to %s %s %s\n  ", figure_text(most, line->unit, text), sum ? "in" : "by",
                  units_format_time((double)outcome->period_ns, period, sizeof period));
    sparkline_print(out, line->values, line->count, width, !sum, answer->terminal.blocks);
    (void)fputc('\n', out);
}

static void print_timeline(const struct answer *answer, const struct card_outcome *outcome, FILE *out)
{
    if (outcome->line_count == 0)
        return;
    heading(answer, "Over time", out);
    for (size_t i = 0; i < outcome->line_count; i++)
        print_line(answer, outcome, &outcome->lines[i], out);
}

static void print_verdicts(const struct answer *answer, const struct card_outcome *outcome, FILE *out)
{
    char figure[CARD_FIGURE_SIZE];
    for (size_t i = 0; i < card_prediction_count(outcome); i++) {
        const struct card_prediction prediction = card_prediction(outcome, i, figure);
        const char *mark = prediction.holds ? "as predicted" : "NOT as predicted";
        (void)fputs("  predicted ", out);
        safe_text_print(out, prediction.expected);
        (void)fprintf(out, ": observed %s, ", prediction.observed);
        if (answer->colour)
            (void)fprintf(out, "\033[%dm%s\033[0m\n", prediction.holds ? 32 : 31, mark);
        else
            (void)fprintf(out, "%s\n", mark);
    }
}

/* What was said of a template: it teaches the rule. */
static void print_said(const struct answer *answer, const struct card_outcome *outcome, FILE *out)
{
    if (!outcome->said)
        return;
    heading(answer, "What is said of it", out);
    const char *rest = outcome->said;
    for (char *line; (line = card_said_line(&rest)); free(line))
        text_wrap(out, "  ", 4, width_of(answer), line);
}

/* As which letter a choice is shown. */
static char shown_as(const struct card *card, const struct card_order *order, size_t choice)
{
    size_t at = 0;
    while (at < card->choices.count && order->list[at] != choice)
        at++;
    return card_letter(at);
}

void card_print_result(const struct answer *answer, const struct card *card, const struct card_order *order,
                       const struct card_outcome *outcome, size_t given, FILE *out)
{
    size_t right = card_right(card);
    char *line = NULL;
    print_timeline(answer, outcome, out);
    heading(answer, "Result", out);
    print_verdicts(answer, outcome, out);
    print_said(answer, outcome, out);
    if (asprintf(&line, "%s%c: %s",
                 given == CARD_NO_ANSWER       ? "The answer is "
                 : order->list[given] == right ? "Right, "
                                               : "No, it is ",
                 shown_as(card, order, right), card_choice(card, right)->text) < 0)
        line = NULL;
    paragraph(answer, "Answer", line, out);
    paragraph(answer, NULL, card->answer, out);
    free(line);
}

/* The setting under which a wrong choice would be right, or why there is none. */
static void print_wrong(const struct answer *answer, const struct card *card, const struct card_order *order, size_t choice, FILE *out)
{
    const struct card_choice *wrong = card_choice(card, choice);
    char *settings = card_settings_text(wrong), *line = NULL;
    int length = wrong->set ? asprintf(&line, "%c would be right with %s%s%s", shown_as(card, order, choice), settings ? settings : "",
                                       wrong->why ? ". " : "", wrong->why ? wrong->why : "")
                            : asprintf(&line, "%c: %s", shown_as(card, order, choice), wrong->why ? wrong->why : "");
    if (length >= 0)
        text_wrap(out, NULL, INDENT, width_of(answer), line);
    free(settings);
    free(length >= 0 ? line : NULL);
}

void card_print_why(const struct answer *answer, const struct card *card, const struct card_order *order, FILE *out)
{
    paragraph(answer, "Why", card->why, out);
    paragraph(answer, NULL, card->derivation, out);
    heading(answer, "The other choices", out);
    for (size_t i = 0; i < card->choices.count; i++)
        if (!card_choice(card, order->list[i])->right)
            print_wrong(answer, card, order, order->list[i], out);
    if (card->notes_given) {
        paragraph(answer, "The notes say", card->notes_text, out);
        paragraph(answer, "Today", card->notes_today, out);
    }
    paragraph(answer, "Try next", card->next, out);
    paragraph(answer, "Source", card->source, out);
}

void card_print_other(const struct answer *answer, const char *title, const struct card_outcome *outcome, FILE *out)
{
    heading(answer, title, out);
    print_verdicts(answer, outcome, out);
}
