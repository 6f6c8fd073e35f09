/* test_package.c: what a function is made of and what its INIT reads: how long each way takes, what is refused, and what fails. */
#include "model_fixture.h"
#include "refusals.h"

#include <string.h>

#define MIB 1048576.0
/* What the network of 1,769 MB and more moves in a second: 625 Mbit. */
#define NETWORK (625e6 / 8)

/* One cold call of F, with a bucket B and a mounted file system Files at hand. */
#define ONE_CALL(PROPERTIES, BEHAVIOR, MORE)                                                                                               \
    "{'duration': '5m', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'Files': {'Type': 'AWS::EFS::FileSystem'}, 'Target': {'Type': "    \
    "'AWS::EFS::MountTarget', 'Properties': {'FileSystemId': {'Ref': 'Files'}}}, 'Access': {'Type': 'AWS::EFS::AccessPoint', "             \
    "'Properties': {'FileSystemId': {'Ref': 'Files'}}}, 'L': {'Type': 'AWS::Lambda::LayerVersion'}, 'M': {'Type': "                        \
    "'AWS::Serverless::LayerVersion'}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60" PROPERTIES                     \
    "}}}, 'behavior': {'B': {'latency': '100ms'}, 'Files': {'mount_time': '200ms', 'latency': '5ms'}, 'L': {'code_size': '10MB'}, 'M': "   \
    "{'code_size': '30MB'}, 'F': {'duration': '1ms'" BEHAVIOR "}}, 'traffic': [{'name': 'call', 'target': 'F', 'constant': '1/min', "      \
    "'count': 1}]" MORE "}"
#define MOUNTED ", 'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': {'Fn::GetAtt': ['Access', 'Arn']}, 'LocalMountPath': '/mnt/a'}]"

static double init_ms(const struct model_run *run)
{
    return figure(run, "F", "InitDuration", "Average");
}

/* Layers are unpacked with the function: 100 ms a MB of archive, half of what is in it. */
static void test_layers(void **state)
{
    struct model_run *run = *state;
#define RULES ", 'rules': {'init_nodejs22.x_zip_x86_64': '100ms', 'cold_package_ms_per_mb': 100, 'cold_package_zip_share': 0.5}"
    model_execute(run, ONE_CALL(", 'Layers': [{'Ref': 'L'}]", ", 'code_size': '20MB'", RULES));
    assert_near(init_ms(run), 100 + 100 * (20 + 10) / 2.0, 1e-9);
    model_execute(run, ONE_CALL(", 'Layers': [{'Ref': 'L'}, {'Ref': 'M'}, 'arn:aws:lambda:us-east-1:1:layer:X:1']", "", RULES));
    assert_near(init_ms(run), 100 + 100 * (10 + 30) / 2.0, 1e-9);
    /* An archive whose size is known. */
    model_execute(run, ONE_CALL(", 'Layers': [{'Ref': 'L'}]", ", 'code_size': '20MB', 'zip_size': '4MB'", RULES));
    assert_near(init_ms(run), 100 + 100 * (4 + 10 / 2.0), 1e-9);
}

/* 512 KiB a chunk, eight at once: from the zone's cache a third of them in 550 us each, or all from the origin in 36 ms. */
static void test_image_read(void **state)
{
    struct model_run *run = *state;
#define IMAGE ", 'PackageType': 'Image', 'Code': {'ImageUri': '1.dkr.ecr.us-east-1.amazonaws.com/a:b'}"
    model_execute(run, ONE_CALL(IMAGE, ", 'init': '300ms', 'code_size': '5GB', 'image_read': '200MB', 'image_cached': 1", ""));
    assert_near(init_ms(run), 300 + 400 * 0.33 * 0.55 / 8, 1e-5);
    model_execute(run, ONE_CALL(IMAGE, ", 'init': '300ms', 'code_size': '5GB', 'image_read': '200MB', 'image_cached': 0", ""));
    assert_near(init_ms(run), 300 + 400 * 36 / 8.0, 1e-5);
    model_execute(run, ONE_CALL(IMAGE, ", 'init': '300ms', 'code_size': '5GB', 'image_read': '513KB', 'image_cached': 0.5", ""));
    assert_near(init_ms(run), 300 + 2 * (0.5 * 0.33 * 0.55 + 0.5 * 36) / 8, 1e-5);
    /* What is not read costs nothing. */
    model_execute(run, ONE_CALL(IMAGE, ", 'init': '300ms', 'code_size': '10GB'", ""));
    assert_near(init_ms(run), 300, 0);
}

