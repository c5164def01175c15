"""CustomResourceDefinitions: their resources appear, and go with them."""

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.resource import Resource, custom_resources
from kaito_cli.sandbox.kubernetes.store import Store

_CONDITIONS = (
    ("NamesAccepted", "NoConflicts", "no conflicts found"),
    ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
)


def establish(store: Store, resource: Resource, definition: Manifest) -> Manifest:
    """Serve what a definition declares, and say so in its status."""
    spec = definition["spec"]
    store.resources.drop(spec["group"], spec["names"]["plural"])
    for each in custom_resources(definition):
        store.resources.add(each)
    new: Manifest = copied(definition)
    names = {
        **spec["names"],
        "singular": spec["names"].get("singular", spec["names"]["kind"].lower()),
    }
    new["status"] = {
        "conditions": [
            {
                "type": kind,
                "status": "True",
                "reason": reason,
                "message": message,
                "lastTransitionTime": store.time,
            }
            for kind, reason, message in _CONDITIONS
        ],
        "acceptedNames": names,
        "storedVersions": [each["name"] for each in spec["versions"] if each.get("storage")],
    }
    return store.put(resource, new)


def forget(store: Store, definition: Manifest) -> list[tuple[Resource, Manifest]]:
    """Serve it no more; the objects that go with it."""
    spec = definition["spec"]
    resource = store.resources.of(spec["group"], spec["names"]["plural"])
    orphans = [(resource, each) for each in store.all(resource)]
    store.resources.drop(spec["group"], spec["names"]["plural"])
    return orphans
