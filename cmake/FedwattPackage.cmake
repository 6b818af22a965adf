# What a program outside this tree needs to use the worker library: the shared library, its headers,
# the CMake package `fedwatt` and the pkg-config module `fedwatt`. The installed folder can be moved.
include(CMakePackageConfigHelpers)

# Installs `target` as fedwatt::fedwatt with the headers in its source folder's include/fedwatt, all
# in the component `library`. A header that the build makes is an extra argument.
function(fedwatt_install_library target)
  install(TARGETS ${target} EXPORT fedwatt-targets COMPONENT library
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT library
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY include/fedwatt DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library
    FILES_MATCHING PATTERN *.h)
  if(ARGN)
    install(FILES ${ARGN} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fedwatt COMPONENT library)
  endif()

  set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/fedwatt)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/fedwatt-config.cmake.in
    ${PROJECT_BINARY_DIR}/package/fedwatt-config.cmake INSTALL_DESTINATION ${package_folder})
  # Before 1.0.0 a minor version may break its users.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/fedwatt-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/package/fedwatt-config.cmake
    ${PROJECT_BINARY_DIR}/package/fedwatt-config-version.cmake
    DESTINATION ${package_folder} COMPONENT library)
  install(EXPORT fedwatt-targets NAMESPACE fedwatt:: DESTINATION ${package_folder}
    COMPONENT library)

  file(RELATIVE_PATH FEDWATT_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/fedwatt.pc.in
    ${PROJECT_BINARY_DIR}/package/fedwatt.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/fedwatt.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
endfunction()
