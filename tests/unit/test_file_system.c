/* test_file_system.c: an EFS file system: who may mount it, how fast it is read and written, what it costs, what is refused. */
#include "model_fixture.h"
#include "refusals.h"

#define ACCESS                                                                                                                             \
    "'Target': {'Type': 'AWS::EFS::MountTarget', 'Properties': {'FileSystemId': {'Ref': 'Files'}}}, "                                      \
    "'Access': {'Type': 'AWS::EFS::AccessPoint', 'Properties': {'FileSystemId': {'Ref': 'Files'}}}, "
#define MOUNTED "'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': {'Fn::GetAtt': ['Access', 'Arn']}, 'LocalMountPath': '/mnt/a'}]"

/* A function F that has the file system Files mounted. */
#define MOUNTING(SETTINGS, FUNCTION, BEHAVIOR, FILES, TRAFFIC)                                                                             \
    "{" SETTINGS ", 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem'}, " ACCESS                                                      \
    "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 900, " MOUNTED FUNCTION                                              \
    "}}}, 'behavior': {'F': {'max_lifetime': 'forever'" BEHAVIOR "}, 'Files': {" FILES                                                     \
    "}}, 'traffic': [{'name': 't', 'target': 'F', " TRAFFIC "}]}"

/* A file system that a source reads and writes by itself. */
#define ALONE(PROPERTIES, BEHAVIOR, TRAFFIC)                                                                                               \
    "{'duration': '1h', 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem', 'Properties': {" PROPERTIES                                \
    "}}}, 'behavior': {'Files': {" BEHAVIOR "}}, 'traffic': [{'name': 't', 'target': 'Files', " TRAFFIC "}]}"

/* Connections in a burst, then by the minute. crosses: efs_connection_burst efs_connections_per_min */
static void test_mount_burst(void **state)
{
    struct model_run *run = *state;
    model_run(run, MOUNTING("'duration': '6m', 'account': {'ConcurrentExecutions': 20000}, 'rules': {'base': 'current', "
                            "'scaling_rate_env_per_10s': 10000}",
                            "", ", 'init': '0s', 'duration': '10m'", "'mount_time': '0s'", "'bursts': {'size': 3500, 'every': '2m'}"));
    /* 3,000 at once; in each two minutes 1,000 more; and every call that found no environment made one. */
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 5000);
    assert_int_equal(count_of(run, "Files", "ConnectionsRefused"), 3 * 3500 - 5000);
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "EFSMountTimeoutException"), 5500);
    assert_int_equal(count_of(run, "F", "Errors"), 5500);
    assert_near(figure(run, "Files", "ClientConnections", "Maximum"), 5000, 0);
    /* Nothing is left of an environment without its file system. */
    assert_int_equal(count_of(run, "F", "EnvironmentsCreated"), 3 * 3500);
    assert_near(figure(run, "F", "Environments", "Maximum"), 5000 + 1, 0);
}

/* As many as it has, whatever the rate. crosses: efs_connections_max */
static void test_most_connections(void **state)
{
    struct model_run *run = *state;
    model_run(run, MOUNTING("'duration': '1m', 'account': {'ConcurrentExecutions': 30000}, 'rules': {'base': 'current', "
                            "'scaling_rate_env_per_10s': 30000, 'efs_connection_burst': 30000, 'rps_per_concurrency': 10}",
                            "", ", 'init': '0s', 'duration': '10m'", "", "'bursts': {'size': 26000, 'every': '2m'}"));
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 25000);
    assert_int_equal(count_of(run, "Files", "ConnectionsRefused"), 1000);
}

/* One connection for each environment, whatever else it connects to, from its INIT to its end. */
static void test_one_connection(void **state)
{
    struct model_run *run = *state;
    model_run(run, MOUNTING("'duration': '20m'", "",
                            ", 'init': '100ms', 'connections': 5, 'keep_alive': '5m', 'steps': [{'call': 'Files', "
                            "'op': 'Read', 'size': '4KB'}, {'wait': '1s'}]",
                            "'mount_time': '50ms', 'latency': '10ms'", "'bursts': {'size': 10, 'every': '1h'}"));
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 10);
    assert_near(figure(run, "Files", "ClientConnections", "Maximum"), 10, 0);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 150, 1e-9);
    /* From the beginning of INIT until five minutes after the answer; 4 KB through the network of 128 MB take a moment. */
    double read_s = 4096 / (625e6 / 8 * 128 / 1769);
    assert_near(figure(run, "Files", "ClientConnections", "Average") * 1200, 10 * (0.15 + 0.01 + read_s + 1 + 300), 1e-5);
}

