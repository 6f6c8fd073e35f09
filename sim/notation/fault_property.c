/* fault_property.c: what an entry of `changes` says of a fault, the same for whatever it befalls. */
#include "engine/fault.h"
#include "notation/property.h"

#define AT(field) offsetof(struct fault, field)
/* Which of the kinds the table is of: nobody writes it. */
#define KIND(NUMBER)                                                                                                                       \
    {                                                                                                                                      \
        {"kind", PROPERTY_INTEGER, AT(kind), .fallback = NUMBER, .help = ""}, {0},                                                         \
    }

static const struct property slow_kind[] = KIND("1");
static const struct property errors_kind[] = KIND("2");
static const struct property lost_kind[] = KIND("3");
_Static_assert(FAULT_DOWN == 0 && FAULT_SLOW == 1 && FAULT_ERRORS == 2 && FAULT_LOST == 3, "as the tables write them");

static const struct property all_lost[] = {
    {"kind", PROPERTY_INTEGER, AT(kind), .fallback = "3", .help = ""},
    {"share", PROPERTY_PROBABILITY, AT(share), .fallback = "1", .help = ""},
    {0},
};

const struct property fault_slow_properties[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = slow_kind},
    {"factor", PROPERTY_NUMBER, AT(factor), .minimum = "0.001", .maximum = "1000000", .required = true,
     .help = "How many times longer it takes, such as 10."},
    {0},
};

const struct property fault_errors_properties[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = errors_kind},
    {"rate", PROPERTY_PROBABILITY, AT(rate), .required = true, .help = "The share that fails, such as 0.2."},
    {0},
};

const struct property fault_share_properties[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = lost_kind},
    {"share", PROPERTY_PROBABILITY, AT(share), .required = true, .help = "The share that is lost, such as 0.33."},
    {0},
};

const struct property fault_all_properties[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = all_lost},
    {0},
};
