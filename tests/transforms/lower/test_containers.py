"""Containers that are followed, known when deriving or there at run time, and those that are refused."""

import math
from collections import OrderedDict, defaultdict, deque
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.transforms.lower.checks import MODES, agrees, refused


def grow(x):
    xs = []
    for i in range(len(x)):
        xs.append(x[i] ** 2 * (i + 1))
    return xs


def growrows(x):
    xs = []
    for i in range(len(x)):
        xs.append(np.sin(x) * x[i])
    return xs


def program_array(x):
    return np.sum(np.array(grow(x)) ** 2)


def program_asarray(x):
    return np.prod(np.asarray(grow(x)) + 3)


def program_sumlist(x):
    return sum(grow(x)) ** 2


def program_npsum(x):
    return np.sum(grow(x)) ** 2


def program_npmax(x):
    return np.max(grow(x)) ** 2


def program_npmin(x):
    return np.min(grow(x)) ** 2


def program_npmean(x):
    return np.mean(grow(x)) ** 2


def program_npprod(x):
    return np.prod(grow(x)) ** 2


def program_npvar(x):
    return np.var(grow(x)) + np.std(grow(x))


def program_npdot(x):
    return np.dot(grow(x), x)


def program_npdot_again(x):
    return np.dot(grow(x), grow(x))


def program_npcumsum(x):
    return np.sum(np.cumsum(grow(x)) ** 2)


def program_npsin(x):
    return np.sum(np.sin(grow(x)))


def program_add_arr(x):
    return np.sum((x + grow(x)) ** 2)


def program_npstack(x):
    return np.sum(np.stack(growrows(x)) ** 2)


def program_npstack_one(x):
    return np.sum(np.stack(growrows(x), axis=1)[0] ** 2)


def program_npstackm_one(x):
    return np.sum(np.stack(growrows(x), axis=-1)[0] ** 2)


def program_vstack(x):
    return np.sum(np.vstack(growrows(x))[2] ** 2)


def program_hstack(x):
    return np.sum(np.hstack(growrows(x))[3:9] ** 2)


def program_concat(x):
    return np.sum(np.concatenate(growrows(x))[3:9] ** 2)


def program_colstack(x):
    return np.sum(np.column_stack(growrows(x))[3] ** 2)


def program_sumrows(x):
    return np.sum(sum(growrows(x)) ** 2)


def program_npsumrows(x):
    return np.sum(np.sum(growrows(x), axis=0) ** 2)


def program_npmeanrows(x):
    return np.sum(np.mean(growrows(x), axis=1) ** 2)


def program_arrrows(x):
    return np.sum(np.array(growrows(x))[:, 1] ** 2)


def program_nparr_pairs(x):
    xs = []
    for i in range(3):
        xs.append((x[i], x[i + 1] ** 2))
    a = np.array(xs)
    return np.sum(a[:, 0] * a[:, 1])


def program_nparr_lists(x):
    xs = []
    for i in range(len(x)):
        xs.append([x[i], x[i] ** 2])
    a = np.array(xs)
    return np.sum(a[:, 0] * a[:, 1])


def program_concat_rows_again(x):
    xs = []
    for i in range(len(x)):
        xs.append(np.outer(x, x) * x[i])
    return np.sum(np.concatenate(xs)[3:9] ** 2) + np.sum(np.concatenate(xs, axis=1)[2] ** 3)


def program_vstack_again(x):
    xs = []
    for i in range(len(x)):
        xs.append(np.outer(x, x) * x[i])
    return np.sum(np.vstack(xs)[3:9] ** 2) + np.sum(np.hstack(xs)[2] ** 3)


def program_median(x):
    return np.median(grow(x)) ** 2


def program_sorted(x):
    return np.sum(np.sort(grow(x)) * np.arange(5.0))


def program_pysorted(x):
    s = sorted(grow(x))
    return s[0] * s[1] + s[-1]


def program_norm(x):
    return np.linalg.norm(grow(x))


def program_slice(x):
    xs = grow(x)
    return sum(xs[1:]) * sum(xs[:-1])


