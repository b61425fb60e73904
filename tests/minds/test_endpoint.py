"""A server may misbehave in every way: each ends in one clear line, in time, and leaves nothing."""

from __future__ import annotations

import threading
import time

import msgspec
import pytest
from mind_answers import completion, send

from engine.errors import MindError
from engine.minds.budget import Price, check_limits, estimate
from engine.minds.endpoint import Message, MindSettings, ask, check_mind
from engine.minds.http_post import LARGEST_ANSWER_BYTES, check_url
from engine.minds.json_in_text import read_json
from engine.minds.keys import key_for

HELLO = [Message(role="user", text="hello")]
SCHEMA = {"type": "object"}


def test_a_good_answer_with_its_figures(server, settings) -> None:
    server.says("hi")
    said = ask(settings(), HELLO, SCHEMA)
    assert (said.text, said.read_tokens, said.written_tokens) == ("hi", 11, 7)
    headers, body = server.requests[0]
    assert body["model"] == "m"
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "Authorization" not in headers


def test_pictures_are_sent_as_data(server, settings) -> None:
    server.says("hi")
    ask(settings(), [Message(role="user", text="see", pictures=(b"\xff\xd8jpeg",))], SCHEMA)
    content = server.requests[0][1]["messages"][0]["content"]
    assert content[0]["text"] == "see"
    assert content[1]["image_url"]["url"].startswith("data:image/jpeg;base64,/9hq")


def silent(server):
    return lambda handler, _: server.leave.wait(60)


def dripping(server):
    def answer(handler, _) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not server.leave.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return answer


def dripping_headers(server):
    def answer(handler, _) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while not server.leave.wait(0.05):
            handler.wfile.write(b"a")
            handler.wfile.flush()

    return answer


@pytest.mark.parametrize("behaviour", [silent, dripping, dripping_headers])
def test_a_minute_of_nothing_is_not_waited_for(server, settings, behaviour) -> None:
    server.answers = [behaviour(server)]
    begun = time.monotonic()
    with pytest.raises(MindError, match=r"no whole answer within 0\.6 s"):
        ask(settings(limit_s=0.6), HELLO, SCHEMA)
    assert time.monotonic() - begun < 30.0
    assert not any(t.name == "mind deadline" for t in threading.enumerate())


def large(handler, _) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(160):
        handler.wfile.write(b" " * 65_536)


def endless(handler, _) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")


def broken_off(handler, _) -> None:
    send(handler, completion("hi")[:40], Content_Length="4000")


def hung_up(handler, _) -> None:
    handler.connection.close()


def no_http(handler, _) -> None:
    handler.wfile.write(b"\x00\xff\xfe garbage\r\n\r\n")


def plain(body: bytes, status: int = 200, **headers: str):
    return lambda handler, _: send(handler, body, status, **headers)


DEEP = b"[" * 200_000
HUGE = b'{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 1e999}}'


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (large, "larger than 2 MB"),
        (endless, "larger than 2 MB"),
        (broken_off, "breaks off|connection failed"),
        (hung_up, "connection failed"),
        (no_http, "connection failed"),
        (plain(b"<html>Welcome!</html>"), "no chat completion"),
        (plain(b""), "no chat completion"),
        (plain(b'{"choices": [{"mess'), "no chat completion"),
        (plain(b'{"choices": "many"}'), "no chat completion"),
        (plain(b'{"choices": [{"message": {"content": 7}}]}'), "no chat completion"),
        (plain(b'{"choices": []}'), "said nothing"),
        (plain(b'{"choices": [{"message": {"content": null}}]}'), "said nothing"),
        (plain(completion("  \n ")), "said nothing"),
        (plain(completion("{", finish_reason="length")), "cut at its longest"),
        (plain(b"\xff\xfe\x00\xd8" * 50), "no chat completion"),
        (plain(DEEP), "no chat completion"),
        (plain(HUGE), "no chat completion"),
        (plain(b"", 302, Location="http://169.254.169.254/secret"), "sends elsewhere"),
        (plain(b"", 307, Location="/v1/other"), "sends elsewhere"),
        (plain(b"", 401), "key is missing or wrong"),
        (plain(b"", 404), "no such address or model"),
        (plain(b"\x1b[31mred" * 9, 418), "answered 418"),
        (plain(b"", 500), "answered 500"),
        (plain(b"", 429), "asked too often"),
    ],
)
def test_every_misbehaviour_is_one_clear_line(server, settings, answer, told) -> None:
    server.answers = [answer]
    with pytest.raises(MindError, match=told) as caught:
        ask(settings(), HELLO, SCHEMA)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert "127.0.0.1" in str(caught.value)


