"""Three releases in one repository with three environments and both engines: one abandoned, one hotfixed in between.

Every merge is judged; at the end nothing of what went is left, and the log tells the story.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateshift.app.generate.generate import look, write
from gateshift.app.next.next_release import Release, start_next
from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.pull_request import pull_request
from gateshift.app.promote.promote import PromoteOptions, promote
from gateshift.app.promote.select_pointers import PromoteRequest
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.config import open_rollout
from gateshift.config.succession import NewVersion
from gateshift.errors import UserError
from gateshift.model.plan import PullRequestReport
from gateshift.model.release import ReleaseKind, ReleaseReport
from gateshift.model.rollout import Rollout
from gateshift.report.plan.text import render_pull_request
from tests.app.repositories import commit_all, git, repository
from tests.app.step_verdicts import NOW, real_judge

SHOP = """\
service: {name: shop, port: 80, targetPort: 8080}
route: {parents: [{gateway: infra/public}, {service: shop}], hostnames: [shop.example.org]}
versions:
  v1: {image: 'example.org/shop:1'}
  v2: {image: 'example.org/shop:2'}
stages:
  - {name: start, deploy: [v1], shares: {v1: 100}}
  - {name: dark, shares: {v1: 100}}
  - {name: canary, shares: {v1: 90, v2: 10}, soak: 30m}
  - {name: final, shares: {v2: 100}}
  - {name: retired, deploy: [v2], shares: {v2: 100}}
environments:
  - {name: dev, namespace: shop-dev}
  - {name: staging, namespace: shop-staging, after: [dev]}
  - {name: prod, namespace: shop-prod, replicas: {v1: 3, v2: 3}, after: [staging]}
pointers: {repository: 'https://example.org/r.git', revision: main, argocd: {}, flux: {}}
"""
WAY = ("dark", "canary", "final", "retired")


class Repository:
    """The repository of the shop, and what its owners do."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "gateshift.yaml"
        repository(folder, SHOP)

    @property
    def rollout(self) -> Rollout:
        return open_rollout(self.file).rollout

    def promote(self, environment: str, *stages: str) -> None:
        """Merge each step, judged by the real judge."""
        with real_judge() as judge:
            for stage in stages:
                request = PromoteRequest(stage, environment=environment)
                report = promote(self.rollout, request, PromoteOptions(commit=True), judge, NOW)
                assert (report.refusals, report.done) == ((), True)

    def start(self, version: str, instead_of: str = "") -> ReleaseReport:
        """Start a release, and merge that."""
        new = NewVersion(version, f"example.org/shop:{version[1:]}")
        report = start_next(self.file, Release(new, instead_of=instead_of, commit=True), Choices(), NOW.date())
        assert self.last_merge().safe
        return report

    def edit(self, before: str, after: str, message: str) -> PullRequestReport:
        """Change gateshift.yaml, generate, and merge that."""
        text = self.file.read_text()
        assert before in text
        self.file.write_text(text.replace(before, after))
        write(self.rollout, force=False)
        commit_all(self.file.parent, message)
        return self.last_merge()

    def last_merge(self) -> PullRequestReport:
        """What the last commit does, as its pull request was told."""
        with Snapshots() as snapshots:
            plans = Plans(Planner(Choices(), NOW.date()), snapshots)
            return pull_request(plans, "HEAD~1", "", NOW)

    def refuse_left_overs(self) -> None:
        """Every file is the rollout's, every version and every stage has one, and no name is of a version that went."""
        rollout = self.rollout
        names = {version.name for version in rollout.versions}
        assert look(rollout).pending == ()
        assert {path.name for path in (self.file.parent / "base").iterdir() if path.is_dir()} == names
        for environment in rollout.environments:
            folders = {path.name for path in (self.file.parent / "overlays" / environment.name).iterdir()}
            assert folders == {stage.name for stage in rollout.stages_in(environment)}
        spoken = set(re.findall(r"\bv[0-9]+\b", self.file.read_text()))
        assert spoken == names


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path)


def test_three_releases_leave_nothing_behind(shop: Repository) -> None:
    for environment in ("dev", "staging", "prod"):
        shop.promote(environment, *WAY)
    assert shop.start("v3").kind is ReleaseKind.AFTER
    shop.refuse_left_overs()

    shop.promote("dev", "dark", "canary")
    hotfix = shop.edit("example.org/shop:2'", "example.org/shop:2.1'", "shop: mend v2 where it runs")
    assert hotfix.safe
    (note,) = hotfix.notes
    assert f"\nnote: {note}\n" in render_pull_request(hotfix)
    assert note.startswith("shop: dev, staging and prod change at once, and staging does not wait for dev, prod does ")
    assert [plan.environment for plan in hotfix.plans if plan.live] == ["dev", "staging", "prod"]
    with pytest.raises(UserError, match="v3 has 10 % of the requests"):
        shop.start("v4", instead_of="v3")
    shop.promote("dev", "dark")
    assert shop.start("v4", instead_of="v3").kind is ReleaseKind.INSTEAD
    shop.refuse_left_overs()

    shop.promote("dev", *WAY[1:])
    behind = shop.start("v5")
    assert (behind.kind, behind.pointers) == (ReleaseKind.BEHIND, ())
    scaled = shop.edit("replicas: {v2: 3,", "replicas: {v2: 4,", "shop prod: four pods of v2")
    assert (scaled.safe, scaled.notes) == (True, ())
    assert [plan.environment for plan in scaled.plans if plan.live] == ["prod"]
    for environment in ("staging", "prod"):
        shop.promote(environment, *WAY)
    for environment in ("dev", "staging", "prod"):
        shop.promote(environment, *(f"{stage}-v5" for stage in WAY))

    assert shop.start("v6").kind is ReleaseKind.AFTER
    shop.refuse_left_overs()
    subjects = git(shop.file.parent, "log", "--reverse", "--format=%s").splitlines()
    assert max(map(len, subjects)) <= 72
    releases = [subject for subject in subjects if re.match(r"shop: (start|v[0-9])", subject)]
    assert releases == [
        "shop: start v3 after v2",
        "shop: v4 instead of v3",
        "shop: start v5 behind v4",
        "shop: start v6 after v5",
    ]
    assert subjects[1:5] == [
        "shop dev: start -> dark (v2 deployed)",
        "shop dev: dark -> canary (v2 0 % -> 10 %)",
        "shop dev: canary -> final (v2 10 % -> 100 %)",
        "shop dev: final -> retired (v1 removed)",
    ]
