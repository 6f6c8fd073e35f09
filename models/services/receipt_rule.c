/* receipt_rule.c: AWS::SES::ReceiptRule: a mail's actions, in order, until one stops them. A RequestResponse Lambda action waits for its
 * function, at most 30 s, and may stop the rest; an Event action does not wait.
 * Source: Amazon SES Developer Guide, "Action options" of receipt rules; rules ses_*. */
#include "callback.h"
#include "measure/bill.h"
#include "measure/tally.h"
#include "service.h"

#include <stdio.h>

enum mail_event { MAIL_TIMEOUT, MAIL_CALL, MAIL_BEGIN };
enum invocation { INVOCATION_EVENT, INVOCATION_WAITS };

/* One action of the rule: of its objects one is given. */
struct mail_action {
    uint32_t function, bucket, topic;
    int invocation; /* enum invocation */
    bool lambda, s3, sns, stop, other;
    uint32_t target; /* by `validate`; ENTITY_NONE: nothing that is simulated */
};

/* A mail whose actions are under way. */
struct mail {
    uint32_t pool_link;
    uint32_t action; /* which is under way */
    int64_t came_ns;
    struct request model;
};

struct receipt_rule {
    uint32_t self;
    struct property_list actions; /* of struct mail_action */
    bool enabled;
    const struct distribution *delay;
    double stop_rate;
    struct callback_behavior behavior; /* always answers */
    struct callbacks callbacks;
    struct pool mails;
    struct part *part;
    int64_t sync_timeout_ns;
    uint32_t event_bytes; /* a function gets the mail's headers and what was found out about it, not its text */
    uint64_t chunk_bytes; /* what is billed as one */
    struct stream delay_stream, stop_stream;
    struct counter received, processed, stopped, timed_out, failed;
    struct counter chunks; /* whole ones, as billed */
    struct tally duration;
};

static const struct cause cause_stopped = {.fate = FATE_DISCARDED, .text = "stopped"};

static const char *const invocations[] = {"Event", "RequestResponse", NULL};

#define ACTION(field) offsetof(struct mail_action, field)
#define GIVEN(field) PROPERTY_GIVEN(struct mail_action, field)
#define AT(field) offsetof(struct receipt_rule, field)
#define OTHER(NAME)                                                                                                                        \
    {                                                                                                                                      \
        .name = NAME, .kind = PROPERTY_ACCEPTED, .given = GIVEN(other)                                                                     \
    }

static const struct property lambda_rows[] = {
    {"FunctionArn", PROPERTY_REFERENCE, ACTION(function), .required = true, .help = "The function."},
    {"InvocationType", PROPERTY_ENUM, ACTION(invocation), .choices = invocations, .fallback = "\"Event\"",
     .help = "RequestResponse waits for the function, which may stop what follows."},
    ACCEPTED("TopicArn"),
    {0},
};

static const struct property s3_rows[] = {
    {"BucketName", PROPERTY_REFERENCE, ACTION(bucket), .required = true, .help = "The bucket that gets the mail."},
    ACCEPTED("IamRoleArn"),
    ACCEPTED("KmsKeyArn"),
    ACCEPTED("ObjectKeyPrefix"),
    ACCEPTED("TopicArn"),
    {0},
};

static const struct property sns_rows[] = {
    {"TopicArn", PROPERTY_REFERENCE, ACTION(topic), .required = true, .help = "The topic that gets the mail."},
    ACCEPTED("Encoding"),
    {0},
};

static const struct property stop_rows[] = {
    {.name = "Scope", .kind = PROPERTY_ACCEPTED, .required = true},
    ACCEPTED("TopicArn"),
    {0},
};

static const struct property action_properties[] = {
    {"LambdaAction", PROPERTY_OBJECT, 0, .properties = lambda_rows, .given = GIVEN(lambda), .help = "Invokes a function."},
    {"S3Action", PROPERTY_OBJECT, 0, .properties = s3_rows, .given = GIVEN(s3), .help = "Puts the mail into a bucket."},
    {"SNSAction", PROPERTY_OBJECT, 0, .properties = sns_rows, .given = GIVEN(sns), .help = "Publishes the mail to a topic."},
    {"StopAction", PROPERTY_OBJECT, 0, .properties = stop_rows, .given = GIVEN(stop), .help = "Ends the rule."},
    OTHER("AddHeaderAction"),
    OTHER("BounceAction"),
    OTHER("ConnectAction"),
    OTHER("WorkmailAction"),
    {0},
};

