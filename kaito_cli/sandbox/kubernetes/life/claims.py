"""Volume claims: bound at once, or when the first pod that uses them has a node."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import Context, changed_spec

# AKS's classes (azure-aks-docs concepts-storage.md); azurefile binds at once, disks do not
CLASSES = (
    ("default", "disk.csi.azure.com", "WaitForFirstConsumer", True),
    ("managed-csi", "disk.csi.azure.com", "WaitForFirstConsumer", False),
    ("managed-csi-premium", "disk.csi.azure.com", "WaitForFirstConsumer", False),
    ("azurefile-csi", "file.csi.azure.com", "Immediate", False),
    ("azurefile-csi-premium", "file.csi.azure.com", "Immediate", False),
)
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_PROVISION_SECONDS = 3.0


def add_classes(context: Context) -> None:
    """The storage classes an AKS cluster has."""
    for name, provisioner, mode, default in CLASSES:
        annotations = {_DEFAULT: "true"} if default else {}
        manifest = {
            "metadata": {"name": name, "annotations": annotations},
            "provisioner": provisioner,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": mode,
            "allowVolumeExpansion": True,
        }
        context.create("storage.k8s.io", "storageclasses", manifest)


def claim_names(pod: Manifest) -> list[str]:
    """The claims a pod mounts."""
    volumes = pod["spec"].get("volumes", ())
    return [
        each["persistentVolumeClaim"]["claimName"]
        for each in volumes
        if each.get("persistentVolumeClaim")
    ]


def reconcile_claim(context: Context, claim: Manifest) -> None:
    """Bind it when its class says so."""
    meta, spec = claim["metadata"], claim["spec"]
    if claim["status"].get("phase") == "Bound" or meta.get("deletionTimestamp"):
        return
    if spec.get("storageClassName") is None:
        claim = _with_default_class(context, claim)
        spec = claim["spec"]
    name = spec.get("storageClassName") or ""
    kind = context.get("storage.k8s.io", "storageclasses", "", name)
    if kind is None:
        message = f'storageclass.storage.k8s.io "{name}" not found'
        context.event(
            claim, "ProvisioningFailed", message, warning=True, source="persistentvolume-controller"
        )
        return
    if kind["volumeBindingMode"] == "WaitForFirstConsumer" and not _used(context, claim):
        message = "waiting for first consumer to be created before binding"
        context.event(claim, "WaitForFirstConsumer", message, source="persistentvolume-controller")
        return
    age = context.since(meta["creationTimestamp"])
    if age < _PROVISION_SECONDS:
        context.later(_PROVISION_SECONDS - age, claim)
    else:
        _bind(context, claim, kind)


def _with_default_class(context: Context, claim: Manifest) -> Manifest:
    for each in context.store.kind("storage.k8s.io", "storageclasses"):
        if (each["metadata"].get("annotations") or {}).get(_DEFAULT) == "true":
            name = each["metadata"]["name"]
            return context.put(claim, spec=changed_spec(claim, storageClassName=name))
    return claim


def _used(context: Context, claim: Manifest) -> bool:
    meta = claim["metadata"]
    return any(
        pod["spec"].get("nodeName") and meta["name"] in claim_names(pod)
        for pod in context.store.kind("", "pods", meta["namespace"])
    )


def _bind(context: Context, claim: Manifest, kind: Manifest) -> None:
    meta, spec = claim["metadata"], claim["spec"]
    volume = f"pvc-{meta['uid']}"
    capacity = {"storage": spec["resources"]["requests"]["storage"]}
    if not context.get("", "persistentvolumes", "", volume):
        context.create("", "persistentvolumes", _volume(claim, kind, volume, capacity))
    claim = context.put(claim, spec=changed_spec(claim, volumeName=volume))
    bound = {"phase": "Bound", "accessModes": spec["accessModes"], "capacity": capacity}
    context.set_status(claim, bound)
    message = f"Successfully provisioned volume {volume}"
    context.event(claim, "ProvisioningSucceeded", message, source=kind["provisioner"])


def _volume(claim: Manifest, kind: Manifest, name: str, capacity: Manifest) -> Manifest:
    meta, spec = claim["metadata"], claim["spec"]
    return {
        "metadata": {"name": name},
        "spec": {
            "capacity": capacity,
            "accessModes": spec["accessModes"],
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": meta["namespace"],
                "name": meta["name"],
                "uid": meta["uid"],
            },
            "persistentVolumeReclaimPolicy": kind["reclaimPolicy"],
            "storageClassName": kind["metadata"]["name"],
            "csi": {"driver": kind["provisioner"], "volumeHandle": name},
        },
    }


def release_volume(context: Context, claim: Manifest) -> None:
    """A deleted claim takes its volume along, as reclaim policy Delete says."""
    resource = context.resource("", "persistentvolumes")
    volume = context.store.get(resource, "", claim["spec"].get("volumeName", ""))
    if volume:
        context.store.drop(resource, volume)
