/* api_route.h: what makes a route of an API: its method and path, whom it is integrated with, who may use it. Private to this folder. */
#ifndef SLSIM_FRONT_DOORS_API_ROUTE_H
#define SLSIM_FRONT_DOORS_API_ROUTE_H

#include "engine/model.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct validation;

enum api_kind { API_REST, API_HTTP };

/* What a route hands requests to. */
enum api_backend {
    BACKEND_FUNCTION, /* its errors become statuses of the API's */
    BACKEND_SERVICE,  /* an action of another service */
    BACKEND_SERVER,   /* HTTP: what it answers is passed on */
    BACKEND_MOCK      /* nobody: the API answers itself */
};

/* The first member of every blob that makes a route. */
struct api_route {
    uint32_t self;
    uint32_t api;       /* the entity of the API; ENTITY_NONE: it has none, which was said */
    const char *method; /* "GET", or "ANY" */
    const char *path;   /* "/items/{id}"; NULL: whatever no other route takes */
    int64_t timeout_ns; /* 0: the kind's own limit */
    int backend;        /* enum api_backend */
    uint32_t target;
    const char *role;  /* in whose name it is called; NULL: none is named */
    bool asynchronous; /* the function is called with invocation type Event */
    bool key_required;
    bool open;                   /* no authorizer, whatever the API's default */
    bool signed_only;            /* AuthorizationType AWS_IAM: who calls must be allowed to */
    uint32_t authorizer;         /* an entity; ENTITY_NONE: none */
    const char *authorizer_name; /* one of the API's own; NULL: its default */
};

/* Does the entity make a route of API `api`? Then its method and path are known from here on. */
struct api_route *api_route_of(struct validation *validation, uint32_t entity, uint32_t api);
bool is_route_type(const struct model_type *type);
/* The same of one of an HTTP API's: method and path out of its route key. */
void http_route_resolve(struct validation *validation, uint32_t entity);

/* Complains unless the route's API, where it has one, is of that kind. */
void api_route_check(struct validation *validation, const struct api_route *route, enum api_kind kind);

/* For the validation of an event of SAM's: the route hands its requests to `function`, its FunctionName, which may be a state machine. */
void api_event_finish(struct validation *validation, struct api_route *route, uint32_t function);

/* For its validation, when its target is known: requests pass from the API's stages to that. */
void api_route_flow(struct validation *validation, const struct api_route *route);

/* Which of the routes, in the order of the template, takes a request "GET /items/7"; `count`: none. A REST API looks for the path first,
 * and for the method among what that has; an HTTP API for both together. NULL: a request of which nothing is known, which only a route for
 * all takes, or the only route that there is. */
size_t api_match(enum api_kind kind, const struct api_route *const *routes, size_t count, const char *request);

/* Is `method` that of a setting ("*", "ANY": all)? */
bool api_method_is(const char *setting, const char *method);
/* Is `path` that of a setting: "/" + "*" for all, slashes written "~1" or as they are? */
bool api_path_is(const char *setting, const char *path);

/* Is the route of an HTTP API that of a setting's key: "GET /items", "$default"? */
bool http_setting_is(const char *key, const struct api_route *route);

/* What an integration says of whom it calls. Resolves `route`: backend and target, and complains at `property`. */
struct api_integration {
    const char *uri;        /* NULL: not given */
    const char *parameters; /* JSON text; NULL: not given */
    const char *templates;  /* the same */
    const char *role;       /* Credentials; NULL: not given */
    const char *subtype;    /* "SQS-SendMessage"; NULL: not given */
    int type;               /* enum api_integration_type */
};
enum api_integration_type { INTEGRATION_AWS_PROXY, INTEGRATION_AWS, INTEGRATION_HTTP_PROXY, INTEGRATION_HTTP, INTEGRATION_MOCK };
extern const char *const api_integration_types[];
void api_integrate(struct validation *validation, const struct api_integration *integration, const char *property, struct api_route *route);
/* A method as requests spell it: SAM takes small letters; NULL: any. */
const char *api_method(struct validation *validation, const char *method);
/* The function of `uri`, as "${F.Arn}" in an ARN; ENTITY_NONE: none. */
uint32_t api_function_of(const struct validation *validation, const char *uri);

#endif
