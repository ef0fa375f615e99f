#!/bin/sh
# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# Prints the Python interpreter to use. Where something is missing, says in one line what it is and
# how to get it, and exits with 1. An argument names the interpreter instead of letting us choose.

missing() {
    echo "missing: $1" >&2
    exit 1
}

has() {
    command -v "$1" > /dev/null 2>&1
}

is_supported() {
    has "$1" && "$1" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
        2> /dev/null
}

choose_python() {
    for candidate in ${1:-python3.12 python3.11 python3}; do
        if is_supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

[ "$(uname -s)" = Linux ] || missing 'Linux (the ROS 2 wheels are built for nothing else)'
has git || missing 'git (Debian, Ubuntu: apt install git)'
has "${CC:-cc}" || missing 'a C compiler (Debian, Ubuntu: apt install build-essential; or set CC)'
has "${CXX:-c++}" || missing 'a C++ compiler (Debian, Ubuntu: apt install build-essential; or set CXX)'

python=$(choose_python "$1")
[ -n "$python" ] || missing "Python 3.11 or 3.12${1:+ (not $1)} \
(Debian 12, Ubuntu 24.04: apt install python3 python3-venv python3-dev; or PYTHON=path)"
"$python" -c 'import venv, ensurepip' 2> /dev/null ||
    missing "the venv module of $python (Debian, Ubuntu: apt install python3-venv)"
"$python" -c 'import os, sysconfig
assert os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h"))' 2> /dev/null ||
    missing "Python.h of $python (Debian, Ubuntu: apt install python3-dev)"

echo "$python"
