# SPDX-License-Identifier: Apache-2.0
"""Assignments as Neutron's tables have them, by queries of their own."""

import collections

FORWARD = (
    "x.protocol || ':' || x.external_port_start || '-' || x.external_port_end"
    " || '>' || x.internal_port_start || '-' || x.internal_port_end"
)
MYSQL_FORWARD = (
    "concat(x.protocol, ':', x.external_port_start, '-', x.external_port_end,"
    " '>', x.internal_port_start, '-', x.internal_port_end)"
)
#: ``{kind: (query of Neutron's tables, columns of the history)}``
QUERIES = {
    'port': (
        'select p.id, p.network_id, p.device_id, p.device_owner,'
        ' p.mac_address, p.project_id, case when s.port_security_enabled then'
        " 'yes' when s.port_id is null then 'yes' else 'no' end from ports p"
        ' left join portsecuritybindings s on s.port_id = p.id',
        'port_id, network_id, device_id, device_owner, mac_address,'
        " project_id, case when detail is null then 'yes' else 'no' end",
    ),
    'fixed': (
        'select ip_address, network_id, subnet_id, port_id from ipallocations'
        ' where port_id is not null',
        'address, network_id, subnet_id, port_id',
    ),
    'floating': (
        'select floating_ip_address, floating_network_id, id, fixed_port_id,'
        ' fixed_ip_address from floatingips where fixed_port_id is not null',
        'address, network_id, object_id, port_id, fixed_ip',
    ),
    'forward': (
        'select f.floating_ip_address, f.floating_network_id, x.id,'
        ' x.internal_neutron_port_id, x.internal_ip_address, {forward}'
        ' from portforwardings x join floatingips f on f.id = x.floatingip_id',
        'address, network_id, object_id, port_id, fixed_ip, detail',
    ),
    'pair': (
        'select a.ip_address, a.port_id, a.mac_address'
        ' from allowedaddresspairs a',
        'address, port_id, detail',
    ),
    'snat': (
        'select id, gw_port_id from routers where gw_port_id is not null'
        ' and enable_snat',
        'object_id, port_id',
    ),
}
#: Where the ID of a row stands in what a query returns.
ROW = {
    'port': (0,),
    'fixed': (0, 1, 2),
    'floating': (2,),
    'forward': (2,),
    'pair': (0, 1, 2),
    'snat': (0,),
}


class Oracle:
    """Notes what was assigned at which moments."""

    def __init__(self, cloud):
        self.cloud = cloud
        forward = (
            MYSQL_FORWARD if cloud.engine.dialect.name == 'mysql' else FORWARD
        )
        self.queries = {
            kind: query.format(forward=forward)
            for kind, (query, _) in QUERIES.items()
        }
        #: ``[(moment, {(kind, *values)})]``: what came or went until then
        self.seen = []
        self.last = set()

    def assigned(self):
        """Return ``{(kind, *values)}`` of Neutron's tables."""
        return {
            (kind, *row)
            for kind, query in self.queries.items()
            for row in self.cloud.sql(query)
        }

    def open(self):
        """Return the same of open intervals, a list: none may be twice."""
        return [
            (kind, *row)
            for kind, (_, columns) in QUERIES.items()
            for row in self.cloud.sql(
                f'select {columns} from cloud_security_ip_history'
                f" where kind = '{kind}' and end_at is null"
            )
        ]

    def look(self):
        """Note what is assigned now; return what open intervals differ by."""
        assigned = self.assigned()
        self.seen.append((self.cloud.now(), assigned ^ self.last))
        self.last = assigned
        found = collections.Counter(self.open())
        return sorted(assigned ^ found.keys(), key=str) + sorted(
            (one for one, number in found.items() if number > 1), key=str
        )

    def intervals(self):
        """Return ``[(begin_at, end_at, (kind, *values))]``, in their order."""
        return [
            (*row[:2], (kind, *row[2:]))
            for kind, (_, columns) in QUERIES.items()
            for row in self.cloud.sql(
                f'select begin_at, end_at, {columns}'
                ' from cloud_security_ip_history'
                f" where kind = '{kind}' order by id"
            )
        ]

    def moments(self):
        """Yield ``(moment, {(kind, *values)})``, the set changed each time."""
        assigned = set()
        for at, changed in self.seen:
            assigned ^= changed
            yield at, assigned

    def wrong_moments(self):
        """Return the moments at which the history says something else."""
        begins = collections.deque(
            sorted(
                (moment(begin), what) for begin, _, what in self.intervals()
            )
        )
        ends = collections.deque(
            sorted(
                (moment(end), what) for _, end, what in self.intervals() if end
            )
        )
        active = collections.Counter()
        wrong = []
        for at, assigned in self.moments():
            for changes, number in ((begins, 1), (ends, -1)):
                while changes and changes[0][0] <= moment(at):
                    active[changes.popleft()[1]] += number
            active = +active
            if assigned != active.keys():
                wrong.append((at, sorted(assigned ^ active.keys(), key=str)))
        return wrong

    def overlaps(self):
        """Return pairs of intervals of one row that overlap, or end early."""
        rows = collections.defaultdict(list)
        for begin, end, what in self.intervals():
            key = tuple(what[1 + at] for at in ROW[what[0]])
            rows[(what[0], key)].append((moment(begin), moment(end) or '~'))
        return [
            (key, one, other)
            for key, found in rows.items()
            for found in [sorted(found)]
            for one, other in zip(found, [*found[1:], ('~', '~')])
            if one[1] > other[0] or one[1] < one[0]
        ]


def moment(value):
    """Return a time as text that sorts, '' for none."""
    if not value or isinstance(value, str):
        return value or ''
    return value.isoformat(' ', 'microseconds')