static const struct property rule_rows[] = {
    {"Actions", PROPERTY_LIST, AT(actions), .properties = action_properties, .size = sizeof(struct mail_action), .minimum = "0",
     .maximum = "10", .help = "What is done with a mail, in order."},
    {"Enabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "false", .help = "Only then the rule does anything."},
    ACCEPTED("Name"),
    ACCEPTED("Recipients"),
    ACCEPTED("ScanEnabled"),
    ACCEPTED("TlsPolicy"),
    {0},
};

static const struct property receipt_rule_properties[] = {
    {"Rule", PROPERTY_OBJECT, 0, .properties = rule_rows, .required = true, .help = "What the rule does."},
    {.name = "RuleSetName", .kind = PROPERTY_ACCEPTED, .required = true},
    ACCEPTED("After"),
    {0},
};

static const struct property receipt_rule_behavior[] = {
    {"delivery_delay", PROPERTY_TIME_DISTRIBUTION, AT(delay), .fallback = "ses_delay",
     .help = "From a mail's arrival to its first action."},
    {"stop_rate", PROPERTY_PROBABILITY, AT(stop_rate), .fallback = "0",
     .help = "How often a function that is waited for says that the rest be left out."},
    {0},
};

static const struct metric_type receipt_rule_metrics[] = {
    {"slsim", "MailsReceived", "Count", METRIC_COUNT, AT(received), .help = "Mails that came."},
    {"slsim", "MailsProcessed", "Count", METRIC_COUNT, AT(processed), .better = 1, .help = "Mails whose actions were all done."},
    {"slsim", "MailsStopped", "Count", METRIC_COUNT, AT(stopped), .help = "Mails that a function or a stop action ended before."},
    {"slsim", "ActionsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1,
     .help = "Actions that failed; the next one follows all the same."},
    {"slsim", "ActionsTimedOut", "Count", METRIC_COUNT, AT(timed_out), .better = -1, .help = "Functions that were waited for in vain."},
    {"slsim", "MailDuration", "Milliseconds", METRIC_TALLY, AT(duration), .better = -1,
     .help = "From a mail's arrival to the end of its actions."},
    {NULL, "billed chunks", "None", METRIC_COUNT, AT(chunks), .help = ""},
    {0},
};

enum { ITEM_MESSAGES, ITEM_CHUNKS };

static const struct line_item receipt_rule_line_items[] = {
    [ITEM_MESSAGES] = {"SES-ReceivedMessage", "Mails that came."},
    [ITEM_CHUNKS] = {"SES-ReceivedChunk", "Of each mail the whole 256 KB."},
    {0},
};

static void receipt_rule_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct receipt_rule *rule = self;
    bill_add(bill, &receipt_rule_line_items[ITEM_MESSAGES], (double)rule->received.whole);
    bill_add(bill, &receipt_rule_line_items[ITEM_CHUNKS], (double)rule->chunks.whole);
}

static void resolve_action(struct validation *validation, struct mail_action *action, size_t number)
{
    char property[80];
    const char *name = action->lambda ? "LambdaAction.FunctionArn" : action->s3 ? "S3Action.BucketName" : "SNSAction.TopicArn";
    unsigned kind = action->lambda ? KIND_FUNCTION : action->s3 ? KIND_BUCKET : KIND_TOPIC;
    uint32_t target = action->lambda ? action->function : action->s3 ? action->bucket : action->topic;
    int given = action->lambda + action->s3 + action->sns + action->stop + action->other;
    action->target = ENTITY_NONE;
    snprintf(property, sizeof property, "Rule.Actions[%zu]", number);
    if (given != 1)
        validation_error(validation, property, "make an action of each", "an action does one thing, and here are %d", given);
    snprintf(property, sizeof property, "Rule.Actions[%zu].%s", number, name);
    if (given == 1 && !action->stop && !action->other && kind_check(validation, property, target, kind))
        action->target = target;
    validation_flow(validation, validation_self(validation), action->target);
}

static void receipt_rule_validate(struct validation *validation, void *config)
{
    struct receipt_rule *rule = config;
    struct mail_action *actions = rule->actions.items;
    for (size_t i = 0; i < rule->actions.count; i++)
        resolve_action(validation, &actions[i], i);
    if (!rule->enabled)
        validation_warning(validation, "Rule.Enabled", "set Rule.Enabled to true", "the rule is not enabled: it does nothing");
}

static void finish_mail(struct simulation *simulation, struct receipt_rule *rule, uint32_t id, const struct cause *cause)
{
    const struct mail *mail = pool_at(&rule->mails, id);
    ledger_count(&rule->part->ledger, cause);
    counter_add(cause == &cause_succeeded ? &rule->processed : &rule->stopped, 1);
    tally_add(&rule->duration, TALLY_ALL, simulation->now_ns - mail->came_ns);
    pool_give(&rule->mails, id);
}

/* The action that is next, past those that take no time here. */
static void act(struct simulation *simulation, struct receipt_rule *rule, uint32_t id)
{
    struct mail *mail = pool_at(&rule->mails, id);
    const struct mail_action *actions = rule->actions.items;
    while (mail->action < rule->actions.count && actions[mail->action].target == ENTITY_NONE && !actions[mail->action].stop)
        mail->action++;
    if (mail->action >= rule->actions.count) {
        finish_mail(simulation, rule, id, &cause_succeeded);
        return;
    }
    const struct mail_action *action = &actions[mail->action];
    if (action->stop) {
        finish_mail(simulation, rule, id, mail->action + 1 < rule->actions.count ? &cause_stopped : &cause_succeeded);
        return;
    }
    bool waits = action->lambda && action->invocation == INVOCATION_WAITS;
    struct request model = mail->model;
    if (action->lambda && model.payload_bytes > rule->event_bytes)
        model.payload_bytes = rule->event_bytes;
    callbacks_ask(simulation, &rule->callbacks, action->target, waits ? CALLBACK_OF_ANSWER : CALLBACK_OF_ACCEPTANCE, &model, mail->action,
                  id, waits ? rule->sync_timeout_ns : TIME_FOREVER);
}

