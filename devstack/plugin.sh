#!/bin/bash
# DevStack plugin: isolates the members of a project from each other in Nova,
# Cinder, Glance and Neutron, as far as they are enabled. In local.conf:
#
#   enable_plugin cloud_security <URL of the repository>
#
# Configuration files are there at post-config, and the APIs do not run yet.

_XTRACE_CLOUD_SECURITY=$(set +o | grep xtrace)
set +o xtrace

# DevStack has two names for Neutron's API.
function _cloud_security_has_neutron {
    is_service_enabled q-svc neutron-api
}

# Prints the configuration files of the services that DevStack has enabled.
function _cloud_security_files {
    is_service_enabled n-api && echo "$NOVA_CONF"
    is_service_enabled c-api && echo "$CINDER_CONF"
    is_service_enabled g-api && echo "$GLANCE_API_CONF"
    _cloud_security_has_neutron && echo "$NEUTRON_CONF"
    return 0
}

# Makes the tables of both plugins of Neutron, which one branch of migrations has.
function _cloud_security_tables {
    _cloud_security_has_neutron || return 0
    "$NEUTRON_BIN_DIR/neutron-db-manage" --config-file "$NEUTRON_CONF" \
        --subproject cloud_security upgrade heads
}

function install_cloud_security {
    setup_develop "$CLOUD_SECURITY_DIR"
}

function configure_cloud_security {
    local file
    for file in $(_cloud_security_files); do
        iniset "$file" cloud_security mode "$CLOUD_SECURITY_MODE"
    done
    # Cinder and Neutron tell Nova's own requests by this token.
    for file in "$NOVA_CONF" "$CINDER_CONF"; do
        [[ ! -e $file ]] || iniset "$file" service_user send_service_user_token True
    done
    _cloud_security_tables
    "$CLOUD_SECURITY_BIN_DIR/cloud-security-manage" enable --offline
    if [[ $CLOUD_SECURITY_TRACE == True ]] && _cloud_security_has_neutron; then
        "$CLOUD_SECURITY_BIN_DIR/cloud-security-trace" enable
    fi
}

function check_cloud_security {
    # Exits with 1 in monitor mode, and where an option is not as recommended.
    "$CLOUD_SECURITY_BIN_DIR/cloud-security-status" upgrade check || [[ $? == 1 ]]
}

function unconfigure_cloud_security {
    if [[ -x $CLOUD_SECURITY_BIN_DIR/cloud-security-manage ]]; then
        "$CLOUD_SECURITY_BIN_DIR/cloud-security-manage" disable
        if [[ $CLOUD_SECURITY_TRACE == True ]] && _cloud_security_has_neutron; then
            "$CLOUD_SECURITY_BIN_DIR/cloud-security-trace" disable
        fi
    fi
}

CLOUD_SECURITY_DIR=${CLOUD_SECURITY_DIR:-$DEST/cloud_security}
CLOUD_SECURITY_BIN_DIR=${CLOUD_SECURITY_BIN_DIR:-$(get_python_exec_prefix)}

case "$1 ${2:-}" in
    'stack install') install_cloud_security ;;
    'stack post-config') configure_cloud_security ;;
    'stack test-config') check_cloud_security ;;
    'unstack ') unconfigure_cloud_security ;;
esac

$_XTRACE_CLOUD_SECURITY
