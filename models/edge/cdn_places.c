/* cdn_places.c: which edge location serves a request, and in which area of the price list that is billed.
 * Sources: CloudFront developer guide, "Interpret your AWS bill and usage reports for CloudFront" (the areas), "Choose the price class for
 * a CloudFront distribution"; rules cloudfront_areas, cloudfront_price_class_100 and _200. */
#include "cdn_state.h"

#include "engine/rule_book.h"

#include <stdlib.h>
#include <string.h>

static const char *const area_names[AREAS] = {[AREA_US] = "US", [AREA_CA] = "CA", [AREA_EU] = "EU", [AREA_ZA] = "ZA", [AREA_ME] = "ME",
                                              [AREA_SA] = "SA", [AREA_JP] = "JP", [AREA_AU] = "AU", [AREA_AP] = "AP", [AREA_IN] = "IN"};

enum { ITEM_HTTP, ITEM_HTTPS, ITEM_PROXY_HTTP, ITEM_PROXY_HTTPS, ITEM_OUT, ITEM_ORIGIN, ITEM_SHIELD, ITEMS };

/* ITEMS of each area, in the order of both; then what has no place. */
const struct line_item cdn_line_items[] = {
    {"US-Requests-Tier1", "HTTP requests that read."},
    {"US-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"US-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"US-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"US-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"US-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"US-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"CA-Requests-Tier1", "HTTP requests that read."},
    {"CA-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"CA-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"CA-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"CA-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"CA-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"CA-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"EU-Requests-Tier1", "HTTP requests that read."},
    {"EU-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"EU-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"EU-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"EU-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"EU-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"EU-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"ZA-Requests-Tier1", "HTTP requests that read."},
    {"ZA-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"ZA-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"ZA-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"ZA-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"ZA-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"ZA-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"ME-Requests-Tier1", "HTTP requests that read."},
    {"ME-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"ME-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"ME-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"ME-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"ME-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"ME-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"SA-Requests-Tier1", "HTTP requests that read."},
    {"SA-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"SA-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"SA-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"SA-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"SA-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"SA-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"JP-Requests-Tier1", "HTTP requests that read."},
    {"JP-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"JP-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"JP-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"JP-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"JP-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"JP-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"AU-Requests-Tier1", "HTTP requests that read."},
    {"AU-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"AU-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"AU-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"AU-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"AU-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"AU-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"AP-Requests-Tier1", "HTTP requests that read."},
    {"AP-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"AP-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"AP-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"AP-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"AP-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"AP-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"IN-Requests-Tier1", "HTTP requests that read."},
    {"IN-Requests-Tier2-HTTPS", "HTTPS requests that read."},
    {"IN-Requests-HTTP-Proxy", "HTTP requests of other methods."},
    {"IN-Requests-HTTPS-Proxy", "HTTPS requests of other methods."},
    {"IN-DataTransfer-Out-Bytes", "Bytes to viewers."},
    {"IN-DataTransfer-Out-OBytes", "Bytes to origins, of what viewers post."},
    {"IN-Requests-OriginShield", "Requests that go through Origin Shield."},
    {"Invalidations", "Paths of invalidations."},
    {0},
};

static int area_named(const char *name, size_t length)
{
    int area = 0;
    while (area < AREAS && (strlen(area_names[area]) != length || strncmp(area_names[area], name, length) != 0))
        area++;
    return area;
}

/* A rule of the form "us=US eu=EU ...": what the longest beginning of the Region's name says; NULL: none does. */
static const char *said_of(const char *rule, const char *region, size_t *length)
{
    size_t longest = 0;
    const char *said = NULL;
    for (const char *at = rule; region && at && *at; at += strspn(at, " ")) {
        const size_t word = strcspn(at, " "), head = strcspn(at, "= ");
        if (head < word && head >= longest && strncmp(region, at, head) == 0) {
            longest = head;
            said = at + head + 1;
            *length = word - head - 1;
        }
        at += word;
    }
    return said;
}

int cdn_area_of(const struct rule_book *rules, const char *region)
{
    size_t length;
    const char *said = said_of(rule_text(rules, "cloudfront_areas"), region, &length);
    return said ? area_named(said, length) : AREAS;
}

/* Regions that stand for themselves, "us-east-1=us-east-1", have numbers in their order; the first is home. */
uint8_t cdn_place_of(const struct rule_book *rules, const char *region)
{
    const char *rule = rule_text(rules, "edge_regions");
    size_t length = 0;
    const char *said = said_of(rule, region, &length);
    uint8_t place = 0;
    for (const char *at = rule; said && *at && place + 1 < (int)EDGE_PLACES_MAX; at += strspn(at, " ")) {
        const size_t word = strcspn(at, " "), head = strcspn(at, "= ");
        const bool itself = word == 2 * head + 1 && strncmp(at, at + head + 1, head) == 0;
        if (itself && head == length && strncmp(at, said, length) == 0)
            return place;
        place = (uint8_t)(place + itself);
        at += word;
    }
    return 0;
}

