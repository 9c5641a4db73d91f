# SPDX-License-Identifier: Apache-2.0
"""Exceptions to the promise for Cinder: what the worlds may show differently.

doc/source/reference/promise.rst has the same rows; a test compares them. The
walk meets each row, or the row names the test that shows it.
"""

import operator
import re

from tests.two_worlds import promise


def _totals(asked, a, b, _known):
    """Quota totals; everything else in the responses is equal."""
    path, _, query = asked.path.partition('?')
    if path.endswith('/limits'):
        numbers = r'("total\w+Used"): (\d+)'
    elif '/os-quota-sets/' in path and 'usage=' in query:
        numbers = r'("in_use"): (\d+)'
    else:
        return False
    a_body, b_body = (
        re.sub(numbers, r'\1: N', answer.body) for answer in (a, b)
    )
    a_totals, b_totals = (
        [int(total) for _, total in re.findall(numbers, answer.body)]
        for answer in (a, b)
    )
    return (
        a.status == b.status == 200
        and (promise.headers(a), a_body) == (promise.headers(b), b_body)
        and all(map(operator.ge, a_totals, b_totals))
    )


def _accepted(asked, a, b, _known):
    """Somebody hands a volume over, and tells ID and key."""
    return (
        asked.label.endswith('/{id}/accept')
        and '<hidden.transfer>' in asked.path
        and '<hidden.key>' in asked.body
        and (a.status, b.status) == (202, 404)
    )


TABLE = (
    promise.Row(
        "Totals of quota and limits are the project's",
        'One shared quota is why people share a project.',
        _totals,
    ),
    promise.Row(
        'Whoever has the ID and the key of a transfer in the project can '
        'accept it',
        'The owner hands the volume over by their own hand.',
        _accepted,
    ),
    promise.Row(
        'Sorting by another table, such as ``sort=group``, gets 500',
        'Stock Cinder joins the rows of everybody in that table.',
        shown_by='tests.functional.volume.test_volumes.TestSorting',
    ),
)


def must_differ(_asked):
    """Tell whether a response that is equal in both worlds would tell."""
    return False


def find(asked, a, b, known):
    """Return what differs, as in the table, or None.

    :param asked: the request, with names for IDs
    :param a: world A's response, with IDs of world B
    :param known: the IDs that have names, as world B calls them
    """
    return promise.find(TABLE, asked, a, b, known)