def program_slice_again(x):
    xs = grow(x)
    return np.sum(np.array(xs[::2]) ** 2) + len(xs[1:3])


def program_slice_comp(x):
    xs = grow(x)
    return sum([a * b for a, b in zip(xs[1:], xs[:-1])])


def program_join(x):
    xs, ys = (grow(x), grow(x[1:]))
    zs = xs + ys
    return sum((z * z for z in zs)) * zs[2]


def program_join_known(x):
    zs = grow(x) + [x[0], x[1] ** 3]
    return sum((z * z for z in zs)) * zs[-1]


def program_join_known_again(x):
    zs = [x[0], x[1] ** 3] + grow(x)
    return np.sum(np.array(zs) ** 2) * zs[0]


def program_join_rows(x):
    zs = growrows(x) + growrows(x * 2)
    return np.sum(np.stack(zs) ** 2)


def program_iadd(x):
    xs = grow(x)
    xs += grow(x * 2)
    return sum((z * z for z in xs))


def program_mul(x):
    xs = [x[0] ** 2] * len(x)
    for i in range(len(x)):
        xs[i] = xs[i] * x[i]
    return sum(xs)


def program_mul_zero(x):
    xs = [0.0] * len(x)
    for i in range(len(x)):
        xs[i] = x[i] ** 2
    return sum(xs)


def program_mulrow(x):
    xs = [np.sin(x)] * len(x)
    t = 0.0
    for i in range(len(x)):
        t += np.sum(xs[i] * x[i])
    return t


def program_mulrow_w(x):
    xs = [np.sin(x)] * len(x)
    for i in range(len(x)):
        xs[i][i] = x[i] ** 2
    return np.sum(xs[0] * xs[1])


def program_mullist(x):
    xs = grow(x) * 2
    return sum((z * z for z in xs)) * xs[7]


def program_intmul(x):
    xs = 2 * grow(x)
    return sum((z * z for z in xs)) * xs[7]


def program_path(x):
    path = [x[0]]
    for i in range(1, len(x)):
        path = path + [path[-1] * x[i]]
    return sum(path)


def program_pathrow(x):
    path = [x]
    for i in range(4):
        path = path + [np.sin(path[-1]) * x]
    return np.sum(path[-1]) + np.sum(path[2])


def program_path_while(x):
    path = []
    i = 0
    while i < len(x):
        path = path + [x[i] ** 2]
        i += 1
    return sum(path)


def program_path_n(x):
    path = []
    for i in range(len(x)):
        path = path + [x[i] ** 2]
    return path[0] * path[-1]


def program_path_slice(x):
    buf = [0.0, 0.0, 0.0]
    for i in range(len(x)):
        buf = buf[1:] + [x[i] * (1 + buf[0])]
    return buf[0] * buf[1] + buf[2]


def program_slice_assign(x):
    xs = grow(x)
    xs[1:3] = [x[0], x[1], x[2]]
    return sum((a * i for i, a in enumerate(xs)))


def program_slice_assign_known(x):
    xs = [x[0], x[1], x[2] ** 2, x[3]]
    xs[1:3] = [x[0] * x[1]]
    return sum((a * a for a in xs)) * len(xs)


def program_slice_assign_loop(x):
    xs = [x[0], x[1], x[2] ** 2, x[3]]
    for i in range(3):
        xs[i : i + 1] = [xs[i] * x[i]]
    return sum((a * a for a in xs))


def program_slice_del(x):
    xs = grow(x)
    del xs[1:3]
    return sum((a * i for i, a in enumerate(xs)))


def program_del(x):
    xs = grow(x)
    del xs[1]
    del xs[-1]
    return sum((a * (i + 1) for i, a in enumerate(xs)))


def program_lol(x):
    m = []
    for i in range(len(x)):
        row = []
        for j in range(len(x)):
            row.append(x[i] * x[j])
        m.append(row)
    return sum((m[i][i] * m[0][i] for i in range(len(x))))


