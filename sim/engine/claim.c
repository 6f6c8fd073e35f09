/* claim.c: which items carry which claims. Only items made while their parent carries one are remembered, until the claim is void. */
#include "engine/claim.h"

#include <stdlib.h>

struct claim {
    uint32_t entity, data;
    uint32_t carriers; /* the first of them */
};

struct carrier_of_claim {
    uint64_t item;
    uint32_t claim, next;
};

struct claims {
    struct pool claims, carriers;
    struct key_map places; /* of the carriers, by item */
};

static struct claims *claims_of(struct simulation *simulation)
{
    if (simulation->claims)
        return simulation->claims;
    struct claims *claims = calloc(1, sizeof *claims);
    if (!claims)
        return NULL;
    pool_init(&claims->claims, sizeof(struct claim), &simulation->memory, "claims");
    pool_init(&claims->carriers, sizeof(struct carrier_of_claim), &simulation->memory, "claims");
    key_map_init(&claims->places, &simulation->memory, "claims");
    simulation->claims = claims;
    return claims;
}

void claims_free(struct claims *claims)
{
    if (!claims)
        return;
    pool_fini(&claims->claims);
    pool_fini(&claims->carriers);
    key_map_fini(&claims->places);
    free(claims);
}

static void carry(struct simulation *simulation, uint64_t item, uint32_t id)
{
    struct claims *claims = simulation->claims;
    uint32_t place = pool_take(&claims->carriers);
    enum status status = place == POOL_NONE ? simulation->memory.status : key_map_put(&claims->places, item, place);
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return;
    }
    struct claim *claim = pool_at(&claims->claims, id);
    *(struct carrier_of_claim *)pool_at(&claims->carriers, place) =
        (struct carrier_of_claim){.item = item, .claim = id, .next = claim->carriers};
    claim->carriers = place;
}

uint32_t claim_new(struct simulation *simulation, uint64_t item, uint32_t entity, uint32_t data)
{
    struct claims *claims = claims_of(simulation);
    uint32_t id = claims ? pool_take(&claims->claims) : POOL_NONE;
    if (id == POOL_NONE) {
        simulation_fail(simulation, claims ? simulation->memory.status : STATUS_NO_MEMORY);
        return POOL_NONE;
    }
    *(struct claim *)pool_at(&claims->claims, id) = (struct claim){.entity = entity, .data = data, .carriers = POOL_NONE};
    if (key_map_find(&claims->places, item) == POOL_NONE)
        carry(simulation, item, id);
    return id;
}

bool claim_find(const struct simulation *simulation, uint64_t item, uint32_t entity, uint32_t *data)
{
    const struct claims *claims = simulation->claims;
    uint32_t place = claims ? key_map_find(&claims->places, item) : POOL_NONE;
    if (place == POOL_NONE)
        return false;
    const struct carrier_of_claim *carrier = pool_at(&claims->carriers, place);
    const struct claim *claim = pool_at(&claims->claims, carrier->claim);
    *data = claim->data;
    return claim->entity == entity;
}

void claims_pass_on(struct simulation *simulation, uint64_t child, uint64_t parent)
{
    const struct claims *claims = simulation->claims;
    uint32_t place = key_map_find(&claims->places, parent);
    if (place == POOL_NONE || key_map_find(&claims->places, child) != POOL_NONE)
        return;
    carry(simulation, child, ((const struct carrier_of_claim *)pool_at(&claims->carriers, place))->claim);
}

void claim_end(struct simulation *simulation, uint32_t claim)
{
    struct claims *claims = simulation->claims;
    uint32_t next = ((const struct claim *)pool_at(&claims->claims, claim))->carriers;
    while (next != POOL_NONE) {
        uint32_t place = next;
        const struct carrier_of_claim *carrier = pool_at(&claims->carriers, place);
        next = carrier->next;
        key_map_remove(&claims->places, carrier->item);
        pool_give(&claims->carriers, place);
    }
    pool_give(&claims->claims, claim);
}
