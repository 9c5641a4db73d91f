# SPDX-License-Identifier: Apache-2.0
"""Horizon's settings in the lab; lab.py copies this file into Horizon."""

import os
import pathlib

STATE = pathlib.Path(os.environ['LAB_STATE'])
SECRET_KEY = (STATE / 'horizon/secret').read_text()
DEBUG = False
ALLOWED_HOSTS = ['127.0.0.1', 'localhost']
WEBROOT = '/'
STATIC_ROOT = str(STATE / 'horizon/static')
COMPRESS_OFFLINE = True
OPENSTACK_KEYSTONE_URL = 'http://127.0.0.1:5000/v3'
OPENSTACK_KEYSTONE_DEFAULT_ROLE = 'member'
SESSION_ENGINE = 'django.contrib.sessions.backends.cache'
CACHES = {
    'default': {
        'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache',
        'LOCATION': '127.0.0.1:11311',
    }
}
TIME_ZONE = 'UTC'
