# SPDX-License-Identifier: Apache-2.0
"""The filter starts safe or not at all."""

import fixtures
from oslo_config import cfg
import routes

from cloud_security import opts
from cloud_security.visibility import criteria
from cloud_security.volume import middleware
from cloud_security.volume import models
from cloud_security.volume import service
from cloud_security.wsgi import startup
from tests.functional.volume import cloud


class TestStart(cloud.Cloud):
    #: Each test loads the filter itself.
    FILTERED = False

    def load(self, application=None, **local_conf):
        startup._criteria.cache_clear()
        self.addCleanup(startup._criteria.cache_clear)
        if application is None:
            application = self._router
        return middleware.factory({}, **local_conf)(application)

    @property
    def _router(self):
        # Without its __init__, which takes a second.
        kind = service.CINDER.application_class
        made = kind.__new__(kind)
        made.map = routes.Mapper()
        return made

    def refused(self, *args, **kwargs):
        error = self.assertRaises(
            startup.UnsafeStart, self.load, *args, **kwargs
        )
        return str(error)

    def test_filter_before_another_filter_is_refused(self):
        self.assertIn(
            'directly before apiv3', self.refused(lambda *args: None)
        )

    def test_options_of_the_paste_section_are_refused(self):
        self.assertIn('cinder.conf', self.refused(mode='off'))

    def test_rules_that_mean_something_else_are_refused(self):
        self.operator_writes({'cloud_security:isolated': 'role:x or ro le'})
        self.assertIn('policy files of Cinder', self.refused())

    def test_cinder_without_a_model_is_refused(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.volume.database.models.Transfer.volume_id',
                None,
            )
        )
        models.owned.cache_clear()
        self.addCleanup(models.owned.cache_clear)
        self.assertIn('has not the models', self.refused())

    def test_model_whose_statements_pass_is_refused(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.criteria.Criteria.restrict',
                lambda installed, state: None,
            )
        )
        self.assertIn('are not filtered', self.refused())

    def test_every_owned_model_has_a_criterion_with_the_owner(self):
        for model, entry in models.owned().items():
            self.assertIsInstance(entry, criteria.Owned, model)
        self.assertEqual(10, len(models.owned()))

    def test_release_that_was_not_tested_is_warned_of(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        for release, is_known in (
            ('24.0.0', True),
            ('29.3.1', True),
            ('23.9.9', False),
            ('30.0.0', False),
            ('34.0.0', False),
        ):
            self.patch('cinder.version.version_string', return_value=release)
            warning = service.CINDER.release_warning()
            self.assertEqual(is_known, warning is None, release)
        self.load()
        self.assertIn('tested with Cinder 24 to 29', log.output)

    def test_mode_off_is_logged(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        opts.register(cfg.CONF)
        self.flags(mode='off', group='cloud_security')
        self.load()
        self.assertIn(
            "members of a project see and touch each other's volumes.",
            log.output,
        )
