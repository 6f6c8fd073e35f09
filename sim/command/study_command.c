/* study_command.c: slsim study: study cards. What its subcommands share, and which of them is meant. */
#include "command/study.h"

#include "command/interrupt.h"
#include "document/suggest.h"
#include "output/card_text.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 64u

static uint32_t exams_of(const struct options *options)
{
    return option_given(options, OPTION_EXAM) ? UINT32_C(1) << options->exam : 0;
}

static enum status keep(const struct options *options, struct card_set *set, struct diagnostics *diagnostics)
{
    if (options->topic && !card_set_topic(set, options->topic, (struct place){0}, diagnostics))
        return STATUS_INVALID;
    card_set_keep(set, options->topic, exams_of(options));
    if (set->count > 0)
        return STATUS_OK;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "slsim study list lists them all", "there is no such study card");
    return STATUS_INVALID;
}

enum status study_cards(const struct study_call *call, struct card_set *set)
{
    struct diagnostics diagnostics = {0};
    *set = (struct card_set){0};
    char *folder = card_set_folder(&diagnostics);
    enum status status = folder ? card_set_load(folder, &diagnostics, set) : STATUS_INVALID;
    if (status == STATUS_OK)
        status = keep(call->options, set, &diagnostics);
    free(folder);
    bool told = diagnostics.error_count > 0;
    session_report(&diagnostics, call->options);
    if (status != STATUS_OK && !told)
        (void)session_report_status(status, "study");
    return status;
}

enum status study_run(const struct study_call *call, const struct card *card, enum card_case which, size_t choice,
                      struct card_outcome *outcome)
{
    struct diagnostics diagnostics = {0};
    struct progress progress;
    struct run_options run_options;
    session_run_options(call->options, &progress, &run_options);
    if (option_given(call->options, OPTION_BATCH) || !progress.terminal) {
        /* Hundreds of short runs, or nobody to look on: threads of their own would take longer to begin than most runs take. */
        run_options.threads = run_options.threads > 0 ? run_options.threads : 1;
        run_options.on_progress = NULL;
    }
    enum status status = card_run(card, which, choice, call->program->registry, &run_options, &diagnostics, outcome);
    progress_fini(&progress);
    if (status != STATUS_OK && status != STATUS_UNMET) {
        if (diagnostics.error_count > 0 && which != CARD_ITSELF)
            diagnose(&diagnostics, SEVERITY_NOTE, (struct place){0}, NULL, "",
                     which == CARD_OTHER_BOOK ? "%s by the other rules" : "%s, choice %c", card->id, (char)('A' + (int)choice));
        session_tell_of_end(call->options, outcome->result, status, &diagnostics);
    }
    /* What a card does wrong on purpose is no news. */
    if (diagnostics.error_count == 0 && !option_given(call->options, OPTION_VERBOSE))
        diagnostics_fini(&diagnostics);
    session_report(&diagnostics, call->options);
    return status;
}

/* The next byte of standard input, EOF at its end; also when the reader interrupts, which a read alone would not notice. */
static int next_byte(const atomic_bool *interrupted)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char byte;
    while (!atomic_load(interrupted) && poll(&input, 1, -1) < 0 && errno == EINTR)
        ;
    return !atomic_load(interrupted) && read(STDIN_FILENO, &byte, 1) == 1 ? byte : EOF;
}

/* One line of standard input, as much of it as there is room for; false when there are no more. */
static bool read_line(char line[LINE_SIZE])
{
    const atomic_bool *interrupted = interrupt_watch();
    size_t length = 0;
    int c;
    while ((c = next_byte(interrupted)) != EOF && c != '\n')
        if (length + 1 < LINE_SIZE)
            line[length++] = (char)c;
    line[length] = '\0';
    return !atomic_load(interrupted) && (c != EOF || length > 0);
}

/* The letter alone, blanks around it. */
static bool read_choice(const char *line, size_t count, size_t *given)
{
    line += strspn(line, " \t\r");
    int letter = toupper((unsigned char)*line);
    *given = letter >= 'A' && letter <= 'Z' ? (size_t)(letter - 'A') : count;
    return *given < count && line[1 + strspn(line + 1, " \t\r")] == '\0';
}

enum study_reply study_ask(const struct card *card, size_t *given)
{
    bool prompted = isatty(STDIN_FILENO) == 1;
    char last = (char)('A' + (int)card->choices.count - 1), line[LINE_SIZE];
    for (;;) {
        if (prompted)
            (void)printf("\nYour answer (A to %c, Enter to see it): ", last);
        (void)fflush(stdout);
        if (!read_line(line)) {
            if (prompted)
                (void)fputc('\n', stdout);
            return STUDY_ENDED;
        }
        if (line[strspn(line, " \t\r")] == '\0')
            return STUDY_SKIPPED;
        if (read_choice(line, card->choices.count, given)) {
            if (!prompted)
                (void)printf("\nYour answer: %c\n", card_letter(*given));
            return STUDY_CHOSEN;
        }
        (void)printf("%sThat is none of A to %c.\n", prompted ? "" : "\n", last);
    }
}

#define CHOOSES (OPTION_BIT(OPTION_TOPIC) | OPTION_BIT(OPTION_EXAM))
#define RUNS (OPTION_BIT(OPTION_THREADS) | OPTION_BIT(OPTION_MAX_MEMORY) | OPTION_BIT(OPTION_MAX_EVENTS) | OPTION_BIT(OPTION_NO_PROGRESS))
#define BATCHES (CHOOSES | RUNS | OPTION_BIT(OPTION_BATCH) | OPTION_BIT(OPTION_FORMAT))
#define ALWAYS (OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE) | OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION))

