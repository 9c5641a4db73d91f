# SPDX-License-Identifier: Apache-2.0
"""A crowd of callers on one API process, and a judgement of each response.

Clients are threads, which eventlet makes greenthreads. They call the API's
WSGI application directly, so that they can drop a response, leave it unread,
or end its thread in the middle.
"""

import collections
import contextlib
import io
import itertools
import os
import random
import sys
import threading
import time
from typing import FrozenSet
from typing import NamedTuple
from typing import Optional

import fixtures
from sqlalchemy import event
from sqlalchemy import orm
from testtools import content

from cloud_security.visibility import scope as scopes

_eventlet = sys.modules.get('eventlet')
IS_EVENTLET = bool(_eventlet and _eventlet.patcher.is_monkey_patched('thread'))
#: As many requests as a mistake is found with.
FEW = 200
MODEL = 'greenthreads' if IS_EVENTLET else 'native threads'


class Cut(BaseException):
    """The exception that a server throws at a thread without a client."""


class Thing(NamedTuple):
    """Something with an owner. Its name and its ID tell whose it is."""

    id: str
    name: str
    owner: str


class Caller(NamedTuple):
    """A caller with a token, and the things that responses may name."""

    user_id: str
    roles: str
    project_id: str
    sees: FrozenSet[Thing]
    is_isolated: bool = True
    is_admin: bool = False


class Request(NamedTuple):
    """A request, and the right response.

    ``path`` begins with that of the API, ``version`` is a microversion with
    the name of its service, such as ``compute 2.1``, and ``lists`` are the
    things that a 200 must name, all of them.
    """

    caller: Caller
    path: str
    statuses: FrozenSet[int]
    method: str = 'GET'
    body: bytes = b''
    version: str = ''
    lists: Optional[FrozenSet[Thing]] = None
    media_type: str = 'application/json'


class Report:
    """The result of a run."""

    def __init__(self):
        self.outcomes = collections.Counter()
        #: ``(user id, method, path, name of what the caller may not see)``
        self.crossings = []
        #: Other answers than the caller gets alone: ``(user id,
        #: method, path, status, text)``.
        self.wrong = []
        #: Scopes that were still there after their request.
        self.survivors = []
        self.seconds = 0.0

    @property
    def requests(self):
        return sum(self.outcomes.values())

    def __str__(self):
        return (
            f'{MODEL}: {self.requests} requests in {self.seconds:.0f} s, '
            f'{len(self.crossings)} crossings, {len(self.wrong)} wrong '
            f'answers, {len(self.survivors)} scopes that survived; '
            f'{dict(sorted(self.outcomes.items()))}'
        )


class Interleaving(fixtures.Fixture):
    """Threads change at each statement, and a request can end there.

    The statement has been restricted by then and not yet been executed.
    """

    def _setUp(self):
        self._endings = {}
        event.listen(orm.Session, 'do_orm_execute', self._pause)
        self.addCleanup(
            event.remove, orm.Session, 'do_orm_execute', self._pause
        )

    @contextlib.contextmanager
    def ending(self, error, statements):
        """Raise an error in this thread after some statements."""
        here = threading.get_ident()
        self._endings[here] = itertools.chain(
            itertools.repeat(None, statements), itertools.repeat(error)
        )
        try:
            yield
        finally:
            del self._endings[here]

    def _pause(self, state):
        error = next(self._endings.get(threading.get_ident(), iter(())), None)
        if error is not None:
            raise error
        time.sleep(0)


