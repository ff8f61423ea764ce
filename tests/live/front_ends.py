"""Real front ends from PyPI, Traefik and Envoy: nine requests of ten to v1, those with `x-debug: yes` to v2.

Each listens in clear text (HTTP/1.1, and HTTP/2 without asking) and with TLS, and sends gRPC calls to other servers.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import envoy
import trustme
from msgspec import Struct

from tests.live.servers import grpc_health, serving, version

_FILTERS = "type.googleapis.com/envoy.extensions.filters"


class FrontEnd(Struct, frozen=True):
    """The ports of one front end, and the file of the authority that its certificate is of."""

    plain: int
    secure: int
    authority: Path


class Backends(Struct, frozen=True):
    """The ports of both versions, by HTTP and by gRPC."""

    http: tuple[int, int]
    grpc: tuple[int, int]


@contextlib.contextmanager
def backends() -> Iterator[Backends]:
    """Both versions, serving."""
    with contextlib.ExitStack() as stack:
        http = [stack.enter_context(serving(version(name))) for name in ("v1", "v2")]
        grpc = [stack.enter_context(serving(grpc_health(name))) for name in ("v1", "v2")]
        yield Backends((http[0], http[1]), (grpc[0], grpc[1]))


@contextlib.contextmanager
def traefik(folder: Path) -> Iterator[FrontEnd]:
    """Traefik, its split by weighted round robin."""
    with backends() as behind:
        plain, secure = _free_port(), _free_port()
        authority, certificate, key = _certificate(folder)
        (folder / "routes.yaml").write_text(json.dumps(_traefik_routes(behind, certificate, key)))
        static = {
            "entryPoints": {
                name: {"address": f"127.0.0.1:{port}"} for name, port in (("plain", plain), ("secure", secure))
            },
            "providers": {"file": {"filename": str(folder / "routes.yaml")}},
            "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        }
        (folder / "traefik.yaml").write_text(json.dumps(static))
        program = Path(sys.executable).with_name("traefik")
        with _running(folder, [str(program), f"--configFile={folder / 'traefik.yaml'}"], plain):
            yield FrontEnd(plain, secure, authority)


def _traefik_routes(behind: Backends, certificate: Path, key: Path) -> dict[str, object]:
    routers: dict[str, object] = {}
    services: dict[str, object] = {}
    for kind, scheme, ports, condition in (
        ("http", "http", behind.http, "PathPrefix(`/`)"),
        ("grpc", "h2c", behind.grpc, "Header(`content-type`, `application/grpc`)"),
    ):
        for name, port in zip(("v1", "v2"), ports, strict=True):
            services[f"{kind}-{name}"] = {"loadBalancer": {"servers": [{"url": f"{scheme}://127.0.0.1:{port}"}]}}
        weights = [{"name": f"{kind}-v1", "weight": 9}, {"name": f"{kind}-v2", "weight": 1}]
        services[f"{kind}-split"] = {"weighted": {"services": weights}}
        debug = f"{condition} && Header(`x-debug`, `yes`)"
        for entry in ("plain", "secure"):
            tls = {"tls": {}} if entry == "secure" else {}
            common = {"entryPoints": [entry], **tls}
            routers[f"{entry}-{kind}"] = {**common, "rule": condition, "service": f"{kind}-split"}
            routers[f"{entry}-{kind}-debug"] = {**common, "rule": debug, "service": f"{kind}-v2"}
    stored = {"certFile": str(certificate), "keyFile": str(key)}
    return {
        "http": {"routers": routers, "services": services},
        "tls": {"certificates": [stored], "stores": {"default": {"defaultCertificate": stored}}},
    }


@contextlib.contextmanager
def envoy_proxy(folder: Path) -> Iterator[FrontEnd]:
    """Envoy, each request's backend drawn by chance."""
    with backends() as behind:
        plain, secure = _free_port(), _free_port()
        authority, certificate, key = _certificate(folder)
        tls = {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_certificates": [
                    {"certificate_chain": {"filename": str(certificate)}, "private_key": {"filename": str(key)}}
                ],
            },
        }
        listeners = [_listener(plain), _listener(secure, {"name": "tls", "typed_config": tls})]
        clusters = [
            _cluster(f"{kind}-{name}", port, http2=kind == "grpc")
            for kind, ports in (("http", behind.http), ("grpc", behind.grpc))
            for name, port in zip(("v1", "v2"), ports, strict=True)
        ]
        config = {"static_resources": {"listeners": listeners, "clusters": clusters}}
        (folder / "envoy.json").write_text(json.dumps(config))
        program = Path(envoy.__file__).parent / "_bin" / "envoy"
        arguments = ["-c", str(folder / "envoy.json"), "--disable-hot-restart", "--concurrency", "1", "-l", "warning"]
        with _running(folder, [str(program), *arguments], plain):
            yield FrontEnd(plain, secure, authority)


def _listener(port: int, transport: dict[str, object] | None = None) -> dict[str, object]:
    manager = {
        "@type": f"{_FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "front",
        "codec_type": "AUTO",
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": f"{_FILTERS}.http.router.v3.Router"},
            }
        ],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": list(_envoy_routes())}]},
    }
    chain: dict[str, object] = {"filters": [{"name": "hcm", "typed_config": manager}]}
    if transport is not None:
        chain["transport_socket"] = transport
    return {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}, "filter_chains": [chain]}


def _envoy_routes() -> Iterator[dict[str, object]]:
    grpc = {"name": "content-type", "string_match": {"exact": "application/grpc"}}
    debug = {"name": "x-debug", "string_match": {"exact": "yes"}}
    for kind, headers in (("grpc", [grpc]), ("http", [])):
        shares = [{"name": f"{kind}-v1", "weight": 90}, {"name": f"{kind}-v2", "weight": 10}]
        yield {"match": {"prefix": "/", "headers": [*headers, debug]}, "route": {"cluster": f"{kind}-v2"}}
        yield {"match": {"prefix": "/", "headers": headers}, "route": {"weighted_clusters": {"clusters": shares}}}


def _cluster(name: str, port: int, *, http2: bool) -> dict[str, object]:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    cluster: dict[str, object] = {"name": name, "load_assignment": {"cluster_name": name, "endpoints": endpoints}}
    if http2:
        options = {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http2_protocol_options": {}},
        }
        cluster["typed_extension_protocol_options"] = {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options
        }
    return cluster


def _certificate(folder: Path) -> tuple[Path, Path, Path]:
    """An authority's file, and a certificate of it for the front end with its key."""
    authority = trustme.CA()
    issued = authority.issue_cert("shop.example.org", "127.0.0.1")
    paths = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    authority.cert_pem.write_to_path(str(paths[0]))
    paths[1].write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(paths[2]))
    return paths


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(folder: Path, command: list[str], port: int) -> Iterator[None]:
    """The program, from when its port answers until it has ended."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(port, process, folder / "log")
        yield
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the port answers with the split: a front end listens before it has read its routes."""
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())
