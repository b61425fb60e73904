"""Sound files with metadata, written for tests byte by byte."""

import struct
from pathlib import Path

import numpy as np

from engine.media.audio_file import AudioWriter

RATE_HZ = 24_000


def tone(hz, seconds=0.5):
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)[None]


def noise(seed, seconds=0.5):
    return 0.1 * np.random.default_rng(seed).standard_normal((1, int(seconds * RATE_HZ)))


def write(path: Path, sound, chunks=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    with AudioWriter(path, len(sound), RATE_HZ, subtype="FLOAT", chunks_after=chunks) as writer:
        writer.write(sound)
    return path


def bext(description, originator="", reference=""):
    texts = zip((description, originator, reference), (256, 32, 32), strict=True)
    head = b"".join(text.encode().ljust(length, b"\0") for text, length in texts)
    return b"bext", head.ljust(602, b"\0")


def info(**texts):
    parts = b""
    for name, text in texts.items():
        content = text.encode() + b"\0"
        parts += struct.pack("<4sI", name.encode(), len(content)) + content
        parts += b"\0" * (len(content) % 2)
    return b"LIST", b"INFO" + parts


def ixml(body):
    return b"iXML", f'<?xml version="1.0"?><BWFXML><USER>{body}</USER></BWFXML>'.encode()
