/* database_bill.c: what an instance costs: by its class and engine, on demand. A class that the book lacks costs as much as its family's
 * `large` for each two of its vCPUs, which is how AWS's list goes; one with a disk of its own, "db.m6gd", as much as without: the book has
 * no prices of those, which are a few percent higher. */
#include "database_state.h"

#include <stdio.h>
#include <string.h>

#define HOURS "An instance of this class x time."

/* One by each class, in the order of the alphabet; storage is last. */
const struct line_item database_line_items[] = {
    {"InstanceUsage:db.m5.large:mysql", HOURS},
    {"InstanceUsage:db.m5.large:postgres", HOURS},
    {"InstanceUsage:db.m6g.large:mysql", HOURS},
    {"InstanceUsage:db.r5.large:aurora", HOURS},
    {"InstanceUsage:db.r5.large:mysql", HOURS},
    {"InstanceUsage:db.r5.large:postgres", HOURS},
    {"InstanceUsage:db.r6g.large:aurora", HOURS},
    {"InstanceUsage:db.r6g.large:mysql", HOURS},
    {"InstanceUsage:db.r6g.large:postgres", HOURS},
    {"InstanceUsage:db.r6g.xlarge:aurora", HOURS},
    {"InstanceUsage:db.r7g.large:aurora", HOURS},
    {"InstanceUsage:db.r7g.large:mysql", HOURS},
    {"InstanceUsage:db.t3.large:aurora", HOURS},
    {"InstanceUsage:db.t3.large:mysql", HOURS},
    {"InstanceUsage:db.t3.large:postgres", HOURS},
    {"InstanceUsage:db.t3.medium:aurora", HOURS},
    {"InstanceUsage:db.t3.medium:mysql", HOURS},
    {"InstanceUsage:db.t3.medium:postgres", HOURS},
    {"InstanceUsage:db.t3.micro:mysql", HOURS},
    {"InstanceUsage:db.t3.micro:postgres", HOURS},
    {"InstanceUsage:db.t3.small:mysql", HOURS},
    {"InstanceUsage:db.t3.small:postgres", HOURS},
    {"InstanceUsage:db.t4g.large:aurora", HOURS},
    {"InstanceUsage:db.t4g.large:mysql", HOURS},
    {"InstanceUsage:db.t4g.medium:aurora", HOURS},
    {"InstanceUsage:db.t4g.medium:mysql", HOURS},
    {"InstanceUsage:db.t4g.medium:postgres", HOURS},
    {"InstanceUsage:db.t4g.micro:mysql", HOURS},
    {"InstanceUsage:db.t4g.micro:postgres", HOURS},
    {"InstanceUsage:db.t4g.small:mysql", HOURS},
    {"InstanceUsage:db.t4g.small:postgres", HOURS},
    {"RDS:GP3-Storage", "AllocatedStorage x time, of what is not Aurora."},
    {"Aurora:ServerlessV2Usage", "Capacity x time, of an instance of the class db.serverless."},
    {0},
};

#define ITEMS (sizeof database_line_items / sizeof *database_line_items)
const size_t database_line_item_gp3 = ITEMS - 3, database_line_item_serverless = ITEMS - 2;

static const struct line_item *find_item(const char *class, const char *engine)
{
    char name[120];
    snprintf(name, sizeof name, "InstanceUsage:%.60s:%s", class, engine);
    for (size_t i = 0; i < database_line_item_gp3; i++)
        if (strcmp(database_line_items[i].usage_type, name) == 0)
            return &database_line_items[i];
    return NULL;
}

const struct line_item *database_line_item(enum database_engine engine, const char *class, int64_t vcpus, double *units)
{
    static const char *const priced_as[] = {[ENGINE_POSTGRES] = "postgres",
                                            [ENGINE_MYSQL] = "mysql",
                                            [ENGINE_MARIADB] = "mysql",
                                            [ENGINE_AURORA_POSTGRES] = "aurora",
                                            [ENGINE_AURORA_MYSQL] = "aurora"};
    char plain[80];
    snprintf(plain, sizeof plain, "%.79s", class);
    char *disk = strlen(plain) > 4 ? strchr(plain + 4, 'd') : NULL, *dot = strrchr(plain, '.');
    if (disk && dot && disk < dot) { /* "db.m6gd.large" */
        memmove(disk, disk + 1, strlen(disk));
        class = plain;
    }
    const struct line_item *item = find_item(class, priced_as[engine]);
    *units = 1;
    const char *size = strrchr(class, '.');
    if (item || !size || !strstr(size, "xlarge"))
        return item;
    char large[80];
    snprintf(large, sizeof large, "%.*s.large", (int)(size - class), class);
    *units = (double)vcpus / 2;
    return find_item(large, priced_as[engine]);
}
