# SPDX-License-Identifier: Apache-2.0
"""Owners and IDs of the servers of a project, from a number each."""

import datetime
import random
from typing import List
import uuid

OTHERS = 99
CALLER = 'user-00'
PROJECT = '6f70656e737461636b20342065766572'
#: What the caller's token comes to.
HEADERS = {
    'X-User-Id': CALLER,
    'X-Project-Id': PROJECT,
    'X-Roles': 'member,reader',
    'X-Identity-Status': 'Confirmed',
    'Content-Type': 'application/json',
}
NAME = 'benchmark-server'
#: The end of each id that is the first server's: in a copy it is another.
TAIL = '-5eed-4eed-8eed-5eed5eed5eed'
SERVER, PORT, DISK = (digit * 8 + TAIL for digit in 'abc')
GROUP_SIZE = 10
BEGIN = datetime.datetime(2026, 1, 1)


def owners(size: int, own: int) -> List[str]:
    """Return the owner of each server.

    :param size: how many there are in the project
    :param own: how many of them are the caller's
    """
    others = size - own
    found = [CALLER] * own
    found += [f'user-{1 + number % OTHERS:02}' for number in range(others)]
    first, *rest = found
    random.Random(size).shuffle(rest)
    return [first] + rest


def tail(number: int) -> str:
    """Return the end of the ids of a server and what belongs to it."""
    if not number:
        return TAIL
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))[8:]


def server_id(number: int) -> str:
    """Return the id of a server."""
    return SERVER[:8] + tail(number)
