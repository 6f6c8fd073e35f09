/* dax_cluster.c: AWS::DAX::Cluster and AWS::DAX::ParameterGroup: what can be said of them, what is measured and billed. How a cluster
 * works stands in dax_run.c. */
#include "dax_state.h"

#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <string.h>

/* In the order of the line items. */
const char *const dax_node_types[] = {"dax.t3.small",
                                      "dax.t3.medium",
                                      "dax.r5.large",
                                      "dax.r5.xlarge",
                                      "dax.r5.2xlarge",
                                      "dax.r5.4xlarge",
                                      "dax.r5.8xlarge",
                                      "dax.r5.12xlarge",
                                      "dax.r5.16xlarge",
                                      "dax.r5.24xlarge",
                                      NULL};

static const struct line_item dax_line_items[] = {
    {"NodeUsage:dax.t3.small", "Nodes x time; so each type."},
    {"NodeUsage:dax.t3.medium", ""},
    {"NodeUsage:dax.r5.large", ""},
    {"NodeUsage:dax.r5.xlarge", ""},
    {"NodeUsage:dax.r5.2xlarge", ""},
    {"NodeUsage:dax.r5.4xlarge", ""},
    {"NodeUsage:dax.r5.8xlarge", ""},
    {"NodeUsage:dax.r5.12xlarge", ""},
    {"NodeUsage:dax.r5.16xlarge", ""},
    {"NodeUsage:dax.r5.24xlarge", ""},
    {0},
};

#define AT(field) offsetof(struct dax_parameters, field)

static const struct property value_properties[] = {
    {"record-ttl-millis", PROPERTY_TIME, AT(item_ns), .minimum = "0", .fallback = "dax_ttl_s", .unit = "ms",
     .help = "How long an item is kept; 0: until it has to make room."},
    {"query-ttl-millis", PROPERTY_TIME, AT(query_ns), .minimum = "0", .fallback = "dax_ttl_s", .unit = "ms",
     .help = "The same of answers to Query and Scan."},
    {0},
};

static const struct property parameter_properties[] = {
    {"ParameterNameValues", PROPERTY_OBJECT, 0, .properties = value_properties, .help = "How long what is cached lives."},
    ACCEPTED("Description"),
    ACCEPTED("ParameterGroupName"),
    {0},
};

const struct model_type dax_parameters_type = {
    .type = DAX_PARAMETERS_TYPE,
    .help = "How long the clusters that name it keep what they have cached.",
    .size = sizeof(struct dax_parameters),
    .properties = parameter_properties,
};

#undef AT
#define AT(field) offsetof(struct dax_cluster, field)