/* An action is over. */
static void action_ended(struct simulation *simulation, void *owner, uint32_t id, enum callback_end end)
{
    struct receipt_rule *rule = owner;
    struct mail *mail = pool_at(&rule->mails, id);
    const struct mail_action *action = &((const struct mail_action *)rule->actions.items)[mail->action];
    if (end == CALLBACK_NEVER)
        counter_add(&rule->timed_out, 1);
    if (end != CALLBACK_SUCCESS)
        counter_add(&rule->failed, 1);
    stream_at(&rule->stop_stream, mail->model.item, mail->action);
    bool asked = action->lambda && action->invocation == INVOCATION_WAITS && end == CALLBACK_SUCCESS;
    if (asked && stream_uniform(&rule->stop_stream) < rule->stop_rate) {
        finish_mail(simulation, rule, id, &cause_stopped);
        return;
    }
    mail->action++;
    act(simulation, rule, id);
}

static enum status receipt_rule_create(struct simulation *simulation, void *self)
{
    struct receipt_rule *rule = self;
    const char *name = simulation->entities[rule->self].name;
    rule->behavior = (struct callback_behavior){.callback_rate = 1};
    callbacks_init(&rule->callbacks, simulation, rule, rule->self, MAIL_TIMEOUT, MAIL_CALL, &rule->behavior, action_ended);
    pool_init(&rule->mails, sizeof(struct mail), &simulation->memory, name);
    stream_init(&rule->delay_stream, simulation->settings->seed, simulation->replication, name, "delivery_delay");
    stream_init(&rule->stop_stream, simulation->settings->seed, simulation->replication, name, "stop");
    rule->sync_timeout_ns = rule_ns(simulation->settings->rules, "ses_lambda_sync_timeout_s");
    rule->event_bytes = (uint32_t)rule_bytes(simulation->settings->rules, "ses_event_bytes");
    rule->chunk_bytes = (uint64_t)rule_bytes(simulation->settings->rules, "ses_chunk_kb");
    rule->part = simulation_part(simulation, rule->self, "mails");
    return rule->part ? STATUS_OK : STATUS_NO_MEMORY;
}

static void receipt_rule_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct receipt_rule *rule = self;
    callbacks_fini(&rule->callbacks);
    if (rule->mails.owner)
        pool_fini(&rule->mails);
}

static void receipt_rule_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct receipt_rule *rule = self;
    counter_add(&rule->received, 1);
    counter_add(&rule->chunks, rule->chunk_bytes > 0 ? request->payload_bytes / rule->chunk_bytes : request->payload_bytes);
    uint32_t id = rule->enabled ? pool_take(&rule->mails) : POOL_NONE;
    if (id == POOL_NONE) {
        if (rule->enabled)
            simulation_fail(simulation, simulation->memory.status);
        else
            request_done(simulation, rule->self, request, &cause_succeeded);
        return;
    }
    *(struct mail *)pool_at(&rule->mails, id) = (struct mail){.came_ns = simulation->now_ns, .model = *request};
    stream_at(&rule->delay_stream, request->item, 0);
    int64_t at_ns = time_add(simulation->now_ns, distribution_sample_ns(rule->delay, &rule->delay_stream.rng));
    simulation_schedule(simulation, rule->self, MAIL_BEGIN, RANK_ARRIVAL, at_ns, id);
    rule->part->ledger.entered++;
    request_done(simulation, rule->self, request, &cause_succeeded);
}

static void receipt_rule_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct receipt_rule *rule = self;
    if (event->kind == MAIL_BEGIN)
        act(simulation, rule, event->data);
    else
        callbacks_handle(simulation, &rule->callbacks, event);
}

static void receipt_rule_done(struct simulation *simulation, void *self, struct request *request)
{
    callbacks_answered(simulation, &((struct receipt_rule *)self)->callbacks, request);
}

static enum status receipt_rule_finish(struct simulation *simulation, void *self)
{
    const struct receipt_rule *rule = self;
    part_in_flight(simulation, rule->part, rule->mails.used);
    return STATUS_OK;
}

const struct model_type receipt_rule_type = {
    .type = "AWS::SES::ReceiptRule",
    .service = "Amazon Simple Email Service",
    .help = "A rule for mail that comes in: each arrival of a source is a mail.",
    .size = sizeof(struct receipt_rule),
    .self_offset = AT(self),
    .properties = receipt_rule_properties,
    .behavior = receipt_rule_behavior,
    .metrics = receipt_rule_metrics,
    .line_items = receipt_rule_line_items,
    .quantities = receipt_rule_quantities,
    .validate = receipt_rule_validate,
    .create = receipt_rule_create,
    .destroy = receipt_rule_destroy,
    .handle = receipt_rule_handle,
    .accept = receipt_rule_accept,
    .done = receipt_rule_done,
    .finish = receipt_rule_finish,
};