class Crowd:
    """All callers at once: requests in a random order, from many threads."""

    def __init__(self, application, callers, things, ask, interleaving):
        """Take a WSGI application, callers, and all their things.

        :param ask: returns a Request for a ``random.Random`` and a Caller
        """
        self.application = application
        self.callers = callers
        self.things = things
        self.ask = ask
        self.interleaving = interleaving
        self.report = Report()

    def run(self, requests, threads=16, seconds=600):
        """Send requests until there were enough, or the time is over.

        :returns: Report
        """
        started = time.monotonic()
        numbers = iter(range(requests))
        taking = threading.Lock()

        def work(seed):
            chance = random.Random(seed)
            while time.monotonic() < started + seconds:
                with taking:
                    if next(numbers, None) is None:
                        return
                self.one(chance)

        clients = [
            threading.Thread(target=work, args=(seed,))
            for seed in range(threads)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.report.seconds = time.monotonic() - started
        return self.report

    def one(self, chance):
        """Send one request and judge its answer."""
        request = self.ask(chance, chance.choice(self.callers))
        statements = chance.randrange(8)
        treatment = chance.choice(
            [self.read] * 14
            + [self.leave_unread, self.drop]
            + [self.fail, self.cut, self.kill, self.time_out]
        )
        try:
            outcome = treatment(request, statements)
        # What ends a thread must not end the client.
        except BaseException as error:  # noqa: BLE001
            outcome = type(error).__name__
        left = scopes.current()
        if left is not None:
            self.report.survivors.append(left)
        self.report.outcomes[outcome] += 1

    def read(self, request, _statements):
        """Read an answer, which must be right."""
        status, body = self.answer(request)
        told = {thing for thing in self.things if thing.name in body}
        if status not in request.statuses or (
            request.lists is not None and told != request.lists
        ):
            asked = request.caller.user_id, request.method, request.path
            self.report.wrong.append(asked + (status, body[:500]))
        return str(status)

    def leave_unread(self, request, _statements):
        """Hang up when the answer begins."""
        _close(self.send(request)[1])
        return 'left unread'

    def drop(self, request, _statements):
        """Hang up without a word."""
        self.send(request)
        return 'dropped'

    def fail(self, request, statements):
        """Have the handler raise in the middle."""
        with self.interleaving.ending(RuntimeError('broken'), statements):
            return f'failed with {self.answer(request)[0]}'

    def cut(self, request, statements):
        """Have the server end the thread's work in the middle."""
        with self.interleaving.ending(Cut(), statements):
            return f'too late to cut: {self.answer(request)[0]}'

    def kill(self, request, statements):
        """Kill the greenthread; native threads exit."""
        error = _eventlet.greenlet.GreenletExit if IS_EVENTLET else SystemExit
        with self.interleaving.ending(error(), statements):
            return f'too late to kill: {self.answer(request)[0]}'

    def time_out(self, request, statements):
        """Have a timeout strike wherever the thread is."""
        if not IS_EVENTLET:
            return self.cut(request, statements)
        with _eventlet.Timeout(statements / 20):
            return f'in time: {self.answer(request)[0]}'

    def answer(self, request):
        """Return the status and the text of an answer, which is judged."""
        status, chunks = self.send(request)
        body = b''.join(chunks).decode()
        _close(chunks)
        for thing in self.things - request.caller.sees:
            if thing.name in body or (
                thing.id in body and thing.id not in request.path
            ):
                self.report.crossings.append(
                    (
                        request.caller.user_id,
                        request.method,
                        request.path,
                        thing.name,
                    )
                )
        return status, body

    def send(self, request):
        """Call the application."""
        path, _, query = request.path.partition('?')
        started = []
        chunks = self.application(
            {
                'REQUEST_METHOD': request.method,
                'SERVER_NAME': 'api',
                'SERVER_PORT': '80',
                'SERVER_PROTOCOL': 'HTTP/1.1',
                'SCRIPT_NAME': '',
                'PATH_INFO': path,
                'QUERY_STRING': query,
                'CONTENT_TYPE': request.media_type,
                'CONTENT_LENGTH': str(len(request.body)),
                'wsgi.input': io.BytesIO(request.body),
                'wsgi.url_scheme': 'http',
                'HTTP_OPENSTACK_API_VERSION': request.version,
                'HTTP_X_IDENTITY_STATUS': 'Confirmed',
                'HTTP_X_USER_ID': request.caller.user_id,
                'HTTP_X_PROJECT_ID': request.caller.project_id,
                'HTTP_X_ROLES': request.caller.roles,
            },
            lambda status, headers, *_: started.append(status),
        )
        return int(started[0].split()[0]), chunks


class Hammer:
    """A mixin of tests whose ``crowd`` asks from many threads."""

    def hammer(self, requests):
        """Send requests from 16 threads; return the report."""
        seconds = os.environ.get(
            'CLOUD_SECURITY_SECONDS', 300 + requests // 10
        )
        report = self.crowd.run(requests, seconds=int(seconds))
        self.addDetail('report', content.text_content(str(report)))
        if 'CLOUD_SECURITY_REQUESTS' in os.environ:
            sys.stderr.write(f'{self.id()}: {report}\n')
        return report


class Tests(Hammer):
    """The tests of a service with the filter, for ``requests`` requests."""

    def test_response_holds_no_rows_of_another_caller(self):
        report = self.hammer(self.requests)
        self.assertEqual([], report.crossings)
        self.assertEqual([], report.wrong)
        self.assertEqual([], report.survivors)
        self.assertEqual({}, scopes._by_request_id)
        self.assertEqual(self.requests, report.requests)

    def test_scope_in_a_plain_global_is_detected(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.scope._here', PlainGlobal()
            )
        )
        self.assertNotEqual([], self.hammer(FEW).crossings)

    def test_scope_that_is_not_reset_is_detected(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.scope.on_this_thread',
                contextlib.contextmanager(stay),
            )
        )
        self.assertNotEqual([], self.hammer(FEW).survivors)


class PlainGlobal:
    """A ContextVar as it must not be: the same for all threads."""

    _scope = None

    def get(self):
        return self._scope

    def set(self, scope):
        before, self._scope = self._scope, scope
        return before

    def reset(self, before):
        self._scope = before


def stay(scope):
    """Enter a scope, and never leave it; a generator for contextmanager."""
    scopes._here.set(scope)
    yield


def _close(chunks):
    if hasattr(chunks, 'close'):
        chunks.close()
