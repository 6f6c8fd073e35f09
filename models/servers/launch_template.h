/* launch_template.h: what instances are made of. Private to this folder. */
#ifndef SLSIM_SERVERS_LAUNCH_TEMPLATE_H
#define SLSIM_SERVERS_LAUNCH_TEMPLATE_H

#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

#define LAUNCH_TEMPLATE_TYPE "AWS::EC2::LaunchTemplate"

struct launch_template {
    uint32_t self;
    const char *instance_type; /* NULL: not said */
    int market, credit_mode;
    bool market_given;
    struct property_list interfaces, volumes; /* of struct server_interface, struct server_volume */
};

#endif
