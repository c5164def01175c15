"""Which target the options name: flag, then environment, then what `kaito use` saved."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kaito_cli.cli.target import TargetOptions
from kaito_cli.errors import BadInput
from kaito_cli.model import Auth, AzureCloud, Target, TargetKind
from tests.cli.conftest import Kaito

pytestmark = pytest.mark.usefixtures("bare")

Save = Callable[..., None]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write what `kaito use` would have saved."""

    def saved(**settings: str) -> None:
        file = tmp_path / "kaito" / "config.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump({"version": 1, **settings}))

    return saved


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    """A file whose current context has a namespace, and whose other one has none."""
    contexts = [
        {"name": "prod", "context": {"cluster": "prod", "namespace": "chat"}},
        {"name": "dev", "context": {"cluster": "dev"}},
    ]
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps({"current-context": "prod", "contexts": contexts}))
    return str(file)


def test_nothing_named_is_no_target() -> None:
    assert TargetOptions().target() == Target()


class TestKind:
    def test_none_is_no_target_whatever_is_remembered(
        self, save: Save, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save(target="aks", resource_group="ml", cluster="prod")
        monkeypatch.setenv("KAITO_CLUSTER", "prod")

        assert TargetOptions(target_kind=TargetKind.NONE).target().kind is None

    @pytest.mark.parametrize(
        "options",
        [
            TargetOptions(subscription="0-1"),
            TargetOptions(resource_group="ml"),
            TargetOptions(cluster="prod"),
        ],
    )
    def test_a_cluster_that_is_named_is_one_of_aks(self, options: TargetOptions) -> None:
        assert options.target().kind is TargetKind.AKS

    @pytest.mark.parametrize(
        "name", ["KAITO_SUBSCRIPTION", "KAITO_RESOURCE_GROUP", "KAITO_CLUSTER"]
    )
    def test_so_is_one_that_our_own_variables_name(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "x")

        assert TargetOptions().target().kind is TargetKind.AKS

    def test_a_subscription_that_others_need_chooses_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "0-1")

        assert TargetOptions().target().kind is None
        assert TargetOptions(cluster="prod").target().subscription == "0-1"

    def test_it_is_never_guessed_from_a_kubeconfig(
        self, kubeconfig: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KUBECONFIG", kubeconfig)

        assert TargetOptions().target() == Target()

    @pytest.mark.parametrize(
        "options",
        [TargetOptions(context="prod"), TargetOptions(kubeconfig="prod.yaml")],
    )
    def test_a_context_alone_does_not_say_whether_azure_is_meant(
        self, options: TargetOptions
    ) -> None:
        with pytest.raises(BadInput) as caught:
            options.target()

        assert "--target aks or --target kubeconfig" in caught.value.hint

    @pytest.mark.parametrize("flag", ["subscription", "resource_group", "cluster"])
    def test_a_kubeconfig_has_no_cluster_of_aks(self, flag: str, save: Save) -> None:
        save(target="kubeconfig")

        with pytest.raises(BadInput, match=f"`--{flag.replace('_', '-')}`") as caught:
            TargetOptions(**{flag: "x"}).target()  # type: ignore[arg-type]

        assert "--target aks" in caught.value.hint

    def test_what_is_only_in_the_environment_does_not_stand_in_its_way(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KAITO_CLUSTER", "prod")

        found = TargetOptions(target_kind=TargetKind.KUBECONFIG).target()

        assert found.kind is TargetKind.KUBECONFIG

    def test_the_sandbox_is_not_there_yet(self) -> None:
        with pytest.raises(BadInput, match="sandbox is not part of this kaito yet"):
            TargetOptions(target_kind=TargetKind.SANDBOX).target()


class TestPrecedence:
    NAMES = (
        ("KAITO_SUBSCRIPTION", "subscription"),
        ("KAITO_RESOURCE_GROUP", "resource_group"),
        ("KAITO_CLUSTER", "cluster"),
    )

    @pytest.mark.parametrize(("variable", "field"), NAMES)
    def test_flag_then_environment_then_file(
        self, variable: str, field: str, save: Save, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def found(options: TargetOptions) -> str:
            return str(getattr(options.target(), field))

        save(**{field: "saved"})
        assert found(TargetOptions()) == "saved"

        monkeypatch.setenv(variable, "environment")
        assert found(TargetOptions()) == "environment"

        assert found(TargetOptions(**{field: "flag"})) == "flag"  # type: ignore[arg-type]

    def test_our_subscription_goes_before_the_one_of_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "theirs")
        monkeypatch.setenv("KAITO_SUBSCRIPTION", "ours")

        assert TargetOptions().target().subscription == "ours"

    @pytest.mark.parametrize(
        ("named", "cloud"),
        [
            ("government", AzureCloud.GOVERNMENT),
            ("AzureUSGovernment", AzureCloud.GOVERNMENT),
            ("AZURE_US_GOVERNMENT", AzureCloud.GOVERNMENT),
            ("AzureChinaCloud", AzureCloud.CHINA),
            ("AZURE_CHINA_CLOUD", AzureCloud.CHINA),
            ("AzureCloud", AzureCloud.PUBLIC),
            ("AzurePublicCloud", AzureCloud.PUBLIC),
        ],
    )
    def test_a_cloud_may_be_called_as_other_tools_call_it(
        self, named: str, cloud: AzureCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_CLOUD", named)

        assert TargetOptions(cluster="prod").target().azure_cloud is cloud

    @pytest.mark.parametrize("name", ["AZURE_CLOUD", "KAITO_AUTH", "KAITO_TARGET"])
    def test_a_value_that_is_none_of_those_names_its_variable(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "nowhere")

        with pytest.raises(BadInput, match=f"`nowhere` in {name} is none of"):
            TargetOptions(cluster="prod").target()

    def test_the_rest_is_handed_on(self) -> None:
        options = TargetOptions(
            cluster="prod",
            auth=Auth.CLI,
            arm_endpoint="https://management.example.com",
            arm_audience="https://management.example.com",
        )

        found = options.target()

        assert found.auth is Auth.CLI
        assert found.arm_endpoint == found.arm_audience == "https://management.example.com"


class TestNamespace:
    def test_it_is_the_contexts(self, kubeconfig: str) -> None:
        found = TargetOptions(target_kind=TargetKind.KUBECONFIG, kubeconfig=kubeconfig)

        assert found.target().namespace == "chat"

    def test_one_that_was_saved_goes_before(self, kubeconfig: str, save: Save) -> None:
        save(namespace="research", kubeconfig=kubeconfig)

        assert TargetOptions(cluster="prod").target().namespace == "research"

    def test_a_context_without_one_says_nothing(self, kubeconfig: str) -> None:
        found = TargetOptions(cluster="prod", kubeconfig=kubeconfig, context="dev")

        assert found.target().namespace == ""

    @pytest.mark.parametrize(("typed", "namespace"), [([], "chat"), (["-n", "mine"], "mine")])
    def test_a_plan_is_made_in_it(
        self, typed: list[str], namespace: str, kubeconfig: str, kaito: Kaito
    ) -> None:
        where = ["--target", "kubeconfig", "--kubeconfig", kubeconfig]
        nodes = ["--nodes", "existing", "--vm-size", "Standard_NC24ads_A100_v4"]

        ran = kaito("plan", "falcon-7b", *where, *nodes, *typed, "-o", "json")

        assert ran.document["namespace"] == namespace
        assert ran.document["request"]["namespace"] == namespace

    def test_without_a_target_the_context_is_not_read(self, kaito: Kaito) -> None:
        ran = kaito("plan", "falcon-7b", "-o", "json", KUBECONFIG="/")

        assert ran.document["namespace"] == "default"
