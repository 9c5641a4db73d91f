"""Both worlds, the same requests, and whether their answers are equal.

Ids and times are the same in both worlds where the same member caused them
(see world.py). What stays different is matched up: an id that appears in A
stands for the id at its place in B, from then on and the other way round. The
ids of hidden servers stand for ids that world B does not know.
"""

import collections
import itertools
import json
import os
import re
import subprocess
import sys
from urllib.parse import unquote
import uuid

from tests.two_worlds import exceptions

NAMESPACE = uuid.UUID('a0a0a0a0-0000-4000-8000-000000000000')
ID = re.compile(
    r'[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}', re.I
)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))

#: A request with names such as ``<hidden.active>`` for ids.
Request = collections.namedtuple(
    'Request', 'who method path body version headers label'
)
Answer = collections.namedtuple('Answer', 'status headers body')


def request(who, method, path, body=None, version=None, label='', **headers):
    """Return a request.

    :param path: with ``/v2.1`` unless it has another beginning
    :param body: JSON, or text that is sent as it is
    :param label: what operation of Nova's it is meant for
    """
    if not path.startswith('/v2'):
        path = '/v2.1' + path
    if not isinstance(body, str):
        body = '' if body is None else json.dumps(body)
    return Request(
        who,
        method,
        path,
        body,
        version,
        tuple(
            (name.replace('_', '-'), value) for name, value in headers.items()
        ),
        label,
    )


