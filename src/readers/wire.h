/*
 * The protobuf wire format, read straight from memory: fields one after another, nothing copied.
 * Knows: varints, fixed numbers, length-delimited fields. Must not know: any message.
 *
 * In the header because it is the inner loop of reading event files. Little-endian processors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fixed numbers are copied as they stand");

struct wire {
    const unsigned char *at, *end;
};

enum wire_type { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_FIXED32 = 5 };

struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;    /* WIRE_VARINT; the bits of WIRE_FIXED64 and WIRE_FIXED32 */
    struct wire bytes; /* WIRE_BYTES */
};

static inline struct wire wire_of(const void *bytes, size_t length)
{
    return (struct wire){bytes, (const unsigned char *)bytes + length};
}

static inline size_t wire_left(struct wire wire)
{
    return (size_t)(wire.end - wire.at);
}

/* False at the end, or when the number is cut off or longer than 64 bits. */
static inline bool wire_varint(struct wire *wire, uint64_t *value)
{
    const unsigned char *at = wire->at;
    if (at < wire->end && *at < 0x80) {
        *value = *at;
        wire->at = at + 1;
        return true;
    }
    uint64_t sum = 0;
    for (int shift = 0; at < wire->end && shift < 70; shift += 7) {
        unsigned char byte = *at++;
        sum |= shift < 63 || byte < 2 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (byte < 0x80) {
            *value = sum;
            wire->at = at;
            return shift < 63 || byte < 2;
        }
    }
    return false;
}

/* Takes the next field. False at the end of the message, and when what follows is malformed or cut
 * off: wire->at is then not wire->end. */
static inline bool wire_next(struct wire *wire, struct wire_field *field)
{
    struct wire rest = *wire;
    uint64_t key, length;
    if (rest.at == rest.end || !wire_varint(&rest, &key) || key >> 3 == 0 || key >> 32)
        return false;
    field->number = (uint32_t)(key >> 3);
    field->type = (enum wire_type)(key & 7);
    field->value = 0;
    field->bytes = (struct wire){0};
    switch (field->type) {
    case WIRE_VARINT:
        if (!wire_varint(&rest, &field->value))
            return false;
        break;
    case WIRE_FIXED64:
        if (wire_left(rest) < 8)
            return false;
        memcpy(&field->value, rest.at, 8);
        rest.at += 8;
        break;
    case WIRE_BYTES:
        if (!wire_varint(&rest, &length) || length > wire_left(rest))
            return false;
        field->bytes = (struct wire){rest.at, rest.at + length};
        rest.at += length;
        break;
    case WIRE_FIXED32: {
        uint32_t bits;
        if (wire_left(rest) < 4)
            return false;
        memcpy(&bits, rest.at, 4);
        field->value = bits;
        rest.at += 4;
        break;
    }
    default: /* groups were given up before these formats were made */
        return false;
    }
    *wire = rest;
    return true;
}

static inline double wire_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

static inline double wire_float(uint64_t bits)
{
    float value;
    uint32_t low = (uint32_t)bits;
    memcpy(&value, &low, 4);
    return value;
}