def program_lol_comp(x):
    m = [[x[i] * x[j] for j in range(len(x))] for i in range(len(x))]
    m[1][2] = x[0]
    return sum((m[i][j] * (i + j) for i in range(len(x)) for j in range(len(x))))


def program_lol_np(x):
    m = [[x[i] * x[j] for j in range(len(x))] for i in range(len(x))]
    return np.sum(np.array(m)[1:] ** 2)


def program_lol_known(x):
    m = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            m[i][j] = x[i] * x[j] ** 2
    return m[0][1] + m[2][0] * m[1][1]


def program_tuples(x):
    xs = []
    for i in range(len(x)):
        xs.append((x[i], np.sin(x) * x[i]))
    t = 0.0
    for a, b in xs:
        t += a * np.sum(b)
    return t


def program_tuples_idx(x):
    xs = []
    for i in range(len(x)):
        xs.append((x[i], np.sin(x) * x[i]))
    return xs[-1][0] * np.sum(xs[2][1])


def program_dicts_in_list(x):
    xs = []
    for i in range(len(x)):
        xs.append({"a": x[i], "b": x[i] ** 2})
    return sum((d["a"] * d["b"] for d in xs))


def program_popneg(x):
    xs = grow(x)
    a = xs.pop(-2)
    b = xs.pop(0)
    return a * b + sum(xs)


def program_insneg(x):
    xs = grow(x)
    xs.insert(-1, x[0] ** 3)
    xs.insert(0, x[1])
    return sum((a * (i + 1) for i, a in enumerate(xs)))


def program_in(x):
    names = ["a", "b"]
    return x[0] if "a" in names else x[1]


def program_in_dyn(x):
    seen = []
    t = 0.0
    for i in range(len(x)):
        k = i % 3
        if k not in seen:
            seen.append(k)
            t += x[i] ** 2
    return t


def program_index(x):
    ks = [3, 1, 2]
    return x[ks.index(1)] ** 2 * ks.count(3)


def program_index_dyn(x):
    ks = []
    for i in range(len(x)):
        ks.append(i * 2 % 5)
    return x[ks.index(4)] ** 2


def program_index_tup(x):
    return x[(5, 6, 7).index(6)] ** 2


def program_reverse(x):
    xs = grow(x)
    xs.reverse()
    return sum((a * i for i, a in enumerate(xs)))


def program_reversed(x):
    xs = grow(x)
    return sum((a * i for i, a in enumerate(reversed(xs))))


def program_rev_slice(x):
    xs = grow(x)
    return sum((a * i for i, a in enumerate(xs[::-1])))


def program_minmax(x):
    xs = grow(x)
    return max(xs) * min(xs)


def program_unpackstar(x):
    a, *rest = grow(x)
    return a * sum(rest)


def program_starcall(x):

    def f(*a):
        return sum(a[1:]) * a[0]

    return f(*[v**2 for v in x[:3]])


def program_extend(x):
    xs = []
    for i in range(len(x)):
        xs.extend([x[i], x[i] ** 2])
    return sum((a * i for i, a in enumerate(xs)))


def program_extend_arr(x):
    xs = []
    for i in range(3):
        xs.extend(x * i)
    return sum((a * a * i for i, a in enumerate(xs)))


def program_list_of_arr(x):
    xs = list(x)
    xs.append(x[0] * x[1])
    return sum((a * a for a in xs)) * xs[-1]


def program_copy_list(x):
    xs = grow(x)
    ys = xs.copy()
    ys[0] = x[1]
    zs = list(xs)
    zs.append(x[0])
    return sum(xs) * sum(ys) + sum(zs)


def program_views(x):
    y = np.outer(x, x)
    xs = [row for row in y]
    y[1] = xs[2]
    return np.sum(xs[1] * xs[0])


def program_views_arg(x):
    y = x.reshape(5, 1)
    xs = [row for row in y]
    y[1] = xs[2]
    return np.sum(xs[1] * xs[0])


def program_list_arr_inplace(x):
    xs = growrows(x)
    for v in xs:
        v *= 2.0
        v[0] = x[0]
    return np.sum(np.stack(xs) ** 2)


