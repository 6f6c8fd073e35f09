/* options.c: the options of all commands, through getopt_long. */
#include "command/options.h"

#include "document/suggest.h"
#include "document/units.h"
#include "scenario/card.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* So many at once make no sense on any machine; and a slip of the hand shall not start a million. */
#define THREADS_MAX 4096u
#define REPLICATIONS_MAX 1000000u
#define POINTS_MAX 1000000u
#define SHARDS_MAX 100000u
#define CARDS_MAX 10000u

static const struct {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* NULL: takes none */
    const char *help;
} table[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {"output", 'o', "DIR", "the result folder (run: results/NAME where it is not given); of study export the file"},
    [OPTION_SEED] = {"seed", 0, "N", "the seed of all chance, instead of the scenario's"},
    [OPTION_SET] = {"set", 0, "PATH=VALUE", "changes the scenario, as in --set Api.MemorySize=1024; may be repeated"},
    [OPTION_REPLICATIONS] = {"replications", 0, "N", "independent repetitions, instead of the scenario's"},
    [OPTION_THREADS] = {"threads", 0, "N", "threads for replications (default: all cores); changes no figure"},
    [OPTION_FORMAT] = {"format", 0, "FORMAT", "table, csv, json or markdown for what goes to standard output"},
    [OPTION_TRACE] = {"trace", 0, "FILE", "every step of every item of replication 1: .csv, or .json for ui.perfetto.dev"},
    [OPTION_TRACE_SAMPLE] = {"trace-sample", 0, "RULE",
                             "--trace of a sample only: xray takes the first of each second and 5 % of the rest"},
    [OPTION_TRACE_LIMIT] = {"trace-limit", 0, "N", "no trace begins after so many rows or events (default of .json: 2000000)"},
    [OPTION_TIMESERIES] = {"timeseries", 0, "WHICH", "timeseries.csv of the first replication, or the mean over all (default: first)"},
    [OPTION_DENSE] = {"dense", 0, NULL, "timeseries.csv also with counts of zero and statistics of nothing"},
    [OPTION_MAX_MEMORY] = {"max-memory", 0, "SIZE", "stops a replication that needs more, as in --max-memory 2GB"},
    [OPTION_MAX_EVENTS] = {"max-events", 0, "N", "stops a replication after so many events"},
    [OPTION_QUEUE] = {"queue", 0, "KIND", "the event queue: ladder or heap (default: ladder); changes no figure"},
    [OPTION_BOOK] = {"book", 0, "NAME", "which book of rules or prices"},
    [OPTION_REFERENCE] = {"reference", 0, "WHICH", "instead, the reference page in Markdown: models or scenarios"},
    [OPTION_CAUSE] = {"cause", 0, "TEXT", "the life of the first item of replication 1 that ended so, as in --cause dead_lettered"},
    [OPTION_ITEM] = {"item", 0, "ITEM", "the life of one item of replication 1: its number from 0, or SOURCE:NUMBER"},
    [OPTION_TREE] = {"tree", 0, NULL, "with --item or --cause: the calls, waits and batches of that item, as a tree"},
    [OPTION_INPUTS] = {"inputs", 0, "DIR", "the folder of the scenario, where its files are (default: the current one)"},
    [OPTION_VARY] =
        {"vary", 0, "PATH=VALUE",
         "compare: B has the value (X,Y: A has X, B has Y); size, sweep: LOW:HIGH[:STEP], LOW:HIGH@log:N or a,b,c; may be repeated"},
    [OPTION_FIGURE] = {"figure", 0, "FIGURE", "this figure instead of the usual ones, as in Api.ResponseTime.p99; may be repeated"},
    [OPTION_MIN_EFFECT] = {"min-effect", 0, "SIZE", "smaller is negligible: 1% of A's, or 10ms, $5, 2, 0.1pp; may be repeated"},
    [OPTION_FAIL_IF] = {"fail-if", 0, "BOUND", "exit code 1 if it holds, as in 'cost.month > +5%'; may be repeated"},
    [OPTION_GOAL] = {"goal", 0, "BOUND", "what must hold, as in 'Api.ColdStartRate < 0.1%'; may be repeated"},
    [OPTION_UNTIL] = {"until", 0, "'FIGURE N%'", "replications until half its 95 % interval is N % of it, as in 'cost.month 2%'"},
    [OPTION_MINIMIZE] = {"minimize", 0, "FIGURE", "what is to be as small as can be, as in cost.month"},
    [OPTION_MAX_REPLICATIONS] = {"max-replications", 0, "N",
                                 "at most so many of one setting: then the answer may be \"a or b\" (default: 100)"},
    [OPTION_AGAINST] = {"against", 0, "WHAT", "whose bill is held against this one: PATH=VALUE (may be repeated), FILE.json, or a server"},
    [OPTION_INPUT] = {"input", 0, "PATH=LOW:HIGH", "a setting to be varied beside the assumptions; may be repeated"},
    [OPTION_INFRACOST] = {"infracost", 0, "FILE", "also the usage of a month for Infracost, as infracost-usage.yml"},
    [OPTION_REPORT] = {"report", 0, NULL, "also report.html, one page with pictures that opens anywhere, and plots/"},
    [OPTION_PLOTS] = {"plots", 0, "KIND", "also plots/: svg, or png for both; with their data and the gnuplot scripts that draw them"},
    [OPTION_METHOD] = {"method", 0, "WORD", "how points are made: grid, zip, list, random, latin_hypercube or sobol (default: grid)"},
    [OPTION_POINTS] = {"points", 0, "N", "how many points random, latin_hypercube and sobol make"},
    [OPTION_WHERE] = {"where", 0, "CONDITION", "only points for which it holds, as in 'A.X <= 2 * B.Y'; may be repeated"},
    [OPTION_STREAMS] = {"streams", 0, "WORD", "common: the same chance at every point (the default); independent: each has its own"},
    [OPTION_METRICS] = {"metrics", 0, "FIGURES", "what is kept, instead of the usual: Api.Duration.p99,cost.month or all; may be repeated"},
    [OPTION_SHARD] = {"shard", 0, "I/N", "only every N-th point, from the I-th on (I from 0): for many machines; then sweep merge"},
    [OPTION_RESTART] = {"restart", 0, NULL, "discards what an earlier sweep left in the folder"},
    [OPTION_DRY_RUN] = {"dry-run", 0, NULL, "checks and lists the points, says how long they may take, and runs nothing else"},
    [OPTION_TOPIC] = {"topic", 0, "TOPIC", "study cards of this topic alone"},
    [OPTION_EXAM] = {"exam", 0, "EXAM", "study cards of this exam alone: saa, dva or sap"},
    [OPTION_CARDS] = {"count", 0, "N", "how many questions a quiz has (10)"},
    [OPTION_ALL] = {"all", 0, NULL, "runs as well what would make the other choices right, and the other book of rules"},
    [OPTION_BATCH] = {"batch", 0, NULL, "asks nothing: runs every study card and judges it"},
    [OPTION_NO_PROGRESS] = {"no-progress", 0, NULL, "no progress on the terminal"},
    [OPTION_QUIET] = {"quiet", 'q', NULL, "errors only, and what --format asks for"},
    [OPTION_VERBOSE] = {"verbose", 'v', NULL, "says more"},
    [OPTION_VERSION] = {"version", 0, NULL, "prints the version"},
    [OPTION_HELP] = {"help", 'h', NULL, "prints this"},
};

