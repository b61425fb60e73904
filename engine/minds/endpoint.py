"""Any server that speaks OpenAI's chat completions: asked, waited for, asked again.

What comes back is text, or an error; what the text says is for others to check. It is data, and
nothing in it is ever executed.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from engine.errors import MindError
from engine.minds.budget import Price
from engine.minds.http_post import Reply, check_url, post_json
from engine.minds.keys import key_for

_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_LONGEST_PAUSE_S = 20.0


class MindSettings(Struct, frozen=True, kw_only=True):
    """Which model to ask, and within what limits. There is no key in it: see `engine.minds.keys`.

    Attributes
    ----------
    base_url : str
        Address up to and with '/v1'.
    model : str
        Its name there.
    sees : bool
        Whether pictures are sent.
    limit_s : float
        For one answer, from asking to its last byte.
    retries : int
        How often it is asked again when it fails or answers nonsense.
    answer_tokens : int
        Longest answer.
    most_tokens : int
        Never more than these together.
    most_cost : float, optional
        Never more money, by `price`.
    """

    base_url: str
    model: str
    sees: bool = False
    limit_s: float = 60.0
    retries: int = 2
    answer_tokens: int = 4000
    most_tokens: int = 200_000
    most_cost: float | None = None
    price: Price = Price()


class Message(Struct, frozen=True, kw_only=True):
    """One turn of the talk; `pictures` are JPEG files."""

    role: str
    text: str
    pictures: tuple[bytes, ...] = ()


class Said(Struct, frozen=True, kw_only=True):
    """What a model said, and what it took as the server counts (0: it does not say)."""

    text: str
    read_tokens: int = 0
    written_tokens: int = 0


class _Content(Struct, kw_only=True):
    content: str | None = None


class _Choice(Struct, kw_only=True):
    message: _Content
    finish_reason: str | None = None


class _Usage(Struct, kw_only=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(Struct, kw_only=True):
    choices: list[_Choice]
    usage: _Usage | None = None


def check_mind(settings: MindSettings) -> None:
    """Refuse settings that cannot work, before anything is sent.

    Raises
    ------
    MindError
        Naming the setting.
    """
    check_url(settings.base_url, with_key=key_for(settings.base_url) is not None)
    if not settings.model.strip():
        raise MindError("the model has no name", remedy="say which one to ask")
    if not 0.0 < settings.limit_s <= 3600.0:
        raise MindError(f"{settings.limit_s:g} s to answer in", remedy="allow up to 3600 s")
    if settings.answer_tokens < 1 or settings.most_tokens < 1 or settings.retries < 0:
        raise MindError("tokens and retries must be above 0", remedy="leave them out")


def ask(settings: MindSettings, messages: Sequence[Message], schema: dict[str, Any]) -> Said:
    """One answer of a model, shaped by a JSON schema where the server can.

    Raises
    ------
    MindError
        If there was none after all retries, in words that name the server.
    """
    url = f"{settings.base_url.rstrip('/')}/chat/completions"
    place = check_url(url).netloc
    shaped = True
    left = settings.retries
    while True:
        body = msgspec.json.encode(_request(settings, messages, schema if shaped else None))
        failure: MindError
        pause_s = min(2.0 ** (settings.retries - left), _LONGEST_PAUSE_S)
        try:
            reply = post_json(url, body, _headers(settings.base_url), settings.limit_s)
        except MindError as error:
            failure = error
        else:
            if reply.status == 200:
                return _said(reply.body, place)
            if reply.status in (400, 422) and shaped:  # the server knows no schemas
                shaped = False
                continue
            failure = _refusal(reply, place)
            if reply.status not in _AGAIN:
                raise failure
            if reply.retry_after_s is not None:
                pause_s = reply.retry_after_s
        if left <= 0 or pause_s > _LONGEST_PAUSE_S:
            raise failure
        left -= 1
        time.sleep(min(pause_s, settings.limit_s))


def _headers(base_url: str) -> dict[str, str]:
    key = key_for(base_url)
    if key is None:
        return {}
    check_url(base_url, with_key=True)
    if not key.isascii() or not key.isprintable():
        raise MindError("the key holds characters that no key has", remedy="set it again")
    return {"Authorization": f"Bearer {key}"}


def _request(
    settings: MindSettings, messages: Sequence[Message], schema: dict[str, Any] | None
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model": settings.model,
        "messages": [_message(message) for message in messages],
        "max_tokens": settings.answer_tokens,
        "temperature": 0,
        "seed": 0,
        "stream": False,
    }
    if schema is not None:
        shape = {"name": "foley_script", "schema": schema}
        request["response_format"] = {"type": "json_schema", "json_schema": shape}
    return request


def _message(message: Message) -> dict[str, Any]:
    if not message.pictures:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, Any]] = [{"type": "text", "text": message.text}]
    for picture in message.pictures:
        data = base64.b64encode(picture).decode("ascii")
        url = {"url": f"data:image/jpeg;base64,{data}", "detail": "low"}
        parts.append({"type": "image_url", "image_url": url})
    return {"role": message.role, "content": parts}


def _said(body: bytes, place: str) -> Said:
    try:
        answer = msgspec.json.decode(body, type=_Completion)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MindError(
            "the answer is no chat completion", place=place, remedy="check the address"
        ) from error
    text = answer.choices[0].message.content if answer.choices else None
    if not text or not text.strip():
        raise MindError("the model said nothing", place=place, remedy="try another model")
    if answer.choices[0].finish_reason == "length":
        raise MindError(
            "the answer was cut at its longest", place=place, remedy="allow longer answers"
        )
    usage = answer.usage or _Usage()
    read, written = max(usage.prompt_tokens, 0), max(usage.completion_tokens, 0)
    return Said(text=text, read_tokens=read, written_tokens=written)


_REFUSALS = {
    401: ("the key is missing or wrong", "set FOLEYSTAGE_MIND_KEY"),
    403: ("the key may not do this", "check what the key is for"),
    404: ("there is no such address or model", "check both"),
    429: ("it is asked too often, or its quota is used up", "wait"),
}


def _refusal(reply: Reply, place: str) -> MindError:
    if 300 <= reply.status < 400:
        return MindError(
            "the server sends elsewhere", place=place, remedy="give the address it sends to"
        )
    problem, remedy = _REFUSALS.get(reply.status, (f"it answered {reply.status}", "try again"))
    return MindError(problem, place=place, remedy=remedy)
