"""Values that share a name, and whether they are alive together."""

from __future__ import annotations

from transforms.ir import Var

Range = tuple[int, int]


class Group:
    """Values that share a name: their live ranges, and the names that they would like."""

    def __init__(self, var: Var) -> None:
        self.ranges: list[Range] = []
        self.wishes: list[str] = [var.name] if var.name.isidentifier() and var.name.strip("_") else []
        self.parent: Group | None = None
        self.name = ""

    def find(self) -> Group:
        group = self
        while group.parent is not None:
            group = group.parent
        return group


def overlap(a: Group, b: Group) -> bool:
    """Whether two groups are alive together.  A range (d, u) is bound at d and last read at u."""
    for start, end in a.ranges:
        for other_start, other_end in b.ranges:
            if start < other_end and other_start < end or start == other_start:
                return True
    return False