/* getopt's codes of the long options: none of them a letter. */
#define CODE_BASE 256

static void wrong(struct diagnostics *diagnostics, const char *hint, const char *option, const char *text)
{
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--%s: %s", option, text);
}

static bool read_natural(const char *text, uint64_t maximum, uint64_t *value)
{
    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    *value = strtoull(text, NULL, 10);
    return errno == 0 && *value <= maximum;
}

/* A whole number from `minimum` to `maximum`. */
static uint64_t take_natural(enum option_id option, const char *text, uint64_t minimum, uint64_t maximum, struct diagnostics *diagnostics)
{
    uint64_t value = 0;
    if (read_natural(text, maximum, &value) && value >= minimum)
        return value;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, NULL, "--%s: \"%s\" is no whole number from %llu to %llu",
             table[option].name, text, (unsigned long long)minimum, (unsigned long long)maximum);
    return minimum;
}

/* The index of `text` in `words`, which ends with NULL. */
static int take_word(enum option_id option, const char *text, const char *const *words, struct diagnostics *diagnostics)
{
    size_t count = 0;
    for (; words[count]; count++)
        if (strcmp(text, words[count]) == 0)
            return (int)count;
    const char *near = suggest(text, words, count);
    char hint[64] = "";
    if (near)
        (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", near);
    char all[128] = "";
    for (size_t i = 0; i < count; i++) {
        (void)strcat(all, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        (void)strcat(all, words[i]);
    }
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--%s takes %s, not \"%s\"", table[option].name, all, text);
    return 0;
}

static uint64_t take_size(enum option_id option, const char *text, struct diagnostics *diagnostics)
{
    double bytes;
    if (units_parse_size(text, &bytes) && bytes >= 1 && bytes < 9e18)
        return (uint64_t)bytes;
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "with its unit, as in 512MB or 2GB", "--%s: \"%s\" is no size",
             table[option].name, text);
    return 0;
}

