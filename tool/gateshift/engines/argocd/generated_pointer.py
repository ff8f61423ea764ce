"""The Application that `generate` writes: it names the stage in force.

Every field is there for a reason of Argo CD's sync: PruneLast keeps what the old route names until the new one is
healthy; nothing under `source` may change the render that was checked; no finalizer, so that deleting the Application
deletes no workload; and no ignoreDifferences, which would freeze a route's whole list of rules.
"""

from __future__ import annotations

from gateshift.engines.placement import first_path, pointer_name
from gateshift.model.rollout import Environment, Rollout
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import FieldPath, Json, JsonObject

_SYNC: Json = {
    "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
    "syncOptions": [
        "PruneLast=true",
        "PrunePropagationPolicy=foreground",
        "ServerSideApply=true",
        "FailOnSharedResource=true",
    ],
    "retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}},
}
_NOTES: dict[FieldPath, str] = {
    ("spec", "source", "path"): "The stage in force: `gateshift promote` moves it.",
    ("spec", "syncPolicy", "syncOptions", 0): "What the old stage needs goes only when the new one is healthy.",
}


def application_text(rollout: Rollout, environment: Environment) -> str:
    """The environment's Application, naming the first stage; "" where the rollout has no Argo CD pointers."""
    pointers = rollout.pointers
    if pointers is None or pointers.argocd is None:
        return ""
    name = pointer_name(rollout, environment)
    data: JsonObject = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": pointers.argocd.namespace},
        "spec": {
            "project": pointers.argocd.project,
            "source": {
                "repoURL": pointers.repository,
                "targetRevision": environment.revision or pointers.revision,
                "path": first_path(rollout, environment),
            },
            "destination": {
                "server": pointers.argocd.server,
                "namespace": environment.namespace or rollout.service.namespace,
            },
            "syncPolicy": _SYNC,
        },
    }
    return dump(data, {(): f"What Argo CD follows for {name}.", **_NOTES})
