# SPDX-License-Identifier: Apache-2.0
"""Factories that PasteDeploy calls instead of Nova's, and what they make."""

import functools


class Leaf:
    """An application; it is the compute API or another one."""

    def __init__(self, is_router):
        self.is_router = is_router

    def ways(self):
        return {()} if self.is_router else set()


class Filtered:
    """An application behind a filter."""

    def __init__(self, name, application):
        self.name = name
        self.application = application

    def ways(self):
        return {(self.name, *way) for way in self.application.ways()}


class Branches:
    """Some applications."""

    def __init__(self, applications):
        self.applications = applications

    def ways(self):
        return set().union(*(found.ways() for found in self.applications))


def router(global_conf, **local_conf):
    """Stand for APIRouterV21.factory."""
    return Leaf(True)


def other(global_conf, **local_conf):
    """Stand for any application that is not the compute API."""
    return Leaf(False)


def ours(global_conf, **local_conf):
    """Stand for the filter, which takes no options."""
    if local_conf:
        raise ValueError('It takes no options.')
    return functools.partial(Filtered, 'ours')


def _named(name):
    def factory(global_conf, **local_conf):
        return functools.partial(Filtered, name)

    return factory


a, b, c = map(_named, 'abc')


def urlmap(loader, global_conf, **local_conf):
    """Load as nova.api.openstack.urlmap does."""
    names = dict(local_conf)
    missing = names.pop('not_found_app', global_conf.get('not_found_app'))
    return Branches(
        [
            loader.get_app(name, global_conf=global_conf)
            for name in [*names.values(), missing]
            if name
        ]
    )


def pipeline_v21(loader, global_conf, **local_conf):
    """Load as nova.api.auth does."""
    names = local_conf['keystone'].split()
    filters = [loader.get_filter(name) for name in names[:-1]]
    application = loader.get_app(names[-1])
    for wrap in reversed(filters):
        application = wrap(application)
    return application
