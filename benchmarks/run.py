# SPDX-License-Identifier: Apache-2.0
"""One run: clouds, processes with an API, servers under load."""

from concurrent import futures
import contextlib
import tempfile
from typing import Any
from typing import Dict
from typing import Iterator
from typing import List

from benchmarks import calls
from benchmarks import cloud as clouds
from benchmarks import comparison
from benchmarks import load
from benchmarks import plan as plans

#: What else stock Nova is asked in the whole project, once.
IN_FULL = ('index, latest', 'detail, latest', 'usage', 'server groups')

#: How calls are named that were asked with the index.
INDEXED = '{}, with the index'


class Run:
    """The measurements, as JSON has them.

    ``calls`` has ``{name: {side: [measurement, …]}}``, ``counts`` what each
    read, ``start`` seconds and ``memory`` bytes by side, ``throughput``
    answers in a second by side.
    """

    def __init__(self, plan: plans.Plan) -> None:
        self.plan = plan
        self.found: Dict[str, Any] = {
            name: {}
            for name in ('calls', 'counts', 'start', 'memory', 'throughput')
        }

    def measure(self, made: List[clouds.Cloud]) -> Dict[str, Any]:
        """Measure everything once.

        :param made: clouds of the plan's sizes
        """
        self._in_process(made)
        if self.plan.slices:
            self._press(made[-1])
        self._with_index(made)
        return self.found

    def _in_process(self, made: List[clouds.Cloud]) -> None:
        workers: Dict[str, comparison.Worker] = {}
        try:
            # One after the other; the first ones warm the disk's cache.
            sides = ('stock', 'isolated')
            for side in sides:
                comparison.Worker(made[0], side).stop()
            for cloud in made[:1] + made[-1:]:
                for side in sides:
                    worker = comparison.Worker(cloud, side)
                    workers[_name(cloud, side, made)] = worker
                    self._add('start', side, worker.start)
            for cloud in made[1:-1]:
                workers[_name(cloud, 'isolated', made)] = comparison.Worker(
                    cloud, 'isolated'
                )
            # Before all else: both are new.
            self._memory('stock', workers['alone'])
            self._memory('isolated', workers[_name(made[0], 'isolated', made)])
            self._single(workers)
            self._lists(workers, made)
            self._pages(workers['stock'])
            self._count(workers)
        finally:
            for worker in workers.values():
                worker.stop()

    def _memory(self, side: str, worker: comparison.Worker) -> None:
        """Measure it where both sides give the same answers."""
        for call in calls.LISTS * 2:
            worker.do('call', **worker.arguments(call))
        self._add('memory', side, worker.do('memory'))

    def _with_index(self, made: List[clouds.Cloud]) -> None:
        """Measure lists again, with the index that is recommended."""
        workers: Dict[str, comparison.Worker] = {}
        made[-1].create_index()
        try:
            workers['alone'] = comparison.Worker(made[0], 'stock')
            workers['indexed'] = comparison.Worker(made[-1], 'isolated')
            for call in calls.LISTS:
                self._check(workers, call)
                samples = comparison.in_turns(
                    workers, call, self.plan.list_seconds
                )
                self.found['calls'][INDEXED.format(call.name)] = samples
                self.found['counts'][INDEXED.format(call.name)] = {
                    side: worker.count(call)
                    for side, worker in workers.items()
                }
        finally:
            for worker in workers.values():
                worker.stop()
            made[-1].drop_index()

    def _single(self, workers: Dict[str, comparison.Worker]) -> None:
        three = _some(workers, 'stock', 'isolated', 'alone')
        for call in calls.SINGLE:
            sides = dict(three)
            if call.stock_path:
                # Where the caller is alone, nobody has another server.
                del sides['alone']
            comparison.in_turns(sides, call, 0, times=5)
            self._took(
                call,
                comparison.in_turns(sides, call, self.plan.seconds, times=3),
            )

    def _lists(
        self, workers: Dict[str, comparison.Worker], made: List[clouds.Cloud]
    ) -> None:
        growing = [_name(cloud, 'isolated', made) for cloud in made]
        for call in calls.LISTS:
            names = {'isolated', 'alone'}
            if call.name in calls.GROWING:
                names.update(growing)
            sides = _some(workers, *sorted(names))
            self._check(sides, call)
            self._took(
                call,
                comparison.in_turns(sides, call, self.plan.list_seconds),
            )
            if call.name in IN_FULL:
                stock = _some(workers, 'stock')
                comparison.in_turns(stock, call, 0, least=1)
                self._took(call, comparison.in_turns(stock, call, 0, least=1))
        both = _some(workers, 'stock', 'isolated')
        self._check(both, calls.BY_USER)
        self._took(
            calls.BY_USER,
            comparison.in_turns(both, calls.BY_USER, self.plan.list_seconds),
        )

    def _check(
        self, sides: Dict[str, comparison.Worker], call: calls.Call
    ) -> None:
        """Warm up, and see that all give answers that are as long.

        :raises RuntimeError: when they do not
        """
        found = {
            name: worker.do('things', **worker.arguments(call))
            for name, worker in sides.items()
        }
        if len(set(found.values())) != 1 or 0 in found.values():
            raise RuntimeError(f'{call.name} has different answers: {found}')

    def _pages(self, stock: comparison.Worker) -> None:
        """Let a client of stock Nova find the own servers among all."""
        # Once, for it takes a minute.
        counted = stock.do('count', what='pages', path=calls.PAGE)
        pages = counted.pop('result')
        pages['seconds'] -= counted.pop('counting')
        if pages['servers'] != self.plan.own:
            raise RuntimeError(f'The pages had {pages["servers"]} own servers')
        self.found['calls']['pages'] = {'stock': [pages]}
        self.found['counts']['pages'] = {'stock': counted}

    def _count(self, workers: Dict[str, comparison.Worker]) -> None:
        counts = self.found['counts']
        for call in calls.SINGLE + calls.LISTS + (calls.BY_USER,):
            counts[call.name] = {
                side: workers[side].count(call)
                for side in self.found['calls'][call.name]
            }

    def _press(self, cloud: clouds.Cloud) -> None:
        show = calls.SINGLE[0]
        path, headers = comparison.request(cloud, show)
        for number in range(self.plan.slices):
            sides = sorted(('stock', 'isolated'), reverse=bool(number % 2))
            # Some processes are faster than others of their kind.
            servers = {}
            try:
                for side in sides:
                    servers[side] = load.Server(cloud, side)
                    servers[side].wait(path, headers)
                for side in sides + sides[::-1]:
                    answered = load.press(
                        servers[side].port, path, headers, self.plan.press
                    )
                    self._add('throughput', side, answered)
            finally:
                for server in servers.values():
                    server.stop()

    def _took(self, call: calls.Call, samples: comparison.Samples) -> None:
        sides = self.found['calls'].setdefault(call.name, {})
        for side, values in samples.items():
            sides.setdefault(side, []).extend(values)

    def _add(self, what: str, side: str, value: float) -> None:
        self.found[what].setdefault(side, []).append(value)


@contextlib.contextmanager
def made_clouds(server: str, plan: plans.Plan) -> Iterator[List[clouds.Cloud]]:
    """Make a cloud of each size; drop them in the end."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix='benchmarks-')
        )
        made = [
            clouds.Cloud(server, folder, size, plan.own) for size in plan.sizes
        ]
        for cloud in made:
            stack.callback(cloud.drop)
        # Most of the time is the disk's.
        with futures.ThreadPoolExecutor() as threads:
            list(threads.map(clouds.Cloud.make, made))
        yield made


def _name(cloud: clouds.Cloud, side: str, made: List[clouds.Cloud]) -> str:
    """Return how a side is called: ``isolated``, or ``isolated 1000``."""
    if cloud is made[-1]:
        return side
    if side == 'stock':
        return 'alone'
    return f'{side} {cloud.size}'


def _some(
    workers: Dict[str, comparison.Worker], *names: str
) -> Dict[str, comparison.Worker]:
    return {name: workers[name] for name in names}