void cdn_read_price_class(const struct rule_book *rules, int price_class, bool included[AREAS])
{
    const char *at = price_class == 0   ? rule_text(rules, "cloudfront_price_class_100")
                     : price_class == 1 ? rule_text(rules, "cloudfront_price_class_200")
                                        : NULL;
    for (int area = 0; area < AREAS; area++)
        included[area] = at == NULL;
    for (; at && *at; at += strspn(at, " ")) {
        const size_t word = strcspn(at, " ");
        const int area = area_named(at, word);
        if (area < AREAS)
            included[area] = true;
        at += word;
    }
}

/* Users there are served by edges there, where there are any; else by any that the price class has. */
static bool serves(const struct cdn *cdn, uint32_t edge, int user_area, bool near_only)
{
    const int area = cdn->caches[edge].area;
    return near_only ? area == user_area : area == AREAS || cdn->area_included[area];
}

static enum status make_choice(struct cdn *cdn, struct edge_choice *choice, int user_area)
{
    const struct edge_spec *specs = cdn->edges.items;
    const bool given = cdn->edges.count == cdn->edge_count;
    double sum = 0;
    choice->edges = calloc(cdn->edge_count, sizeof *choice->edges);
    choice->weights = calloc(cdn->edge_count, sizeof *choice->weights);
    if (!choice->edges || !choice->weights)
        return STATUS_NO_MEMORY;
    for (int near_only = user_area < AREAS && cdn->area_included[user_area]; near_only >= 0 && choice->count == 0; near_only--)
        for (uint32_t edge = 0; edge < cdn->edge_count; edge++)
            if (serves(cdn, edge, user_area, near_only)) {
                sum += given && cdn->edge_count > 1 ? specs[edge].weight : 1;
                choice->edges[choice->count] = edge;
                choice->weights[choice->count++] = sum;
            }
    for (uint32_t edge = 0; edge < cdn->edge_count && choice->count == 0; edge++) { /* the price class has none of them: all, then */
        choice->edges[edge] = edge;
        choice->weights[edge] = sum = edge + 1;
        choice->count += edge + 1 == cdn->edge_count ? cdn->edge_count : 0;
    }
    for (uint32_t i = 0; i < choice->count; i++)
        choice->weights[i] /= sum;
    return STATUS_OK;
}

enum status cdn_make_choices(struct cdn *cdn)
{
    enum status status = STATUS_OK;
    for (int area = 0; area <= AREAS && status == STATUS_OK; area++)
        status = make_choice(cdn, &cdn->choices[area], area);
    return status;
}

void cdn_forget_choices(struct cdn *cdn)
{
    for (int area = 0; area <= AREAS; area++) {
        free(cdn->choices[area].edges);
        free(cdn->choices[area].weights);
    }
}

uint32_t cdn_choose_edge(struct cdn *cdn, const struct request *request, int user_area, int *billed)
{
    const struct edge_choice *choice = &cdn->choices[user_area];
    uint32_t low = 0, high = choice->count - 1;
    if (high > 0) {
        stream_at(&cdn->edge_stream, request->item, 0); /* a user's tries come to the same edge */
        const double chance = stream_uniform(&cdn->edge_stream);
        while (low < high) {
            const uint32_t middle = (low + high) / 2;
            if (chance < choice->weights[middle])
                high = middle;
            else
                low = middle + 1;
        }
    }
    const uint32_t edge = choice->edges[low];
    *billed = cdn->caches[edge].area < AREAS ? cdn->caches[edge].area : user_area;
    if (*billed == AREAS || !cdn->area_included[*billed])
        *billed = AREA_US;
    return edge;
}

static bool is_used(const struct cdn_use *use)
{
    return use->http.whole + use->https.whole + use->proxy_http.whole + use->proxy_https.whole + use->out_bytes.whole +
               use->origin_bytes.whole + use->shield.whole >
           0;
}

/* An area that nobody comes from has no lines, but for the first. */
void cdn_bill(const struct cdn *cdn, struct bill *bill)
{
    for (size_t area = 0; area < AREAS; area++) {
        const struct cdn_use *use = &cdn->metrics.use[area];
        const struct line_item *items = cdn_line_items + area * ITEMS;
        if (area > 0 && !is_used(use))
            continue;
        if (use->http.whole > 0)
            bill_add(bill, &items[ITEM_HTTP], (double)use->http.whole);
        bill_add(bill, &items[ITEM_HTTPS], (double)use->https.whole);
        if (use->proxy_http.whole > 0)
            bill_add(bill, &items[ITEM_PROXY_HTTP], (double)use->proxy_http.whole);
        if (use->proxy_https.whole > 0)
            bill_add(bill, &items[ITEM_PROXY_HTTPS], (double)use->proxy_https.whole);
        bill_add(bill, &items[ITEM_OUT], (double)use->out_bytes.whole / BYTES_PER_GB);
        if (use->origin_bytes.whole > 0)
            bill_add(bill, &items[ITEM_ORIGIN], (double)use->origin_bytes.whole / BYTES_PER_GB);
        if (use->shield.whole > 0)
            bill_add(bill, &items[ITEM_SHIELD], (double)use->shield.whole);
    }
    if (cdn->metrics.paths.whole > 0)
        bill_add(bill, &cdn_line_items[(size_t)AREAS * ITEMS], (double)cdn->metrics.paths.whole);
}
