/* schema.c: the JSON Schema of the whole file: what is fixed as text, the rest from the tables. */
#include "schema/schema.h"

#include "document/scenario_keys.h"
#include "notation/distribution_parse.h"
#include "notation/property_parse.h"
#include "notation/step_parse.h"
#include "scenario/card.h"
#include "scenario/scenario.h"
#include "schema/fleet_text.h"
#include "schema/json_write.h"
#include "schema/sweep_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER "[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?"

/* Values with units, and what refers to resources. In these texts ' stands for ". */
static const char values[] =
    "'time':{'type':'string','pattern':'^ *" NUMBER " *(ns|us|\u00b5s|\u03bcs|ms|s|m|min|h|d|w) *$','description':'A time: 120ms, 1.5s, "
    "10m, 2h, 7d.'},"
    "'size':{'type':'string','pattern':'^ *" NUMBER " *(B|[kKMGT]B|[kmgt]b|[KMGT]iB) *$','description':'A size, in powers of 1024: 2KB, "
    "512MB, 10GB.'},"
    "'rate':{'type':'string','pattern':'^ *" NUMBER " *(/|per ) *(ms|s|sec|second|m|min|minute|h|hour|d|day) *$','description':'A rate: "
    "25/s, 3000/min, 1e6/day.'},"
    "'probability':{'anyOf':[{'type':'number','minimum':0,'maximum':1},{'type':'string','pattern':'^ *" NUMBER " *%? *$'}],"
    "'description':'A probability: 0.005 or 0.5%.'},"
    "'count':{'type':['number','string'],'minimum':0,'pattern':'^ *" NUMBER " *$'},"
    "'intrinsic':{'type':'object','minProperties':1,'maxProperties':1,'patternProperties':{'^(Ref|Fn::[A-Za-z]+)$':true},"
    "'additionalProperties':false},"
    "'text':{'anyOf':[{'type':['string','number']},{'$ref':'#/$defs/intrinsic'}]},"
    "'reference':{'anyOf':[{'type':'string'},{'$ref':'#/$defs/intrinsic'}],'description':'A resource: its logical id, Ref, Fn::GetAtt, "
    "Fn::Sub or Fn::Join.'},"
    "'key':{'anyOf':[{'type':['string','number']},{'type':'object','minProperties':1,'maxProperties':1,'additionalProperties':false,"
    "'properties':{'uniform':{'$ref':'#/$defs/key_count'},'zipf':{'type':'object','additionalProperties':false,'properties':{'count':"
    "{'$ref':'#/$defs/key_count'},'exponent':{'type':['number','string'],'minimum':0,'maximum':100}},'required':['count','exponent']}}}],"
    "'description':'A partition key or message group: {uniform: 100}, {zipf: {count: 1000, exponent: 1.1}} or a constant.'},"
    "'key_count':{'type':['integer','string'],'minimum':1,'maximum':1000000000,'pattern':'^[0-9]+$'},"
    "'object_key':{'anyOf':[{'type':'string','minLength':1},{'$ref':'#/$defs/weighted_text'}],'description':'The name of an object, or "
    "weighted names.'},"
    "'operation':{'anyOf':[{'type':'string','pattern':'^[A-Za-z0-9]{1,64}$'},{'$ref':'#/$defs/weighted_text'}],'description':'An action "
    "of the target, such as PutObject, or weighted ones.'},"
    "'request':{'anyOf':[{'type':'string','pattern':'^[A-Z]{1,16} /[^ {}]*$'},{'$ref':'#/$defs/weighted_text'}],'description':'A method "
    "and "
    "a path, or weighted ones.'},"
    "'weighted_text':{'type':'array','minItems':1,'items':{'type':'object','additionalProperties':false,'properties':{'weight':{'type':"
    "['number','string']},'of':{'type':['string','null']}},'required':['weight','of']}},"
    "'consistent':{'anyOf':[{'type':'boolean'},{'type':'array','minItems':1,'items':{'type':'object','additionalProperties':false,"
    "'properties':{'weight':{'type':['number','string']},'of':{'type':['boolean','null']}},'required':['weight','of']}}],'description':"
    "'Whether a read is strongly consistent, or weighted.'},"
    "'expires_after':{'anyOf':[{'$ref':'#/$defs/time'},{'type':'array','minItems':1,'items':{'type':'object','additionalProperties':false,"
    "'properties':{'weight':{'type':['number','string']},'of':{'anyOf':[{'$ref':'#/$defs/time'},{'type':'null'}]}},'required':['weight',"
    "'of']}}],'description':'A time, or weighted ones.'},"
    "'pattern':{'type':['object','string'],'description':'An event pattern: fields with lists of what they may be, or a text that spells "
    "such an object.'},"
    "'workflow':{'type':['object','string'],'description':'A state machine in the States Language: StartAt and States; or a text that "
    "spells one.'},"
    "'lifetime':{'anyOf':[{'const':'forever'},{'type':'object','properties':{'halving':{'$ref':'#/$defs/time'}},'required':['halving'],"
    "'additionalProperties':false},{'$ref':'#/$defs/time_distribution'}]},";

