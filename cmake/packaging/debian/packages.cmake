# The Debian packages, one for each component: `./dev deb`, or `cpack --preset package`.
set(CPACK_PACKAGE_NAME fedwatt)
# CPack puts its summary before ours, unless it is CPack's own default.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_NAME} built using CMake")
set(CPACK_PACKAGE_VENDOR "The Fedwatt authors")
set(CPACK_PACKAGE_CONTACT "The Fedwatt authors <maintainers@fedwatt.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/debian)
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL hub viewer library development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

# fedwatt_debian_package(COMPONENT NAME SECTION "one line" "more lines")
macro(fedwatt_debian_package component name section summary more)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${more}")
  install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/debian/copyright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/debian/overrides RENAME ${name}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT ${component})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz RENAME changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
endmacro()

# What changed is in CHANGELOG.md; Debian wants its own form of it.
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/debian/changelog.in changelog @ONLY)
execute_process(COMMAND ${FEDWATT_GZIP} -9nkf ${CMAKE_CURRENT_BINARY_DIR}/changelog
  COMMAND_ERROR_IS_FATAL ANY)

# The library's package is named after its soname, so that two of them can be installed at once.
set(soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
fedwatt_debian_package(hub fedwatt-hub net
  "collects what a federated training's workers report"
  "The hub takes the reports of the workers over WebSockets, stores every one of\nthem in SQLite or PostgreSQL, computes what accuracy each round gained and what\ncarbon it cost, and tells viewers, live.")
fedwatt_debian_package(viewer fedwatt net
  "watches and commands federated trainings"
  "A terminal screen and commands for scripts: what accuracy each round gained and\nwhat carbon it cost; pauses, resumes and stops a training.")
fedwatt_debian_package(library libfedwatt${soversion} libs
  "tells the Fedwatt hub what a training costs"
  "The library measures the energy of a worker in a federated training, and\nreports it to the hub without ever holding the training up.")
fedwatt_debian_package(development libfedwatt-dev libdevel
  "tells the Fedwatt hub what a training costs: headers"
  "The headers for C and C++, the CMake package and the pkg-config module.")

# procps: the kill of ExecReload.
set(CPACK_DEBIAN_HUB_PACKAGE_DEPENDS "adduser, procps")
set(CPACK_DEBIAN_HUB_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_HUB_PACKAGE_SUGGESTS "fedwatt, postgresql")
foreach(file conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_HUB_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/hub/${file})
endforeach()
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/library/triggers)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libfedwatt${soversion} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
include(CPack)
