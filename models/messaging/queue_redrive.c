/* queue_redrive.c: the task that moves what is in a dead-letter queue back (StartMessageMoveTask), and the other things that may happen to
 * a queue.
 * Sources: the SQS API reference, StartMessageMoveTask and ListMessageMoveTasks; the SQS developer guide, "Configure a dead-letter queue
 * redrive" (oldest first; each is a new message in the queue that gets it) and "DLQ redrive issues"; rules sqs_move_*. */
#include "queue_redrive.h"

#include "notation/property.h"
#include "queue_age.h"
#include "queue_line.h"
#include "queue_messages.h"
#include "queue_past.h"
#include "queue_wait.h"
#include "scenario/validation.h"

static const struct cause cause_moved = {.fate = FATE_SUCCEEDED, .text = "moved by a task"};

void queue_redrive_init(struct simulation *simulation, struct queue *queue)
{
    const struct rule_book *rules = simulation->settings->rules;
    queue->task = (struct move_task){.next = POOL_NONE, .most_ns = rule_ns(rules, "sqs_move_max_h")};
    queue->move_calls_count = rule_flag(rules, "sqs_move_calls_counted");
}

/* The next that the task can take of those that were there when it began. What is in flight or delayed is passed over. */
static uint32_t next_to_move(const struct queue *queue)
{
    uint32_t id = queue->task.next;
    while (id != POOL_NONE && message_at(queue, id)->entered_ns <= queue->task.started_ns) {
        if (queue_line_can_take(queue, id))
            return id;
        id = message_at(queue, id)->age.next;
    }
    return POOL_NONE;
}

/* The k-th message goes k intervals after the beginning, so that rounding does not add up. */
static void schedule_move(struct simulation *simulation, const struct queue *queue)
{
    const struct move_task *task = &queue->task;
    double after_ns = (double)(task->moved + 1) / (double)task->per_s * (double)NS_PER_S;
    simulation_schedule(simulation, queue->self, QUEUE_MOVE, RANK_ARRIVAL, time_add(task->started_ns, time_from_double(after_ns)),
                        task->number);
}

static void fail_task(struct queue *queue)
{
    queue->task.running = false;
    counter_add(&queue->metrics.tasks_failed, 1);
}

/* A task receives, sends and deletes in the name of whoever started it, as many messages in a call as there can be. */
static void count_calls(struct queue *queue, struct queue *target, uint64_t bytes)
{
    struct queue_call *call = &queue->task.call;
    uint64_t deletions = call->count == 0;
    uint64_t requests = queue_call_add(queue, call, queue->receive_max, bytes);
    counter_add(&queue->metrics.received, 1);
    counter_add(&queue->metrics.deleted, 1);
    counter_add(&queue->metrics.requests, requests + deletions);
    counter_add(&target->metrics.sent, 1);
    tally_add(&target->metrics.sent_size, TALLY_ALL, (int64_t)bytes);
    counter_add(&target->metrics.requests, requests);
}

/* Hands the message over as a new one: it is as old as it is there, and was never received. */
static void move_back(struct simulation *simulation, struct queue *queue, uint32_t id, uint32_t destination)
{
    struct entity *target = &simulation->entities[destination];
    struct queue *other = target->state;
    const struct message *message = message_at(queue, id);
    const struct past past = {.from = ENTITY_NONE, .receives = queue_past(queue, id).receives + message->receive_count};
    struct message_content content = queue_content_of(queue, message);
    content.sent_ns = simulation->now_ns;
    content.past = &past;
    queue_trace(simulation, queue, message, "moved", target->name);
    ledger_count(&simulation->entities[queue->self].ledger, &cause_moved);
    counter_add(&queue->metrics.moved_back, 1);
    if (queue->move_calls_count)
        count_calls(queue, other, content.payload_bytes);
    queue->task.moved++;
    if (simulation->tracer)
        simulation_trace_from(simulation, content.item, simulation->entities[queue->self].name);
    queue_remove(simulation, queue, id);
    target->ledger.entered++;
    queue_add(simulation, other, &content, other->config.delay_ns);
}

void queue_move_event(struct simulation *simulation, struct queue *queue, uint32_t number)
{
    struct move_task *task = &queue->task;
    if (!task->running || task->number != number)
        return;
    if (simulation->now_ns >= time_add(task->started_ns, task->most_ns)) {
        fail_task(queue);
        return;
    }
    uint32_t id = next_to_move(queue);
    if (id == POOL_NONE) {
        task->running = false;
        return;
    }
    task->next = id;
    uint32_t destination = task->destination == ENTITY_NONE ? queue_past(queue, id).from : task->destination;
    const struct queue *target = destination == ENTITY_NONE ? NULL : entity_state(simulation, destination);
    if (!target || message_at(queue, id)->payload_bytes > target->config.message_max_bytes) {
        fail_task(queue); /* nobody knows where it came from, or it has no room there */
        return;
    }
    move_back(simulation, queue, id, destination);
    schedule_move(simulation, queue);
}

