/* test_card.c: study cards: what a whole one is, what is said of others, and what their runs keep. */
#include "diagnosed.h"
#include "experiment/card_run.h"
#include "models.h"
#include "output/card_text.h"
#include "output/text_wrap.h"
#include "scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHOICES                                                                                                                            \
    "'choices': [{'text': 'ten', 'right': true}, {'text': 'none', 'set': {'F.Timeout': 1}, 'expect': [{'resource': 'F', 'metric': "        \
    "'Errors', 'is': '== 10'}]}, "                                                                                                         \
    "{'text': 'eleven', 'why': 'Ten come.'}]"
#define WORDS                                                                                                                              \
    "'topic': 't', 'exams': ['dva', 'sap'], 'fact': 'f', 'question': 'q', 'why': 'w', 'derivation': 'd', 'next': 'n', 'source': 's'"
#define REST                                                                                                                               \
    "'duration': '10s', 'drain': '5s', 'period': '1s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': "    \
    "9}}}, "                                                                                                                               \
    "'behavior': {'F': {'init': '0ms', 'duration': '2s'}}, 'traffic': [{'name': 'calls', 'target': 'F', 'constant': '1/s'}], "             \
    "'expect': [{'resource': 'F', 'metric': 'Invocations', 'is': '== 10'}]"

struct written {
    struct scratch_folder scratch;
    struct diagnostics diagnostics;
    struct card *card;
};

/* Writes a card ' for ", and reads it. */
static enum status write_and_read(struct written *written, const char *text)
{
    *written = (struct written){0};
    char card[4096];
    size_t length = strlen(text);
    assert_true(length < sizeof card);
    for (size_t i = 0; i <= length; i++)
        card[i] = text[i] == '\'' ? '"' : text[i];
    scratch_init(&written->scratch);
    return card_load(scratch_write(&written->scratch, "t-01.json", card), &written->diagnostics, &written->card);
}

static void let_go(struct written *written)
{
    card_free(written->card);
    diagnostics_fini(&written->diagnostics);
    scratch_fini(&written->scratch);
}

static void test_whole(void **state)
{
    (void)state;
    struct written written;
    char text[CARD_STATEMENTS_SIZE], exams[CARD_EXAMS_SIZE];
    assert_int_equal(
        write_and_read(&written, "{'description': 'about', 'statements': [3, 90], 'study': {" WORDS ", " CHOICES "}, " REST "}"),
        STATUS_OK);
    const struct card *card = written.card;
    assert_string_equal(card->id, "t-01");
    assert_string_equal(card->description, "about");
    assert_string_equal(card_statements_text(card, text), "3, 90");
    assert_string_equal(card_exams_text(card->exams, exams), "DVA, SAP");
    assert_int_equal(card->choices.count, 3);
    assert_int_equal(card_right(card), 0);
    assert_string_equal(card->other, "course");
    char *settings = card_settings_text(card_choice(card, 1));
    assert_string_equal(settings, "F.Timeout = 1");
    free(settings);
    let_go(&written);
}

/* What is missing or at odds is said, each by its own words. */
static void test_not_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cards[] = {
        {"{" REST "}", "no study card"},
        {"{'study': {" CHOICES "}, " REST "}", "a study card needs it"},
        {"{'study': {" WORDS ", 'choices': [{'text': 'a', 'right': true}, {'text': 'b', 'right': true}]}, " REST "}",
         "one must be right, 2 are"},
        {"{'study': {" WORDS ", 'choices': [{'text': 'a', 'right': true}, {'text': 'b'}]}, " REST "}", "needs what would make it right"},
        {"{'study': {" WORDS ", 'choices': [{'text': 'a', 'right': true}, {'text': 'b', 'set': {}}]}, " REST "}", "belong together"},
        {"{'study': {" WORDS ", 'choices': [{'text': 'a', 'right': true, 'set': {}, 'expect': []}, {'text': 'b', 'why': 'w'}]}, " REST "}",
         "takes no \"set\""},
        {"{'study': {" WORDS ", " CHOICES ", 'notes': {'text': 'so'}}, " REST "}", "says both"},
        {"{'study': {" WORDS ", " CHOICES ", 'qestion': 'q'}, " REST "}", "qestion"},
        {"{'study': {" WORDS ", 'choices': [{'text': 'a', 'right': true}]}, " REST "}", "2"},
        {"{'study': {" WORDS ", " CHOICES "}, 'duration': '1s'}", "a study card needs it"},
    };
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
        struct written written;
        assert_int_equal(write_and_read(&written, cards[i].text), STATUS_INVALID);
        assert_null(written.card);
        assert_true(diagnosed(&written.diagnostics, 0, 0, cards[i].said));
        let_go(&written);
    }
}

