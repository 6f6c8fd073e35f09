/* server.h: servers of a stated price and capacity, which a bill is held against. */
#ifndef SLSIM_EXPERIMENT_SERVER_H
#define SLSIM_EXPERIMENT_SERVER_H

#include "document/diagnostics.h"
#include "measure/server_offer.h"
#include "scenario/books.h"

#include <stdbool.h>

struct server {
    double month_usd;      /* of one */
    double capacity_per_s; /* requests that one carries; infinite: all */
};

/* Is it meant as a server: "KIND:SIZE" or "$36.04", with or without ",capacity=RATE"? */
bool server_is_meant(const char *text, const struct server_offer *offers);
/* Reads it; false after diagnosing. */
bool server_parse(const char *text, const struct server_offer *offers, const struct price_book *prices, struct diagnostics *diagnostics,
                  struct server *server);
/* How many are needed for so many requests a second: at least one. */
double server_count(const struct server *server, double requests_per_s);

#endif
