"""What holds for every server-side apply, whoever applies what."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kaito_cli.sandbox.kubernetes.problem import Problem
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.writes import Writing, apply
from tests.sandbox.kubernetes.manifests import Manifest, deployment

MANAGERS = ("kaito-cli", "operator", "person")
_NAMES = some.sampled_from("abc")
_VALUES = some.sampled_from("123")
_PORTS = some.lists(
    some.fixed_dictionaries({"containerPort": some.integers(80, 83)}),
    max_size=3,
    unique_by=lambda each: each["containerPort"],
)
_ENV = some.lists(
    some.fixed_dictionaries({"name": _NAMES, "value": _VALUES}),
    max_size=3,
    unique_by=lambda each: each["name"],
)


@some.composite
def deployments(draw: Any) -> Manifest:
    """A Deployment with some of the fields that merge in different ways."""
    manifest = deployment()
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    if draw(some.booleans()):
        manifest["spec"]["replicas"] = draw(some.integers(0, 2))
    if draw(some.booleans()):
        manifest["metadata"]["annotations"] = draw(some.dictionaries(_NAMES, _VALUES, max_size=3))
    container["env"] = draw(_ENV)
    container["ports"] = draw(_PORTS)
    if draw(some.booleans()):
        container["args"] = draw(some.lists(_VALUES, max_size=2))
    return manifest


STEPS = some.lists(
    some.tuples(some.sampled_from(MANAGERS), deployments(), some.booleans()), max_size=5
)


STATE = ApiState()
EXAMPLES = settings(max_examples=40, deadline=None)


class World:
    """One Deployment that managers apply in turn."""

    def __init__(self) -> None:
        self.state = STATE
        self.refused: list[tuple[int, bool, bool]] = []  # code, by force, nothing changed
        self.kind = self.state.store.resources.of("apps", "deployments")
        if self.now is not None:
            self.state.store.drop(self.kind, self.now)

    def apply(self, manager: str, manifest: Manifest, *, force: bool = False) -> Manifest:
        how = Writing(manager=manager, force=force)
        return apply(self.state.store, self.kind, "default", "web", manifest, how)[0]

    def play(self, steps: list[tuple[str, Manifest, bool]]) -> None:
        for manager, manifest, force in steps:
            before = self.now
            try:
                self.apply(manager, manifest, force=force)
            except Problem as problem:
                self.refused.append((problem.code, force, self.now is before))

    @property
    def now(self) -> Manifest | None:
        return self.state.store.get(self.kind, "default", "web")


def content(manifest: Manifest) -> Manifest:
    aside = ("managedFields", "resourceVersion", "generation")
    meta = {name: each for name, each in manifest["metadata"].items() if name not in aside}
    return {**manifest, "metadata": meta}


def env_of(manifest: Manifest) -> dict[str, str]:
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    return {each["name"]: each.get("value", "") for each in container.get("env", ())}


@EXAMPLES
@given(STEPS, deployments())
def test_applying_twice_is_applying_once(steps: list[Any], manifest: Manifest) -> None:
    world = World()
    world.play(steps)
    first = world.apply("kaito-cli", manifest, force=True)

    assert world.apply("kaito-cli", manifest) is first


@EXAMPLES
@given(STEPS, deployments())
def test_what_is_applied_by_force_is_there(steps: list[Any], manifest: Manifest) -> None:
    world = World()
    world.play(steps)
    found = world.apply("kaito-cli", manifest, force=True)

    assert env_of(manifest).items() <= env_of(found).items()
    annotations = manifest["metadata"].get("annotations", {})
    assert annotations.items() <= found["metadata"].get("annotations", {}).items()
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    if container.get("args"):
        shown = found["spec"]["template"]["spec"]["containers"][0]
        assert shown["args"] == container["args"]


@EXAMPLES
@given(deployments(), deployments())
def test_a_single_manager_gets_what_it_applied_last(first: Manifest, last: Manifest) -> None:
    world = World()
    world.apply("kaito-cli", first)
    found = world.apply("kaito-cli", last)
    alone = World().apply("kaito-cli", last)

    assert env_of(found) == env_of(alone)
    assert found["spec"] == alone["spec"]
    assert found["metadata"].get("annotations") == alone["metadata"].get("annotations")


@EXAMPLES
@given(deployments(), deployments())
def test_conflicts_are_symmetrical(mine: Manifest, theirs: Manifest) -> None:
    def conflicts(first: Manifest, second: Manifest) -> set[str]:
        world = World()
        world.apply("a", first)
        try:
            world.apply("b", second)
        except Problem as problem:
            return {each["field"] for each in problem.status["details"]["causes"]}
        return set()

    assert conflicts(mine, theirs) == conflicts(theirs, mine)


@EXAMPLES
@given(STEPS)
def test_every_field_of_the_managers_has_an_owner_and_is_there(steps: list[Any]) -> None:
    world = World()
    world.play(steps)
    if world.now is None:
        return
    managers = {each["manager"] for each in world.now["metadata"]["managedFields"]}

    assert managers <= set(MANAGERS)
    for name in env_of(world.now):
        assert any(
            f'k:{{"name":"{name}"}}' in repr(each["fieldsV1"])
            for each in world.now["metadata"]["managedFields"]
        )


@EXAMPLES
@given(STEPS, deployments())
def test_a_rehearsal_tells_what_would_be(steps: list[Any], manifest: Manifest) -> None:
    world = World()
    world.play(steps)
    before = world.now
    how = Writing(manager="kaito-cli", force=True, dry_run=True)
    shown = apply(world.state.store, world.kind, "default", "web", manifest, how)[0]
    assert world.now is before

    done = world.apply("kaito-cli", manifest, force=True)
    shown["metadata"]["uid"] = done["metadata"]["uid"]
    assert content(shown) == content(done)


@EXAMPLES
@given(STEPS)
def test_only_conflicts_refuse_and_they_change_nothing(steps: list[Any]) -> None:
    world = World()
    world.play(steps)

    assert set(world.refused) <= {(409, False, True)}


@pytest.mark.parametrize("manager", MANAGERS)
def test_an_emptied_apply_takes_all_of_it_away(manager: str) -> None:
    world = World()
    rich = deployment()
    rich["metadata"]["annotations"] = {"a": "1"}
    rich["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "A", "value": "1"}]
    world.apply(manager, rich)
    found = world.apply(manager, deployment())

    assert "annotations" not in found["metadata"]
    assert env_of(found) == {}
