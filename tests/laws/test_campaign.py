"""The campaign goes on, whatever a program does to its process."""

from __future__ import annotations

import os
import signal
import time

import pytest

from . import campaign
from .judge import Finding, Verdict


def behave(seed: int, **_: object) -> campaign.Record:
    """A judge that fares badly with some seeds."""
    if seed == 3:
        os._exit(7)
    if seed == 5:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        time.sleep(60)
    if seed == 6:
        raise KeyError("lost")
    return campaign.Record(seed, frozenset(), Verdict({"reverse": Finding("right")}))


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_crash_or_an_endless_program_is_told_with_its_seed(jobs, monkeypatch, capsys) -> None:
    monkeypatch.setattr(campaign, "run_one", behave)
    monkeypatch.setattr(campaign, "LONGEST_WAIT", 1.0)
    monkeypatch.setattr(campaign, "LONGEST_LIFE", 4)
    records = {record.seed: record for record in campaign.told(campaign.run(range(10), jobs=jobs))}
    assert sorted(records) == list(range(10))
    assert {seed for seed, record in records.items() if record.verdict.outcome == "crashed"} == {3, 5, 6}
    said = capsys.readouterr().out
    assert "seed 3: reverse crashed: ['the process ended (exit code 7)']" in said
    assert "seed 5: reverse crashed: ['no answer in 1 s" in said
    assert "seed 6: reverse crashed: [\"in the judge: KeyError: 'lost'\"]" in said
