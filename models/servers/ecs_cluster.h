/* ecs_cluster.h: a cluster: the instances that tasks are placed on, and the services whose tasks they are. Private to this folder. */
#ifndef SLSIM_SERVERS_ECS_CLUSTER_H
#define SLSIM_SERVERS_ECS_CLUSTER_H

#include "measure/counter.h"
#include "measure/gauge.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

#define CLUSTER_TYPE "AWS::ECS::Cluster"
#define PROVIDER_TYPE "AWS::ECS::CapacityProvider"

struct simulation;
struct validation;

struct ecs_cluster {
    uint32_t self;
    struct string_list providers;

    uint32_t first_group, first_service; /* 1 + entity; 0: none; by servers' next_in_cluster, in the order of the file */
    bool looking;                        /* for room, at the end of this instant */
    struct gauge cpu_taken, cpu_there;   /* CPU_UNITS of tasks, and of instances in service */
    struct gauge mib_taken, mib_there, instances;
};

struct capacity_provider {
    uint32_t self, group;
    int64_t target, step_least, step_most, warmup_ns;
    int scaling_status, protection; /* 1: enabled */

    int64_t calm; /* minutes in a row in which fewer would do */
    struct gauge reservation;
    struct counter outs, ins;
};

/* Is there any group that is, or will be, part of the cluster? O(resources). */
bool cluster_has_instances(const struct validation *validation, uint32_t cluster);
/* A group becomes a part of a cluster; complains at `place` where it is one of another's. */
void cluster_join(struct validation *validation, uint32_t cluster, uint32_t group, const char *place);

#endif
