"""wss:// and https:// by hub, library and viewer: who is let in, who is trusted, and what happens
when a certificate is new, wrong or old."""

import logging
import os
import re
import socket
import ssl
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from certificates import Authority
from hub import PROGRAM, TIMEOUT_S, Hub, clean_environment, until
from peers import Viewer, Worker
from raw_socket import open_socket
from swarm import VIEWER_SAYS, connect, read_to_end, read_until, until_connections

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "worker-lib" / "python"))


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def make_tls_hub(tmp_path, authority, sqlite_database):
    hubs = []

    def make(*options):
        hub = Hub(sqlite_database, tmp_path / f"tls-hub-{len(hubs)}.log", options, authority)
        hubs.append(hub)
        return hub.start()

    yield make
    for hub in hubs:
        hub.dispose()


def fedwatt(*arguments, **environment):
    return subprocess.run([VIEWER, *map(str, arguments)], text=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL,
                          capture_output=True, env=clean_environment(**environment), check=False)


# ---- those who are let in -----------------------------------------------------------------------


def test_a_training_over_tls(make_tls_hub, authority, monkeypatch):
    import fedwatt as library
    hub = make_tls_hub()
    url = f"wss://localhost:{hub.port}"
    with library.Worker(url, run="digits", worker="w", measure="nothing", ca_file=authority.certificate) as worker:
        for number in range(1, 4):
            worker.checkpoint(number)
            worker.report(accuracy=0.5, num_examples=10)
        assert worker.flush(TIMEOUT_S)
    shown = fedwatt("runs", "--hub", url, "--ca-file", authority.certificate)
    assert shown.returncode == 0 and "digits" in shown.stdout, shown.stderr
    exported = fedwatt("export", "digits", "--hub", url, FEDWATT_CA_FILE=str(authority.certificate))
    assert exported.returncode == 0 and exported.stdout.count("\n") == 4, exported.stderr
    # By address, too, and with the environment's word for the library.
    monkeypatch.setenv("FEDWATT_CA_FILE", str(authority.certificate))
    with library.Worker(f"wss://127.0.0.1:{hub.port}", run="digits", worker="x", measure="nothing") as worker:
        worker.report(accuracy=0.5, num_examples=10)
        assert worker.flush(TIMEOUT_S)


def test_the_hubs_own_certificate_may_be_what_is_trusted(make_tls_hub, authority):
    hub = make_tls_hub()
    certificate = authority.hub_options()[1]
    shown = fedwatt("runs", "--hub", f"wss://localhost:{hub.port}", "--ca-file", certificate)
    assert shown.returncode == 0, shown.stderr


# ---- a hub that is not trusted ------------------------------------------------------------------


def test_an_unknown_ca_is_refused_and_says_what_to_do(make_tls_hub, tmp_path):
    hub = make_tls_hub()
    stranger = Authority(tmp_path, "stranger")
    for options in ((), ("--ca-file", stranger.certificate)):
        for command in (("runs",), ("export", "digits")):
            shown = fedwatt(*command, "--hub", f"wss://localhost:{hub.port}", *options)
            assert shown.returncode in (1, 3)
            assert "--ca-file" in shown.stderr, shown.stderr


@pytest.mark.parametrize("names, days, says", [
    ("DNS:elsewhere.example,IP:192.0.2.1", 2, "not for localhost"),
    ("DNS:localhost", -1, "has expired"),
], ids=["another name", "expired"])
def test_a_wrong_certificate_is_refused(make_tls_hub, authority, names, days, says):
    certificate, key = authority.issue("wrong", names, days=days)
    hub = make_tls_hub_unready(make_tls_hub, "--tls-certificate", certificate, "--tls-key", key)
    shown = fedwatt("runs", "--hub", f"wss://localhost:{hub.port}", "--ca-file", authority.certificate)
    assert shown.returncode == 3 and says in shown.stderr, shown.stderr
    if days < 0:
        assert re.search(r"warning the certificate in \S+ expired on \d{4}-\d\d-\d\d", hub.log())


def make_tls_hub_unready(make, *options):
    """Its readyz cannot be asked by who verifies it."""
    original = Hub.ready
    Hub.ready = lambda _: True
    try:
        return make(*map(str, options))
    finally:
        Hub.ready = original


def test_a_hub_without_tls_is_no_hub_at_wss(make_hub, sqlite_database, authority):
    if os.environ.get("FEDWATT_E2E_TLS"):
        pytest.skip("it has TLS")
    hub = make_hub(sqlite_database, "--peer-handshake", "1")
    shown = fedwatt("runs", "--hub", f"wss://localhost:{hub.port}", "--ca-file", authority.certificate)
    assert shown.returncode == 3 and "begins with ws://" in shown.stderr, shown.stderr


