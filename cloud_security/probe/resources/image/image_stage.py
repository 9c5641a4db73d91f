# SPDX-License-Identifier: Apache-2.0
"""Glance's stage: images with data, and images that wait for theirs."""

from __future__ import annotations

import contextlib
from typing import Any

from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import media
from cloud_security.probe.client import services
from cloud_security.probe.client.responses import LOST
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import service_stage
from cloud_security.probe.resources import valued_stage
from cloud_security.probe.resources.image import image_remains
from cloud_security.probe.resources.image import image_values

GONE = 'gone'
#: Properties that stay as they are if nobody touches an image.
KEPT = (
    'name',
    'status',
    'visibility',
    'tags',
    'size',
    'checksum',
    'owner',
    'min_ram',
    'written',
    footprints.MARK,
)


class ImageStage(valued_stage.ValuedStage):
    """The images of a run, by their roles."""

    _values: image_values.Values
    untouched = ("the owner's image is untouched", 'GET images/{image}')

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        footprint: footprints.Footprint,
        newest: str,
    ) -> None:
        super().__init__(owner, peer, footprint, newest)
        self._values = image_values.Values(owner, footprint)
        #: Reasons why a placeholder or another service is missing.
        self.missing = dict(image_values.MISSING)

    @property
    def own(self) -> str:
        """Return the ID of the peer's own image, or ''."""
        return self._values.roles['own'].get('image', '')

    def supply(self) -> None:
        """Look for Nova and Cinder, and for a flavor."""
        for service in (services.COMPUTE, services.VOLUME):
            account = self.owner.at(service)
            path, key = {
                services.COMPUTE: ('flavors', 'flavors'),
                services.VOLUME: ('volumes?limit=1', 'volumes'),
            }[service]
            try:
                found = account.get(path, key)
            except limits.CannotTell as error:
                # Time that is up ends the whole run.
                self.owner.limits.check()
                self.missing[service.name] = str(error)
                continue
            if service is services.COMPUTE and found:
                self._values.common['flavor'] = found[0]['id']

    def make(self) -> None:
        """Create the images that are missing.

        :raises CannotTell: when that is not possible
        """
        for account, role, part in (
            (self.owner, 'example', 'image'),
            (self.peer, 'own', 'image'),
            (self.owner, 'target', 'image'),
            (self.owner, 'example', 'queued'),
            (self.owner, 'target', 'queued'),
        ):
            if part not in self._values.roles[role]:
                self._create(account, role, part)

    def _create(self, account: accounts.Account, role: str, part: str) -> None:
        values = self._values.roles[role]
        name = values['name' if part == 'image' else f'{part}_name']
        body = {
            'name': name,
            'visibility': 'private',
            'container_format': 'bare',
            'disk_format': 'raw',
            'min_ram': image_values.RAM,
            'min_disk': image_values.DISK,
            'tags': [values['tag']] if part == 'image' else [],
            footprints.MARK: name,
            image_remains.USER: account.user_id,
        }
        with self.footprint.making(image_remains.KIND, name):
            response = self._sent(account, 'POST', 'images', body)
        image_id = response.json()['id']
        if part == 'image':
            self._sent(
                account,
                'PUT',
                f'images/{image_id}/file',
                image_values.data(name),
                media.DATA,
            )
        self._values.note(role, part, image_id)

    @staticmethod
    def _sent(
        account: accounts.Account,
        method: str,
        path: str,
        body: Any,
        kind: str = media.JSON,
    ) -> Response:
        """Send what makes an image.

        :raises CannotTell: when Glance refuses
        """
        response = account.call(method, path, body, media=kind)
        if response.status in LOST:
            raise limits.NoResponse(str(response))
        if not response.is_success:
            raise limits.CannotTell(
                f'The {account.name} may not create an image: '
                f'{response.complaint}'
            )
        return response

    def settle(self, operation: Operation, role: str) -> str:
        """Return the state of an image; replace one that has got data."""
        about = operation.about
        image_id = self._values.roles[role].get(about, '')
        path = f'images/{image_id}'
        if about == 'queued':
            with contextlib.suppress(limits.CannotTell):
                self.owner.call('DELETE', path)
        response = self.owner.call('GET', path)
        if response.status == 404:
            self._values.lose(role, about)
            if (role, about) == ('target', 'image'):
                self._is_target_lost = True
            return GONE
        return str(self.owner.taken(response, 'status'))

    def fate(
        self,
        account: accounts.Account,
        operation: Operation,
        response: Response,
    ) -> Response:
        """Delete what another service made of an image; return that it did."""
        made = response.json()[operation.makes]['id']
        account.call('DELETE', f'{operation.makes}s/{made}')
        return response._replace(text='made', headers={})

    def state(self) -> service_stage.State:
        """Return the target's state as the owner sees it."""
        image_id = self._values.roles['target'].get('image')
        if image_id is None or self._is_target_lost:
            return service_stage.State({'status': GONE})
        response = self.owner.call('GET', f'images/{image_id}')
        if response.status == 404:
            return service_stage.State({'status': GONE}, response)
        self.owner.taken(response, 'id')
        return service_stage.State(
            {key: response.said.get(key) for key in KEPT}, response
        )
