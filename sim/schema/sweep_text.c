/* sweep_text.c: what the schema and the reference page say of `sweep`. */
#include "schema/sweep_text.h"

const char sweep_schema[] =
    "{'type':'object','additionalProperties':false,'properties':{'over':{'type':'object','additionalProperties':{'anyOf':[{'type':'array',"
    "'minItems':1},{'type':['number','string','boolean']},{'type':'object','additionalProperties':false,'properties':{'from':{'type':["
    "'number','string']},'to':{'type':['number','string']},'step':{'type':['number','string']},'points':{'type':'integer','minimum':1,"
    "'maximum':1000000},'scale':{'enum':['linear','log']}},'required':['from','to']}]}},'method':{'enum':['grid','zip','list','random',"
    "'latin_hypercube','sobol']},'points':{'type':'integer','minimum':1,'maximum':1000000},'cases':{'type':'array','minItems':1,'items':{"
    "'type':'object','additionalProperties':false,'properties':{'name':{'type':'string','minLength':1},'set':{'type':'object'}},'required':"
    "['name','set']}},'where':{'anyOf':[{'type':'string'},{'type':'array','items':{'type':'string'}}]},'streams':{'enum':['common',"
    "'independent'],'default':'common'},'metrics':{'anyOf':[{'type':'string'},{'type':'array','items':{'type':'string'}}]}}}";

const char sweep_reference[] =
    "\n## `sweep`: many runs of one scenario\n\n"
    "`{\"over\": {\"Api.MemorySize\": [128, 512, 1769], \"users.poisson\": {\"from\": \"1/s\", \"to\": \"100/s\", \"scale\": \"log\", "
    "\"points\": 9}}}`:\n"
    "what `slsim sweep` varies, by the paths of `--set`. Values are a list, or a range: `from`, `to`, and `step`, or so many `points` of "
    "equal\n"
    "distance (`\"scale\": \"log\"`: of equal ratio). Without both a range goes in its property's steps, else in ones.\n\n"
    "| key | | default |\n| --- | --- | --- |\n"
    "| `over` | path: values | |\n"
    "| `method` | `grid`: each value with each of the others, the last going fastest; `zip`: the first values together, then the second, "
    "...; `list`: `cases`; `random`, `latin_hypercube`, `sobol`: `points` drawn from ranges and lists | `grid`; `list` with `cases` |\n"
    "| `points` | how many are drawn | |\n"
    "| `cases` | `[{\"name\": \"small\", \"set\": {\"Api.MemorySize\": 128}}, ...]`, instead of `over` | |\n"
    "| `where` | only points for which it holds: `\"Q.MaximumConcurrency <= 2 * Api.ReservedConcurrentExecutions\"`; several in a list | "
    "|\n"
    "| `streams` | `common`: the same chance at every point, so that what differs is the setting's doing; `independent`: each point has "
    "its "
    "own | `common` |\n"
    "| `metrics` | what is kept: `[\"Api.Duration.p99\", \"cost.month\"]`, or `\"all\"` | the sources' headline figures, the metrics of "
    "`expect`, the bill |\n\n"
    "Each point runs `replications` times. The base itself, without the sweep, has to be valid.\n";
