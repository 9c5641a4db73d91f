"""The servers of a run, and what the placeholders of operations stand for.

The owner has two: his *example*, at which he shows that an operation works,
and the *target*, which only the peer tries to reach. The peer has his own.
"""

import datetime
import secrets
from typing import Dict
from typing import List
from typing import Optional
import uuid

from cloud_security.probe import accounts
from cloud_security.probe import belongings
from cloud_security.probe import limits
from cloud_security.probe import operations
from cloud_security.probe import supplies
from cloud_security.probe import waiting
from cloud_security.probe import words

DAY = datetime.timedelta(days=1)
#: What is missing where a placeholder has no value.
MISSING = {
    'address': 'No floating IP was given: --floating-ip.',
    'bigger': 'There is no second flavor that fits.',
    'group': 'The owner may not make server groups.',
    'label': 'The server is in no network.',
    'network': 'The server is in no network.',
    'port': 'The server is in no network.',
    'request': 'Nova tells no history of the server.',
    'snapshot': 'No snapshots were asked for: --snapshot.',
    'snapshot_name': 'No snapshots were asked for: --snapshot.',
}


class Stage:
    """What is there during a run."""

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        run: belongings.Run,
        choice: supplies.Choice,
        newest: str,
    ) -> None:
        self.owner = owner
        self.peer = peer
        self.newest = newest
        self.run = run
        self._choice = choice
        self._unknown = str(uuid.uuid4())
        #: Ids of all servers and groups that the owner has had.
        self.servers: List[str] = []
        self.groups: List[str] = []
        #: Whether a target was removed, and replaced.
        self.is_target_lost = False
        #: Values of placeholders, by server.
        self._values: Dict[str, Dict[str, str]] = {}
        self.common: Dict[str, str] = {}

    def supply(self) -> None:
        """Choose what servers are made of.

        :raises CannotTell: when there is nothing
        """
        found = supplies.choose(self.owner, self._choice)
        password = secrets.token_urlsafe(12)
        words.keep(password)
        now = datetime.datetime.now(datetime.timezone.utc)
        self.common = {
            'project': self.owner.project_id,
            'user': self.owner.user_id,
            'flavor': found.flavor,
            'image': found.image,
            'nothing': str(uuid.uuid4()),
            'password': password,
            'start': f'{now - DAY:%Y-%m-%dT%H:%M:%S}',
            'end': f'{now + DAY:%Y-%m-%dT%H:%M:%S}',
            'new_name': self.run.name('new'),
        }
        for name, value in (
            ('network', found.network),
            ('bigger', found.bigger),
            ('address', self._choice.address),
        ):
            if value:
                self.common[name] = value

    def boot(self, account: accounts.Account, what: str) -> str:
        """Let somebody make a server; return its id at once.

        :raises CannotTell: when he may not
        """
        name = self.run.name(what)
        network = self.common.get('network')
        body = {
            'server': {
                'name': name,
                'flavorRef': self.common['flavor'],
                'imageRef': self.common['image'],
                'networks': [{'uuid': network}] if network else 'none',
                'metadata': {belongings.MARK: 'x'},
                'tags': [name],
            }
        }
        with self.run.making('server', name):
            answer = account.call('POST', 'servers', body, version='2.52')
            if answer.status in accounts.LOST:
                raise limits.NoAnswer(f'{answer.status} {answer.complaint}')
        if not answer.is_success:
            raise limits.CannotTell(
                f'The {account.name} may not make a server: {answer.complaint}'
            )
        made = answer.json()['server']
        words.keep(made.get('adminPass'))
        server_id: str = made['id']
        if account is self.owner:
            self.servers.append(server_id)
        self._values.setdefault(what, {}).update(
            server=server_id, SERVER=server_id.upper(), name=name, tag=name
        )
        return server_id

    def furnish(self, account: accounts.Account, what: str) -> None:
        """Wait for a server, and make what belongs to it.

        :raises CannotTell: when it does not become active
        """
        values = self._values[what]
        waiting.wait(account, values['server'], 'ACTIVE')
        if account is not self.owner:
            return
        path = f'servers/{values["server"]}'
        actions = account.get(f'{path}/os-instance-actions', 'instanceActions')
        if actions:
            values['request'] = actions[-1]['request_id']
        self._find_port(values, path)
        if 'group' not in values:
            self._make_group(values, self.run.name(what))
        if self._choice.snapshot and 'snapshot' not in values:
            self._make_snapshot(values, path)

    def _find_port(self, values: Dict[str, str], path: str) -> None:
        if 'network' not in self.common:
            return
        for port in self.owner.get(
            f'{path}/os-interface', 'interfaceAttachments'
        ):
            values['port'] = port['port_id']
        for label in self.owner.get(f'{path}/ips', 'addresses'):
            values['label'] = label

    def _make_group(self, values: Dict[str, str], name: str) -> None:
        with self.run.making('server group', name):
            answer = self.owner.call(
                'POST',
                'os-server-groups',
                {'server_group': {'name': name, 'policy': 'soft-affinity'}},
                version='2.64',
            )
        if answer.is_success:
            values['group'] = answer.json()['server_group']['id']
            self.groups.append(values['group'])
        elif 'uota' in answer.complaint:
            raise limits.CannotTell(
                f'The owner may not make a server group: {answer.complaint}'
            )

    def _make_snapshot(self, values: Dict[str, str], path: str) -> None:
        values['snapshot_name'] = values['name'] + '-copy'
        with self.run.making('image', values['snapshot_name']):
            answer = self.owner.call(
                'POST',
                f'{path}/action',
                {'createImage': {'name': values['snapshot_name']}},
                version='2.45',
            )
        if not answer.is_success:
            raise limits.CannotTell(
                f'The owner may not make a snapshot: {answer.complaint}'
            )
        values['snapshot'] = answer.json()['image_id']
        waiting.settle(self.owner, values['server'])

    def values(self, account: accounts.Account, what: str) -> Dict[str, str]:
        """Return what placeholders stand for when somebody asks.

        :param what: example or target
        """
        own = 'own' if account is self.peer else 'example'
        other = account.project_id != self.owner.project_id
        return {
            **self.common,
            **self._values[what],
            'own': self._values[own].get('server', ''),
            'own_project': account.project_id,
            'everywhere': 'all_tenants=1&' if other else '',
            'all_projects': 'all_projects=True' if other else '',
        }

    def unknown(self, values: Dict[str, str], about: str) -> Dict[str, str]:
        """Return the same about something that does not exist."""
        other = operations.NO_ADDRESS if about == 'address' else self._unknown
        return {**values, about: other, about.upper(): other.upper()}

    def ids(self, about: str) -> List[str]:
        """Return what may be asked for: the owner's, and nothing."""
        theirs = {
            'address': [self.common.get('address', '')],
            'group': self.groups,
            'server': self.servers,
            'user': [self.owner.user_id],
        }
        return [*theirs[about], self.unknown({}, about)[about]]

    def server(self, what: str) -> Optional[str]:
        """Return the id of a server, None when it is gone."""
        return self._values.get(what, {}).get('server')

    def gone(self, what: str) -> None:
        """Note that a server is no more."""
        self._values[what].pop('server', None)
