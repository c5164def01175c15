"""The corpus of failures: complete, consistent, with sources."""

import re

import pytest

from kaito_cli.catalog.failures import failures
from kaito_cli.model import Failure, Rank

ALL = failures()
TOLD = [each for each in ALL if each.rank in (Rank.ROOT, Rank.GENERAL, Rank.CONSEQUENCE)]
CAUSES = {each.cause for each in ALL}
# What users were promised: a code never changes its name
PROMISED = """admission-denied allocation-failed checkpoint-missing cuda-oom-graphs cuda-oom-load
cuda-oom-profile dataset-key-error device-plugin-missing dns-failure driver-library-mismatch
driver-too-old dtype-unsupported-bf16 evicted-disk evicted-spot fp8-unsupported gated-model-401
getpwuid gpu-memory-taken healthy host-oom-killed hub-rate-limited hub-tls-untrusted
hub-token-invalid hub-unreachable image-auth image-not-found image-pull-timeout image-rate-limit
insufficient-gpu invalid-argument-value kernel-shared-memory-limit kv-cache-too-small lb-pending
leader-dead lora-missing lora-rank-too-high lora-unsupported missing-configmap
missing-configmap-key missing-secret missing-secret-key model-not-found-404 model-path-missing
multi-node-rendezvous nan-loss nccl-failure nccl-no-p2p no-gpu-visible no-space-left
node-maintenance node-not-ready node-selector-mismatch node-volume-limit operation-in-progress
permission-denied-cache policy-denied port-in-use probe-killed-during-load probe-wrong-path
pvc-multi-attach pvc-unbound quantization-gpu-unsupported quantization-mismatch quota-namespace
quota-needs-requests quota-spot quota-vcpu-family quota-vcpu-regional ray-missing rbac-forbidden
read-only-filesystem shm-too-small sku-not-available sku-restricted subnet-full
taint-not-tolerated token-expired tokenizer-or-chat-template torch-compile-failure
tp-not-divisible training-oom trust-remote-code-needed unknown unknown-architecture
unknown-argument volume-zone-conflict webhook-timeout weights-corrupt zonal-allocation-failed"""


def test_every_promised_code_is_there() -> None:
    assert set(PROMISED.split()) <= CAUSES


def test_every_cause_has_a_message_of_somebody_and_its_source() -> None:
    assert {each.cause for each in ALL if each.samples} == CAUSES
    assert all(sample.source for each in ALL for sample in each.samples)


@pytest.mark.parametrize("failure", TOLD, ids=lambda each: each.cause)
def test_a_cause_is_a_sentence_with_something_to_do(failure: Failure) -> None:
    assert failure.says.endswith(".")
    assert len(failure.fix) > 20
    assert all(re.compile(each) for each in (*failure.match, *failure.unless, *failure.near))


def test_causes_that_others_stand_above_are_known() -> None:
    assert {one for each in ALL for one in (*each.over, *each.settles)} <= CAUSES


def test_a_figure_that_a_fix_names_is_one_that_a_pattern_takes() -> None:
    for each in ALL:
        taken = {name for one in each.match for name in re.findall(r"\?P<(\w+?)\d*>", one)}
        assert set(re.findall(r"\{(\w+)\}", each.fix)) <= taken, each.cause


def test_no_message_holds_a_token() -> None:
    text = " ".join(sample.text for each in ALL for sample in each.samples)

    assert not re.search(r"hf_[A-Za-z0-9]{20,}|eyJ[\w-]{20,}|Bearer \S{20,}", text)
