# SPDX-License-Identifier: Apache-2.0
"""The plugin in a list of neutron.conf, and the way in and out."""

import itertools
import pathlib

import fixtures
from oslo_config import cfg
import testtools
import yaml

from cloud_security.deploy import apis
from cloud_security.deploy import neutron_rules
from cloud_security.deploy import plugin_list
from tests.unit.deploy import checkout

OURS = 'user_isolation'
CLASS = 'cloud_security.network.plugin.UserIsolationPlugin'
#: Texts in which the list has no plugin of ours, and its parts.
WITHOUT = {
    '': [],
    '[DEFAULT]': [],
    '[DEFAULT]\n': [],
    '[DEFAULT]\r\n\r\n[database]\r\nconnection = x\r\n': [],
    '[DEFAULT]\n# service_plugins =\ncore_plugin = ml2\n': [],
    '[DEFAULT]\nservice_plugins =\n': [],
    '[DEFAULT]\nservice_plugins =': [],
    '[DEFAULT]\nservice_plugins = \t\nx = y\n': [],
    '[DEFAULT]\nservice_plugins =\n\n  \n[x]\n': [],
    '[DEFAULT]\nservice_plugins = router\n': ['router'],
    '[DEFAULT]\nservice_plugins=router': ['router'],
    '[DEFAULT]\nservice_plugins : router , qos\t\n': ['router', 'qos'],
    '[DEFAULT]\nservice_plugins = router,\n': ['router'],
    '[DEFAULT]\nservice_plugins = "router,qos"\n': ['router', 'qos'],
    "[DEFAULT]\nservice_plugins = ''\n": [],
    "[DEFAULT]\nservice_plugins = 'router,'  \n": ['router'],
    '[DEFAULT]\r\nservice_plugins = router,\r\n  qos\r\nx=y\r\n': [
        'router',
        'qos',
    ],
    '[DEFAULT]\nservice_plugins =\n    router,\n    qos,\n\n# x\n': [
        'router',
        'qos',
    ],
    '[DEFAULT]\nservice_plugins = a.b.C,\n\tmy_user_isolation': [
        'a.b.C',
        'my_user_isolation',
    ],
    # The last one counts, and sections go on.
    '[DEFAULT]\nservice_plugins = router\nservice_plugins = qos\n': ['qos'],
    '[DEFAULT]\nservice_plugins = a\n[x]\ny = z\n[DEFAULT]\n'
    'service_plugins = b\n': ['b'],
    # Others have an option of this name.
    '[x]\nservice_plugins = a\n': [],
    '[default]\nservice_plugins = a\n[DEFAULT]\n': [],
    '# A header\n[database]\nconnection = x\n': [],
    '[DEFAULT]\nservice_plugins = f\xfcr\n': ['f\xfcr'],
}


def enable(text):
    return plugin_list.enable(text, apis.NEUTRON)


def disable(text):
    return plugin_list.disable(text, apis.NEUTRON)


