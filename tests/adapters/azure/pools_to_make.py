"""Node pools as plans hold them, for tests that create some."""

from kaito_cli.model import GpuDriver, NodePool

T4 = "Standard_NC4as_T4_v3"
A100 = "Standard_NC24ads_A100_v4"
NETWORK = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/ml/providers/"
    "Microsoft.Network/virtualNetworks/prod/subnets"
)
PLAIN = NodePool(
    name="kx1",
    vm_size=A100,
    count=2,
    os_disk_type="Ephemeral",
    os_disk_gib=256,
    labels={"kaito-cli.dev/workspace": "x"},
    taints=("sku=gpu:NoSchedule",),
    tags={"kaito-cli-workspace": "default.x", "kaito-cli-cluster": "prod"},
)
SCALING = NodePool(
    name="kx2",
    vm_size=T4,
    count=1,
    min_count=0,
    max_count=3,
    os_disk_gib=512,
    gpu_driver=GpuDriver.DRIVER,
)
SPOT = NodePool(
    name="kx3",
    vm_size=T4,
    count=1,
    spot=True,
    spot_max_price_usd_per_hour=0.1234567,
    zones=("1", "2"),
    gpu_driver=GpuDriver.NONE,
    subnet_id=f"{NETWORK}/nodes",
    pod_subnet_id=f"{NETWORK}/pods",
)
CHEAPEST_SPOT = NodePool(name="kx4", vm_size=T4, count=0, spot=True)
