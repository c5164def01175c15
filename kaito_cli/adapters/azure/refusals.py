"""What azure-identity says when it has no token, in our words and without any secret."""

import os
import re

from kaito_cli.errors import NotSignedIn, Unreachable
from kaito_cli.readiness.redaction import redacted

_LINES = 12
_CHARACTERS = 200
_FILES = ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
# where to read on, and numbers for Microsoft's support: not what went wrong
_ASIDE = re.compile(
    r"(To mitigate this issue|Visit https|Attempted credentials|Trace ID|Correlation ID|Timestamp"
    r"|Please visit|For more information).*"
)
_THREE_WAYS = (
    "Run `az login`; or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET (or "
    "AZURE_FEDERATED_TOKEN_FILE); or, in GitHub Actions, use azure/login or give the job "
    "`permissions: id-token: write`."
)
_SIGN_IN_ANEW = "Sign in anew: `az login`."
_NEW_SECRET = "Put a valid secret into AZURE_CLIENT_SECRET: `az ad app credential reset --id ID`."
_FEDERATE = (
    "Give the identity in AZURE_CLIENT_ID a federated credential whose issuer, subject and "
    "audience are those above: `az ad app federated-credential create`."
)
# learn.microsoft.com/entra/identity-platform/reference-error-codes, November 2026
_HINTS = {
    "AADSTS700024": "The assertion is too old. Set AZURE_CLIENT_ID and AZURE_TENANT_ID in a job "
    "with `permissions: id-token: write`: kaito then asks for a fresh one each time.",
    "AADSTS70021": _FEDERATE,  # and 700211 to 700213: issuer, audience, subject
    "AADSTS7000215": _NEW_SECRET,
    "AADSTS7000222": _NEW_SECRET,
    "AADSTS700016": "Check AZURE_CLIENT_ID: the tenant has no such application.",
    "AADSTS90002": "Check AZURE_TENANT_ID: there is no such tenant in this cloud.",
    "AADSTS50076": _SIGN_IN_ANEW,
    "AADSTS50078": _SIGN_IN_ANEW,
    "AADSTS50079": _SIGN_IN_ANEW,
    "AADSTS50173": _SIGN_IN_ANEW,
    "AADSTS70043": _SIGN_IN_ANEW,
    "AADSTS700082": _SIGN_IN_ANEW,
}


def not_signed_in(said: str) -> NotSignedIn:
    """No token: nobody is signed in, or Microsoft Entra refuses who is."""
    if "AADSTS" not in said:
        return NotSignedIn(
            "Nobody is signed in to Azure.", detail=_shortened(said), hint=_THREE_WAYS
        )
    known = (hint for code, hint in _HINTS.items() if code in said)
    return NotSignedIn(
        "Microsoft Entra does not accept the credential.",
        detail=_shortened(said),
        hint=next(known, _THREE_WAYS),
    )


def unusable(error: Exception) -> NotSignedIn:
    """A setting of the sign-in that comes to nothing, or a program that answers it oddly."""
    said = str(error) or type(error).__name__
    for name in _FILES:
        file = os.environ.get(name, "")
        if file and file in said:
            return NotSignedIn(
                f"The file that {name} names cannot be used to sign in.",
                detail=_shortened(said),
                hint=f"Check {name}, or `unset {name}` to sign in another way.",
            )
    return not_signed_in(
        said if isinstance(error, ValueError) else f"{type(error).__name__}: {said}"
    )


def unreachable(said: str) -> Unreachable:
    """Microsoft Entra did not answer."""
    return Unreachable(
        "Microsoft Entra, which signs in to Azure, could not be reached.",
        detail=_shortened(said),
        hint="Check the network and HTTPS_PROXY, then run the command again.",
    )


def _shortened(said: str) -> str:
    """The library's own lines, cut short, and without secrets."""
    lines = (_ASIDE.sub("", line).strip() for line in redacted(said).splitlines())
    return "\n".join(line[:_CHARACTERS] for line in [each for each in lines if each][:_LINES])
