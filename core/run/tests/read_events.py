"""Prints event files as lines of JSON, read without TensorBoard: read_events.py DIRECTORY.

Checks lengths and checksums of all records. A record that is not whole ends its file. Values of earlier files at the
step of a restart and later are left out, as TensorBoard does.
"""

import io
import json
import struct
import sys
from pathlib import Path

from PIL import Image

POLYNOMIAL = 0x82F63B78  # Castagnoli's, reflected


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at + 12 <= len(data):
        length, = struct.unpack_from("<Q", data, at)
        if at + 16 + length > len(data):
            return
        head, body = data[at:at + 8], data[at + 12:at + 12 + length]
        assert struct.unpack_from("<I", data, at + 8)[0] == masked(head), "checksum of a length"
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked(body), "checksum of a record"
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """Yields the fields of a message: number, and an int, a float or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            assert key & 7 == 2, f"type {key & 7} of a field"
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length, "a field is cut"
        yield key >> 3, value


def picture(message):
    image = dict(fields(message))
    png = Image.open(io.BytesIO(image[4]))
    png.load()
    assert png.size == (image[2], image[1]), "the size of a picture"
    return {"size": png.size, "colors": len(png.convert("RGB").getcolors(1 << 24))}


def shown(value):
    """Returns the name of a value and what TensorBoard shows of it."""
    parts = dict(fields(value))
    name = parts[1].decode()
    if 2 in parts:
        return name, {"number": parts[2]}
    if 4 in parts:
        return name, {"picture": picture(parts[4])}
    tensor, metadata = dict(fields(parts[8])), dict(fields(parts[9]))
    assert tensor[1] == 7 and dict(fields(metadata[1]))[1] == b"text", "a tensor that is no text"
    return name, {"text": tensor[8].decode()}


def events(file):
    for number, record in enumerate(records(file.read_bytes())):
        event = dict(fields(record))
        assert event[1] > 1.6e9, "the time of an event"
        if number == 0:
            assert event[3] == b"brain.Event:2", "the version of a file"
        elif 7 in event:
            yield {"restart": event.get(2, 0)}
        else:
            for field, value in fields(event[5]):
                assert field == 1
                name, what = shown(value)
                yield {"step": event[2], "name": name, **what}


def main():
    kept = []
    for file in sorted(Path(sys.argv[1]).glob("events.out.tfevents.*")):
        for event in events(file):
            if "restart" in event:
                kept = [one for one in kept if one["step"] < event["restart"]]
            else:
                kept.append(event)
    for event in kept:
        print(json.dumps(event))


main()
