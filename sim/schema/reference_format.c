/* reference_format.c: the reference page of the scenario file, as Markdown. */
#include "document/scenario_keys.h"
#include "notation/distribution_parse.h"
#include "notation/property_parse.h"
#include "notation/step_parse.h"
#include "scenario/card.h"
#include "scenario/scenario.h"
#include "schema/fleet_text.h"
#include "schema/markdown.h"
#include "schema/schema.h"
#include "schema/sweep_text.h"

#include <stdio.h>
#include <string.h>

static const char introduction[] =
    "# The scenario file\n\n"
    "A scenario is a CloudFormation template plus what no template says: how the code behaves, and who calls it. `Resources` is\n"
    "CloudFormation's own block; everything else is lower `snake_case`. JSON, with `//` and `/* */` comments. An unknown key is an error "
    "that\n"
    "names the nearest known one; so is a key given twice. Files are named relative to the scenario's folder (`extends`: to the file that\n"
    "says it).\n\n";

static const char values[] =
    "## Values with units\n\n"
    "| | written |\n| --- | --- |\n"
    "| time | `\"250us\"`, `\"120ms\"`, `\"1.5s\"`, `\"10m\"`, `\"2h\"`, `\"7d\"` |\n"
    "| rate | `\"25/s\"`, `\"3000/min\"`, `\"1e6/day\"` |\n"
    "| size | `\"512MB\"`, `\"2KB\"`, `\"10GB\"`: powers of 1024 |\n"
    "| probability | `0.005` or `\"0.5%\"` |\n"
    "| count | `3` |\n\n"
    "A bare number in a CloudFormation property has CloudFormation's unit; where one of our own keys wants a time, a rate or a size it is\n"
    "an error.\n\n"
    "A resource is named by its logical id, by `{\"Ref\": \"X\"}`, by `{\"Fn::GetAtt\": [\"X\", \"Arn\"]}` or `\"X.Arn\"`, or by an "
    "`Fn::Sub` or\n"
    "`Fn::Join` that mentions it; `\"X:live\"` names a part of it.\n\n";

static const char distributions[] =
    "## Distributions\n\n"
    "Wherever something is drawn: a constant (`\"120ms\"`), or one of these. Any of them takes `\"plus\"` (added to what is drawn), "
    "`\"min\"`\n"
    "and `\"max\"`.\n\n"
    "| spelling | |\n| --- | --- |\n"
    "| `{\"constant\": \"120ms\"}` | |\n"
    "| `{\"exponential\": \"120ms\"}` | by its mean |\n"
    "| `{\"lognormal\": {\"mean\": \"40ms\", \"cv\": 0.5}}` | or `{\"median\", \"p99\"}`, or `{\"mu\", \"sigma\"}` of the logarithm of "
    "seconds |\n"
    "| `{\"gamma\": {\"mean\": \"40ms\", \"cv\": 0.5}}` | |\n"
    "| `{\"weibull\": {\"scale\": \"40ms\", \"shape\": 1.5}}` | |\n"
    "| `{\"pareto\": {\"min\": \"40ms\", \"shape\": 2.5}}` | |\n"
    "| `{\"normal\": {\"mean\": \"40ms\", \"sd\": \"10ms\"}}` | cut off at 0 |\n"
    "| `{\"uniform\": [\"10ms\", \"20ms\"]}` | |\n"
    "| `{\"quantiles\": {\"0\": \"10ms\", \"0.5\": \"20ms\", \"1\": \"1s\"}}` | linear between; an end that is left out is the nearest "
    "value given |\n"
    "| `{\"samples\": [\"10ms\", \"12ms\"]}` | all equally likely |\n"
    "| `{\"csv\": \"file.csv\", \"column\": \"duration_ms\"}` | a column as samples; `\"unit\"` where its name does not end in one |\n"
    "| `{\"mixture\": [{\"weight\": 0.9, \"of\": \"20ms\"}, ...]}` | |\n\n";

static const char processes[] =
    "### Arrival processes\n\n"
    "A source has exactly one.\n\n"
    "| spelling | |\n| --- | --- |\n"
    "| `\"constant\": \"10/s\"` | evenly, the first at `from` itself |\n"
    "| `\"poisson\": \"10/s\"` | |\n"
    "| `\"stages\": [{\"for\": \"5m\", \"to\": \"100/s\"}, ...]` | Poisson; the rate starts at 0, or at the first stage's `from`, and goes "
    "linearly to `to`; no `to`: it stays; `\"for\": \"0s\"`: a step |\n"
    "| `\"diurnal\": {\"mean\": \"20/s\", \"peak\": \"60/s\", \"peak_at\": \"14:00\"}` | a day's wave |\n"
    "| `\"mmpp\": {\"rates\": [\"5/s\", \"200/s\"], \"mean_stay\": [\"10m\", \"1m\"]}` | Poisson with a rate that jumps |\n"
    "| `\"bursts\": {\"size\": 1000, \"every\": \"1m\"}` | all at one instant |\n"
    "| `\"schedule\": \"rate(5 minutes)\"` | or `\"cron(0 12 * * ? *)\"` |\n"
    "| `\"users\": {\"count\": 200, \"think\": {\"exponential\": \"5s\"}}` | each waits for the answer, thinks, and asks again |\n"
    "| `\"trace\": {\"csv\": \"arrivals.csv\", \"column\": \"t_s\", \"duration_column\": \"ms\", \"duration_unit\": \"ms\"}` | a row an "
    "arrival; "
    "`unit` where the column's name does not end in one |\n"
    "| `\"per_minute\": {\"csv\": \"counts.csv\", \"placed\": \"uniform\"}` | counts a minute: in a row whose columns are named by numbers "
    "(`function` names the row by its `HashFunction`, where there are several), or down a `column`; placed `uniform`, `even` or at the "
    "`start`; `one_per_minute`: one for each minute that has any |\n\n";

