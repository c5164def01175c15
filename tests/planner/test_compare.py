"""What would change, and what was changed by hand."""

from typing import Any

import pytest

from kaito_cli.manifests.render import render
from kaito_cli.model import (
    Action,
    Change,
    Confidence,
    Drift,
    FieldChange,
    LiveNodePool,
    Nodes,
    Plan,
    Ref,
)
from kaito_cli.planner.alike import alike, differences
from kaito_cli.planner.compare import compare, ref_of
from kaito_cli.planner.drift import drift
from kaito_cli.ports import Manifest
from tests.fake_cluster import FakeCluster
from tests.workspaces import chat, pool_of

CHAT = chat(
    engine={
        "args": ("vllm", "serve", "--chat-template", "{{ $x }}"),
        "env": {"PRICE": "$5", "OTHER": "1"},
    }
)
POOL = pool_of(CHAT)
DEPLOYMENT = Ref(kind="Deployment", name="chat", api_version="apps/v1", namespace="ml")
PDB = "PodDisruptionBudget"
Live = dict[Ref, Manifest]


def there(plan: Plan = CHAT, *, defaulted: bool = True) -> FakeCluster:
    """A cluster that holds what the plan renders, with what a server fills in."""
    cluster = FakeCluster()
    cluster.apply(render(plan))
    workload = cluster.get(DEPLOYMENT)
    if defaulted and workload:
        found = next(each for each in cluster.objects if each["kind"] == "Deployment")
        found["spec"]["revisionHistoryLimit"] = 10
        pod = found["spec"]["template"]["spec"]
        pod["restartPolicy"] = "Always"
        pod["containers"][0]["resources"]["requests"]["cpu"] = "18.928"  # as 18928m
        pod["containers"][0]["terminationMessagePath"] = "/dev/termination-log"
    return cluster


def live(cluster: FakeCluster) -> Live:
    return {ref_of(each): each for each in cluster.objects}


def changes(
    wanted: Plan, cluster: FakeCluster, pools: tuple[LiveNodePool, ...] = (POOL,), **how: Any
) -> list[Change]:
    """What would change, without what stays."""
    found = compare(CHAT, wanted, live(cluster), pools, **how)
    return [each for each in found if each.action is not Action.NONE]


def paths(change: Change) -> list[str]:
    return [each.path for each in change.fields]


class TestNothing:
    def test_defaults_and_other_spellings_are_no_change(self) -> None:
        assert changes(CHAT, there()) == []

    @pytest.mark.parametrize(
        "said",
        [
            {"cost": {"usd_per_hour": 9.9, "price_date": "2027-01-01"}},
            {"memory": {"confidence": Confidence.EXTRAPOLATED}},
            {"notes": ("A note.",)},
            {"assumptions": ("eastus2",)},
        ],
    )
    def test_prices_and_explanations_change_nothing(self, said: dict[str, Any]) -> None:
        assert changes(chat(engine=_engine(), **said), there()) == []

    def test_by_a_dry_run_too(self) -> None:
        cluster = there()
        merged = {each.ref: each.object for each in cluster.apply(render(CHAT), dry_run=True)}

        assert changes(CHAT, cluster, merged=merged) == []