def program_list_arr_item_inplace(x):
    xs = growrows(x)
    for i in range(len(x)):
        xs[i] *= x[i]
        xs[i] += x
    return np.sum(np.stack(xs) ** 2)


def program_stack_machine(x):
    st = []
    for v in x:
        st.append(v)
        if len(st) > 2:
            a = st.pop()
            b = st.pop()
            st.append(a * b)
    return sum(st)


def program_queue(x):
    q = [x[0]]
    t = 0.0
    n = 0
    while q and n < 6:
        v = q.pop(0)
        t += v**2
        if n < 3:
            q.append(v * x[1])
            q.append(v + x[2])
        n += 1
    return t


class Pair(NamedTuple):
    a: float
    b: Any = None

    def area(self):
        return self.a * np.sum(self.b)

    @classmethod
    def of(cls, x):
        return cls(x[0], x)

    @property
    def twice(self):
        return self.a * 2


def program_star_arr(x):
    *xs, v = x
    a, *ys, b = x
    return v * sum(xs) + a * sum(ys) * b


def program_fsum(x):
    return math.fsum((u * u for u in x)) ** 2


def program_mathprod(x):
    return math.prod([u * u for u in x])


def program_sorted_zero(x):
    return sorted([u * u for u in x])[1] ** 2


def program_sortedrev(x):
    s = sorted((u**3 for u in x), reverse=True)
    return s[0] * s[-1]


class Prop:
    def __init__(self, v):
        self._v = v

    @property
    def v(self):
        return self._v * 2

    @v.setter
    def v(self, new):
        self._v = new**2


def program_dict_loop(x):
    d = {}
    for k in range(3):
        d[k] = x[k] ** 2
    t = 0.0
    for k in range(3):
        t += d[k] * k
    return t + sum(d.values())


def program_dict_loop_str(x):
    d = {}
    for k, name in enumerate(["a", "b", "c"]):
        d[name] = x[k]
    for name in d:
        d[name] *= 2
    return d["a"] * d["b"] + sum((v * v for v in d.values()))


def program_dict_comp(x):
    d = {k: x[k] ** 2 for k in range(4)}
    e = {f"v{k}": v * x[0] for k, v in d.items()}
    return d[1] * e["v2"]


def program_dict_comp_n(x):
    d = {k: x[k] ** 2 for k in range(len(x))}
    return d[1] * d[2]


def program_defaultdict(x):
    d = defaultdict(float)
    for k in range(4):
        d[k % 2] += x[k] ** 2
    return d[0] * d[1]


def program_defaultdict_list(x):
    d = defaultdict(list)
    for k in range(4):
        d[k % 2].append(x[k])
    return d[0][0] * d[1][1] + len(d[0])


def program_ordered(x):
    d = OrderedDict()
    d["a"] = x[0]
    d["b"] = x[1] ** 2
    d.move_to_end("a")
    return sum((v * (i + 1) for i, v in enumerate(d.values())))


def program_deque(x):
    q = deque()
    for v in x:
        q.append(v * v)
    q.appendleft(x[0])
    a = q.popleft()
    b = q.pop()
    return a * b + sum(q)


def program_deque_win(x):
    q = deque(maxlen=3)
    t = 0.0
    for v in x:
        q.append(v)
        t += sum(q) ** 2
    return t


def program_deque_known(x):
    q = deque([x[0], x[1] ** 2, x[2]])
    q.rotate(1)
    q.extend([x[3]])
    return q[0] * q[-1] + len(q)


def program_set(x):
    s = {1, 2, 2}
    s.add(3)
    s.discard(1)
    t = 0.0
    for k in sorted(s):
        t += x[k] ** 2
    return t * len(s) * (2 in s)


def program_set_ops(x):
    a = {0, 1, 2}
    b = {2, 3}
    return sum((x[k] for k in sorted(a | b))) * sum((x[k] for k in sorted(a & b))) * len(a - b)


def program_groupsum(x):
    groups = {"p": [], "n": []}
    for v in x:
        groups["p" if v > 0 else "n"].append(v)
    return sum(groups["p"]) * sum(groups["n"])