/* Provisioned environments mount it before they are called, and go where they cannot. */
static void test_provisioned(void **state)
{
    struct model_run *run = *state;
    static const char *const scenario =
        "{'duration': '30m', 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem'}, " ACCESS
        "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': "
        "{'ProvisionedConcurrentExecutions': 5}, " MOUNTED "}}}, 'behavior': {'F': {'init': '1s', 'duration': '10ms', 'max_lifetime': "
        "'forever'}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/min', 'from': '10m'}]}";
    model_execute(run, scenario);
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 5);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    assert_int_equal(count_of(run, "F", "ColdStarts"), 0);
}

/* It cannot be reached: without a VPC, without a mount target, while it is down. */
static void test_unreachable(void **state)
{
    struct model_run *run = *state;
#define UNREACHABLE(ALLOWED, TARGET, VPC)                                                                                                  \
    "{'duration': '10s', 'allow_invalid': ['" ALLOWED "'], 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem'}, 'Access': {'Type': "   \
    "'AWS::EFS::AccessPoint', 'Properties': {'FileSystemId': {'Ref': 'Files'}}}, " TARGET                                                  \
    "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {" VPC                                                                           \
    "'FileSystemConfigs': [{'Arn': {'Fn::GetAtt': ['Access', 'Arn']}, 'LocalMountPath': '/mnt/a'}]}}}, 'behavior': {'F': {'init': '1ms', " \
    "'duration': '1ms'}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s'}]}"
    model_execute(
        run, UNREACHABLE("file_system_vpc", "'Target': {'Type': 'AWS::EFS::MountTarget', 'Properties': {'FileSystemId': 'Files'}}, ", ""));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "EFSMountConnectivityException"), 10);
    model_execute(run, UNREACHABLE("file_system_target", "", "'VpcConfig': {}, "));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "EFSMountConnectivityException"), 10);
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 0);
    /* Who has it mounted goes on, and fails by its reads; who comes meanwhile cannot mount it. */
    model_run(run, MOUNTING("'duration': '40s', 'changes': [{'at': '10s', 'for': '10s', 'fault': 'Files', 'kind': 'down'}]", "",
                            ", 'init': '0s', 'steps': [{'call': 'Files'}, {'wait': '1s'}]", "'mount_time': '0s'",
                            "'bursts': {'size': 2, 'every': '5s'}"));
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 2);
    assert_int_equal(count_of(run, "Files", "OperationsFailed"), 4);
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "function error"), 4);
}

static double longest_s(const struct model_run *run)
{
    return figure(run, "Files", "OperationTime", "Maximum") / 1000;
}