static const char steps[] =
    "## Steps\n\n"
    "A list, done in order: `{\"cpu\": \"20ms\", \"parallel\": 0.5}`, `{\"wait\": \"5ms\"}`, `{\"probability\": 0.2, \"steps\": [ ... "
    "]}`,\n"
    "`{\"parallel\": [[ ... ], [ ... ]]}` (over when the slowest branch is), and steps that send something to another resource and wait "
    "for\n"
    "the answer: `call`, `invoke` and `send`. A step that fails fails the handler, unless it says `\"on_error\": \"continue\"`. What a "
    "handler\n"
    "sends is drawn by the item that it handles: the same in every variant of a scenario.\n\n";

static const char changes[] =
    "## `changes`\n\n"
    "A list of what happens while it runs; each entry says `at`, and changes one thing. With `for` it is undone after that time.\n\n"
    "- `{\"at\": \"10m\", \"set\": {\"Api.ReservedConcurrentExecutions\": 50}}`: properties get other values, by the paths of `--set`.\n"
    "- `{\"at\": \"20m\", \"for\": \"5m\", \"fault\": \"Orders\", \"kind\": \"down\"}`: something fails.\n"
    "- an operation of the provider's API, by its name, with the resource as its value.\n\n"
    "What can be set, and what can happen to a resource, stands with its type (models/README.md). A change comes before everything else "
    "of its\n"
    "instant.\n\n";

static const char expectations[] =
    "## `expect`\n\n"
    "`{\"resource\": \"Api\", \"metric\": \"Throttles\", \"stat\": \"Sum\", \"is\": \"== 0\", \"from\": \"10m\", \"until\": \"20m\"}`, or\n"
    "`{\"cost\": \"month\", \"is\": \"< $120\"}`. `resource` is a resource, a source, `account`, or a type (the sum over its resources). "
    "`stat`\n"
    "is by default `Sum` for counts and `Average` for the rest. `is` takes `== != < <= > >=`, `\"within 2% of 7.68\"` or\n"
    "`\"between 3 and 5\"`; times, sizes and percentages carry their unit, counts are bare. `from` and `until` lie on boundaries of "
    "`period`.\n\n"
    "`{\"refused\": \"must be at most 10240\", \"at\": \"Resources.F.Properties.MemorySize\"}` holds where the scenario is refused with an "
    "error\n"
    "that says this, of this path (without `at`: of any); `{\"warned\": ...}` where there is a warning. The command that verifies takes "
    "such a scenario;\n"
    "all others refuse it.\n";

static const char study[] =
    "\n## `study`: a study card\n\n"
    "A question that the scenario answers, for `slsim study`; no other command minds it. What is predicted is the scenario's `expect`. A "
    "card\n"
    "is whole when it has all of these keys but `answer`, `timeline` and `notes`, exactly one choice that is right, and for each other "
    "one\n"
    "either `set` with `expect`, or `why`. It must hold by both books of rules, unless `notes` says what differs. The cards are in\n"
    "`scenarios/study`, a file each; `topics.csv` beside them has the lessons in their order.\n\n";

static const char *default_of(const char *key)
{
    static const struct {
        const char *key, *text;
    } others[] = {{"rules", "`\"current\"`"},
                  {"prices", "`\"us-east-1\"`"},
                  {"seed", "`1`"},
                  {"series", "`\"all\"` up to 200 resources, else `\"total\"`"}};
    const struct property *property = property_find(scenario_properties(), key);
    if (property)
        return property->required ? "required" : property->fallback;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].key, key) == 0)
            return others[i].text;
    return NULL;
}

enum status reference_scenarios(const struct model_registry *registry, const struct rule_book *rules, FILE *out)
{
    fputs(introduction, out);
    fputs("## Top-level keys\n\n| key | | default |\n| --- | --- | --- |\n", out);
    for (const struct scenario_key *key = scenario_keys; key->name; key++) {
        const char *fallback = default_of(key->name);
        bool plain = fallback && strchr("`r", fallback[0]);
        fprintf(out, "| `%s` | ", key->name);
        markdown_cell(out, key->help);
        fprintf(out, " | %s%s%s |\n", fallback && !plain ? "`" : "", fallback ? fallback : "", fallback && !plain ? "`" : "");
    }
    fputs("\n", out);
    fputs(values, out);
    fputs(distributions, out);
    fputs("## `account`\n\n", out);
    markdown_properties(out, registry->account->properties, rules, NULL);
    fputs("## `traffic`: a list of sources\n\n", out);
    markdown_properties(out, registry->source->properties, rules, NULL);
    fputs(processes, out);
    fputs(steps, out);
    for (const struct step_spelling *spelling = step_spellings; spelling->key; spelling++) {
        fprintf(out, "### `%s`\n\n", spelling->key);
        markdown_properties(out, spelling->keys, rules, NULL);
    }
    fputs(changes, out);
    fputs("## `fleet`: many functions out of a trace\n\n", out);
    fputs(fleet_reference, out);
    fputs("\n", out);
    fputs(expectations, out);
    fputs(sweep_reference, out);
    fputs(study, out);
    markdown_properties(out, card_properties(), rules, NULL);
    return fflush(out) == 0 && !ferror(out) ? STATUS_OK : STATUS_IO;
}
