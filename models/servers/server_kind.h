/* server_kind.h: the kinds of instances that a group mixes: its Overrides. Private to this folder. */
#ifndef SLSIM_SERVERS_SERVER_KIND_H
#define SLSIM_SERVERS_SERVER_KIND_H

#include "server_state.h"

/* One of Overrides. */
struct server_override {
    const char *type, *weight; /* weight: "4", or 4; NULL: left out */
    uint32_t launch_template;
};

/* The keys of one of Overrides. */
extern const struct property server_override_properties[];

/* Finds what each of Overrides has; without them there is one kind. */
void server_kinds_resolve(struct validation *validation, struct servers *servers);

/* Is the next one a Spot server? And of which kind is it? */
bool server_kinds_next_is_spot(const struct servers *servers);
uint32_t server_kinds_next(const struct servers *servers, bool spot);

/* Which is to go. UINT32_MAX: none may. O(servers). */
uint32_t server_kinds_leaver(const struct servers *servers);

/* Kinds are measured each by itself where a group has several. */
extern const struct inner_parts server_kind_parts;

/* NULL: it is the only kind. */
struct kind_figures *server_kind_figures(const struct simulation *simulation, const struct servers *servers, uint32_t kind);

#endif
