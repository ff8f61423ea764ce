"""The form of what ran before the rollout: a Kustomize root that is referenced, or plain manifests that are copied."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.schema_types import Either, Fields, ListOf

_OBJECTS = ListOf(expects="a list of objects as `Kind/name`", item=vocabulary.LIVE_OBJECT, least=1, most=100)

LIVE = Fields(
    shared="live",
    expects="a Kustomize root such as {path: ../../k8s/prod}, or plain manifests such as {files: [../../k8s/app.yaml]}",
    means="What ran before the rollout, which is never rewritten: it comes with every stage as it stands.",
    keys={
        "path": replace(
            vocabulary.LIVE_PATH, means="A directory with a kustomization, which the stages reference where it stands."
        ),
        "files": ListOf(
            means="Plain manifests that no kustomization reads; `generate` copies them byte for byte into base/live.",
            expects="a list of files",
            item=vocabulary.LIVE_PATH,
            least=1,
            most=1000,
            distinct=True,
        ),
        "replaces": replace(
            _OBJECTS,
            means="Objects of it that every stage with `shares` writes anew, such as its route.",
        ),
    },
    exclusive=(("path", "files"),),
    any_of=(("path", "files"),),
)

LIVE_VERSION = Either(
    means="The object that ran this version before the rollout, as `Kind/name`, or a list that begins with it and "
    "names what goes when the version goes, such as its autoscaler; none of them is rewritten.",
    expects="an object such as `Deployment/customers`, or a list of such",
    options=(vocabulary.LIVE_OBJECT, _OBJECTS),
)