class TestObjects:
    def test_each_field_with_what_it_was_and_will_be(self) -> None:
        wanted = chat(engine={**_engine(), "image": "vllm/vllm-openai:v0.99"})

        (change,) = changes(wanted, there())

        assert (change.subject, change.action) == ("Deployment chat in ml", Action.UPDATE)
        image = "spec.template.spec.containers[model].image"
        assert FieldChange(
            path=image, before=CHAT.engine.image, after="vllm/vllm-openai:v0.99"
        ) in (change.fields)
        assert "plan.engine.image" in paths(change)

    def test_a_variable_by_its_name_and_with_its_dollars_as_typed(self) -> None:
        wanted = chat(engine={**_engine(), "env": {"PRICE": "$6", "OTHER": "1"}})

        (change,) = changes(wanted, there())

        path = "spec.template.spec.containers[model].env[PRICE].value"
        assert FieldChange(path=path, before="$5", after="$6") in change.fields

    def test_what_kaito_set_and_sets_no_more(self) -> None:
        wanted = chat(engine={**_engine(), "env": {"PRICE": "$5"}})

        (change,) = changes(wanted, there())

        path = "spec.template.spec.containers[model].env[OTHER]"
        assert path in paths(change)

    def test_by_a_dry_run_what_the_server_answers_counts(self) -> None:
        wanted, cluster = chat(engine={**_engine(), "image": "x:v1"}), there()
        merged = {each.ref: each.object for each in cluster.apply(render(wanted), dry_run=True)}

        (change,) = changes(wanted, cluster, merged=merged)

        assert paths(change)[0] == "spec.template.spec.containers[model].image"

    def test_what_is_missing_is_created(self) -> None:
        found = compare(None, CHAT, {}, ())

        assert {each.action for each in found} == {Action.CREATE}
        assert [each.subject for each in found][:2] == [
            "node pool kfalcoa1b2c3",
            "ServiceAccount chat in ml",
        ]

    def test_what_nothing_wants_any_more_is_deleted(self) -> None:
        two = chat(engine=_engine(), placement={"replicas": 2})

        (gone,) = (each for each in changes(CHAT, there(two)) if each.action is Action.DELETE)

        assert gone.subject == "PodDisruptionBudget chat in ml"

    def test_a_secret_is_never_taken_away(self) -> None:
        cluster = there()
        labels = cluster.objects[0]["metadata"]["labels"]
        metadata = {"name": "chat-api-key", "namespace": "ml", "labels": labels}
        cluster.objects.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})

        assert changes(CHAT, cluster) == []

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("Service", "a-users-copy"), ("Service", "coder"), ("ConfigMap", "chat")],
    )
    def test_a_copy_with_our_labels_is_never_taken_away(self, kind: str, name: str) -> None:
        cluster = there()
        labels = cluster.objects[0]["metadata"]["labels"]
        metadata = {"name": name, "namespace": "ml", "labels": labels}
        cluster.objects.append({"apiVersion": "v1", "kind": kind, "metadata": metadata})

        assert changes(CHAT, cluster) == []

    @pytest.mark.parametrize("labels", [{}, {"kaito-cli.dev/workspace": "coder"}])
    def test_what_has_not_the_workspaces_label_is_not_its_own(self, labels: dict[str, str]) -> None:
        cluster, applied = there(), FakeCluster()
        labelled = labels | {"app.kubernetes.io/managed-by": "kaito-cli"}
        theirs = {"name": "chat", "namespace": "ml", "labels": labelled}
        applied.apply([{"apiVersion": "policy/v1", "kind": PDB, "metadata": theirs}])
        cluster.objects.extend(applied.objects)

        assert changes(CHAT, cluster) == []

    def test_what_kaito_applied_beside_it_goes(self) -> None:
        cluster = there()
        labels = cluster.objects[0]["metadata"]["labels"]
        metadata = {"name": "chat-of-another-kaito", "namespace": "ml", "labels": labels}
        cluster.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}])

        (gone,) = changes(CHAT, cluster)

        assert gone.action is Action.DELETE

    def test_a_selector_cannot_be_changed(self) -> None:
        cluster = there()
        found = next(each for each in cluster.objects if each["kind"] == "Deployment")
        found["spec"]["selector"]["matchLabels"]["kaito-cli.dev/workspace"] = "other"

        (change,) = changes(CHAT, cluster)

        assert change.action is Action.RECREATE


class TestPool:
    @pytest.mark.parametrize(
        ("changed", "path"),
        [
            ({"vm_size": "Standard_ND96isr_H100_v5"}, "vm_size"),
            ({"spot": True}, "spot"),
            ({"zones": ("1",)}, "zones"),
            ({"os_disk_gib": 512}, "os_disk_gib"),
        ],
    )
    def test_what_a_pool_cannot_change_is_another_pool(
        self, changed: dict[str, Any], path: str
    ) -> None:
        pool = pool_of(CHAT, os_sku="Ubuntu2404", os_disk_type="Ephemeral", os_disk_gib=256)
        wanted = chat(engine=_engine(), node_pool={"name": "kother", **changed})

        found = compare(CHAT, wanted, live(there()), (pool,))

        assert found[0].action is Action.RECREATE
        assert paths(found[0]) == [path, "name"]

    def test_another_number_of_nodes_is_an_update(self) -> None:
        wanted = chat(engine=_engine(), node_pool={"count": 3})

        (pool, *_) = changes(wanted, there())

        assert (pool.action, pool.fields) == (
            Action.UPDATE,
            (FieldChange(path="count", before=1, after=3),),
        )

    def test_an_autoscaler_chooses_the_number_itself(self) -> None:
        scaled = chat(engine=_engine(), node_pool={"min_count": 1, "max_count": 4})
        pool = pool_of(CHAT, count=3, min_count=1, max_count=4)

        assert compare(scaled, scaled, {}, (pool,))[0].action is Action.NONE

    def test_pools_of_others_and_karpenters_are_not_ours_to_change(self) -> None:
        existing = chat(node_pool={"existing": True})
        karpenter = chat(request={"nodes": Nodes.KARPENTER})

        for each in (existing, karpenter):
            subjects = [change.subject for change in compare(None, each, {}, ())]
            assert not any("node pool" in subject for subject in subjects)


