"""Choose a placement and fill in everything that follows from it. Pure."""

from kaito_cli.planner.estimate import estimate
from kaito_cli.planner.plan import fits_one_node, make_plan
from kaito_cli.planner.why_not import why_not

__all__ = ["estimate", "fits_one_node", "make_plan", "why_not"]
