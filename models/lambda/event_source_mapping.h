/* event_source_mapping.h: one type of resource, two kinds of source: a mapping is a queue's or a stream's. Private to this folder. */
#ifndef SLSIM_LAMBDA_EVENT_SOURCE_MAPPING_H
#define SLSIM_LAMBDA_EVENT_SOURCE_MAPPING_H

#include "engine/model.h"
#include "notation/property.h"

#define MAPPING_TYPE "AWS::Lambda::EventSourceMapping"

/* The properties that streams alone have; offsets into struct queue_mapping. */
extern const struct property stream_mapping_properties[];
/* The keys of its `behavior`. */
extern const struct property event_source_behavior[];

/* For a mapping whose source is a stream. */
void event_source_stream_validate(struct validation *validation, void *config);

/* To one side or the other, by the source. */
enum status event_source_create(struct simulation *simulation, void *self);
void event_source_start(struct simulation *simulation, void *self);
void event_source_destroy(struct simulation *simulation, void *self);
void event_source_handle(struct simulation *simulation, void *self, const struct event *event);
void event_source_done(struct simulation *simulation, void *self, struct request *request);
struct batch *event_source_batch(struct simulation *simulation, void *self, const struct request *request);
enum status event_source_finish(struct simulation *simulation, void *self);

#endif
