/* server_offers.h: servers whose prices are in the book. */
#ifndef SLSIM_SERVER_OFFERS_H
#define SLSIM_SERVER_OFFERS_H

#include "measure/server_offer.h"

extern const struct server_offer server_offers[];

#endif
