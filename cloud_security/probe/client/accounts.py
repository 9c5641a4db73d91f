# SPDX-License-Identifier: Apache-2.0
"""Accounts that send requests to a service.

An account never repeats a request that changes something.
"""

from __future__ import annotations

from typing import Any
from typing import Callable
from typing import TypeVar

from keystoneauth1 import adapter as adapters
from keystoneauth1 import exceptions

from cloud_security.probe.client import limits
from cloud_security.probe.client import media as bodies
from cloud_security.probe.client import redaction
from cloud_security.probe.client import services
from cloud_security.probe.client.responses import BUSY
from cloud_security.probe.client.responses import Response

Result = TypeVar('Result')
#: Seconds that one request may take.
PATIENCE = 60
RETRIES = 2
#: The name of an account that may only read.
READER = 'reader'


class Account:
    """A user with a token for one project, who sends requests to a service.

    :param name: owner, peer, reader, manager or admin
    :param adapter: a keystoneauth1 adapter for the compute service
    :param user_name: the name that people know the user by; '' if unknown
    :param service: the service that the requests go to
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
        service: services.Service = services.COMPUTE,
    ) -> None:
        self.name = name
        self.user_id = user_id
        self.project_id = project_id
        self.roles = roles
        self.user_name = user_name
        self.project_name = project_name
        self.service = service
        self.limits = limits.Limits(PATIENCE, 1000)
        self.adapter = adapter
        #: Adapters of other services, by the services' names.
        self.adapters: dict[str, adapters.Adapter] = {}
        self._root: str | None = None

    def at(self, service: services.Service) -> Account:
        """Return the same user as an account of another service."""
        if service is self.service:
            return self
        account = Account(
            self.name,
            self.adapters.get(service.name, self.adapter),
            self.user_id,
            self.project_id,
            self.roles,
            self.user_name,
            self.project_name,
            service,
        )
        account.limits, account.adapters = self.limits, self.adapters
        return account

    @property
    def root(self) -> str:
        """Return the service's endpoint without version and project."""
        if self._root is None:
            endpoint = self._wait(self.service.title, self._endpoint)
            if not endpoint:
                raise limits.CannotTell(
                    'Keystone knows no endpoint of the '
                    f'{self.service.name} service for the {self.name}.'
                )
            self._root = self.service.root(endpoint)
        return self._root

    def _endpoint(self) -> str | None:
        if self.service is services.COMPUTE or self.adapter.endpoint_override:
            found: str | None = self.adapter.get_endpoint()
            return found
        for service_type in self.service.types:
            found = self._look(service_type, skip_discovery=True)
            if found:
                return found
        return None

    def _look(self, service_type: str, **more: Any) -> str | None:
        try:
            found: str | None = self.adapter.session.get_endpoint(
                self.adapter.auth or self.adapter.session.auth,
                service_type=service_type,
                interface=self.adapter.interface,
                region_name=self.adapter.region_name,
                **more,
            )
        except exceptions.CatalogException:
            return None
        return found

    @property
    def url(self) -> str:
        """Return the endpoint if an earlier request found it, else ''."""
        return self._root or ''

    def endpoint(self, service_type: str) -> str | None:
        """Return another service's endpoint, None if the cloud has none."""
        endpoint = self._wait(service_type, lambda: self._look(service_type))
        return endpoint.rstrip('/') if endpoint else None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        version: str = '',
        media: str = bodies.JSON,
    ) -> Response:
        """Send one request; repeat a GET while a gateway is busy.

        :param path: below the service's endpoint; without a leading slash it
            is below ``/v2.1/`` or ``/v3/PROJECT/``; the account sends a whole
            URL as it is
        :param version: a microversion, by default the service's oldest
        :raises CannotTell: when there is no response, or no more time
        """
        if '://' in path:
            url = path
        else:
            below = self.service.prefix(self.project_id)
            url = self.root + (path if path[0] == '/' else below + path)
        version = version or self.service.oldest
        for attempt in range(RETRIES + 1):
            response = self._send(method, url, body, version, media)
            if method != 'GET' or response.status not in BUSY:
                break
            if attempt < RETRIES:
                self.limits.sleep(0.5)
        return response

    def get(self, path: str, key: str, version: str = '') -> Any:
        """Send a GET and return the value of one key of the response.

        :raises CannotTell: on a refusal, or another party's response
        """
        return self.taken(self.call('GET', path, version=version), key)

    def taken(self, response: Response, key: str) -> Any:
        """Return the value of one key of a response.

        :raises CannotTell: on a refusal, or another party's response
        """
        if not response.is_success:
            raise limits.CannotTell(
                f'The {self.name} may not {response.method} {response.url}: '
                f'{response}'
            )
        said = response.json()
        if not isinstance(said, dict) or key not in said:
            raise limits.CannotTell(
                f'{response.url}: the response is not as '
                f'{self.service.title} gives it.'
            )
        return said[key]

    def _send(
        self, method: str, url: str, body: Any, version: str, media: str
    ) -> Response:
        self.limits.spend()
        # A service would create the resource of an aborted POST later.
        is_whole = method == 'POST'
        patience = PATIENCE if is_whole else min(PATIENCE, self.limits.left)
        response = self._wait(
            url,
            lambda: self.adapter.session.request(
                url,
                method,
                auth=self.adapter.auth or self.adapter.session.auth,
                **bodies.content(body, media),
                raise_exc=False,
                redirect=False,
                connect_retries=RETRIES if method == 'GET' else 0,
                timeout=max(1, patience + 1),
                user_agent='cloud-security-probe',
                headers={
                    'Accept': bodies.JSON,
                    **bodies.headers(body, media),
                    'OpenStack-API-Version': (
                        f'{self.service.name} {version}'
                    ),
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
