/* server_size.c: what an instance type has, and what it costs: by the rules and prices of its name; a larger one that they lack,
 * "m5.4xlarge", as its family's `large` goes, which is how AWS's list goes. Source: rules ec2_vcpu_*, ec2_memory_gib_*. */
#include "instance.h"
#include "server_state.h"

#include "engine/rule_book.h"
#include "scenario/validation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS "Instances of this type x time, by the second, at least a minute each; one on Spot by rule ec2_spot_price_share of its time."

#define CREDITS "Surplus credits that unlimited burstable instances spent and did not earn back, as vCPU-hours."
#define VOLUMES "GB of instances' volumes x time."

const struct line_item server_instance_items[] = {
    [ITEM_LEFT] = {"DataTransfer-Out-Bytes", "What users outside of AWS get from servers themselves (`response`)."},
    [ITEM_VOLUMES + VOLUME_GP2] = {"EBS:VolumeUsage.gp2", VOLUMES},
    [ITEM_VOLUMES + VOLUME_GP3] = {"EBS:VolumeUsage.gp3", VOLUMES},
    [ITEM_ADDRESSES] = {"PublicIPv4:InUseAddress", "Public addresses of instances x time."},
    {"BoxUsage:c5.large", HOURS},
    {"BoxUsage:c5.xlarge", HOURS},
    {"BoxUsage:c6i.large", HOURS},
    {"BoxUsage:c7g.large", HOURS},
    {"BoxUsage:c7g.xlarge", HOURS},
    {"BoxUsage:c7i.large", HOURS},
    {"BoxUsage:c7i.xlarge", HOURS},
    {"BoxUsage:m5.large", HOURS},
    {"BoxUsage:m6g.large", HOURS},
    {"BoxUsage:m6i.large", HOURS},
    {"BoxUsage:m6i.xlarge", HOURS},
    {"BoxUsage:m7g.large", HOURS},
    {"BoxUsage:m7g.medium", HOURS},
    {"BoxUsage:m7i.large", HOURS},
    {"BoxUsage:r5.large", HOURS},
    {"BoxUsage:r6i.large", HOURS},
    {"BoxUsage:r7g.large", HOURS},
    {"BoxUsage:r7i.large", HOURS},
    {"BoxUsage:t3.large", HOURS},
    {"BoxUsage:t3.medium", HOURS},
    {"BoxUsage:t3.micro", HOURS},
    {"BoxUsage:t3.small", HOURS},
    {"BoxUsage:t4g.large", HOURS},
    {"BoxUsage:t4g.medium", HOURS},
    {"BoxUsage:t4g.micro", HOURS},
    {"BoxUsage:t4g.small", HOURS},
    {"CPUCredits:t3", CREDITS},
    {"CPUCredits:t4g", CREDITS},
    {0},
};

static const struct line_item *item_of(const char *prefix, const char *type)
{
    char name[80];
    const struct line_item *item = server_instance_items;
    snprintf(name, sizeof name, "%s%.48s", prefix, type);
    while (item->usage_type && strcmp(item->usage_type, name) != 0)
        item++;
    return item->usage_type ? item : NULL;
}

void server_size_unknown(struct validation *validation, const char *place, const char *type)
{
    validation_error(
        validation, place,
        "known are those with a price: t3, t4g, c5, c6i, c7g, c7i, m5, m6g, m6i, m7g, m7i, r5, r6i, r7g, r7i, such as m5.large",
        "there is no instance type \"%s\" in the rules", type);
}

/* A baseline is a share of each vCPU, by the size. Source: rules ec2_burst_baseline_*. */
static void read_baseline(const struct rule_book *rules, const char *type, const char *dot, struct server_size *size)
{
    char name[80], family[16];
    snprintf(name, sizeof name, "ec2_burst_baseline_%.30s", dot + 1);
    snprintf(family, sizeof family, "%.*s", (int)(dot - type), type);
    const struct rule *baseline = *type == 't' ? rule_find(rules, name) : NULL;
    size->credits = item_of("CPUCredits:", family);
    if (baseline && size->credits)
        size->baseline_vcpus = baseline->number * size->vcpus;
}

static bool type_rules(const struct rule_book *rules, const char *type, double *vcpus, double *memory_gib)
{
    char name[80];
    snprintf(name, sizeof name, "ec2_vcpu_%.30s", type);
    const struct rule *cpu = rule_find(rules, name);
    snprintf(name, sizeof name, "ec2_memory_gib_%.30s", type);
    const struct rule *memory = rule_find(rules, name);
    if (!cpu || !memory)
        return false;
    *vcpus = cpu->number;
    *memory_gib = memory->number;
    return true;
}

/* How many times a `large` is "4xlarge"? 0: it is no such size. */
static double times_large(const char *size)
{
    char *end = NULL;
    long count = strtol(size, &end, 10);
    if (end == size)
        count = 1;
    return strcmp(end, "xlarge") == 0 && count >= 1 && count <= 64 ? 2.0 * (double)count : 0;
}

bool server_size_of(const struct rule_book *rules, const char *type, struct server_size *size)
{
    const char *dot = strchr(type, '.');
    char large[48];
    *size = (struct server_size){
        .item = item_of("BoxUsage:", type), .item_units = 1, .bytes_per_s = 1e6 / 8 * rule_number(rules, "server_network_mbps")};
    if (!dot || strlen(type) >= sizeof large - 8)
        return false;
    double times = 1;
    if (!type_rules(rules, type, &size->vcpus, &size->memory_gib)) {
        times = times_large(dot + 1);
        snprintf(large, sizeof large, "%.*s.large", (int)(dot - type), type);
        if (times <= 0 || !type_rules(rules, large, &size->vcpus, &size->memory_gib))
            return false;
        size->item = item_of("BoxUsage:", large);
        size->item_units = times;
    }
    size->vcpus *= times;
    size->memory_gib *= times;
    read_baseline(rules, type, dot, size);
    return size->vcpus > 0 && size->vcpus <= 1024 && size->memory_gib > 0;
}
