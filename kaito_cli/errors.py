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
