"""The two reads of Microsoft.Compute: SKUs of a region, in pages, and its usages."""

import re
from urllib.parse import urlencode

from kaito_cli.sandbox.arm.quota import usages
from kaito_cli.sandbox.arm.state import Call
from kaito_cli.sandbox.arm.wire import Answer, Body, nested

_LOCATION = re.compile(r"\s*location eq '([^']+)'\s*", re.IGNORECASE)
SKIP = "$skiptoken"


def list_skus(call: Call) -> Answer:
    """One page, with ``nextLink`` while there are more."""
    asked = call.request.query.get("$filter", "")
    location = _LOCATION.fullmatch(asked)
    if location is None:
        raise nested(400, "InvalidFilter", f"$filter has to be location eq '…': {asked!r}")
    found = call.state.skus(location[1].replace(" ", ""))
    start = int(call.request.query.get(SKIP, 0))
    end = start + call.state.page_size
    body: Body = {"value": found[start:end]}
    if end < len(found):
        body["nextLink"] = next_link(call, SKIP, end)
    return Answer(body=body)


def list_usages(call: Call) -> Answer:
    return Answer(body={"value": usages(call.state, call.at["location"])})


def next_link(call: Call, key: str, start: int) -> str:
    """The address of the page that begins with item number ``start``."""
    query = urlencode({**call.request.query, key: str(start)})
    return f"{call.request.base}{call.request.path}?{query}"
