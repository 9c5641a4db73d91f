# SPDX-License-Identifier: Apache-2.0
"""Allow one user two servers in a project, with an admin's OS_ variables."""

import openstack
from openstack import exceptions

PROJECT = '6f70656e737461636b20342065766572'
USER = 'b0b00000000000000000000000000000'
LIMITS = {'instances': 2, 'cores': 4, 'ram': 8192}

response = openstack.connect().compute.put(
    f'/os-quota-sets/{PROJECT}',
    params={'user_id': USER},
    json={'quota_set': LIMITS},
)
exceptions.raise_from_response(response)