/* Out of a bucket at the network's rate; from a file system at the same, once it is mounted. */
static void test_init_steps(void **state)
{
    struct model_run *run = *state;
    double moved_ms = 1000 * 100 * MIB / NETWORK;
    model_execute(
        run, ONE_CALL(", 'MemorySize': 1769", ", 'init': '300ms', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '100MB'}]", ""));
    assert_near(init_ms(run), 300 + 100 + moved_ms, 1e-5);
    assert_int_equal(count_of(run, "B", "GetRequests"), 1);
    assert_int_equal(count_of(run, "B", "BytesDownloaded"), 100 * 1048576);
    assert_near(billed(run, "B", "S3-Requests-Tier2", NULL), 1, 0);
    assert_near(figure(run, "B", "FirstByteLatency", "Average"), 100, 1e-9);
    assert_near(figure(run, "B", "TotalRequestLatency", "Average"), 100 + moved_ms, 1e-5);
    /* Half the memory, half the network. */
    model_execute(
        run, ONE_CALL(", 'MemorySize': 884", ", 'init': '300ms', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '100MB'}]", ""));
    assert_near(init_ms(run), 300 + 100 + moved_ms * 1769 / 884, 1e-5);
    model_execute(run, ONE_CALL(", 'MemorySize': 1769" MOUNTED,
                                ", 'init': '300ms', 'init_steps': [{'call': 'Files', 'op': 'Read', 'size': '100MB'}]", ""));
    assert_near(init_ms(run), 300 + 200 + 5 + moved_ms, 1e-5);
    assert_int_equal(count_of(run, "Files", "DataReadIOBytes"), 100 * 1048576);
    /* CPU has a whole vCPU whatever the memory; branches run at once; what chance leaves out takes no time. */
    model_execute(run,
                  ONE_CALL("",
                           ", 'init': '300ms', 'init_steps': [{'cpu': '50ms'}, {'parallel': [[{'wait': '30ms'}], [{'wait': '70ms'}]]}, "
                           "{'probability': 0, 'steps': [{'wait': '1s'}]}, {'probability': 1, 'steps': [{'wait': '7ms'}]}]",
                           ""));
    assert_near(init_ms(run), 300 + 50 + 70 + 7, 1e-9);
    /* In a handler the bytes take the network's time as well. */
    model_execute(
        run, "{'duration': '1m', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'F': {'Type': 'AWS::Lambda::Function', "
             "'Properties': {'Timeout': 60, 'MemorySize': 1769}}}, 'behavior': {'B': {'latency': '100ms'}, 'F': {'steps': [{'call': "
             "'B', 'op': 'GetObject', 'size': '100MB'}]}}, 'traffic': [{'name': 'call', 'target': 'F', 'constant': '1/min', 'count': 1}]}");
    assert_near(figure(run, "F", "Duration", "Average"), 100 + moved_ms, 1e-5);
    assert_near(figure(run, "B", "FirstByteLatency", "Average"), 100, 1e-5);
}

/* Environments that start at once share what a file system permits: 10 x 300 MiB read are 1,000 MiB metered, at 100 MiB/s. */
static void test_shared_throughput(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '5m', 'Resources': {'Files': {'Type': 'AWS::EFS::FileSystem'}, 'Target': {'Type': "
                  "'AWS::EFS::MountTarget', 'Properties': {'FileSystemId': {'Ref': 'Files'}}}, 'Access': {'Type': 'AWS::EFS::AccessPoint', "
                  "'Properties': {'FileSystemId': {'Ref': 'Files'}}}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60, "
                  "'MemorySize': 1769" MOUNTED
                  "}}}, 'behavior': {'Files': {'mount_time': '0s', 'latency': '0s'}, 'F': {'init': '0s', 'duration': "
                  "'1ms', 'init_steps': [{'call': 'Files', 'op': 'Read', 'size': '300MB'}]}}, 'traffic': [{'name': 'call', 'target': 'F', "
                  "'bursts': {'size': 9, 'every': '1h'}}]}");
    /* The k-th has its part after k seconds, but no sooner than its own network lets it. */
    double own_ms = 1000 * 300 * MIB / NETWORK, sum_ms = 0;
    for (int k = 1; k <= 9; k++)
        sum_ms += fmax(1000.0 * k, own_ms);
    assert_near(init_ms(run), sum_ms / 9, 1e-3);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 9000, 1e-3);
}

