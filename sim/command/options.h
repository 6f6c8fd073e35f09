/* options.h: the options of all commands: one table, one reader. */
#ifndef SLSIM_COMMAND_OPTIONS_H
#define SLSIM_COMMAND_OPTIONS_H

#include "document/diagnostics.h"
#include "engine/event_queue.h"
#include "engine/status.h"
#include "output/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_id {
    OPTION_OUTPUT,
    OPTION_SEED,
    OPTION_SET,
    OPTION_REPLICATIONS,
    OPTION_THREADS,
    OPTION_FORMAT,
    OPTION_TRACE,
    OPTION_TRACE_SAMPLE,
    OPTION_TRACE_LIMIT,
    OPTION_TIMESERIES,
    OPTION_DENSE,
    OPTION_MAX_MEMORY,
    OPTION_MAX_EVENTS,
    OPTION_QUEUE,
    OPTION_BOOK,
    OPTION_REFERENCE,
    OPTION_CAUSE,
    OPTION_ITEM,
    OPTION_TREE,
    OPTION_INPUTS,
    OPTION_VARY,
    OPTION_FIGURE,
    OPTION_MIN_EFFECT,
    OPTION_FAIL_IF,
    OPTION_GOAL,
    OPTION_UNTIL,
    OPTION_MINIMIZE,
    OPTION_MAX_REPLICATIONS,
    OPTION_AGAINST,
    OPTION_INPUT,
    OPTION_INFRACOST,
    OPTION_REPORT,
    OPTION_PLOTS,
    OPTION_METHOD,
    OPTION_POINTS,
    OPTION_WHERE,
    OPTION_STREAMS,
    OPTION_METRICS,
    OPTION_SHARD,
    OPTION_RESTART,
    OPTION_DRY_RUN,
    OPTION_TOPIC,
    OPTION_EXAM,
    OPTION_CARDS,
    OPTION_ALL,
    OPTION_BATCH,
    OPTION_NO_PROGRESS,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_VERSION,
    OPTION_HELP,
    OPTION_COUNT
};

#define OPTION_BIT(option) (UINT64_C(1) << (option))

/* What an option that may be repeated was given, in order. */
struct option_words {
    const char **list; /* the strings are argv's */
    size_t count;
};

/* What was given; strings are argv's. Zero where nothing was. */
struct options {
    uint64_t given; /* a bit an option */
    const char *output;
    const char *seed;
    const char **words; /* owned: room for the lists that follow */
    struct option_words sets, varies, figures, min_effects, fail_ifs, goals, againsts, inputs_varied, wheres, metrics;
    const char *until;
    const char *minimize;
    const char *infracost;
    bool png; /* --plots png */
    const char *method, *streams;
    size_t points;
    size_t shard, shards; /* --shard I/N; shards 0: not given */
    uint32_t max_replications;
    uint32_t replications;
    uint32_t threads;
    enum output_format format;
    const char *trace;
    const char *trace_sample;
    uint64_t trace_limit; /* 0: not given */
    bool mean;            /* --timeseries mean */
    uint64_t max_memory_bytes;
    uint64_t max_events;
    enum event_queue_kind queue;
    const char *book;
    const char *reference;
    const char *cause;
    const char *item;
    const char *inputs;
    const char *topic;
    unsigned exam;       /* --exam: the index in card_exams */
    size_t count;        /* --count; 0: not given */
    const char *command; /* the first argument that is no option; NULL: none */
    char *const *arguments;
    size_t argument_count; /* behind the command */
};

static inline bool option_given(const struct options *options, enum option_id option)
{
    return (options->given & OPTION_BIT(option)) != 0;
}

/* Reads all of argv, which is put in order: options and arguments may be mixed. Every mistake is diagnosed; then STATUS_INVALID. */
enum status options_parse(int argc, char **argv, struct options *options, struct diagnostics *diagnostics);
void options_fini(struct options *options);

/* Options outside `allowed`, diagnosed as not being the command's. */
enum status options_check(const struct options *options, uint64_t allowed, const char *command, struct diagnostics *diagnostics);

/* The list for a help page. */
void options_print(uint64_t allowed, FILE *out);

#endif
