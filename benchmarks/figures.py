# SPDX-License-Identifier: Apache-2.0
"""Figures from measurements: ratios, tables and verdicts on targets."""

import math
import statistics
from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Sequence

from benchmarks import calls
from benchmarks import run

MIB = 2**20
#: The title of the table with the verdicts.
TARGETS = 'Targets'


class Table(NamedTuple):
    """A table as people read it; the first row is its head."""

    title: str
    rows: List[Sequence[str]]


class Target(NamedTuple):
    """Something that is to stay below, or above, a bound."""

    name: str
    value: float
    bound: float
    is_least: bool = False

    @property
    def holds(self) -> bool:
        """The verdict."""
        if self.is_least:
            return self.value >= self.bound
        return self.value <= self.bound


def ratios(
    found: Dict[str, Any], call: str, one: str, other: str, what: str
) -> List[float]:
    """Return the ratios of measurements that were made in turns."""
    sides = found['calls'][call]
    return [
        mine[what] / others[what]
        for mine, others in zip(sides[one], sides[other])
    ]


def most(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def milliseconds(found: Dict[str, Any], call: str, side: str) -> float:
    """Return the median of a call."""
    return 1000 * statistics.median(
        measured['seconds'] for measured in found['calls'][call][side]
    )


def added(found: Dict[str, Any]) -> int:
    """Return how many SQL statements the filter adds to an answer, at most."""
    counts = found['counts']
    return max(
        counts[call.name]['isolated']['statements']
        - counts[call.name][other]['statements']
        for asked, other in ((calls.SINGLE, 'stock'), (calls.LISTS, 'alone'))
        for call in asked
        if call.status < 300
    )


def targets(found: Dict[str, Any]) -> List[Target]:
    """Return what was to be reached, and what was."""

    def median(call: str, other: str, one: str = 'isolated') -> float:
        return statistics.median(ratios(found, call, one, other, 'seconds'))

    largest = found['sizes'][-1]
    reached = [
        Target(
            f'{call.name}: isolated / stock', median(call.name, 'stock'), 1.03
        )
        for call in calls.SINGLE
    ]
    reached.append(
        Target(
            'SQL statements added to an answer 2xx, at most',
            added(found),
            0,
        )
    )
    pages = milliseconds(found, 'pages', 'stock')
    for one, index in (('isolated', '{}'), ('indexed', run.INDEXED)):
        for call in calls.LISTS:
            if call.name.startswith(('index', 'detail')):
                name = index.format(call.name)
                reached.append(
                    Target(
                        f'{name}: isolated / alone',
                        median(name, 'alone', one),
                        1.15,
                    )
                )
    for name in calls.GROWING:
        reached.append(
            Target(
                f'{name}: isolated / all pages of stock Nova',
                milliseconds(found, name, 'isolated') / pages,
                0.05,
            )
        )
    for name in calls.GROWING:
        reached.append(
            Target(
                f'{name}: isolated, {largest} servers / only the own',
                median(name, f'isolated {found["sizes"][0]}'),
                1.3,
            )
        )
    if found['throughput']:
        reached.append(
            Target(
                'show, 8 clients: answers in a second, isolated / stock',
                statistics.median(_pairs(found['throughput'], '/')),
                0.97,
                is_least=True,
            )
        )
    reached.append(
        Target(
            'memory of a worker, MiB added',
            statistics.median(_pairs(found['memory'], '-')) / MIB,
            3,
        )
    )
    reached.append(
        Target(
            'import and start, seconds added',
            statistics.median(_pairs(found['start'], '-')),
            0.2,
        )
    )
    return reached


def _pairs(sides: Dict[str, List[float]], how: str) -> List[float]:
    pairs = zip(sides['isolated'], sides['stock'])
    return [a / b if how == '/' else a - b for a, b in pairs]


def tables(runs: List[Dict[str, Any]]) -> List[Table]:
    """Return the targets in each run, and all of the last one, as tables."""
    found = runs[-1]
    return [
        _reached(runs),
        _against(
            found,
            f'One server of {found["sizes"][-1]}, against stock Nova',
            [call.name for call in calls.SINGLE],
            'stock',
        ),
        _against(
            found,
            'The same, against stock Nova where the own servers are alone',
            [call.name for call in calls.SINGLE if not call.stock_path],
            'alone',
        ),
        _against(
            found,
            f'Lists in a project of {found["sizes"][-1]}, against stock Nova '
            f'where the own {found["sizes"][0]} servers are alone',
            [call.name for call in calls.LISTS],
            'alone',
        ),
        _against(
            found,
            'The same with the index that cloud-security-status recommends',
            [run.INDEXED.format(call.name) for call in calls.LISTS],
            'alone',
            'indexed',
        ),
        _same_answer(found),
        _growth(found),
        _processes(found),
    ]


def _reached(runs: List[Dict[str, Any]]) -> Table:
    rows: List[Sequence[str]] = [
        ('Target', 'bound')
        + tuple(f'run {number}' for number in range(1, len(runs) + 1))
        + ('holds',)
    ]
    for same in zip(*map(targets, runs)):
        first = same[0]
        rows.append(
            (first.name, f'{">=" if first.is_least else "<="} {first.bound}')
            + tuple(f'{target.value:.3f}' for target in same)
            + ('yes' if all(target.holds for target in same) else 'no',)
        )
    return Table(TARGETS, rows)


def _against(
    found: Dict[str, Any],
    title: str,
    names: Sequence[str],
    other: str,
    one: str = 'isolated',
) -> Table:
    rows: List[Sequence[str]] = [
        (
            'Call',
            f'{other}, ms',
            f'{one}, ms',
            'ratio',
            '95 %',
            'CPU ratio',
            f'SQL, {other}',
            f'SQL, {one}',
            f'rows read, {other}',
            f'rows read, {one}',
            f'bytes, {other}',
            f'bytes, {one}',
        )
    ]
    for name in names:
        seconds = ratios(found, name, one, other, 'seconds')
        cpu = ratios(found, name, one, other, 'cpu')
        counts = found['counts'][name]
        rows.append(
            (
                name,
                f'{milliseconds(found, name, other):.1f}',
                f'{milliseconds(found, name, one):.1f}',
                f'{statistics.median(seconds):.3f}',
                f'{most(seconds):.3f}',
                f'{statistics.median(cpu):.3f}',
                *[
                    str(counts[side][what])
                    for what in ('statements', 'rows_read')
                    for side in (other, one)
                ],
                *[
                    str(found['calls'][name][side][0]['bytes'])
                    for side in (other, one)
                ],
            )
        )
    return Table(title, rows)


def _same_answer(found: Dict[str, Any]) -> Table:
    rows: List[Sequence[str]] = [
        ('How', 'ms', 'SQL', 'rows read', 'bytes', 'isolated is')
    ]
    isolated = milliseconds(found, 'detail, latest', 'isolated')
    by_user = statistics.median(
        ratios(found, calls.BY_USER.name, 'isolated', 'stock', 'seconds')
    )
    for name, call, side in (
        ('isolated', 'detail, latest', 'isolated'),
        ('stock, only the own servers exist', 'detail, latest', 'alone'),
        ('stock, ?user_id= (from 2.83 on)', calls.BY_USER.name, 'stock'),
        ('stock, the first 1000 of the project', 'detail, latest', 'stock'),
        ('stock, all pages, kept by the client', 'pages', 'stock'),
    ):
        counts = found['counts'][call][side]
        took = milliseconds(found, call, side)
        ratio = isolated / took
        if call == calls.BY_USER.name:
            ratio = by_user
        rows.append(
            (
                name,
                f'{took:.0f}',
                str(counts['statements']),
                str(counts['rows_read']),
                str(found['calls'][call][side][0]['bytes']),
                f'{ratio:.3f} of it',
            )
        )
    return Table('Own servers, with details', rows)


def _growth(found: Dict[str, Any]) -> Table:
    first, *others = found['sizes']
    sizes = [f'isolated {size}' for size in found['sizes'][:-1]] + ['isolated']
    rows: List[Sequence[str]] = [
        ('Call',)
        + tuple(f'of {size}, ms' for size in found['sizes'])
        + tuple(f'of {size} / of {first}' for size in others)
        + tuple(f'rows read of {size}' for size in found['sizes'])
    ]
    for name in calls.GROWING:
        rows.append(
            (name,)
            + tuple(f'{milliseconds(found, name, size):.1f}' for size in sizes)
            + tuple(
                format(
                    statistics.median(
                        ratios(found, name, size, sizes[0], 'seconds')
                    ),
                    '.3f',
                )
                for size in sizes[1:]
            )
            + tuple(
                str(found['counts'][name][size]['rows_read']) for size in sizes
            )
        )
    return Table(f'The project grows, the caller keeps {first} servers', rows)


def _processes(found: Dict[str, Any]) -> Table:
    rows: List[Sequence[str]] = [
        ('What', 'stock', 'isolated', 'median of pairs')
    ]
    for name, what, unit, how in (
        ('import and start, s', 'start', 1, '-'),
        ('memory of a worker, MiB', 'memory', MIB, '-'),
        (
            'show, 8 clients under uWSGI, answers a second',
            'throughput',
            1,
            '/',
        ),
    ):
        sides = found[what]
        if sides:
            value = statistics.median(_pairs(sides, how))
            rows.append(
                (
                    name,
                    f'{statistics.median(sides["stock"]) / unit:.2f}',
                    f'{statistics.median(sides["isolated"]) / unit:.2f}',
                    f'x {value:.3f}' if how == '/' else f'{value / unit:+.2f}',
                )
            )
    denied = found['calls'][calls.SINGLE[-1].name]
    after = [
        statistics.median(measured['after'] for measured in denied[side])
        for side in ('stock', 'isolated')
    ]
    rows.append(
        (
            'after a 404, to record who was denied what, ms',
            *[f'{1000 * seconds:.2f}' for seconds in after],
            '',
        )
    )
    return Table('Processes', rows)
