/* network_service.h: which service somebody calls who calls a resource, as endpoints name it. */
#ifndef SLSIM_NETWORK_SERVICE_H
#define SLSIM_NETWORK_SERVICE_H

#include "engine/model.h"

enum whereabouts {
    IN_NETWORK,  /* it has addresses in a network itself */
    IN_SERVICE,  /* a service of AWS's that may have endpoints in a network */
    IN_INTERNET, /* reached by a public address only */
};

/* *service: as an endpoint's name ends, "sqs"; NULL but for IN_SERVICE. */
enum whereabouts network_whereabouts(const struct model_type *type, const char **service);
/* The service of "com.amazonaws.us-east-1.sqs", in whatever Region. */
const char *network_service_of_name(const char *name);

#endif