class World:
    """The process of one world."""

    def __init__(self, side):
        self.side = side
        # Nova logs much, and tells what stopped it.
        self.log = open(os.environ.get('TWO_WORLDS_LOG', os.devnull), 'a')
        self.process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', __package__ + '.world']
            + [side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=ROOT,
            # Sets in the same order in both worlds.
            env=dict(os.environ, PYTHONHASHSEED='0'),
            text=True,
        )

    def tell(self, do, **arguments):
        """Send a command; hear() returns its result."""
        self.process.stdin.write(json.dumps(dict(arguments, do=do)) + '\n')
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(
                f'World {self.side} stopped; TWO_WORLDS_LOG=<file> keeps '
                'what it says.'
            )
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Worlds:
    """Worlds A and B, and which ids of theirs mean the same."""

    def __init__(self, side_of_a='a', are_alike=False):
        """Start both.

        :param side_of_a: ``b`` for a world A without the filter
        :param are_alike: whether world B has the hidden servers too, for
            callers who are not isolated; then nothing is excused
        """
        self.are_alike = are_alike
        self.a, self.b = World(side_of_a), World('b')
        self.requests = 0
        self.steps = collections.Counter()
        #: {name: (id in A, id in B)}
        self.names = {}
        self.a_to_b, self.b_to_a = {}, {}
        self.excused = collections.Counter()
        self._both_hear()

    def close(self):
        for world in (self.a, self.b):
            world.close()

    def both(self, do, **arguments):
        """Tell both the same command; return both results."""
        self.a.tell(do, **arguments)
        self.b.tell(do, **arguments)
        return self._both_hear()

    def _both_hear(self):
        return self.a.hear(), self.b.hear()

    def in_a(self, asked):
        """Send a request to world A only, as the others do.

        :returns: Answer
        """
        if self.are_alike:
            return self.ask(asked)[0]
        self.a.tell('call', **self._command('others', asked, 0))
        answer = Answer(*self.a.hear())
        if asked.method != 'GET':
            self._hold_in_b()
        return answer

    def _hold_in_b(self):
        """Let B's Cinder, Neutron and Glance tell of the others' servers.

        There they are ids that no world's Nova knows.
        """
        self.a.tell('held')
        hidden = {
            server_id: str(uuid.uuid5(NAMESPACE, 'holder ' + server_id))
            for server_id, unknown_id in self.names.values()
            if server_id != unknown_id
        }

        def as_held(found):
            return hidden.get(found.group(), found.group())

        told = self.a.hear()
        held = {
            kind: [
                json.loads(ID.sub(as_held, text))
                for text in map(json.dumps, entries)
                if any(server_id in text for server_id in hidden)
            ]
            for kind, entries in told.items()
        }
        held['order'] = [image['id'] for image in told['images']]
        self.b.tell('hold', **held)
        self.b.hear()

    def disown(self, name):
        """Take the owner out of the mapping of a hidden server."""
        self.a.tell('disown', server_id=self.names[name][0])
        self.a.hear()
        if self.are_alike:
            self.b.tell('disown', server_id=self.names[name][1])
            self.b.hear()

    def hide(self, name, hidden_id):
        """Name something hidden; B gets an id that it does not know."""
        if self.are_alike:
            return self.show(name, hidden_id)
        unknown_id = str(uuid.uuid5(NAMESPACE, hidden_id))
        self.names[name] = hidden_id, unknown_id
        self._match(hidden_id, unknown_id)

    def show(self, name, own_id):
        """Name something that both worlds have.

        :param own_id: as world B calls it
        """
        self.names[name] = self.b_to_a.get(own_id, own_id), own_id

    def ask(self, asked):
        """Send a request to both worlds.

        :returns: both answers, in which ids of A are those of B, and
            whether they mean the same
        """
        self.requests += 1
        commands = (
            self._command('own', asked, 0),
            self._command('own', asked, 1),
        )
        self.a.tell('call', **commands[0])
        self.b.tell('call', **commands[1])
        answers = [Answer(*result) for result in self._both_hear()]
        a, b = (self._as_sent(answer, asked) for answer in answers)
        a = self._in_ids_of_b(a, b)
        if self.are_alike:
            return a, b, a == b
        if a == b:
            return a, b, not exceptions.must_differ(asked)
        known = {in_b for _, in_b in self.names.values()}
        excuse = exceptions.find(asked, a, b, known)
        if excuse:
            self.excused[excuse] += 1
        return a, b, bool(excuse)

    def _command(self, kind, asked, at):
        if at == 0:
            self.steps[kind] += 1
        path, body = (
            self._named(text, at) for text in (asked.path, asked.body)
        )
        return {
            'step': f'{kind} {self.steps[kind]}',
            'second': sum(self.steps.values()),
            'who': asked.who,
            'method': asked.method,
            'path': path,
            'body': body,
            'version': asked.version,
            'headers': {
                name: self._named(value, at) for name, value in asked.headers
            },
        }

    def _named(self, text, at):
        """Put ids in the place of their names, spelled as asked for."""
        for name, spelled in re.findall(r'<([\w.]+)(?:\|(\w+))?>', text):
            server_id = self.names[name][at]
            text = text.replace(
                f'<{name}|{spelled}>' if spelled else f'<{name}>',
                SPELLINGS[spelled](server_id) if spelled else server_id,
            )
        return text

    def _as_sent(self, answer, asked):
        """Put names back for ids that were sent spelled oddly."""
        body = answer.body
        for name, spelled in re.findall(r'<([\w.]+)\|(\w+)>', asked.path):
            for server_id in self.names[name]:
                odd = SPELLINGS[spelled](server_id)
                read = unquote(odd)
                # Nova repeats some of it byte by byte.
                for text in (odd, read, read.encode().decode('latin-1')):
                    body = body.replace(
                        json.dumps(text)[1:-1], f'<{name}|{spelled}>'
                    )
        return answer._replace(body=body)

    def _in_ids_of_b(self, a, b):
        """Return A's answer with B's ids, as far as they match up."""
        in_a = ID.findall(_text(a))
        in_b = ID.findall(_text(b))
        # What has a name is no other thing's id.
        known = set(itertools.chain(*self.names.values()))
        for one, other in zip(in_a, in_b):
            # What is the same in both stands for nothing else from then on.
            if len(in_a) == len(in_b) and not {one, other} & known:
                self._match(one, other)

        def of_b(found):
            return self.a_to_b.get(found.group(), found.group())

        return Answer(
            a.status,
            [[name, ID.sub(of_b, value)] for name, value in a.headers],
            ID.sub(of_b, a.body),
        )

    def _match(self, one, other):
        # The first meeting counts.
        if one not in self.a_to_b and other not in self.b_to_a:
            self.a_to_b[one] = other
            self.b_to_a[other] = one


def _text(answer):
    return '\n'.join([value for _, value in answer.headers] + [answer.body])


#: How an id can be spelled so that a router or a database may accept it.
SPELLINGS = {
    'upper': str.upper,
    'bare': lambda server_id: server_id.replace('-', ''),
    'space': lambda server_id: server_id + '%20',
    'before': lambda server_id: '%20' + server_id,
    'nul': lambda server_id: server_id + '%00',
    'accent': lambda server_id: re.sub(
        '[ae]',
        lambda found: {'a': '%C3%A1', 'e': '%C3%A9'}[found.group()],
        server_id,
        count=1,
    ),
    'wide': lambda server_id: '%EF%BC%90' + server_id[1:],
    'braces': lambda server_id: '%7B' + server_id + '%7D',
    'urn': lambda server_id: 'urn:uuid:' + server_id,
    'json': lambda server_id: server_id + '.json',
    'slash': lambda server_id: server_id + '/',
    'slashes': lambda server_id: '/' + server_id,
    'quoted': lambda server_id: '%%%02X' % ord(server_id[0]) + server_id[1:],
    'twice': lambda server_id: '%%25%02X' % ord(server_id[0]) + server_id[1:],
    'percent': lambda server_id: server_id[:-1] + '%25',
    'underline': lambda server_id: server_id[:-1] + '_',
    'short': lambda server_id: server_id[:-1],
}
