/* book_loading.h: the books of rules and prices, for commands that show them without a scenario. */
#ifndef SLSIM_COMMAND_BOOK_LOADING_H
#define SLSIM_COMMAND_BOOK_LOADING_H

#include "command/options.h"
#include "scenario/books.h"

/* The book of that name; NULL: the default one. Failures are reported on standard error. */
enum status book_loading_rules(const struct options *options, const char *name, struct rule_book **book);
enum status book_loading_prices(const struct options *options, const char *name, struct price_book **book);

/* Is `name` one of the words that were asked for (a part of it, whatever the case), or was nothing asked for? */
bool is_wanted(const char *name, char *const *words, size_t count);

#endif