/* One unit's distributions; @ stands for a value of that unit, # (in the name) is written apart. */
static const char distribution[] =
    "{'anyOf':[{'$ref':'#/$defs/@'},{'type':'object','additionalProperties':false,'properties':{"
    "'constant':{'$ref':'#/$defs/@'},'exponential':{'$ref':'#/$defs/@','description':'By its mean.'},"
    "'lognormal':{'type':'object','additionalProperties':false,'properties':{'mean':{'$ref':'#/$defs/@'},'cv':{'type':'number',"
    "'exclusiveMinimum':0},'median':{'$ref':'#/$defs/@'},'p99':{'$ref':'#/$defs/@'},'mu':{'type':'number'},'sigma':{'type':'number',"
    "'exclusiveMinimum':0}},'oneOf':[{'required':['mean','cv']},{'required':['median','p99']},{'required':['mu','sigma']}]},"
    "'gamma':{'type':'object','additionalProperties':false,'properties':{'mean':{'$ref':'#/$defs/@'},'cv':{'type':'number',"
    "'exclusiveMinimum':0}},'required':['mean','cv']},"
    "'weibull':{'type':'object','additionalProperties':false,'properties':{'scale':{'$ref':'#/$defs/@'},'shape':{'type':'number',"
    "'exclusiveMinimum':0}},'required':['scale','shape']},"
    "'pareto':{'type':'object','additionalProperties':false,'properties':{'min':{'$ref':'#/$defs/@'},'shape':{'type':'number',"
    "'exclusiveMinimum':0}},'required':['min','shape']},"
    "'normal':{'type':'object','additionalProperties':false,'properties':{'mean':{'$ref':'#/$defs/@'},'sd':{'$ref':'#/$defs/@'}},"
    "'required':['mean','sd']},"
    "'uniform':{'type':'array','items':{'$ref':'#/$defs/@'},'minItems':2,'maxItems':2},"
    "'quantiles':{'type':'object','minProperties':1,'additionalProperties':{'$ref':'#/$defs/@'}},"
    "'samples':{'type':'array','minItems':1,'items':{'$ref':'#/$defs/@'}},"
    "'csv':{'type':'string'},'column':{'type':'string'},'unit':{'type':'string'},"
    "'mixture':{'type':'array','minItems':1,'items':{'type':'object','additionalProperties':false,'properties':{'weight':{'type':'number',"
    "'minimum':0},'of':{'$ref':'#/$defs/@_distribution'}},'required':['weight','of']}},"
    "'plus':{'$ref':'#/$defs/@'},'min':{'$ref':'#/$defs/@'},'max':{'$ref':'#/$defs/@'}},'oneOf':[";

