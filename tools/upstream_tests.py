# SPDX-License-Identifier: Apache-2.0
"""Cinder's, Glance's or Neutron's own tests, with isolation and without it.

``tox -e cinder29-own`` runs ``cinder.tests.functional`` and
``cinder.tests.unit.api``, ``tox -e glance33-own`` runs
``glance.tests.functional.v2``, ``tox -e neutron29-own`` those of ML2, OVN,
routers, security groups, trunks, port forwardings, tags and RBAC. Tests that
do not pass with isolation run again without it. Each command exits with 0 only
if the tests that differ are those in ``expected``. A part of a test's name as
the argument narrows a run.
"""

from collections.abc import Callable
from concurrent import futures
import dataclasses
import gc
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.image.middleware:factory
"""


class Names(unittest.TestResult):
    """The names of tests, each with its outcome, as they end."""

    def addSuccess(self, test):
        """Print that a test passed."""
        self.show('passed', test)

    def addSkip(self, test, reason):
        """Print that a test was skipped."""
        self.show('skipped', test)

    def addExpectedFailure(self, test, error=None, **_):
        """Print that a test failed as it should."""
        self.show('passed', test)

    def addFailure(self, test, error=None, details=None):
        """Print that a test failed, and its details."""
        self.show('failed', test)
        self.show_details(error, details)

    addError = addFailure
    addUnexpectedSuccess = addFailure

    @staticmethod
    def show(outcome, test):
        """Print an outcome for the parent."""
        print('\nresult:', outcome, test.id(), flush=True)

    @staticmethod
    def show_details(error, details):
        """Print the reason of a failure for people."""
        if details:
            print(*(part.as_text() for part in details.values()))
        elif error:
            print(error[1])


def isolate_cinder():
    """Put the filter before each APIRouter that tests make."""
    # It registers Cinder's objects, which the router needs.
    from cinder.tests.unit.api import fakes

    from cinder.api.v3 import router  # isort: skip
    from cloud_security.volume import middleware

    stock = fakes.wsgi_app

    def filtered(*_, **options):
        return middleware.factory({})(router.APIRouter(**options))

    def wsgi_app(*arguments, inner_app_v3=None, **options):
        if inner_app_v3 is None:
            inner_app_v3 = filtered()
        return stock(*arguments, inner_app_v3=inner_app_v3, **options)

    fakes.wsgi_app = wsgi_app
    router.APIRouter.factory = filtered


def prepare_glance():
    """Do what Glance's own runner of tests has done by now."""
    # It patches threads first, up to Glance 32.
    import glance.tests  # noqa: F401

    # isort: split
    from oslo_config import cfg
    from oslo_db import options

    options.set_defaults(cfg.CONF)


def isolate_glance():
    """Put the filter into the api-paste.ini of all tests."""
    from glance.tests import functional

    from cloud_security.image import service
    from cloud_security.visibility import scope as scopes

    tests = functional.SynchronousAPIBase
    stock = tests.setup_simple_paste
    stock_run = tests.run

    def setup_simple_paste(test):
        stock(test)
        # Some tests take all rules away from the enforcer that they make.
        service._enforcer.cache_clear()
        service._enforcer()
        paste = pathlib.Path(test.paste_config)
        paste.write_text(with_filter(paste.read_text()))

    def run_test(test, *arguments):
        # Tests write rows themselves, in the thread of the last request.
        with scopes.on_this_thread(scopes.EVERYBODY):
            return stock_run(test, *arguments)

    tests.setup_simple_paste = setup_simple_paste
    tests.run = run_test


def prepare_neutron():
    """Give the members in Neutron's tests a user ID, which they lack."""
    from neutron.tests.common import test_db_base_plugin_v2

    tests = test_db_base_plugin_v2.NeutronDbPluginV2TestCase
    tests._member_req = of_user(tests._member_req)
    tests._reader_req = of_user(tests._reader_req)


def of_user(make):
    """Return a function whose requests have a user ID."""

    def made(*arguments, **options):
        request = make(*arguments, **options)
        request.environ['neutron.context'].user_id = 'member'
        return request

    return made


