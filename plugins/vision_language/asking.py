"""The question to a vision-language model, and a strict reading of its answer."""

from __future__ import annotations

import base64
import http.client
import json
import math
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import cv2
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from engine.errors import PluginError
from plugins.vision_language.settings import Endpoint

Image = NDArray[np.uint8]

_QUALITY = 85
_LONGEST_ANSWER = 1 << 20
_MOST = 50


class Found(Struct, frozen=True, forbid_unknown_fields=True):
    """One object as the model is asked to tell it; the box in pixels of the picture sent."""

    label: str
    box: tuple[float, float, float, float]
    confidence: float = 0.6


class _Answer(Struct, frozen=True, forbid_unknown_fields=True):
    objects: tuple[Found, ...]


def question(width: int, height: int, words: Sequence[str]) -> str:
    """What the model is asked about a picture of this size (pixels)."""
    wanted = ", ".join(words) if words else "everything that makes or could make a sound"
    return (
        f"The picture is {width} x {height} pixels. Find: {wanted}. Answer with JSON alone, no "
        'other words: {"objects": [{"label": "...", "box": [x0, y0, x1, y1], "confidence": 0.9}]}. '
        "Boxes are in pixels, the origin is the top left corner. If there is nothing, objects is "
        "empty."
    )


def ask(endpoint: Endpoint, image: Image, words: Sequence[str]) -> tuple[Found, ...]:
    """What the model finds in one (height, width, 3) RGB picture.

    Raises
    ------
    PluginError
        If it does not answer, refuses, or answers what is not as asked.
    """
    height, width = image.shape[:2]
    body = {
        "model": endpoint.model,
        "temperature": 0,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": question(width, height, words)},
                    {"type": "image_url", "image_url": {"url": _as_url(image)}},
                ],
            }
        ],
    }
    return read_answer(_text_of(_send(endpoint, body), endpoint), width, height)


def read_answer(text: str, width: int, height: int) -> tuple[Found, ...]:
    """Objects of an answer; JSON alone, or in one fenced block.

    Raises
    ------
    PluginError
        If it is not the JSON that was asked for, or a box is not in the picture.
    """
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```"):
        bare = bare[3:-3].removeprefix("json").strip()
    try:
        found = msgspec.json.decode(bare, type=_Answer).objects
    except msgspec.DecodeError as error:
        raise _wrong(f"is not the JSON that was asked for ({error})", text) from error
    if len(found) > _MOST:
        raise _wrong(f"tells {len(found)} objects, at most {_MOST} are believed", text)
    for one in found:
        x0, y0, x1, y1 = one.box
        inside = -1.0 <= x0 < x1 <= width + 1.0 and -1.0 <= y0 < y1 <= height + 1.0
        if not all(map(math.isfinite, one.box)) or not inside:
            raise _wrong(f"has a box {one.box} outside of {width} x {height}", text)
        if not one.label.strip() or not 0.0 <= one.confidence <= 1.0:
            raise _wrong("has an object without a name, or no confidence from 0 to 1", text)
    return found


def _as_url(image: Image) -> str:
    done, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    assert done, "a picture in memory can be encoded"
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")


def _send(endpoint: Endpoint, body: dict[str, Any]) -> bytes:
    headers = {"Content-Type": "application/json", "User-Agent": "foleystage"}
    if endpoint.key_variable:
        key = os.environ.get(endpoint.key_variable, "")
        if not key:
            raise PluginError(
                f"there is no key in the environment variable {endpoint.key_variable}",
                remedy="set it, or leave key_variable out",
            )
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(endpoint.url, json.dumps(body).encode(), headers)
    try:
        opener = urllib.request.build_opener(_StayHere())
        with opener.open(request, timeout=endpoint.timeout_s) as answer:
            data: bytes = answer.read(_LONGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        told = f"answers {error.code}" if isinstance(error, urllib.error.HTTPError) else str(error)
        raise PluginError(
            f"the vision-language model at {endpoint.host} cannot be asked ({told})",
            remedy="check that it runs, its url and its model, or choose another detector",
        ) from error
    if len(data) > _LONGEST_ANSWER:
        raise _wrong("is longer than a megabyte", "")
    return data


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Consent was for one address: nothing is sent on to another."""

    def redirect_request(self, *args: Any, **more: Any) -> None:
        return None


def _text_of(data: bytes, endpoint: Endpoint) -> str:
    try:
        text = json.loads(data)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        shown = data[:200].decode("utf-8", "replace")
        raise _wrong(f"from {endpoint.host} is no chat completion", shown) from error
    if not isinstance(text, str):
        raise _wrong(f"from {endpoint.host} holds no text", "")
    return text


def _wrong(what: str, text: str) -> PluginError:
    shown = " ".join(text.split())[:80]
    return PluginError(
        f"the vision-language model's answer {what}" + (f": {shown}" if shown else ""),
        remedy="ask another model, or choose another detector",
    )