static const char arrivals[] =
    "'arrival_constant':{'$ref':'#/$defs/rate'},'arrival_poisson':{'$ref':'#/$defs/rate'},"
    "'arrival_stages':{'type':'array','minItems':1,'items':{'type':'object','additionalProperties':false,'properties':{'for':{'$ref':'#/"
    "$defs/time'},'to':{'$ref':'#/$defs/rate'},'from':{'$ref':'#/$defs/rate'}},'required':['for']}},"
    "'arrival_diurnal':{'type':'object','additionalProperties':false,'properties':{'mean':{'$ref':'#/$defs/rate'},'peak':{'$ref':'#/$defs/"
    "rate'},'peak_at':{'type':'string','pattern':'^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$'}},'required':['mean','peak','peak_at']},"
    "'arrival_mmpp':{'type':'object','additionalProperties':false,'properties':{'rates':{'type':'array','minItems':2,'items':{'$ref':'#/"
    "$defs/rate'}},'mean_stay':{'type':'array','minItems':2,'items':{'$ref':'#/$defs/time'}}},'required':['rates','mean_stay']},"
    "'arrival_bursts':{'type':'object','additionalProperties':false,'properties':{'size':{'type':'integer','minimum':1},'every':{'$ref':'#/"
    "$defs/time'}},'required':['size','every']},"
    "'arrival_schedule':{'type':'string','pattern':'^(rate|cron)[(].*[)]$'},"
    "'arrival_scheduler':{'type':'string','pattern':'^(rate|cron|at)[(].*[)]$'},"
    "'arrival_users':{'type':'object','additionalProperties':false,'properties':{'count':{'type':'integer','minimum':1},'think':{'$ref':'#/"
    "$defs/time_distribution'}},'required':['count','think']},"
    "'arrival_trace':{'type':'object','additionalProperties':false,'properties':{'csv':{'type':'string'},'column':{'type':'string'},'unit':"
    "{"
    "'type':'string'},'duration_column':{'type':'string'},'duration_unit':{'type':'string'}},'required':['csv']},"
    "'arrival_per_minute':{'type':'object','additionalProperties':false,'properties':{'csv':{'type':'string'},'column':{'type':'string'},"
    "'function':{'type':'string'},'placed':{'enum':['uniform','even','start']},'one_per_minute':{'type':'boolean'}},'required':['csv']},";

static const char expectation[] =
    "{'type':'array','items':{'anyOf':[{'type':'object','additionalProperties':false,'properties':{'refused':{'type':'string','minLength':"
    "1},"
    "'at':{'type':'string'}},'required':['refused']},{'type':'object','additionalProperties':false,'properties':{'warned':{'type':'string',"
    "'minLength':1},'at':{'type':'string'}},'required':['warned']},"
    "{'type':'object','additionalProperties':false,'properties':{'resource':{'type':'string'},'metric':{'type':"
    "'string'},'stat':{'type':'string'},'cost':{'enum':['month']},'is':{'type':'string'},'from':{'$ref':'#/$defs/time'},'until':{'$ref':'#/"
    "$defs/time'}},'required':['is'],'oneOf':[{'required':['resource','metric']},{'required':['cost']}]}]}}";

/* Top-level keys that are neither plain nor made from a model's table. */
static const struct {
    const char *name, *schema;
} fixed_keys[] = {
    {"$schema", "{'type':'string'}"},
    {"extends", "{'type':'string'}"},
    {"template", "{'type':'string'}"},
    {"prices", "{'type':['string','object']}"},
    {"series", "{'anyOf':[{'enum':['all','total']},{'type':'array','items':{'type':'string'}}]}"},
    {"seed",
     "{'anyOf':[{'type':'integer','minimum':0,'maximum':9007199254740992},{'type':'string','pattern':'^[0-9]{1,20}$'}],'default':1}"},
    {"allow_invalid", "{'type':'array','items':{'type':'string'}}"},
    {"parameters", "{'type':'object'}"},
    {"changes", "{'type':'array','items':{'$ref':'#/$defs/change'}}"},
    {"sweep", sweep_schema},
    {"statements", "{'type':'array','items':{'type':'integer','minimum':1,'maximum':117},'uniqueItems':true}"},
    {"expect", expectation},
    {"traffic", "{'type':'array','items':{'$ref':'#/$defs/traffic'}}"},
    {"account", "{'$ref':'#/$defs/account'}"},
};