def program_dict_mut_loop(x):
    d = {"a": x[0], "b": x[1]}
    for v in x:
        d["a"] = d["a"] * 0.5 + v
        d["b"] += d["a"]
    return d["a"] * d["b"]


def program_dict_get(x):
    d = {"a": x[0]}
    return d.get("a", 0.0) * d.get("z", x[1]) + d.setdefault("q", x[2]) * d.pop("q")


def program_dict_merge(x):
    d = {**{"a": x[0]}, "b": x[1]} | {"c": x[2]}
    del d["b"]
    d.update(a=d["a"] ** 2)
    return sum(d.values()) * len(d)


def program_tuple_key(x):
    d = {(i, j): x[i] * x[j] for i in range(2) for j in range(2)}
    return d[0, 1] + d[1, 1]


def program_dict_cond_in(x):
    d = {}
    if x[0] > 0:
        d["a"] = x[1]
    return x[2] ** 2 if "a" in d else x[3]


def program_dict_cond_in_again(x):
    d = {}
    if x[0] < 0:
        d["a"] = x[1]
    return x[2] ** 2 if "a" in d else x[3]


def program_dict_cond_len(x):
    d = {"b": x[0]}
    if x[0] < 0:
        d["a"] = x[1]
    return len(d) * x[2]


def program_dict_cond_sum(x):
    d = {"b": x[0]}
    if x[0] < 0:
        d["a"] = x[1]
    return sum(d.values())


def program_dict_loop_in(x):
    d = {}
    for v in x:
        if v > 1:
            d["big"] = v
    return d["big"] if "big" in d else x[0]


def program_dict_loop_in_again(x):
    d = {}
    for v in x:
        if v > 10:
            d["big"] = v
    return d.get("big", x[0] ** 2)


def program_dict_eq(x):
    d = {"a": 1}
    return x[0] if d == {"a": 1} else x[1]


def program_dict_eq_again(x):
    return x[0] if {"a": x[0]} == {"a": x[0]} else x[1]


def program_set_eq(x):
    return x[0] if {1, 2} == {2, 1} else x[1]


def program_set_sub(x):
    return x[0] if {1} < {2, 1} else x[1]


def program_list_tuple_eq(x):
    return x[0] if [1, 2] == (1, 2) else x[1]


def program_list_eq_act(x):
    return x[0] if [x[0], 1] == [x[0], 1] else x[1]


def program_alias_dyn(x):
    xs = []
    ys = xs
    for v in x:
        xs.append(v * v)
    ys.append(x[0])
    xs[0] = x[1]
    return sum(ys) * ys[0]


def program_alias_cond(x):
    xs = [v * v for v in x]
    ys = [v * 3 for v in x]
    zs = xs if x[0] > 0 else ys
    zs.append(x[1] ** 3)
    zs[0] = x[2] ** 2
    return sum(xs) * sum(ys)


def program_alias_inner(x):
    m = []
    row = []
    for v in x:
        row.append(v)
        m.append(row)
    row[0] = x[1] ** 2
    return sum(m[0]) * m[2][0] + len(m[1])


def program_inner_const_then_active(x):
    m = [[0.0] * len(x) for _ in range(len(x))]
    for i in range(len(x)):
        m[i][i] = x[i] ** 2
        m[0][i] += x[i]
    r = m[0]
    r[1] = r[1] * x[0]
    return sum(m[0]) + m[3][3] * m[0][1]


def program_mul_alias(x):
    m = [[0.0] * 3] * 3
    for i in range(3):
        m[i][i] = x[i]
    return m[0][2] * m[2][1] + m[1][0]


def program_mul_alias_dyn(x):
    n = len(x)
    m = [[0.0] * n] * n
    for i in range(n):
        m[i][i] = x[i] ** 2
    return m[0][2] * m[2][1] + m[1][0]


def program_list_of_views_slices(x):
    y = x * 1.0
    parts = [y[i : i + 2] for i in range(len(x) - 1)]
    parts[0][1] = x[0] ** 2
    parts[2] *= x[1]
    return sum((np.sum(p**2) for p in parts))


