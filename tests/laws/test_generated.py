"""Right or loud, on random programs: none may be wrong, none may crash, and most must be right.

Each chunk of seeds is one test, for xdist to share out. `python -m tests.laws.campaign --seeds A:B` tells all.
"""

from __future__ import annotations

import pytest

from .campaign import failures, run

PROGRAMS = 2000
CHUNK = 50
FLOOR = {"reverse": 0.7, "forward": 0.7}  # the share that must be right; raise it as the library grows


@pytest.mark.parametrize("start", range(0, PROGRAMS, CHUNK))
def test_right_or_loud(start: int) -> None:
    records = [r for r in run(range(start, start + CHUNK)) if not r.verdict.rejected]
    assert not (bad := failures(records, ("wrong", "crashed"))), f"\n{bad}"
    for mode, floor in FLOOR.items():
        right = sum(r.verdict.modes[mode].outcome == "right" for r in records)
        assert right >= floor * len(records), (
            f"{mode}: {right} of {len(records)} right\n{failures(records, ('refused',))}"
        )
