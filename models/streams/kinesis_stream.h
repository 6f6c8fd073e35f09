/* kinesis_stream.h: AWS::Kinesis::Stream: shards that take records in by the hash of their key, and readers that read them in order. */
#ifndef SLSIM_STREAMS_KINESIS_STREAM_H
#define SLSIM_STREAMS_KINESIS_STREAM_H

#include "engine/model.h"

extern const struct model_type kinesis_stream_type;

#endif
