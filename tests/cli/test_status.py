"""`kaito status`, `wait` and `doctor NAME`: one workspace, as people and programs see it."""

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kaito_cli import __version__
from kaito_cli.cli import watch
from kaito_cli.cli.failures import Interrupted
from kaito_cli.cli.options import Screen
from kaito_cli.errors import ClusterFailed, KaitoError, NotFound
from kaito_cli.model import LiveNodePool, Phase, Ref, Status
from kaito_cli.operations.status import Survey
from kaito_cli.ports import Manifest
from tests.cli.conftest import Kaito
from tests.fakes import FakeClock, FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM, aks, node
from tests.workspaces import (
    applied,
    chat,
    gpu_node,
    pool_of,
    ready,
    running,
    waiting,
)

Golden = Callable[[str, str], None]
WHERE = ("--target", "aks", "-n", "ml")
CHAT = chat()
CODER = chat("coder", node_pool={"name": "kcoder1b2c3d"})
DEPLOYMENT = Ref(kind="Deployment", name="chat", api_version="apps/v1", namespace="ml")
MISSING = 'Back-off pulling image "vllm/vllm-openai:v9": not found'
DOWNLOAD = "model-00001-of-00002.safetensors:  45%|####  | 4.5G/9.9G [00:10<00:12, 210MB/s]"


def world(*objects: Manifest, pools: tuple[LiveNodePool, ...] = ()) -> FakeWorld:
    cluster = replace(aks(), node_resource_group="mc_ml_prod")
    return FakeWorld(
        fake_cloud=FakeCloud(SYSTEM, *pools, cluster=cluster),
        fake_cluster=FakeCluster(node("system"), *objects),
    )


def well() -> FakeWorld:
    """`chat` answers; somebody changed its deadline."""
    where = world(*ready(CHAT), pools=(pool_of(CHAT),))
    assert isinstance(where.fake_cluster, FakeCluster)
    edit = {"spec": {"progressDeadlineSeconds": 60}}
    where.fake_cluster.edit(DEPLOYMENT, edit, manager="kubectl-edit")
    return where


def broken() -> FakeWorld:
    """The image of `coder` is not there."""
    objects = [*applied(CODER), waiting(CODER, "ImagePullBackOff", MISSING)]
    return world(*objects, gpu_node("kcoder1b2c3d"), pools=(pool_of(CODER),))


def loading() -> FakeWorld:
    """`chat` downloads its weights."""
    objects = [*applied(CHAT), running(CHAT, ready=False), gpu_node("kfalcoa1b2c3")]
    where = world(*objects, pools=(pool_of(CHAT),))
    assert isinstance(where.fake_cluster, FakeCluster)
    where.fake_cluster.write("chat-7d9f-0", DOWNLOAD, container="model")
    return where


class TestViews:
    @pytest.mark.parametrize("columns", ["120", "60"])
    @pytest.mark.parametrize(
        ("name", "make", "file"),
        [
            ("chat", well, "status"),
            ("coder", broken, "status-failed"),
            ("chat", loading, "status-loading"),
        ],
    )
    def test_one_workspace(
        self,
        kaito: Kaito,
        golden: Golden,
        name: str,
        make: Callable[[], FakeWorld],
        file: str,
        columns: str,
    ) -> None:
        ran = kaito("status", name, *WHERE, world=make(), COLUMNS=columns)

        assert ran.code == 0
        golden(ran.stdout.replace(__version__, "0.0.0"), f"cli/{file}-{columns}.txt")

    def test_a_list_in_a_pipe_is_as_wide_as_it_takes(self, kaito: Kaito, golden: Golden) -> None:
        objects = [*ready(CHAT), *applied(CODER), waiting(CODER, "ImagePullBackOff", MISSING)]
        where = world(*objects, pools=(pool_of(CHAT), pool_of(CODER)))

        golden(kaito("list", *WHERE, world=where, COLUMNS="0").stdout, "cli/list.txt")

    def test_doctor_of_one(self, kaito: Kaito, golden: Golden) -> None:
        golden(
            kaito("doctor", "coder", *WHERE, world=broken(), COLUMNS="100").stdout,
            "cli/doctor-coder.txt",
        )