static const struct {
    const char *word;
    size_t arguments_min, arguments_max;
    const char *missing, *usage;
    uint64_t options; /* that say something to it */
    int (*run)(const struct study_call *call);
} subcommands[] = {
    {"list", 0, 0, NULL, "slsim study list [--topic TOPIC] [--exam EXAM]", CHOOSES | OPTION_BIT(OPTION_FORMAT), study_list},
    {"show", 1, 1, "a card is missing", "slsim study show CARD [--all]", RUNS | OPTION_BIT(OPTION_ALL), study_show},
    {"quiz", 0, 0, NULL, "slsim study quiz [--count N] [--seed N]", CHOOSES | RUNS | OPTION_BIT(OPTION_CARDS) | OPTION_BIT(OPTION_SEED),
     study_quiz},
    {"export", 0, 1, NULL, "slsim study export [markdown|anki|html] [-o FILE]", CHOOSES | RUNS | OPTION_BIT(OPTION_OUTPUT), study_export},
};

#define SUBCOMMAND_COUNT (sizeof subcommands / sizeof *subcommands)

static int refuse(const struct options *options, const char *hint, const char *message, const char *word)
{
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, word ? "%s \"%.100s\"" : "%s", message, word);
    session_report(&diagnostics, options);
    return status_exit_code(STATUS_INVALID);
}

static int unknown(const struct options *options, const char *word)
{
    const char *names[SUBCOMMAND_COUNT];
    char hint[64] = "one of list, show, quiz, export; or --batch";
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        names[i] = subcommands[i].word;
    const char *near = suggest(word, names, SUBCOMMAND_COUNT);
    if (near)
        (void)snprintf(hint, sizeof hint, "did you mean slsim study %s?", near);
    return refuse(options, hint, "study does not know", word);
}

/* Options that would say nothing are refused, by the words that were typed. */
static bool knows(const struct options *options, uint64_t allowed, const char *word)
{
    struct diagnostics diagnostics = {0};
    char command[32];
    (void)snprintf(command, sizeof command, "study %s", word);
    enum status status = options_check(options, allowed | ALWAYS, command, &diagnostics);
    session_report(&diagnostics, options);
    return status == STATUS_OK;
}

static int run_batch(struct study_call *call)
{
    const struct options *options = call->options;
    if (options->argument_count > 0)
        return refuse(options, "slsim study --batch", "--batch stands alone, without", options->arguments[0]);
    return knows(options, BATCHES, "--batch") ? study_batch(call) : status_exit_code(STATUS_INVALID);
}

static int run_subcommand(struct study_call *call, size_t index)
{
    const struct options *options = call->options;
    char usage[128];
    (void)snprintf(usage, sizeof usage, "usage: %s", subcommands[index].usage);
    if (call->argument_count < subcommands[index].arguments_min)
        return refuse(options, usage, subcommands[index].missing, NULL);
    if (call->argument_count > subcommands[index].arguments_max)
        return refuse(options, usage, "one argument too many:", call->arguments[subcommands[index].arguments_max]);
    return knows(options, subcommands[index].options, call->word) ? subcommands[index].run(call) : status_exit_code(STATUS_INVALID);
}

static int run(const struct program *program, const struct command *command, const struct options *options)
{
    struct study_call call = {.program = program, .command = command, .options = options};
    if (option_given(options, OPTION_BATCH))
        return run_batch(&call);
    if (options->argument_count == 0)
        return refuse(options, "slsim study list, show CARD, quiz, export; or slsim study --batch", "what to do is missing", NULL);
    call.word = options->arguments[0];
    call.arguments = options->arguments + 1;
    call.argument_count = options->argument_count - 1;
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        if (strcmp(subcommands[i].word, call.word) == 0)
            return run_subcommand(&call, i);
    return unknown(options, call.word);
}

const struct command study_command = {
    .name = "study",
    .arguments = "list|show CARD|quiz|export [FORM]",
    .summary = "study cards: a fact, a question, a simulation, and why",
    .examples = "  slsim study list --topic queues --exam dva\n"
                "  slsim study show queue-01\n"
                "  slsim study show queue-01 --all                 also what would make each wrong answer right\n"
                "  slsim study quiz --count 10 --seed 7\n"
                "  slsim study --batch                             run all cards and judge them: for scripts\n"
                "  slsim study export html -o cards.html           one page with everything; or markdown (lessons), anki\n",
    .details =
        "CARD is a card's name, or a file of your own. Answers are read from standard input: A, B, ...; an empty line shows the answer.\n"
        "A quiz asks first what is due: five Leitner boxes; a right answer moves a card one box up, a wrong one back into the first, and "
        "a\n"
        "card of box b comes again 2^(b-1) quizzes later. It is kept in $XDG_STATE_HOME/slsim/study.json (~/.local/state/slsim).\n"
        "--batch: exit code 1 where a figure is not as the card predicts.\n",
    .options = BATCHES | OPTION_BIT(OPTION_CARDS) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_OUTPUT) |
               OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
    .missing = NULL,
    .arguments_min = 0,
    .arguments_max = 3,
    .run = run,
};
