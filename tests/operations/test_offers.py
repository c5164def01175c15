"""When Azure is asked about a plan, and when it has no part in it."""

import pytest

from kaito_cli.errors import BadInput
from kaito_cli.model import NodeClass, Nodes, Request, Target, TargetKind
from kaito_cli.operations.offers import planned_for
from tests.fakes import CLUSTER, FakeCloud, FakeWorld

EC2 = Request(model="falcon-7b", nodes=Nodes.KARPENTER, node_class=NodeClass.EC2)


def test_the_cluster_of_an_aks_target_is_planned_for() -> None:
    world = FakeWorld(target=Target(kind=TargetKind.AKS), fake_cloud=FakeCloud())

    assert planned_for(Request(model="falcon-7b"), world) == CLUSTER


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (Request(model="falcon-7b"), None),
        (EC2, TargetKind.AKS),
        (Request(model="falcon-7b", nodes=Nodes.EXISTING), TargetKind.KUBECONFIG),
        (Request(model="falcon-7b", nodes=Nodes.KARPENTER), TargetKind.KUBECONFIG),
    ],
)
def test_where_azure_has_no_part_it_is_not_asked(
    request_: Request, kind: TargetKind | None
) -> None:
    assert planned_for(request_, FakeWorld(target=Target(kind=kind))) is None


def test_new_nodes_behind_a_kubeconfig_are_refused_with_the_ways_out() -> None:
    with pytest.raises(BadInput) as caught:
        planned_for(
            Request(model="falcon-7b"), FakeWorld(target=Target(kind=TargetKind.KUBECONFIG))
        )

    assert all(each in caught.value.hint for each in ("aks", "existing", "karpenter"))
