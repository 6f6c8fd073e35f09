/* dynamo_table.h: AWS::DynamoDB::Table and AWS::Serverless::SimpleTable: items that are written, with the capacity for it, and the stream
 * of their changes. */
#ifndef SLSIM_STREAMS_DYNAMO_TABLE_H
#define SLSIM_STREAMS_DYNAMO_TABLE_H

#include "engine/model.h"

extern const struct model_type dynamo_table_type;
extern const struct model_type simple_table_type;

#endif