static const struct property task_properties[] = {
    {"DestinationArn", PROPERTY_REFERENCE, offsetof(struct move_task_arguments, destination),
     .given = PROPERTY_GIVEN(struct move_task_arguments, destination_given),
     .help = "The queue that gets the messages; left out: each goes back to the queue that a redrive policy moved it from."},
    {"MaxNumberOfMessagesPerSecond", PROPERTY_INTEGER, offsetof(struct move_task_arguments, per_s), .minimum = "1",
     .maximum = "sqs_move_rate_max_per_s", .fallback = "sqs_move_rate_default_per_s", .help = "How many are moved each second."},
    {0},
};

static bool is_dead_letter_queue(const struct validation *validation)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), QUEUE_TYPE))
            continue;
        const struct queue_config *config = &((const struct queue *)validation_config(validation, i))->config;
        if (config->redrive_given && config->dead_letter == validation_self(validation))
            return true;
    }
    return false;
}

static void check_destination(struct validation *validation, const struct queue_config *config, uint32_t destination)
{
    const char *name = validation_name(validation, destination);
    if (!model_is(validation_type(validation, destination), QUEUE_TYPE)) {
        validation_error(validation, "DestinationArn", NULL, "%s is no queue", name);
        return;
    }
    if (destination == validation_self(validation)) {
        validation_error(validation, "DestinationArn", NULL, "messages cannot be moved to where they are");
        return;
    }
    const struct queue_config *target = &((const struct queue *)validation_config(validation, destination))->config;
    if (target->fifo != config->fifo)
        validation_error(validation, "DestinationArn", config->fifo ? "name a FIFO queue" : "name a standard queue",
                         "%s is a queue of the other kind", name);
}

static void task_validate(struct validation *validation, const void *blob, void *arguments)
{
    struct move_task_arguments *task = arguments;
    if (!task->destination_given)
        task->destination = ENTITY_NONE;
    if (!is_dead_letter_queue(validation))
        validation_error(validation, "StartMessageMoveTask", "name the queue that a RedrivePolicy names as deadLetterTargetArn",
                         "%s is no queue's dead-letter queue: its messages cannot be moved",
                         validation_name(validation, validation_self(validation)));
    if (task->destination != ENTITY_NONE)
        check_destination(validation, &((const struct queue *)blob)->config, task->destination);
}

static void task_begin(struct simulation *simulation, void *self, const void *blob)
{
    struct queue *queue = self;
    struct move_task *task = &queue->task;
    const struct move_task_arguments *arguments = blob;
    if (task->running) {
        counter_add(&queue->metrics.tasks_refused, 1);
        return;
    }
    task->running = true;
    task->number++;
    task->next = queue->all.head;
    task->destination = arguments->destination;
    task->per_s = arguments->per_s;
    task->started_ns = simulation->now_ns;
    task->moved = 0;
    task->call = (struct queue_call){0};
    schedule_move(simulation, queue);
}

/* What was moved stays where it is. */
static void cancel_begin(struct simulation *simulation, void *self, const void *arguments)
{
    (void)simulation;
    (void)arguments;
    struct queue *queue = self;
    if (!queue->task.running)
        counter_add(&queue->metrics.tasks_refused, 1);
    queue->task.running = false;
}

static void begin_fault(struct simulation *simulation, void *self, const void *arguments)
{
    struct queue *queue = self;
    fault_begin(simulation, &queue->faults, queue->self, arguments);
}

/* Who waits for messages gets them again. */
static void end_fault(struct simulation *simulation, void *self, const void *arguments)
{
    struct queue *queue = self;
    fault_end(&queue->faults, arguments);
    queue_offer(simulation, queue);
}

const struct action queue_actions[] = {
    [ACTION_START_TASK] =
        {
            .verb = "StartMessageMoveTask",
            .properties = task_properties,
            .size = sizeof(struct move_task_arguments),
            .help =
                "Moves the messages that are in this dead-letter queue now, the oldest first, back to the queues that they came from or to "
                "another; there they are new messages. What is in flight, or arrives later, stays.",
            .validate = task_validate,
            .begin = task_begin,
        },
    [ACTION_CANCEL_TASK] =
        {
            .verb = "CancelMessageMoveTask",
            .help = "Ends the task of this dead-letter queue; what was moved stays where it is.",
            .begin = cancel_begin,
        },
    FAULT_ROW("down", NULL, begin_fault, end_fault, "Messages are refused with a server error, and receivers find none."),
    FAULT_ROW("errors", fault_errors_properties, begin_fault, end_fault, "That share of the messages is refused with a server error."),
    {0},
};
