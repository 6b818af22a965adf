# How every target of the project is compiled. fedwatt_library(NAME source…), fedwatt_program(NAME
# source…) and fedwatt_test(NAME source…) are what the CMakeLists.txt of the components use.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)  # a build folder may be moved
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

set(FEDWATT_SANITIZE "" CACHE STRING "Sanitizers to build with: 'address,undefined' or 'thread'")
if(FEDWATT_SANITIZE)
  add_compile_options(-fsanitize=${FEDWATT_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FEDWATT_SANITIZE})
endif()

find_program(FEDWATT_CCACHE ccache)
if(FEDWATT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FEDWATT_CCACHE})
endif()

# mold links in a tenth of the time that GNU ld takes, which counts with many test programs.
find_program(FEDWATT_MOLD mold)
if(FEDWATT_MOLD AND NOT CMAKE_BUILD_TYPE STREQUAL Release)
  add_link_options(-fuse-ld=mold)
endif()

add_library(fedwatt_warnings INTERFACE)
target_compile_options(fedwatt_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

# When it optimizes, g++ 12 takes `"text" + string` for an overlap: gcc.gnu.org/PR105651.
target_compile_options(fedwatt_warnings INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)

# The sanitizer presets compile a component's sources several at a time, in a third of the time. g++
# then takes them for headers, in which an anonymous namespace would be a fault.
if(CMAKE_UNITY_BUILD)
  target_compile_options(fedwatt_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# A debug build compiles the standard library's headers once a target instead of once a file, which is
# a third of the time of a small file. The linters do without them: they find what a file forgot to
# include.
function(fedwatt_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:fedwatt_warnings>)
  if(CMAKE_BUILD_TYPE STREQUAL Debug)
    target_precompile_headers(${name} PRIVATE <algorithm> <chrono> <cstdint> <functional> <map>
      <memory> <optional> <set> <string> <string_view> <utility> <variant> <vector>)
  endif()
endfunction()

function(fedwatt_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE fedwatt_warnings)
endfunction()

# What most test files include and is slow to compile, compiled once for all of them.
function(fedwatt_test_headers)
  if(TARGET fedwatt_test_headers)
    return()
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/test_headers.cpp "int main() {}\n")
  add_executable(fedwatt_test_headers EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/test_headers.cpp)
  target_link_libraries(fedwatt_test_headers PRIVATE fedwatt_warnings GTest::gmock_main)
  target_precompile_headers(fedwatt_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>
                             <nlohmann/json.hpp>)
endfunction()

# A GoogleTest program; each of its cases is a CTest test under the program's name. CTest asks for the
# cases when it starts, so that a build runs nothing.
function(fedwatt_test name)
  fedwatt_program(${name} ${ARGN})
  # Each file of tests has helpers of its own, under names that others use, too.
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  target_link_libraries(${name} PRIVATE GTest::gmock_main)
  fedwatt_test_headers()
  target_precompile_headers(${name} REUSE_FROM fedwatt_test_headers)
  if(FEDWATT_SANITIZE)
    # A sanitizer takes a tenth of a second to start: once a program, not once a case.
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 600)
  else()
    gtest_discover_tests(${name} TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST
                         DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()
