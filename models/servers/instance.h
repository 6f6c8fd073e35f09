/* instance.h: what instances have in common, alone and in groups. Private to this folder. */
#ifndef SLSIM_SERVERS_INSTANCE_H
#define SLSIM_SERVERS_INSTANCE_H

#include "server_state.h"

/* What an instance and a launch template both may say, without effect here. */
extern const struct property instance_accepted_properties[];

/* Places in server_instance_items, the second by enum volume_type. */
enum { ITEM_LEFT, ITEM_VOLUMES, ITEM_ADDRESSES = ITEM_VOLUMES + 2 };

/* Elements of NetworkInterfaces and BlockDeviceMappings. */
struct server_interface {
    bool is_public;
};

enum volume_type { VOLUME_GP2, VOLUME_GP3, VOLUME_TYPES = 7 /* those above are not on the bill */ };

struct server_volume {
    int64_t size_gb;
    int type; /* enum volume_type */
};

extern const struct property instance_interface_properties[], instance_volume_properties[];

/* The rows of both, at those offsets. */
#define INSTANCE_PART_ROWS(INTERFACES, VOLUMES)                                                                                            \
    {"NetworkInterfaces",                                                                                                                  \
     PROPERTY_LIST,                                                                                                                        \
     INTERFACES,                                                                                                                           \
     .properties = instance_interface_properties,                                                                                          \
     .size = sizeof(struct server_interface),                                                                                              \
     .minimum = "0",                                                                                                                       \
     .maximum = "15",                                                                                                                      \
     .help = "Whether it has a public address."},                                                                                          \
    {                                                                                                                                      \
        "BlockDeviceMappings", PROPERTY_LIST, VOLUMES,                                                                                     \
            .properties = instance_volume_properties, .size = sizeof(struct server_volume), .minimum = "0", .maximum = "28",               \
            .help = "Its volumes, as they are billed. Left out: one of rule ec2_root_volume_gb, gp3."                                      \
    }

/* The keys of LaunchTemplate. */
extern const struct property instance_template_properties[];

/* The keys of CreditSpecification, of an instance. */
extern const struct property instance_credit_properties[];

/* Finds the type, what it has and costs, and how long it boots. */
void instance_resolve(struct validation *validation, struct servers *servers);
void instance_quantities(const struct simulation *simulation, const void *self, struct bill *bill);

#endif