def program_list_arr_replace(x):
    rows = [x * (i + 1) for i in range(len(x))]
    for i in range(len(x)):
        rows[i] = np.sin(rows[i]) * rows[0]
    rows[1][0] = x[3]
    r = rows.pop(1)
    r *= 2
    rows.append(r)
    rows[0][2] += x[1]
    return sum((np.sum(r * r) for r in rows))


def program_swap_items(x):
    rows = [x * (i + 1) for i in range(len(x))]
    rows[0], rows[1] = (rows[1], rows[0])
    rows[0][0] = x[1] ** 2
    rows[0] += rows[1]
    return np.sum(rows[0] * rows[1])


def program_slice_shared(x):
    rows = [x * (i + 1) for i in range(len(x))]
    head = rows[:2]
    head[0][1] = x[2] ** 2
    head.append(x)
    return np.sum(rows[0] ** 2) * len(rows) + np.sum(head[0] * head[-1])


def program_concat_shared(x):
    rows = [x * (i + 1) for i in range(len(x))]
    more = rows + rows[:2]
    more[5][0] = x[1] ** 2
    rows[1] *= 2
    return sum((np.sum(r**2) * (k + 1) for k, r in enumerate(more)))


def program_slice_assign_rows(x):
    rows = [x * (i + 1) for i in range(len(x))]
    rows[1:3] = [rows[0], x * x[0], rows[0]]
    rows[1][0] = x[3] ** 2
    rows.reverse()
    return sum((np.sum(r**2) * (k + 1) for k, r in enumerate(rows)))


def program_pop_var(x):
    xs = [v * v for v in x]
    t = 0.0
    for k in range(len(x) - 2):
        t = t * 0.5 + xs.pop(k - 2) * (k + 1)
    return t + sum(xs)


def program_ins_var(x):
    xs = []
    for k in range(len(x)):
        xs.insert(k - 2, x[k] ** 2)
        xs.insert(10, x[k])
    return sum((v * (i + 1) for i, v in enumerate(xs)))


def program_branch_lists(x):
    pos, neg = ([], [])
    for v in x:
        if v > 0:
            pos.append(v * v)
        else:
            neg.append(v)
    while len(pos) > 1:
        a = pos.pop()
        b = pos.pop(0)
        if a > b:
            pos.insert(0, a * b)
        else:
            pos.append(a - b)
            neg.extend([a, b])
    return sum(pos) * sum(neg) + len(neg)


def program_tuple_arr_dyn(x):
    xs = []
    for i in range(len(x)):
        xs.append((x[i], x * x[i]))
    xs[0][1][2] = x[1] ** 2
    a, r = xs[0]
    r *= a
    xs[1] = (x[0], r)
    return sum((a * np.sum(r**2) for a, r in xs))


def program_ret_if_in_list(x):
    xs = [v for v in x if v > 0]
    if not xs:
        return 0.0
    return xs[0] * xs[-1] * len(xs)


def program_sum_of_sums(x):
    rows = [[v * w for w in x] for v in x]
    return sum((sum(r) ** 2 for r in rows))


def program_max_list(x):
    rows = [[v * w for w in x if w > 0] for v in x]
    return max((max(r) for r in rows))


def program_matmul_lists(x):
    n = 3
    a = [[x[i] * x[j] for j in range(n)] for i in range(n)]
    b = [[x[i] + x[j] for j in range(n)] for i in range(n)]
    c = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(n):
                s += a[i][k] * b[k][j]
            c[i][j] = s
    return c[0][0] + c[1][2] * c[2][1]


def program_nested_copy(x):
    rows = [[v * w for w in x] for v in x]
    c = [list(r) for r in rows]
    c[0][0] = x[3]
    d = [r[:] for r in rows]
    d[1][1] = 5.0
    return rows[0][0] * c[0][0] + sum(c[1]) * sum(d[1])


def program_defaultdict_cond(x):
    d = defaultdict(float)
    for v in x:
        d["p" if v > 0 else "n"] += v
    return d["p"] * d["n"]


