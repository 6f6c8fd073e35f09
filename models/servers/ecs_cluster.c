/* ecs_cluster.c: AWS::ECS::Cluster: a name for services; on Fargate nothing runs on it. */
#include "engine/model.h"
#include "notation/property.h"

struct ecs_cluster {
    uint32_t self;
};

static const struct property cluster_properties[] = {
    ACCEPTED("CapacityProviders"),
    ACCEPTED("ClusterName"),
    ACCEPTED("ClusterSettings"),
    ACCEPTED("Configuration"),
    ACCEPTED("DefaultCapacityProviderStrategy"),
    ACCEPTED("ServiceConnectDefaults"),
    ACCEPTED("Tags"),
    {0},
};

const struct model_type ecs_cluster_type = {
    .type = "AWS::ECS::Cluster",
    .help = "A name that services stand under.",
    .size = sizeof(struct ecs_cluster),
    .self_offset = offsetof(struct ecs_cluster, self),
    .properties = cluster_properties,
};
