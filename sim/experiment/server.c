/* server.c: servers by their price. */
#include "experiment/server.h"

#include "document/units.h"
#include "experiment/cost.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 64u

struct reading {
    const char *text;
    const struct server_offer *offers;
    const struct price_book *prices;
    struct diagnostics *diagnostics;
};

static const struct server_offer *find_offer(const char *text, const struct server_offer *offers)
{
    size_t length = strcspn(text, ":");
    for (const struct server_offer *offer = offers; text[length] == ':' && offer && offer->name; offer++)
        if (strlen(offer->name) == length && strncmp(offer->name, text, length) == 0)
            return offer;
    return NULL;
}

bool server_is_meant(const char *text, const struct server_offer *offers)
{
    return *text == '$' || find_offer(text, offers) || (strchr(text, ':') && !strchr(text, '/') && strcspn(text, ":") < strcspn(text, "="));
}

static bool complain(const struct reading *reading, const char *what, const char *word)
{
    char hint[256] = "one of";
    for (const struct server_offer *offer = reading->offers; offer && offer->name; offer++)
        (void)snprintf(hint + strlen(hint), sizeof hint - strlen(hint), " %s,", offer->example);
    (void)snprintf(hint + strlen(hint), sizeof hint - strlen(hint), " '$36.04', each with ,capacity=40/s");
    diagnose(reading->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "--against \"%.100s\": %s%s%.60s%s", reading->text, what,
             *word ? " \"" : "", word, *word ? "\"" : "");
    return false;
}

static bool add_price(const struct reading *reading, const char *usage_type, double units, double *hour_usd)
{
    const struct price *price = price_find(reading->prices, usage_type);
    if (!price)
        return complain(reading, "the price book has no", usage_type);
    *hour_usd += units * price->tiers[0].usd;
    return true;
}

/* "2vCPU" */
static bool add_part(const struct reading *reading, const struct server_offer *offer, const char *word, double *hour_usd)
{
    char *unit;
    errno = 0;
    double units = strtod(word, &unit);
    for (const struct server_part *part = offer->parts; part->word; part++)
        if (unit != word && errno == 0 && units > 0 && isfinite(units) && strcmp(unit, part->word) == 0)
            return add_price(reading, part->usage_type, units, hour_usd);
    return complain(reading, "cannot read", word);
}

static bool add_word(const struct reading *reading, const struct server_offer *offer, const char *word, double *hour_usd,
                     double *plan_share, struct server *server)
{
    char usage_type[2 * WORD_SIZE];
    if (strncmp(word, "capacity=", 9) == 0) {
        if (units_parse_rate(word + 9, &server->capacity_per_s) && server->capacity_per_s > 0)
            return true;
        return complain(reading, "a capacity is a rate, as in capacity=40/s, not", word + 9);
    }
    if (offer && offer->plan && strncmp(word, "plan=", 5) == 0) {
        (void)snprintf(usage_type, sizeof usage_type, "%s%s", offer->plan, word + 5);
        return add_price(reading, usage_type, 1, plan_share);
    }
    if (!offer) {
        double usd;
        if (!units_parse_money(word, &usd) || usd < 0)
            return complain(reading, "cannot read", word);
        *hour_usd += usd / COST_HOURS_PER_MONTH;
        return true;
    }
    if (!offer->prefix)
        return add_part(reading, offer, word, hour_usd);
    (void)snprintf(usage_type, sizeof usage_type, "%s%s", offer->prefix, word);
    return add_price(reading, usage_type, 1, hour_usd);
}

bool server_parse(const char *text, const struct server_offer *offers, const struct price_book *prices, struct diagnostics *diagnostics,
                  struct server *server)
{
    const struct reading reading = {text, offers, prices, diagnostics};
    const struct server_offer *offer = find_offer(text, offers);
    double hour_usd = 0, plan_share = 0;
    *server = (struct server){.capacity_per_s = INFINITY};
    if (!offer && *text != '$')
        return complain(&reading, "there is no such kind of server", "");
    for (const char *at = offer ? text + strlen(offer->name) + 1 : text;; at++) {
        char word[WORD_SIZE];
        size_t length = strcspn(at, ",");
        if (length == 0 || length >= sizeof word)
            return complain(&reading, "a word is empty or too long", "");
        memcpy(word, at, length);
        word[length] = '\0';
        if (!add_word(&reading, offer, word, &hour_usd, &plan_share, server))
            return false;
        at += length;
        if (!*at)
            break;
    }
    if (plan_share > 0)
        hour_usd *= plan_share;
    server->month_usd = hour_usd * COST_HOURS_PER_MONTH;
    return server->month_usd > 0 || complain(&reading, "it costs nothing", "");
}

double server_count(const struct server *server, double requests_per_s)
{
    double count = ceil(requests_per_s / server->capacity_per_s - 1e-9);
    return count > 1 ? count : 1;
}
