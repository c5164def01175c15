"""Which model is meant, and where its facts are read: a preset, a folder or the hub."""

from dataclasses import dataclass

from kaito_cli.cli import options
from kaito_cli.model import Model
from kaito_cli.operations.resolve import resolve
from kaito_cli.ports import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """MODEL and the flags that say how it may be looked up."""

    model: options.ModelName
    preset_dir: options.PresetDir = None
    offline: options.Offline = False
    trust_remote_code: options.TrustRemoteCode = False

    def resolved(self, world: World) -> Model:
        """The model that is meant; the hub is asked only when it is no preset."""
        return resolve(
            self.model,
            lambda: world.hub,
            tuple(self.preset_dir or ()),
            trust_remote_code=self.trust_remote_code,
            offline=self.offline,
        )
