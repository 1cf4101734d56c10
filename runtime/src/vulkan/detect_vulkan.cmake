# Whether the runtime is built for GPUs, by DCMOBILE_VULKAN. Sets DCMOBILE_VULKAN_FOUND and DCMOBILE_VULKAN_INCLUDE_DIRS. The build needs the
# headers and glslc; Vulkan itself is looked for when a program runs.
set(DCMOBILE_VULKAN_FOUND FALSE)
if(DCMOBILE_VULKAN STREQUAL "OFF")
  return()
endif()
find_program(DCMOBILE_GLSLC glslc)
find_path(DCMOBILE_VULKAN_H vulkan/vulkan_core.h)
if(DCMOBILE_GLSLC AND EXISTS "${DCMOBILE_VULKAN_H}/vulkan/vulkan_core.h")
  set(DCMOBILE_VULKAN_FOUND TRUE)
  # Copied: beside them may lie the headers of another system than the one that is built for.
  file(COPY "${DCMOBILE_VULKAN_H}/vulkan" "${DCMOBILE_VULKAN_H}/vk_video" DESTINATION "${PROJECT_BINARY_DIR}/vulkan_headers"
    FILES_MATCHING PATTERN "*.h")
  set(DCMOBILE_VULKAN_INCLUDE_DIRS "${PROJECT_BINARY_DIR}/vulkan_headers")
  message(STATUS "The runtime is built for GPUs too")
elseif(DCMOBILE_VULKAN STREQUAL "ON")
  message(FATAL_ERROR "DCMOBILE_VULKAN is ON, but there is no glslc or no vulkan/vulkan_core.h (Debian: glslc, libvulkan-dev)")
else()
  message(STATUS "There is no glslc, or there are no headers of Vulkan: the runtime is built for CPUs alone")
endif()
