/* identity.h: who has rights: roles, users, and the policies that are attached to them. */
#ifndef SLSIM_PERMISSIONS_IDENTITY_H
#define SLSIM_PERMISSIONS_IDENTITY_H

#include "managed.h"

/* What SAM's `Policies` may name beside documents: its templates, each with the one of its parameters that says what it is about. */
#define SAM_TEMPLATES(ROW)                                                                                                                 \
    ROW(AWSSecretsManagerGetSecretValuePolicy, SecretArn)                                                                                  \
    ROW(CloudWatchPutMetricPolicy, )                                                                                                       \
    ROW(DynamoDBCrudPolicy, TableName)                                                                                                     \
    ROW(DynamoDBReadPolicy, TableName)                                                                                                     \
    ROW(DynamoDBStreamReadPolicy, TableName)                                                                                               \
    ROW(DynamoDBWritePolicy, TableName)                                                                                                    \
    ROW(EventBridgePutEventsPolicy, EventBusName)                                                                                          \
    ROW(FirehoseCrudPolicy, DeliveryStreamName)                                                                                            \
    ROW(FirehoseWritePolicy, DeliveryStreamName)                                                                                           \
    ROW(KinesisCrudPolicy, StreamName)                                                                                                     \
    ROW(KinesisStreamReadPolicy, StreamName)                                                                                               \
    ROW(LambdaInvokePolicy, FunctionName)                                                                                                  \
    ROW(S3CrudPolicy, BucketName)                                                                                                          \
    ROW(S3FullAccessPolicy, BucketName)                                                                                                    \
    ROW(S3ReadPolicy, BucketName)                                                                                                          \
    ROW(S3WritePolicy, BucketName)                                                                                                         \
    ROW(SESCrudPolicy, IdentityName)                                                                                                       \
    ROW(SNSCrudPolicy, TopicName)                                                                                                          \
    ROW(SNSPublishMessagePolicy, TopicName)                                                                                                \
    ROW(SQSPollerPolicy, QueueName)                                                                                                        \
    ROW(SQSSendMessagePolicy, QueueName)                                                                                                   \
    ROW(SSMParameterReadPolicy, ParameterName)                                                                                             \
    ROW(StepFunctionsCallbackPolicy, StateMachineName)                                                                                     \
    ROW(StepFunctionsExecutionPolicy, StateMachineName)                                                                                    \
    ROW(VPCAccessPolicy, )

enum sam_template {
#define SAM_TEMPLATE_NUMBER(NAME, PARAMETER) TEMPLATE_##NAME,
    SAM_TEMPLATES(SAM_TEMPLATE_NUMBER)
#undef SAM_TEMPLATE_NUMBER
        SAM_TEMPLATE_COUNT
};

/* {"QueueName": ...} */
struct template_parameter {
    const char *name, *value;
};

/* An entry of `Policies`: of a role a document with a name; of a SAM function a document, a managed policy, or templates. */
struct inline_policy {
    struct property_list statements;
    const char *name;
    const char *managed;
    bool uses[SAM_TEMPLATE_COUNT];
    struct property_list parameters[SAM_TEMPLATE_COUNT]; /* struct template_parameter */
};

/* A role, a user or a policy. */
struct identity {
    uint32_t self;
    struct property_list policies; /* struct inline_policy */
    struct string_list managed;    /* ManagedPolicyArns */
    bool trust_given;
    const char *boundary;            /* PermissionsBoundary; NULL: none */
    int64_t session_ns;              /* MaxSessionDuration */
    struct property_list trust;      /* of a role: who may assume it */
    struct property_list statements; /* of a policy, which is attached to */
    struct string_list roles, users;
};

bool is_identity_type(const struct model_type *type);
/* AWS::IAM::Policy and ManagedPolicy. */
bool is_policy_type(const struct model_type *type);

/* Calls `visit` for each statement that `identity` itself has, templates and managed policies spelled out; managed policies of the scenario
 * are left to their own entities. */
void identity_statements(struct validation *validation, const struct identity *identity,
                         void (*visit)(void *context, const struct property_list *statements), void *context);

/* What an identity may do at most. False: there is no bound. */
bool identity_boundary(struct validation *validation, const struct identity *identity, struct property_list *statements);

#endif
