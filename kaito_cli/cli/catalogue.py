"""Choose among the catalogue's models, and find the cheapest plan of one."""

from collections.abc import Iterable
from difflib import get_close_matches

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware, vm_size
from kaito_cli.cli.views_models import ModelCard
from kaito_cli.errors import BadInput, DoesNotFit, NotFound
from kaito_cli.model import Model, Request
from kaito_cli.planner import fits_one_node, make_plan
from kaito_cli.sizing.tuning import tuning_memory


def chosen(models: Iterable[Model], family: str, fits: str) -> list[Model]:
    """Models of ``family`` that one VM of the size ``fits`` serves; empty: any."""
    found = sorted(models, key=lambda each: each.name)
    if family:
        found = _of_family(found, family)
    if fits:
        size = vm_size(fits).name
        found = [each for each in found if fits_one_node(each, size, hardware(), engines())]
    return found


def _of_family(models: list[Model], family: str) -> list[Model]:
    found = [each for each in models if each.family.lower() == family.strip().lower()]
    if not found:
        families = sorted({each.family for each in models})
        near = get_close_matches(family.lower(), families, n=1)
        raise NotFound(
            f"There is no family named `{family}`.",
            hint=f"Try `--family {near[0]}`." if near else f"There are {', '.join(families)}.",
        )
    return found


def cheapest(model: Model) -> ModelCard:
    """The model with its cheapest plan for the default context and concurrency, or why none."""
    request = Request(model=model.name)
    tuning = tuple(tuning_memory(model, method) for method in model.tuning.methods)
    try:
        plan = make_plan(request, model, hardware(), engines())
    except (DoesNotFit, BadInput) as error:
        return ModelCard(model=model, cheapest=None, unfit=error.message, tuning=tuning)
    return ModelCard(model=model, cheapest=plan, tuning=tuning)


def tally(models: Iterable[Model]) -> str:
    """How many there are, and how many of them rest on facts from memory."""
    verified = [each.verified for each in models]
    return f"{len(verified)} models: {sum(verified)} verified, {verified.count(False)} unverified"
