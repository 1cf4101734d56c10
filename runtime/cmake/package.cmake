# cmake --install: a library, its headers and a CMake package, so that an app's build says
#   find_package(dcmobile REQUIRED)
#   target_link_libraries(app PRIVATE dcmobile::runtime)       # or dcmobile::executorch, with ExecuTorch's own libraries
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/dcmobile")
set(targets dcmobile_runtime)
set_target_properties(dcmobile_runtime PROPERTIES EXPORT_NAME runtime)
if(TARGET dcmobile_executorch)
  list(APPEND targets dcmobile_executorch)
  set_target_properties(dcmobile_executorch PROPERTIES EXPORT_NAME executorch)
endif()
install(TARGETS ${targets} EXPORT dcmobile-targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/runtime/include/dcmobile" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
install(EXPORT dcmobile-targets NAMESPACE dcmobile:: DESTINATION "${package}" COMPONENT development)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/dcmobile-config.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/dcmobile-config.cmake"
  INSTALL_DESTINATION "${package}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/dcmobile-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/dcmobile-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/dcmobile-config-version.cmake"
  DESTINATION "${package}" COMPONENT development)
