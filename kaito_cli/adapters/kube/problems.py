"""Whatever goes wrong between us and the API server comes out as ClusterFailed."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from kaito_cli.adapters.answers import Endless
from kaito_cli.adapters.kube.refusals import odd, refused
from kaito_cli.adapters.kube.told import Call, Rejected, harmless
from kaito_cli.errors import ClusterFailed

_CERTIFICATE = ("certificate", "unknown ca", "tlsv1 alert", "tlsv13 alert", "hostname mismatch")


class OddAnswer(Exception):
    """An answer that no Kubernetes API server gives."""


@contextmanager
def translated(call: Call) -> Iterator[None]:
    """Errors of a request come out as ClusterFailed, or a subclass of it."""
    from urllib3.exceptions import DecodeError, HTTPError

    try:
        yield
    except Rejected as error:
        raise refused(call, error) from (None if call.is_secret else error)
    except OddAnswer as error:
        raise odd(call, harmless(str(error))) from error
    except Endless as error:
        raise odd(call, f"The answer does not come to an end: {error}.") from error
    except DecodeError as error:
        raise odd(call, f"Its answer cannot be unpacked: {harmless(str(error))}") from error
    except (HTTPError, OSError) as error:
        raise _unreachable(call, error) from None  # its own words may hold more than ours


def _unreachable(call: Call, error: Exception) -> ClusterFailed:
    detail = harmless(str(error) or type(error).__name__)
    if is_of_the_certificate(error):
        return ClusterFailed(
            f"The certificate of `{call.server}` is not trusted, or it refuses ours.",
            detail=detail,
            hint="`az aks get-credentials -g GROUP -n CLUSTER --overwrite-existing` writes the "
            "kubeconfig with the cluster's present certificate.",
        )
    return ClusterFailed(
        f"The cluster at `{call.server}` cannot be reached.",
        detail=detail,
        hint="`az aks show -g GROUP -n CLUSTER --query powerState` tells whether it runs; a "
        "private cluster answers in its own network only.",
    )


def is_of_the_certificate(error: Exception) -> bool:
    """Whether one side does not trust the other: asking again will not help."""
    from urllib3.exceptions import SSLError

    text = str(error).lower()
    return isinstance(error, (SSLError, ssl.SSLError)) and any(
        each in text for each in _CERTIFICATE
    )
