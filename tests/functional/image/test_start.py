# SPDX-License-Identifier: Apache-2.0
"""The filter starts safe or not at all."""

import os
import pathlib

import fixtures
from glance import async_
from glance.api.middleware import cache
from glance.api.v2 import images
from glance.api.v2 import router
from glance.common import wsgi
from glance.db.sqlalchemy import api as db_api
from paste import urlmap

from cloud_security.image import middleware
from cloud_security.image import models
from cloud_security.image import service
from cloud_security.image import usage
from cloud_security.wsgi import startup
from tests.functional.image import cloud


class TestStart(cloud.Cloud):
    #: Each test loads the filter itself.
    FILTERED = False

    def load(self, application=None, **local_conf):
        startup._criteria.cache_clear()
        self.addCleanup(startup._criteria.cache_clear)
        return middleware.factory({}, **local_conf)(
            application or self.application()
        )

    def application(self, **apps):
        found = urlmap.URLMap()
        for path, app in (
            apps or {'v2': router.API(wsgi.APIMapper())}
        ).items():
            found[f'/{path}'] = app
        return found

    def refused(self, *args, **kwargs):
        error = self.assertRaises(
            startup.UnsafeStart, self.load, *args, **kwargs
        )
        return str(error)

    def test_filter_before_the_cache_or_the_root_is_taken(self):
        self.load()
        self.load(cache.CacheFilter(self.application()))

    def test_filter_elsewhere_is_refused(self):
        self.assertIn(
            'directly before cache', self.refused(lambda *args: None)
        )
        self.assertIn(
            'directly before cache',
            self.refused(wsgi.Middleware(self.application())),
        )

    def test_cache_before_something_else_is_refused(self):
        self.assertIn(
            'does not lead to rootapp',
            self.refused(cache.CacheFilter(lambda *args: None)),
        )

    def test_root_without_the_api_is_refused(self):
        self.assertIn(
            'has no path to', self.refused(self.application(v2=object()))
        )

    def test_options_of_the_paste_section_are_refused(self):
        self.assertIn('glance-api.conf', self.refused(mode='off'))

    def test_configuration_that_takes_owners_away_is_refused(self):
        self.config(
            inject={'user_id': 'bob'}, group='inject_metadata_properties'
        )
        self.assertIn('[inject_metadata_properties]', self.refused())
        self.config(inject={}, group='inject_metadata_properties')
        path = os.path.join(self.test_dir, 'protections.conf')
        pathlib.Path(path).write_text('[.*]\ncreate = @\nread = admin')
        self.config(property_protection_file=path)
        self.assertIn('Mend glance-api.conf: property_pro', self.refused())
        pathlib.Path(path).write_text('[.*]\ncreate = admin\nread = @')
        self.load()

    def test_glance_that_lets_the_checksum_change_is_refused(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'glance.api.v2.images.RequestDeserializer.'
                '_readonly_properties',
                images.RequestDeserializer._readonly_properties[:1],
            )
        )
        self.assertIn('checksum is not read-only', self.refused())

    def test_glance_without_a_number_for_quotas_is_refused(self):
        for module, name in (
            (db_api, usage.NAMES[0]),
            (async_.ThreadPoolModel, 'spawn'),
        ):
            with fixtures.MonkeyPatch(
                f'{module.__name__}.{name}'
                if module is db_api
                else 'glance.async_.ThreadPoolModel.spawn',
                None,
            ):
                delattr(module, name)
                self.assertIn(name, self.refused())
                setattr(module, name, None)

    def test_model_whose_statements_pass_is_refused(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.criteria.Criteria.restrict',
                lambda installed, state: None,
            )
        )
        self.assertIn('are not filtered', self.refused())

    def test_every_owned_model_is_proven(self):
        self.assertEqual(2, len(models.owned()))

    def test_release_that_was_not_tested_is_warned_of(self):
        for release, is_known in (
            ('28.1.0', True),
            ('33.0.0', True),
            ('27.9.9', False),
            ('34.0.0', False),
        ):
            with fixtures.MonkeyPatch(
                'glance.version.version_string',
                lambda release=release: release,
            ):
                warning = service.GLANCE.release_warning()
            self.assertEqual(is_known, warning is None, release)


class TestLostFilter(cloud.Cloud):
    FILTERED = False

    def test_members_are_refused_where_the_filter_is_lost(self):
        image_id = self.root.image()
        for account in (self.alice, self.dan, self.carol):
            for method, path in (
                ('GET', 'images'),
                ('GET', f'images/{image_id}'),
                ('GET', f'images/{image_id}/file'),
                ('POST', 'images'),
                ('DELETE', f'images/{image_id}'),
            ):
                body = {'name': 'x'} if method == 'POST' else None
                response = account.call(method, path, body)
                self.assertIn(response.status_code, (403, 404), (method, path))
        self.assertEqual([image_id], self.root.ids())


class TestModeOff(cloud.Cloud):
    MODE = 'off'

    def test_nobody_is_isolated(self):
        image_id = self.alice.image()
        self.assertEqual([image_id], self.bob.ids())
        response = self.bob.call('GET', f'images/{image_id}/file')
        self.assertEqual(b'DATA', response.body)


class TestModeMonitor(cloud.Cloud):
    MODE = 'monitor'

    def test_nobody_is_isolated_and_owners_are_written(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        found = self.alice.create(visibility='private', user_id='bob')
        self.assertEqual('alice', found['user_id'])
        self.assertEqual([found['id']], self.bob.ids())
        self.assertIn('cloud_security.would_hide', log.output)
        response = self.bob.patch(
            f'images/{found["id"]}',
            {'op': 'replace', 'path': '/user_id', 'value': 'bob'},
        )
        self.assertEqual(403, response.status_code)


class TestAudit(cloud.Cloud):
    def test_denials_and_overrides_are_recorded(self):
        image_id = self.alice.image()
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        self.bob.call('GET', f'images/{image_id}')
        self.assertIn('cloud_security.denied', log.output)
        self.assertIn('"owner_id": "alice"', log.output)
        self.assertNotIn('cloud_security.overrode', log.output)
        self.carol.call('DELETE', f'images/{image_id}')
        self.assertIn('cloud_security.overrode', log.output)
