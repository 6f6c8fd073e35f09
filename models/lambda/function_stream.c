/* function_stream.c: responses that are streamed: larger ones than buffered ones, the first part as fast as it comes, the rest at a capped
 * rate, and billed. Source: rules payload_stream_*, which cite the Lambda developer guide, "Response streaming" and "Lambda quotas". Time
 * is taken as if the handler made the response and then sent it: AWS says how fast it goes, not how the two overlap. */
#include "function_stream.h"

#define AT(field) offsetof(struct function, config.field)

static const char *const invoke_modes[] = {"BUFFERED", "RESPONSE_STREAM", NULL};

const struct property function_url_properties[] = {
    {"InvokeMode", PROPERTY_ENUM, AT(url_mode), .choices = invoke_modes, .fallback = "\"BUFFERED\"",
     .help = "RESPONSE_STREAM: responses are streamed, unless behavior.response_mode says otherwise."},
    ACCEPTED(PROPERTY_ANY_KEY), /* the URL's own, which is made of the same */
    {0},
};

void function_stream_init(struct simulation *simulation, struct function *function)
{
    const struct rule_book *rules = simulation->settings->rules;
    function->stream_free_bytes = (double)rule_bytes(rules, "payload_stream_free_mb");
    function->stream_limit_bytes = (double)rule_bytes(rules, "payload_stream_max_mb");
    function->stream_bytes_per_s = (double)rule_bytes(rules, "payload_stream_mb_per_s");
}

double function_response_bytes(struct function *function, const struct request *request)
{
    stream_at(&function->streams.response, request->item, request->attempt);
    return distribution_sample(function->config.response, &function->streams.response.rng);
}

double function_response_limit(const struct function *function, const struct request *request)
{
    return function_streams(function, request) ? function->stream_limit_bytes : (double)function->response_limit_bytes;
}

/* What is beyond the part that is free and as fast as it comes, up to where the response is cut. */
static double capped_bytes(struct function *function, const struct request *request)
{
    if (!function->config.response)
        return 0;
    double bytes = function_response_bytes(function, request);
    bytes = bytes < function->stream_limit_bytes ? bytes : function->stream_limit_bytes;
    return bytes > function->stream_free_bytes ? bytes - function->stream_free_bytes : 0;
}

int64_t function_stream_ns(struct function *function, const struct request *request)
{
    return time_from_double(capped_bytes(function, request) / function->stream_bytes_per_s * (double)NS_PER_S);
}

void function_streamed(struct simulation *simulation, struct function *function, const struct request *request)
{
    int64_t tail_ns = function_stream_ns(function, request);
    tally_add(&function->metrics.first_byte, TALLY_ALL, simulation->now_ns - tail_ns - request->born_ns);
    counter_add(&function->metrics.streamed_bytes, (uint64_t)capped_bytes(function, request));
}
