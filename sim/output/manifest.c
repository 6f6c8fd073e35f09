/* manifest.c: what a result came from. */
#include "output/manifest.h"

#include "output/json_print.h"
#include "output/number_text.h"
#include "output/rule_text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#ifndef SLSIM_VERSION
#error "SLSIM_VERSION is the build's to give"
#endif

const char *program_version(void)
{
    return SLSIM_VERSION;
}

bool manifest_is_ours(const char *beginning, size_t length)
{
    static const char marker[] = "{\"program\":\"slsim\",";
    size_t matched = 0;
    for (size_t i = 0; i < length && marker[matched]; i++) {
        if (isspace((unsigned char)beginning[i]))
            continue;
        if (beginning[i] != marker[matched++])
            return false;
    }
    return marker[matched] == '\0';
}

cJSON *natural_json(uint64_t value)
{
    if (value <= UINT64_C(1) << 53)
        return cJSON_CreateNumber((double)value);
    char text[NUMBER_TEXT_SIZE];
    (void)natural_text(value, text);
    return cJSON_CreateString(text);
}

static void add_inputs(cJSON *manifest, const struct scenario *scenario, bool *failed)
{
    cJSON *inputs = json_add_array(manifest, "inputs", failed);
    for (size_t i = 0; i < scenario->input_count && !*failed; i++) {
        cJSON *input = json_add_object(inputs, NULL, failed);
        json_add_string(input, "path", scenario->inputs[i].path, failed);
        json_add_string(input, "sha256", scenario->inputs[i].sha256, failed);
    }
}

static void add_rules(cJSON *manifest, const struct rule_book *book, bool *failed)
{
    cJSON *rules = json_add_object(manifest, "rules", failed);
    json_add_string(rules, "book", book->name, failed);
    cJSON *values = json_add_object(rules, "values", failed);
    for (size_t i = 0; i < book->count && !*failed; i++)
        json_add(values, book->rules[i].name, rule_value_json(&book->rules[i]), failed);
}

static void add_price(cJSON *values, const struct price *price, bool *failed)
{
    cJSON *entry = json_add_object(values, price->usage_type, failed);
    json_add_string(entry, "service", price->service, failed);
    json_add_string(entry, "unit", price->unit, failed);
    cJSON *tiers = json_add_array(entry, "tiers", failed);
    for (size_t i = 0; i < price->tier_count && !*failed; i++) {
        cJSON *tier = json_add_object(tiers, NULL, failed);
        if (isfinite(price->tiers[i].up_to))
            json_add_number(tier, "up_to", price->tiers[i].up_to, failed);
        json_add_number(tier, "usd", price->tiers[i].usd, failed);
    }
    if (price->free_per_month > 0)
        json_add_number(entry, "free_per_month", price->free_per_month, failed);
}

static void add_prices(cJSON *manifest, const struct price_book *book, bool *failed)
{
    cJSON *prices = json_add_object(manifest, "prices", failed);
    json_add_string(prices, "book", book->name, failed);
    cJSON *values = json_add_object(prices, "values", failed);
    for (size_t i = 0; i < book->count && !*failed; i++)
        add_price(values, &book->prices[i], failed);
}

void manifest_add_scenario(cJSON *manifest, const struct scenario *scenario, bool *failed)
{
    add_inputs(manifest, scenario, failed);
    add_rules(manifest, scenario->rules, failed);
    add_prices(manifest, scenario->prices, failed);
    /* Borrowed: the scenario's tree is printed where it stands. */
    json_add(manifest, "scenario", scenario->resolved ? cJSON_CreateObjectReference(scenario->resolved->child) : cJSON_CreateNull(),
             failed);
}

static void add_result(cJSON *manifest, const struct run_result *result, bool *failed)
{
    const struct scenario *scenario = result->scenario;
    bool complete = result->status == STATUS_OK;
    json_add_string(manifest, "name", scenario->name, failed);
    json_add(manifest, "complete", cJSON_CreateBool(complete), failed);
    json_add(manifest, "seed", natural_json(scenario->settings.seed), failed);
    json_add_number(manifest, "replications", result->planned, failed);
    /* A single one that ended early is kept as far as it came. */
    if (!complete)
        json_add_number(manifest, "replications_complete", result->planned > 1 ? result->replications : 0, failed);
    manifest_add_scenario(manifest, scenario, failed);
}

cJSON *manifest_begin(bool *failed)
{
    cJSON *manifest = cJSON_CreateObject();
    json_add_string(manifest, "program", "slsim", failed);
    json_add_string(manifest, "version", program_version(), failed);
    return manifest;
}

static enum status end(FILE *out, cJSON *manifest, bool failed)
{
    if (!failed)
        json_print(out, manifest);
    cJSON_Delete(manifest);
    return failed ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status manifest_write(FILE *out, const struct run_result *result)
{
    bool failed = false;
    cJSON *manifest = manifest_begin(&failed);
    add_result(manifest, result, &failed);
    return end(out, manifest, failed);
}

enum status manifest_write_pair(FILE *out, const struct run_result *a, const struct run_result *b)
{
    bool failed = false;
    cJSON *manifest = manifest_begin(&failed);
    json_add_string(manifest, "command", "compare", &failed);
    json_add(manifest, "complete", cJSON_CreateBool(a->status == STATUS_OK && b->status == STATUS_OK), &failed);
    add_result(json_add_object(manifest, "a", &failed), a, &failed);
    add_result(json_add_object(manifest, "b", &failed), b, &failed);
    return end(out, manifest, failed);
}
