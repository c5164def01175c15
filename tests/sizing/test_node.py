"""What a pod may ask of an AKS node, and which disk the node gets."""

import pytest

from kaito_cli.model import Pod, VmSize
from kaito_cli.sizing.node import (
    disk_needed_gib,
    os_disk,
    pod_resources,
    reserved_mib,
    reserved_millicores,
)
from tests.builders import change

GIB = 1024**3
A100 = VmSize(
    name="Standard_NC24ads_A100_v4",
    device="A100 80GB",
    gpus=1,
    vcpus=24,
    ram_gib=220,
    ephemeral_os_disk_gib=256,
    plannable=True,
)
T4 = change(A100, name="Standard_NC4as_T4_v3", vcpus=4, ram_gib=28, ephemeral_os_disk_gib=176)
EIGHT_H100 = change(
    A100,
    name="Standard_ND96isr_H100_v5",
    gpus=8,
    vcpus=96,
    ram_gib=1900,
    ephemeral_os_disk_gib=None,
)
SIZES = (A100, T4, EIGHT_H100)


@pytest.mark.parametrize(
    ("vcpus", "millicores"),
    [(1, 60), (2, 100), (4, 140), (6, 160), (8, 180), (24, 340), (64, 740), (96, 1060)],
)
def test_reserved_cpu_is_aks_table_with_straight_lines_between(vcpus: int, millicores: int) -> None:
    assert reserved_millicores(vcpus) == millicores


@pytest.mark.parametrize(
    ("ram_gib", "max_pods", "mib"),
    [
        (220, 110, 2146 + 100),  # 20 MB x 110 + 50 MB
        (220, 250, 4817 + 100),
        (4, 250, 1024 + 100),  # a quarter is less
    ],
)
def test_reserved_memory_follows_the_pods_up_to_a_quarter(
    ram_gib: float, max_pods: int, mib: int
) -> None:
    assert reserved_mib(ram_gib, max_pods) == mib


def test_a_whole_node_is_asked_for_by_a_pod_with_all_its_gpus() -> None:
    assert pod_resources(A100, 1, 14_434_379_520, 256) == Pod(
        gpus=1,
        cpu_millicores=18928,  # 0.8 x (24000 - 340)
        memory_mib=189578,  # 0.85 x (225280 - 2246)
        ephemeral_storage_gib=35,  # 13.44 GiB x 1.1 + 20
        shared_memory_gib=2,
    )


def test_a_pod_takes_its_gpus_share_of_the_node() -> None:
    whole, half = (pod_resources(EIGHT_H100, gpus, 0, 1024) for gpus in (8, 4))

    assert half.cpu_millicores == whole.cpu_millicores // 2
    assert half.memory_mib == whole.memory_mib // 2
    assert (half.shared_memory_gib, whole.shared_memory_gib) == (8, 16)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_the_pods_of_a_node_fit_beside_what_aks_keeps_even_for_250_pods(size: VmSize) -> None:
    pods = [pod_resources(size, 1, 0, 512) for _ in range(size.gpus or 0)]

    assert sum(pod.cpu_millicores for pod in pods) <= (
        size.vcpus * 1000 - reserved_millicores(size.vcpus)
    )
    assert sum(pod.memory_mib for pod in pods) <= (
        (size.ram_gib or 0) * 1024 - reserved_mib(size.ram_gib or 0, max_pods=250)
    )


def test_no_more_disk_is_asked_for_than_the_kubelet_gives_out() -> None:
    assert pod_resources(A100, 1, 200 * GIB, 256).ephemeral_storage_gib == 230


def test_shared_memory_is_at_most_half_of_the_memory() -> None:
    small = change(T4, ram_gib=5)

    pod = pod_resources(small, 1, 0, 128)
    assert 0 < pod.shared_memory_gib * 1024 <= pod.memory_mib / 2


def test_what_is_not_known_of_a_node_is_not_asked_for() -> None:
    unknown = change(A100, ram_gib=None, gpus=None)

    pod = pod_resources(unknown, 2, GIB, 0)
    assert (pod.memory_mib, pod.ephemeral_storage_gib, pod.shared_memory_gib) == (0, 0, 0)
    assert pod.cpu_millicores == 18928


@pytest.mark.parametrize(
    ("size", "weights_gib", "disk"),
    [
        (A100, 13.4, ("Ephemeral", 256)),
        (A100, 120, ("Ephemeral", 256)),
        (A100, 140, ("Managed", 512)),
        (EIGHT_H100, 140, ("Managed", 512)),
        (EIGHT_H100, 640, ("Managed", 1024)),
        (EIGHT_H100, 1400, ("Managed", 2048)),
        (EIGHT_H100, 1700, None),
        (change(A100, ephemeral_os_disk_gib=28_610), 1580, ("Ephemeral", 2040)),
    ],
)
def test_the_disk_is_ephemeral_where_it_holds_everything(
    size: VmSize, weights_gib: float, disk: tuple[str, int] | None
) -> None:
    assert os_disk(size, int(weights_gib * GIB), image_gib=20) == disk


def test_a_disk_holds_the_weights_of_each_pod_on_it() -> None:
    one, two = (disk_needed_gib(100 * GIB, 20, pods) for pods in (1, 2))

    assert one == 223  # (30 + 2 x 20 + 130) / 0.9
    assert two == 367
    assert os_disk(A100, 100 * GIB, 20, pods=2) == ("Managed", 512)