/* What fails INIT, and what becomes of it. */
static void test_failures(void **state)
{
    struct model_run *run = *state;
    static const char *const full = "Runtime.ExitError: no space left on device", *const failed =
                                                                                      "Runtime.ExitError: a step of INIT failed";
    model_execute(
        run, ONE_CALL(", 'MemorySize': 1769", ", 'init': '0s', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '512MB'}]", ""));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, full), 0);
    model_execute(
        run, ONE_CALL(", 'MemorySize': 1769", ", 'init': '0s', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '513MB'}]", ""));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, full), 1);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "every INIT will fail: it puts 513 MB into /tmp, which has 512 MB"));
    model_execute(
        run, ONE_CALL(", 'MemorySize': 1769, 'EphemeralStorage': {'Size': 600}",
                      ", 'init': '0s', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '300MB'}, {'call': 'B', 'op': 'GetObject', "
                      "'size': '299MB'}]",
                      ""));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, full), 0);
    /* A bucket that is down, and a step that may fail. */
#define DOWN ", 'changes': [{'at': '0s', 'for': '1m', 'fault': 'B', 'kind': 'down'}]"
    model_execute(run, ONE_CALL("", ", 'init': '10ms', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '1MB'}]", DOWN));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, failed), 1);
    assert_int_equal(count_of(run, "F", "Errors"), 1);
    assert_int_equal(count_of(run, "B", "5xxErrors"), 1);
    model_execute(
        run,
        ONE_CALL("", ", 'init': '10ms', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '1MB', 'on_error': 'continue'}]", DOWN));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, failed), 0);
    /* Longer than INIT may take: given up after 10 s, and done again within the invocation. */
    model_execute(run, ONE_CALL(", 'MemorySize': 1769, 'EphemeralStorage': {'Size': 2048}",
                                ", 'init': '0s', 'init_steps': [{'call': 'B', 'op': 'GetObject', 'size': '1000MB'}]", ""));
    assert_near(init_ms(run), 10000, 0);
    assert_near(figure(run, "F", "Duration", "Average"), 100 + 1000 * 1000 * MIB / NETWORK + 1, 1e-4);
}

/* Kept ready: read before anybody calls. */
static void test_provisioned(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '10m', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'F': {'Type': 'AWS::Serverless::Function', "
             "'Properties': {'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 3}}}}, "
             "'behavior': {'B': {'latency': '100ms'}, 'F': {'init': '1s', 'max_lifetime': 'forever', 'duration': '10ms', 'init_steps': "
             "[{'call': 'B', 'op': 'GetObject', 'size': '0KB'}]}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/min', "
             "'from': '5m'}]}");
    assert_int_equal(count_of(run, "B", "GetRequests"), 3);
    assert_near(figure(run, "F", "InitDuration", "Average"), 1100, 1e-9);
    assert_int_equal(count_of(run, "F", "ColdStarts"), 0);
}

#define A_FUNCTION(PART)                                                                                                                   \
    "{'duration': '1m', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'L': {'Type': "                  \
    "'AWS::Lambda::LayerVersion'}, 'F': {'Type': 'AWS::Lambda::Function', " PART ", 'traffic': []}"