static const struct property cluster_properties[] = {
    {"NodeType", PROPERTY_ENUM, AT(node_type), .choices = dax_node_types, .required = true,
     .help = "How much a node can cache and serve, and what it costs."},
    {"ReplicationFactor", PROPERTY_INTEGER, AT(nodes), .minimum = "1", .maximum = "dax_nodes_max", .required = true,
     .help = "Nodes, the primary counted: each can serve reads and holds the same, and takes part in each write."},
    {"ParameterGroupName", PROPERTY_STRING, AT(parameter_group), .help = "An AWS::DAX::ParameterGroup; left out: five minutes."},
    ACCEPTED("IAMRoleARN"),
    ACCEPTED("AvailabilityZones"),
    ACCEPTED("ClusterEndpointEncryptionType"),
    ACCEPTED("ClusterName"),
    ACCEPTED("Description"),
    ACCEPTED("NotificationTopicARN"),
    ACCEPTED("PreferredMaintenanceWindow"),
    ACCEPTED("SSESpecification"),
    ACCEPTED("SecurityGroupIds"),
    ACCEPTED("SubnetGroupName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property cluster_behavior[] = {
    {"hit_latency", PROPERTY_TIME_DISTRIBUTION, AT(hit_latency), .fallback = "dax_hit_latency",
     .help = "Of what is in the cache; what is not takes the table's."},
    {0},
};

static const struct metric_type cluster_metrics[] = {
    {"AWS/DAX", "TotalRequestCount", "Count", METRIC_COUNT, AT(requests), .help = "Requests that came."},
    {"AWS/DAX", "ItemCacheHits", "Count", METRIC_COUNT, AT(item_hits), .better = 1, .help = "Items that were there."},
    {"AWS/DAX", "ItemCacheMisses", "Count", METRIC_COUNT, AT(item_misses), .better = -1, .help = "Items that were asked of the table."},
    {"AWS/DAX", "QueryCacheHits", "Count", METRIC_COUNT, AT(query_hits), .better = 1, .help = "The same of Query."},
    {"AWS/DAX", "QueryCacheMisses", "Count", METRIC_COUNT, AT(query_misses), .better = -1, .help = "The same of Query."},
    {"AWS/DAX", "ScanCacheHits", "Count", METRIC_COUNT, AT(scan_hits), .better = 1, .help = "The same of Scan."},
    {"AWS/DAX", "ScanCacheMisses", "Count", METRIC_COUNT, AT(scan_misses), .better = -1, .help = "The same of Scan."},
    {"AWS/DAX", "ThrottledRequestCount", "Count", METRIC_COUNT, AT(throttled), .better = -1, .compared = "Sum",
     .help = "Requests beyond what the nodes can serve, or beyond the cluster's writes."},
    {"AWS/DAX", "EstimatedDbSize", "Bytes", METRIC_GAUGE, AT(cached_bytes), .help = "What is cached."},
    {"slsim", "HitRatio", "Percent", METRIC_PERCENT, AT(hits), .better = 1, .other = AT(lookups), .compared = "Average",
     .help = "Hits of all that could be: reads that are not strongly consistent."},
    {"slsim", "Evictions", "Count", METRIC_COUNT, AT(evictions), .help = "What had to make room."},
    {"slsim", "LoadUtilization", "Percent", METRIC_GAUGE_RATIO, AT(load_used), .other = AT(load_given),
     .help = "Load of what the nodes can serve, by the sizing guide: hits x KB + misses x KB x 10 + writes x KB x 25 x nodes; to be kept "
             "under 70 %."},
    {"slsim", "Nodes", "Count", METRIC_GAUGE, AT(node_count), .help = "Nodes."},
    {0},
};

static void cluster_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct dax_cluster *cluster = self;
    bill_add(bill, &dax_line_items[cluster->node_type], (double)cluster->node_count.whole.integral / (double)NS_PER_HOUR);
}

static void cluster_validate(struct validation *validation, void *config)
{
    struct dax_cluster *cluster = config;
    uint32_t group = cluster->parameter_group ? validation_named(validation, cluster->parameter_group) : ENTITY_NONE;
    cluster->asked = dynamo_asked_all(validation);
    cluster->item_ns = cluster->query_ns = rule_ns(validation_rules(validation), "dax_ttl_s");
    if (group != ENTITY_NONE && model_is(validation_type(validation, group), DAX_PARAMETERS_TYPE)) {
        const struct dax_parameters *parameters = validation_config(validation, group);
        cluster->item_ns = parameters->item_ns;
        cluster->query_ns = parameters->query_ns;
    } else if (cluster->parameter_group && strncmp(cluster->parameter_group, "default.", strlen("default.")) != 0) {
        validation_error(validation, "ParameterGroupName", "write {\"Ref\": <an AWS::DAX::ParameterGroup>}",
                         "names no parameter group here: \"%s\"", cluster->parameter_group);
    }
}

FAULT_FUNCTIONS(dax_cluster, self)

static const struct action cluster_actions[] = {FAULT_ENDPOINT_ROWS, FAULT_SLOW_ROW, {0}};

static const char *const tables[] = {"AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable", "AWS::DynamoDB::GlobalTable", NULL};

const struct model_type dax_cluster_type = {
    .type = "AWS::DAX::Cluster",
    .service = "Amazon DynamoDB",
    .help = "A cache in front of tables, for steps that say `via`: items by last use and time to live, written through; answers of Query "
            "and Scan beside them. Strongly consistent and transactional reads go through.",
    .size = sizeof(struct dax_cluster),
    .self_offset = AT(self),
    .properties = cluster_properties,
    .behavior = cluster_behavior,
    .metrics = cluster_metrics,
    .line_items = dax_line_items,
    .actions = cluster_actions,
    .in_front_of = tables,
    .operations = dynamo_operations,
    .validate = cluster_validate,
    .create = dax_create,
    .destroy = dax_destroy,
    .handle = dax_handle,
    .accept = dax_accept,
    .done = dax_done,
    .finish = dax_finish,
    .quantities = cluster_quantities,
};
