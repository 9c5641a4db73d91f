# SPDX-License-Identifier: Apache-2.0
"""The API under uWSGI, as deployed, and clients that ask without a pause."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from typing import Dict
from typing import List

from benchmarks import cloud as clouds

CLIENTS = 8
PROCESSES = 2


class Server:
    """uWSGI with an API that serves one of the clouds."""

    def __init__(self, cloud: clouds.Cloud, side: str) -> None:
        """Start it, and wait until it answers."""
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        self._log = f'{cloud.folder}/uwsgi-{side}.log'
        self._process = subprocess.Popen(
            [
                os.path.join(os.path.dirname(sys.executable), 'uwsgi'),
                f'--http-socket=127.0.0.1:{self.port}',
                f'--home={sys.prefix}',
                '--module=benchmarks.application',
                f'--processes={PROCESSES}',
                '--master',
                '--lazy-apps',
                '--enable-threads',
                '--need-app',
                '--die-on-term',
                '--buffer-size=65535',
                '--disable-logging',
                f'--logto={self._log}',
            ],
            env=clouds.environment(cloud.files(side)),
            cwd=clouds.ROOT,
        )

    def wait(self, path: str, headers: Dict[str, str]) -> None:
        """Wait until each of its processes has answered often."""
        for _ in range(600):
            try:
                ask(self.port, path, headers)
                break
            except OSError:
                if self._process.poll() is not None:
                    with open(self._log) as log:
                        said = log.read()[-2000:]
                    raise RuntimeError(f'uWSGI ended: {said}') from None
                time.sleep(0.2)
        press(self.port, path, headers, 3)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def ask(port: int, path: str, headers: Dict[str, str]) -> None:
    """Send one request, and read the answer.

    :raises RuntimeError: when it is not 200
    """
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
    try:
        connection.request('GET', path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f'{path}: {answer.status}')
    finally:
        connection.close()


def press(
    port: int, path: str, headers: Dict[str, str], seconds: float
) -> float:
    """Let eight clients ask; return how many answers came in a second."""
    counts: List[int] = []
    begin = time.perf_counter()

    def work() -> None:
        count = 0
        while time.perf_counter() - begin < seconds:
            ask(port, path, headers)
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < CLIENTS:
        raise RuntimeError('A client got no answer; see above.')
    return sum(counts) / (time.perf_counter() - begin)
