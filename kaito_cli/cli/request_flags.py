"""The flags that only a request has, spelled once; those shared with others are in options."""

from typing import Annotated

import typer

from kaito_cli import model
from kaito_cli.cli.options import ENGINE, OBJECTS, WHAT, WHERE
from kaito_cli.model import DEFAULT_REGION

Texts = list[str] | None

Name = Annotated[
    str,
    typer.Option(help="Name of the workspace. Default: the model's.", rich_help_panel=WHAT),
]
Runtime = Annotated[
    model.Runtime | None,
    typer.Option(help="Engine. Default: vllm where it can.", rich_help_panel=WHAT),
]
Concurrency = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=1,
        max=10**6,
        help="Sequences of that length at once, for the whole workspace.",
        rich_help_panel=WHAT,
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(metavar="USD_PER_HOUR", help="Spend at most this an hour.", rich_help_panel=WHAT),
]
Namespace = Annotated[
    str,
    typer.Option(
        "-n",
        "--namespace",
        help="Kubernetes namespace. Default: the context's, else default.",
        envvar="KAITO_NAMESPACE",
        rich_help_panel=WHERE,
    ),
]
VmSize = Annotated[
    str,
    typer.Option(metavar="Standard_…", help="Use this VM size.", rich_help_panel=WHERE),
]
Region = Annotated[
    str,
    typer.Option(
        help=f"Azure region. Default: the cluster's, else {DEFAULT_REGION}.", rich_help_panel=WHERE
    ),
]
LivePrices = Annotated[
    bool,
    typer.Option(
        "--live-prices",
        help="Today's prices, from Azure's own list, not from kaito's table.",
        rich_help_panel=WHERE,
    ),
]
Nodes = Annotated[
    model.Nodes, typer.Option(help="Where the GPU nodes come from.", rich_help_panel=WHERE)
]
NodeClass = Annotated[
    model.NodeClass,
    typer.Option(help="Whose nodes Karpenter brings.", rich_help_panel=WHERE),
]
NodeClassRef = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Karpenter's node class to use, one that is there.",
        rich_help_panel=WHERE,
    ),
]
EksCluster = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Cluster that Karpenter's role and subnets on EC2 are named by.",
        rich_help_panel=WHERE,
    ),
]
NodePool = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Use this node pool; never delete it.", rich_help_panel=WHERE
    ),
]
NodeSelector = Annotated[
    Texts,
    typer.Option(metavar="K=V", help="Nodes with this label; repeatable.", rich_help_panel=WHERE),
]
Zone = Annotated[
    Texts,
    typer.Option(metavar="ZONE", help="Availability zone; repeatable.", rich_help_panel=WHERE),
]
Spot = Annotated[
    bool,
    typer.Option("--spot", help="Spot nodes: cheaper, may be taken.", rich_help_panel=WHERE),
]
SpotMaxPrice = Annotated[
    float | None,
    typer.Option(
        metavar="USD_PER_HOUR", help="Most to pay for one spot node.", rich_help_panel=WHERE
    ),
]
Autoscale = Annotated[
    str,
    typer.Option(
        metavar="MIN:MAX", help="Let the node pool grow and shrink.", rich_help_panel=WHERE
    ),
]
Fallback = Annotated[
    model.Fallback,
    typer.Option(
        help="What to try when Azure has no quota or capacity: other zones and sizes with the "
        "same GPU, any that fits, or nothing.",
        rich_help_panel=WHERE,
    ),
]
Replicas = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=1000, help="Copies of the whole engine.", rich_help_panel=ENGINE
    ),
]
DataParallel = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Engines side by side on one node.", rich_help_panel=ENGINE
    ),
]
EngineArg = Annotated[
    Texts,
    typer.Option(
        metavar="KEY=VALUE",
        help="Another argument of the engine; repeatable.",
        rich_help_panel=ENGINE,
    ),
]
NoApiKey = Annotated[
    bool,
    typer.Option("--no-api-key", help="Let everybody in who reaches it.", rich_help_panel=OBJECTS),
]
ApiKeySecret = Annotated[
    str,
    typer.Option(metavar="SECRET", help="Secret with your own key.", rich_help_panel=OBJECTS),
]
HfTokenSecret = Annotated[
    str,
    typer.Option(metavar="SECRET", help="Secret with the hub's token.", rich_help_panel=OBJECTS),
]
Image = Annotated[str, typer.Option(help="Container image of the engine.", rich_help_panel=OBJECTS)]
ImagePullSecret = Annotated[
    str,
    typer.Option(metavar="SECRET", help="Secret to pull the image with.", rich_help_panel=OBJECTS),
]
RegistryMirror = Annotated[
    str,
    typer.Option(metavar="HOST", help="Pull kaito's images from here.", rich_help_panel=OBJECTS),
]
SetLabel = Annotated[
    Texts,
    typer.Option(metavar="K=V", help="Label on every object; repeatable.", rich_help_panel=OBJECTS),
]
Env = Annotated[
    Texts,
    typer.Option(
        metavar="K=V",
        help="Environment variable, no secret; repeatable.",
        rich_help_panel=OBJECTS,
    ),
]
EnvFrom = Annotated[
    Texts,
    typer.Option(
        metavar="NAME=SECRET/KEY",
        help="Environment variable from a Secret; repeatable.",
        rich_help_panel=OBJECTS,
    ),
]
