# SPDX-License-Identifier: Apache-2.0
"""Send the same requests to both worlds, and compare their responses.

IDs and times are the same in both worlds where the same member caused them
(see steps.py). The pair matches up the other IDs: one that appears in A stands
for the one at its place in B from then on. The IDs of hidden servers stand for
IDs that world B does not know.
"""

import collections
import itertools
import json
import re
from urllib.parse import unquote
import uuid

from tests.two_worlds import process
from tests.two_worlds import request

NAMESPACE = uuid.UUID('a0a0a0a0-0000-4000-8000-000000000000')
ID = re.compile(
    r'[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}', re.I
)


class Pair:
    """Worlds A and B, and the IDs of theirs that mean the same.

    A service's own pair names the module of its worlds and its exceptions.
    """

    #: The module of the worlds, such as ``tests.two_worlds.compute.world``.
    WORLD = ''
    #: What may differ: a module or an object with ``must_differ(asked)`` and
    #: ``find(asked, a, b, known)``.
    EXCEPTIONS = None

    def __init__(self, side_of_a='a', are_alike=False):
        """Start both worlds.

        :param side_of_a: ``b`` for a world A without the filter
        :param are_alike: world B has the hidden servers too, for callers who
            are not isolated; then the pair excuses no difference
        """
        self.are_alike = are_alike
        self.a, self.b = (
            process.Process(self.WORLD, side) for side in (side_of_a, 'b')
        )
        self.requests = 0
        self.steps = collections.Counter()
        #: ``{name: (ID in A, ID in B)}``
        self.names = {}
        self.a_to_b, self.b_to_a = {}, {}
        self.excused = collections.Counter()
        self._both_hear()

    def close(self):
        """End both worlds."""
        for world in (self.a, self.b):
            world.close()

    def both(self, do, **arguments):
        """Send both worlds a command; return both results."""
        self.a.tell(do, **arguments)
        self.b.tell(do, **arguments)
        return self._both_hear()

    def _both_hear(self):
        return self.a.hear(), self.b.hear()

    def in_a(self, asked):
        """Send a request of another member's, to world A only.

        :returns: request.Response
        """
        if self.are_alike:
            return self.ask(asked)[0]
        self.a.tell('call', **self._command('others', asked, 0))
        response = request.Response(*self.a.hear())
        self.after_hidden(asked)
        return response

    def after_hidden(self, asked):
        """Let B know what other services hold since a hidden request."""

    def hide(self, name, hidden_id):
        """Name a hidden thing, and choose an ID that B does not know."""
        if self.are_alike:
            return self.show(name, hidden_id)
        unknown_id = str(uuid.uuid5(NAMESPACE, hidden_id))
        self.names[name] = hidden_id, unknown_id
        self._match(hidden_id, unknown_id)

    def show(self, name, own_id):
        """Name a thing that both worlds have.

        :param own_id: its ID in world B
        """
        self.names[name] = self.b_to_a.get(own_id, own_id), own_id

    def ask(self, asked):
        """Send a request to both worlds, and compare the responses.

        :returns: both responses, with B's IDs in A's one, and True if they
            mean the same
        """
        self.requests += 1
        commands = (
            self._command('own', asked, 0),
            self._command('own', asked, 1),
        )
        self.a.tell('call', **commands[0])
        self.b.tell('call', **commands[1])
        responses = [request.Response(*result) for result in self._both_hear()]
        a, b = (self._as_sent(response, asked) for response in responses)
        a = self._in_ids_of_b(a, b)
        if self.are_alike:
            return a, b, a == b
        if a == b:
            return a, b, not self.EXCEPTIONS.must_differ(asked)
        known = {in_b for _, in_b in self.names.values()}
        excuse = self.EXCEPTIONS.find(asked, a, b, known)
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
        """Replace names by a world's IDs, spelled as the names ask for."""
        for name, spelled in re.findall(r'<([\w.]+)(?:\|(\w+))?>', text):
            server_id = self.names[name][at]
            text = text.replace(
                f'<{name}|{spelled}>' if spelled else f'<{name}>',
                request.SPELLINGS[spelled](server_id)
                if spelled
                else server_id,
            )
        return text

    def _as_sent(self, response, asked):
        """Replace oddly spelled IDs of the request by their names again."""
        body = response.body
        for name, spelled in re.findall(r'<([\w.]+)\|(\w+)>', asked.path):
            for server_id in self.names[name]:
                odd = request.SPELLINGS[spelled](server_id)
                read = unquote(odd)
                # Nova repeats some of it byte by byte.
                for text in (odd, read, read.encode().decode('latin-1')):
                    body = body.replace(
                        json.dumps(text)[1:-1], f'<{name}|{spelled}>'
                    )
        return response._replace(body=body)

    def _in_ids_of_b(self, a, b):
        """Return A's response with B's IDs, as far as they match up."""
        in_a = ID.findall(_text(a))
        in_b = ID.findall(_text(b))
        # An ID that has a name stands for no other thing.
        known = set(itertools.chain(*self.names.values()))
        for one, other in zip(in_a, in_b):
            # An ID that is the same in both matches itself from then on.
            if len(in_a) == len(in_b) and not {one, other} & known:
                self._match(one, other)

        def of_b(found):
            return self.a_to_b.get(found.group(), found.group())

        return request.Response(
            a.status,
            [[name, ID.sub(of_b, value)] for name, value in a.headers],
            ID.sub(of_b, a.body),
        )

    def _match(self, one, other):
        # The first meeting counts.
        if one not in self.a_to_b and other not in self.b_to_a:
            self.a_to_b[one] = other
            self.b_to_a[other] = one


def _text(response):
    values = [value for _, value in response.headers]
    return '\n'.join([*values, response.body])
