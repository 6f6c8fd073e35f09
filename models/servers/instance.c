/* instance.c: what instances are made of, and what they cost: rules ec2_*; Amazon EC2 User Guide, "Instance lifecycle": nothing while an
 * instance is pending, then by the second, at least a minute. */
#include "instance.h"

#include "engine/rule_book.h"
#include "launch_template.h"
#include "scenario/validation.h"
#include "server_kind.h"

#include <stdio.h>

#define AT(field) offsetof(struct servers, field)

const struct property instance_accepted_properties[] = {
    ACCEPTED("BlockDeviceMappings"),
    ACCEPTED("DisableApiTermination"),
    ACCEPTED("EbsOptimized"),
    ACCEPTED("IamInstanceProfile"),
    ACCEPTED("ImageId"),
    ACCEPTED("InstanceInitiatedShutdownBehavior"),
    ACCEPTED("KeyName"),
    ACCEPTED("MetadataOptions"),
    ACCEPTED("Monitoring"),
    ACCEPTED("NetworkInterfaces"),
    ACCEPTED("SecurityGroupIds"),
    ACCEPTED("SecurityGroups"),
    ACCEPTED("UserData"),
    {0},
};

const struct property instance_template_properties[] = {
    {"LaunchTemplateId", PROPERTY_REFERENCE, AT(launch_template), .help = "The AWS::EC2::LaunchTemplate."},
    {"LaunchTemplateName", PROPERTY_REFERENCE, AT(launch_template), .help = "The same by its logical id."},
    ACCEPTED("Version"),
    {0},
};

static const char *const credit_modes[] = {"unlimited", "standard", NULL};

const struct property instance_credit_properties[] = {
    {"CPUCredits", PROPERTY_ENUM, AT(credit_mode), .choices = credit_modes, .fallback = "\"unlimited\"",
     .help = "unlimited: it bursts as long as it likes, and what is beyond its baseline is billed."},
    {0},
};

/* What the template adds. */
static void read_template(struct validation *validation, struct servers *servers)
{
    if (servers->launch_template == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, servers->launch_template), LAUNCH_TEMPLATE_TYPE)) {
        validation_error(validation, "LaunchTemplate", NULL, "%s is no launch template",
                         validation_name(validation, servers->launch_template));
        return;
    }
    const struct launch_template *template = validation_config(validation, servers->launch_template);
    if (!servers->instance_type)
        servers->instance_type = template->instance_type;
    servers->credit_mode = template->credit_mode;
    if (template->market_given && template->market == 0 && !servers->is_mixed) {
        servers->is_mixed = true;
        servers->on_demand_base = servers->on_demand_percent = 0;
    }
}

void instance_resolve(struct validation *validation, struct servers *servers)
{
    const struct rule_book *rules = validation_rules(validation);
    read_template(validation, servers);
    if (servers->overrides.count > 0) { /* which win, and are complained of each */
        const struct server_override *first = servers->overrides.items;
        servers->instance_type = first->type ? first->type : "";
        server_size_of(rules, servers->instance_type, &servers->size);
    } else if (!servers->instance_type) {
        if (servers->launch_template == ENTITY_NONE ||
            model_is(validation_type(validation, servers->launch_template), LAUNCH_TEMPLATE_TYPE))
            validation_error(validation, NULL, "write \"InstanceType\": \"m5.large\"", "says not of which type instances are");
        servers->instance_type = "";
    } else if (!server_size_of(rules, servers->instance_type, &servers->size)) {
        server_size_unknown(validation, validation_written(validation, "InstanceType") ? "InstanceType" : NULL, servers->instance_type);
    }
    if (servers->credit_mode == 1)
        validation_warning(validation, "CreditSpecification", "as unlimited it bursts as long as it likes, for a price",
                           "is not simulated: a standard one that has used up its credits would slow down to its baseline");
    if (servers->size.vcpus <= 0) /* which has been complained of */
        servers->size = (struct server_size){.vcpus = 1, .memory_gib = 1, .bytes_per_s = 1};
    server_kinds_resolve(validation, servers);
    if (!servers->behavior.boot)
        servers->behavior.boot = rule_find(rules, "ec2_boot")->distribution;
    servers->pending_free_ns = rule_ns(rules, "ec2_pending_s");
    servers->billing_least = "ec2_billing_least_s";
}

static void add_hours(const struct simulation *simulation, const struct servers *servers, const struct server_size *size, struct bill *bill,
                      struct server_hours hours)
{
    double spot_share = servers->is_mixed ? rule_number(simulation->settings->rules, "ec2_spot_price_share") : 0;
    if (size->item)
        bill_add(bill, size->item, (hours.on_demand + hours.spot * spot_share) * size->item_units);
}

void instance_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct servers *servers = self;
    const struct servers_metrics *metrics = &servers->metrics;
    if (servers->kind_count <= 1)
        add_hours(simulation, servers, &servers->size, bill,
                  servers_hours(&metrics->billed, &metrics->extra_ns, &metrics->billed_spot, &metrics->extra_spot_ns));
    for (uint32_t i = 0; servers->kind_count > 1 && i < servers->kind_count; i++) {
        const struct kind_figures *kind = server_kind_figures(simulation, servers, i);
        add_hours(simulation, servers, &servers->kinds[i].size, bill,
                  servers_hours(&kind->billed, &kind->extra_ns, &kind->billed_spot, &kind->extra_spot_ns));
    }
    servers_bill_left(servers, &server_instance_items[0], bill);
    if (servers->size.baseline_vcpus > 0) {
        double unit_hours = CPU_UNITS * (double)NS_PER_HOUR;
        double used = (double)metrics->cpu_busy.whole.integral / unit_hours, there = (double)metrics->cpu_room.whole.integral / unit_hours;
        double beyond = used - there / servers->size.vcpus * servers->size.baseline_vcpus;
        bill_add(bill, servers->size.credits, beyond > 0 ? beyond : 0);
    }
}
