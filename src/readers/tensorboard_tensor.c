/*
 * TensorProto: the one number in a tensor of any numeric type, however it is spelt.
 * Knows: tensor.proto and types.proto. Must not know: tags or plugins.
 */
#include "readers/tensorboard.h"

#include <math.h>

enum { FIELD_DTYPE = 1, FIELD_SHAPE = 2, FIELD_CONTENT = 4 };

enum spelling { AS_SIGNED, AS_UNSIGNED, AS_FLOAT, AS_DOUBLE, AS_HALF, AS_BFLOAT16 };

/* types.proto's number, bytes in tensor_content, the field of its repeated values. */
static const struct dtype {
    uint8_t number, bytes, field;
    enum spelling spelling;
} DTYPES[] = {
    {1, 4, 5, AS_FLOAT}, {2, 8, 6, AS_DOUBLE}, {3, 4, 7, AS_SIGNED}, /* int32 */
    {4, 1, 7, AS_UNSIGNED},                                          /* uint8 */
    {5, 2, 7, AS_SIGNED},                                            /* int16 */
    {6, 1, 7, AS_SIGNED},                                            /* int8 */
    {9, 8, 10, AS_SIGNED},                                           /* int64 */
    {10, 1, 11, AS_UNSIGNED},                                        /* bool */
    {14, 2, 13, AS_BFLOAT16}, {17, 2, 7, AS_UNSIGNED},               /* uint16 */
    {19, 2, 13, AS_HALF}, {22, 4, 16, AS_UNSIGNED},                  /* uint32 */
    {23, 8, 17, AS_UNSIGNED},                                        /* uint64 */
};

static const struct dtype *dtype_of(uint64_t number)
{
    for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++)
        if (DTYPES[i].number == number)
            return &DTYPES[i];
    return NULL;
}

/* IEEE 754 binary16. */
static double half(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double value = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                   : exponent     ? ldexp(1024 + fraction, exponent - 25)
                                  : ldexp(fraction, -24);
    return bits & 0x8000 ? -value : value;
}

/* BITS hold the value in their low bytes, sign-extended where it stood as a varint. */
static double number_of(const struct dtype *dtype, uint64_t bits)
{
    switch (dtype->spelling) {
    case AS_FLOAT:
        return wire_float(bits);
    case AS_DOUBLE:
        return wire_double(bits);
    case AS_HALF:
        return half(bits);
    case AS_BFLOAT16:
        return wire_float((bits & 0xffff) << 16);
    case AS_UNSIGNED:
        return (double)bits;
    case AS_SIGNED:
        break;
    }
    return (double)(int64_t)bits;
}

static uint64_t bits_of_content(const struct dtype *dtype, struct wire content)
{
    uint64_t bits = 0;
    memcpy(&bits, content.at, dtype->bytes);
    if (dtype->spelling != AS_SIGNED)
        return bits;
    int unused = 64 - 8 * dtype->bytes;
    return (uint64_t)((int64_t)(bits << unused) >> unused);
}

/* Reads the packed values; true when there is exactly one. */
static bool one_packed(const struct dtype *dtype, struct wire packed, uint64_t *bits)
{
    size_t width = dtype->spelling == AS_FLOAT ? 4 : dtype->spelling == AS_DOUBLE ? 8 : 0;
    if (!width)
        return wire_varint(&packed, bits) && packed.at == packed.end;
    if (wire_left(packed) != width)
        return false;
    *bits = 0;
    memcpy(bits, packed.at, width);
    return true;
}

/* The rank of a TensorShapeProto into *RANK; false unless every dimension is 1. */
static bool is_single(struct wire shape, int *rank)
{
    struct wire_field dimension, size;
    bool single = true;
    for (*rank = 0; wire_next(&shape, &dimension);) {
        if (dimension.number == 3 && dimension.value)
            return false; /* unknown_rank */
        if (dimension.number != 2 || dimension.type != WIRE_BYTES)
            continue;
        uint64_t extent = 0;
        while (wire_next(&dimension.bytes, &size))
            if (size.number == 1)
                extent = size.value;
        single = single && extent == 1;
        ++*rank;
    }
    return single && shape.at == shape.end;
}

/* The values' own field, or tensor_content. */
static bool take_number(struct wire tensor, const struct dtype *dtype, uint64_t *bits)
{
    struct wire_field field;
    int found = 0;
    while (wire_next(&tensor, &field)) {
        if (field.number == FIELD_CONTENT && field.type == WIRE_BYTES && wire_left(field.bytes)) {
            if (wire_left(field.bytes) != dtype->bytes)
                return false;
            *bits = bits_of_content(dtype, field.bytes);
            found++;
        } else if (field.number == dtype->field && field.type != WIRE_BYTES) {
            *bits = field.value;
            found++;
        } else if (field.number == dtype->field && wire_left(field.bytes)) {
            if (!one_packed(dtype, field.bytes, bits))
                return false;
            found++;
        }
    }
    return found == 1;
}

bool tb_tensor_number(struct wire tensor, bool declared, double *value)
{
    struct wire rest = tensor;
    struct wire_field field;
    const struct dtype *dtype = NULL;
    while (wire_next(&rest, &field)) {
        int rank;
        if (field.number == FIELD_DTYPE)
            dtype = dtype_of(field.value);
        else if (field.number == FIELD_SHAPE && field.type == WIRE_BYTES &&
                 (!is_single(field.bytes, &rank) || (rank && !declared)))
            return false;
    }
    uint64_t bits;
    if (!dtype || !take_number(tensor, dtype, &bits))
        return false;
    *value = number_of(dtype, bits);
    return true;
}
