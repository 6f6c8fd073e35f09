/* test_network.c: whom functions in a VPC reach, what their gateways count, reset and refuse, and what that costs. */
#include "network_fixture.h"

#include "engine/cidr.h"
#include "measure/bill.h"

#include <string.h>

static void test_cidr(void **state)
{
    struct cidr block, other;
    (void)state;
    assert_true(cidr_read("10.0.1.0/24", &block));
    assert_int_equal(cidr_size(&block), 256);
    assert_true(cidr_read("10.0.1.77", &other));
    assert_int_equal(cidr_size(&other), 1);
    assert_true(cidr_holds(&block, &other));
    assert_false(cidr_holds(&other, &block));
    assert_true(cidr_overlap(&other, &block));
    assert_true(cidr_read("10.0.1.99/24", &other)); /* the same, in another spelling */
    assert_true(cidr_holds(&block, &other) && cidr_holds(&other, &block));
    assert_true(cidr_read("0.0.0.0/0", &other));
    assert_int_equal(cidr_size(&other), UINT64_C(1) << 32);
    assert_true(cidr_holds(&other, &block));
    assert_true(cidr_read("10.0.2.0/24", &other));
    assert_false(cidr_overlap(&block, &other));
    static const char *const wrong[] = {"",
                                        "10.0.1",
                                        "10.0.1.0/",
                                        "10.0.1.0/33",
                                        "10.0.1.0/-1",
                                        "10.0.1.0/24x",
                                        "10.0.1.256/24",
                                        "10.0.1.0 /24",
                                        "10.0.1.0/99999999999999999999",
                                        "fd00::/8"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cidr_read(wrong[i], &other))
            fail_msg("read as a block: %s", wrong[i]);
}

#define PARTNER "'Partner': {'Type': 'Custom::External'}, "
#define QUEUE "'Jobs': {'Type': 'AWS::SQS::Queue'}, "