/* crosses: env_vars_max_kb layers_max image_settings_max_kb inline_code_max_mb unzipped_max_mb image_max_gb */
static void test_refused(void **state)
{
    struct model_run *run = *state;
    static char variables[5000], settings[17000], code[(4u << 20) + 200];
    /* 1 + 4,095 bytes are the 4,096 that there may be. */
    int head = snprintf(variables, sizeof variables, "'Properties': {'Environment': {'Variables': {'A': '");
    memset(variables + head, 'x', 4095);
    snprintf(variables + head + 4095, 100, "'}}}}}");
    char *text = NULL;
    assert_true(asprintf(&text, A_FUNCTION("%s"), variables) > 0);
    assert_int_equal(model_load(run, text), STATUS_OK);
    free(text);
    snprintf(variables + head + 4095, 100, "x'}}}}}");
    head = snprintf(settings, sizeof settings, "'Properties': {'PackageType': 'Image', 'ImageConfig': {'Command': ['");
    memset(settings + head, 'x', 16385);
    snprintf(settings + head + 16385, 100, "']}}}}");
    head = snprintf(code, sizeof code, "'Properties': {'Code': {'ZipFile': '");
    memset(code + head, 'x', (4u << 20) + 1);
    snprintf(code + head + (4u << 20) + 1, 60, "'}}}}");
    const struct refusal cases[] = {
        {variables, "environment variables may have 4096 bytes together, names and values, and these have 4097"},
        {"'Properties': {'Environment': {'Variables': {'AWS_REGION': 'x'}}}}}", "AWS_REGION is a reserved environment variable"},
        {"'Properties': {'Environment': {'Variables': {'2ND': 'x'}}}}}", "\"2ND\" can be no environment variable"},
        {"'Properties': {'Environment': {'Variables': {'A-B': 'x'}}}}}", "\"A-B\" can be no environment variable"},
        {"'Properties': {'Layers': ['a', 'b', 'c', 'd', 'e', 'f']}}}", "must be between 0 and 5, got 6"},
        {"'Properties': {'PackageType': 'Image', 'Layers': [{'Ref': 'L'}]}}}", "layers are for zip archives, and this is an image"},
        {settings, "an image's settings may have 16384 bytes, and these have 16385"},
        {code, "code in the template may have 4 MB, and this has 4.0 MB"},
        {"'Properties': {'Code': {'S3Bucket': 'b', 'ZipFile': 'x'}}}}", "code comes from one place, and here are 2"},
        {"'Properties': {'Code': {'S3Bucket': 'b'}}}}", "S3Bucket names a bucket, and no archive in it"},
        {"'Properties': {'Code': {'S3Key': 'k'}}}}", "S3Key names an archive, and no bucket"},
        {"'Properties': {'Code': {'S3ObjectVersion': '1'}}}}", "S3ObjectVersion names an archive, and no bucket"},
        {"'Properties': {'PackageType': 'Image', 'Handler': 'h'}}}", "an image takes no Handler"},
        {"'Properties': {'PackageType': 'Image', 'Runtime': 'java21', 'Code': {'ImageUri': 'i'}}}}", "an image takes no Runtime"},
        {"'Properties': {'Runtime': 'java21', 'Code': {'ZipFile': 'x'}}}}",
         "code in the template is for Node.js and Python, not for java21"},
        {"'Properties': {'Code': {'ZipFile': 'x'}}}}, 'behavior': {'F': {'code_size': '5MB'}}", "and this has 5.0 MB"},
        {"'Properties': {'Code': {'ImageUri': 'x'}}}}", "an image needs PackageType Image, and this is Zip"},
        {"'Properties': {'Layers': [{'Ref': 'L'}]}}}, 'behavior': {'L': {'code_size': '100MB'}, 'F': {'code_size': '151MB'}}",
         "251.0 MB is over the 250 MB that a zip with its layers may have"},
        {"'Properties': {'Layers': [{'Ref': 'L'}]}}}, 'behavior': {'L': {'code_size': '251MB'}}", "251.0 MB is over the 250 MB"},
        {"'Properties': {'PackageType': 'Image'}}}, 'behavior': {'F': {'code_size': '10241MB'}}", "10241.0 MB is over the 10240 MB"},
        {"'Properties': {}}}, 'behavior': {'F': {'code_size': '10MB', 'zip_size': '11MB'}}", "no larger than what is in it"},
        {"'Properties': {'PackageType': 'Image'}}}, 'behavior': {'F': {'zip_size': '11MB'}}", "an image is no archive"},
        {"'Properties': {}}}, 'behavior': {'F': {'image_read': '11MB'}}", "there is no image to read"},
        {"'Properties': {'PackageType': 'Image'}}}, 'behavior': {'F': {'code_size': '1MB', 'image_read': '2MB'}}",
         "read more of the image"},
        {"'Properties': {}}}, 'behavior': {'F': {'init_steps': [{'call': 'Q'}]}}", "INIT reads from buckets and file systems, and Q is"},
        {"'Properties': {}}}, 'behavior': {'F': {'init_steps': [{'call': 'B', 'size': '1MB'}]}}", "say the operation, one that reads"},
        {"'Properties': {}}}, 'behavior': {'F': {'init_steps': [{'call': 'B', 'op': 'PutObject'}]}}", "say the operation, one that reads"},
        {"'Properties': {}}}, 'behavior': {'F': {'init_steps': [{'call': 'B', 'op': 'GetItem'}]}}", "GetItem"},
        {"'Properties': {}}}, 'behavior': {'F': {'init_steps': [{'call': 'B', 'op': 'GetObject', 'timeout': '1s'}]}}",
         "a step of INIT has no"},
    };
    assert_refused(run, A_FUNCTION("%s"), cases, sizeof cases / sizeof *cases);
    /* Shapes that templates have. */
    assert_int_equal(
        model_load(run, A_FUNCTION("'Properties': {'Code': './build', 'Environment': {'Variables': {'DEBUG': true, 'N': 7, 'T': "
                                   "{'Ref': 'Q'}}}}}}")),
        STATUS_OK);
}