def isolate_neutron():
    """Load the plugin in each Neutron with ML2 that tests start.

    Other core plugins of tests do not tell of new ports, so that these would
    have no owner.
    """
    from neutron.tests.common import test_db_base_plugin_v2
    from oslo_config import cfg

    from cloud_security import opts
    from cloud_security.network import models  # noqa: F401 its tables

    path = 'cloud_security.network.plugin.UserIsolationPlugin'
    tests = test_db_base_plugin_v2.NeutronDbPluginV2TestCase
    stock = tests.setUp

    def set_up(test, plugin=None, service_plugins=None, ext_mgr=None):
        if 'ml2' not in str(plugin).lower():
            stock(test, plugin, service_plugins, ext_mgr)
            return
        opts.register(cfg.CONF)
        cfg.CONF.set_override('mode', 'enforce', 'cloud_security')
        if isinstance(service_plugins, (list, tuple)):
            service_plugins = [*service_plugins, path]
        else:
            service_plugins = {
                **(service_plugins or {}),
                'user_isolation': path,
            }
        stock(test, plugin, service_plugins, ext_mgr)

    tests.setUp = set_up


def with_filter(paste):
    """Return an api-paste.ini with the filter in each pipeline with a user.

    Glance's tests have gzip behind the context, and Glance has it before.
    """
    paste = re.sub(
        r'(?m)^(pipeline = (?:.*\s)?context (?:gzip )?)',
        r'\1user_isolation ',
        paste,
    )
    return paste + FILTER


@dataclasses.dataclass(frozen=True)
class Service:
    """A service with tests of its own.

    ``folders`` are folders and modules below the tests of its package.
    ``expected`` has the tests that fail with isolation, and why.
    """

    isolate: Callable[[], None]
    folders: tuple[str, ...]
    prepare: Callable[[], None] = lambda: None
    expected: dict[str, str] = dataclasses.field(default_factory=dict)


#: In these tests an admin makes an image, and sees its owner in the response.
_ADMINS_IMAGES = (
    'TestImageDirectURLVisibility.test_image_direct_url_visible',
    *(
        f'TestImagesSingleStore.{name}'
        for name in (
            'test_image_modification_fails_on_mismatched_tenant_ids',
            'test_image_modification_works_for_owning_tenant_id',
            'test_member_additions_works_for_owning_tenant_id',
            'test_owning_tenant_can_communitize_image',
            'test_owning_tenant_can_delete_image',
            'test_owning_tenant_can_publicize_image',
            'test_owning_tenant_id_can_retrieve_image_information',
        )
    ),
)
#: In these tests a user lists private images of another one in the project.
_OF_OTHERS = (
    'test_image_members.TestImageMembers.test_image_member_lifecycle',
    'test_image_members.TestMultiStoreImageMembers'
    '.test_image_member_lifecycle',
    'test_images.TestImages.test_image_visibility_to_different_users',
)
#: In these tests not everybody reads and creates user_id, because of
#: property_protection_file, which doc/source/install/ forbids.
_PROTECTED = (
    *(
        f'Policies.test_{name}'
        for name in (
            'case_insensitive_roles',
            'create_image_with_policy_protected_property',
            'multiple_gateway_instances_caching',
            'property_pattern_matching',
            'property_protection_policies_caching',
            'read_only_property',
            'update_only_property',
        )
    ),
    *(
        f'Roles.test_{name}'
        for name in (
            'create_image_with_allowed_property',
            'create_image_with_forbidden_property',
            'create_image_with_spl_role_property',
            'delete_protected_property',
            'property_protection_caching',
            'property_with_at_symbol_all_permitted',
            'property_with_exclamation_none_permitted',
            'read_protected_property',
            'update_protected_property',
        )
    ),
)
_PREFIX = 'glance.tests.functional.v2.'
SERVICES = {
    'cinder': Service(isolate_cinder, ('functional', 'unit/api')),
    'glance': Service(
        isolate_glance,
        ('functional/v2',),
        prepare=prepare_glance,
        expected={
            **dict.fromkeys(
                (f'{_PREFIX}test_images.{name}' for name in _ADMINS_IMAGES),
                'Managers and admins see the property user_id.',
            ),
            **dict.fromkeys(
                (f'{_PREFIX}{name}' for name in _OF_OTHERS),
                'Private images belong to one user.',
            ),
            **dict.fromkeys(
                (
                    f'{_PREFIX}test_property_protection.'
                    f'TestPropertyProtectionWith{name}'
                    for name in _PROTECTED
                ),
                'Each new image has the property user_id.',
            ),
        },
    ),
    'neutron': Service(
        isolate_neutron,
        (
            'unit/db',
            'unit/extensions',
            'unit/plugins/ml2/drivers/ovn/mech_driver/test_mech_driver.py',
            'unit/plugins/ml2/test_ext_portsecurity.py',
            'unit/plugins/ml2/test_plugin.py',
            'unit/plugins/ml2/test_port_binding.py',
            'unit/plugins/ml2/test_security_group.py',
            'unit/services/ovn_l3',
            'unit/services/portforwarding',
            'unit/services/trunk',
        ),
        prepare=prepare_neutron,
    ),
}