/* Nothing leads out: the call has no answer, and the function runs into its time limit, 3 s each. What is in the VPC is reached. */
static void test_no_internet(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '100s', 'drain': '10s', 'Resources': {" NETWORK("10.0.1.0/24")
                  PARTNER INSIDE("F", "sg-1", ", 'Timeout': 3") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Partner'}]}}, "
                                                                "'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "F", FATE_TIMED_OUT, "Sandbox.Timedout"), 100);
    assert_near(figure(run, "F", "Duration", "Minimum"), 3000, 0);
    assert_int_equal(count_of(run, "Partner", "Calls"), 0);
    assert_int_equal(count_of(run, "Private", "Unreachable"), 100);
    model_run(run,
              "{'duration': '100s', 'drain': '10s', 'Resources': {" NETWORK("10.0.1.0/24")
                  PARTNER INSIDE("F", "sg-1", ", 'Timeout': 3") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Partner'}]}, "
                                                                "'Partner': {'in_vpc': true}}, 'traffic': [{'name': 't', 'target': 'F', "
                                                                "'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 100);
}

/* A client that waits longer hears after 127 s that the connection timed out: packets after 0, 1, 3, 7, 15, 31 and 63 s, and 64 s more. */
static void test_connection_timed_out(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10s', 'drain': '10m', 'Resources': {" NETWORK("10.0.1.0/24")
                  PARTNER INSIDE("F", "sg-1", ", 'Timeout': 600") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Partner'}]}}, "
                                                                  "'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "function error"), 10);
    assert_near(figure(run, "F", "Duration", "Minimum"), 127000, 0);
    assert_near(figure(run, "F", "Duration", "Maximum"), 127000, 0);
    assert_int_equal(fates_of(run, "Private", FATE_TIMED_OUT, "connection timed out"), 10);
    /* A step's own limit is shorter; each attempt is a packet into nowhere again. */
    model_run(run, "{'duration': '10s', 'drain': '10m', 'Resources': {" NETWORK("10.0.1.0/24") PARTNER INSIDE(
                       "F", "sg-1",
                       ", 'Timeout': 600") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Partner', 'timeout': '5s', 'retry': "
                                           "{'max_attempts': 2, 'base': '1s', 'jitter': 'none', 'on': ['timeout']}}]}}, 'traffic': "
                                           "[{'name': 't', 'target': 'F', 'constant': '1/s'}]}");
    assert_near(figure(run, "F", "Duration", "Maximum"), 11000, 0);
    assert_int_equal(count_of(run, "Private", "Unreachable"), 20);
    assert_int_equal(fates_of(run, "Private", FATE_DROPPED, "the caller gave up"), 20);
}

/* The route is gone from 10 s to 14 s. Calls of that time are answered when their next packet finds the way: one at t s is sent again after
 * 1, 3 and 7 s: those at 10 and 11 s at 17 and 14 s, at 12 and 13 s at 15 and 14 s. Endpoints and the VPC are not concerned. */
static void test_route_lost(void **state)
{
    struct model_run *run = *state;
#define ROUTED(WAY, TARGET)                                                                                                                \
    "{'duration': '30s', 'drain': '30s', 'Resources': {" NETWORK("10.0.1.0/24")                                                            \
        PARTNER QUEUE WAY INSIDE("F", "sg-1", ", 'Timeout': 60") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': '" TARGET         \
                                                                 "'}]}}, 'traffic': "                                                      \
                                                                 "[{'name': 't', 'target': 'F', 'constant': '1/s'}], 'changes': [{'at': "  \
                                                                 "'10s', 'for': '4s', 'fault': 'Private', 'kind': 'no_route'}]}"
#define QUEUE_ENDPOINT                                                                                                                     \
    "'Queues': {'Type': 'AWS::EC2::VPCEndpoint', 'Properties': {'VpcId': {'Ref': 'Vpc'}, 'ServiceName': {'Fn::Sub': "                      \
    "'com.amazonaws.${AWS::Region}.sqs'}, 'VpcEndpointType': 'Interface', 'SubnetIds': [{'Ref': 'Private'}]}}, "
    model_run(run, ROUTED(NAT(""), "Partner"));
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 30);
    assert_int_equal(count_of(run, "Private", "Unreachable"), 4);
    assert_near(figure(run, "F", "Duration", "Maximum"), 7000, 1);
    assert_near(figure(run, "F", "Duration", "Average") * 30, 7000 + 3000 + 3000 + 1000, 1);
    model_run(run, ROUTED(NAT("") QUEUE_ENDPOINT, "Jobs"));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 0);
    assert_int_equal(count_of(run, "Queues", "Calls"), 30);
    model_run(run, ROUTED(NAT(""), "Jobs")); /* without an endpoint the queue is out there too */
    assert_int_equal(count_of(run, "Private", "Unreachable"), 4);
#undef ROUTED
}

/* An internet gateway helps no function, and neither does a NAT gateway that stands in a private subnet. */
static void test_gateways_that_lead_nowhere(void **state)
{
    struct model_run *run = *state;
#define NOWHERE(WAY)                                                                                                                       \
    "{'duration': '10s', 'drain': '10s', 'Resources': {" NETWORK("10.0.1.0/24") PARTNER WAY INSIDE(                                        \
        "F", "sg-1", ", 'Timeout': 3") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Partner'}]}}, 'traffic': [{'name': 't', "  \
                                       "'target': 'F', 'constant': '1/s'}]}"
    model_run(run, NOWHERE("'Out': {'Type': 'AWS::EC2::Route', 'Properties': {'RouteTableId': {'Ref': 'Table'}, 'DestinationCidrBlock': "
                           "'0.0.0.0/0', 'GatewayId': {'Ref': 'Igw'}}}, "));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 10);
    model_run(run, NOWHERE("'Nat': {'Type': 'AWS::EC2::NatGateway', 'Properties': {'SubnetId': {'Ref': 'Private'}, 'AllocationId': "
                           "'eipalloc-1'}}, 'Out': {'Type': 'AWS::EC2::Route', 'Properties': {'RouteTableId': {'Ref': 'Table'}, "
                           "'DestinationCidrBlock': '0.0.0.0/0', 'NatGatewayId': {'Ref': 'Nat'}}}, "));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 10);
    model_run(run, NOWHERE(NAT(", 'ConnectivityType': 'private'")));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 10);
    model_run(run, NOWHERE("'Out': {'Type': 'AWS::EC2::Route', 'Properties': {'RouteTableId': {'Ref': 'Table'}, 'DestinationCidrBlock': "
                           "'10.8.0.0/16', 'TransitGatewayId': 'tgw-1'}}, "));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 10);
    model_run(run, NOWHERE("'Out': {'Type': 'AWS::EC2::Route', 'Properties': {'RouteTableId': {'Ref': 'Table'}, 'DestinationCidrBlock': "
                           "'0.0.0.0/0', 'TransitGatewayId': 'tgw-1'}}, "));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 0); /* what lies behind it nobody says */