/* A template that says where the code is says what is called in it; a model of a function need not. */
static void test_entry(void **state)
{
    struct model_run *run = *state;
    static const char *const complete = "'Handler': 'h', 'Runtime': 'java21', ", *const none = "";
    const struct {
        const char *keys, *says;
    } cases[] = {{"'Runtime': 'java21', ", "AWS refuses an archive without Handler"},
                 {"'Handler': 'h', ", "AWS refuses an archive without Runtime"},
                 {none, "AWS refuses an archive without Handler and Runtime"},
                 {complete, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        assert_true(asprintf(&text, A_FUNCTION("'Properties': {%s'Code': {'S3Bucket': 'b', 'S3Key': 'k'}}}}"), cases[i].keys) > 0);
        assert_int_equal(model_load(run, text), STATUS_OK);
        free(text);
        assert_int_equal(run->diagnostics.count, cases[i].says ? 1 : 0);
        if (cases[i].says)
            assert_true(diagnosed(&run->diagnostics, 0, 0, cases[i].says));
    }
    /* As a model, an image has the INIT of the runtime that it names. */
    assert_int_equal(model_load(run, A_FUNCTION("'Properties': {'PackageType': 'Image', 'Runtime': 'java21'}}}")), STATUS_OK);
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(model_load(run, A_FUNCTION("'Properties': {'PackageType': 'Image', 'Handler': 'h'}}}, 'allow_invalid': ['package']")),
                     STATUS_OK);
}

/* CloudFormation compares bucket, key and version, not what is in the archive. */
static void test_unchanged_code(void **state)
{
    struct model_run *run = *state;
#define UPDATE(CODE, MORE)                                                                                                                 \
    "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Handler': 'h', 'Runtime': 'java21', 'Code': " \
    "{'S3Bucket': 'b', 'S3Key': 'k'}}}, 'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Ref': 'F'}}}, 'A': "        \
    "{'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': {'Ref': 'F'}, 'Name': 'live', 'FunctionVersion': {'Fn::GetAtt': "       \
    "['V', 'Version']}}}}, 'behavior': {'F': {'duration': '1ms'}}, 'traffic': [], 'changes': [{'at': '10s', 'deploy': 'F', 'preference': " \
    "'AllAtOnce', 'Properties': {'MemorySize': 256" CODE "}}]" MORE "}"
#define SAME ", 'Code': {'S3Bucket': 'b', 'S3Key': 'k'}"
    assert_int_equal(model_load(run, UPDATE(SAME, "")), STATUS_INVALID);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "CloudFormation does not update the code of F"));
    assert_int_equal(model_load(run, UPDATE(SAME, ", 'allow_invalid': ['code_unchanged']")), STATUS_OK);
    assert_int_equal(model_load(run, UPDATE("", "")), STATUS_OK);
    assert_int_equal(model_load(run, UPDATE(", 'Code': {'S3Bucket': 'b', 'S3Key': 'other'}", "")), STATUS_OK);
    assert_int_equal(model_load(run, UPDATE(", 'Code': {'S3Bucket': 'other', 'S3Key': 'k'}", "")), STATUS_OK);
    assert_int_equal(model_load(run, UPDATE(", 'Code': {'S3Bucket': 'b', 'S3Key': 'k', 'S3ObjectVersion': '2'}", "")), STATUS_OK);
}

