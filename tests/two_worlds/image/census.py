# SPDX-License-Identifier: Apache-2.0
"""Meaning of each table, route and policy of Glance for owners.

Whoever adds an entry has read Glance's code for it; test_census.py fails for
what is missing here, and for what Glance has no longer.
Source: glance/db/sqlalchemy/, glance/api/v2/, glance/policies/, Glance 33.
"""

# Mapped classes -----------------------------------------------------------

#: Rows that have an owner: those of cloud_security/image/models.py.
OWNED = {'Image', 'Task'}
#: Rows about those that members are served, and the row with an owner that
#: Glance's API reads before.
REACHED = {
    'ImageLocation': 'Image',
    'ImageMember': 'Image',
    'ImageProperty': 'Image',
    'ImageTag': 'Image',
    'TaskInfo': 'Task',
}
#: Rows about those that no member is served, and whom they are for.
UNSERVED = {
    'CachedImages': 'admins: /cache; the cache asks for the image before',
}
#: Rows that are about no image.
ABOUT_NO_IMAGE = {
    'MetadefNamespace',
    'MetadefNamespaceResourceType',
    'MetadefObject',
    'MetadefProperty',
    'MetadefResourceType',
    'MetadefTag',
    'NodeReference',
}

# Routes: {path: methods} --------------------------------------------------

#: On one image, which Glance looks up.
ON_AN_IMAGE = {
    '/images/{image_id}': 'DELETE GET PATCH',
    '/images/{image_id}/actions/deactivate': 'POST',
    '/images/{image_id}/actions/reactivate': 'POST',
    '/images/{image_id}/file': 'GET PUT',
    '/images/{image_id}/import': 'POST',
    '/images/{image_id}/locations': 'GET POST',
    '/images/{image_id}/members': 'GET POST',
    '/images/{image_id}/members/{member_id}': 'DELETE GET PUT',
    '/images/{image_id}/stage': 'PUT',
    '/images/{image_id}/tags/{tag_value}': 'DELETE PUT',
    '/images/{image_id}/tasks': 'GET',
    '/stores/{store_id}/{image_id}': 'DELETE',
}
#: Lists of images.
LISTS = {'/images': 'GET'}
#: Operations that make an image: the filter writes its owner.
MAKES = {'/images': 'POST', '/tasks': 'POST'}
#: For admins, unless the operator lets members do it.
FOR_ADMINS = {
    '/cache': 'DELETE GET',
    '/cache/clean': 'POST',
    '/cache/nodes/{image_id}': 'GET',
    '/cache/prune': 'POST',
    '/cache/{image_id}': 'DELETE PUT',
    '/info/stores/detail': 'GET',
    '/tasks': 'GET',
    '/tasks/{task_id}': 'DELETE GET',
}
#: What a project uses of its quota.
OF_PROJECT = {'/info/usage': 'GET'}
#: About no image. Metadefs have more, see ``METADEFS``.
ABOUT_NO_IMAGES = {
    '/info/import': 'GET',
    '/info/stores': 'GET',
    '/schemas/image': 'GET',
    '/schemas/images': 'GET',
    '/schemas/member': 'GET',
    '/schemas/members': 'GET',
    '/schemas/task': 'GET',
    '/schemas/tasks': 'GET',
}
#: Words with which paths of metadefs begin; metadefs are the project's.
METADEFS = ('/metadefs/', '/schemas/metadefs/')
ROUTES = (
    *(ON_AN_IMAGE, LISTS, MAKES, FOR_ADMINS, OF_PROJECT),
    ABOUT_NO_IMAGES,
)

#: Entries that releases before one have not got: ``{major: names}``.
SINCE = {
    29: (
        'GET /images/{image_id}/locations',
        'POST /images/{image_id}/locations',
    ),
    33: (
        'GET /cache/nodes/{image_id}',
        'POST /cache/clean',
        'POST /cache/prune',
    ),
}
#: The same for releases after one.
UNTIL = {}
