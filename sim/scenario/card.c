/* card.c: `study`: one table, read with the scenario and by itself. */
#include "scenario/card.h"

#include "notation/property_parse.h"
#include "scenario/card_check.h"
#include "scenario/statements.h"

#include <stdlib.h>
#include <string.h>

#define AT(FIELD) offsetof(struct card, FIELD)
#define CHOICE_AT(FIELD) offsetof(struct card_choice, FIELD)

const char *const card_exams[] = {"saa", "dva", "sap", NULL};

static const struct property choice_properties[] = {
    {.name = "text", .kind = PROPERTY_STRING, .offset = CHOICE_AT(text), .required = true, .help = "What can be chosen."},
    {.name = "right",
     .kind = PROPERTY_BOOLEAN,
     .offset = CHOICE_AT(right),
     .fallback = "false",
     .help = "It is the answer: one of them is."},
    {.name = "why",
     .kind = PROPERTY_STRING,
     .offset = CHOICE_AT(why),
     .help = "Of a wrong one: why, and why no setting would make it right."},
    {.name = "set",
     .kind = PROPERTY_JSON,
     .offset = CHOICE_AT(set),
     .help = "Of a wrong one: settings under which it would be right, by the paths of `--set`: `{\"Jobs.VisibilityTimeout\": 180}`."},
    {.name = "expect",
     .kind = PROPERTY_JSON,
     .offset = CHOICE_AT(expect),
     .help = "What holds with `set`, and without it does not: as `expect`."},
    {0},
};

static const struct property notes_properties[] = {
    {.name = "text", .kind = PROPERTY_STRING, .offset = AT(notes_text), .help = "What the course notes say."},
    {.name = "today", .kind = PROPERTY_STRING, .offset = AT(notes_today), .help = "What is documented today."},
    {.name = "expect",
     .kind = PROPERTY_JSON,
     .offset = AT(notes_expect),
     .help = "What holds by the other book of rules, as `expect`. Left out: the card has no meaning by that book."},
    {0},
};

static const struct property properties[] = {
    {.name = "topic", .kind = PROPERTY_STRING, .offset = AT(topic), .help = "The lesson that it belongs to: a name of `study/topics.csv`."},
    {.name = "exams", .kind = PROPERTY_FLAGS, .offset = AT(exams), .choices = card_exams, .help = "The exams that ask for it."},
    {.name = "fact", .kind = PROPERTY_STRING, .offset = AT(fact), .help = "What is so, in a sentence or two."},
    {.name = "question", .kind = PROPERTY_STRING, .offset = AT(question), .help = "What is asked of the scenario."},
    {.name = "choices",
     .kind = PROPERTY_LIST,
     .offset = AT(choices),
     .properties = choice_properties,
     .size = sizeof(struct card_choice),
     .minimum = "2",
     .maximum = CARD_CHOICES_TEXT,
     .help = "The answers to choose from."},
    {.name = "answer",
     .kind = PROPERTY_STRING,
     .offset = AT(answer),
     .help = "The answer in a sentence. The figures are the scenario's `expect`."},
    {.name = "timeline",
     .kind = PROPERTY_STRINGS,
     .offset = AT(timeline),
     .help = "Figures to show by `period`, such as `Jobs.NumberOfMessagesSent.Sum`. Left out: those that are expected."},
    {.name = "why", .kind = PROPERTY_STRING, .offset = AT(why), .help = "Why it is so."},
    {.name = "derivation",
     .kind = PROPERTY_STRING,
     .offset = AT(derivation),
     .help = "How the expected figures follow from a closed form or a documented figure, which it names."},
    {.name = "next", .kind = PROPERTY_STRING, .offset = AT(next), .help = "What to try next."},
    {.name = "mended",
     .kind = PROPERTY_JSON,
     .offset = AT(mended),
     .help =
         "Of a template that `expect` has messages of, and nothing else: the settings with which nothing is said of it, as `set`. Such a "
         "card asks whether the template is accepted, and needs only `topic`, `exams` and `source`."},
    {.name = "source", .kind = PROPERTY_STRING, .offset = AT(source), .help = "Where the fact is documented."},
    {.name = "notes",
     .kind = PROPERTY_OBJECT,
     .offset = 0,
     .properties = notes_properties,
     .given = PROPERTY_GIVEN(struct card, notes_given),
     .help = "Where the books of rules differ. Without it, what is expected holds by both."},
    {0},
};

const struct property *card_properties(void)
{
    return properties;
}

static const cJSON *study_of(const cJSON *tree)
{
    const cJSON *study = cJSON_GetObjectItemCaseSensitive(tree, "study");
    return study && parse_is_nothing(study) ? NULL : study;
}

static void read_study(struct parse *parse, const cJSON *study, struct card *card)
{
    const struct parse_path path = {NULL, "study", 0};
    if (!parse_expect_object(parse, study, &path, "write {\"topic\": ..., \"question\": ..., \"choices\": [...]}"))
        return;
    property_defaults(parse, properties, card);
    property_parse(parse, properties, study, study, &path, NULL, card);
}

void card_check(struct parse *parse, const cJSON *tree)
{
    struct card card = {0};
    const cJSON *study = study_of(tree);
    if (study)
        read_study(parse, study, &card);
}

/* What is being made whole. */
struct reading {
    struct parse parse;
    const cJSON *study;
    struct card *card;
};