class TestPluginList(testtools.TestCase):
    def read(self, text):
        """Return the list as oslo.config reads it."""
        folder = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(folder) / 'neutron.conf'
        path.write_bytes(text.encode())
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.ListOpt('service_plugins', default=[]))
        conf([], default_config_files=[str(path)], default_config_dirs=[])
        return conf.service_plugins

    def test_enable_appends_and_oslo_config_reads_it(self):
        for text, parts in WITHOUT.items():
            self.assertEqual(parts, self.read(text), text)
            self.assertEqual([*parts, OURS], self.read(enable(text)), text)

    def test_enable_twice_is_enable(self):
        for text in WITHOUT:
            once = enable(text)
            self.assertEqual(once, enable(once), text)

    def test_disable_gives_back_every_byte(self):
        for text in WITHOUT:
            self.assertEqual(text, disable(enable(text)), text)
            self.assertEqual(text, disable(text), text)

    def test_edit_adds_lines_and_parts_and_changes_nothing_else(self):
        for text in WITHOUT:
            after = enable(text)
            ends = {end for end in ('\r\n', '\n') if end in text}
            if ends == {'\r\n'}:
                self.assertNotIn('\n', after.replace('\r\n', ''), text)
            self.assertEqual(
                text.endswith('\n') or not text, after.endswith('\n'), text
            )

    def test_disable_gives_back_what_the_first_release_enabled(self):
        for text in ('', '[DEFAULT]\nother = 1\n', '[a]\nb = 1\n'):
            enabled = enable(text).replace(
                '"enable" of cloud_security', 'cloud-security-manage enable'
            )
            self.assertIn('cloud-security-manage enable wrote', enabled)
            self.assertEqual(text, disable(enabled))

    def test_disable_after_other_edits_takes_out_the_plugin_alone(self):
        for text, expected in (
            ('router,user_isolation,qos', 'router,qos'),
            ('router, user_isolation, qos', 'router, qos'),
            ('user_isolation,router', 'router'),
            ('user_isolation , router', 'router'),
            ('user_isolation', ''),
            ('router,qos, user_isolation', 'router,qos,'),
            (f'router,{CLASS}', 'router'),
            (f'{CLASS},router,{OURS}', 'router'),
            ('router,\n    user_isolation,\n    qos', 'router,\n    qos'),
            ('router,\n    user_isolation', 'router,'),
            ('user_isolation,\n    qos', '\n    qos'),
            ('"user_isolation,router"', '"router"'),
            ('my_user_isolation,user_isolation', 'my_user_isolation'),
            ('user_isolation2,user_isolation', 'user_isolation2'),
        ):
            text = f'[DEFAULT]\nservice_plugins = {text}\nx = y\n'
            after = disable(text)
            self.assertEqual(
                f'[DEFAULT]\nservice_plugins = {expected}\nx = y\n'.replace(
                    '= \n', '=\n'
                ),
                after.replace('= \n', '=\n'),
            )
            self.assertEqual(
                [p for p in self.read(text) if p not in (OURS, CLASS)],
                self.read(after),
            )

    def test_disable_takes_it_out_of_lists_that_do_not_count(self):
        text = (
            '[DEFAULT]\nservice_plugins = a,user_isolation\n'
            'service_plugins = b\n'
        )
        self.assertEqual(text.replace(',user_isolation', ''), disable(text))

    def test_class_path_is_as_good_as_the_name(self):
        text = f'[DEFAULT]\nservice_plugins = router,{CLASS}\n'
        self.assertEqual(text, enable(text))

    def test_list_that_does_not_count_is_not_enough(self):
        text = (
            '[DEFAULT]\nservice_plugins = a,user_isolation\n'
            'service_plugins = b\n'
        )
        self.assertEqual(['b', OURS], self.read(enable(text)))

    def test_line_that_enable_wrote_and_others_went_on_with_stays(self):
        text = enable('[DEFAULT]\n').replace(OURS, f'{OURS},qos')
        self.assertEqual(['qos'], self.read(disable(text)))

    def test_edit_that_changes_more_than_the_list_is_refused(self):
        def append(lines, span, name):
            del lines[-1]
            lines[span[0]] = f'service_plugins = router,{name}\n'

        def take_out(lines, span, names):
            del lines[span[0] :]

        text = '[DEFAULT]\nservice_plugins = router\nx = y\n'
        enabled = enable(text)
        for name, broken, change, before in (
            ('append', append, enable, text),
            ('append', lambda *args: None, enable, text),
            ('take_out', take_out, disable, enabled),
            ('take_out', lambda *args: None, disable, enabled),
        ):
            with fixtures.MonkeyPatch(
                f'cloud_security.deploy.plugin_lines.{name}', broken
            ):
                self.assertRaises(plugin_list.NotUnderstood, change, before)

    def test_text_that_oslo_config_cannot_read_is_refused(self):
        for text in (
            'service_plugins = a\n',
            '[DEFAULT\nservice_plugins = a\n',
            '[DEFAULT]\nnonsense\n',
            '[DEFAULT]\n  continues\n',
            '\ufeff[DEFAULT]\n',
            '[]\n',
        ):
            for change in (enable, disable):
                self.assertRaises(plugin_list.NotUnderstood, change, text)

    def test_list_that_takes_in_another_option_is_refused(self):
        text = '[DEFAULT]\nmine = a\nservice_plugins = $mine,b\n'
        error = self.assertRaises(plugin_list.NotUnderstood, enable, text)
        self.assertIn('"$"', str(error))

    def test_all_forms_of_some_pieces_go_in_and_out(self):
        pieces = ('', ' ', 'a', ',', '\n ', '"', '\n#c\n', OURS, f'\n{OURS}=a')
        done = 0
        for found in itertools.product(pieces, repeat=4):
            text = f'[DEFAULT]\nservice_plugins ={"".join(found)}\nz = y\n'
            try:
                after = enable(text)
                back = disable(after)
            except plugin_list.NotUnderstood:
                continue
            done += 1
            self.assertIn(OURS, self.parts(after), text)
            self.assertEqual(
                [p for p in self.parts(text) if p != OURS], self.parts(back)
            )
            if not plugin_list.PluginList(text, apis.NEUTRON).is_ours_named:
                self.assertEqual(text, back)
        self.assertLess(4000, done)

    def test_both_plugins_go_in_and_out_in_any_order(self):
        both = (apis.NEUTRON, apis.TRACE)
        pieces = ('', ' ', 'a', ',', '\n ', '"', '\n#c\n')
        texts = [
            *WITHOUT,
            *(
                f'[DEFAULT]\nservice_plugins ={"".join(found)}\nz = y\n'
                for found in itertools.product(pieces, repeat=4)
            ),
        ]
        done = 0
        for text, ins, outs in itertools.product(
            texts,
            itertools.permutations(both),
            itertools.permutations(both),
        ):
            after = text
            try:
                for api in ins:
                    after = plugin_list.enable(after, api)
            except plugin_list.NotUnderstood:
                continue
            parts = [*self.parts(text), *(api.plugin for api in ins)]
            self.assertEqual(parts, self.parts(after), text)
            for api in outs:
                after = plugin_list.disable(after, api)
                parts.remove(api.plugin)
                self.assertEqual(parts, self.parts(after), text)
            self.assertEqual(text, after)
            done += 1
        self.assertLess(2000, done)

    def test_plugins_know_the_names_of_each_other(self):
        for one, other in itertools.permutations((apis.NEUTRON, apis.TRACE)):
            self.assertEqual((other.plugin, *other.others), one.companions)

    def parts(self, text):
        return plugin_list.PluginList(text, apis.NEUTRON).parts


class TestDropIn(testtools.TestCase):
    def test_rules_in_the_drop_in_are_those_that_checks_know(self):
        text = (checkout.FOLDER / apis.NEUTRON.rules_file).read_text()
        self.assertEqual({*yaml.safe_load(text)}, neutron_rules.DROPPED_IN)
