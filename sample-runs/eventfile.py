"""Writes TensorBoard event files.

Knows: the record framing with its checksums, and the few protocol-buffer
messages needed for scalars and hyperparameters.  Must not know: runs.

Sources: tensorflow/core/util/event.proto and framework/summary.proto,
tensorboard/plugins/hparams/plugin_data.proto, and the TFRecord framing
(length, masked CRC-32C of the length, data, masked CRC-32C of the data).
"""
import struct

CASTAGNOLI = 0x82F63B78         # CRC-32C polynomial, reflected
MASK_DELTA = 0xA282EAD8
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5            # wire types


def _crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (CASTAGNOLI if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc_table()


def crc32c(data):
    """CRC-32C; of b"123456789" it is 0xE3069283."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _masked(data):
    crc = crc32c(data)
    rotated = (crc >> 15) | (crc << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + MASK_DELTA) & 0xFFFFFFFF)


def _varint(value):
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def _key(field, wire_type):
    return _varint(field << 3 | wire_type)


def _bytes(field, data):
    if isinstance(data, str):
        data = data.encode()
    return _key(field, BYTES) + _varint(len(data)) + data


def _double(field, value):
    return _key(field, FIXED64) + struct.pack("<d", value)


def _float(field, value):
    return _key(field, FIXED32) + struct.pack("<f", value)


def _proto_value(value):
    """A google.protobuf.Value: number, string or bool."""
    if isinstance(value, bool):
        return _key(4, VARINT) + _varint(int(value))
    if isinstance(value, (int, float)):
        return _double(2, float(value))
    return _bytes(3, str(value))


def _hparams_value(tag, content):
    """A Summary.Value that carries data of the hparams plugin only."""
    plugin = _bytes(1, "hparams") + _bytes(2, content)
    return _bytes(1, tag) + _bytes(9, _bytes(1, plugin))


class EventFile:
    """One event file being written."""

    def __init__(self, path, wall_time):
        self.file = path.open("wb")
        self._event(wall_time, _bytes(3, "brain.Event:2"))

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.file.close()

    def _event(self, wall_time, what, step=0):
        event = _double(1, wall_time)
        if step:
            event += _key(2, VARINT) + _varint(step)
        event += what
        length = struct.pack("<Q", len(event))
        self.file.write(length + _masked(length) + event + _masked(event))

    def _summary(self, wall_time, step, value):
        self._event(wall_time, _bytes(5, _bytes(1, value)), step)

    def scalar(self, tag, value, step, wall_time):
        """One point of a series, as a 32-bit float."""
        self._summary(wall_time, step, _bytes(1, tag) + _float(2, value))

    def hparams(self, values, start_time):
        """The hyperparameters (a flat dict) of the run that starts here."""
        entries = b"".join(
            _bytes(1, _bytes(1, name) + _bytes(2, _proto_value(value)))
            for name, value in values.items())
        start = _bytes(3, entries + _double(5, start_time))
        self._summary(start_time, 0, _hparams_value(
            "_hparams_/session_start_info", start))

    def ended(self, wall_time):
        """Note that the session came to a good end (status 1)."""
        end = _bytes(4, _key(1, VARINT) + _varint(1) + _double(2, wall_time))
        self._summary(wall_time, 0, _hparams_value(
            "_hparams_/session_end_info", end))