def program_defaultdict_missing(x):
    d = defaultdict(float)
    for k in range(3):
        d[k] += x[k]
    if 7 in d:
        return x[0]
    return d[7] + d[0] * len(d)


RIGHT = [
    program_array,
    program_asarray,
    program_sumlist,
    program_npsum,
    program_npmax,
    program_npmin,
    program_npmean,
    program_npprod,
    program_npvar,
    program_npdot,
    program_npdot_again,
    program_npcumsum,
    program_npsin,
    program_add_arr,
    program_npstack,
    program_npstack_one,
    program_npstackm_one,
    program_vstack,
    program_hstack,
    program_concat,
    program_colstack,
    program_sumrows,
    program_npsumrows,
    program_npmeanrows,
    program_arrrows,
    program_nparr_pairs,
    program_nparr_lists,
    program_concat_rows_again,
    program_vstack_again,
    program_median,
    program_sorted,
    program_pysorted,
    program_norm,
    program_slice,
    program_slice_again,
    program_slice_comp,
    program_join,
    program_join_known,
    program_join_known_again,
    program_join_rows,
    program_iadd,
    program_mul,
    program_mul_zero,
    program_mulrow,
    program_mulrow_w,
    program_mullist,
    program_intmul,
    program_path,
    program_pathrow,
    program_path_while,
    program_path_n,
    program_path_slice,
    program_slice_assign,
    program_slice_assign_known,
    program_slice_assign_loop,
    program_slice_del,
    program_del,
    program_lol,
    program_lol_comp,
    program_lol_np,
    program_lol_known,
    program_tuples,
    program_tuples_idx,
    program_popneg,
    program_insneg,
    program_in,
    program_in_dyn,
    program_index,
    program_index_dyn,
    program_index_tup,
    program_reverse,
    program_reversed,
    program_rev_slice,
    program_minmax,
    program_unpackstar,
    program_extend,
    program_extend_arr,
    program_list_of_arr,
    program_copy_list,
    program_views,
    program_views_arg,
    program_list_arr_inplace,
    program_list_arr_item_inplace,
    program_stack_machine,
    program_queue,
    program_star_arr,
    program_fsum,
    program_mathprod,
    program_sorted_zero,
    program_sortedrev,
    program_dict_loop,
    program_dict_loop_str,
    program_dict_comp,
    program_defaultdict,
    program_defaultdict_list,
    program_ordered,
    program_deque,
    program_deque_known,
    program_set,
    program_set_ops,
    program_dict_mut_loop,
    program_dict_get,
    program_dict_merge,
    program_tuple_key,
    program_dict_eq,
    program_dict_eq_again,
    program_set_eq,
    program_set_sub,
    program_list_tuple_eq,
    program_list_eq_act,
    program_alias_dyn,
    program_alias_cond,
    program_alias_inner,
    program_inner_const_then_active,
    program_mul_alias,
    program_mul_alias_dyn,
    program_list_of_views_slices,
    program_list_arr_replace,
    program_swap_items,
    program_slice_shared,
    program_concat_shared,
    program_slice_assign_rows,
    program_pop_var,
    program_ins_var,
    program_branch_lists,
    program_tuple_arr_dyn,
    program_ret_if_in_list,
    program_sum_of_sums,
    program_max_list,
    program_matmul_lists,
    program_nested_copy,
    program_defaultdict_missing,
    program_deque_win,
    program_dicts_in_list,
    program_starcall,
    program_dict_comp_n,
]
REFUSED = [
    program_groupsum,
    program_dict_cond_in,
    program_dict_cond_in_again,
    program_dict_cond_len,
    program_dict_cond_sum,
    program_dict_loop_in,
    program_dict_loop_in_again,
    program_defaultdict_cond,
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", RIGHT, ids=lambda f: f.__name__)
def test_program_agrees_with_differences(program, mode):
    agrees(program, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", REFUSED, ids=lambda f: f.__name__)
def test_program_is_refused_with_its_place(program, mode):
    assert "test_" in refused(program, mode)
