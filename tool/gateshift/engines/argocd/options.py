"""The annotations by which an object has Argo CD treat it in its own way: hooks and sync options.

Source: Argo CD documentation, Resource Hooks, Sync Options, Helm (which of its hooks are mapped); gitops-engine
pkg/sync/hook/hook.go (hooks that name no policy are deleted before they are created), hook/delete_policy.go,
pkg/sync/sync_context.go (applyObject: Force with Replace is `kubectl replace --force`; Force alone deletes only where
the object is not applied server-side).
"""

from __future__ import annotations

from gateshift.engines.changes import Change
from gateshift.engines.engine import RefusedUpdate
from gateshift.engines.sync_plan import annotations_of
from gateshift.model.resource import Resource
from gateshift.model.sync_pointer import SyncSettings

_OPTIONS = "argocd.argoproj.io/sync-options"
_HOOK, _HELM_HOOK = "argocd.argoproj.io/hook", "helm.sh/hook"
_POLICY, _HELM_POLICY = "argocd.argoproj.io/hook-delete-policy", "helm.sh/hook-delete-policy"
_SKIP = "Skip"
_PHASES = frozenset({"PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", _SKIP})
_HELM_PHASES = frozenset({"pre-install", "pre-upgrade", "post-install", "post-upgrade", "pre-delete", "post-delete"})
_GOES_BEFORE_THE_NEXT = frozenset({"BeforeHookCreation", "HookSucceeded", "before-hook-creation", "hook-succeeded"})


def is_hook(resource: Resource) -> bool:
    """Whether Argo CD runs the object as a hook or skips it, and so keeps it out of the state it compares."""
    return bool(_words(resource, _HOOK) & _PHASES or (_helm_words(resource, _HOOK, _HELM_HOOK) & _HELM_PHASES))


def left_alone(change: Change) -> str:
    """`argocd.argoproj.io/hook: Skip`, which keeps an object from being applied; "" for any other."""
    return f"{_HOOK}: {_SKIP}" if _SKIP in _words(change.resource, _HOOK) else ""


def has_option(resource: Resource, option: str) -> bool:
    """Whether the object asks for a sync option, such as `Prune=false`."""
    return option in _words(resource, _OPTIONS)


def refused_update(change: Change, settings: SyncSettings) -> RefusedUpdate:
    """A hook is created anew for every sync, unless it stays after it succeeded; Force does the same to an object."""
    resource = change.resource
    if left_alone(change):
        return RefusedUpdate.NOT_TRIED
    if is_hook(resource):
        policies = _helm_words(resource, _POLICY, _HELM_POLICY)
        anew = not policies or bool(policies & _GOES_BEFORE_THE_NEXT)
        return RefusedUpdate.RECREATES if anew else RefusedUpdate.FAILS
    forced = has_option(resource, "Force=true")
    replaced = has_option(resource, "Replace=true") or not settings.server_side
    return RefusedUpdate.RECREATES if settings.recreates or (forced and replaced) else RefusedUpdate.FAILS


def _helm_words(resource: Resource, own: str, helm: str) -> frozenset[str]:
    """What Argo CD's annotation says, and where it is absent Helm's."""
    return _words(resource, own) or _words(resource, helm)


def _words(resource: Resource, annotation: str) -> frozenset[str]:
    """The comma-separated words of an annotation."""
    text = annotations_of(resource).get(annotation)
    return frozenset(word.strip() for word in text.split(",")) if isinstance(text, str) else frozenset()