static void take_word_of_list(struct option_words *words, const char *text)
{
    words->list[words->count++] = text;
}

static void take_assignment(struct option_words *words, enum option_id option, const char *assignment, struct diagnostics *diagnostics)
{
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment) {
        char hint[64];
        (void)snprintf(hint, sizeof hint, "as in --%s %s", table[option].name,
                       option == OPTION_INPUT ? "users.poisson=5/s:20/s" : "Api.MemorySize=1024");
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--%s: \"%s\" is not of the form %s", table[option].name,
                 assignment, table[option].argument);
    }
    take_word_of_list(words, assignment);
}

/* "I/N" */
static void take_shard(struct options *options, const char *text, struct diagnostics *diagnostics)
{
    const char *slash = strchr(text, '/');
    char first[24] = "";
    uint64_t shard = 0, shards = 0;
    if (slash && slash - text < (ptrdiff_t)sizeof first)
        memcpy(first, text, (size_t)(slash - text));
    if (!slash || !read_natural(first, SHARDS_MAX, &shard) || !read_natural(slash + 1, SHARDS_MAX, &shards) || shard >= shards)
        wrong(diagnostics, "I from 0, as in --shard 0/4, 1/4, 2/4 and 3/4", "shard", "takes I/N, with I below N, and N at most 100000");
    options->shard = (size_t)shard;
    options->shards = (size_t)shards;
}