/* All bytes at once: what the slowest in the way needs, and the latency of the last. */
static void test_rates(void **state)
{
    struct model_run *run = *state;
    /* crosses: efs_client_mibps */
    model_execute(
        run, ALONE("'ThroughputMode': 'elastic'", "", "'operation': 'Read', 'payload': '1000MB', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(longest_s(run), 1000.0 / 500 + 0.001, 1e-9);
    /* crosses: efs_elastic_write_gibps efs_elastic_read_gibps */
    model_execute(
        run, ALONE("'ThroughputMode': 'elastic'", "", "'operation': 'Write', 'payload': '1GB', 'bursts': {'size': 100, 'every': '1d'}"));
    assert_near(longest_s(run), 100.0 / 5 + 0.0027, 1e-6);
    assert_near(figure(run, "Files", "PermittedThroughput", "Average"), 5.0 * 1024 * 1024 * 1024, 0);
    model_execute(
        run, ALONE("'ThroughputMode': 'elastic'", "", "'operation': 'Read', 'payload': '3GB', 'bursts': {'size': 200, 'every': '1d'}"));
    assert_near(longest_s(run), 600.0 / 60 + 0.001, 1e-6);
    /* What is provisioned; a third of what is read counts. */
    model_execute(run, ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 100", "",
                             "'operation': 'Read', 'payload': '1GB', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(longest_s(run), 1024.0 / 3 / 100 + 0.001, 1e-6);
    model_execute(run, ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 100", "",
                             "'operation': 'Write', 'payload': '1GB', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(longest_s(run), 1024.0 / 100 + 0.0027, 1e-6);
    /* bytes count once they are moved: of three of 1,750 s two are through in an hour */
    model_execute(run, ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 2", "",
                             "'operation': 'Write', 'payload': '3500MB', 'bursts': {'size': 3, 'every': '1d'}"));
    assert_int_equal(count_of(run, "Files", "DataWriteIOBytes"), INT64_C(7000) * 1024 * 1024);
    assert_int_equal(count_of(run, "Files", "MeteredIOBytes"), INT64_C(7000) * 1024 * 1024);
    /* crosses: efs_provisioned_write_gibps efs_provisioned_read_gibps */
    model_execute(run, ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 3414", "",
                             "'operation': 'Write', 'payload': '1GB', 'bursts': {'size': 10, 'every': '1d'}"));
    assert_near(longest_s(run), 10 / 3.33 + 0.0027, 1e-6);
    model_execute(run, ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 3414", "",
                             "'operation': 'Read', 'payload': '1GB', 'bursts': {'size': 40, 'every': '1d'}"));
    assert_near(longest_s(run), 40.0 / 10 + 0.001, 1e-6);
    /* crosses: efs_bursting_write_gibps efs_bursting_read_gibps efs_one_zone_write_gibps efs_one_zone_read_gibps */
    model_execute(run, ALONE("", "'stored': '60TB'", "'operation': 'Write', 'payload': '1GB', 'bursts': {'size': 10, 'every': '1d'}"));
    assert_near(longest_s(run), 10.0 / 3 + 0.0027, 1e-6);
    model_execute(run, ALONE("", "'stored': '60TB'", "'operation': 'Read', 'payload': '1GB', 'bursts': {'size': 40, 'every': '1d'}"));
    assert_near(longest_s(run), 40.0 / 5 + 0.001, 1e-6);
    model_execute(run, ALONE("'AvailabilityZoneName': 'us-east-1a'", "'stored': '60TB'",
                             "'operation': 'Write', 'payload': '1GB', 'bursts': {'size': 10, 'every': '1d'}"));
    assert_near(longest_s(run), 10.0 / 1 + 0.0016, 1e-6);
    model_execute(run, ALONE("'AvailabilityZoneName': 'us-east-1a'", "'stored': '60TB'",
                             "'operation': 'Read', 'payload': '1GB', 'bursts': {'size': 40, 'every': '1d'}"));
    assert_near(longest_s(run), 40.0 / 3 + 0.001, 1e-6);
}

/* Operations of a byte: as many a second as there may be; in maxIO any number, each slower.
 * crosses: efs_bursting_write_iops efs_bursting_read_iops efs_provisioned_write_iops efs_provisioned_read_iops
 * crosses: efs_elastic_write_iops efs_elastic_read_iops */
static void test_operations(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *mode, *operation;
        int per_s;
        double latency_s;
    } list[] = {
        {"'PerformanceMode': 'generalPurpose'", "Write", 7000, 0.0027},
        {"'PerformanceMode': 'generalPurpose'", "Read", 35000, 0.001},
        {"'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 9", "Write", 25000, 0.0027},
        {"'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 9", "Read", 55000, 0.001},
        {"'ThroughputMode': 'elastic'", "Write", 50000, 0.0027},
        {"'ThroughputMode': 'elastic'", "Read", 250000, 0.001},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        model_run(
            run,
            "{'duration': '1h', 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem', 'Properties': {%s}}}, 'traffic': [{'name': 't', "
            "'target': 'Files', 'operation': '%s', 'payload': '1B', 'bursts': {'size': %d, 'every': '1d'}}]}",
            list[i].mode, list[i].operation, 2 * list[i].per_s);
        /* Each takes its part of a second to the ns: half a ns lost or won an operation. */
        assert_near(longest_s(run), 2 + list[i].latency_s, 2 * list[i].per_s * 0.5e-9 + 1e-6);
        assert_near(figure(run, "Files", "PercentIOLimit", "Average"), 100 * 2.0 / 3600, 1e-4);
    }
    model_execute(
        run, ALONE("'PerformanceMode': 'maxIO'", "", "'operation': 'Write', 'payload': '1B', 'bursts': {'size': 20000, 'every': '1d'}"));
    assert_near(longest_s(run), 3 * 0.0027, 1e-3);
}

