"""What the HTML report shows: each stage of a rollout as a picture of its traffic, and what is known of the way
from one to the next. Names are plain text from files; whoever draws them escapes them."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.model.plan import MatrixReport
from gateshift.model.report import ValidationReport


class NodeRole(Enum):
    """The columns of a picture, in the order in which a request passes them."""

    PARENT = "parent"
    RULE = "rule"
    SERVICE = "service"
    WORKLOAD = "workload"


class Lane(Enum):
    """Why a request takes a way: the production rule, another rule of its own condition, or a mirror's copy."""

    PRODUCTION = "production"
    EXTRA = "extra"
    MIRROR = "mirror"


class PictureNode(Struct, frozen=True):
    """One box. `key` is unique in its picture; `notes` are short lines under the name; `version` is "" where the box
    belongs to none. `idle` says that it is there and nothing reaches it."""

    key: str
    role: NodeRole
    kind: str
    name: str
    notes: tuple[str, ...] = ()
    version: str = ""
    idle: bool = False


class Edge(Struct, frozen=True):
    """A way from one box to another. `share` is 0 to 1 of the requests that enter the lane's rule, None where nothing
    is divided. `status` is what answers there where it is not 200, `reason` why."""

    origin: str
    target: str
    lane: Lane
    share: float | None = None
    status: int = 200
    reason: str = ""


class Picture(Struct, frozen=True):
    """Boxes in the order in which they are drawn, and the ways between them."""

    nodes: tuple[PictureNode, ...]
    edges: tuple[Edge, ...]


class PictureAnswer(Struct, frozen=True):
    """What one class of requests gets in one stage. `shares` are 0 to 1 by version; what answers with an error has its
    status as key (`"404"`). `why` names the route and rule, or why none answers."""

    stage: str
    status: int
    shares: tuple[tuple[str, float], ...]
    why: str


class PictureClass(Struct, frozen=True):
    """Requests that are treated alike: `name` is `default` or the extra rule's, `match` its condition in words,
    `example` one such request in words. One answer for every stage that was built."""

    name: str
    match: str
    example: str
    answers: tuple[PictureAnswer, ...]


class StagePicture(Struct, frozen=True):
    """One stage. `picture` is None where its overlay could not be built; the findings say why. `shares` are those of
    the production rule as built, by version; `images` are pairs of a version and an image that its pods run."""

    name: str
    description: str
    overlay: str
    deployed: tuple[str, ...]
    shares: tuple[tuple[str, float], ...]
    picture: Picture | None
    soak: str = ""
    approval: bool = False
    images: tuple[tuple[str, str], ...] = ()


class PointerPlace(Struct, frozen=True):
    """An object that names the stage in force: `engine` is the value of the one that follows it, `stage` "" where
    its path names no stage. `moved` says when and by which commit, or is ""."""

    engine: str
    kind: str
    file: str
    path: str
    stage: str
    moved: str = ""


class RolloutPicture(Struct, frozen=True):
    """A rollout in one environment ("" for the only one). `versions` are in the rollout's order. Where there is no
    matrix, `unjudged` says why."""

    name: str
    file: str
    environment: str
    versions: tuple[str, ...]
    stages: tuple[StagePicture, ...]
    pointers: tuple[PointerPlace, ...] = ()
    classes: tuple[PictureClass, ...] = ()
    matrix: MatrixReport | None = None
    unjudged: str = ""

    @property
    def title(self) -> str:
        """`customers`, or `customers in prod`."""
        return f"{self.name} in {self.environment}" if self.environment else self.name


class Page(Struct, frozen=True):
    """Everything the report shows."""

    rollouts: tuple[RolloutPicture, ...]
    validation: ValidationReport
