#!/bin/sh
# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the interface packages with CMake and installs them into a virtual environment that has
# ROS 2 from wheels: build_interfaces.sh VENV BUILD_FOLDER

set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
prefix=$(cd "$1" && pwd)
build=$2

AMENT_PREFIX_PATH=$prefix
CMAKE_PREFIX_PATH=$prefix
PATH=$prefix/bin:$PATH
export AMENT_PREFIX_PATH CMAKE_PREFIX_PATH PATH

for package in dvs_msgs event_camera_msgs; do
    rm -rf "${build:?}/$package"
    mkdir -p "$build/$package"
    log=$build/$package/build.log
    echo "Building $package"
    {
        cmake -S "$root/interfaces/$package" -B "$build/$package" \
            -DCMAKE_INSTALL_PREFIX="$prefix" \
            -DPython3_EXECUTABLE="$prefix/bin/python" \
            -DCMAKE_PROJECT_INCLUDE="$root/interfaces/cmake/ros_from_wheels.cmake" \
            -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF &&
            cmake --build "$build/$package" --parallel 2 &&
            cmake --install "$build/$package"
    } > "$log" 2>&1 || {
        tail -n 30 "$log" >&2
        echo "$package did not build: the whole log is $log" >&2
        exit 1
    }
done