#undef NOWHERE
}

/* One environment, a call each `gap`: over 350 s the connection is gone, and the call on it fails; it is opened anew at the next. */
static void test_idle_reset(void **state)
{
    struct model_run *run = *state;
    static const char *const format = "{'duration': '70000s', 'drain': '1m', 'period': '1h', 'Resources': {" NETWORK("10.0.1.0/24")
        PARTNER NAT("") INSIDE("F", "sg-1", "") "}, 'behavior': {'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', "
                                                "'steps': [{'call': 'Partner'%s}]}}, "
                                                "'traffic': [{'name': 't', 'target': 'F', 'constant': '%s'}]}";
    model_run(run, format, "", "0.01/s"); /* 100 s apart */
    assert_int_equal(count_of(run, "Nat", "ConnectionResets"), 0);
    assert_int_equal(count_of(run, "Nat", "ConnectionEstablishedCount"), 1);
    model_run(run, format, "", "0.0025/s"); /* 400 s: 175 calls, of which each second one finds none, and opens one */
    assert_int_equal(count_of(run, "Nat", "ConnectionResets"), 87);
    assert_int_equal(count_of(run, "Nat", "ConnectionEstablishedCount"), 88);
    assert_int_equal(count_of(run, "Nat", "IdleTimeoutCount"), 88);
    assert_int_equal(count_of(run, "F", "Errors"), 87);
    model_run(run, format, ", 'retry': 'standard'", "0.0025/s"); /* tried again, it is opened at once */
    assert_int_equal(count_of(run, "Nat", "ConnectionResets"), 174);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    /* Exactly 350 s is too long: "idle for 350 seconds or more". A nanosecond less is not. */
    const struct call calls[] = {{0, -1}, {350 * NS_PER_S, -1}, {351 * NS_PER_S, -1}, {701 * NS_PER_S - 1, -1}};
    FILE *out = NULL;
    char *text = NULL;
    size_t size;
    out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "at_ns\n");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        fprintf(out, "%lld\n", (long long)calls[i].at_ns);
    assert_int_equal(fclose(out), 0);
    scratch_write(&run->folder, "calls.csv", text);
    free(text);
    model_run(run, "{'duration': '1h', 'rules': {'base': 'current', 'nat_bandwidth_gbps': 1e9}, 'Resources': {" NETWORK("10.0.1.0/24")
                       PARTNER NAT("") INSIDE("F", "sg-1", "") "}, 'behavior': {'F': {'init': '0s', 'keep_alive': 'forever', 'steps': "
                                                               "[{'call': 'Partner'}]}}, 'traffic': [{'name': 't', 'target': 'F', 'trace': "
                                                               "{'csv': 'calls.csv', 'column': 'at_ns', 'unit': 'ns'}}]}");
    assert_int_equal(count_of(run, "Nat", "ConnectionResets"), 1);
    assert_int_equal(count_of(run, "F", "Errors"), 1);
}

