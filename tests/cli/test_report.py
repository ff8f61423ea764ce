"""`gateshift report` on the shipped rollout and on broken ones, with the real Kustomize, and its server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from gateshift.errors import UserError
from gateshift.system.page_server import LiveServer, Watched

SHIPPED = Path(__file__).parents[2]


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    for name in ("base", "overlays", "sync"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    shutil.copy(SHIPPED / "gateshift.yaml", tmp_path)
    return tmp_path


def gateshift(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", "report", *arguments]
    env = os.environ | environment
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def shares(page: str, stage: str) -> dict[str, str]:
    part = page.partition(f'data-stage="{stage}"')[2].partition("</article>")[0]
    return dict(re.findall(r'data-version="([^"]*)" data-share="([^"]*)"', part))


def test_the_page_shows_every_stage_as_it_builds(customers: Path) -> None:
    done = gateshift(customers)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "report.html: 9 stages\n"
    page = (customers / "report.html").read_text()
    assert shares(page, "canary") == {"v1": "0.9", "v2": "0.1"}
    assert shares(page, "initial") == {}
    assert page.count('class="card stage"') == 9
    assert "Nothing was found." in page


def test_the_page_tells_the_transitions_with_their_reasons_and_safe_ways(customers: Path) -> None:
    gateshift(customers)
    page = (customers / "report.html").read_text()
    assert 'data-detail="canary -&gt; half: safe."' in page
    found = re.search(r'"initial -&gt; routed: unsafe with Argo CD and Flux\. All requests to ([^"]*)"', page)
    assert found is not None
    assert found[1].endswith("The safe way: initial -&gt; subsets -&gt; routed.")


def test_the_page_shows_where_each_pointer_stands_and_since_when(customers: Path) -> None:
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=T", "-c", "user.email=t@e.org", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=customers, check=True)
    application = customers / "sync/argocd/customers.yaml"
    application.write_text(application.read_text().replace("overlays/initial", "overlays/canary"))
    gateshift(customers)
    page = (customers / "report.html").read_text()
    assert re.search(r"Argo CD: <b>canary</b>, by the path <code>overlays/canary</code>", page)
    assert re.search(r"Flux: <b>initial</b>.*moved by [0-9a-f]{9} on \d{4}-", page)
    strip = page.partition('<ol class="strip">')[2].partition("</ol>")[0]
    assert re.findall(r'class="chip">([^<]*)', strip) == ["in force with Flux", "next", "in force with Argo CD", "next"]


def test_a_failing_share_looks_like_no_version(customers: Path) -> None:
    route = customers / "overlays/half/httproute.yaml"
    head, _, tail = route.read_text().rpartition("port: 80")
    route.write_text(f"{head}port: 3000{tail}")
    assert gateshift(customers).returncode == 1
    page = (customers / "report.html").read_text()
    strip = page.partition("<b>half</b>")[2].partition("</li>")[0]
    assert 'rect class="failing"' in strip
    assert '<span class="whole failing">an invalid backend (500) 50 %</span>' in strip
    assert '<span class="tag idle">v2 idle</span>' in strip


def test_the_images_of_the_versions_are_those_that_were_built(customers: Path) -> None:
    gateshift(customers)
    page = (customers / "report.html").read_text()
    shown = page.partition('<ul class="versions">')[2].partition("</ul>")[0]
    assert re.findall(r"<code>([^<]*)", shown) == [
        "gcr.io/tetratelabs/customers:1.0.0",
        "gcr.io/tetratelabs/customers:2.0.0",
    ]


def test_a_stage_without_a_route_is_told_from_one_without_traffic(customers: Path) -> None:
    gateshift(customers)
    strip = (customers / "report.html").read_text().partition("<b>initial</b>")[2].partition("</li>")[0]
    assert "no route:" in strip
    assert ">v1 100 %<" in strip
    assert 'class="bar unrouted"' in strip


def test_an_edited_weight_is_shown_as_it_builds_and_not_as_it_was_declared(customers: Path) -> None:
    route = customers / "overlays/canary/httproute.yaml"
    route.write_text(route.read_text().replace("weight: 90", "weight: 30"))
    done = gateshift(customers, "-o", "-")
    assert shares(done.stdout, "canary") == {"v1": "0.75", "v2": "0.25"}
    assert not (customers / "report.html").exists()
    assert "GS7" in done.stdout


def test_a_stage_that_does_not_build_says_so_and_the_others_are_drawn(customers: Path) -> None:
    (customers / "overlays/canary/httproute.yaml").unlink()
    done = gateshift(customers, "-o", "page.html")
    assert done.returncode == 1
    page = (customers / "page.html").read_text()
    assert "This stage could not be built" in page.partition('data-stage="canary"')[2].partition("</article>")[0]
    assert shares(page, "half") == {"v1": "0.5", "v2": "0.5"}


def test_without_kustomize_the_page_has_no_pictures_and_says_what_to_do(customers: Path) -> None:
    missing = str(customers / "no-such-program")
    done = gateshift(customers, "--kustomize", missing, "-o", "page.html")
    assert done.returncode == 3
    assert "No verdict" in (customers / "page.html").read_text()


def test_a_folder_without_a_rollout_is_nothing_to_report(tmp_path: Path) -> None:
    done = gateshift(tmp_path)
    assert done.returncode == 4
    assert "gateshift init" in done.stderr


def test_a_broken_rollout_is_told_by_its_line(customers: Path) -> None:
    (customers / "gateshift.yaml").write_text("service: [\n")
    done = gateshift(customers)
    assert done.returncode == 2
    assert "gateshift.yaml:2" in done.stderr


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server of the one file `page.txt`."""
    (tmp_path / "page.txt").write_text("first")
    found = LiveServer(lambda: (tmp_path / "page.txt").read_text(), Watched([tmp_path]), 0)
    thread = Thread(target=found.run)
    thread.start()
    yield found
    found.stop()
    thread.join()


def ask(server: LiveServer, path: str, host: str = "") -> tuple[int, str]:
    port = int(server.url.rpartition(":")[2].strip("/"))
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_the_page_is_made_anew_when_a_file_changes(server: LiveServer, tmp_path: Path) -> None:
    assert ask(server, "/") == (200, "first")
    before = ask(server, "/version")
    (tmp_path / "page.txt").write_text("second, and longer")
    deadline = monotonic() + 20
    while ask(server, "/version") == before and monotonic() < deadline:
        sleep(0.1)
    assert ask(server, "/") == (200, "second, and longer")


def test_only_this_machine_may_ask_and_only_for_the_page(server: LiveServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert ask(server, "/", host="evil.example.org")[0] == 421
    assert ask(server, "/etc/passwd")[0] == 404


def test_a_port_in_use_is_told(server: LiveServer, tmp_path: Path) -> None:
    port = int(server.url.rpartition(":")[2].strip("/"))
    with pytest.raises(UserError, match=f"port {port} cannot be used"):
        LiveServer(lambda: "", Watched([tmp_path]), port)


def test_a_hidden_folder_is_not_watched(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    before = Watched([tmp_path]).state()
    (tmp_path / ".git/index").write_text("x")
    assert Watched([tmp_path]).state() == before
