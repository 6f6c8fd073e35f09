/* layer_version.c: AWS::Lambda::LayerVersion and AWS::Serverless::LayerVersion: what functions share of their packages. It says how large
 * it is: it is unpacked with each function that names it. */
#include "engine/model.h"
#include "package_config.h"

static const struct property layer_properties[] = {
    ACCEPTED("CompatibleArchitectures"),
    ACCEPTED("CompatibleRuntimes"),
    ACCEPTED("Content"),
    ACCEPTED("ContentUri"),
    ACCEPTED("Description"),
    ACCEPTED("LayerName"),
    ACCEPTED("LicenseInfo"),
    ACCEPTED("RetentionPolicy"),
    {0},
};

static const struct property layer_behavior[] = {
    {"code_size", PROPERTY_SIZE, offsetof(struct layer_version, code_bytes), .minimum = "0", .fallback = "0",
     .help = "Unzipped: counts with the package of each function that has it, against the quota and for the time to start."},
    {0},
};

#define LAYER_TABLE(NAME)                                                                                                                  \
    {                                                                                                                                      \
        .type = NAME, .help = "A layer, which functions share.", .size = sizeof(struct layer_version), .properties = layer_properties,     \
        .behavior = layer_behavior,                                                                                                        \
    }

const struct model_type layer_version_type = LAYER_TABLE(LAYER_TYPE);
const struct model_type serverless_layer_type = LAYER_TABLE(SERVERLESS_LAYER_TYPE);
