# SPDX-License-Identifier: Apache-2.0
"""A request in the words of both worlds, and the response to it.

Names stand for IDs: ``<hidden.active>``, or ``<hidden.active|upper>`` for an
ID in capital letters. Each world puts its own IDs in their place.
"""

import collections
import json
import re

#: ``who`` is an account of a world, ``label`` names the service's operation.
Request = collections.namedtuple(
    'Request', 'who method path body version headers label'
)
Response = collections.namedtuple('Response', 'status headers body')


def request(
    who,
    method,
    path,
    body=None,
    version=None,
    label='',
    root='/v2.1',
    **headers,
):
    """Build a request.

    :param path: below the root, or a whole path that begins with a version
    :param body: JSON, or text that goes into the request unchanged
    :param label: the operation, such as ``POST /servers/{id}/action lock``
    :param root: the path of the service's API
    """
    if not re.match(r'/v\d', path):
        path = root + path
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


#: Spellings of an ID that a router or a database may accept.
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