def test_nobody_listens(server, settings) -> None:
    gone = settings(base_url="http://127.0.0.1:9/v1")
    with pytest.raises(MindError, match="nobody listens there"):
        ask(gone, HELLO, SCHEMA)


def test_what_passes_is_asked_again_and_no_more_than_is_said(server, settings, monkeypatch) -> None:
    monkeypatch.setattr("engine.minds.endpoint.time.sleep", lambda _: None)
    server.answers = [plain(b"", 503), plain(b"", 429, Retry_After="1"), plain(completion("hi"))]
    assert ask(settings(retries=2), HELLO, SCHEMA).text == "hi"
    server.requests.clear()
    server.answers = [plain(b"", 503)]
    with pytest.raises(MindError, match="503"):
        ask(settings(retries=2), HELLO, SCHEMA)
    assert len(server.requests) == 3
    server.requests.clear()
    server.answers = [plain(b"", 429, Retry_After="3600")]
    with pytest.raises(MindError, match="too often"):
        ask(settings(retries=2), HELLO, SCHEMA)
    assert len(server.requests) == 1


def test_a_server_without_schemas_is_asked_without(server, settings) -> None:
    server.answers = [plain(b'{"error": "response_format"}', 400), plain(completion("hi"))]
    assert ask(settings(), HELLO, SCHEMA).text == "hi"
    assert "response_format" not in server.requests[1][1]


def test_the_key_comes_from_the_environment_and_goes_nowhere_else(
    server, settings, monkeypatch
) -> None:
    monkeypatch.setenv("FOLEYSTAGE_MIND_KEY", "sk-secret")
    server.answers = [plain(b"", 401)]
    with pytest.raises(MindError) as caught:
        ask(settings(), HELLO, SCHEMA)
    assert server.requests[0][0]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value)
    assert b"sk-secret" not in msgspec.json.encode(settings())
    with pytest.raises(MindError, match="not sent unencrypted"):
        check_mind(MindSettings(base_url="http://example.org/v1", model="m"))
    monkeypatch.setenv("FOLEYSTAGE_MIND_KEY", "sk\nX-Injected: 1")
    with pytest.raises(MindError, match="no key has"):
        ask(settings(), HELLO, SCHEMA)
    monkeypatch.delenv("FOLEYSTAGE_MIND_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    assert key_for("https://api.openai.com/v1") == "sk-theirs"
    assert key_for(server.base_url) is None


@pytest.mark.parametrize(
    "url", ["", "localhost:1", "ftp://a/v1", "http://", "http://u:p@a/v1", "http://a:b/v1"]
)
def test_strange_addresses_are_refused(url) -> None:
    with pytest.raises(MindError):
        check_url(url)


class Shape(msgspec.Struct):
    n: int


@pytest.mark.parametrize(
    "text",
    ['{"n": 1}', 'Sure!\n```json\n{"n": 1}\n```\nBye {}', 'It is {"n": 1}, I think.'],
)
def test_json_is_found_in_what_is_said(text) -> None:
    assert read_json(text, Shape).n == 1


@pytest.mark.parametrize(
    "text", ["no", '{"n": "one"}', '{"n": 1', '{"m": 1}', "{" * 9999, "\ud800"]
)
def test_what_is_no_such_json_is_told(text) -> None:
    with pytest.raises(MindError, match="cannot be used"):
        read_json(text, Shape)


def test_the_budget_is_told_and_kept() -> None:
    told = estimate(["x" * 3000], 2, 500, 3, Price(read=2.0, written=10.0))
    assert told.read == 3 * (1000 + 2200 + 500 + 2000)
    assert told.written == 1500
    assert told.cost == pytest.approx((told.read * 2 + 1500 * 10) / 1e6)
    assert "1500 written" in str(told)
    check_limits(told, 20_000, 0.1)
    with pytest.raises(MindError, match="tokens"):
        check_limits(told, 10_000, None)
    with pytest.raises(MindError, match="cost"):
        check_limits(told, 20_000, 0.01)


def test_the_limit_of_size_is_that_of_whole_scripts() -> None:
    assert LARGEST_ANSWER_BYTES >= 300 * 4000