class TestDocuments:
    def test_a_status_is_one_document(self, kaito: Kaito) -> None:
        found = kaito("status", "chat", *WHERE, "-o", "json", world=well()).document

        assert (found["kind"], found["name"], found["phase"]) == ("Status", "chat", "ready")
        assert found["pools"][0]["pool"] == "kfalcoa1b2c3"
        assert found["pods"][0]["node"] == "gpu-0"
        assert found["endpoint"]["url"] == "http://chat.ml.svc/v1"
        assert found["drift"][0]["manager"] == "kubectl-edit"
        assert found["plan_readable"] is True

    def test_progress_has_fraction_and_rate(self, kaito: Kaito) -> None:
        found = kaito("status", "chat", *WHERE, "-o", "json", world=loading()).document

        assert found["stage"] == "downloading"
        assert found["pods"][0]["progress"]["fraction"] == 0.45
        assert found["pods"][0]["progress"]["bytes_per_second"] == 210e6

    def test_a_diagnosis(self, kaito: Kaito) -> None:
        found = kaito("doctor", "coder", *WHERE, "-o", "json", world=broken()).document

        assert (found["kind"], found["cause"]) == ("Diagnosis", "image-not-found")
        assert found["evidence"]
        assert found["fix"]

    @pytest.mark.parametrize(("make", "name"), [(well, "chat"), (loading, "chat")])
    def test_what_is_well_or_on_its_way_is_healthy(
        self, kaito: Kaito, make: Callable[[], FakeWorld], name: str
    ) -> None:
        ran = kaito("doctor", name, *WHERE, "-o", "json", "--exit-code", world=make())

        assert (ran.code, ran.document["cause"]) == (0, "healthy")

    def test_what_was_waited_for(self, kaito: Kaito) -> None:
        ran = kaito("wait", "chat", *WHERE, "-o", "json", world=well())

        assert ran.document["items"][-1]["message"] == "1 of 1 replicas ready"
        assert ran.stderr == ""


def test_doctor_names_what_is_missing_with_what_brings_it_back(kaito: Kaito) -> None:
    plan = chat(placement={"replicas": 2, "nodes": 2})
    objects = [*applied(plan, ready=2), running(plan), running(plan, 1, "gpu-1")]
    kept = [each for each in objects if each["kind"] != "PodDisruptionBudget"]

    ran = kaito("doctor", "chat", *WHERE, world=world(*kept, pools=(pool_of(plan),)))

    assert "PodDisruptionBudget chat is not there." in ran.stderr
    assert "kaito scale chat --replicas 2 -n ml" in ran.stderr


def test_a_wait_lasts_as_long_as_its_plan_expects(kaito: Kaito) -> None:
    plan = chat(timing={"weights_seconds": 3000, "load_seconds": 3000})
    starting = [*applied(plan), waiting(plan, "ContainerCreating")]
    where = replace(world(*starting, pools=(pool_of(plan),)), clock=_Hours())

    assert kaito("wait", "chat", *WHERE, world=where).code == 7
    assert where.clock.seconds() >= plan.timing.deadline_seconds


class TestExitCodes:
    @pytest.mark.parametrize(
        ("line", "make", "code"),
        [
            ("status coder", broken, 0),
            ("status other", broken, 3),
            ("doctor coder", broken, 0),
            ("doctor coder --exit-code", broken, 1),
            ("doctor other", broken, 3),
            ("wait chat", well, 0),
            ("wait other", well, 3),
            ("wait coder", broken, 6),
            ("wait chat --timeout 5", loading, 7),
            ("wait chat --for complete", well, 6),
            ("wait chat --for deleted --timeout 5", well, 7),
            ("wait other --for deleted", well, 0),
            ("doctor chat --log -", well, 2),
            ("status chat --watch -o json", well, 2),
        ],
    )
    def test_of_each(
        self, kaito: Kaito, line: str, make: Callable[[], FakeWorld], code: int
    ) -> None:
        assert kaito(*line.split(), *WHERE, world=make()).code == code

    def test_what_never_will_be_is_told_with_its_fix(self, kaito: Kaito) -> None:
        error = kaito("wait", "coder", *WHERE, "-o", "json", world=broken()).error

        assert error["code"] == "cluster-failed"
        assert "image-not-found" in error["message"]
        assert MISSING in error["detail"]
        assert "--image" in error["hint"]


