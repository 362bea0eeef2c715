"""Who may speak to a webhook: whoever holds the secret, and nobody else."""

import hashlib
import hmac

import pytest

from parley.channels.gateways import PROVIDERS, gateway_for
from parley.channels.gateways.neutral import BadSignature

BODY = '{"event":"message","session":"loja","payload":{"body":"São João ✓"}}'.encode()
SECRET = "chave-da-loja"


def header_for(provider: str, *, secret: str = SECRET, body: bytes = BODY) -> tuple[str, str]:
    if provider == "waha":
        return "x-webhook-hmac", hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
    return "x-hub-signature-256", "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_documented_vector_of_waha() -> None:
    signature = (
        "208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8"
        "097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89"
    )
    body = b'{"event":"message","session":"default","engine":"WEBJS"}'
    headers = {"x-webhook-hmac": signature, "x-webhook-hmac-algorithm": "sha512"}
    gateway_for("waha").verify_signature("my-secret-key", headers, body)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_right_signature_passes(provider: str) -> None:
    name, value = header_for(provider)
    gateway_for(provider).verify_signature(SECRET, {name: value}, BODY)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda value: value[:0], id="empty"),
        pytest.param(lambda value: value[:-1], id="truncated"),
        pytest.param(lambda value: value[:12], id="short"),
        pytest.param(lambda value: value + "0", id="longer"),
        pytest.param(lambda value: f"{value}, {value}", id="doubled"),
        pytest.param(lambda value: value.upper(), id="upper case"),
        pytest.param(lambda value: value.replace("sha256=", "sha1=") + " ", id="sha1 or a space"),
        pytest.param(lambda value: value.removeprefix("sha256=")[::-1], id="without prefix, turned round"),
        pytest.param(lambda value: "é" + value[1:], id="not ASCII"),
        pytest.param(lambda value: "\udcff" + value[1:], id="undecodable"),
    ],
)
def test_wrong_signature_fails(provider: str, spoil) -> None:  # type: ignore[no-untyped-def]
    name, value = header_for(provider)
    with pytest.raises(BadSignature):
        gateway_for(provider).verify_signature(SECRET, {name: spoil(value)}, BODY)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_proves_nothing(provider: str) -> None:
    gateway = gateway_for(provider)
    name, by_nobody = header_for(provider, secret="")
    _, by_another = header_for(provider, secret="outra loja")
    _, right = header_for(provider)
    for secret, headers, body in (
        ("", {name: by_nobody}, BODY),
        ("", {}, BODY),
        (SECRET, {}, BODY),
        (SECRET, {name: by_another}, BODY),
        (SECRET, {name: right}, BODY + b" "),
        (SECRET, {name: right}, BODY.decode().encode("ascii", "backslashreplace")),
        (SECRET, {name.title(): right}, BODY),
    ):
        with pytest.raises(BadSignature):
            gateway.verify_signature(secret, headers, body)


def test_other_algorithms_fail() -> None:
    name, value = header_for("waha")
    for algorithm in ("sha256", "SHA512", "none", "", "sha512, sha512"):
        headers = {name: value, "x-webhook-hmac-algorithm": algorithm}
        with pytest.raises(BadSignature):
            gateway_for("waha").verify_signature(SECRET, headers, BODY)


def test_older_header_alone_fails() -> None:
    older = "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    for headers in ({"x-hub-signature": older}, {"x-hub-signature-256": older}):
        with pytest.raises(BadSignature):
            gateway_for("cloud_api").verify_signature(SECRET, headers, BODY)


def test_handshake() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ficha"}
    gateway = gateway_for("cloud_api")
    assert gateway.answer_handshake(query, "ficha") == "1158201444"
    for wrong, ours in (
        (query, "outra"),
        (query, ""),
        (query | {"hub.verify_token": ""}, ""),
        (query | {"hub.mode": "unsubscribe"}, "ficha"),
        (query | {"hub.verify_token": "fichá"}, "ficha"),
        ({}, "ficha"),
    ):
        assert gateway.answer_handshake(wrong, ours) is None
    assert gateway_for("waha").answer_handshake(query, "ficha") is None
