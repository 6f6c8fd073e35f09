/* card_page.c: one page with all cards: every choice opens to say whether it is right, every answer to show the run. Without a script. */
#include "output/card_export.h"
#include "output/card_text.h"
#include "output/html_writer.h"

#include <stdlib.h>

static void begin(struct card_export *file, const struct card_set *set)
{
    char lead[160];
    const char **contents = calloc(2 * set->topic_count + 1, sizeof *contents);
    (void)snprintf(lead, sizeof lead, "%zu questions, each with a simulation that answers it. Open a choice to see whether it is right.",
                   set->count);
    size_t used = 0;
    for (size_t i = 0; contents && i < set->topic_count; i++) {
        if (!card_set_has(set, &set->topics[i]))
            continue;
        contents[used++] = set->topics[i].name;
        contents[used++] = set->topics[i].title;
    }
    page_begin(&file->page, file->out, "Study cards", lead, contents);
    free(contents);
}

static void topic(struct card_export *file, const struct card_topic *lesson)
{
    page_section(&file->page, lesson->name, lesson->title);
    html(file->out, "<p>%s</p>\n", lesson->introduction);
}

static void set_up(FILE *out, const struct card *card)
{
    struct card_lines lines;
    card_set_up(card, &lines);
    html(out, "<details><summary>Set-up<span class=\"hidden\"> of %s</span></summary>\n<ul class=\"set-up\">\n", card->id);
    for (size_t i = 0; i < lines.count; i++)
        html(out, "<li><code>%s</code></li>\n", lines.list[i]);
    html(out, "</ul>\n</details>\n");
    card_lines_fini(&lines);
}

static void choice(FILE *out, const struct card *card, size_t index)
{
    const struct card_choice *chosen = card_choice(card, index);
    const char letter[] = {card_letter(index), '\0'};
    char *settings = chosen->set ? card_settings_text(chosen) : NULL;
    html(out, "<details class=\"choice\"><summary>%s: %s</summary>\n<p class=\"%h\"><b class=\"%h\">%h</b>", letter, chosen->text,
         chosen->right ? "ok" : "no", chosen->right ? "ok" : "no", chosen->right ? "Right." : "No.");
    if (settings)
        html(out, " It would be right with %s.", settings);
    if (chosen->why)
        html(out, " %s", chosen->why);
    html(out, "</p>\n</details>\n");
    free(settings);
}

static void figures(struct card_export *file, const struct card_entry *entry)
{
    static const struct table_column columns[] = {{"predicted", false}, {"observed", true}};
    char observed[CARD_FIGURE_SIZE], caption[160];
    struct table table;
    table_init(&table, columns, 2);
    for (size_t i = 0; i < card_prediction_count(entry->outcome); i++) {
        const struct card_prediction prediction = card_prediction(entry->outcome, i, observed);
        table_text(&table, prediction.expected);
        table_text(&table, prediction.observed);
    }
    (void)snprintf(caption, sizeof caption, "Predicted and observed: %.100s", entry->card->id);
    html(file->out, "<div id=\"figures-%s\">\n", entry->card->id);
    page_table(&file->page, caption, &table, false);
    html(file->out, "</div>\n");
    const char *rest = entry->outcome->said;
    for (char *line; (line = card_said_line(&rest)); free(line))
        html(file->out, "<p>%s</p>\n", line);
    table_fini(&table);
}

static void picture(FILE *out, const struct card_entry *entry)
{
    if (!entry->svg)
        return;
    html(out, "<figure>\n<div class=\"picture\" tabindex=\"0\" role=\"group\" aria-label=\"%s over time\">", entry->card->id);
    (void)fwrite(entry->svg, 1, entry->svg_length, out);
    html(out, "</div>\n<figcaption>%s, over time. <a href=\"#figures-%s\">Its figures</a></figcaption>\n</figure>\n",
         entry->card->description, entry->card->id);
}

static void answer(struct card_export *file, const struct card_entry *entry)
{
    const struct card *card = entry->card;
    FILE *out = file->out;
    const char letter[] = {card_letter(card_right(card)), '\0'};
    html(out, "<details class=\"answer\"><summary>Answer and run<span class=\"hidden\"> of %s</span></summary>\n<p><b>%s: %s</b></p>\n",
         card->id, letter, card_choice(card, card_right(card))->text);
    if (card->answer)
        html(out, "<p>%s</p>\n", card->answer);
    figures(file, entry);
    picture(out, entry);
    html(out, "<p>%s</p>\n<p>%s</p>\n", card->why, card->derivation);
    if (card->notes_given)
        html(out, "<p><b>The notes say:</b> %s</p>\n<p><b>Today:</b> %s</p>\n", card->notes_text, card->notes_today);
    html(out, "<p><b>Try next:</b> %s</p>\n<p><b>Source:</b> %s</p>\n</details>\n", card->next, card->source);
}

static void write_card(struct card_export *file, const struct card_entry *entry)
{
    const struct card *card = entry->card;
    char exams[CARD_EXAMS_SIZE], statements[CARD_STATEMENTS_SIZE];
    html(file->out, "<article class=\"card\" id=\"card-%s\" aria-labelledby=\"title-%s\">\n<h3 id=\"title-%s\">%s: %s</h3>\n", card->id,
         card->id, card->id, card->id, card->description);
    html(file->out, "<p class=\"soft\">%s%s%s</p>\n<p>%s</p>\n", card_exams_text(card->exams, exams), card_statements_noun(card),
         card_statements_text(card, statements), card->fact);
    set_up(file->out, card);
    html(file->out, "<p><b>%s</b></p>\n", card->question);
    for (size_t i = 0; i < card->choices.count; i++)
        choice(file->out, card, i);
    answer(file, entry);
    html(file->out, "</article>\n");
}

static void end(struct card_export *file)
{
    page_end(&file->page);
}

const struct card_form card_form_html = {.name = "html", .pictures = true, .begin = begin, .topic = topic, .card = write_card, .end = end};
