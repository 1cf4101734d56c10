# Whole networks on a device, through the C API, with a library in front of the system's that fails as told.
add_library(dcmobile_faulty_vulkan SHARED faulty_vulkan.cc)
target_include_directories(dcmobile_faulty_vulkan PUBLIC . PRIVATE "${PROJECT_SOURCE_DIR}/runtime/include" "${PROJECT_SOURCE_DIR}/runtime/src"
  "${DCMOBILE_VULKAN_INCLUDE_DIRS}")
target_compile_options(dcmobile_faulty_vulkan PRIVATE -Wall -Wextra -Wshadow -fvisibility=hidden)
target_link_libraries(dcmobile_faulty_vulkan PRIVATE ${CMAKE_DL_LIBS})

add_executable(dcmobile_device_tests
  device_fault_test.cc
  device_refusal_test.cc
  device_run_test.cc
  on_device.cc
  ../sanitizer_options.cc)
dcmobile_wrap_system(dcmobile_device_tests)
target_include_directories(dcmobile_device_tests PRIVATE .. "${DCMOBILE_VULKAN_INCLUDE_DIRS}")
target_link_libraries(dcmobile_device_tests PRIVATE dcmobile_faulty_vulkan dcmobile_test_support GTest::gtest_main)
target_compile_options(dcmobile_device_tests PRIVATE -Wall -Wextra -Wshadow)

set(lavapipe /usr/share/vulkan/icd.d/lvp_icd.x86_64.json)
set(swiftshader /usr/lib/chromium/vk_swiftshader_icd.json)
set(validation VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
  VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT)  # it finds missing barriers too
foreach(driver lavapipe swiftshader)
  if(EXISTS "${${driver}}")
    add_test(NAME Devices.${driver} COMMAND dcmobile_device_tests --gtest_brief=1)
    set_tests_properties(Devices.${driver} PROPERTIES
      ENVIRONMENT "VK_ICD_FILENAMES=${${driver}};DCM_VULKAN_LIBRARY=$<TARGET_FILE:dcmobile_faulty_vulkan>")
    # What the validation layer has to say, it prints.
    if(EXISTS /usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json AND NOT DCMOBILE_SANITIZE)
      add_test(NAME Devices.${driver}.Validation COMMAND dcmobile_device_tests --gtest_brief=1 --gtest_filter=DeviceRun.*)
      set_tests_properties(Devices.${driver}.Validation PROPERTIES
        ENVIRONMENT "VK_ICD_FILENAMES=${${driver}};DCM_VULKAN_LIBRARY=$<TARGET_FILE:dcmobile_faulty_vulkan>;${validation}"
        FAIL_REGULAR_EXPRESSION "VUID-|SYNC-HAZARD|Validation Error|Validation Warning;FAILED")
    endif()
  endif()
endforeach()
