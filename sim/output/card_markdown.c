/* card_markdown.c: lessons: the cards in order, each with its result behind a fold. */
#include "output/card_export.h"
#include "output/card_text.h"
#include "output/safe_text.h"

#include <stdlib.h>

static void text(FILE *out, const char *before, const char *words, const char *after)
{
    (void)fputs(before, out);
    markdown_text_print(out, words);
    (void)fputs(after, out);
}

static void begin(struct card_export *file, const struct card_set *set)
{
    (void)fprintf(
        file->out,
        "# Study cards\n\n%zu cards, in the order of the lessons. Each is a scenario that can be run: `slsim study show CARD`.\n\n",
        set->count);
    for (size_t i = 0; i < set->topic_count; i++)
        if (card_set_has(set, &set->topics[i]))
            text(file->out, "- ", set->topics[i].title, "\n");
}

static void topic(struct card_export *file, const struct card_topic *lesson)
{
    text(file->out, "\n## ", lesson->title, "\n\n");
    text(file->out, "", lesson->introduction, "\n");
}

static void set_up(FILE *out, const struct card *card)
{
    struct card_lines lines;
    card_set_up(card, &lines);
    (void)fputs("```\n", out);
    for (size_t i = 0; i < lines.count; i++) {
        safe_text_print(out, lines.list[i]);
        (void)fputc('\n', out);
    }
    (void)fputs("```\n\n", out);
    card_lines_fini(&lines);
}

static void wrong(FILE *out, const struct card *card, size_t choice)
{
    char *settings = card_settings_text(card_choice(card, choice));
    (void)fprintf(out, "- %c", card_letter(choice));
    if (card_choice(card, choice)->set)
        text(out, " would be right with ", settings ? settings : "", card_choice(card, choice)->why ? ". " : "\n");
    else
        (void)fputs(": ", out);
    if (card_choice(card, choice)->why)
        text(out, "", card_choice(card, choice)->why, "\n");
    free(settings);
}

static void results(FILE *out, const struct card_outcome *outcome)
{
    char observed[CARD_FIGURE_SIZE];
    (void)fputs("| predicted | observed |\n| --- | ---: |\n", out);
    for (size_t i = 0; i < card_prediction_count(outcome); i++) {
        const struct card_prediction prediction = card_prediction(outcome, i, observed);
        text(out, "| ", prediction.expected, " | ");
        text(out, "", prediction.observed, " |\n");
    }
    (void)fputc('\n', out);
    const char *rest = outcome->said;
    for (char *line; (line = card_said_line(&rest)); free(line))
        text(out, "> ", line, "\n\n");
}

static void answer(FILE *out, const struct card_entry *entry)
{
    const struct card *card = entry->card;
    size_t right = card_right(card);
    (void)fprintf(out, "<details><summary>Answer</summary>\n\n**%c**: ", card_letter(right));
    text(out, "", card_choice(card, right)->text, "\n\n");
    if (card->answer)
        text(out, "", card->answer, "\n\n");
    results(out, entry->outcome);
    text(out, "", card->why, "\n\n");
    text(out, "", card->derivation, "\n\n");
    for (size_t i = 0; i < card->choices.count; i++)
        if (i != right)
            wrong(out, card, i);
    if (card->notes_given) {
        text(out, "\nThe notes say: ", card->notes_text, "\n\n");
        text(out, "Today: ", card->notes_today, "\n");
    }
    text(out, "\nTry next: ", card->next, "\n\n");
    text(out, "Source: ", card->source, "\n\n</details>\n");
}

static void write_card(struct card_export *file, const struct card_entry *entry)
{
    const struct card *card = entry->card;
    char exams[CARD_EXAMS_SIZE], statements[CARD_STATEMENTS_SIZE];
    text(file->out, "\n### ", card->id, ": ");
    text(file->out, "", card->description, "\n\n");
    (void)fprintf(file->out, "%s", card_exams_text(card->exams, exams));
    (void)fprintf(file->out, "%s%s", card_statements_noun(card), card_statements_text(card, statements));
    text(file->out, "\n\n", card->fact, "\n\n");
    set_up(file->out, card);
    text(file->out, "**", card->question, "**\n\n");
    for (size_t i = 0; i < card->choices.count; i++) {
        (void)fprintf(file->out, "- %c: ", card_letter(i));
        text(file->out, "", card_choice(card, i)->text, "\n");
    }
    (void)fputc('\n', file->out);
    answer(file->out, entry);
}

static void end(struct card_export *file)
{
    (void)file;
}

const struct card_form card_form_markdown = {.name = "markdown", .begin = begin, .topic = topic, .card = write_card, .end = end};
