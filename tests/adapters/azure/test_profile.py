import json
from pathlib import Path

import pytest

from kaito_cli.adapters.azure.profile import default_subscription
from kaito_cli.model import AzureCloud

ID = "00000000-0000-0000-0000-00000000000{}"
PUBLIC = {"id": ID.format(1), "isDefault": True, "environmentName": "AzureCloud"}
CHINA = {"id": ID.format(2), "isDefault": True, "environmentName": "AzureChinaCloud"}
OTHER = {"id": ID.format(3), "isDefault": False, "environmentName": "AzureCloud"}


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    return tmp_path / "azureProfile.json"


@pytest.mark.parametrize(
    ("cloud", "id"),
    [
        (AzureCloud.PUBLIC, ID.format(1)),
        (AzureCloud.CHINA, ID.format(2)),
        (AzureCloud.GOVERNMENT, ""),
    ],
)
def test_it_is_the_one_that_was_chosen_in_the_cloud(
    cloud: AzureCloud, id: str, profile: Path
) -> None:
    text = json.dumps({"subscriptions": [OTHER, CHINA, PUBLIC]})
    profile.write_text(text, encoding="utf-8-sig")  # the Azure CLI writes a byte order mark

    assert default_subscription(cloud) == id


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"subscriptions": [PUBLIC | {"id": "a/../b"}]}).encode(),
        b"[" * 100_000,
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"subscriptions": 3}',
        b'{"subscriptions": [3]}',
        b"\xff\xfe",
    ],
)
def test_a_broken_file_chooses_none(content: bytes, profile: Path) -> None:
    profile.write_bytes(content)

    assert default_subscription(AzureCloud.PUBLIC) == ""


def test_no_file_chooses_none(profile: Path) -> None:
    assert default_subscription(AzureCloud.PUBLIC) == ""


def test_without_a_folder_named_it_is_looked_for_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CONFIG_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "azureProfile.json").write_text(json.dumps({"subscriptions": [PUBLIC]}))

    assert default_subscription(AzureCloud.PUBLIC) == ID.format(1)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_none_is_chosen() -> None:
    assert default_subscription(AzureCloud.PUBLIC) == ""
