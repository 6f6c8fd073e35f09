/* instance.c: what instances are made of, and what they cost: rules ec2_*; Amazon EC2 User Guide, "Instance lifecycle": nothing while an
 * instance is pending, then by the second, at least a minute. */
#include "instance.h"

#include "engine/rule_book.h"
#include "launch_template.h"
#include "scenario/validation.h"
#include "server_credits.h"
#include "server_kind.h"

#include <stdio.h>

#define AT(field) offsetof(struct servers, field)

const struct property instance_accepted_properties[] = {
    ACCEPTED("DisableApiTermination"),
    ACCEPTED("EbsOptimized"),
    ACCEPTED("IamInstanceProfile"),
    ACCEPTED("ImageId"),
    ACCEPTED("InstanceInitiatedShutdownBehavior"),
    ACCEPTED("KeyName"),
    ACCEPTED("MetadataOptions"),
    ACCEPTED("Monitoring"),
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

const struct property instance_interface_properties[] = {
    {"AssociatePublicIpAddress", PROPERTY_BOOLEAN, offsetof(struct server_interface, is_public),
     .help = "It has a public IPv4 address, which is paid for by the hour."},
    ACCEPTED(PROPERTY_ANY_KEY),
    {0},
};

static const char *const volume_types[] = {"gp2", "gp3", "io1", "io2", "sc1", "st1", "standard", NULL};
_Static_assert(sizeof volume_types / sizeof *volume_types == VOLUME_TYPES + 1, "as they are counted");

static const struct property ebs_properties[] = {
    {"VolumeSize", PROPERTY_INTEGER, offsetof(struct server_volume, size_gb), .minimum = "1", .maximum = "ebs_size_max_gb",
     .fallback = "ec2_root_volume_gb", .help = "GiB."},
    {"VolumeType", PROPERTY_ENUM, offsetof(struct server_volume, type), .choices = volume_types, .fallback = "\"gp3\"",
     .help = "gp2 and gp3 are billed, for what they hold."},
    ACCEPTED("DeleteOnTermination"),
    ACCEPTED("Encrypted"),
    ACCEPTED("Iops"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("SnapshotId"),
    ACCEPTED("Throughput"),
    {0},
};

const struct property instance_volume_properties[] = {
    {"Ebs", PROPERTY_OBJECT, 0, .properties = ebs_properties, .help = "The volume."},
    ACCEPTED("DeviceName"),
    ACCEPTED("NoDevice"),
    ACCEPTED("VirtualName"),
    {0},
};

static void check_volumes(struct validation *validation, const struct servers *servers)
{
    const struct server_volume *list = servers->volumes.items;
    for (size_t i = 0; i < servers->volumes.count; i++)
        if (list[i].type > VOLUME_GP3)
            validation_warning(validation, validation_written(validation, "BlockDeviceMappings") ? "BlockDeviceMappings" : NULL,
                               "gp2 and gp3 are", "%s is not on the bill", volume_types[list[i].type]);
}

static const char *const credit_modes[] = {"unlimited", "standard", NULL};

const struct property instance_credit_properties[] = {
    {"CPUCredits", PROPERTY_ENUM, AT(credit_mode), .choices = credit_modes, .fallback = "\"unlimited\"",
     .given = PROPERTY_GIVEN(struct servers, credit_given),
     .help =
         "unlimited: it bursts as long as it likes, and what its credits do not pay for is billed; standard: without credits it has its "
         "baseline."},
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
    if (!servers->credit_given)
        servers->credit_mode = template->credit_mode;
    if (servers->volumes.count == 0)
        servers->volumes = template->volumes;
    if (servers->interfaces.count == 0)
        servers->interfaces = template->interfaces;
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
    if (servers->credit_mode == CREDITS_STANDARD && servers->size.vcpus > 0 && servers->size.baseline_vcpus <= 0)
        validation_warning(validation, validation_written(validation, "CreditSpecification") ? "CreditSpecification" : NULL,
                           "t3 and t4g are", "has no effect: %s is not burstable", servers->instance_type);
    check_volumes(validation, servers);
    if (servers->size.vcpus <= 0) /* which has been complained of */
        servers->size = (struct server_size){.vcpus = 1, .memory_gib = 1, .bytes_per_s = 1};
    server_kinds_resolve(validation, servers);
    if (!servers->behavior.boot)
        servers->behavior.boot = rule_find(rules, "ec2_boot")->distribution;
    servers->pending_free_ns = rule_ns(rules, "ec2_pending_s");
    servers->billing_least = "ec2_billing_least_s";
}

static void add_hours(const struct simulation *simulation, const struct servers *servers, const struct server_size *size, struct bill *bill,
                      struct server_hours hours, const struct gauge *surplus)
{
    double spot_share = servers->is_mixed ? rule_number(simulation->settings->rules, "ec2_spot_price_share") : 0;
    if (size->item)
        bill_add(bill, size->item, hours.on_demand * size->item_units);
    if (size->item && servers->is_mixed)
        bill_add_never_planned(bill, size->item, hours.spot * spot_share * size->item_units);
    if (size->credits)
        bill_add(bill, size->credits, credits_surplus_hours(surplus));
}

/* Volumes and addresses of all instances that there are. Sources: Amazon EBS pricing: by the second, what was asked for; Amazon VPC
 * pricing: every public IPv4 address, since February 2024. */
static void add_volumes(const struct simulation *simulation, const struct servers *servers, struct bill *bill)
{
    const struct rule_book *rules = simulation->settings->rules;
    const struct server_volume *volumes = servers->volumes.items;
    const struct server_interface *interfaces = servers->interfaces.items;
    double month_ns = (double)rule_ns(rules, "billing_month_h"), there_ns = (double)servers->metrics.total.whole.integral;
    double gb[VOLUME_TYPES] = {0};
    int64_t addresses = 0;
    for (size_t i = 0; i < servers->volumes.count; i++)
        gb[volumes[i].type] += (double)volumes[i].size_gb;
    if (servers->volumes.count == 0)
        gb[VOLUME_GP3] = rule_number(rules, "ec2_root_volume_gb");
    for (int type = 0; type <= VOLUME_GP3; type++)
        if (gb[type] > 0)
            bill_add(bill, &server_instance_items[ITEM_VOLUMES + type], gb[type] * there_ns / month_ns);
    for (size_t i = 0; i < servers->interfaces.count; i++)
        addresses += interfaces[i].is_public;
    if (addresses > 0)
        bill_add(bill, &server_instance_items[ITEM_ADDRESSES], (double)addresses * there_ns / (double)NS_PER_HOUR);
}

void instance_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct servers *servers = self;
    const struct servers_metrics *metrics = &servers->metrics;
    if (servers->kind_count <= 1)
        add_hours(simulation, servers, &servers->size, bill,
                  servers_hours(&metrics->billed, &metrics->extra_ns, &metrics->billed_spot, &metrics->extra_spot_ns), &metrics->surplus);
    for (uint32_t i = 0; servers->kind_count > 1 && i < servers->kind_count; i++) {
        const struct kind_figures *kind = server_kind_figures(simulation, servers, i);
        add_hours(simulation, servers, &servers->kinds[i].size, bill,
                  servers_hours(&kind->billed, &kind->extra_ns, &kind->billed_spot, &kind->extra_spot_ns), &kind->surplus);
    }
    servers_bill_left(servers, &server_instance_items[0], bill);
    add_volumes(simulation, servers, bill);
}
