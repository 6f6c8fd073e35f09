/* sha256.c: hashes of inputs for the manifest, through libmd. */
#include "document/document.h"

#include <sha2.h>
#include <stdint.h>

void sha256_hex(const void *bytes, size_t length, char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX context;
    SHA256Init(&context);
    if (length > 0)
        SHA256Update(&context, bytes, length);
    SHA256Final(digest, &context);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = 0;
}