class TestDrift:
    def test_nothing_was_changed(self) -> None:
        assert drift(render(CHAT), live(there()), complete=True) == ()

    def test_a_value_somebody_else_took_over(self) -> None:
        cluster = there()
        cluster.edit(DEPLOYMENT, {"spec": {"replicas": 4}}, manager="kubectl-scale")

        assert drift(render(CHAT), live(cluster), complete=True) == (
            Drift(
                subject="Deployment chat",
                path="spec.replicas",
                manager="kubectl-scale",
                wanted=1,
                found=4,
            ),
        )

    def test_an_item_somebody_added(self) -> None:
        cluster = there()
        added = {"name": "DEBUG", "value": "1"}
        template = {"spec": {"containers": [{"name": "model", "env": [added]}]}}
        cluster.edit(DEPLOYMENT, {"spec": {"template": template}})

        (found,) = drift(render(CHAT), live(cluster), complete=True)

        assert found.path == "spec.template.spec.containers[model].env[DEBUG]"
        assert (found.manager, found.found) == ("kubectl-edit", added)

    def test_the_same_value_set_by_somebody_else_is_none(self) -> None:
        cluster = there()
        cluster.edit(DEPLOYMENT, {"spec": {"replicas": 1}})

        assert drift(render(CHAT), live(cluster), complete=True) == ()

    def test_a_field_that_was_taken_out(self) -> None:
        cluster = there()
        found = next(each for each in cluster.objects if each["kind"] == "Deployment")
        del found["spec"]["template"]["spec"]["enableServiceLinks"]

        (removed,) = drift(render(CHAT), live(cluster), complete=True)

        assert (removed.path, removed.manager, removed.wanted) == (
            "spec.template.spec.enableServiceLinks",
            "",
            False,
        )

    def test_one_that_another_kaito_may_never_have_set(self) -> None:
        cluster = there()
        found = next(each for each in cluster.objects if each["kind"] == "Deployment")
        del found["spec"]["template"]["spec"]["enableServiceLinks"]

        assert drift(render(CHAT), live(cluster), complete=False) == ()

    @pytest.mark.parametrize(
        ("manager", "change"),
        [
            ("kubectl-rollout", {"kubectl.kubernetes.io/restartedAt": "2026-11-23"}),
            ("kube-controller-manager", {"deployment.kubernetes.io/revision": "3"}),
        ],
    )
    def test_what_controllers_and_restarts_write_is_none(
        self, manager: str, change: dict[str, str]
    ) -> None:
        cluster = there()
        cluster.edit(DEPLOYMENT, {"metadata": {"annotations": change}}, manager=manager)

        assert drift(render(CHAT), live(cluster), complete=True) == ()


class TestAlike:
    @pytest.mark.parametrize(
        ("one", "other", "path", "same"),
        [
            ("1000m", "1", ("requests", "cpu"), True),
            ("1Gi", "1024Mi", ("limits", "memory"), True),
            ("1G", "1Gi", ("limits", "memory"), False),
            (1, "1", ("requests", "nvidia.com/gpu"), True),
            ("1000m", "1", ("value",), False),
            ({}, None, (), True),
            ([], None, (), True),
            (False, None, (), False),
            (0, None, (), False),
            ("a", "b", (), False),
            ({"cpu": "1"}, {"cpu": "1000m"}, ("requests",), True),
        ],
    )
    def test_values(self, one: Any, other: Any, path: tuple[str, ...], same: bool) -> None:
        assert alike(one, other, path) is same

    def test_items_of_a_list_are_told_apart_by_their_key(self) -> None:
        before = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
        after = {"env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]}

        assert list(differences(before, after)) == [
            FieldChange(path="env[B].value", before="2", after="3")
        ]

    def test_other_lists_are_one_value(self) -> None:
        (change,) = differences({"args": ["a", "$$x"]}, {"args": ["a", "$$y"]})

        assert (change.before, change.after) == (["a", "$x"], ["a", "$y"])


def _engine() -> dict[str, Any]:
    return {"args": CHAT.engine.args, "env": CHAT.engine.env}
