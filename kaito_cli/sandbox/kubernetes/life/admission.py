"""What the server refuses because of what else is, or is not, in the cluster."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import Context
from kaito_cli.sandbox.kubernetes.problem import forbidden
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.store import Admission


def service_accounts(context: Context) -> Admission:
    """The ServiceAccount plugin: a new pod's account has to be there. `default` always is."""

    def admit(resource: Resource, manifest: Manifest) -> None:
        if resource.kind != "Pod":
            return
        namespace, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        account = manifest["spec"].get("serviceAccountName", "default")
        known = account == "default" or context.get("", "serviceaccounts", namespace, account)
        if not known and context.get("", "pods", namespace, name) is None:
            why = f'serviceaccount "{account}" not found'
            where = f"error looking up service account {namespace}/{account}"
            raise forbidden(resource, name, f"{where}: {why}")

    return admit