static void take(struct options *options, enum option_id option, const char *text, struct diagnostics *diagnostics)
{
    static const char *const formats[] = {"table", "csv", "json", "markdown", NULL};
    static const char *const series[] = {"first", "mean", NULL};
    static const char *const queues[] = {"ladder", "heap", NULL};
    static const char *const kinds[] = {"svg", "png", NULL};
    static const char *const references[] = {"models", "scenarios", NULL};
    options->given |= OPTION_BIT(option);
    switch (option) {
    case OPTION_OUTPUT:
        options->output = text;
        if (*text == '\0')
            wrong(diagnostics, "", "output", "an empty name is no folder");
        break;
    case OPTION_SEED:
        options->seed = text;
        (void)take_natural(option, text, 0, UINT64_MAX, diagnostics);
        break;
    case OPTION_SET:
        take_assignment(&options->sets, option, text, diagnostics);
        break;
    case OPTION_VARY:
        take_assignment(&options->varies, option, text, diagnostics);
        break;
    case OPTION_FIGURE:
        take_word_of_list(&options->figures, text);
        break;
    case OPTION_MIN_EFFECT:
        take_word_of_list(&options->min_effects, text);
        break;
    case OPTION_FAIL_IF:
        take_word_of_list(&options->fail_ifs, text);
        break;
    case OPTION_GOAL:
        take_word_of_list(&options->goals, text);
        break;
    case OPTION_AGAINST:
        take_word_of_list(&options->againsts, text);
        break;
    case OPTION_INPUT:
        take_assignment(&options->inputs_varied, option, text, diagnostics);
        break;
    case OPTION_INFRACOST:
        options->infracost = text;
        break;
    case OPTION_PLOTS:
        options->png = take_word(option, text, kinds, diagnostics) == 1;
        break;
    case OPTION_METHOD:
        options->method = text;
        break;
    case OPTION_POINTS:
        options->points = (size_t)take_natural(option, text, 1, POINTS_MAX, diagnostics);
        break;
    case OPTION_WHERE:
        take_word_of_list(&options->wheres, text);
        break;
    case OPTION_STREAMS:
        options->streams = text;
        break;
    case OPTION_METRICS:
        take_word_of_list(&options->metrics, text);
        break;
    case OPTION_SHARD:
        take_shard(options, text, diagnostics);
        break;
    case OPTION_MINIMIZE:
        options->minimize = text;
        break;
    case OPTION_MAX_REPLICATIONS:
        options->max_replications = (uint32_t)take_natural(option, text, 2, REPLICATIONS_MAX, diagnostics);
        break;
    case OPTION_UNTIL:
        options->until = text;
        break;
    case OPTION_REPLICATIONS:
        options->replications = (uint32_t)take_natural(option, text, 1, REPLICATIONS_MAX, diagnostics);
        break;
    case OPTION_THREADS:
        options->threads = (uint32_t)take_natural(option, text, 1, THREADS_MAX, diagnostics);
        break;
    case OPTION_FORMAT:
        options->format = (enum output_format)take_word(option, text, formats, diagnostics);
        break;
    case OPTION_TRACE:
        options->trace = text;
        break;
    case OPTION_TRACE_SAMPLE:
        options->trace_sample = text;
        break;
    case OPTION_TRACE_LIMIT:
        options->trace_limit = take_natural(option, text, 1, UINT64_MAX, diagnostics);
        break;
    case OPTION_TIMESERIES:
        options->mean = take_word(option, text, series, diagnostics) == 1;
        break;
    case OPTION_MAX_MEMORY:
        options->max_memory_bytes = take_size(option, text, diagnostics);
        break;
    case OPTION_MAX_EVENTS:
        options->max_events = take_natural(option, text, 1, UINT64_MAX, diagnostics);
        break;
    case OPTION_QUEUE:
        options->queue = (enum event_queue_kind)take_word(option, text, queues, diagnostics);
        break;
    case OPTION_BOOK:
        options->book = text;
        break;
    case OPTION_REFERENCE:
        options->reference = references[take_word(option, text, references, diagnostics)];
        break;
    case OPTION_CAUSE:
        options->cause = text;
        if (*text == '\0')
            wrong(diagnostics, "", "cause", "an empty text says nothing");
        break;
    case OPTION_ITEM:
        options->item = text;
        break;
    case OPTION_INPUTS:
        options->inputs = text;
        break;
    case OPTION_TOPIC:
        options->topic = text;
        break;
    case OPTION_EXAM:
        options->exam = (unsigned)take_word(option, text, card_exams, diagnostics);
        break;
    case OPTION_CARDS:
        options->count = (size_t)take_natural(option, text, 1, CARDS_MAX, diagnostics);
        break;
    case OPTION_TREE:
    case OPTION_RESTART:
    case OPTION_DRY_RUN:
    case OPTION_ALL:
    case OPTION_BATCH:
    case OPTION_DENSE:
    case OPTION_REPORT:
    case OPTION_NO_PROGRESS:
    case OPTION_QUIET:
    case OPTION_VERBOSE:
    case OPTION_VERSION:
    case OPTION_HELP:
    case OPTION_COUNT:
        break;
    }
}

static void unknown(const char *given, struct diagnostics *diagnostics)
{
    char hint[64] = "", name[64];
    if (given[0] == '-' && given[1] == '-') {
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(given + 2, "="), given + 2);
        const char *names[OPTION_COUNT];
        for (size_t i = 0; i < OPTION_COUNT; i++)
            names[i] = table[i].name;
        const char *near = suggest(name, names, OPTION_COUNT);
        if (near)
            (void)snprintf(hint, sizeof hint, "did you mean --%s?", near);
    }
    diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "unknown option %.*s", (int)strcspn(given, "="), given);
}

static enum option_id option_of(int code)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (code == (int)i + CODE_BASE || (table[i].letter && code == table[i].letter))
            return (enum option_id)i;
    return OPTION_COUNT;
}