/* A Poisson process on one environment: a gap of more than 350 s has probability exp(-350 s x rate). */
static void test_random_gaps(void **state)
{
    struct model_run *run = *state;
    const double rate = 1 / 250.0, share = exp(-350 * rate);
    model_run(run,
              "{'duration': '60d', 'period': '1d', 'seed': 11, 'Resources': {" NETWORK("10.0.1.0/24") PARTNER NAT("")
                  INSIDE("F", "sg-1",
                         "") "}, 'behavior': {'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': "
                             "'Partner', 'retry': 'standard'}]}}, 'traffic': [{'name': 't', 'target': 'F', 'poisson': '0.004/s'}]}");
    double calls = (double)count_of(run, "F", "Invocations");
    double resets = (double)count_of(run, "Nat", "ConnectionResets");
    assert_near(resets, share * (calls - 1), 4 * sqrt((calls - 1) * share * (1 - share)));
    assert_near(figure(run, "F", "EnvironmentsCreated", "Sum"), 1, 0);
}

/* Three connections to a destination, and 5 environments at once that call it for 20 s: two get no port, and their packets of 1, 3, 7, ...
 * s none either; unless a connection was idle for long enough by then: here, for 5 s. */
/* crosses: nat_connections_per_destination */
static void test_ports(void **state)
{
    struct model_run *run = *state;
#define BURST(RULES, ADDRESSES)                                                                                                            \
    "{'duration': '2m', 'drain': '1m', 'rules': {'base': 'current', 'nat_connections_per_destination': 3" RULES                            \
    "}, 'Resources': {" NETWORK("10.0.1.0/24") PARTNER                                                                                     \
    NAT(ADDRESSES) INSIDE("F", "sg-1", ", 'Timeout': 60") "}, 'behavior': {'F': {'init': '0s', 'keep_alive': "                             \
                                                          "'10m', 'steps': [{'call': 'Partner'}]}, 'Partner': {'latency': '20s'}}, "       \
                                                          "'traffic': [{'name': 't', 'target': 'F', 'bursts': {'size': "                   \
                                                          "5, 'every': '1h'}}]}"
    model_run(run, BURST("", ""));
    assert_int_equal(fates_of(run, "F", FATE_TIMED_OUT, "Sandbox.Timedout"), 2);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 3);
    assert_int_equal(count_of(run, "Nat", "ErrorPortAllocation"), 2 * 6); /* at 0, 1, 3, 7, 15 and 31 s; 60 s is over before 63 s */
    assert_near(figure(run, "Nat", "ActiveConnectionCount", "Maximum"), 3, 0);
    model_run(run, BURST(", 'nat_idle_timeout_s': 5", ""));
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 5); /* a connection under way is idle too, while nothing comes */
    assert_int_equal(count_of(run, "Nat", "ErrorPortAllocation"), 2 * 3);
    model_run(run, BURST("", ", 'SecondaryAllocationIds': ['eipalloc-2']"));
    assert_int_equal(count_of(run, "Nat", "ErrorPortAllocation"), 0); /* three more with a second address */
#undef BURST
}

/* A gateway of 1 Gbit/s: 125 MB in a second, one after the other. */
static void test_bandwidth(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '1m', 'rules': {'base': 'current', 'nat_bandwidth_gbps': 1}, 'Resources': {" NETWORK(
                       "10.0.1.0/24") PARTNER NAT("")
                       INSIDE("F", "sg-1", ", 'Timeout': 60") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': "
                                                              "'Partner', 'size': '125000000B'}]}}, 'traffic': "
                                                              "[{'name': 't', 'target': 'F', 'bursts': {'size': 10, "
                                                              "'every': '1h'}}]}");
    assert_near(figure(run, "F", "Duration", "Minimum"), 1000, 1e-3);
    assert_near(figure(run, "F", "Duration", "Maximum"), 10000, 1e-3);
    assert_near(figure(run, "F", "Duration", "Average"), 5500, 1e-3);
}

/* A day of 1 GB an hour each way: 24 h x $0.045 and 48 GB x $0.045 by NAT; 24 h x 2 zones x $0.01 and 48 GB x $0.01 by an endpoint; nothing
 * by a gateway endpoint. What a read brings comes from the destination. */