/* Of the table of deprecated runtimes: as of the book's day. */
static void test_runtimes(void **state)
{
    struct model_run *run = *state;
    const struct {
        const char *runtime, *more, *says;
    } cases[] = {
        {"nodejs12.x", "", "nodejs12.x is out of support: AWS refuses to create a function with it, and since 2023-04-30 to update one"},
        {"nodejs12.x", ", 'rules': 'course'", NULL},
        {"python2.7", ", 'rules': 'course'", "since 2022-05-30 to update one"},
        {"go1.x", "", "go1.x is out of support: AWS refuses to create a function with it since 2024-02-08; one that is there runs on"},
        {"python3.9", "", "python3.9 is deprecated since 2025-12-15: it gets no more patches"},
        {"python3.9", ", 'rules': {'runtimes_day': '2027-02-01'}", "refuses to create a function with it since 2027-02-01"},
        {"python3.9", ", 'rules': {'runtimes_day': '2027-03-03'}", "and since 2027-03-03 to update one"},
        {"python3.9", ", 'rules': {'runtimes_day': '2025-12-14'}", NULL},
        {"python3.14", "", NULL},
        {"provided.al2023", "", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        assert_true(asprintf(&text, A_FUNCTION("'Properties': {'Runtime': '%s'}}}%s"), cases[i].runtime, cases[i].more) > 0);
        if (model_load(run, text) != STATUS_OK)
            fail_msg("refused: %s%s", cases[i].runtime, cases[i].more);
        free(text);
        if (cases[i].says ? !diagnosed(&run->diagnostics, 0, 0, cases[i].says) : run->diagnostics.count > 0)
            fail_msg("%s%s wants \"%s\"", cases[i].runtime, cases[i].more, cases[i].says ? cases[i].says : "nothing");
    }
    const struct refusal refused[] = {
        {"'Properties': {'Runtime': 'nodejs6.10'}}}",
         "nodejs6.10 is a Lambda runtime no more: no function is created with it since 2019-07-12"},
        {"'Properties': {'Runtime': 'dotnet9'}}}", "dotnet9 is there for container images only"},
        {"'Properties': {'Runtime': 'dotnet9', 'PackageType': 'Image'}}}", "no default INIT for dotnet9"},
        {"'Properties': {'Runtime': 'node22'}}}", "node22 is no Lambda runtime"},
    };
    assert_refused(run, A_FUNCTION("%s"), refused, sizeof refused / sizeof *refused);
}

/* crosses: zip_direct_upload_max_mb */
static void test_direct_upload(void **state)
{
    struct model_run *run = *state;
    static const char *const said = "an archive of 51.0 MB cannot be uploaded directly: over 50 MB it goes through a bucket";
#define ARCHIVE(CODE, SIZE) A_FUNCTION("'Properties': {" CODE "}}}, 'behavior': {'F': {'code_size': '200MB', 'zip_size': '" SIZE "'}}")
    assert_int_equal(model_load(run, ARCHIVE("", "51MB")), STATUS_OK);
    assert_true(diagnosed(&run->diagnostics, 0, 0, said));
    assert_int_equal(model_load(run, ARCHIVE("", "50MB")), STATUS_OK);
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(model_load(run, ARCHIVE("'Handler': 'h', 'Runtime': 'java21', 'Code': {'S3Bucket': 'b', 'S3Key': 'k'}", "51MB")),
                     STATUS_OK);
    assert_int_equal(run->diagnostics.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_layers, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_image_read, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_init_steps, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_shared_throughput, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_failures, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_provisioned, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_refused, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_entry, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_unchanged_code, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_runtimes, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_direct_upload, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