static void need(struct reading *reading, const char *key, const char *value, const char *hint)
{
    const struct parse_path outer = {NULL, "study", 0}, path = {&outer, key, 0};
    if (!value || value[strspn(value, " ")] == '\0')
        parse_error(&reading->parse, reading->study, &path, hint, "a study card needs it");
}

/* A wrong choice has the setting that would make it right, or says why there is none. */
static void check_choice(struct reading *reading, size_t index, const struct card_choice *choice)
{
    const struct parse_path study = {NULL, "study", 0}, list = {&study, "choices", 0}, path = {&list, NULL, index};
    if (choice->right && (choice->set || choice->expect))
        parse_error(&reading->parse, reading->study, &path, NULL, "the right choice is right as the scenario stands: it takes no \"set\"");
    else if (!choice->set != !choice->expect)
        parse_error(&reading->parse, reading->study, &path, NULL, "\"set\" and \"expect\" belong together");
    else if (!choice->right && !choice->set && !choice->why)
        parse_error(&reading->parse, reading->study, &path, "\"set\" and \"expect\", or \"why\"",
                    "a wrong choice needs what would make it right, or why nothing does");
}

static void check_whole(struct reading *reading)
{
    const struct card *card = reading->card;
    const struct parse_path study = {NULL, "study", 0}, choices = {&study, "choices", 0}, expect = {NULL, "expect", 0};
    size_t right = 0;
    need(reading, "topic", card->topic, "a name of the first column of study/topics.csv");
    need(reading, "exams", card->exams ? "some" : NULL, "such as [\"dva\"]");
    need(reading, "fact", card->fact, NULL);
    need(reading, "question", card->question, NULL);
    need(reading, "choices", card->choices.count > 0 ? "some" : NULL, NULL);
    need(reading, "why", card->why, NULL);
    need(reading, "derivation", card->derivation, NULL);
    need(reading, "next", card->next, NULL);
    need(reading, "source", card->source, NULL);
    for (size_t i = 0; i < card->choices.count; i++) {
        check_choice(reading, i, card_choice(card, i));
        right += card_choice(card, i)->right;
    }
    if (card->choices.count > 0 && right != 1)
        parse_error(&reading->parse, reading->study, &choices, NULL, "one must be right, %zu are", right);
    if (card->notes_given && (!card->notes_text || !card->notes_today))
        parse_error(&reading->parse, reading->study, &study, NULL,
                    "\"notes\" says both what the notes say (\"text\") and what holds \"today\"");
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(card->document->tree, "expect")) == 0)
        parse_error(&reading->parse, reading->study, &expect, "the answer's figures stand there", "a study card needs it");
}

/* The book that the scenario names, and the one that it is held against. */
static void choose_books(struct card *card)
{
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(card->document->tree, "rules");
    const cJSON *base = cJSON_IsObject(rules) ? cJSON_GetObjectItemCaseSensitive(rules, "base") : rules;
    card->rules = cJSON_IsString(base) ? base->valuestring : "current";
    card->book = cJSON_IsObject(rules) ? "rules.base" : "rules";
    card->other = strcmp(card->rules, "current") == 0 ? "course" : "current";
}

static const char *text_of(const cJSON *tree, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static const char *id_of(struct scenario_store *store, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *copy = store_string(store, slash ? slash + 1 : path);
    size_t length = copy ? strlen(copy) : 0;
    if (length > 5 && strcmp(copy + length - 5, ".json") == 0)
        ((char *)(uintptr_t)copy)[length - 5] = '\0';
    return copy;
}

static void read_card(struct reading *reading, const char *path)
{
    struct card *card = reading->card;
    const cJSON *tree = card->document->tree;
    const struct parse_path study = {NULL, "study", 0};
    card->path = store_string(card->store, path);
    card->id = id_of(card->store, path);
    card->description = text_of(tree, "description");
    card->statements = statements_read(&reading->parse, tree, &card->statement_count);
    choose_books(card);
    if (reading->study)
        read_study(&reading->parse, reading->study, card);
    if (card_is_check(card)) {
        reading->parse.failed |= !card_complete_check(card);
    } else if (!reading->study) {
        parse_error(&reading->parse, tree, &study, "see scenarios/README.md", "no study card: the scenario asks nothing");
        return;
    }
    if (reading->parse.diagnostics->error_count == 0)
        check_whole(reading);
}

enum status card_load(const char *path, struct diagnostics *diagnostics, struct card **card)
{
    size_t errors_before = diagnostics->error_count;
    struct card *made = calloc(1, sizeof *made);
    *card = NULL;
    if (!made)
        return STATUS_NO_MEMORY;
    made->store = store_new();
    enum status status = made->store ? document_load(path, NULL, 0, diagnostics, &made->document) : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        struct document *document = made->document;
        struct reading reading = {
            .card = made,
            .study = study_of(document->tree),
            .parse = {.places = document->places, .diagnostics = diagnostics, .folder = document->folder, .store = made->store}};
        read_card(&reading, path);
        bool failed = reading.parse.failed || store_failed(made->store) || diagnostics->failed;
        status = failed ? STATUS_NO_MEMORY : diagnostics->error_count > errors_before ? STATUS_INVALID : STATUS_OK;
    }
    if (status == STATUS_OK)
        *card = made;
    else
        card_free(made);
    return status;
}

void card_free(struct card *card)
{
    if (!card)
        return;
    document_free(card->document);
    store_free(card->store);
    free(card);
}

size_t card_right(const struct card *card)
{
    size_t index = 0;
    while (index < card->choices.count && !card_choice(card, index)->right)
        index++;
    return index;
}
