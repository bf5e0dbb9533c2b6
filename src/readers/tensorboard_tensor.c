/*
 * TensorProto: the one number in a tensor of any numeric type, however it is spelt; the first text.
 * Knows: tensor.proto and types.proto. Must not know: tags or plugins.
 */
#include "readers/tensorboard.h"

#include <math.h>

enum { FIELD_DTYPE = 1, FIELD_SHAPE = 2, FIELD_CONTENT = 4, FIELD_STRING = 8 };

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

/* A field of repeated values as it came: the bits of one, or several packed. */
struct spelt {
    uint32_t field;
    uint64_t bits;
    struct wire packed; /* .at NULL: not packed */
    int count;          /* of such fields in the message */
};

/* The packed values when there is exactly one. */
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

/* The rank of a TensorShapeProto, -1 unless every dimension is 1. */
static int rank_of_single(struct wire shape)
{
    struct wire_field dimension, size;
    int rank = 0;
    while (wire_next(&shape, &dimension)) {
        if (dimension.number == 3 && dimension.value)
            return -1; /* unknown_rank */
        if (dimension.number != 2 || dimension.type != WIRE_BYTES)
            continue;
        uint64_t extent = 0;
        while (wire_next(&dimension.bytes, &size))
            if (size.number == 1)
                extent = size.value;
        if (extent != 1)
            return -1;
        rank++;
    }
    return shape.at == shape.end ? rank : -1;
}

/* A field of values: repeated number, packed or not. */
static bool take_values(struct wire *tensor, uint32_t key, struct spelt *values)
{
    struct wire_field field;
    if (!wire_value(tensor, key, &field))
        return false;
    bool holds_values = field.number >= 5 && field.number <= 17;
    if (holds_values && (field.type != WIRE_BYTES || wire_left(field.bytes)))
        *values = (struct spelt){field.number, field.value, field.bytes, values->count + 1};
    return true;
}

static bool number_from(
    const struct dtype *dtype, struct wire content, const struct spelt *values, double *number)
{
    uint64_t bits = values->bits;
    if (wire_left(content)) {
        if (wire_left(content) != dtype->bytes || values->count)
            return false;
        bits = bits_of_content(dtype, content);
    } else if (values->count != 1 || values->field != dtype->field ||
               (values->packed.at && !one_packed(dtype, values->packed, &bits))) {
        return false;
    }
    *number = number_of(dtype, bits);
    return true;
}

bool tb_tensor_number(struct wire tensor, bool declared, double *value)
{
    struct spelt values = {0};
    struct wire shape = {0}, content = {0};
    uint64_t dtype_number = 0;
    uint32_t key;
    bool ok = true;
    while (ok && wire_key(&tensor, &key))
        switch (key) {
        case WIRE_KEY(FIELD_DTYPE, WIRE_VARINT):
            ok = wire_varint(&tensor, &dtype_number);
            break;
        case WIRE_KEY(FIELD_SHAPE, WIRE_BYTES):
            ok = wire_bytes(&tensor, &shape);
            break;
        case WIRE_KEY(FIELD_CONTENT, WIRE_BYTES):
            ok = wire_bytes(&tensor, &content);
            break;
        default:
            ok = take_values(&tensor, key, &values);
        }
    const struct dtype *dtype = dtype_of(dtype_number);
    int rank = wire_left(shape) ? rank_of_single(shape) : 0;
    return ok && tensor.at == tensor.end && dtype && rank >= 0 && (rank == 0 || declared) &&
           number_from(dtype, content, &values, value);
}

bool tb_tensor_text(struct wire tensor, struct wire *text)
{
    struct wire_field field;
    while (wire_next(&tensor, &field))
        if (field.number == FIELD_STRING && field.type == WIRE_BYTES) {
            *text = field.bytes;
            return true;
        }
    return false;
}