/* 100 MiB/s while there are credits, which 1 MiB/s brings; then 1 MiB/s. */
static void test_burst_credits(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  ALONE("", "'burst_credits': '990MB'", "'operation': 'Write', 'payload': '2000MB', 'bursts': {'size': 1, 'every': '1d'}"));
    /* 1,000 MiB in 10 s, in which 10 more come and 1,000 go; the other 1,000 at what comes. */
    assert_near(longest_s(run), 10 + 1000 + 0.0027, 1e-6);
    /* Then they grow again by 1 MiB/s, up to the last minute that is looked at, after 3,540 s. */
    assert_near(figure(run, "Files", "BurstCreditBalance", "Maximum"), (3540 - 1010) * 1024.0 * 1024, 1);
    model_execute(run, ALONE("", "'burst_credits': '0MB'", "'operation': 'Write', 'payload': '1B', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(figure(run, "Files", "BurstCreditBalance", "Maximum"), 3540.0 * 1024 * 1024 - 1, 1); /* a byte was spent */
    /* Reads spend a third: 300 MiB of 100 MiB. */
    model_execute(run,
                  ALONE("", "'burst_credits': '0MB'", "'operation': 'Read', 'payload': '300MB', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(longest_s(run), 100 + 0.001, 1e-6);
    /* 100 GiB stored: 5,000 KiB/s. */
    model_execute(run, ALONE("", "'stored': '100GB', 'burst_credits': '0MB'",
                             "'operation': 'Write', 'payload': '1000MB', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(longest_s(run), 1000.0 * 1024 / 5000 + 0.0027, 1e-6);
    /* No more than 2.1 TiB for each TiB, and for the first. */
    model_execute(run, ALONE("", "'stored': '1GB', 'burst_credits': '9TB'", "'constant': '1/min'"));
    assert_near(figure(run, "Files", "BurstCreditBalance", "Maximum"), floor(2.1 * 1024 * 1024 * 1024 * 1024), 1);
    /* What is stored gives more than what was provisioned: then that holds. */
    model_execute(run,
                  ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 2", "'stored': '100GB', 'burst_credits': '0MB'",
                        "'operation': 'Write', 'payload': '1000MB', 'bursts': {'size': 1, 'every': '1d'}"));
    assert_near(longest_s(run), 1000.0 * 1024 / 5000 + 0.0027, 1e-6);
}

/* A function reads no faster than the network of its memory: 625 Mbit/s at 1,769 MB, half as much at half. */
static void test_network_of_the_function(void **state)
{
    struct model_run *run = *state;
    static const int memory_mb[] = {1769, 3538, 884, 128};
    for (size_t i = 0; i < sizeof memory_mb / sizeof *memory_mb; i++) {
        model_run(
            run,
            "{'duration': '10m', 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem', 'Properties': {'ThroughputMode': "
            "'elastic'}}, " ACCESS "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 900, 'MemorySize': %d, " MOUNTED
            "}}}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'Files', 'op': 'Read', 'size': '100MB'}]}}, 'traffic': [{'name': "
            "'t', 'target': 'F', 'bursts': {'size': 1, 'every': '1d'}}]}",
            memory_mb[i]);
        double share = memory_mb[i] < 1769 ? memory_mb[i] / 1769.0 : 1;
        assert_near(figure(run, "F", "Duration", "Maximum"), 1 + 1000.0 * 100 * 1048576 / (625e6 / 8 * share), 1e-5);
    }
}

static void test_bill(void **state)
{
    struct model_run *run = *state;
    const double months = 1 / 730.0;
    double usd;
    model_execute(run, ALONE("", "'stored': '100GB'", "'operation': 'Read', 'payload': '1MB', 'constant': '1/s'"));
    assert_near(billed(run, "Files", "EFS-TimedStorage-ByteHrs", &usd), 100 * months, 1e-9);
    assert_near(usd, 100 * 0.30 * months, 1e-9);
    model_execute(run, ALONE("'AvailabilityZoneName': 'us-east-1a'", "'stored': '100GB'", "'constant': '1/s'"));
    assert_near(billed(run, "Files", "EFS-TimedStorage-Z-ByteHrs", &usd), 100 * months, 1e-9);
    assert_near(usd, 100 * 0.16 * months, 1e-9);
    /* 1,000 GiB bring 48.8 MiB/s; what is provisioned beyond is paid for. */
    model_execute(run,
                  ALONE("'ThroughputMode': 'provisioned', 'ProvisionedThroughputInMibps': 100", "'stored': '1000GB'", "'constant': '1/s'"));
    assert_near(billed(run, "Files", "EFS-ProvisionedTP-MiBpsHrs", &usd), (100 - 50 * 1000 / 1024.0) * months, 1e-9);
    assert_near(usd, (100 - 50 * 1000 / 1024.0) * 6 * months, 1e-9);
    /* Elastic: by what is read and written, each operation at least 32 KiB. */
    model_execute(run, ALONE("'ThroughputMode': 'elastic'", "", "'operation': 'Read', 'payload': '1KB', 'constant': '1/s'"));
    assert_near(billed(run, "Files", "EFS-ETDataAccess-Read-Bytes", &usd), 3600 * 32 / 1024.0 / 1024, 1e-9);
    assert_near(usd, 3600 * 32 / 1024.0 / 1024 * 0.03, 1e-9);
    model_execute(run, ALONE("'ThroughputMode': 'elastic'", "", "'operation': 'Write', 'payload': '33.5KB', 'constant': '1/s'"));
    assert_near(billed(run, "Files", "EFS-ETDataAccess-Write-Bytes", &usd), 3600 * 34 / 1024.0 / 1024, 1e-9);
    assert_near(usd, 3600 * 34 / 1024.0 / 1024 * 0.06, 1e-9);
    assert_int_equal(count_of(run, "Files", "DataWriteIOBytes"), 3600 * 34304);
    assert_int_equal(count_of(run, "Files", "MeteredIOBytes"), 3600 * 34304);
}

#define OF_FUNCTION(CONFIGS, STEP)                                                                                                         \
    "{'duration': '1m', 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem'}, 'Q': {'Type': 'AWS::SQS::Queue'}, " ACCESS                \
    "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {" CONFIGS "}}}, 'behavior': {'F': {'steps': [{'call': 'Files'" STEP             \
    "}]}}, 'traffic': []}"

/* crosses: function_mount_path_max_chars */
static void test_refused(void **state)
{
    struct model_run *run = *state;
    char path[220] = "/mnt/", mounts[400];
    memset(path + 5, 'a', 156);
    snprintf(mounts, sizeof mounts, "'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Access', 'LocalMountPath': '%s'}]", path);
    const struct refusal functions[] = {
        {"'MemorySize': 128", "Files is a file system that the function does not mount"},
        {"'FileSystemConfigs': [{'Arn': 'Access', 'LocalMountPath': '/mnt/a'}]", "a function must be in a VPC to mount a file system"},
        {"'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Files', 'LocalMountPath': '/mnt/a'}]", "mounts a file system by an access point"},
        {"'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Q', 'LocalMountPath': '/mnt/a'}]", "and Q is AWS::SQS::Queue"},
        {"'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Access', 'LocalMountPath': '/var/a'}]", "\"/var/a\" is no such path"},
        {"'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Access', 'LocalMountPath': '/mnt/'}]", "\"/mnt/\" is no such path"},
        {"'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Access', 'LocalMountPath': '/mnt/a/b'}]", "\"/mnt/a/b\" is no such path"},
        {mounts, "a mount path may have 160 characters, and this has 161"},
        {"'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'Access', 'LocalMountPath': '/mnt/a'}, {'Arn': 'Access', 'LocalMountPath': "
         "'/mnt/b'}]",
         "must be between 0 and 1, got 2"},
    };
    assert_refused(run, OF_FUNCTION("%s", ""), functions, sizeof functions / sizeof *functions);
    static const struct refusal files[] = {
        {"'ThroughputMode': 'provisioned'", "provisioned throughput needs to be told how much"},
        {"'ProvisionedThroughputInMibps': 10", "and this is bursting"},
        {"'PerformanceMode': 'maxIO', 'ThroughputMode': 'elastic'", "maxIO does not go with elastic throughput"},
        {"'PerformanceMode': 'maxIO', 'AvailabilityZoneName': 'us-east-1a'", "maxIO does not go with One Zone storage"},
    };
    assert_refused(run, ALONE("%s", "", "'constant': '1/s'"), files, sizeof files / sizeof *files);
    static const struct refusal steps[] = {
        {", 'op': 'GetItem'", "GetItem"},
        {", 'connect': 'invocation'", "Files is mounted in INIT"},
    };
    assert_refused(run, OF_FUNCTION(MOUNTED, "%s"), steps, sizeof steps / sizeof *steps);
    static const struct refusal targets[] = {{"Q", "Q is AWS::SQS::Queue"}};
    assert_refused(
        run,
        "{'duration': '1m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'A': {'Type': 'AWS::EFS::AccessPoint', 'Properties': "
        "{'FileSystemId': '%s'}}}, 'traffic': []}",
        targets, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mount_burst, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_most_connections, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_one_connection, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_provisioned, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_unreachable, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_rates, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_operations, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_burst_credits, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_network_of_the_function, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_bill, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_refused, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