static void test_bill(void **state)
{
    struct model_run *run = *state;
    double usd;
#define MOVING(WAY)                                                                                                                        \
    "{'duration': '1d', 'period': '1h', 'Resources': {" NETWORK("10.0.1.0/24") "'Store': {'Type': 'AWS::S3::Bucket'}, " WAY INSIDE(        \
        "F", "sg-1", ", 'Timeout': 60, 'MemorySize': 1769") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Store', 'op': "       \
                                                            "'GetObject', 'size': "                                                        \
                                                            "'1GB'}, {'call': 'Store', 'op': 'PutObject', 'size': '1GB'}]}}, 'traffic': "  \
                                                            "[{'name': 't', "                                                              \
                                                            "'target': 'F', 'constant': '1/h'}]}"
#define STORE_ENDPOINT(REST)                                                                                                               \
    "'Stores': {'Type': 'AWS::EC2::VPCEndpoint', 'Properties': {'VpcId': {'Ref': 'Vpc'}, 'ServiceName': 'com.amazonaws.us-east-1.s3'" REST \
    "}}, "
    model_run(run, MOVING(NAT("")));
    assert_near(billed(run, "Nat", "NatGateway-Hours", &usd), 24, 1e-9);
    assert_near(usd, 1.08, 1e-9);
    assert_near(billed(run, "Nat", "NatGateway-Bytes", &usd), 48, 1e-9);
    assert_near(usd, 2.16, 1e-9);
    assert_near(billed(run, "Eip", "PublicIPv4:InUseAddress", &usd), 24, 1e-9);
    assert_near(usd, 0.12, 1e-9);
    assert_near(figure(run, "Nat", "BytesInFromDestination", "Sum"), 24 * BYTES_PER_GB, 0);
    assert_near(figure(run, "Nat", "BytesOutToDestination", "Sum"), 24 * BYTES_PER_GB, 0);
    model_run(run,
              MOVING(NAT("") STORE_ENDPOINT(", 'VpcEndpointType': 'Interface', 'SubnetIds': [{'Ref': 'Private'}, {'Ref': 'Public'}]")));
    assert_near(billed(run, "Stores", "VpcEndpoint-Hours", &usd), 48, 1e-9);
    assert_near(usd, 0.48, 1e-9);
    assert_near(billed(run, "Stores", "VpcEndpoint-Bytes", &usd), 48, 1e-9);
    assert_near(usd, 0.48, 1e-9);
    assert_near(billed(run, "Nat", "NatGateway-Bytes", &usd), 0, 0);
    assert_near(figure(run, "Stores", "BytesProcessed", "Sum"), 48 * BYTES_PER_GB, 0);
    model_run(run, MOVING(NAT("") STORE_ENDPOINT(", 'RouteTableIds': [{'Ref': 'Table'}]")));
    assert_near(billed_usd(run, "Stores", NULL), 0, 0);
    assert_int_equal(count_of(run, "Stores", "Calls"), 48);
    assert_near(billed(run, "Nat", "NatGateway-Bytes", &usd), 0, 0);
    model_run(run, MOVING(NAT("") STORE_ENDPOINT(", 'RouteTableIds': [{'Ref': 'PublicTable'}]"))); /* of another subnet */
    assert_int_equal(count_of(run, "Stores", "Calls"), 0);
    assert_near(billed(run, "Nat", "NatGateway-Bytes", &usd), 48, 1e-9);
#undef MOVING
}

/* An instance that translates addresses: 625 MB/s by rule server_network_mbps, nothing for bytes, and no way while it is down. One that
 * drops what is not for itself leads nowhere. */
