# SPDX-License-Identifier: Apache-2.0
"""JSON, tables in Markdown and for the documentation, and the plot."""

import importlib.metadata
import json
import os
import platform
import time
from typing import Any
from typing import Dict
from typing import Iterator
from typing import List

import sqlalchemy as sa

from benchmarks import calls
from benchmarks import cloud
from benchmarks import figures

PAGE = """\
.. Written by tox -e benchmarks, with speed.json and speed.png beside it.

=====
Speed
=====

What the filter costs Nova's API, and what it saves. Measured with
``tox -e benchmarks``: Nova's own schema on {database}, a project of {largest}
servers of 100 users, of whom one, with {own} servers, asks. **stock** is Nova
without the filter, **isolated** with it, its rules and its log;
**alone** is stock Nova on a database in which only the caller's servers
exist: no filter can be faster. Each has a process of its own, with native
threads, and they are asked in turns; ratios are medians of what was measured
one right after the other. Each run has new processes; the targets are those of
{runs} runs, all else of the last one.
Tokens are not checked and Neutron is not asked, which would cost the same on
each side. The benchmark holds a request's frames in one chunk of Python's
stack, because crossing a chunk's edge costs up to a third at random. It
collects garbage between measurements: within them, a collection would take a
third of a long list's time at random. It measured all pages of stock Nova and
its first 1000 servers once or twice, not in turns. The database server counts
the rows read.

{machine}

.. image:: speed.png
   :alt: Ratios, time of a list, and how it grows

{tables}
"""
VERDICTS = (
    'A "no" is a goal that we miss in one of the runs, not a defect of '
    'isolation.'
)


def describe(server: str) -> Dict[str, Any]:
    """Return what the machine is, and what runs on it."""
    engine = sa.create_engine(cloud.address(server))
    with engine.connect() as connection:
        what = 'sqlite_version()' if engine.name == 'sqlite' else 'version()'
        database = connection.execute(sa.text(f'SELECT {what}')).scalar()
    engine.dispose()
    with open('/proc/cpuinfo') as stream:
        models = [
            line.partition(':')[2].strip()
            for line in stream
            if line.startswith('model name')
        ]
    return {
        'date': time.strftime('%Y-%m-%d'),
        'processor': models[0] if models else platform.machine(),
        'cores': len(os.sched_getaffinity(0)),
        'memory_bytes': os.sysconf('SC_PAGE_SIZE')
        * os.sysconf('SC_PHYS_PAGES'),
        'kernel': platform.release(),
        'python': platform.python_version(),
        'database': f'{engine.name} {database}',
        'load_before': os.getloadavg()[0],
        **{
            name: importlib.metadata.version(name)
            for name in ('nova', 'sqlalchemy', 'cloud_security')
        },
    }


def sentences(found: Dict[str, Any]) -> str:
    """Return the machine's description."""
    machine = found['machine']
    return (
        f'{machine["date"]}: {machine["cores"]} cores of '
        f'{machine["processor"]}, {machine["memory_bytes"] / 2**30:.0f} GiB, '
        f'Linux {machine["kernel"]}, Python {machine["python"]}, Nova '
        f'{machine["nova"]}, SQLAlchemy {machine["sqlalchemy"]}, '
        f'{machine["database"]}. Load average before it '
        f'{machine["load_before"]:.1f}.'
    )


def markdown(tables: List[figures.Table]) -> str:
    """Return tables for a terminal, or where Markdown is read."""
    lines = []
    for table in tables:
        head, *rows = table.rows
        lines += [f'### {table.title}', '']
        for row in [head, ['---'] * len(head)] + rows:
            lines.append(f'| {" | ".join(row)} |')
        lines.append('')
    return '\n'.join(lines)


def _rst(tables: List[figures.Table]) -> Iterator[str]:
    for table in tables:
        yield from (table.title, '=' * len(table.title), '')
        if table.title == figures.TARGETS:
            yield from (VERDICTS, '')
        yield from ('.. list-table::', '   :header-rows: 1', '')
        for row in table.rows:
            for number, cell in enumerate(row):
                start = '   * - ' if not number else '     - '
                yield (start + cell).rstrip()
        yield ''


def write(runs: List[Dict[str, Any]], folder: str) -> str:
    """Write ``speed.*`` into a folder; return the tables in Markdown."""
    found = runs[-1]
    tables = figures.tables(runs)
    text = markdown(tables)
    page = PAGE.format(
        database=found['machine']['database'],
        largest=found['sizes'][-1],
        own=found['sizes'][0],
        runs=len(runs),
        machine=sentences(found),
        tables='\n'.join(_rst(tables)),
    )
    for name, content in (
        ('speed.json', json.dumps(runs, sort_keys=True) + '\n'),
        ('speed.md', f'{sentences(found)}\n\n{text}'),
        ('speed.rst', page.rstrip() + '\n'),
    ):
        with open(os.path.join(folder, name), 'w') as stream:
            stream.write(content)
    _plot(found, os.path.join(folder, 'speed.png'))
    return text


def _plot(found: Dict[str, Any], path: str) -> None:
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, (single, same, growth) = pyplot.subplots(1, 3, figsize=(15, 4.5))
    names = [call.name for call in calls.SINGLE]
    single.boxplot(
        [
            figures.ratios(found, name, 'isolated', 'stock', 'seconds')
            for name in names
        ],
        showfliers=False,
    )
    single.set_xticks(range(1, len(names) + 1), names, rotation=20)
    single.axhline(1.03, linestyle='--', color='gray')
    single.set_title('isolated / stock, pairs (dashed: target)')

    bars = (
        ('alone', 'detail, latest', 'alone'),
        ('isolated', 'detail, latest', 'isolated'),
        ('stock, ?user_id=', calls.BY_USER.name, 'stock'),
        ('stock, first 1000', 'detail, latest', 'stock'),
        ('stock, all pages', 'pages', 'stock'),
    )
    same.barh(
        [name for name, *_ in bars][::-1],
        [figures.milliseconds(found, *which) / 1000 for _, *which in bars][
            ::-1
        ],
    )
    same.set_xscale('log')
    same.set_xlabel('seconds')
    same.set_title(
        f'{found["sizes"][0]} own of {found["sizes"][-1]} servers, detail'
    )

    sizes = found['sizes']
    sides = [f'isolated {size}' for size in sizes[:-1]] + ['isolated']
    for name in calls.GROWING:
        growth.plot(
            sizes,
            [figures.milliseconds(found, name, side) for side in sides],
            marker='o',
            label=name,
        )
    growth.set_xscale('log')
    growth.set_ylim(bottom=0)
    growth.set_xlabel('servers in the project')
    growth.set_ylabel('ms')
    growth.legend()
    growth.set_title('isolated: the project grows')
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={'Software': None})
