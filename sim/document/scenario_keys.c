/* scenario_keys.c: the keys of the top level. Who reads each one is its own affair; here they are named and explained. */
#include "document/scenario_keys.h"

#include <stddef.h>

const struct scenario_key scenario_keys[SCENARIO_KEY_COUNT + 1] = {
    {"$schema", "The JSON Schema of this file, for editors."},
    {"name", "1 to 64 of letters, digits, `.`, `_`, `-`: the result folder's name. Default: the file's base name."},
    {"description", "What the scenario shows."},
    {"extends", "Another scenario (path relative to this file) that this one is merged over: objects merge key by key, null deletes, "
                "everything else replaces."},
    {"template", "A CloudFormation or SAM template, JSON or YAML, whose `Resources` are merged under this file's."},
    {"rules", "The book of behaviour: \"current\" or \"course\", or an object with \"base\" and single rules."},
    {"prices", "A price book's name or file, or an object with \"base\" and single prices."},
    {"free_tier", "Subtract the monthly free tier."},
    {"savings_plan",
     "A commitment by the hour for lower prices: `term` as the price book has it (\"1y\", \"3y\"), `commitment` in USD an hour at those "
     "prices, as in \"$0.05\"; left out: as much as is used. What exceeds it costs what it costs; each hour is taken to use "
     "what hours do on average."},
    {"duration", "Simulated time over which traffic is generated."},
    {"drain", "Further time in which what is in flight may finish."},
    {"warmup", "Time from the start that no statistic counts."},
    {"period", "The bucket of the time series: [k x period, (k+1) x period)."},
    {"series", "Which entities get time series: \"all\", \"total\" (the account and each type), or a list of names."},
    {"seed", "64-bit unsigned; above 2^53 as a string."},
    {"replications", "Independent repetitions; figures then carry 95 % confidence intervals."},
    {"start", "Wall-clock time of the simulation's zero, ISO 8601 UTC: for cron and time stamps only."},
    {"account", "The account's quotas."},
    {"allow_invalid", "Names of refusals that this scenario wants to run in spite of."},
    {"parameters", "Values for the template's parameters."},
    {"Resources", "CloudFormation's own block: logical id, `Type`, `Properties`."},
    {"behavior", "How the code behaves, by logical id."},
    {"traffic", "A list of sources: who calls what, and when."},
    {"fleet", "Many functions out of a trace: one function and one source for each of its rows."},
    {"changes", "What happens while it runs."},
    {"expect", "What must hold: judged by the command that verifies."},
    {"sweep", "Many runs of one scenario."},
    {"statements", "The numbers of the course notes' statements that the scenario shows: the table at the end of this page."},
    {"study", "A study card's question and answer."},
    {NULL, NULL},
};
