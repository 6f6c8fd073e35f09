/* launch_template.c: AWS::EC2::LaunchTemplate: what instances are made of. */
#include "launch_template.h"

#include "instance.h"

#include "engine/model.h"
#include "notation/property.h"

#define AT(field) offsetof(struct launch_template, field)

static const char *const markets[] = {"spot", "capacity-block", NULL};

static const struct property market_properties[] = {
    {"MarketType", PROPERTY_ENUM, AT(market), .choices = markets, .given = PROPERTY_GIVEN(struct launch_template, market_given),
     .help = "spot: taken back at times, for less."},
    ACCEPTED("SpotOptions"),
    {0},
};

static const char *const credit_modes[] = {"unlimited", "standard", NULL};

static const struct property credit_properties[] = {
    {"CpuCredits", PROPERTY_ENUM, AT(credit_mode), .choices = credit_modes, .fallback = "\"unlimited\"", .help = "As of an instance."},
    {0},
};

static const struct property data_properties[] = {
    {"InstanceType", PROPERTY_STRING, AT(instance_type), .help = "\"m5.large\": vCPUs, memory, price."},
    {"InstanceMarketOptions", PROPERTY_OBJECT, 0, .properties = market_properties, .help = "Spot."},
    {"CreditSpecification", PROPERTY_OBJECT, 0, .properties = credit_properties, .help = "Of burstable types."},
    PROPERTY_LATER_ROW("InstanceRequirements", "instance types by what they have"),
    {.kind = PROPERTY_TABLE, .properties = instance_accepted_properties},
    INSTANCE_PART_ROWS(AT(interfaces), AT(volumes)),
    ACCEPTED("CpuOptions"),
    ACCEPTED("Placement"),
    ACCEPTED("TagSpecifications"),
    {0},
};

static const struct property template_properties[] = {
    {"LaunchTemplateData", PROPERTY_OBJECT, 0, .properties = data_properties, .required = true, .help = "What an instance has."},
    ACCEPTED("LaunchTemplateName"),
    ACCEPTED("TagSpecifications"),
    ACCEPTED("VersionDescription"),
    {0},
};

const struct model_type launch_template_type = {
    .type = LAUNCH_TEMPLATE_TYPE,
    .help = "What instances are made of: instances and Auto Scaling groups name it.",
    .size = sizeof(struct launch_template),
    .properties = template_properties,
    .self_offset = offsetof(struct launch_template, self),
};
