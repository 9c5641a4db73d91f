# SPDX-License-Identifier: Apache-2.0
"""Exceptions to the promise: differences that the worlds may show.

doc/source/reference/promise.rst has the same rows; a test compares them. The
walk meets each row, or the row names the test that shows it.
"""

import json
import operator
import re

from tests.two_worlds import promise


def _totals(asked, a, b, _known):
    """Quota totals; everything else in the answers is equal."""
    path, _, query = asked.path.partition('?')
    if '/limits' in path:
        numbers = r'("total\w+Used"): (\d+)'
    elif path.endswith('/detail') and 'user_id=' not in query:
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
    return (a.status, promise.headers(a), a_body) == (
        b.status,
        promise.headers(b),
        b_body,
    ) and all(map(operator.ge, a_totals, b_totals))


def _guard(asked, a, b, _known):
    """Cinder's question about an attachment of a server not there."""
    found = re.match(r'/v2\.1/servers/(.*)/os-volume_attachments/', asked.path)
    return (
        asked.method == 'GET'
        and found is not None
        # Of a server in Nova's database, own ones get Nova's answer.
        and not re.fullmatch(r'<own\.(?!archived)\w+>', found.group(1))
        and (a.status, b.status) == (403, 404)
        and a.body == REFUSAL
        and promise.headers(a) == promise.headers(b)
    )


def must_differ(asked):
    """Tell whether an answer that is equal in both worlds would tell.

    Cinder is refused for hidden and for unknown servers alike.
    """
    return (
        asked.method == 'GET'
        and 'X-Service-Roles' not in dict(asked.headers)
        and bool(
            re.fullmatch(
                r'/v2\.1/servers/<(hidden\.\w+|unknown)>'
                r'/os-volume_attachments/[^/]+',
                asked.path,
            )
        )
    )


def _held(asked, a, b, known):
    """Nova in A knows that a volume is attached, in B only Cinder does."""
    message = json.loads(a.body or '{}').get('badRequest', {}).get('message')
    told = re.fullmatch(
        r'Invalid volume: volume \S+ is already attached to instances: '
        r'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})',
        message or '',
    )
    return (
        '<hidden.volume>' in asked.path + asked.body
        and a.status == b.status == 400
        and told is not None
        # Some id that stands for no server.
        and told.group(1) not in known
        and b.body == IN_USE
        and promise.headers(a) == promise.headers(b)
    )


def _replaced(asked, a, b, known):
    """A failure names what is neither sent nor an own server."""
    uuid = r'(?<!req-)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
    told = zip(re.findall(uuid, a.body or ''), re.findall(uuid, b.body or ''))
    return (
        a.status == b.status >= 400
        and promise.headers(a) == promise.headers(b)
        and re.sub(uuid, '', a.body) == re.sub(uuid, '', b.body)
        and all(
            # Some id that stands for no server, for one that was not sent.
            mine == stock
            or mine not in known
            and stock not in asked.path + asked.body
            for mine, stock in told
        )
    )


REFUSAL = json.dumps(
    {
        'forbidden': {
            'code': 403,
            'message': "Policy doesn't allow os_compute_api:"
            'os-volumes-attachments:show to be performed.',
        }
    }
)
IN_USE = json.dumps(
    {
        'badRequest': {
            'code': 400,
            'message': 'Invalid volume: Volume is in use.',
        }
    }
)
TABLE = (
    promise.Row(
        "Totals of quota and limits are the project's",
        'One shared quota is why people share a project.',
        _totals,
    ),
    promise.Row(
        'A fixed IP, a port, a volume, a floating IP that a hidden server '
        'holds is still taken',
        'Neutron and Cinder hold them.',
        _held,
        'test_floating_ips.TestFloatingIps.'
        'test_address_of_a_hidden_server_is_not_taken',
    ),
    promise.Row(
        '``GET /servers/{server}/os-volume_attachments/{volume}`` answers '
        '403 for hidden and for unknown servers, instead of 404',
        'Cinder asks this with the user\'s token and takes 404 as "gone, '
        'delete the attachment" (CVE-2023-2088).',
        _guard,
    ),
    promise.Row(
        "Up to microversion 2.35, Nova's proxies for floating IPs, volumes "
        'and images replace each ID but those of own servers that are not '
        'archived',
        'Members can have Neutron, Cinder and Glance say any id there',
        shown_by='test_foreign_ids.TestForeignIds.'
        'test_floating_ip_of_a_hidden_server_does_not_name_it',
    ),
    promise.Row(
        'In failures, IDs that the caller did not send and that are not own '
        'servers are replaced',
        'Members can have Neutron, Cinder and Glance say any ID there, too',
        _replaced,
        'test_repeats.TestOtherServicesFailures.'
        'test_volume_of_an_image_is_replaced_alike',
    ),
    promise.Row(
        'An assisted snapshot fails for a volume that own and hidden servers '
        'hold, and for a number or null in place of a volume',
        'Nova refuses volumes with several servers.',
        shown_by='test_opened_policies.TestAssistedSnapshots.'
        'test_volume_that_own_and_hidden_servers_hold_has_no_snapshot',
    ),
    promise.Row(
        'The scheduler counts all servers',
        "A host's capacity is everybody's",
        shown_by='test_scheduler.TestScheduler.test_scheduler_counts_hidden_servers',
    ),
    promise.Row(
        'With ``osapi_compute_unique_server_name_scope`` (off by default), '
        'names that others use are taken',
        'names are unique in the project.',
        shown_by='test_project.TestUniqueNames.'
        'test_names_that_others_use_are_taken',
    ),
    promise.Row(
        'A server group can hold servers of several owners (from before, or '
        "a manager's)",
        'its policy counts all of them.',
        shown_by='test_project.TestSharedGroup.test_the_own_server_works_on',
    ),
    promise.Row(
        "The scheduler hint ``query`` is stored without JSON's escapes of "
        'printable ASCII characters',
        'An escape must not hide the id of a server in it.',
        shown_by='test_spelling.TestSpelling.'
        'test_query_with_json_escapes_is_marked',
    ),
    promise.Row(
        'An admin or a manager moves a server, and its stored scheduler '
        'hints name hidden servers',
        'These callers get stock Nova, which compares the hints.',
        shown_by='test_stored_hints.TestCommand.'
        'test_move_by_an_admin_compares_hints_until_they_are_neutralized',
    ),
    promise.Row(
        'A policy lets members use hosts, hypervisors, aggregates, services '
        'or usage audits, which are for admins by default',
        "Hosts count everybody's servers, and their operations act on them "
        'or miss them.',
        shown_by='test_opened_policies.TestHosts.'
        'test_hosts_and_aggregates_count_and_miss_hidden_servers',
    ),
)


def find(asked, a, b, known):
    """Return what differs, as in the table, or None.

    :param asked: the request, with names for ids
    :param a: world A's answer, with ids of world B
    :param known: the ids that have names, as world B calls them
    """
    return promise.find(TABLE, asked, a, b, known)
