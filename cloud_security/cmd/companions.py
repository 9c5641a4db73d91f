# SPDX-License-Identifier: Apache-2.0
"""Services whose things go along with servers that are handed over."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

from cloud_security.deploy import apis
from cloud_security.deploy import host as hosts


class Companion(NamedTuple):
    """A service whose things go along with servers."""

    api: apis.Api
    #: The things, as the help says.
    what: str

    @property
    def name(self) -> str:
        """The service, for a sentence."""
        return self.api.name

    @property
    def things(self) -> str:
        """The plural noun of what it has, such as ``volumes``."""
        return self.api.things

    @property
    def command(self) -> tuple[str, str]:
        """The words of the command that hands its things over alone."""
        return self.api.key, 'hand-over'

    @property
    def option(self) -> str:
        """The option that takes the things along."""
        return f'--with-{self.things}'

    @property
    def summary(self) -> str:
        """The beginning of the last line of output.

        Without it, the process has not reached the service.
        """
        return f'{self.name}: '


VOLUMES = Companion(apis.CINDER, 'volumes, snapshots and backups')
IMAGES = Companion(apis.GLANCE, 'images')
PORTS = Companion(apis.NEUTRON, 'ports and floating IPs')
COMPANIONS = (VOLUMES, IMAGES, PORTS)


def add_arguments(parser: Any) -> None:
    """Add the options to take things along, and where the files are."""
    parser.add_argument(
        '--with-all',
        action='store_true',
        help='hand over what the user has in each service that is on this '
        'host, and name the services that are not',
    )
    for service in COMPANIONS:
        parser.add_argument(
            service.option,
            action='store_true',
            help=f'hand over {service.what}, too; this host must have '
            f"{service.name}'s code and configuration",
        )
        for kind, metavar in (('file', 'FILE'), ('dir', 'DIRECTORY')):
            parser.add_argument(
                f'--{service.name.lower()}-config-{kind}',
                action='append',
                default=[],
                metavar=metavar,
                help=f'as --config-{kind}, of {service.name}, for '
                f'{service.option} (default: {service.api.folder}/'
                f'{service.api.conf_file})',
            )


def chosen(parsed_args: Any, app: Any) -> list[Companion]:
    """Return the services whose things go along.

    For --with-all, those on this host get their option; the others are named.
    """
    if parsed_args.with_all:
        for service in COMPANIONS:
            name = service.name.lower()
            is_named = any(
                getattr(parsed_args, f'{name}_config_{kind}')
                for kind in ('file', 'dir')
            )
            if is_named or hosts.Host(api=service.api).loading.is_there():
                setattr(parsed_args, f'with_{service.things}', True)
            else:
                app.stderr.write(
                    f"{service.name} is not on this host: the user's "
                    f'{service.what} stay. Run cloud-security-manage '
                    f'{" ".join(service.command)} on a host of its API.\n'
                )
    return [
        service
        for service in COMPANIONS
        if getattr(parsed_args, f'with_{service.things}')
    ]
