/* queue_send.c: who sends, what is refused, and what a FIFO queue takes for a second sending of the same.
 * Sources: rules sqs_message_max_kb, sqs_fifo_calls_per_s, sqs_fifo_messages_per_s, sqs_fifo_deduplication_s; the SQS API reference,
 * SendMessage. */
#include "queue_send.h"

#include "queue_messages.h"

#include <math.h>

static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "InvalidParameterValue: message too large"};
static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottlingException"};
static const struct cause cause_deduplicated = {.fate = FATE_DROPPED, .text = "deduplicated"};

/* AWS counts calls per second; the bucket holds one second's worth. */
static void init_quotas(struct queue *queue, const struct rule_book *rules)
{
    bool high = queue->config.throughput == THROUGHPUT_PER_GROUP;
    double calls_per_s = rule_number(rules, high ? "sqs_fifo_high_throughput_calls_per_s" : "sqs_fifo_calls_per_s");
    double messages_per_s = calls_per_s * (double)queue->config.send_batch;
    if (!high)
        messages_per_s = fmin(messages_per_s, rule_number(rules, "sqs_fifo_messages_per_s"));
    token_bucket_init_per_s(&queue->send_quota, fmax(messages_per_s, 1), 1, 0);
    token_bucket_init_per_s(&queue->receive_quota, fmax(calls_per_s, 1), 1, 0);
    queue->receive_step_ns = (NS_PER_S + queue->receive_quota.tokens - 1) / queue->receive_quota.tokens;
}

void queue_send_init(struct simulation *simulation, struct queue *queue)
{
    const char *name = simulation->entities[queue->self].name;
    pool_init(&queue->sent_items, sizeof(struct sent), &simulation->memory, name);
    chain_init(&queue->sent_window, &queue->sent_items, offsetof(struct sent, link));
    pool_init(&queue->sent_pages, sizeof(struct sent_page), &simulation->memory, name);
    key_map_init(&queue->sent_page_ids, &simulation->memory, name);
    init_quotas(queue, simulation->settings->rules);
}

void queue_send_fini(struct queue *queue)
{
    key_map_fini(&queue->sent_page_ids);
    pool_fini(&queue->sent_pages);
    pool_fini(&queue->sent_items);
}

static uint64_t page_bit(uint64_t item)
{
    return UINT64_C(1) << item % SENT_PAGE_ITEMS;
}

/* POOL_NONE: none of the items in a row with it was sent. */
static uint32_t find_page(const struct queue *queue, uint64_t item)
{
    return key_map_find(&queue->sent_page_ids, item / SENT_PAGE_ITEMS);
}

/* Marks the item as sent, in `page_id` where there is one. */
static enum status mark_sent(struct simulation *simulation, struct queue *queue, uint32_t page_id, uint64_t item)
{
    if (page_id == POOL_NONE) {
        page_id = pool_take(&queue->sent_pages);
        if (page_id == POOL_NONE)
            return simulation->memory.status;
        *(struct sent_page *)pool_at(&queue->sent_pages, page_id) = (struct sent_page){0};
        enum status status = key_map_put(&queue->sent_page_ids, item / SENT_PAGE_ITEMS, page_id);
        if (status != STATUS_OK)
            return status;
    }
    ((struct sent_page *)pool_at(&queue->sent_pages, page_id))->items |= page_bit(item);
    return STATUS_OK;
}

static void unmark_sent(struct queue *queue, uint64_t item)
{
    uint32_t page_id = find_page(queue, item);
    struct sent_page *page = pool_at(&queue->sent_pages, page_id);
    page->items &= ~page_bit(item);
    if (page->items != 0)
        return;
    key_map_remove(&queue->sent_page_ids, item / SENT_PAGE_ITEMS);
    pool_give(&queue->sent_pages, page_id);
}

/* Forgets what was sent longer ago than the window. */
static void pass_window(struct queue *queue, int64_t now_ns)
{
    while (queue->sent_window.head != POOL_NONE) {
        uint32_t id = queue->sent_window.head;
        const struct sent *sent = pool_at(&queue->sent_items, id);
        if (time_add(sent->at_ns, queue->deduplication_ns) > now_ns)
            return;
        unmark_sent(queue, sent->item);
        chain_remove(&queue->sent_window, id);
        pool_give(&queue->sent_items, id);
    }
}

/* Was this item sent within the window? Remembers it if not. The sender's deduplication id, or the content's hash, stands for the item: a
 * second try has the same, another item never. The scope makes no difference, as the item's group is the same too. */
static bool is_repeated(struct simulation *simulation, struct queue *queue, uint64_t item)
{
    pass_window(queue, simulation->now_ns);
    uint32_t page_id = find_page(queue, item);
    if (page_id != POOL_NONE && ((const struct sent_page *)pool_at(&queue->sent_pages, page_id))->items & page_bit(item))
        return true;
    uint32_t id = pool_take(&queue->sent_items);
    enum status status = id == POOL_NONE ? simulation->memory.status : mark_sent(simulation, queue, page_id, item);
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return false;
    }
    *(struct sent *)pool_at(&queue->sent_items, id) = (struct sent){.item = item, .at_ns = simulation->now_ns};
    chain_append(&queue->sent_window, id);
    return false;
}

void queue_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct queue *queue = self;
    struct queue_metrics *metrics = &queue->metrics;
    if (fault_answers(simulation, &queue->faults, queue->self, request))
        return;
    if (request->payload_bytes > queue->config.message_max_bytes) {
        request_done(simulation, queue->self, request, &cause_too_large);
        return;
    }
    if (queue->config.fifo && !token_bucket_take(&queue->send_quota, 1, simulation->now_ns)) {
        counter_add(&metrics->throttled, 1);
        request_done(simulation, queue->self, request, &cause_throttled);
        return;
    }
    counter_add(&metrics->requests, queue_call_add(queue, &queue->batch, queue->config.send_batch, request->payload_bytes));
    if (queue->config.fifo && is_repeated(simulation, queue, request->item)) {
        counter_add(&metrics->deduplicated, 1);
        ledger_count(&simulation->entities[queue->self].ledger, &cause_deduplicated);
        simulation->answer_repeats = true;
    } else {
        const struct message_content content = {
            .item = request->item,
            .sent_ns = simulation->now_ns,
            .payload_bytes = request->payload_bytes,
            .key = request->group,
            .content = request->content,
            .hops = request->hops,
            .poison = request->poison,
        };
        counter_add(&metrics->sent, 1);
        tally_add(&metrics->sent_size, TALLY_ALL, request->payload_bytes);
        queue_add(simulation, queue, &content, queue->config.delay_ns);
    }
    request_answer(simulation, request, &cause_succeeded);
    simulation->answer_repeats = false;
}
