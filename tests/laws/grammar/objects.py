"""Objects whose methods and users write what they hold."""

from __future__ import annotations

from .core import Float, Int, Pen, Record, Unfit, Var, option, statement, vector

option("objects", "method_branch", 0.4)
option("objects", "dataclass", 1.0)
option("objects", "class", 1.0)
CLASSES = {"Box": "dataclass", "Store": "class"}


def dataclass_box(p: Pen) -> list[str]:
    """A dataclass whose method writes its array and perhaps returns it."""
    p.imports("from dataclasses import dataclass")
    p.imports("from typing import Any")
    added = p.choice(["v", "np.sin(v)", "v * self.scale"])
    factor = p.choice(["self.scale", "0.5", "math.cos(self.scale)"])
    return [
        "@dataclass",
        "class Box:",
        "    total: Any",
        "    scale: float = 1.0",
        "    count: int = 0",
        "",
        "    def add(self, v):",
        f"        self.total += {added}",
        f"        self.total[0] *= {factor}",
        "        self.count += 1",
        f"        return {p.choice(['self', 'self.total', 'self.total[-1]', 'None'])}",
        "",
        "    def energy(self):",
        f"        return {p.choice(['0.5', 'self.scale'])} * np.sum(self.total ** 2)",
    ]


def plain_store(p: Pen) -> list[str]:
    """A class with a constructor, a list of what it saw, and a state that changes."""
    place, added = (
        p.choice(["", "[:]", "[0]", "[-1]"]),
        p.choice(["np.sum(v)", "self.scale", "np.mean(v) * self.scale"]),
    )
    seen = p.choice(["sum(self.seen)", "(self.seen[-1] if self.seen else self.scale)"])
    branch = ["        if self.count > 1:", "            self.scale = self.scale * 0.5"]
    return [
        "class Store:",
        "    def __init__(self, total, scale=1.0):",
        f"        self.total = {p.choice(['total', 'total', 'total * 1.0', 'np.array(total)'])}",
        "        self.scale = scale",
        "        self.count = 0",
        "        self.seen = []",
        "",
        "    def add(self, v):",
        *(branch if p.wants("method_branch") else []),
        f"        self.total{place} += {added}",
        "        self.seen.append(np.sum(v))",
        "        self.count += 1",
        "",
        "    def energy(self):",
        f"        return {seen} + np.sum(np.sin(self.total)) * self.scale",
    ]


@statement("objects", "make_object", 3)
def make_object(p: Pen) -> None:
    """An object which holds a live array or a copy of one."""
    y = p.pick(vector, writable=True)
    name = p.choice([n for n, feature in CLASSES.items() if p.allows(feature)])
    if name not in p.shared.classes:
        p.shared.classes[name] = dataclass_box(p) if name == "Box" else plain_store(p)
    p.use(CLASSES[name])
    held = p.choice([y.text, y.text, f"{y}.copy()", f"np.zeros({y.kind.shape[0]})"])
    box = p.let(Record(name), f"{name}({held}, {p.choice([p.atom(), f'scale={p.scalar(1)}'])})")
    p.bind(y.kind, f"{box}.total", group=y.group if held == y.text else None)
    p.bind(Float(), f"{box}.scale")
    p.bind(Int(0, 99), f"{box}.count", rebindable=False)
    p.wrote(y)


def total_of(p: Pen, box: Var) -> Var:
    """The array which the object holds, as a place."""
    found = [v for v in p.scope if v.text == f"{box}.total"]
    if not found:
        raise Unfit
    return p.wrote(found[0])


@statement("objects", "method_mutates", 3, on=Record)
def method_mutates(p: Pen) -> None:
    box = p.wrote(p.pick(Record))
    p.line(f"{box}.add({p.array(total_of(p, box).kind.shape, 2)})")


@statement("objects", "method_value", 1.5, on=Record)
def method_value(p: Pen) -> None:
    p.let(Float(), p.tame(f"{p.pick(Record)}.energy()"))


@statement("objects", "attribute_update", 2, on=Record)
def attribute_update(p: Pen) -> None:
    box = p.wrote(p.pick(Record))
    total = total_of(p, box)
    shape, element = total.kind.shape, p.element(total)
    forms = [
        f"{box}.scale = {p.tame(p.scalar(2))}",
        f"{box}.scale *= {p.atom()}",
        f"{box}.count += 1",
        f"{box}.total += {p.array(shape, 1)}",
        f"{box}.total = {p.array(shape, 1)} * 1.0",
        f"{element} = {p.scalar(2)}",
        f"{element} *= {box}.scale",
    ]
    p.line_of(*forms)


@statement("objects", "object_alias", 0.8, on=Record)
def object_alias(p: Pen) -> None:
    box = p.pick(Record)
    total = total_of(p, box)
    other = p.let(box.kind, box.text, group=box.group)
    p.bind(total.kind, f"{other}.total", group=total.group)
    p.bind(Float(), f"{other}.scale")
