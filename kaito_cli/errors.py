"""Every failure kaito can explain: a slug, an exit code, and the next thing to try."""


class KaitoError(Exception):
    """A failure we can explain.

    ``message`` is a sentence in the user's words, ``detail`` what another system said,
    word for word, and ``hint`` a command or flag to type.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    @property
    def told(self) -> str:
        """Message and detail in one line, as an event tells them."""
        return f"{self.message} {self.detail}".strip()


class BadInput(KaitoError):
    """Flags or a file make no sense."""

    code = "bad-input"
    exit_code = 2


class Unsupported(BadInput):
    """The engine cannot serve this model, however large the GPU."""

    code = "unsupported"


class NotFound(KaitoError):
    """No preset, model, VM size or GPU of that name."""

    code = "not-found"
    exit_code = 3


class DoesNotFit(KaitoError):
    """No placement holds the model within what was asked."""

    code = "does-not-fit"
    exit_code = 4


class UnknownLayout(DoesNotFit):
    """The memory of the model's attention layout cannot be counted, so nothing is promised."""

    code = "unknown-layout"


class Gated(KaitoError):
    """The model's licence has to be accepted, or the token is missing."""

    code = "gated"


class HubFailed(KaitoError):
    """The model hub refused or could not be reached."""

    code = "hub-failed"


class CloudFailed(KaitoError):
    """Azure refused or failed."""

    code = "cloud-failed"
    exit_code = 5


class NotSignedIn(CloudFailed):
    """No credential for Azure was found, or the one found is not accepted."""

    code = "not-signed-in"


class NotAllowed(CloudFailed):
    """Signed in, but not allowed: a role is missing, or a policy forbids it."""

    code = "not-allowed"


class Refused(CloudFailed):
    """Azure finds the request wrong; asking again will not help."""

    code = "refused"


class Conflict(CloudFailed):
    """Another operation is in progress, or somebody was faster: look again."""

    code = "conflict"


class Superseded(CloudFailed):
    """Another run, or somebody by hand, took over what this run was at."""

    code = "superseded"


class NoCapacity(CloudFailed):
    """Azure has no free machines of that size, there and now."""

    code = "no-capacity"


class Unreachable(CloudFailed):
    """Azure did not answer, or only with errors of its own."""

    code = "unreachable"


class Busy(CloudFailed):
    """Too many requests: come again after ``retry_after_seconds``."""

    code = "busy"

    def __init__(
        self, message: str, *, hint: str = "", detail: str = "", retry_after_seconds: float = 0
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.retry_after_seconds = retry_after_seconds


class OutOfQuota(DoesNotFit):
    """The subscription may not have that many vCPUs."""

    code = "quota"


class NotOffered(DoesNotFit):
    """The VM size is not offered to this subscription in that region or zone."""

    code = "not-offered"


class ClusterFailed(KaitoError):
    """The cluster refused or could not be reached, or the workload cannot become ready."""

    code = "cluster-failed"
    exit_code = 6


class FieldConflict(ClusterFailed):
    """Somebody else manages a field of an object that kaito wants to set."""

    code = "field-conflict"


class BadManifest(ClusterFailed):
    """The API server finds an object wrong; applying it again will not help."""

    code = "bad-manifest"


class NotPermitted(ClusterFailed):
    """The cluster does not let the caller do that: a role is missing."""

    code = "not-permitted"


class TimedOut(KaitoError):
    """kaito stopped waiting; the work goes on."""

    code = "timed-out"
    exit_code = 7
