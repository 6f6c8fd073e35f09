/* fleet_text.c: what the schema and the reference say of `fleet`. */
#include "schema/fleet_text.h"

const char fleet_schema[] = "{'type':'object','additionalProperties':false,'properties':{"
                            "'azure':{'type':'object','additionalProperties':false,'properties':{"
                            "'invocations':{'type':'string'},'durations':{'type':'string'},'memory':{'type':'string'}}},"
                            "'placed':{'enum':['uniform','even','start']},'one_per_minute':{'type':'boolean'},"
                            "'Properties':{'type':'object'},'behavior':{'type':'object'}}}";

const char fleet_reference[] =
    "```json\n"
    "\"fleet\": {\"azure\": {\"invocations\": \"invocations.csv\", \"durations\": \"durations.csv\", \"memory\": \"memory.csv\"},\n"
    "          \"placed\": \"uniform\", \"one_per_minute\": false, \"Properties\": {\"Timeout\": 900}, \"behavior\": {\"init\": "
    "\"300ms\"}}\n"
    "```\n\n"
    "makes one function and one source for each row of the trace in `azure` (the files of AzurePublicDataset's functions of 2019). "
    "Columns\n"
    "are found by their names, rows are joined by\n"
    "`HashFunction`. In file order the functions are `F1`, `F2`, ... and their sources `F1-calls`, `F2-calls`, ... (a logical id has no "
    "`-`,\n"
    "so these clash with no resource).\n\n"
    "- Calls: the columns that are named by numbers, one a minute, from the simulation's zero; `placed` and `one_per_minute` as in\n"
    "  `per_minute`.\n"
    "- Durations: quantiles by the columns `percentile_Average_0` to `percentile_Average_100`, in ms, linear between. Left out, and not\n"
    "  needed, where `behavior` gives `duration`, `cpu`, `wait`, `transfer` or `steps`.\n"
    "- Memory: `AverageAllocatedMb`, rounded up to the next multiple of 64 MB, never less than a function can have. Left out where\n"
    "  `Properties` gives `MemorySize`.\n"
    "- `Properties` and `behavior` hold for all; `Timeout` is by default the longest there is. The scenario's own `behavior` block may "
    "name\n"
    "  single functions (`\"F3\": {...}`) and is laid over the fleet's.\n";
