# SPDX-License-Identifier: Apache-2.0
"""A host of several services, whose files are below a folder of a test."""

import dataclasses
import os
import pathlib
from unittest import mock

import fixtures

from cloud_security.deploy import apis
from tests.unit.cmd import manage_fixture
from tests.unit.deploy import checkout

FILES = pathlib.Path(__file__).parents[1] / 'api_paste'
FRESH = {
    'compute': (FILES / 'nova-32.ini').read_bytes(),
    'volume': (FILES / 'cinder-24.ini').read_bytes(),
}
#: The rules that are linked, which any service takes here.
RULES = checkout.RULES


def files(folder):
    """Return ``{path: content or target of a link}`` below a folder."""
    return {
        str(path): os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        for path in folder.rglob('*')
        if path.is_symlink() or path.is_file()
    }


class Host(manage_fixture.Manage):
    """A host whose files are below a folder of the test."""

    HAS = ('compute', 'volume')

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.apis = {
            key: dataclasses.replace(api, folder=f'{self.root}/etc/{key}')
            for key, api in apis.ALL.items()
        }
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.apis.Api.rules',
                (RULES,),
            )
        )
        # The rules of both are found by any end of a path.
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.apis.Api.rule_endings',
                (RULES,),
            )
        )
        patcher = mock.patch.dict(apis.ALL, self.apis)
        patcher.start()
        self.addCleanup(patcher.stop)
        # Where no service is found, commands speak of Nova's real files.
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.apis.NOVA', self.apis['compute']
            )
        )
        for key in self.HAS:
            self.paste(key).parent.mkdir(parents=True)
            self.paste(key).write_bytes(FRESH[key])

    def change_api(self, **changes):
        """Let Neutron's API be otherwise."""
        self.apis['network'] = dataclasses.replace(
            self.apis['network'], **changes
        )
        apis.ALL.update(self.apis)

    def paste(self, key):
        return self.root / 'etc' / key / 'api-paste.ini'

    def link(self, key):
        folder = self.root / 'etc' / key / 'policy.d'
        return folder / self.apis[key].link

    def assert_state(self, key, is_filtered, is_linked):
        text = self.paste(key).read_text()
        self.assertEqual(
            (is_filtered, is_linked),
            (
                f'cloud_security.{key}.middleware:factory' in text,
                self.link(key).is_symlink(),
            ),
            key,
        )
