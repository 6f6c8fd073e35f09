/* book_loading.c: the books of rules and prices without a scenario. */
#include "command/book_loading.h"

#include "command/session.h"
#include "document/document.h"

#include <stdlib.h>
#include <string.h>

static enum status load(const struct options *options, const char *kind, const char *name, struct rule_book **rules,
                        struct price_book **prices)
{
    struct diagnostics diagnostics = {0};
    struct places *places = NULL;
    const char *models = books_folder();
    if (!models)
        diagnose(&diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "set SLSIM_MODELS to the folder that holds rules/ and prices/",
                 "the books of rules and prices are not found");
    char *folder = models ? path_join(models, kind) : NULL;
    cJSON *spec = name ? cJSON_CreateString(name) : NULL;
    enum status status = models ? STATUS_NO_MEMORY : STATUS_IO;
    if (folder && (spec || !name) && (status = places_new(&places)) == STATUS_OK) {
        if (rules)
            status = rule_book_load(folder, spec, places, &diagnostics, rules);
        else
            status = price_book_load(folder, spec, ".", places, &diagnostics, prices);
    }
    bool told = diagnostics.error_count > 0;
    session_report(&diagnostics, options);
    if (status != STATUS_OK && !told)
        (void)session_report_status(status, kind);
    if (places)
        places_free(places);
    cJSON_Delete(spec);
    free(folder);
    return status;
}

enum status book_loading_rules(const struct options *options, const char *name, struct rule_book **book)
{
    *book = NULL;
    return load(options, "rules", name, book, NULL);
}

enum status book_loading_prices(const struct options *options, const char *name, struct price_book **book)
{
    *book = NULL;
    return load(options, "prices", name, NULL, book);
}

bool is_wanted(const char *name, char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(name, words[i]))
            return true;
    return count == 0;
}
