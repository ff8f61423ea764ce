"""The form of what surrounds the stages: policy, pointers, environments, accepted findings and schemas."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.live import LIVE
from gateshift.config.schema.route import HOSTNAMES, PARENTS
from gateshift.config.schema.schema_types import Fields, Flag, ListOf, MapOf, Number, Text
from gateshift.config.schema.workload import AUTOSCALING, ENV, RESOURCES

POLICY = Fields(
    means="Limits that `plan` and `promote` hold a step to.",
    expects="limits such as {maxStep: 50}",
    keys={
        "maxStep": Number(
            means="The largest change of a version's share in one step, in percentage points.",
            expects="percentage points above 0, up to 100",
            whole=False,
            above=True,
            most=100,
        ),
        "allowSkip": Flag(means="Whether a promotion may skip a stage.", default=False),
    },
)

POINTERS = Fields(
    means="The objects that tell Argo CD or Flux which stage is in force.",
    expects="pointers such as {repository: 'https://github.com/team/shop', argocd: {}}",
    keys={
        "existing": ListOf(
            means="Pointers that exist already: `generate` writes none, and `promote` moves the path of these.",
            expects="a list such as [{file: ../../clusters/prod/shop.yaml, object: Application/shop}]",
            item=Fields(
                expects="a pointer such as {file: ../../clusters/prod/shop.yaml, object: Application/shop}",
                required=("file", "object"),
                keys={
                    "file": replace(vocabulary.LIVE_PATH, means="The file that holds it, relative to this one."),
                    "object": replace(
                        vocabulary.LIVE_OBJECT,
                        means="The object as `Kind/name`; of an ApplicationSet with the name of the Application that "
                        "it makes.",
                        expects="`Application/name`, `ApplicationSet/name` or `Kustomization/name`",
                    ),
                    "environment": replace(vocabulary.LABEL, means="The environment that it is of, with several."),
                },
            ),
            least=1,
            most=100,
            distinct=True,
        ),
        "repository": replace(vocabulary.GIT_URL, means="The URL of the Git repository that holds this file."),
        "revision": replace(
            vocabulary.GIT_REVISION, means="The branch, tag or commit that is followed.", default="main"
        ),
        "path": replace(vocabulary.FOLDER, means="This file's directory in the repository; its top unless given."),
        "argocd": Fields(
            means="An Argo CD Application for each environment.",
            expects="a mapping; `argocd: {}` takes the defaults",
            keys={
                "namespace": replace(vocabulary.LABEL, means="The Application's namespace.", default="argocd"),
                "project": replace(vocabulary.SUBDOMAIN, means="Its AppProject.", default="default"),
                "server": replace(
                    vocabulary.WEB_URL, means="The cluster it deploys to.", default="https://kubernetes.default.svc"
                ),
            },
        ),
        "flux": Fields(
            means="A Flux GitRepository, and a Kustomization for each environment.",
            expects="a mapping; `flux: {}` takes the defaults",
            keys={
                "namespace": replace(vocabulary.LABEL, means="Their namespace.", default="flux-system"),
                "interval": replace(vocabulary.INTERVAL, means="How often they look for changes.", default="1m"),
            },
        ),
    },
    any_of=(("argocd", "flux", "existing"),),
    exclusive=(("existing", "argocd"), ("existing", "flux"), ("existing", "repository"), ("existing", "path")),
)

_VERSION = replace(vocabulary.LABEL, expects="a version's name")

ENVIRONMENTS = ListOf(
    means="Places the service is rolled out to, each with overlays and a pointer of its own; one unless given.",
    expects="a list of environments",
    least=1,
    most=100,
    item=Fields(
        expects="an environment such as {name: prod, namespace: shop}",
        required=("name",),
        keys={
            "name": replace(
                vocabulary.LABEL, means="The environment's name: its directory's under overlays/, and in its pointer's."
            ),
            "namespace": replace(vocabulary.LABEL, means="Its namespace, where it differs from the service's."),
            "parents": replace(PARENTS, means="Its parents, where they differ from the route's."),
            "hostnames": replace(HOSTNAMES, means="Its host names, where they differ from the route's."),
            "replicas": MapOf(
                means="Replicas by version, where they differ from the version's.",
                expects="replicas such as {v1: 3, v2: 3}",
                name=_VERSION,
                value=Number(expects="a whole number from 0", least=0, most=2147483647),
            ),
            "live": replace(LIVE, means="What ran there before the rollout, where it differs."),
            "autoscaling": MapOf(
                means="Autoscaling by version, where it differs from the version's.",
                expects="limits such as {v1: {min: 2, max: 10}}",
                name=_VERSION,
                value=AUTOSCALING,
            ),
            "image": MapOf(
                means="Images by version, where they differ from the version's.",
                expects="images such as {v2: 'registry.example.com/app:2.0.0'}",
                name=_VERSION,
                value=vocabulary.IMAGE,
            ),
            "env": replace(
                ENV, means="Variables of every version's container there, in addition to or instead of its own."
            ),
            "resources": replace(RESOURCES, means="What every version's container needs and may use there."),
            "skipStages": ListOf(
                means="Stages that the environment does not pass through.",
                expects="a list of stages",
                item=replace(vocabulary.LABEL, expects="a stage's name"),
                most=1000,
                distinct=True,
            ),
            "after": ListOf(
                means="The environments that must have reached a stage first; the one before it in the list unless "
                "given, and none for `[]`.",
                expects="a list of environments such as [staging]",
                item=replace(vocabulary.LABEL, expects="an environment's name"),
                most=100,
                distinct=True,
            ),
            "revision": replace(vocabulary.GIT_REVISION, means="The revision its pointer follows, where it differs."),
        },
    ),
)

IGNORE = ListOf(
    means="Findings that are accepted until a day, with the reason.",
    expects="a list of accepted findings",
    most=1000,
    item=Fields(
        expects="an accepted finding such as {rule: GS402, reason: ..., until: 2026-12-31}",
        required=("rule", "reason", "until"),
        keys={
            "rule": replace(vocabulary.RULE_ID, means="The rule's id."),
            "reason": replace(vocabulary.SENTENCE, means="Why the finding is accepted."),
            "until": replace(vocabulary.DAY, means="The last day it is accepted."),
            "file": replace(
                vocabulary.FILE, means="Only findings in this file, relative to this one; all files unless given."
            ),
            "resource": Text(
                means="Only findings about this object, as `Kind/name`; all objects unless given.",
                expects="an object as `Kind/name`",
                pattern=f"^[A-Z][A-Za-z0-9]*/{vocabulary.SUBDOMAIN.pattern[1:-1]}$",
                most=317,
            ),
            **vocabulary.FINDING_FILTER,
        },
    ),
)

SCHEMAS = Fields(
    means="The versions of the schemas that `validate` checks against; the tool's own unless given.",
    expects="versions such as {kubernetes: '1.37.2', gatewayApi: '1.6.3'}",
    keys={
        "kubernetes": Text(
            means="The version of Kubernetes.",
            expects="a version in quotes such as '1.37.2'",
            pattern=vocabulary.RELEASE,
            most=32,
        ),
        "gatewayApi": Text(
            means="The version of the Gateway API.",
            expects="a version in quotes such as '1.6.3'",
            pattern=vocabulary.RELEASE,
            most=32,
        ),
        "channel": Text(
            means="The Gateway API's channel.",
            expects="`standard` or `experimental`",
            choices=("standard", "experimental"),
            default="standard",
        ),
        "crds": ListOf(
            means="Files or directories with further CustomResourceDefinitions, relative to this file.",
            expects="a list of paths",
            item=vocabulary.FILE,
            most=100,
            distinct=True,
        ),
    },
)
