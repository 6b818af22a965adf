# Everything the project is built from; docs/dependencies.md says what each is for. Debian's packages
# of them are listed in cmake/debian-packages.txt, which ./dev installs.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_path(NLOHMANN_JSON_INCLUDE nlohmann/json.hpp REQUIRED)
find_path(RAPIDJSON_INCLUDE rapidjson/document.h REQUIRED)
find_path(TL_EXPECTED_INCLUDE tl/expected.hpp REQUIRED)
find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)

# For the sources that parse with RapidJSON 1.1: it adds to the null pointer that an empty stack of it
# begins with, which UndefinedBehaviorSanitizer takes for a fault.
function(fedwatt_parses_with_rapidjson)
  if(FEDWATT_SANITIZE MATCHES undefined)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -fno-sanitize=pointer-overflow)
  endif()
endfunction()

# websocketpp with standalone asio. It compiles as C++17 only: see docs/decisions.
find_path(WEBSOCKETPP_INCLUDE websocketpp/config/asio_no_tls.hpp REQUIRED)
find_path(ASIO_INCLUDE asio.hpp REQUIRED)
add_library(fedwatt_websocketpp INTERFACE)
target_include_directories(fedwatt_websocketpp SYSTEM INTERFACE
  ${WEBSOCKETPP_INCLUDE} ${ASIO_INCLUDE})
target_compile_definitions(fedwatt_websocketpp INTERFACE ASIO_STANDALONE _WEBSOCKETPP_CPP11_STL_)
if(FEDWATT_SANITIZE MATCHES thread)
  # ThreadSanitizer does not know fences.
  target_compile_definitions(fedwatt_websocketpp INTERFACE ASIO_DISABLE_FENCED_BLOCK)
endif()
target_link_libraries(fedwatt_websocketpp INTERFACE Threads::Threads)

# Debian 12 has no FTXUI package: cmake/build-ftxui.sh, which ./dev runs, builds Debian 13's source
# package into build/deps.
list(APPEND CMAKE_PREFIX_PATH ${PROJECT_SOURCE_DIR}/build/deps/ftxui)
find_package(ftxui QUIET)
if(NOT ftxui_FOUND)
  message(FATAL_ERROR "FTXUI 5 is missing: ./dev packages installs what the build needs")
endif()

if(FEDWATT_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
