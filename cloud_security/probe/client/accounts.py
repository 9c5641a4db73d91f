# SPDX-License-Identifier: Apache-2.0
"""Accounts that send requests to Nova.

An account never repeats a request that changes something.
"""

from __future__ import annotations

import re
from typing import Any
from typing import Callable
from typing import TypeVar

from keystoneauth1 import adapter as adapters
from keystoneauth1 import exceptions

from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction
from cloud_security.probe.client.responses import BUSY
from cloud_security.probe.client.responses import Response

Result = TypeVar('Result')
#: Seconds that one request may take.
PATIENCE = 60
RETRIES = 2


class Account:
    """A user with a token for one project, who sends requests to Nova.

    :param name: owner, peer, manager or admin
    :param adapter: a keystoneauth1 adapter for the compute service
    :param user_name: the name that people know the user by; '' if unknown
    """

    def __init__(
        self,
        name: str,
        adapter: adapters.Adapter,
        user_id: str,
        project_id: str,
        roles: tuple[str, ...] = (),
        user_name: str = '',
        project_name: str = '',
    ) -> None:
        self.name = name
        self.user_id = user_id
        self.project_id = project_id
        self.roles = roles
        self.user_name = user_name
        self.project_name = project_name
        self.limits = limits.Limits(PATIENCE, 1000)
        self.adapter = adapter
        self._root: str | None = None

    @property
    def root(self) -> str:
        """Return Nova's endpoint without version and project."""
        if self._root is None:
            endpoint = self._wait('Nova', self.adapter.get_endpoint)
            if not endpoint:
                raise limits.CannotTell(
                    'Keystone knows no endpoint of the compute service for '
                    f'the {self.name}.'
                )
            self._root = re.sub(
                r'/v2(\.\d+)?(/[^/]*)?/?$', '', endpoint
            ).rstrip('/')
        return self._root

    @property
    def url(self) -> str:
        """Return the endpoint if an earlier request found it, else ''."""
        return self._root or ''

    def endpoint(self, service_type: str) -> str | None:
        """Return another service's endpoint, None if the cloud has none."""

        def look() -> str | None:
            try:
                found: str | None = self.adapter.session.get_endpoint(
                    self.adapter.auth or self.adapter.session.auth,
                    service_type=service_type,
                    interface=self.adapter.interface,
                    region_name=self.adapter.region_name,
                )
            except exceptions.CatalogException:
                return None
            return found

        endpoint = self._wait(service_type, look)
        return endpoint.rstrip('/') if endpoint else None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        version: str = '2.1',
    ) -> Response:
        """Send one request; repeat a GET while a gateway is busy.

        :param path: below Nova's endpoint; without a leading slash it is
            below ``/v2.1/``; the account sends a whole URL as it is
        :raises CannotTell: when there is no response, or no more time
        """
        if '://' in path:
            url = path
        else:
            url = self.root + (path if path[0] == '/' else f'/v2.1/{path}')
        for attempt in range(RETRIES + 1):
            response = self._send(method, url, body, version)
            if method != 'GET' or response.status not in BUSY:
                break
            if attempt < RETRIES:
                self.limits.sleep(0.5)
        return response

    def get(self, path: str, key: str, version: str = '2.1') -> Any:
        """Send a GET and return the value of one key of the response.

        :raises CannotTell: on a refusal, or a response that is not Nova's
        """
        return self.taken(self.call('GET', path, version=version), key)

    def taken(self, response: Response, key: str) -> Any:
        """Return the value of one key of a response.

        :raises CannotTell: on a refusal, or a response that is not Nova's
        """
        if not response.is_success:
            raise limits.CannotTell(
                f'The {self.name} may not {response.method} {response.url}: '
                f'{response}'
            )
        said = response.json()
        if not isinstance(said, dict) or key not in said:
            raise limits.CannotTell(
                f'{response.url}: the response is not as Nova gives it.'
            )
        return said[key]

    def _send(
        self, method: str, url: str, body: Any, version: str
    ) -> Response:
        self.limits.spend()
        # Nova would boot the server of an aborted POST later.
        is_whole = method == 'POST'
        patience = PATIENCE if is_whole else min(PATIENCE, self.limits.left)
        response = self._wait(
            url,
            lambda: self.adapter.session.request(
                url,
                method,
                auth=self.adapter.auth or self.adapter.session.auth,
                json=body,
                raise_exc=False,
                redirect=False,
                connect_retries=RETRIES if method == 'GET' else 0,
                timeout=max(1, patience + 1),
                user_agent='cloud-security-probe',
                headers={
                    'Accept': 'application/json',
                    'OpenStack-API-Version': f'compute {version}',
                },
            ),
            is_whole,
        )
        redaction.keep(response.request.headers.get('X-Auth-Token'))
        return Response(
            method,
            url,
            version,
            body,
            response.status_code,
            {key.lower(): value for key, value in response.headers.items()},
            response.text.encode('utf-8', 'replace').decode('utf-8'),
        )

    def _wait(
        self,
        service: str,
        work: Callable[[], Result],
        is_whole: bool = False,
    ) -> Result:
        """Run a request in a thread; turn errors into one sentence.

        :raises CannotTell: instead of any error of keystoneauth1
        """
        try:
            return self.limits.wait(work, PATIENCE, is_whole)
        except limits.NoResponse as error:
            raise limits.NoResponse(f'{service}: {error}') from error
        except limits.CannotTell:
            raise
        except exceptions.Unauthorized as error:
            raise limits.CannotTell(
                f'Keystone does not let the {self.name} in: '
                + redaction.brief(str(error))
            ) from error
        except Exception as error:
            raise limits.NoResponse(
                f'The {self.name} gets no response of {service}: '
                + redaction.brief(str(error))
            ) from error
