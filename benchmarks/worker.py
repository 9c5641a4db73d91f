# SPDX-License-Identifier: Apache-2.0
"""A process with Nova's API in it, that does what it is told.

``python -m benchmarks.worker`` reads a command a line, as JSON, and writes a
line of result. Requests go into the application without a network.
"""

import time

BEGIN = time.perf_counter()

# isort: split
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

import sqlalchemy as sa  # noqa: E402
from sqlalchemy import event  # noqa: E402
import webob  # noqa: E402

from benchmarks import application  # noqa: E402
from benchmarks import servers  # noqa: E402

START = time.perf_counter() - BEGIN
#: What the server counts of one session's reading, where it tells.
COUNTERS = (
    "SHOW SESSION STATUS WHERE variable_name IN ('Rows_read', "
    "'Handler_icp_attempts', 'Handler_icp_match')"
)


def do_start():
    """Return how long import and start took, in seconds."""
    return START


def do_memory():
    """Return the bytes that are this process's alone."""
    with open('/proc/self/smaps_rollup') as stream:
        return sum(
            int(line.split()[1]) * 1024
            for line in stream
            if line.startswith('Private')
        )


def do_freeze():
    """Leave what is there now to no garbage collection.

    A full one takes a third of a long list's time, and comes in every third.
    """
    gc.collect()
    gc.freeze()


def do_call(path, version, bodies, status, times=1):
    """Send requests, and again; return what it took.

    :returns: ``{'seconds', 'cpu', 'after', 'bytes'}`` for one time; seconds
        until the answer is out, ``after`` what was done then
    """
    seconds = after = size = 0
    cpu = time.process_time()
    for _ in range(times):
        for body in bodies:
            answered, closed, text = _ask(path, version, body, status)
            seconds += answered
            after += closed
            size += len(text)
    return {
        'seconds': seconds / times,
        'cpu': (time.process_time() - cpu) / times,
        'after': after / times,
        'bytes': size // times,
    }


def do_pages(path):
    """Read all pages and keep the caller's servers, as a client must.

    :returns: as do_call; ``servers`` is how many were kept
    """
    cpu = time.process_time()
    found, size, marker, seconds = [], 0, '', 0
    while True:
        answered, _, text = _ask(path + marker, 'latest', None, 200)
        begin = time.perf_counter()
        page = json.loads(text)['servers']
        found += [
            server['id']
            for server in page
            if server['user_id'] == servers.CALLER
        ]
        seconds += answered + time.perf_counter() - begin
        size += len(text)
        if not page:
            break
        marker = f'&marker={page[-1]["id"]}'
    return {
        'seconds': seconds,
        'cpu': time.process_time() - cpu,
        'after': 0,
        'bytes': size,
        'servers': len(found),
    }


def do_things(path, version, bodies, status):
    """Return how many things a list has: servers, their usage or groups."""
    found = json.loads(_ask(path, version, *bodies, status)[2])
    [answer] = [
        value for name, value in found.items() if not name.endswith('_links')
    ]
    if isinstance(answer, dict):
        answer = answer['server_usages']
    return len(answer)


def do_count(what, **command):
    """Do something; return what it read.

    :returns: ``{'statements', 'rows_returned', 'rows_read', 'result',
        'counting'}``: rows that the database gave to Nova, and that it looked
        at, None where it does not tell; seconds that it took to ask for that
    """
    counted = {
        'statements': 0,
        'rows_returned': 0,
        'rows_read': 0,
        'counting': 0.0,
    }

    def read(connection):
        begin = time.perf_counter()
        found = _counters(connection)
        counted['counting'] += time.perf_counter() - begin
        return found

    def before(connection, cursor, statement, parameters, context, many):
        context.counted = read(connection)

    def after(connection, cursor, statement, parameters, context, many):
        counted['statements'] += 1
        now = read(connection)
        if now is None:
            counted.update(rows_returned=None, rows_read=None)
            return
        counted['rows_read'] += now - context.counted
        if cursor.description:
            counted['rows_returned'] += cursor.rowcount

    listening = (
        (sa.engine.Engine, 'before_cursor_execute', before),
        (sa.engine.Engine, 'after_cursor_execute', after),
    )
    for listener in listening:
        event.listen(*listener)
    result = globals()[f'do_{what}'](**command)
    for listener in listening:
        event.remove(*listener)
    return dict(counted, result=result)


def _counters(connection):
    """Return the rows that a session read so far, None if nobody counts.

    Rows that an index condition dismisses were looked at, too.
    """
    if connection.dialect.name != 'mysql':
        return None
    with connection.connection.cursor() as cursor:
        cursor.execute(COUNTERS)
        found = {name: int(value) for name, value in cursor.fetchall()}
    return (
        found['Rows_read']
        + found['Handler_icp_attempts']
        - found['Handler_icp_match']
    )


def _ask(path, version, body, status):
    """Send a request.

    :returns: seconds until the answer is out, seconds after that, and its
        body
    """
    request = webob.Request.blank(f'/v2.1/{path}')
    request.headers.update(servers.HEADERS)
    request.headers['OpenStack-API-Version'] = f'compute {version}'
    if body is not None:
        request.method = 'POST'
        request.body = json.dumps(body).encode()
    said = []
    begin = time.perf_counter()
    chunks = application.application(
        request.environ, lambda line, headers, error=None: said.append(line)
    )
    text = b''.join(chunks)
    answered = time.perf_counter()
    if hasattr(chunks, 'close'):
        chunks.close()
    closed = time.perf_counter()
    if not said[0].startswith(str(status)):
        raise AssertionError(f'{path}: {said[0]}: {text[:2000]!r}')
    return answered - begin, closed - answered, text


def main():
    """Obey until the input ends."""
    # Nova prints; results go where only we write.
    results = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    # Nova's puts into its log what ends a process.
    sys.excepthook = sys.__excepthook__
    for line in sys.stdin:
        command = json.loads(line)
        result = globals()[f'do_{command.pop("do")}'](**command)
        results.write(json.dumps(result) + '\n')
        results.flush()
    # Whatever threads are left have nothing to do.
    os._exit(0)


if __name__ == '__main__':
    main()
