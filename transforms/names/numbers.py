"""The names `t`, `t_1`, `t_2`, ... of values that have none of the user's."""

from __future__ import annotations

import heapq
import keyword

from transforms.names import groups
from transforms.names.groups import Group


class Uses:
    """The groups that have one name; `until` is the end of the last of their ranges, `latest` the last start."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.until = self.latest = -1

    def add(self, group: Group) -> None:
        self.groups.append(group)
        self.until = max(self.until, *(end for _, end in group.ranges))
        self.latest = max(self.latest, *(start for start, _ in group.ranges))

    def free(self, group: Group, start: int) -> bool:
        """Whether the name can be given to a group, too, which begins at `start`, when all these have begun."""
        if self.latest > start:
            return not any(groups.overlap(group, other) for other in self.groups)
        return self.latest < start and self.until <= start

    def busy_until(self, start: int) -> int:
        """The end of what has begun by `start`: until then the name is not free for what begins later."""
        if self.latest <= start:
            return self.until
        return max((end for g in self.groups for begun, end in g.ranges if begun <= start), default=-1)


class Numbers:
    """The names `t`, `t_1`, `t_2`, ...: the first that is free, for groups in the order of their beginnings.

    Names that are surely taken wait in `busy` for the end of what took them, so that each is looked at seldom.
    """

    def __init__(self, base: str, uses: dict[str, Uses], reserved: set[str]) -> None:
        self.base = base
        self.uses = uses
        self.reserved = reserved
        self.count = 0
        self.open: list[int] = []
        self.busy: list[tuple[int, int]] = []

    def take(self, group: Group) -> str:
        start = min(r[0] for r in group.ranges)
        while self.busy and self.busy[0][0] <= start:
            heapq.heappush(self.open, heapq.heappop(self.busy)[1])
        tried = []
        while True:
            number = heapq.heappop(self.open) if self.open else self.next()
            name = self.name(number)
            tried.append(number)
            uses = self.uses.setdefault(name, Uses())
            if uses.free(group, start):
                break
        uses.add(group)
        for number in tried:
            end = self.uses[self.name(number)].busy_until(start)
            if end > start:
                heapq.heappush(self.busy, (end, number))
            else:
                heapq.heappush(self.open, number)
        return name

    def next(self) -> int:
        """The first number that has not been looked at yet and makes a name that can be used at all."""
        while True:
            number, self.count = self.count, self.count + 1
            name = self.name(number)
            if name not in self.reserved and not keyword.iskeyword(name):
                return number

    def name(self, number: int) -> str:
        return f"{self.base}_{number}" if number else self.base
