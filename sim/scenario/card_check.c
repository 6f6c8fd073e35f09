/* card_check.c: study cards that ask whether a template is accepted. */
#include "scenario/card_check.h"

#include <string.h>

static bool has(const cJSON *entry, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(entry, key) != NULL;
}

static const cJSON *expectations(const struct card *card)
{
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(card->document->tree, "expect");
    return cJSON_IsArray(expect) ? expect->child : NULL;
}

bool card_is_check(const struct card *card)
{
    const cJSON *first = expectations(card);
    for (const cJSON *entry = first; entry; entry = entry->next)
        if (!has(entry, "refused") && !has(entry, "warned"))
            return false;
    return first && !card->question && card->choices.count == 0;
}

static bool is_refused(const struct card *card)
{
    for (const cJSON *entry = expectations(card); entry; entry = entry->next)
        if (has(entry, "refused"))
            return true;
    return false;
}

bool card_complete_check(struct card *card)
{
    struct card_choice *choices = store_alloc(card->store, 3, sizeof *choices);
    bool refused = is_refused(card);
    if (!choices)
        return false;
    choices[0] = (struct card_choice){.text = "Yes, as it stands", .why = refused ? "It is refused." : "Something is said of it."};
    choices[1] = (struct card_choice){
        .text = "No: it is refused", .right = refused, .why = refused ? NULL : "It can be deployed. It does not do what it seems to."};
    choices[2] = (struct card_choice){
        .text = "Yes, but with a warning", .right = !refused, .why = refused ? "It does not come to that: it is refused." : NULL};
    if (card->mended) {
        choices[0].set = card->mended;
        choices[0].expect = "[]";
        choices[0].why = NULL;
    }
    card->check = true;
    card->topic = card->topic ? card->topic : "templates";
    for (size_t i = 0; card->exams == 0 && card_exams[i]; i++) /* the developer's asks for configuration */
        if (strcmp(card_exams[i], "dva") == 0)
            card->exams = UINT32_C(1) << i;
    card->source = card->source ? card->source : "The page that the rule cites: slsim rules";
    card->why = card->description;
    card->description = "A template to judge";
    card->fact = "A template is looked at before it is deployed, and while it is.";
    card->question = "Is this template accepted?";
    card->choices = (struct property_list){choices, 3};
    card->derivation = "The rule is documented, where the source says.";
    card->next = "Mend it, and let slsim check judge the file: then nothing is said.";
    return true;
}
