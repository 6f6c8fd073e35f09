/* stream_consumer.h: AWS::Kinesis::StreamConsumer: a reader of a stream with throughput of its own. */
#ifndef SLSIM_STREAMS_STREAM_CONSUMER_H
#define SLSIM_STREAMS_STREAM_CONSUMER_H

#include "engine/model.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"

#define STREAM_CONSUMER_TYPE "AWS::Kinesis::StreamConsumer"

struct stream_consumer {
    uint32_t stream; /* config: the entity; ENTITY_NONE: could not be read */
    uint32_t self;
    bool on_demand; /* the stream is */
    struct gauge shards;
    struct counter records, bytes;
    struct tally behind;
};

/* The stream has so many open shards from now on. */
void stream_consumer_shards(struct simulation *simulation, struct stream_consumer *consumer, uint32_t shards);

#endif