/* A step that calls has the keys of its own table. */
static void write_steps(FILE *out, const struct rule_book *rules)
{
    json_write_template(out,
                        "'steps':{'type':'array','items':{'anyOf':[{'type':'object','properties':{'cpu':{'$ref':'#/$defs/"
                        "time_distribution'},'wait':{'$ref':'#/$defs/time_distribution'},'probability':{'$ref':'#/$defs/probability'},"
                        "'steps':{'$ref':'#/$defs/steps'},'parallel':{'anyOf':[{'$ref':'#/$defs/probability'},{'type':'array',"
                        "'minItems':1,'items':{'$ref':'#/$defs/steps'}}]}},'additionalProperties':false}",
                        "");
    for (const struct step_spelling *spelling = step_spellings; spelling->key; spelling++) {
        fputs(",", out);
        json_write_table(out, spelling->keys, rules);
    }
    fputs("]}},", out);
}

/* One action as an entry of `changes`. */
static void write_action(FILE *out, const struct action *action, const struct rule_book *rules)
{
    struct property_walk walk;
    json_write_template(out, ",{'type':'object','additionalProperties':false,'description':", "");
    json_write_string(out, action->help ? action->help : "");
    json_write_template(out, ",'properties':{'at':{'$ref':'#/$defs/time'},'@':{'$ref':'#/$defs/reference'}", action->verb);
    if (action->end)
        json_write_template(out, ",'for':{'$ref':'#/$defs/time'}", "");
    if (action->kind)
        json_write_template(out, ",'kind':{'const':'@'}", action->kind);
    for (const struct property *row = property_first(&walk, action->properties); row; row = property_next(&walk)) {
        fputs(",", out);
        json_write_string(out, row->name);
        fputs(":", out);
        json_write_property(out, row, rules);
    }
    json_write_template(out, "},'required':['at','@'", action->verb);
    fputs(action->kind ? ",\"kind\"" : "", out);
    for (const struct property *row = property_first(&walk, action->properties); row; row = property_next(&walk))
        if (row->required)
            fprintf(out, ",\"%s\"", row->name);
    fputs("]}", out);
}

static void write_changes(FILE *out, const struct model_registry *registry, const struct rule_book *rules)
{
    json_write_template(out,
                        "'change':{'anyOf':[{'type':'object','additionalProperties':false,'properties':{'at':{'$ref':'#/$defs/time'},"
                        "'for':{'$ref':'#/$defs/time'},'set':{'type':'object'}},'required':['at','set']}",
                        "");
    for (const struct model_type *const *model = registry->resources; model && *model; model++)
        for (const struct action *action = (*model)->actions; action && action->verb; action++)
            write_action(out, action, rules);
    fputs("]},", out);
}

static void write_distributions(FILE *out)
{
    static const char *const units[] = {"time", "size", "count"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        fprintf(out, "\"%s_distribution\":", units[i]);
        json_write_template(out, distribution, units[i]);
        for (size_t kind = 0; distribution_name(kind); kind++)
            fprintf(out, "%s{\"required\":[\"%s\"]}", kind == 0 ? "" : ",", distribution_name(kind));
        fputs("]}]},", out);
    }
}

/* Each resource type's Properties, and its behavior. */
static void write_models(FILE *out, const struct model_registry *registry, const struct rule_book *rules)
{
    for (const struct model_type *const *model = registry->resources; model && *model; model++) {
        json_write_string(out, (*model)->type);
        fputc(':', out);
        json_write_table(out, (*model)->properties, rules);
        fputs(",", out);
    }
    fputs("\"account\":", out);
    json_write_table(out, registry->account->properties, rules);
    fputs(",\"traffic\":", out);
    json_write_table(out, registry->source->properties, rules);
}

