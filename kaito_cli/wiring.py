"""Connect the ports to the real world.

An adapter is imported when a command first needs it: `kaito plan` of a preset pays for none.
"""

from functools import cache

from kaito_cli.ports import Hub


@cache
def hub() -> Hub:
    """Hugging Face's hub, or the one that HF_ENDPOINT names; made once."""
    from kaito_cli.adapters.hub import HuggingFaceHub

    return HuggingFaceHub()
