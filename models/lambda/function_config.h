/* function_config.h: what the template and the scenario say of a function, a version or an alias. Durations in ns, sizes in the unit of the
 * name. */
#ifndef SLSIM_LAMBDA_FUNCTION_CONFIG_H
#define SLSIM_LAMBDA_FUNCTION_CONFIG_H

#include "deployment_preference.h"
#include "engine/distribution.h"
#include "engine/handler.h"
#include "engine/model.h"
#include "notation/property.h"
#include "package_config.h"
#include <stdbool.h>
#include <stdint.h>

enum recursive_loop { LOOP_TERMINATE, LOOP_ALLOW };
enum architecture { ARCHITECTURE_X86_64, ARCHITECTURE_ARM64 };
enum log_format { LOG_TEXT, LOG_JSON };
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN };
enum tracing_mode { TRACING_PASS_THROUGH, TRACING_ACTIVE };

/* How one invocation ends; decided when it begins. */
enum invocation_end {
    END_SUCCEEDED,
    END_ERROR,
    END_TIMED_OUT,
    END_OUT_OF_MEMORY,
    END_RESPONSE_TOO_LARGE,
    END_RESTORE_TIMED_OUT,
    END_INIT_FAILED,
    END_MOUNT_TIMED_OUT,   /* a file system took no more connections */
    END_MOUNT_UNREACHABLE, /* it cannot be reached at all */
    END_LOAD_FAILED,       /* a step of INIT */
    END_KEY_DENIED,        /* INIT may not decrypt the variables */
    END_KEY_FAILED,        /* the key's service did not answer */
    END_NO_SPACE           /* INIT puts more into /tmp than it holds */
};

enum snap_start { SNAP_START_NONE, SNAP_START_PUBLISHED_VERSIONS };
enum response_mode { RESPONSE_BUFFERED, RESPONSE_STREAM };
/* What is told that an environment shuts down, and may take its time. */
enum extensions { EXTENSIONS_NONE, EXTENSIONS_INTERNAL, EXTENSIONS_EXTERNAL };

/* Properties of CloudFormation that something else would have to act on; a warning says that nothing does. */
struct function_unmodelled {
    bool events, provisioned;
};

/* VpcConfig. */
struct function_network_config {
    struct string_list subnets, groups;
    bool attached;          /* set by validate, as are */
    const uint32_t *places; /* the subnets' entities, ENTITY_NONE for one of elsewhere, */
    uint32_t place_count;
    uint64_t groups_key; /* and a number for the security groups */
    int64_t created_ns;  /* when the function is made; with created_given: else long before */
    bool created_given;
    const uint32_t *unreachable; /* whom it calls and does not reach, as it is in no VPC */
    uint32_t unreachable_count;
};

/* Asynchronous invocation: what EventInvokeConfig and the dead-letter settings say. */
struct async_config {
    int64_t retries; /* MaximumRetryAttempts */
    int64_t max_age_ns;
    uint32_t on_success, on_failure; /* destinations; ENTITY_NONE: none */
    uint32_t dead_letter;
    bool given; /* by a resource of type AWS::Lambda::EventInvokeConfig */
};

/* Numbers of rights (engine/right.h) that requests to others do not show. */
struct function_own_rights {
    uint32_t log_stream, log_events, trace, decrypt;
};

/* What the template and the scenario say. */
struct function_config {
    int64_t memory_mb;
    int64_t timeout_ns;
    int64_t reserved; /* ReservedConcurrentExecutions; -1: none */
    int64_t storage_mb;
    int architecture;
    const char *runtime;
    const char *role;     /* NULL: none is named */
    const char *key_text; /* KmsKeyArn; NULL: none */
    uint32_t key;         /* by function_package_resolve: the key of this scenario that it names; ENTITY_NONE: none */
    struct function_own_rights rights;
    const char *published_alias; /* AutoPublishAlias; NULL: none */
    int snap_start;              /* enum snap_start: ApplyOn */
    int url_mode;                /* enum response_mode: InvokeMode of FunctionUrlConfig */
    struct function_unmodelled unmodelled;
    struct function_network_config network;
    struct property_list file_systems; /* of struct function_file_system: FileSystemConfigs */
    bool mounts_nothing;               /* set by validate: without a VPC no mount can succeed */

    struct package_config package;
    struct handler handler;
    const struct distribution *init;
    struct step_list init_steps;          /* after `init` */
    double image_read_ns;                 /* by function_validate: of INIT, before them */
    const struct distribution *placement; /* NULL: none */
    const struct distribution *restore;   /* instead of `init`, with SnapStart */
    double proactive_init;                /* share of new environments that are initialised ahead of their request */
    int extensions;                       /* enum extensions */
    const struct distribution *shutdown, *post_runtime;
    int response_mode; /* enum response_mode */
    bool response_mode_given;
    struct lifetime keep_alive;
    struct lifetime max_lifetime;
    int reuse;                              /* enum reuse_order */
    const struct distribution *memory_used; /* bytes; NULL: never too much */
    int64_t yields_ns;                      /* a handler stops by itself once less is left of Timeout; 0: it does not look */
    double profiled;                        /* by how much longer the profiler lets it run, as a share; 0: there is none */
    double error_rate;
    double record_error_rate, poison_rate;
    double reject_rate; /* of Lambda@Edge: for the distribution that runs it, as is */
    bool normalizes_key;
    const struct distribution *response; /* bytes; NULL: small */
    const struct distribution *payload;  /* bytes that the template's own events carry */
    int64_t log_bytes;
    uint32_t log_group; /* with log_group_given; ENTITY_NONE: nobody here reads the log */
    bool log_group_given;
    int log_format, system_log_level; /* enum log_format, log_level */
    bool system_log_level_given;
    int tracing;        /* enum tracing_mode */
    int recursive_loop; /* enum recursive_loop */
    bool init_given, placement_given, keep_alive_given, max_lifetime_given, memory_given;

    struct async_config async;

    struct deployment_preference preference;
    uint32_t deployments;     /* in the scenario's `changes`: counted when it is read */
    int64_t connections;      /* that an environment keeps to each database that it calls */
    uint32_t deploying_alias; /* of a function that is deployed; set by validate */

    uint32_t account; /* its entity; set by validate */

    /* of versions and aliases */
    uint32_t whole;               /* FunctionName: the function that it is of */
    uint32_t alias;               /* of a version: who points at it, so that what is measured counts there too; ENTITY_NONE: nobody */
    uint32_t version;             /* of an alias: FunctionVersion */
    struct property_list weights; /* of an alias: struct version_weight, of RoutingConfig: what `second` begins with */
    uint32_t second;              /* of an alias: the other version; ENTITY_NONE: none */
    double second_weight;         /* its share of the invocations */
    int64_t provisioned;          /* ProvisionedConcurrentExecutions; 0: none */
    bool is_deployed;             /* of a version: a deployment brings it, with settings of its own */
    bool has_parts;               /* of a function: set by their validation, as are */
    int64_t parts_provisioned;    /* what they have provisioned, all together, and */
    uint32_t provisioned_part;    /* the last of them that has */
};

/* One of AdditionalVersionWeights. */
struct version_weight {
    uint32_t version;
    double weight;
};

#endif
