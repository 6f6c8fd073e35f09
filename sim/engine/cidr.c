/* cidr.c: blocks of IPv4 addresses. */
#include "engine/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t mask(uint8_t bits)
{
    return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

bool cidr_read(const char *text, struct cidr *cidr)
{
    char address[INET_ADDRSTRLEN], *end;
    struct in_addr read;
    size_t length = strcspn(text, "/");
    unsigned long bits = 32;
    snprintf(address, sizeof address, "%.*s", (int)(length < sizeof address ? length : 0), text);
    if (inet_pton(AF_INET, address, &read) != 1)
        return false;
    text += length;
    if (*text == '/' && text[1] >= '0' && text[1] <= '9') {
        bits = strtoul(text + 1, &end, 10);
        text = end;
    }
    if (*text != '\0' || bits > 32)
        return false;
    *cidr = (struct cidr){.base = ntohl(read.s_addr) & mask((uint8_t)bits), .bits = (uint8_t)bits};
    return true;
}

bool cidr_holds(const struct cidr *outer, const struct cidr *inner)
{
    return outer->bits <= inner->bits && (inner->base & mask(outer->bits)) == outer->base;
}
