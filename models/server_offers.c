/* server_offers.c: Fargate tasks by their size, EC2 instances by their type: Linux, us-east-1; on demand, or with a Compute Savings Plan.
 */
#include "server_offers.h"

#include <stddef.h>

static const struct server_part fargate[] = {{"vCPU", "Fargate-vCPU-Hours:perCPU"}, {"GB", "Fargate-GB-Hours"}, {0}};
static const struct server_part fargate_arm[] = {{"vCPU", "Fargate-ARM-vCPU-Hours:perCPU"}, {"GB", "Fargate-ARM-GB-Hours"}, {0}};

const struct server_offer server_offers[] = {
    {.name = "fargate", .example = "fargate:1vCPU,2GB", .parts = fargate, .plan = "SavingsPlan-Fargate-"},
    {.name = "fargate-arm", .example = "fargate-arm:0.5vCPU,1GB", .parts = fargate_arm, .plan = "SavingsPlan-Fargate-"},
    {.name = "ec2", .example = "ec2:t3.medium", .prefix = "BoxUsage:", .plan = "SavingsPlan-EC2-"},
    {0},
};
