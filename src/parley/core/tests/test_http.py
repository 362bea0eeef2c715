"""What the client promises, tried against sockets of this machine that misbehave on purpose."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.addresses import REFUSAL, may_connect
from parley.core.http import (
    AddressRefused,
    FilePart,
    HttpClient,
    NoAnswer,
    Response,
    Timeouts,
    TooLarge,
    Unreachable,
    call,
    check_url,
)

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
SHORT = Timeouts(connect=0.3, read=0.3, total=1.0)
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answering: Answering) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answering(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        listening.close()


def saying(*parts: bytes) -> Answering:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()

    return answer


def post(answering: Answering, *, limit: int = 1000) -> Response:
    async def run() -> Response:
        async with server(answering) as url, HttpClient(LOOPBACK, timeouts=SHORT) as http:
            return await http.request("POST", url, payload={"a": 1}, limit=limit)

    return asyncio.run(run())


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    await asyncio.sleep(5)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


def test_answer_is_whole_whatever_its_status() -> None:
    answer = post(saying(b"HTTP/1.1 503 Busy\r\nX-Why: Full\r\nContent-Length: 7\r\n\r\n", b'{"b":2}'))
    assert (answer.status, answer.headers["x-why"], answer.json()) == (503, "Full", {"b": 2})


@pytest.mark.parametrize("body", [b"Bad Gateway", b"", b"\xff\xfe\x00", b"[" * 200_000])
def test_json_of_something_else_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Response(status=200, headers={}, body=body).json()


@pytest.mark.parametrize(
    "answering",
    [
        pytest.param(silence, id="silence"),
        pytest.param(reset, id="reset"),
        pytest.param(saying(), id="end before the status line"),
        pytest.param(saying(b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n", b"{"), id="cut body"),
        pytest.param(saying(b"\x16\x03\x01 what?\r\n\r\n"), id="not HTTP"),
    ],
)
def test_lost_answer_is_no_answer(answering: Answering) -> None:
    with pytest.raises(NoAnswer):
        post(answering)


def test_refused_connection_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with pytest.raises(Unreachable):
        call(lambda http: http.request("POST", url, payload={}), LOOPBACK)


def test_full_backlog_is_unreachable() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        with pytest.raises(Unreachable):
            call(
                lambda http: http.request("POST", f"http://127.0.0.1:{address[1]}/"), LOOPBACK, timeouts=SHORT
            )
        for one in waiting:
            one.close()


def test_unknown_name_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        call(lambda http: http.get("http://nothing.invalid/"), timeouts=SHORT)


def test_failed_handshake_is_unreachable() -> None:
    async def run() -> None:
        async with (
            server(saying(b"no TLS here\r\n\r\n")) as url,
            HttpClient(LOOPBACK, timeouts=SHORT) as http,
        ):
            await http.request("POST", url.replace("http:", "https:"), payload={})

    with pytest.raises(Unreachable):
        asyncio.run(run())


@pytest.mark.parametrize(
    "head", [b"Content-Length: 5000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n7d0\r\n", b"\r\n"]
)
def test_long_answer_is_cut(head: bytes) -> None:
    with pytest.raises(TooLarge) as caught:
        post(saying(b"HTTP/1.1 200 OK\r\n" + head, b"x" * 2000 + b"\r\n"), limit=1500)
    assert caught.value.status == 200


def test_line_break_in_a_header_sends_nothing() -> None:
    with pytest.raises(Unreachable):
        call(lambda http: http.get("http://127.0.0.1:9/", headers={"X-Api-Key": "a\r\nb: c"}), LOOPBACK)


def test_redirect_is_followed_only_when_asked_and_guarded() -> None:
    async def run() -> None:
        outside = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nConnection: close\r\n\r\n"
        async with server(saying(outside)) as url, HttpClient(LOOPBACK, timeouts=SHORT) as http:
            assert (await http.get(url)).status == 302
            assert (await http.request("POST", url, redirects=3)).status == 302
            with pytest.raises(AddressRefused):
                await http.get(url, redirects=1)

    asyncio.run(run())


def test_redirect_to_another_host_leaves_keys_behind() -> None:
    async def run() -> bytes:
        seen = bytearray()

        async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.extend(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with server(record) as second:
            found = f"HTTP/1.1 307 Found\r\nLocation: {second}\r\nContent-Length: 0\r\n\r\n".encode()
            async with server(saying(found)) as first, HttpClient(LOOPBACK, timeouts=SHORT) as http:
                answer = await http.get(
                    first, headers={"Authorization": "Bearer key", "X-A": "b"}, redirects=1
                )
        assert answer.status == 200
        return bytes(seen)

    seen = asyncio.run(run())
    assert b"X-A: b" in seen
    assert b"Bearer" not in seen


def test_form_carries_files() -> None:
    async def run() -> bytes:
        seen = bytearray()

        async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while b"--\r\n" not in seen:
                seen.extend(await reader.read(4096))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with server(record) as url, HttpClient(LOOPBACK, timeouts=SHORT) as http:
            part = FilePart(data=b"\x89PNG", filename="mesa.png", content_type="image/png")
            await http.request("POST", url, multipart={"kind": "photo", "file": part})
        return bytes(seen)

    seen = asyncio.run(run())
    assert b'name="kind"\r\n\r\nphoto' in seen
    assert b'filename="mesa.png"' in seen


REFUSED = [
    "http://127.0.0.1/", "http://127.0.0.1:8000/", "http://127.9.9.9/", "http://0.0.0.0/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/", "http://100.64.0.1/",
    "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://192.88.99.1/",
    "http://[::1]/", "http://[::]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/",
    "http://[ff02::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://[::127.0.0.1]/",
    "http://[2002:7f00:1::]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::7f00:1]/",
    "http://[2001:0:7f00:1::]/", "http://[2001:db8::1]/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/", "http://0177.0.0.1/",
    "http://127.1/", "http://127.0.0.1./", "http://example.com./", "http://8.8.8.8./", "http://①②⑦.⓪.⓪.①/",
    "http://localhost/", "http://a.localhost/", "http://user@example.com/", "http://user:key@example.com/",
    "http://@example.com/", "http://:@example.com/", "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/", "http://127.0.0.1\\@example.com/", "http://exa mple.com/",
    "http://example.com\r\nHost: x/", "http://127.0.0.1%2f@example.com/", "http://example.com:0/",
    "http://example.com:99999/", "http://example.com:80:80/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "//example.com/", "example.com", "http://", "http:///path", "", "http://[::1",
    "javascript:alert(1)", "http://.example.com/", "http://exam_ple..com/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_guard_refuses_at_save_and_at_connect_with_one_text(url: str) -> None:
    with pytest.raises(AddressRefused) as at_save:
        check_url(url)
    with pytest.raises(AddressRefused) as at_connect:
        call(lambda http: http.get(url))
    assert str(at_save.value) == str(at_connect.value) == REFUSAL


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook?a=b@c",
        "http://8.8.8.8:8080/",
        "https://[2606:4700::1111]/",
        "https://bücher.example/",
        "https://a_b.example.com/x@y",
    ],
)
def test_guard_passes_public_addresses(url: str) -> None:
    check_url(url)


def test_escapes_stay_as_written() -> None:
    url = "https://example.com/a%40b/%7Ec?sign=%2F%3D&x=+%20"
    assert str(check_url(url)) == url
    assert check_url("https://EXAMPLE.com").raw_host == "example.com"


def test_name_that_resolves_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*args: object, **named: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    check_url("http://rebinding.example/")
    with pytest.raises(AddressRefused):
        check_url("http://rebinding.example/", resolve=True)
    with pytest.raises(AddressRefused):
        call(lambda http: http.get("http://rebinding.example/"))


def test_operator_networks_open_names_and_literals() -> None:
    async def run() -> int:
        empty = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        async with server(empty) as url, HttpClient(LOOPBACK, timeouts=SHORT) as http:
            return (await http.get(url.replace("127.0.0.1", "localhost"))).status

    assert asyncio.run(run()) == 200
    with pytest.raises(AddressRefused):
        check_url("http://10.0.0.1/", LOOPBACK)


@given(st.integers(0, 2**32 - 1))
def test_disguised_ipv4_is_never_public(number: int) -> None:
    for prefix in ("::ffff:0:0", "2002::", "64:ff9b::", "::", "2001::"):
        shift = 80 if prefix == "2002::" else 0
        disguised = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | number << shift)
        assert not may_connect(disguised)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://{text}@127.0.0.1/"):
        try:
            check_url(url)
        except AddressRefused:
            continue
