# What a program outside this tree needs to use the worker library: the shared library, its headers,
# the CMake package `fedwatt` and the pkg-config module `fedwatt`. The installed folder can be moved.
include(CMakePackageConfigHelpers)

# Installs `target` as fedwatt::fedwatt: itself in the component `library`, and what compiling against
# it needs, with the headers in its source folder's include/fedwatt, in the component `development`.
# A header that the build makes is an extra argument.
function(fedwatt_install_library target)
  install(TARGETS ${target} EXPORT fedwatt-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY include/fedwatt DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
    FILES_MATCHING PATTERN *.h)
  if(ARGN)
    install(FILES ${ARGN} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fedwatt COMPONENT development)
  endif()

  set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/fedwatt)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/fedwatt-config.cmake.in
    ${PROJECT_BINARY_DIR}/package/fedwatt-config.cmake INSTALL_DESTINATION ${package_folder})
  # Before 1.0.0 a minor version may break its users.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/fedwatt-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/package/fedwatt-config.cmake
    ${PROJECT_BINARY_DIR}/package/fedwatt-config-version.cmake
    DESTINATION ${package_folder} COMPONENT development)
  install(EXPORT fedwatt-targets NAMESPACE fedwatt:: DESTINATION ${package_folder}
    COMPONENT development)

  file(RELATIVE_PATH FEDWATT_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/fedwatt.pc.in
    ${PROJECT_BINARY_DIR}/package/fedwatt.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/fedwatt.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endfunction()