static void write_resources(FILE *out, const struct model_registry *registry)
{
    const char *glue = "";
    json_write_template(
        out,
        "{'type':'object','propertyNames':{'pattern':'^[A-Za-z0-9]{1,255}$'},'additionalProperties':{'type':['object','null'],"
        "'properties':{'Type':{'type':'string'},'Properties':{'type':'object'}},'allOf':[",
        "");
    for (const struct model_type *const *model = registry->resources; model && *model; model++, glue = ",") {
        fputs(glue, out);
        json_write_template(out,
                            "{'if':{'properties':{'Type':{'const':'@'}},'required':['Type']},'then':{'properties':{'Properties':{'$ref':"
                            "'#/$defs/@'}}}}",
                            (*model)->type);
    }
    fputs("]}}", out);
}

/* The id alone does not tell the type, so any type's keys will do. Types that share a table are one. */
static void write_behavior(FILE *out, const struct model_registry *registry, const struct rule_book *rules)
{
    fputs("{\"type\":\"object\",\"additionalProperties\":{\"anyOf\":[{\"type\":\"null\"}", out);
    for (const struct model_type *const *model = registry->resources; model && *model; model++) {
        const struct model_type *const *before = registry->resources;
        while (before < model && (*before)->behavior != (*model)->behavior)
            before++;
        if (!(*model)->behavior || before < model)
            continue;
        fputs(",", out);
        json_write_table(out, (*model)->behavior, rules);
    }
    fputs("]}}", out);
}

static void write_rules(FILE *out, const struct rule_book *rules)
{
    fputs("{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"base\":{\"type\":"
          "\"string\"}",
          out);
    for (size_t i = 0; rules && i < rules->count; i++) {
        const struct rule *rule = &rules->rules[i];
        fputs(",", out);
        json_write_string(out, rule->name);
        fputs(":{\"description\":", out);
        json_write_string(out, rule->note && rule->note[0] ? rule->note : rule->unit ? rule->unit : "");
        if (!isnan(rule->number))
            fprintf(out, ",\"default\":%.15g", rule->number);
        fputs("}", out);
    }
    fputs("}}]}", out);
}

/* One key of the top level: its schema with scenario_keys' help beside it. */
static void write_key(FILE *out, const struct scenario_key *key, const struct model_registry *registry, const struct rule_book *rules)
{
    const struct property *plain = property_find(scenario_properties(), key->name);
    json_write_string(out, key->name);
    fputs(":{\"description\":", out);
    json_write_string(out, key->help);
    fputs(",\"if\":" JSON_NOT_NULL ",\"then\":", out);
    if (strcmp(key->name, "Resources") == 0) {
        write_resources(out, registry);
    } else if (strcmp(key->name, "behavior") == 0) {
        write_behavior(out, registry, rules);
    } else if (strcmp(key->name, "rules") == 0) {
        write_rules(out, rules);
    } else if (strcmp(key->name, "study") == 0) {
        json_write_table(out, card_properties(), rules);
    } else if (strcmp(key->name, "fleet") == 0) {
        json_write_template(out, fleet_schema, "");
    } else if (plain) {
        json_write_property(out, plain, rules);
    } else {
        for (size_t i = 0; i < sizeof fixed_keys / sizeof *fixed_keys; i++)
            if (strcmp(fixed_keys[i].name, key->name) == 0)
                json_write_template(out, fixed_keys[i].schema, "");
    }
    fputs("}", out);
}

cJSON *schema_new(const struct model_registry *registry, const struct rule_book *rules)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    json_write_template(out,
                        "{'$schema':'https://json-schema.org/draft/2020-12/schema','title':'A scenario','type':'object',"
                        "'additionalProperties':false,'properties':{",
                        "");
    for (const struct scenario_key *key = scenario_keys; key->name; key++) {
        fputs(key == scenario_keys ? "" : ",", out);
        write_key(out, key, registry, rules);
    }
    /* What extends another file may leave out what that one says. */
    json_write_template(out, "},'if':{'not':{'required':['extends']}},'then':{'required':['duration']},'$defs':{", "");
    json_write_template(out, values, "");
    json_write_template(out, arrivals, "");
    write_steps(out, rules);
    write_changes(out, registry, rules);
    write_distributions(out);
    write_models(out, registry, rules);
    fputs("}}", out);
    cJSON *schema = fclose(out) == 0 ? cJSON_Parse(text) : NULL;
    free(text);
    return schema;
}