def test_an_address_without_tls_is_told_of_wss(make_tls_hub):
    hub = make_tls_hub()
    shown = fedwatt("runs", "--hub", f"ws://localhost:{hub.port}")
    assert shown.returncode == 3 and "wss://" in shown.stderr, shown.stderr


def test_the_library_says_why_and_the_training_goes_on(make_tls_hub, caplog):
    import fedwatt as library
    hub = make_tls_hub()
    caplog.set_level(logging.INFO, "fedwatt")
    with library.Worker(f"wss://localhost:{hub.port}", run="digits", worker="w", measure="nothing",
                        ca_file="", close_timeout=0) as worker:
        for number in range(1, 10):
            worker.checkpoint(number)
            worker.report(accuracy=0.5, num_examples=10)
        # What there is to say is passed on with the next call.
        until(lambda: worker.flush(0.01) or "ca_file" in caplog.text, "a log line that says what to do")
    with pytest.raises(ValueError, match="ca_file"):
        library.Worker(f"wss://localhost:{hub.port}", run="digits", worker="w", ca_file="/nonexistent.pem")
    with pytest.raises(ValueError, match="client_key"):
        library.Worker(f"wss://localhost:{hub.port}", run="d", worker="w", client_certificate="only.pem")


# ---- client certificates ------------------------------------------------------------------------


def test_who_has_no_certificate_of_the_ca_is_not_let_in(make_tls_hub, authority, tmp_path):
    own, stranger = Authority(tmp_path, "clients"), Authority(tmp_path, "stranger")
    hub = make_tls_hub_unready(make_tls_hub, "--tls-client-ca", own.certificate, "--log-level", "debug")
    url = ("--hub", f"wss://localhost:{hub.port}", "--ca-file", authority.certificate)

    def shown(issuer, *command):
        certificate, key = issuer.issue("client", common_name="hospital-3")
        return fedwatt(*command, *url, "--client-certificate", certificate, "--client-key", key)

    assert shown(own, "runs").returncode == 0
    assert hub.log_lines("a viewer connects from 127.0.0.1") and hub.log_lines("certified as hospital-3")
    nobody = shown(own, "export", "nobody")  # by libcurl
    assert nobody.returncode == 1 and "no run" in nobody.stderr, nobody.stderr
    without = fedwatt("runs", *url)
    assert without.returncode == 3 and "client certificate" in without.stderr, without.stderr
    assert shown(stranger, "runs").returncode == 3
    expired, key = own.issue("expired", days=-1)
    assert fedwatt("runs", *url, "--client-certificate", expired, "--client-key", key).returncode == 3


# ---- certificates that change -------------------------------------------------------------------


def shown_certificate(hub):
    with open_socket(hub) as connection:
        return connection.getpeercert(binary_form=True)


async def test_a_new_certificate_is_used_without_a_restart(make_tls_hub, authority):
    hub = make_tls_hub()
    worker = await Worker("digits", "w").join(hub)
    first, expiry = shown_certificate(hub), metric(hub, "fedwatt_tls_certificate_expiry_seconds")
    authority.issue("hub", days=30)
    until(lambda: shown_certificate(hub) != first, "the new certificate")
    assert metric(hub, "fedwatt_tls_certificate_expiry_seconds") > expiry
    await worker.report_and_ack(1)  # on its old connection
    await worker.close()


def test_a_broken_new_certificate_leaves_the_old_one(make_tls_hub, authority):
    hub = make_tls_hub()
    first = shown_certificate(hub)
    certificate = Path(authority.hub_options()[1])
    good = certificate.read_bytes()
    certificate.write_bytes(good[:100])
    until(lambda: hub.log_lines("no certificate in PEM"), "a line that says what is wrong")
    other, _ = authority.issue("other")
    other.rename(certificate)
    until(lambda: hub.log_lines("is not that of"), "a line about the key of another")
    assert shown_certificate(hub) == first
    assert hub.ready()
    authority.issue("hub")  # which repairs it
    until(lambda: shown_certificate(hub) != first, "the repaired certificate")