def source(name, folder):
    """Unpack a source distribution, which has all that its tests read.

    :param name: of the service's package
    :returns: the folder with that package
    """
    release = importlib.metadata.version(name)
    subprocess.run(
        [
            *(sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps'),
            *('--no-binary', name, '--dest', folder, f'{name}=={release}'),
        ],
        check=True,
    )
    [archive] = pathlib.Path(folder).glob(f'{name}-*.tar.gz')
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter='data')
    return pathlib.Path(folder) / f'{name}-{release}'


def run(name, folder, is_isolated, parts):
    """Run the tests of a folder or module of a service in this process.

    :param parts: the run takes tests whose name has one of them
    """
    # tests/functional/__init__.py says why.
    gc.set_threshold(20000, 10, 10)
    top = os.getcwd()
    sys.path[:0] = [top, str(ROOT)]
    service = SERVICES[name]
    service.prepare()
    if is_isolated:
        service.isolate()
    where, pattern = folder, 'test*.py'
    if folder.endswith('.py'):
        where, pattern = os.path.split(folder)
    suite = unittest.TestLoader().discover(
        os.path.join(top, name, 'tests', where), pattern, top_level_dir=top
    )
    chosen = unittest.TestSuite(
        test
        for test in tests_of(suite)
        if any(part in test.id() for part in parts)
    )
    chosen.run(Names())


def tests_of(suite):
    """Return the tests of a suite of suites."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def outcomes(name, where, is_isolated, parts, log):
    """Return ``{test: outcome}`` of processes, as many at once as cores."""

    def run_folder(folder):
        return subprocess.run(
            [
                *(sys.executable, '-W', 'ignore', os.path.abspath(__file__)),
                *('--here', name, folder, str(int(is_isolated)), *parts),
            ],
            cwd=where,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
        )

    found = {}
    folders = SERVICES[name].folders
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for folder, done in zip(folders, pool.map(run_folder, folders)):
            log.write(done.stdout)
            if done.returncode:
                sys.exit(f'{folder}: the run ended with {done.returncode}.')
            for line in done.stdout.splitlines():
                if line.startswith('result: '):
                    _, outcome, test = line.split(maxsplit=2)
                    found[test] = outcome
    return found


def main(name, part=''):
    """Compare both runs; return the exit code.

    :param name: of the service's package
    """
    with tempfile.TemporaryDirectory() as folder:
        return compare(name, source(name, folder), part)


def compare(name, where, part):
    """Run the tests, print the differences, return the exit code."""
    expected = SERVICES[name].expected.keys()
    isolated = run_world('isolated', name, where, [part])
    again = sorted(
        test for test, outcome in isolated.items() if outcome != 'passed'
    )
    stock = run_world('stock', name, where, again) if again else {}
    differing = {test for test in again if stock.get(test) != isolated[test]}
    for test in sorted(differing - expected):
        print(f'{test}: {stock.get(test)}, isolated {isolated[test]}')
    met = expected if not part else differing & expected
    print(f'{len(met)} tests about the things of others: as listed.')
    # Where no test passes, nothing was compared.
    has_compared = 'passed' in {*isolated.values(), *stock.values()}
    return int(differing != met or not has_compared)


def run_world(world, name, where, parts):
    """Run tests, print how many passed, return ``{test: outcome}``."""
    with open(f'{name}-tests-{world}.log', 'w') as log:
        found = outcomes(name, where, world == 'isolated', parts, log)
    print(
        f'{world}: '
        + ', '.join(
            f'{list(found.values()).count(outcome)} {outcome}'
            for outcome in ('passed', 'failed', 'skipped')
        ),
        flush=True,
    )
    return found


if __name__ == '__main__':
    if sys.argv[1:2] == ['--here']:
        run(*sys.argv[2:4], sys.argv[4] == '1', sys.argv[5:])
    else:
        sys.exit(main(*sys.argv[1:]))
