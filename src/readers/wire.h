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

/* ---- one field at a time, for inner loops: its key, then its value by what the key says ---- */

#define WIRE_KEY(number, type) ((uint32_t)(number) << 3 | (type))

/* False at the end, and when what follows is no key: wire->at is then not wire->end. */
static inline bool wire_key(struct wire *wire, uint32_t *key)
{
    const unsigned char *before = wire->at;
    uint64_t value;
    if (!wire_varint(wire, &value))
        return false;
    *key = (uint32_t)value;
    if (value >> 3 && !(value >> 32))
        return true;
    wire->at = before;
    return false;
}

static inline bool wire_fixed64(struct wire *wire, uint64_t *bits)
{
    if (wire_left(*wire) < 8)
        return false;
    memcpy(bits, wire->at, 8);
    wire->at += 8;
    return true;
}

static inline bool wire_fixed32(struct wire *wire, uint64_t *bits)
{
    uint32_t low;
    if (wire_left(*wire) < 4)
        return false;
    memcpy(&low, wire->at, 4);
    *bits = low;
    wire->at += 4;
    return true;
}

static inline bool wire_bytes(struct wire *wire, struct wire *bytes)
{
    uint64_t length;
    if (!wire_varint(wire, &length) || length > wire_left(*wire))
        return false;
    *bytes = (struct wire){wire->at, wire->at + length};
    wire->at += length;
    return true;
}

/* ---- whole fields, for everything else ---- */

/* Takes the value behind KEY. False when it is malformed or cut off. */
static inline bool wire_value(struct wire *wire, uint32_t key, struct wire_field *field)
{
    *field = (struct wire_field){.number = key >> 3, .type = (enum wire_type)(key & 7)};
    switch (field->type) {
    case WIRE_VARINT:
        return wire_varint(wire, &field->value);
    case WIRE_FIXED64:
        return wire_fixed64(wire, &field->value);
    case WIRE_BYTES:
        return wire_bytes(wire, &field->bytes);
    case WIRE_FIXED32:
        return wire_fixed32(wire, &field->value);
    default: /* groups were given up before these formats were made */
        return false;
    }
}

/* Takes the next field. False at the end of the message, and when what follows is malformed or cut
 * off: wire->at is then not wire->end. */
static inline bool wire_next(struct wire *wire, struct wire_field *field)
{
    struct wire rest = *wire;
    uint32_t key;
    if (!wire_key(&rest, &key) || !wire_value(&rest, key, field))
        return false;
    *wire = rest;
    return true;
}

/* Passes over the value behind KEY. */
static inline bool wire_skip(struct wire *wire, uint32_t key)
{
    struct wire_field field;
    return wire_value(wire, key, &field);
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
