# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# For ROS 2 from wheels, passed as CMAKE_PROJECT_INCLUDE, so that the interface packages stay as
# they are on any ROS 2. The targets in the wheels name include directories of the machine that
# built them, which CMake refuses when they do not exist here. What is dropped is only what is not
# there: on a ROS installation this file changes nothing.

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
