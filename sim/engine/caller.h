/* caller.h: what is known of one who sends, the same for all its requests: who is called over HTTP asks it of the sender. */
#ifndef SLSIM_ENGINE_CALLER_H
#define SLSIM_ENGINE_CALLER_H

#include "engine/content.h"

#include <stdbool.h>
#include <stdint.h>

struct caller {
    uint32_t target; /* whom it calls */
    struct content_choice content;
    uint64_t salt;         /* its items are numbered from here, once it runs */
    int64_t clients;       /* so many take turns in sending them */
    int64_t records;       /* so many are sent together, in one request where the called API has one for several */
    uint32_t api_key;      /* the entity that is its key; ENTITY_NONE: it bears none */
    uint32_t as;           /* the entity in whose name it calls; ENTITY_NONE: nobody's */
    const char *account;   /* the number of the account that it calls from; NULL: the scenario's own */
    const char *ip;        /* the address that it calls from; NULL: not known */
    const char *region;    /* the Region near which it is; NULL: not known */
    const char *origin;    /* of the page whose browser calls; NULL: it is none */
    int64_t variants;      /* each thing that it asks for comes with so many query strings, all equally likely */
    int64_t headers_bytes; /* of each request's line and headers */
    bool base64;           /* bodies are binary: where text is wanted, they are 4/3 as large */
};

#endif