/* The argument that the letter stands in, where it looks like a word ("-results") rather than like letters: told as a whole, and once. */
static const char *word_of_letter(int letter, int argc, char **argv)
{
    for (int i = optind - 1; i <= optind && i < argc; i++)
        if (i > 0 && argv[i][0] == '-' && argv[i][1] != '-' && strlen(argv[i]) > 3 && strchr(argv[i], letter))
            return argv[i];
    return NULL;
}

/* What getopt calls '?' and ':'. */
static void refused(int code, int argc, char **argv, struct diagnostics *diagnostics)
{
    enum option_id option = optopt ? option_of(optopt) : OPTION_COUNT;
    const char *given = optind > 0 && optind <= argc ? argv[optind - 1] : "";
    if (option == OPTION_COUNT && optopt) {
        char letter[3] = {'-', (char)optopt, '\0'};
        const char *word = word_of_letter(optopt, argc, argv);
        unknown(word ? word : letter, diagnostics);
    } else if (option == OPTION_COUNT) {
        unknown(given, diagnostics);
    } else if (code == ':') {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, table[option].help, "--%s needs %s", table[option].name,
                 table[option].argument);
    } else {
        wrong(diagnostics, "", table[option].name, "takes no value");
    }
}

/* The table in getopt's form. */
struct forms {
    char letters[2 * OPTION_COUNT + 2];
    struct option names[OPTION_COUNT + 1];
};

static void fill_forms(struct forms *forms)
{
    *forms = (struct forms){.letters = ":"}; /* the colon: getopt itself prints nothing */
    char *letter = forms->letters + 1;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        forms->names[i] = (struct option){
            .name = table[i].name, .has_arg = table[i].argument ? required_argument : no_argument, .val = (int)i + CODE_BASE};
        if (table[i].letter) {
            *letter++ = table[i].letter;
            if (table[i].argument)
                *letter++ = ':';
        }
    }
}

enum status options_parse(int argc, char **argv, struct options *options, struct diagnostics *diagnostics)
{
    *options = (struct options){0};
    struct option_words *const lists[] = {&options->sets,     &options->varies, &options->figures,  &options->min_effects,
                                          &options->fail_ifs, &options->goals,  &options->againsts, &options->inputs_varied,
                                          &options->wheres,   &options->metrics};
    const size_t list_count = sizeof lists / sizeof *lists, room = (size_t)argc + 1;
    options->words = calloc(list_count * room, sizeof *options->words);
    if (!options->words)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < list_count; i++)
        lists[i]->list = options->words + i * room;
    struct forms forms;
    fill_forms(&forms);
    optind = 0; /* getopt keeps its place in a global: begin anew */
    int code;
    while ((code = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1) {
        enum option_id option = option_of(code);
        if (option == OPTION_COUNT)
            refused(code, argc, argv, diagnostics);
        else
            take(options, option, optarg, diagnostics);
    }
    if (optind < argc)
        options->command = argv[optind++];
    options->arguments = argv + optind;
    options->argument_count = optind < argc ? (size_t)(argc - optind) : 0;
    return diagnostics->error_count ? STATUS_INVALID : STATUS_OK;
}

void options_fini(struct options *options)
{
    free(options->words);
    *options = (struct options){0};
}

enum status options_check(const struct options *options, uint64_t allowed, const char *command, struct diagnostics *diagnostics)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!option_given(options, (enum option_id)i) || (allowed & OPTION_BIT(i)))
            continue;
        char hint[64];
        (void)snprintf(hint, sizeof hint, "slsim %s --help lists its options", command);
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--%s is no option of slsim %s", table[i].name, command);
        status = STATUS_INVALID;
    }
    return status;
}

void options_print(uint64_t allowed, FILE *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!(allowed & OPTION_BIT(i)))
            continue;
        char names[64];
        (void)snprintf(names, sizeof names, "%c%c%s--%s%s%s", table[i].letter ? '-' : ' ', table[i].letter ? table[i].letter : ' ',
                       table[i].letter ? ", " : "  ", table[i].name, table[i].argument ? " " : "",
                       table[i].argument ? table[i].argument : "");
        (void)fprintf(out, "  %-24s  %s\n", names, table[i].help);
    }
}
