/* in_step.c: what a target that is told of writes holds of each object. */
#include "in_step.h"

struct object {
    int64_t written_ns; /* the last write */
    int64_t told_ns;    /* the write that was told last; -1: none yet */
    int64_t latest_ns;  /* the latest write that was told; -1: none yet */
};

void in_step_init(struct in_step *target, struct in_step_metrics *metrics, struct memory_account *account, const char *name)
{
    target->metrics = metrics;
    pool_init(&target->objects, sizeof(struct object), account, name);
    key_map_init(&target->ids, account, name);
}

void in_step_fini(struct in_step *target)
{
    key_map_fini(&target->ids);
    pool_fini(&target->objects);
}

static void count(struct in_step *target, const struct object *before, const struct object *after, int64_t now_ns)
{
    bool differed = before->told_ns != before->written_ns, differs = after->told_ns != after->written_ns;
    bool was_behind = before->latest_ns != before->written_ns, is_behind = after->latest_ns != after->written_ns;
    if (differs != differed)
        gauge_add(&target->metrics->differing, now_ns, differs ? 1 : -1);
    if (is_behind != was_behind)
        gauge_add(&target->metrics->behind, now_ns, is_behind ? 1 : -1);
}

enum status in_step_written(struct in_step *target, uint64_t key, int64_t now_ns)
{
    uint32_t id = key_map_find(&target->ids, key);
    if (id == POOL_NONE) {
        id = pool_take(&target->objects);
        enum status status = id == POOL_NONE ? target->ids.account->status : key_map_put(&target->ids, key, id);
        if (status != STATUS_OK)
            return status;
        *(struct object *)pool_at(&target->objects, id) = (struct object){.written_ns = -1, .told_ns = -1, .latest_ns = -1};
    }
    struct object *object = pool_at(&target->objects, id), before = *object;
    object->written_ns = now_ns;
    count(target, &before, object, now_ns);
    return STATUS_OK;
}

void in_step_told(struct in_step *target, uint64_t key, int64_t written_ns, int64_t now_ns)
{
    uint32_t id = key_map_find(&target->ids, key);
    if (id == POOL_NONE)
        return;
    struct object *object = pool_at(&target->objects, id), before = *object;
    if (written_ns < object->latest_ns)
        counter_add(&target->metrics->out_of_order, 1);
    object->told_ns = written_ns;
    if (written_ns > object->latest_ns)
        object->latest_ns = written_ns;
    count(target, &before, object, now_ns);
}
