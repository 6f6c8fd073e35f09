/* network_fixture.h: a VPC as templates write it, for scenarios of functions in it. */
#ifndef SLSIM_TESTS_NETWORK_FIXTURE_H
#define SLSIM_TESTS_NETWORK_FIXTURE_H

#include "model_fixture.h"

/* A VPC with a private subnet of `BLOCK`, whose route table Table has nothing in it yet, and a public one. */
#define NETWORK(BLOCK)                                                                                                                     \
    "'Vpc': {'Type': 'AWS::EC2::VPC', 'Properties': {'CidrBlock': '10.0.0.0/16'}}, 'Private': {'Type': 'AWS::EC2::Subnet', "               \
    "'Properties': {'VpcId': {'Ref': 'Vpc'}, 'CidrBlock': '" BLOCK "'}}, 'Table': {'Type': 'AWS::EC2::RouteTable', 'Properties': "         \
    "{'VpcId': {'Ref': 'Vpc'}}}, 'Uses': {'Type': 'AWS::EC2::SubnetRouteTableAssociation', 'Properties': {'SubnetId': {'Ref': "            \
    "'Private'}, 'RouteTableId': {'Ref': 'Table'}}}, 'Igw': {'Type': 'AWS::EC2::InternetGateway'}, 'Public': {'Type': "                    \
    "'AWS::EC2::Subnet', 'Properties': {'VpcId': {'Ref': 'Vpc'}, 'CidrBlock': '10.0.9.0/24'}}, 'PublicTable': {'Type': "                   \
    "'AWS::EC2::RouteTable', 'Properties': {'VpcId': {'Ref': 'Vpc'}}}, 'PublicUses': {'Type': "                                            \
    "'AWS::EC2::SubnetRouteTableAssociation', 'Properties': {'SubnetId': {'Ref': 'Public'}, 'RouteTableId': {'Ref': 'PublicTable'}}}, "    \
    "'PublicRoute': {'Type': 'AWS::EC2::Route', 'Properties': {'RouteTableId': {'Ref': 'PublicTable'}, 'DestinationCidrBlock': "           \
    "'0.0.0.0/0', 'GatewayId': {'Ref': 'Igw'}}}, "

/* A NAT gateway, and the private subnet's route to it. */
#define NAT(PROPERTIES)                                                                                                                    \
    "'Eip': {'Type': 'AWS::EC2::EIP'}, 'Nat': {'Type': 'AWS::EC2::NatGateway', 'Properties': {'SubnetId': {'Ref': 'Public'}, "             \
    "'AllocationId': {'Fn::GetAtt': ['Eip', 'AllocationId']}" PROPERTIES "}}, 'Out': {'Type': 'AWS::EC2::Route', 'Properties': "           \
    "{'RouteTableId': {'Ref': 'Table'}, 'DestinationCidrBlock': '0.0.0.0/0', 'NatGatewayId': {'Ref': 'Nat'}}}, "

/* A function in the private subnet, with one security group. */
#define INSIDE(NAME, GROUP, PROPERTIES)                                                                                                    \
    "'" NAME "': {'Type': 'AWS::Lambda::Function', 'Properties': {'VpcConfig': {'SubnetIds': [{'Ref': 'Private'}], 'SecurityGroupIds': "   \
    "['" GROUP "']}" PROPERTIES "}}"

#endif
