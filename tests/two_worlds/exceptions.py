"""Every difference between the worlds that the promise allows.

The README's table has the same rows; a test compares them. Each row is met by
the walk, or names the test that shows it.
"""

import re
from typing import Callable
from typing import NamedTuple
from typing import Optional


class Exception_(NamedTuple):
    """A row of the README's table."""

    differs: str
    #: Whether a request and its two answers are such a difference.
    fits: Optional[Callable] = None
    #: The test that shows what the walk does not meet.
    shown_by: str = ''


def _totals(asked, a, b):
    """Quota totals; everything else in the answers is equal."""
    if not re.search('/(limits|os-quota-sets/)', asked.path):
        return False
    a, b = (
        re.sub(r'("(?:total\w+Used|in_use)"): \d+', r'\1: N', answer.body)
        for answer in (a, b)
    )
    return a == b


def _guard(asked, a, b):
    """Cinder's question about an attachment of a server not there."""
    return (
        asked.method == 'GET'
        and '/os-volume_attachments/' in asked.path
        and (a.status, b.status) == (403, 404)
    )


def _held(asked, a, b):
    """Nova in A knows that a volume is attached, in B only Cinder does."""
    return (
        '<hidden.volume>' in asked.path + asked.body
        and a.status == b.status == 400
        and 'already attached' in a.body
        and 'in use' in b.body
    )


TABLE = (
    Exception_("Totals of quota and limits are the project's", _totals),
    Exception_(
        'A fixed IP, a port, a volume, a floating IP that a hidden server '
        'holds is still taken',
        _held,
        # Nova's fixtures have no floating IPs.
        'test_exceptions.TestFloatingIps.'
        'test_a_hidden_servers_address_cannot_be_taken',
    ),
    Exception_(
        '``GET /servers/{server}/os-volume_attachments/{volume}`` answers '
        '403 for hidden and for unknown servers, instead of 404',
        _guard,
    ),
    Exception_(
        'With ``osapi_compute_unique_server_name_scope`` (off by default), '
        'names that others use are taken',
        shown_by='test_project.TestUniqueNames.'
        'test_names_that_others_use_are_taken',
    ),
    Exception_(
        'A server group can hold servers of several owners (from before, or '
        "a manager's)",
        shown_by='test_project.TestSharedGroup.test_the_own_server_works_on',
    ),
    Exception_(
        "The scheduler hint ``query`` is stored without JSON's escapes",
        shown_by='test_exceptions.TestSpelling.'
        'test_escapes_within_a_query_are_read',
    ),
)


def find(asked, a, b):
    """Return what differs, as in the table, or None.

    :param asked: the request, with names for ids
    :param a: world A's answer, with ids of world B
    """
    for entry in TABLE:
        if entry.fits and entry.fits(asked, a, b):
            return entry.differs
    return None
