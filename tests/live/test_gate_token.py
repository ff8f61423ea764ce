"""Where `gateshift gate` sends a bearer token, and where it does not."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest
import trustme

from tests.live.rollouts import HTTP, gateshift, rollout
from tests.live.stand_in import Prometheus

SECRET = "s3cret-token"
ELSEWHERE = "http://prometheus.example.org:9090"


def asked(folder: Path, declared: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`gate` with this address in gateshift.yaml, and a file with the token next to it."""
    text = HTTP + f"gate: {{prometheus: '{declared}', requestRate: 1}}\n"
    (folder / "token").write_text(SECRET + "\n")
    return gateshift(rollout(folder, text), "gate", *arguments, **environment)


def tokens(prometheus: Prometheus) -> set[str]:
    """What came in the header."""
    return {headers.get("authorization", "") for headers in prometheus.headers}


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--prometheus", "{url}", "--token-file", "token"), {}),
        (("--prometheus", "{url}"), {"GATESHIFT_PROMETHEUS_TOKEN": SECRET}),
        (("--token-file", "token"), {"GATESHIFT_PROMETHEUS": "{url}"}),
        ((), {"GATESHIFT_PROMETHEUS": "{url}", "GATESHIFT_PROMETHEUS_TOKEN": SECRET}),
        ((), {"GATESHIFT_PROMETHEUS": "{url}", "GATESHIFT_PROMETHEUS_TOKEN_FILE": "token"}),
    ],
)
def test_a_token_goes_to_an_address_given_next_to_it(
    arguments: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    with Prometheus(rate=10).serving() as it:
        given = tuple(word.format(url=it.url) for word in arguments)
        done = asked(
            tmp_path, ELSEWHERE, *given, **{key: value.format(url=it.url) for key, value in environment.items()}
        )

    assert done.returncode == 0, done.stderr
    assert tokens(it) == {f"Bearer {SECRET}"}
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--token-file", "token"), {}), ((), {"GATESHIFT_PROMETHEUS_TOKEN": SECRET})],
)
def test_a_token_never_goes_to_an_address_of_gateshift_yaml(
    arguments: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    with Prometheus(rate=10).serving() as it:
        done = asked(tmp_path, it.url, *arguments, **environment)

    assert (done.returncode, it.headers) == (2, [])
    assert "a token is not sent to an address that only gateshift.yaml names" in done.stderr
    assert SECRET not in done.stderr


def test_without_a_token_the_address_of_gateshift_yaml_is_asked(tmp_path: Path) -> None:
    with Prometheus(rate=10).serving() as it:
        assert asked(tmp_path, it.url).returncode == 0

    assert tokens(it) == {""}


@pytest.mark.parametrize(
    "arguments", [("--prometheus", ELSEWHERE), ("--prometheus", "https://prometheus.example.org", "--insecure")]
)
def test_a_token_needs_checked_tls_beyond_this_machine(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = asked(tmp_path, ELSEWHERE, *arguments, "--token-file", "token")

    assert done.returncode == 2
    assert "a token is sent only by TLS with a checked certificate, or to this machine" in done.stderr


def test_a_token_goes_by_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with Prometheus(rate=10).serving(context) as it:
        trusting = asked(tmp_path, ELSEWHERE, "--prometheus", it.url, "--token-file", "token", "--cacert", "ca.pem")
        distrusting = asked(tmp_path, ELSEWHERE, "--prometheus", it.url, "--token-file", "token")

    assert (trusting.returncode, tokens(it)) == (0, {f"Bearer {SECRET}"})
    assert (distrusting.returncode, "TLS failed" in distrusting.stdout) == (3, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file holds no token"), (b"\xff\xfe", "the token cannot be read"), (b"a\nb", "no header can carry")],
)
def test_a_token_file_that_holds_none_is_a_usage_error(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(content)
    done = asked(tmp_path, ELSEWHERE, "--prometheus", "http://127.0.0.1:1", "--token-file", "other")

    assert done.returncode == 2
    assert message in done.stderr


def test_a_password_in_the_address_is_refused(tmp_path: Path) -> None:
    done = asked(tmp_path, ELSEWHERE, "--prometheus", "http://user:secret@127.0.0.1:1")

    assert done.returncode == 2
    assert "a name or password in the URL is not sent" in done.stderr
