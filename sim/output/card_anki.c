/* card_anki.c: a text file that Anki imports: a note a line, its fields apart by tabs, HTML in them. */
#include "output/card_export.h"
#include "output/card_text.h"
#include "output/html_writer.h"

#include <stdlib.h>

static void begin(struct card_export *file, const struct card_set *set)
{
    (void)set;
    (void)fputs("#separator:tab\n#html:true\n#notetype:Basic\n#deck:Serverless\n#guid column:1\n#tags column:4\n", file->out);
}

static void topic(struct card_export *file, const struct card_topic *lesson)
{
    (void)file;
    (void)lesson;
}

static void front(FILE *out, const struct card *card)
{
    struct card_lines lines;
    card_set_up(card, &lines);
    html(out, "<p>%s</p><pre>", card->fact);
    for (size_t i = 0; i < lines.count; i++)
        html(out, "%h%s", i == 0 ? "" : "<br>", lines.list[i]);
    html(out, "</pre><p><b>%s</b></p>", card->question);
    for (size_t i = 0; i < card->choices.count; i++) {
        const char letter[] = {card_letter(i), '\0'};
        html(out, "<p>%s: %s</p>", letter, card_choice(card, i)->text);
    }
    card_lines_fini(&lines);
}

static void back(FILE *out, const struct card_entry *entry)
{
    const struct card *card = entry->card;
    char observed[CARD_FIGURE_SIZE];
    const char letter[] = {card_letter(card_right(card)), '\0'};
    html(out, "<p><b>%s: %s</b></p>", letter, card_choice(card, card_right(card))->text);
    if (card->answer)
        html(out, "<p>%s</p>", card->answer);
    for (size_t i = 0; i < card_prediction_count(entry->outcome); i++) {
        const struct card_prediction prediction = card_prediction(entry->outcome, i, observed);
        html(out, "<p>%s: %s</p>", prediction.expected, prediction.observed);
    }
    const char *rest = entry->outcome->said;
    for (char *line; (line = card_said_line(&rest)); free(line))
        html(out, "<p>%s</p>", line);
    html(out, "<p>%s</p><p>%s</p>", card->why, card->derivation);
    for (size_t i = 0; i < card->choices.count; i++) {
        const char other[] = {card_letter(i), '\0'};
        char *settings = card_choice(card, i)->set ? card_settings_text(card_choice(card, i)) : NULL;
        if (!card_choice(card, i)->right)
            html(out, "<p>%s%s%s%s%s</p>", other, settings ? " would be right with " : ": ", settings ? settings : "", settings ? ". " : "",
                 card_choice(card, i)->why ? card_choice(card, i)->why : "");
        free(settings);
    }
    if (card->notes_given)
        html(out, "<p>The notes say: %s</p><p>Today: %s</p>", card->notes_text, card->notes_today);
    html(out, "<p>%s</p>", card->source);
}

static void write_card(struct card_export *file, const struct card_entry *entry)
{
    const struct card *card = entry->card;
    html(file->out, "slsim-%s\t", card->id);
    front(file->out, card);
    (void)fputc('\t', file->out);
    back(file->out, entry);
    html(file->out, "\t%s", card->topic);
    for (size_t i = 0; card_exams[i]; i++)
        if (card->exams & (UINT32_C(1) << i))
            (void)fprintf(file->out, " %s", card_exams[i]);
    (void)fputc('\n', file->out);
}

static void end(struct card_export *file)
{
    (void)file;
}

const struct card_form card_form_anki = {.name = "anki", .begin = begin, .topic = topic, .card = write_card, .end = end};