/* All three cases of a card, and its line over time: one call a second, and nothing after the last. */
static void test_runs(void **state)
{
    (void)state;
    struct written written;
    struct card_outcome outcome;
    const struct run_options options = {.threads = 1};
    assert_int_equal(write_and_read(&written, "{'study': {" WORDS ", " CHOICES "}, " REST "}"), STATUS_OK);
    assert_int_equal(card_run(written.card, CARD_ITSELF, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_OK);
    assert_int_equal(outcome.line_count, 1);
    assert_string_equal(outcome.lines[0].metric, "Invocations");
    double sum = 0;
    for (size_t i = 0; i < outcome.lines[0].count; i++)
        sum += outcome.lines[0].values[i];
    assert_true(sum >= 10 && sum <= 10);
    assert_int_equal(outcome.lines[0].count, 11); /* the last in the tenth period, and one more to see that it is the last */
    card_outcome_fini(&outcome);
    assert_int_equal(card_run(written.card, CARD_CHOICE, 1, &model_registry, &options, &written.diagnostics, &outcome), STATUS_OK);
    card_outcome_fini(&outcome);
    assert_int_equal(card_run(written.card, CARD_REFUTED, 1, &model_registry, &options, &written.diagnostics, &outcome), STATUS_UNMET);
    card_outcome_fini(&outcome);
    assert_int_equal(card_run(written.card, CARD_OTHER_BOOK, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_OK);
    assert_string_equal(outcome.scenario->rules->name, "course");
    card_outcome_fini(&outcome);
    let_go(&written);
}

#define TEMPLATE "'description': 'a rule', 'duration': '10s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {"
#define BOUND "must be between 128 and 10240"

/* A template that is refused: what is asked is known, and what is said is the answer. */
static void test_check(void **state)
{
    (void)state;
    struct written written;
    struct card_outcome outcome;
    char figure[CARD_FIGURE_SIZE];
    const struct run_options options = {.threads = 1};
    assert_int_equal(write_and_read(&written,
                                    "{'study': {'topic': 't', 'exams': ['saa'], 'source': 's', 'mended': {'F.MemorySize': 128}}, " TEMPLATE
                                    "'MemorySize': 64}}}, 'traffic': [], 'expect': [{'refused': '" BOUND
                                    "', 'at': 'x'}, {'refused': '" BOUND "'}]}"),
                     STATUS_OK);
    const struct card *card = written.card;
    assert_true(card->check);
    assert_string_equal(card->why, "a rule");
    assert_int_equal(card_right(card), 1);
    /* One of the two is said, the other of no such place. */
    assert_int_equal(card_run(card, CARD_ITSELF, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_UNMET);
    assert_null(outcome.scenario);
    assert_int_equal(written.diagnostics.count, 0);
    assert_int_equal(card_prediction_count(&outcome), 2);
    assert_false(card_prediction(&outcome, 0, figure).holds);
    assert_true(card_prediction(&outcome, 1, figure).holds);
    assert_string_equal(card_prediction(&outcome, 1, figure).expected, "refused: " BOUND);
    const char *rest = outcome.said;
    char *line = card_said_line(&rest);
    assert_non_null(strstr(line, "error: Resources.F.Properties.MemorySize: " BOUND));
    free(line);
    assert_null(card_said_line(&rest));
    card_outcome_fini(&outcome);
    /* Mended, nothing is said. */
    assert_int_equal(card_run(card, CARD_CHOICE, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_OK);
    assert_true(card_prediction(&outcome, 0, figure).holds);
    card_outcome_fini(&outcome);
    let_go(&written);
}

/* One that a reader is warned of; its `study` may be left out. A mending that mends nothing is told. */
static void test_warned_check(void **state)
{
    (void)state;
    struct written written;
    struct card_outcome outcome;
    const struct run_options options = {.threads = 1};
    assert_int_equal(write_and_read(&written,
                                    "{" TEMPLATE
                                    "'Runtime': 'python3.9'}}}, 'traffic': [], 'expect': [{'warned': 'python3.9 is deprecated'}]}"),
                     STATUS_OK);
    assert_int_equal(card_right(written.card), 2);
    assert_string_equal(written.card->topic, "templates");
    assert_int_equal(card_run(written.card, CARD_ITSELF, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_OK);
    assert_non_null(outcome.scenario);
    card_outcome_fini(&outcome);
    assert_int_equal(card_run(written.card, CARD_OTHER_BOOK, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_UNMET);
    card_outcome_fini(&outcome);
    let_go(&written);
    assert_int_equal(write_and_read(&written,
                                    "{'study': {'mended': {'F.Runtime': 'python3.8'}}, " TEMPLATE
                                    "'Runtime': 'python3.9'}}}, 'traffic': [], 'expect': [{'warned': 'python3.9 is deprecated'}]}"),
                     STATUS_OK);
    assert_int_equal(card_run(written.card, CARD_CHOICE, 0, &model_registry, &options, &written.diagnostics, &outcome), STATUS_UNMET);
    card_outcome_fini(&outcome);
    let_go(&written);
    /* With a question of its own it is a card as others are. */
    assert_int_equal(
        write_and_read(&written, "{'study': {'question': 'q'}, " TEMPLATE "'MemorySize': 64}}}, 'expect': [{'refused': 'x'}]}"),
        STATUS_INVALID);
    assert_true(diagnosed(&written.diagnostics, 0, 0, "a study card needs it"));
    let_go(&written);
}

static void check_wrap(const char *first, size_t indent, size_t width, const char *text, const char *expected)
{
    char *made = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&made, &length);
    assert_non_null(out);
    text_wrap(out, first, indent, width, text);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(made, expected);
    free(made);
}

static void test_wrap(void **state)
{
    (void)state;
    check_wrap(NULL, 2, 10, "one two three", "  one two\n  three\n");
    check_wrap("- ", 2, 9, "one two three", "- one two\n  three\n");
    check_wrap(NULL, 0, 4, "overlong a", "overlong\na\n");
    check_wrap(NULL, 0, 5, "\xc3\xa4\xc3\xb6 \xc3\xbc\xc3\x9f a", "\xc3\xa4\xc3\xb6 \xc3\xbc\xc3\x9f\na\n"); /* characters, not bytes */
    check_wrap(NULL, 0, 40, "a\x1b[31m", "a\\x1b[31m\n");
    check_wrap(NULL, 1, 5, "", " \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole), cmocka_unit_test(test_not_whole),    cmocka_unit_test(test_runs),
        cmocka_unit_test(test_check), cmocka_unit_test(test_warned_check), cmocka_unit_test(test_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