class TestDoctorLog:
    def test_a_saved_log_needs_no_cluster(
        self, kaito: Kaito, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = b"ValueError: No available memory for the cache blocks.\n"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

        ran = kaito("doctor", "--log", "-", "-o", "json", "--exit-code")

        assert ran.code == 1
        assert ran.document["kind"] == "Diagnosis"

    def test_a_healthy_one_is_no_finding(self, kaito: Kaito, tmp_path: Any) -> None:
        log = tmp_path / "pod.log"
        log.write_text("INFO:     Application startup complete.\n")

        assert kaito("doctor", "--log", str(log), "--exit-code").code == 0


class TestOnAnyCluster:
    """A kubeconfig has no Azure part; asking for one would fail these tests."""

    def test_list_status_wait_and_doctor(self, kaito: Kaito) -> None:
        where = FakeWorld(fake_cluster=FakeCluster(*ready(CHAT)))
        for line in ("list", "status", "status chat", "wait chat", "doctor", "doctor chat"):
            ran = kaito(*line.split(), "--target", "kubeconfig", "-n", "ml", world=where)
            assert ran.code == 0, (line, ran.stderr)

        found = kaito("status", "chat", "--target", "kubeconfig", "-n", "ml", world=where).stdout
        assert "1/1 nodes ready, Standard_NC24ads" in found
        assert "node pool" not in found


class TestWatch:
    """Looks are given; each sleep is the time to the next one."""

    @pytest.mark.parametrize("phases", [["progressing", "progressing", "ready"]])
    def test_a_line_a_change_where_nothing_can_be_redrawn(
        self, capsys: pytest.CaptureFixture[str], phases: list[str]
    ) -> None:
        with pytest.raises(Interrupted):
            watch.follow(_looks(*map(_seen, phases)), Screen(), _Clock(len(phases)))

        assert capsys.readouterr().out.splitlines() == [
            "ml/chat: progressing, 0/1 ready: so it is",
            "ml/chat: ready, 0/1 ready: so it is",
        ]

    def test_a_look_that_fails_is_passed_over(self, capsys: pytest.CaptureFixture[str]) -> None:
        looks = _looks(_seen("progressing"), ClusterFailed("Gone for a moment."), _seen("ready"))

        with pytest.raises(Interrupted):
            watch.follow(looks, Screen(), _Clock(3))

        assert len(capsys.readouterr().out.splitlines()) == 2

    def test_it_ends_when_what_was_named_is_gone(self, capsys: pytest.CaptureFixture[str]) -> None:
        watch.follow(_looks(_seen("deleting"), NotFound("No more.")), Screen(), _Clock(9))

        assert capsys.readouterr().out.splitlines()[-1] == "No more."

    def test_one_of_several_that_goes_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(Interrupted):
            watch.follow(_looks(_seen("ready"), Survey()), Screen(), _Clock(2))

        assert capsys.readouterr().out.splitlines()[-1] == "ml/chat: gone"

    def test_a_terminal_is_redrawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = _Terminal()
        for name in ("CI", "NO_COLOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stdout", screen)

        with pytest.raises(Interrupted):
            watch.follow(_looks(_seen("progressing"), _seen("ready")), Screen(), _Clock(2))

        assert "progressing: so it is" in screen.getvalue()
        assert "\x1b[1A" in screen.getvalue()  # up again, over what was there
        assert "ready: so it is" in screen.getvalue()

    def test_ctrl_c_exits_130(self, kaito: Kaito) -> None:
        where = well()
        where.clock = _Clock(1)

        ran = kaito("status", "chat", *WHERE, "--watch", world=where)

        assert ran.code == 130
        assert "ml/chat: ready, 1/1 ready" in ran.stdout


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Hours(FakeClock):
    """Nobody looks for long stretches of time."""

    def sleep(self, seconds: float) -> None:
        super().sleep(max(seconds, 600))


class _Clock(FakeClock):
    """Somebody presses Ctrl-C at the ``last`` sleep."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self._left = last

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


def _seen(phase: str) -> Survey:
    status = Status(
        name="chat", namespace="ml", phase=Phase(phase), message="so it is", replicas_wanted=1
    )
    return Survey(statuses=(status,))


def _looks(*found: Survey | KaitoError) -> Callable[[], Survey]:
    left = iter(found)

    def look() -> Survey:
        now = next(left)
        if isinstance(now, KaitoError):
            raise now
        return now

    return look
