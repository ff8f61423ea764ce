"""Moving a pointer changes one scalar and no other byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateshift.engines.edit import move_to, replace_value
from gateshift.engines.read import pointers_in
from gateshift.errors import UserError
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer
from gateshift.yamldoc import bytes_like, load_all, parse_all, text_of
from gateshift.yamldoc.data import FieldPath, Json, look_up
from tests.engines.test_read import GIT_FILES, LISTED

AT: FieldPath = ("spec", "source", "path")
BEFORE = """\
# What we follow.~~~
---
apiVersion: v1
kind: ConfigMap
data: {path: overlays/canary}   # not this one
---
apiVersion: argoproj.io/v1alpha1
kind: Application~~~
metadata:
    name: 'shop'
spec:
    source:
        repoURL: "https://example.org/é🎉.git"~~~
        path: """.replace("~", " ")
AFTER = """   # the stage in force: overlays/canary


        targetRevision:   main
    destination: {namespace: "default", name: overlays/canary}
---
# the end
kind: List
...
"""  # fmt: skip
QUOTED = {"": "overlays/half", '"': '"overlays/half"', "'": "'overlays/half'"}


def moved(text: str, folder: str) -> str:
    """The text with its only pointer moved."""
    (found,) = (each for each in pointers_in(parse_all(text), Path("a.yaml")) if not isinstance(each, NotUnderstood))
    scalar, value = move_to(found, folder)
    return replace_value(text, found.document, scalar.at, value)


@pytest.mark.parametrize("quote", QUOTED)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_every_other_byte_stays(quote: str, line_break: str) -> None:
    before, after = BEFORE.replace("\n", line_break), AFTER.replace("\n", line_break)
    assert moved(f"{before}{quote}overlays/canary{quote}{after}", "overlays/half") == before + QUOTED[quote] + after


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_and_its_mark_stay(encoding: str) -> None:
    raw = f"{BEFORE}overlays/canary{AFTER}".encode(encoding)
    text = moved(text_of(raw), "overlays/half")
    assert bytes_like(raw, text) == f"{BEFORE}overlays/half{AFTER}".encode(encoding)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("./overlays/canary", "./overlays/half"),
        ("overlays/canary/", "overlays/half/"),
        ("./overlays/canary/", "./overlays/half/"),
        ("/overlays/canary", "/overlays/half"),
        ("overlays//canary", "overlays/half"),
    ],
)
def test_a_path_keeps_its_form(path: str, expected: str) -> None:
    assert moved(BEFORE + path + AFTER, "overlays/half") == BEFORE + expected + AFTER


NOISE = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\x85\u2028\u2029\ufeff\n", exclude_categories=["Cc", "Cs"]),
    max_size=20,
)
FOLDER = st.text("abcö /-._'\"#:{}[]&*!|>%@`", min_size=1, max_size=12)


@given(NOISE, FOLDER, FOLDER, st.sampled_from(["'", '"']), st.sampled_from(["\n", "\r\n"]))
def test_whatever_stands_around_and_whatever_is_written_reads_back(
    noise: str, old: str, new: str, quote: str, line_break: str
) -> None:
    assume(old.strip("/") and new.strip("/"))
    written = old.replace("\\", "\\\\").replace('"', '\\"') if quote == '"' else old.replace("'", "''")
    before = (BEFORE.replace("# What", f"# {noise} What")).replace("\n", line_break)
    after = AFTER.replace("# the stage", f"# {noise}").replace("\n", line_break)
    done = replace_value(f"{before}{quote}{written}{quote}{after}", 1, AT, new)
    assert done.startswith(before)
    assert done.endswith(after)
    assert look_up(load_all(done)[1], AT) == new
    again = replace_value(done, 1, AT, old)
    assert again == f"{before}{quote}{written}{quote}{after}"


@given(st.lists(st.sampled_from(["overlays/a", "overlays/b", "x"]), min_size=1, max_size=4))
def test_moving_twice_is_moving_once(folders: list[str]) -> None:
    text = f"{BEFORE}overlays/canary{AFTER}"
    for folder in folders:
        text = moved(moved(text, folder), folder)
    assert text == f"{BEFORE}{folders[-1]}{AFTER}"


def data_of(text: str) -> Json:
    return load_all(text)[0]


def test_an_element_of_a_list_generator_is_moved_alone() -> None:
    found = [each for each in pointers_in(parse_all(LISTED), Path("a.yaml")) if not isinstance(each, NotUnderstood)]
    scalar, value = move_to(found[1], "overlays/prod/half")
    assert replace_value(LISTED, 0, scalar.at, value) == LISTED.replace("stage: canary", "stage: half")


def test_a_template_that_cannot_say_the_folder_is_refused() -> None:
    (_, found) = (
        each for each in pointers_in(parse_all(LISTED), Path("a.yaml")) if not isinstance(each, NotUnderstood)
    )
    with pytest.raises(UserError, match="no scalar alone"):
        move_to(found, "elsewhere/half")
    with pytest.raises(UserError, match="no scalar alone"):
        move_to(found, "overlays/staging/half")


def test_a_parameter_file_is_named_with_the_scalar() -> None:
    files: dict[str, Json] = {"clusters/prod/shop.yaml": {"repo": "r", "stage": {"path": "overlays/final"}}}
    (found,) = (
        each
        for each in pointers_in(parse_all(GIT_FILES), Path("a.yaml"), lambda _: files)
        if not isinstance(each, NotUnderstood)
    )
    scalar, value = move_to(found, "overlays/retired")
    assert (scalar.file, scalar.at, value) == ("clusters/prod/shop.yaml", ("stage", "path"), "overlays/retired")


@pytest.mark.parametrize(
    "text",
    [
        "spec:\n  source:\n    path: &p a\nother: *p\n",
        "other: &p a\nspec:\n  source:\n    path: *p\n",
        "other: &s {path: a}\nspec:\n  source: *s\n",
        "other: &s {path: a}\nspec:\n  source:\n    <<: *s\n",
        "spec:\n  source:\n    path: |\n      a\n",
        "spec:\n  source:\n    path: >-\n      a\n",
        "spec:\n  source:\n    path: a\n      b\n",
        'spec:\n  source:\n    path: "a\n      b"\n',
        "spec:\n  source:\n    path: !!str a\n",
        "spec:\n  source:\n    path: 1\n",
        "spec:\n  source:\n    path:\n",
        "spec:\n  source: {}\n",
    ],
)
def test_what_cannot_be_edited_alone_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        replace_value(text, 0, AT, "overlays/half")


def test_nothing_is_a_pointer_s_slot_without_a_path() -> None:
    text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {}\n"
    (found,) = pointers_in(parse_all(text), Path("a.yaml"))
    assert not isinstance(found, NotUnderstood)
    assert isinstance(found, SyncPointer)
    with pytest.raises(UserError):
        move_to(found, "overlays/half")
