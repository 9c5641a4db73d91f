# SPDX-License-Identifier: Apache-2.0
"""Cinder's stage: volumes, and all that hangs on them."""

from __future__ import annotations

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction
from cloud_security.probe.client.responses import LOST
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import service_stage
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources import valued_stage
from cloud_security.probe.resources.volume import volume_fate
from cloud_security.probe.resources.volume import volume_parts
from cloud_security.probe.resources.volume import volume_state
from cloud_security.probe.resources.volume import volume_values
from cloud_security.probe.resources.volume import volume_waiting


class VolumeStage(valued_stage.ValuedStage):
    """The resources of a run at Cinder, by their roles."""

    _values: volume_values.Values
    untouched = ("the owner's volume is untouched", 'GET volumes/{volume}')

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        choice: supplies.Choice,
        newest: str,
    ) -> None:
        super().__init__(owner, peer, footprint, newest)
        self._values = volume_values.Values(owner, footprint)
        #: Reasons why a placeholder has no value; parts add theirs.
        self.missing = dict(volume_parts.MISSING)
        if choice.backup:
            self._values.common['backing'] = 'cloud-security-probe'
        else:
            self.missing['backup'] = self.missing['backing']

    @property
    def own(self) -> str:
        """Return the ID of the peer's own volume, or ''."""
        return self._values.roles['own'].get('volume', '')

    def supply(self) -> None:
        """Choose a volume type, and a group type if the cloud has one."""
        # Without a default type, Cinder responds with 404.
        response = self.owner.call('GET', 'types/default')
        found = response.said.get('volume_type')
        if not found:
            found = next(iter(self.owner.get('types', 'volume_types')), None)
        if not found:
            raise limits.CannotTell('There is no volume type.')
        self._values.common['type'] = found['id']
        response = self.owner.call('GET', 'group_types', version='3.11')
        for one in response.said.get('group_types', ()):
            # Cinder keeps this type for groups of old releases.
            if one['name'] != 'default_cgsnapshot_type':
                self._values.common['group_type'] = one['id']
                break

    def make(self) -> None:
        """Create the parts that are missing, and wait for them.

        :raises CannotTell: when that is not possible
        """
        for part in volume_parts.PARTS:
            made = [
                (account, role)
                for account, role in (
                    (self.owner, 'example'),
                    (self.peer, 'own'),
                    (self.owner, 'target'),
                )
                if (role != 'own' or part.is_own)
                and part.name not in self._values.roles[role]
                and part.name not in self.missing
                and self._create(account, role, part)
            ]
            for account, role in made:
                self._wait(account, role, part)
        self._look_for_messages()

    def _create(
        self, account: accounts.Account, role: str, part: volume_parts.Part
    ) -> bool:
        """Create a part; return False if the cloud has none of its kind."""
        values = self._values.roles[role]
        try:
            body = operations.filled(
                {part.kind.key: part.body}, {**self._values.common, **values}
            )
        except operations.Missing as error:
            self._skip(part, self.missing.get(str(error), str(error)))
            return False
        name = values.get(f'{part.name}_name', values['name'])
        version = max(
            part.kind.version,
            volume_parts.IN_A_GROUP if 'group_id' in part.body else '3.0',
            key=operations.number,
        )
        with self.footprint.making(part.kind.noun, name):
            response = account.call('POST', part.kind.path, body, version)
            if response.status in LOST:
                raise limits.NoResponse(str(response))
        if not response.is_success:
            why = (
                f'The {account.name} may not create a {part.kind.noun}: '
                f'{response.complaint}'
            )
            if not part.is_optional or 'uota' in why:
                raise limits.CannotTell(why)
            self._skip(part, why)
            return False
        created = response.json()[part.kind.key]
        redaction.keep(created.get('auth_key'))
        self._values.note(role, part.name, created['id'])
        return True

    def _skip(self, part: volume_parts.Part, why: str) -> None:
        self.missing[part.name] = why
        for role in self._values.roles:
            self._values.lose(role, part.name)

    def _wait(
        self, account: accounts.Account, role: str, part: volume_parts.Part
    ) -> None:
        resource_id = self._values.roles[role].get(part.name)
        # An attachment and a transfer are there at once.
        if resource_id is None or part.kind.key in ('attachment', 'transfer'):
            return
        status = volume_waiting.settle(account, part.kind, resource_id)
        # A backup that failed is a backup, too.
        if status == 'available' or part.name == 'backup':
            return
        why = f"The {account.name}'s {part.kind.noun} is {status}."
        if not part.is_optional:
            raise limits.CannotTell(why)
        self._skip(part, why)

    def _look_for_messages(self) -> None:
        """Find the messages about failed backups of the owner."""
        for role in ('example', 'target'):
            values = self._values.roles[role]
            if 'message' in values or 'backup' not in values:
                continue
            response = self.owner.call(
                'GET',
                f'messages?resource_uuid={values["backup"]}',
                version='3.5',
            )
            for message in response.said.get('messages', ()):
                self._values.note(role, 'message', message['id'])

    def known(self, about: str) -> list[str]:
        """Return the owner's IDs and names that a control must name."""
        past = self._values.past
        return [*past.get(about, ()), *past.get(f'{about}_name', ())] + (
            past['name'] if about == 'volume' else []
        )

    def settle(self, operation: Operation, role: str) -> str:
        """Wait until Cinder has acted on a resource; return its state."""
        values = self._values.roles[role]
        states = {}
        for name in dict.fromkeys(('volume', 'snapshot', operation.about)):
            kind = volume_parts.KIND_OF.get(name)
            if kind is None or name not in values:
                continue
            is_removed = operation.removes and name == operation.about
            if is_removed:
                volume_waiting.wait_until_gone(self.owner, kind, values[name])
            states[name] = volume_waiting.settle(
                self.owner, kind, values[name]
            )
            if states[name].startswith('error') and name != 'backup':
                volume_fate.discard(self.owner, kind, values[name])
                states[name] += ', and gone'
            if is_removed or 'gone' in states[name]:
                self._values.lose(role, name)
                is_whole = name in ('volume', 'snapshot')
                if role == 'target' and is_whole:
                    self._is_target_lost = True
        return states.get(operation.about, '')

    def fate(
        self,
        account: accounts.Account,
        operation: Operation,
        response: Response,
    ) -> Response:
        """Return the final state of a new resource instead of its ID."""
        state = volume_fate.ended(account, operation.makes, response)
        for role in ('example', 'target'):
            volume = self._values.roles[role].get('volume')
            if volume:
                volume_waiting.settle(
                    self.owner, volume_parts.KINDS['volume'], volume
                )
        return response._replace(text=state, headers={})

    def count(self, account: accounts.Account) -> int:
        """Return the number of an account's own volumes."""
        listed = account.get('volumes/detail?limit=1000', 'volumes')
        return sum(one['user_id'] == account.user_id for one in listed)

    def state(self) -> service_stage.State:
        """Return the target's state as the owner sees it."""
        values = self._values.roles['target']
        if self._is_target_lost:
            return service_stage.State({'status': 'gone'})
        return volume_state.read(self.owner, values)
