"""Who asks Nova, and what is answered.

It never repeats a request that changes something.
"""

import json
import re
from typing import Any
from typing import Callable
from typing import Dict
from typing import NamedTuple
from typing import Optional
from typing import Tuple
from typing import TypeVar

from keystoneauth1 import adapter as adapters
from keystoneauth1 import exceptions

from cloud_security.probe import limits
from cloud_security.probe import words

Result = TypeVar('Result')
#: Seconds that one request may take.
PATIENCE = 60
#: Of a gateway, or of a Nova that has too much to do.
BUSY = (429, 502, 503, 504)
#: Of a gateway that does not know what Nova does with a request.
LOST = (502, 504)
RETRIES = 2


class Answer(NamedTuple):
    """An answer, and the request that led to it."""

    method: str
    url: str
    version: str
    sent: Any
    status: int
    headers: Dict[str, str]
    text: str

    @property
    def is_success(self) -> bool:
        """Tell whether Nova did what it was asked to."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return what the body says.

        :raises CannotTell: when it is no JSON
        """
        try:
            return json.loads(self.text)
        except ValueError:
            raise limits.CannotTell(
                f'{self.method} {self.url} was answered with no JSON.'
            ) from None

    @property
    def complaint(self) -> str:
        """Return Nova's own words for what is wrong, on one line."""
        try:
            said = [
                fault['message'] for fault in json.loads(self.text).values()
            ]
        except (ValueError, AttributeError, TypeError, KeyError):
            said = [self.text]
        return words.brief(' '.join(map(str, said)))


class Account:
    """Somebody with a token, asking Nova.

    :param name: owner, peer, manager or admin
    :param adapter: a keystoneauth1 adapter for the compute service
    """

    def __init__(
        self,
        name: str,
        adapter: adapters.Adapter,
        user_id: str,
        project_id: str,
        roles: Tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.user_id = user_id
        self.project_id = project_id
        self.roles = roles
        self.limits = limits.Limits(PATIENCE, 1000)
        self._adapter = adapter
        self._root: Optional[str] = None

    @property
    def root(self) -> str:
        """Return the endpoint of Nova without version and project."""
        if self._root is None:
            endpoint = self._asked('Nova', self._adapter.get_endpoint)
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
        """Return what is known of the endpoint, without asking."""
        return self._root or ''

    def endpoint(self, service_type: str) -> Optional[str]:
        """Return the endpoint of another service, None where there is none."""

        def look() -> Optional[str]:
            try:
                found: Optional[str] = self._adapter.session.get_endpoint(
                    self._adapter.auth or self._adapter.session.auth,
                    service_type=service_type,
                    interface=self._adapter.interface,
                    region_name=self._adapter.region_name,
                )
            except exceptions.CatalogException:
                return None
            return found

        endpoint = self._asked(service_type, look)
        return endpoint.rstrip('/') if endpoint else None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        version: str = '2.1',
    ) -> Answer:
        """Send one request; GET again where a gateway is busy.

        :param path: below Nova's endpoint; without a leading slash it is
            below ``/v2.1/``; a whole URL is taken as it is
        :raises CannotTell: when there is no answer, or no more time
        """
        if '://' in path:
            url = path
        else:
            url = self.root + (path if path[0] == '/' else f'/v2.1/{path}')
        for attempt in range(RETRIES + 1):
            answer = self._send(method, url, body, version)
            if method != 'GET' or answer.status not in BUSY:
                break
            if attempt < RETRIES:
                self.limits.sleep(0.5)
        return answer

    def get(self, path: str, key: str, version: str = '2.1') -> Any:
        """GET and return what the answer holds under a key.

        :raises CannotTell: when it is refused, or no answer of Nova
        """
        return self.taken(self.call('GET', path, version=version), key)

    def taken(self, answer: Answer, key: str) -> Any:
        """Return what an answer holds under a key.

        :raises CannotTell: when it is a refusal, or no answer of Nova
        """
        if not answer.is_success:
            raise limits.CannotTell(
                f'The {self.name} may not {answer.method} {answer.url}: '
                f'{answer.status} {answer.complaint}'
            )
        said = answer.json()
        if not isinstance(said, dict) or key not in said:
            raise limits.CannotTell(
                f'{answer.url} is not answered as Nova does.'
            )
        return said[key]

    def _send(self, method: str, url: str, body: Any, version: str) -> Answer:
        self.limits.spend()
        # A server of a POST that is broken off would come later.
        is_whole = method == 'POST'
        patience = PATIENCE if is_whole else min(PATIENCE, self.limits.left)
        response = self._asked(
            url,
            lambda: self._adapter.session.request(
                url,
                method,
                auth=self._adapter.auth or self._adapter.session.auth,
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
        words.keep(response.request.headers.get('X-Auth-Token'))
        return Answer(
            method,
            url,
            version,
            body,
            response.status_code,
            {key.lower(): value for key, value in response.headers.items()},
            response.text.encode('utf-8', 'replace').decode('utf-8'),
        )

    def _asked(
        self, whom: str, ask: Callable[[], Result], is_whole: bool = False
    ) -> Result:
        """Ask in a thread; make what keystoneauth1 raises one sentence.

        :raises CannotTell: instead
        """
        try:
            return self.limits.wait(ask, PATIENCE, is_whole)
        except limits.NoAnswer as error:
            raise limits.NoAnswer(f'{whom}: {error}') from error
        except limits.CannotTell:
            raise
        except exceptions.Unauthorized as error:
            raise limits.CannotTell(
                f'Keystone does not let the {self.name} in: '
                + words.brief(str(error))
            ) from error
        except Exception as error:
            raise limits.NoAnswer(
                f'The {self.name} gets no answer of {whom}: '
                + words.brief(str(error))
            ) from error
