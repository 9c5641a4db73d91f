# SPDX-License-Identifier: Apache-2.0
"""Several APIs that are asked the same, in turns.

What is compared was measured one right after the other, so that a machine
that is busy with other things is busy with them on each side.
"""

import json
import random
import subprocess
import sys
import time
from typing import Any
from typing import Dict
from typing import List
from typing import Tuple

from benchmarks import calls
from benchmarks import cloud as clouds
from benchmarks import servers

Samples = Dict[str, List[Dict[str, float]]]

#: Nobody's server.
NONE = '00000000-0000-4000-8000-000000000000'


class Worker:
    """A process with an API that serves one of the clouds."""

    def __init__(self, cloud: clouds.Cloud, side: str) -> None:
        """Start it, and wait until it answers."""
        self.side = side
        self._names = _names(cloud)
        self._process: Any = subprocess.Popen(
            [sys.executable, '-m', 'benchmarks.worker'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clouds.environment(cloud.files(side)),
            cwd=clouds.ROOT,
            text=True,
        )
        self.start: float = self.do('start')

    def do(self, command: str, **arguments: Any) -> Any:
        """Let it do something; return the result."""
        to, by = self._process.stdin, self._process.stdout
        to.write(json.dumps({'do': command, **arguments}) + '\n')
        to.flush()
        line = by.readline()
        if not line:
            raise RuntimeError(f'The API of {self.side} ended, see above.')
        return json.loads(line)

    def arguments(self, call: calls.Call) -> Dict[str, Any]:
        """Return the arguments of the command ``call``."""
        is_stock = self.side == 'stock'
        path = call.stock_path if is_stock and call.stock_path else call.path
        return {
            'path': path.format(**self._names),
            'version': call.version,
            'bodies': call.bodies,
            'status': call.status,
        }

    def count(self, call: calls.Call) -> Dict[str, Any]:
        """Return what a call reads, once its caches are warm."""
        counted: Dict[str, Any] = self.do(
            'count', what='call', **self.arguments(call)
        )
        del counted['result'], counted['counting']
        return counted

    def stop(self) -> None:
        """Let it end."""
        self._process.communicate()


def in_turns(
    workers: Dict[str, Worker],
    call: calls.Call,
    seconds: float,
    times: int = 1,
    least: int = 3,
) -> Samples:
    """Measure a call on each worker, in turns, each time in another order.

    The order is by chance, or one side would often follow the same other one
    and find what that has left in caches.

    :param seconds: how long, at least
    :param times: how often it is called for one measurement
    :param least: how many measurements there are at least
    """
    found: Samples = {name: [] for name in workers}
    names = list(workers)
    chance = random.Random(0)
    for worker in workers.values():
        worker.do('freeze')
    end = time.perf_counter() + seconds
    while len(found[names[0]]) < least or time.perf_counter() < end:
        for name in names:
            worker = workers[name]
            found[name].append(
                worker.do('call', times=times, **worker.arguments(call))
            )
        chance.shuffle(names)
    return found


def request(
    cloud: clouds.Cloud, call: calls.Call
) -> Tuple[str, Dict[str, str]]:
    """Return the path and the headers of a call, for HTTP."""
    headers = dict(
        servers.HEADERS, **{'OpenStack-API-Version': f'compute {call.version}'}
    )
    return '/v2.1/' + call.path.format(**_names(cloud)), headers


def _names(cloud: clouds.Cloud) -> Dict[str, str]:
    """Return what stands for the names in paths."""
    owners = servers.owners(cloud.size, cloud.own)
    own, others = [], []
    for number, owner in enumerate(owners):
        whose = own if owner == servers.CALLER else others
        whose.append(servers.server_id(number))
    return {
        'own': own[len(own) // 2],
        'others': others[0] if others else NONE,
        'none': NONE,
        'user': servers.CALLER,
        'project': servers.PROJECT,
    }
