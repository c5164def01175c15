"""Whatever is typed: an exit code that is documented, and never a traceback."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from hypothesis import given, settings
from hypothesis import strategies as st

from kaito_cli.cli import run
from kaito_cli.errors import NotFound
from kaito_cli.ports import Hub
from tests.fakes import FakeWorld

FLAGS = [
    "--name",
    "--vm-size",
    "--nodes",
    "--node-pool",
    "--node-selector",
    "--region",
    "--context-length",
    "--concurrency",
    "--max-cost",
    "--replicas",
    "--quantization",
    "--dtype",
    "--kv-cache-dtype",
    "--gpu-memory-utilization",
    "--max-num-seqs",
    "--engine-version",
    "--engine-arg",
    "--api-key-secret",
    "--image",
    "--spot-max-price",
    "--zone",
    "--autoscale",
    "--set-label",
    "--env",
    "--env-from",
    "-n",
    "-o",
    "--why-not",
]
ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "-1", "0", "nan", "1e999", "{{ x }}", "a=b", "=", "a=b/c", "\x00", "\ud800"]
    ),
    st.from_regex(r"[a-z0-9=:/._-]{1,20}", fullmatch=True),
)


def nothing_there() -> Hub:
    raise NotFound("There is no hub in this test.")


def told(arguments: list[str]) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments, lambda target: FakeWorld(target=target, make_hub=nothing_there))
    return code, err.getvalue()


@settings(max_examples=40, deadline=None)
@given(flag=st.sampled_from(FLAGS), value=ODD)
def test_no_value_of_any_flag_is_a_traceback(flag: str, value: str) -> None:
    code, err = told(["plan", "falcon-7b", f"{flag}={value}" if flag[1] == "-" else flag, value])

    assert code in (0, 2, 3, 4), err
    assert "Traceback" not in err


@settings(max_examples=20, deadline=None)
@given(name=ODD)
def test_no_name_of_a_model_is_a_traceback(name: str) -> None:
    code, err = told(["plan", "--", name])

    assert code in (0, 2, 3, 4), err
    assert "Traceback" not in err