static void test_nat_instance(void **state)
{
    struct model_run *run = *state;
#define BY_INSTANCE(CHECK, SUBNET, STEP, TRAFFIC, CHANGES)                                                                                 \
    "{'duration': '1m', 'drain': '1m', 'Resources': {" NETWORK("10.0.1.0/24") PARTNER                                                      \
        "'Box': {'Type': 'AWS::EC2::Instance', 'Properties': {'InstanceType': 't3.micro', 'SubnetId': {'Ref': '" SUBNET                    \
        "'}, 'SourceDestCheck': " CHECK                                                                                                    \
        "}}, 'Out': {'Type': 'AWS::EC2::Route', 'Properties': {'RouteTableId': {'Ref': 'Table'}, 'DestinationCidrBlock': '0.0.0.0/0', "    \
        "'InstanceId': {'Ref': 'Box'}}}, " INSIDE(                                                                                         \
            "F", "sg-1", ", 'Timeout': 30") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': "                                      \
                                            "'Partner'" STEP "}]}}, 'traffic': [{'name': 't', 'target': 'F', " TRAFFIC "}]" CHANGES "}"
    model_run(run, BY_INSTANCE("false", "Public", ", 'size': '625000000B'", "'bursts': {'size': 5, 'every': '1h'}", ""));
    assert_near(figure(run, "F", "Duration", "Minimum"), 1000, 1e-3);
    assert_near(figure(run, "F", "Duration", "Maximum"), 5000, 1e-3);
    assert_near(figure(run, "Box", "NetworkOut", "Sum"), 5 * 625e6, 0);
    assert_near(billed_usd(run, "Box", NULL), (0.0104 + 8 * 0.08 / 730) / 60, 1e-12); /* and 8 GB of root volume */
    model_run(run, BY_INSTANCE("true", "Public", "", "'constant': '1/s', 'until': '10s'", ""));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 10);
    model_run(run, BY_INSTANCE("false", "Private", "", "'constant': '1/s', 'until': '10s'", "")); /* in its own loop */
    assert_int_equal(count_of(run, "Private", "Unreachable"), 10);
    model_run(run, BY_INSTANCE("false", "Public", "", "'constant': '1/s', 'until': '20s'",
                               ", 'changes': [{'at': '9.5s', 'for': '4s', 'fault': 'Box', 'kind': 'down'}]"));
    assert_int_equal(count_of(run, "Private", "Unreachable"), 4); /* at 10, 11, 12 and 13 s */
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 20);
#undef BY_INSTANCE
}

/* What a function in the VPC may not do, it may not do past a gateway either. */
static void test_rights(void **state)
{
    struct model_run *run = *state;
    model_run(
        run, "{'duration': '10s', 'drain': '1s', 'Resources': {" NETWORK("10.0.1.0/24") NAT("") QUEUE
        "'Role': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {'Statement': [{'Effect': 'Allow', "
        "'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}, 'ManagedPolicyArns': "
        "['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']}}, " INSIDE(
            "F", "sg-1", ", 'Role': {'Fn::GetAtt': ['Role', 'Arn']}") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'send': 'Jobs'}]}}, "
                                                                      "'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s'}]}");
    assert_int_equal(count_of(run, "F", "Errors"), 10);
    assert_int_equal(fates_of(run, "Jobs", FATE_FAILED, "AccessDenied"), 10);
    assert_int_equal(fates_of(run, "Nat", FATE_SUCCEEDED, ""), 10);
    /* Without the right to make interfaces it would not be created. */
    assert_int_equal(
        model_load(run, "{'duration': '10s', 'Resources': {" NETWORK(
                            "10.0.1.0/24") "'Role': {'Type': 'AWS::IAM::Role', "
                                           "'Properties': {'AssumeRolePolicyDocument': {'Statement': [{'Effect': 'Allow', 'Principal': "
                                           "{'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}, 'ManagedPolicyArns': "
                                           "['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']}}, " INSIDE(
                                               "F", "sg-1",
                                               ", 'Role': {'Fn::GetAtt': ['Role', 'Arn']}") "}, 'behavior': {'F': {'duration': '1ms'}}, "
                                                                                            "'traffic': [{'name': 't', 'target': 'F', "
                                                                                            "'constant': '1/s'}]}"),
        STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cidr),
        cmocka_unit_test_setup_teardown(test_no_internet, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_connection_timed_out, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_route_lost, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_gateways_that_lead_nowhere, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_idle_reset, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_random_gaps, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_ports, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_bandwidth, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_bill, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_nat_instance, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_rights, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
