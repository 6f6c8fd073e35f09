/* file_system_state.h: AWS::EFS::FileSystem: connections that come no faster than the file system takes them, and reads and writes that
 * share its throughput. Private to this folder. Sources: rules efs_*, which cite the EFS User Guide, "Quotas", "Performance" and
 * "Metering", and the Lambda developer guide of 2022, "Using Amazon EFS with Lambda".
 *
 * From the ground up: file_system_run.c (connections, reads and writes), file_system.c (the tables, what is refused, the bill),
 * file_system_access.c (mount targets and access points). */
#ifndef SLSIM_DATA_FILE_SYSTEM_STATE_H
#define SLSIM_DATA_FILE_SYSTEM_STATE_H

#include "engine/connectable.h"
#include "engine/fault.h"
#include "engine/loadable.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

#define FILE_SYSTEM_TYPE "AWS::EFS::FileSystem"

enum performance_mode { PERFORMANCE_GENERAL, PERFORMANCE_MAX_IO };
enum throughput_mode { THROUGHPUT_BURSTING, THROUGHPUT_PROVISIONED, THROUGHPUT_ELASTIC };
enum file_event { FILE_ANSWER, FILE_MINUTE };

struct file_system_config {
    int performance_mode, throughput_mode;
    double provisioned_mibps; /* 0: not given */
    const char *zone;         /* One Zone: which; NULL: Regional */
    int64_t stored_bytes;
    int64_t credit_bytes; /* burst credits at the simulation's zero, with credits_given */
    bool credits_given;
    const struct distribution *latency, *mount_time; /* `latency` NULL: by the rules */

    /* by `validate`: */
    bool has_target;           /* some mount target is its */
    struct content_set writes; /* contents that say a write */
};

struct file_system_metrics {
    struct gauge connections, permitted, credits, io_use, one, stored;
    struct counter opened, refused, requests, failed;
    struct counter read_bytes, written_bytes, total_bytes, metered_bytes;
    struct counter billed_read_bytes, billed_written_bytes;
    struct tally time;
};

/* What is shared, in the order in which it was asked for: it is free again at `free_ns`. */
struct file_lane {
    int64_t free_ns;
    double per_s;
};

struct file_system {
    struct file_system_config config;
    uint32_t self;
    struct fault_state faults;

    /* state */
    uint64_t waiting; /* requests that are being answered */
    int64_t connections_most;
    struct token_bucket mounts;
    double client_bytes_per_s;
    struct file_lane reads, writes, read_operations, write_operations; /* bytes, operations */
    struct file_lane metered;                                          /* bytes, by what is metered of them; not in elastic mode */
    double baseline, burst;                                            /* bytes/s: without credits, and with them */
    double credits, credits_most;                                      /* bytes, at `credits_ns` */
    int64_t credits_ns;
    double latency_factor;
    int64_t read_latency_ns, write_latency_ns, minute_ns;
    uint64_t read_divisor, elastic_least_bytes;
    struct stream latencies, mount_times;
    struct file_system_metrics metrics;
};

/* file_system_run.c */
enum status file_system_create(struct simulation *simulation, void *self);
void file_system_start(struct simulation *simulation, void *self);
void file_system_destroy(struct simulation *simulation, void *self);
void file_system_accept(struct simulation *simulation, void *self, struct request *request);
void file_system_handle(struct simulation *simulation, void *self, const struct event *event);
enum status file_system_finish(struct simulation *simulation, void *self);
extern const struct connectable file_system_connectable;
extern const struct loadable file_system_loadable;

/* Throughput that comes with what is stored, in bytes/s, without the least that there always is. Source: rule
 * efs_bursting_base_kib_per_gib. */
double file_system_included(const struct rule_book *rules, int64_t stored_bytes);

/* file_system_access.c: does any mount target name this file system? */
bool file_system_has_target(const struct validation *validation, uint32_t file_system);

#endif
