/* api_authorizer.h: who is asked whether a request may pass. Private to this folder. */
#ifndef SLSIM_FRONT_DOORS_API_AUTHORIZER_H
#define SLSIM_FRONT_DOORS_API_AUTHORIZER_H

#include "engine/lru_cache.h"
#include "engine/random.h"
#include "engine/request.h"
#include "engine/simulation.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

/* What the template says of one: a resource of its own, or a member of SAM's Auth.Authorizers, whose name is then first. */
struct authorizer_config {
    const char *name;
    const char *uri;    /* names the function; NULL: the token is judged without one */
    uint32_t function;  /* ENTITY_NONE: none */
    int64_t ttl_ns;     /* of a function's verdict; 0: it is asked each time */
    double deny_rate;   /* of tokens that are refused */
    double absent_rate; /* of requests that bear none */
    uint32_t self, api;
    int type;
    int64_t reauthorize_s;
    bool ttl_given, reauthorize_given, pool_given;
};

extern const struct property sam_rest_authorizer_properties[], sam_http_authorizer_properties[];
/* Whom a member of SAM's Auth.Authorizers asks, and how long its verdict is kept, of a REST API or an HTTP API; complains at `property`. */
void sam_authorizer_check(struct validation *validation, struct authorizer_config *config, const char *property, bool rest);

/* Is it a resource that is an authorizer, its blob a struct authorizer_config? */
bool is_authorizer_type(const struct model_type *type);

/* One of a stage, while it runs. */
struct api_authorizer {
    const struct authorizer_config *config;
    uint32_t function;
    struct lru_cache verdicts; /* by token; value: refused */
    struct stream tokens, absences;
};

enum authorizer_answer { AUTHORIZER_PASS, AUTHORIZER_REFUSE, AUTHORIZER_ABSENT, AUTHORIZER_ASK };

/* Must not be moved afterwards. `owner`: the stage's entity. */
void api_authorizer_init(struct api_authorizer *authorizer, const struct authorizer_config *config, struct simulation *simulation,
                         uint32_t owner);
void api_authorizer_fini(struct api_authorizer *authorizer);
/* Judges `request`, whose sender's good token is number `token`, or says that the function must be asked. */
enum authorizer_answer api_authorizer_judge(struct api_authorizer *authorizer, const struct request *request, uint64_t token,
                                            int64_t now_ns);
/* The function was asked, and answered: is the request refused? */
bool api_authorizer_learn(struct simulation *simulation, struct api_authorizer *authorizer, const struct request *request, uint64_t token);

#endif
