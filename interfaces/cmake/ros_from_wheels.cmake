# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# For ROS 2 from wheels, passed as CMAKE_PROJECT_INCLUDE, so that the interface packages stay as
# they are on any ROS 2. On a ROS installation this file changes nothing.

# The targets in the wheels name include directories of the machine that built them, which CMake
# refuses when they do not exist here: what is not there is dropped.
function(drop_missing_includes)
  get_property(targets DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(directories "${target}" INTERFACE_INCLUDE_DIRECTORIES)
    if(NOT directories)
      continue()
    endif()
    set(kept "")
    foreach(directory IN LISTS directories)
      if(directory MATCHES "\\$<" OR EXISTS "${directory}")
        list(APPEND kept "${directory}")
      endif()
    endforeach()
    set_target_properties("${target}" PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${kept}")
  endforeach()
endfunction()

# Deferred to the end of the directory: by then every find_package has made its targets.
cmake_language(DEFER CALL drop_missing_includes)

# An isolated environment (pip) exports no AMENT_PREFIX_PATH, which ament needs to find the
# generators: it is the prefix that CMake finds ament in.
if(NOT DEFINED ENV{AMENT_PREFIX_PATH})
  find_package(ament_cmake_core QUIET)
  get_filename_component(ament_prefix "${ament_cmake_core_DIR}/../../.." ABSOLUTE)
  set(ENV{AMENT_PREFIX_PATH} "${ament_prefix}")
endif()
