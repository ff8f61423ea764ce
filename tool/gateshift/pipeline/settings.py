"""How the pointers of an environment set the sync engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateshift.documents import load_all, text_of
from gateshift.model.pointing import Pointing, Post
from gateshift.model.rollout import Engine, Environment
from gateshift.model.sync import WITHOUT_POINTER, Sync
from gateshift.pointer.settings import sync_of


def syncs_of(pointing: Pointing, environment: Environment) -> tuple[Sync, ...]:
    """Each distinct setting of each engine; an engine without a pointer there is set as one without a pointer."""
    return with_every_engine(settings_in(post for post in pointing.posts if post.environment == environment))


def with_every_engine(found: Iterable[Sync]) -> tuple[Sync, ...]:
    """The settings, and for each engine that has none those of an engine without a pointer."""
    listed = tuple(dict.fromkeys(found))
    engines = list(Engine)
    missing = tuple(each for each in WITHOUT_POINTER if each.engine not in {one.engine for one in listed})
    return tuple(sorted((*listed, *missing), key=lambda each: (engines.index(each.engine), repr(each))))


def settings_in(posts: Iterable[Post]) -> Iterator[Sync]:
    """The settings of these pointers, from the objects that hold them."""
    for post in posts:
        documents = load_all(text_of(post.found.file.read_bytes()))
        found = sync_of(documents[post.found.document])
        if found is not None:
            yield found