def metric(hub, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", hub.get("/metrics")[1], re.MULTILINE)[1])


@pytest.mark.parametrize("break_it, says", [
    (lambda certificate, key: key.unlink(), "cannot read"),
    (lambda certificate, key: certificate.unlink(), "cannot read"),
    (lambda certificate, key: certificate.write_text("no certificate"), "no certificate in PEM"),
    (lambda certificate, key: key.write_text("no key"), "no key in PEM"),
    (lambda certificate, key: subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True), "is not that of"),
    (lambda certificate, key: subprocess.run(
        ["openssl", "ec", "-in", key, "-out", key, "-aes256", "-passout", "pass:secret"], check=True,
        capture_output=True), "without a passphrase"),
], ids=["no key", "no certificate", "text", "text as key", "another key", "a passphrase"])
def test_what_is_wrong_at_the_start_is_said(authority, tmp_path, break_it, says):
    certificate, key = authority.issue("hub")
    break_it(certificate, key)
    ended = subprocess.run(
        [PROGRAM, "--listen", "127.0.0.1:0", "--database", f"sqlite:{tmp_path}/hub.db", "--tls-certificate",
         certificate, "--tls-key", key], text=True, capture_output=True, timeout=TIMEOUT_S,
        stdin=subprocess.DEVNULL, env=clean_environment(), check=False)
    assert ended.returncode == 1 and says in ended.stderr, ended.stderr
    assert ended.stderr.count("\n") == 1


# ---- attacks on TLS itself ----------------------------------------------------------------------


def handshake(hub, configure):
    """The version and cipher that were agreed on; None if there was no handshake."""
    context = hub.authority.client()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        configure(context)
    with socket.create_connection(("127.0.0.1", hub.port), TIMEOUT_S) as connection:
        try:
            with context.wrap_socket(connection, server_hostname="localhost") as secure:
                return secure.version(), secure.cipher()[0]
        except (ssl.SSLError, ConnectionError):
            return None


def test_no_downgrade_and_no_weak_cipher(make_tls_hub):
    hub = make_tls_hub()

    def only(version):
        def configure(context):
            context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
        return configure

    def weak(ciphers):
        def configure(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers + ":@SECLEVEL=0")
        return configure

    assert handshake(hub, only(ssl.TLSVersion.TLSv1_3))[0] == "TLSv1.3"
    version, cipher = handshake(hub, only(ssl.TLSVersion.TLSv1_2))
    assert version == "TLSv1.2" and cipher.startswith("ECDHE-")
    assert handshake(hub, only(ssl.TLSVersion.TLSv1)) is None
    assert handshake(hub, only(ssl.TLSVersion.TLSv1_1)) is None
    for ciphers in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "aNULL", "eNULL"):
        assert handshake(hub, weak(ciphers)) is None, ciphers
    assert hub.ready()


def test_no_renegotiation_and_no_resumption(make_tls_hub, authority):
    hub = make_tls_hub()
    # s_client renegotiates for a line that begins with R.
    done = subprocess.run(["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{hub.port}", "-CAfile",
                           authority.certificate], input=b"R\n" * 20, capture_output=True, timeout=TIMEOUT_S,
                          check=False)
    assert b"no renegotiation" in done.stderr, done.stderr
    assert b"TLS session ticket" not in done.stdout
    assert hub.ready()


def test_half_a_tls_handshake_is_hung_up_on(make_tls_hub):
    hub = make_tls_hub("--peer-handshake", "1")
    begun = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # a ClientHello's first bytes
    peers = []
    for opening in (b"", begun, b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 100) * 5:
        peer = socket.create_connection(("127.0.0.1", hub.port), TIMEOUT_S)
        peer.sendall(opening)
        peers.append(peer)
    for peer in peers:
        read_to_end(peer)
        peer.close()
    until_connections(hub, 0)
    assert metric(hub, 'fedwatt_refused_total{reason="tls_handshake"}') == 20


def test_half_handshakes_take_no_place_from_others(make_tls_hub):
    """There is room for a thousand strangers; those who never finish TLS are among them."""
    hub = make_tls_hub("--peer-handshake", "3600")
    slow = [socket.create_connection(("127.0.0.1", hub.port), TIMEOUT_S) for _ in range(1_200)]
    until_connections(hub, 1_000)
    viewer = connect(hub, VIEWER_SAYS)
    assert b'"welcome"' in read_until(viewer, b'"welcome"')
    viewer.close()
    for peer in slow:
        peer.close()


async def test_closing_is_a_goodbye_over_tls_too(make_tls_hub):
    hub = make_tls_hub()
    viewer = await Viewer().join(hub)
    hub.stop()
    await viewer.socket.wait_closed()
    assert viewer.socket.close_code == 1001
