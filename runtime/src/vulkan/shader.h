// The shaders of this build, as SPIR-V.
#pragma once

#include <cstdint>

namespace dcm::vulkan {

// What only some devices have, and a variant of a shader may use.
enum Feature : uint32_t {
  kSubgroupArithmetic = 1u << 0,  // subgroupAdd and its like, in compute
  kNarrowStorage = 1u << 1,       // 8-bit and 16-bit values in storage buffers
};

struct Shader {
  const char* name;
  const uint32_t* words;
  uint32_t count;  // of words
  uint32_t needs;  // bits of Feature
};

struct ShaderTable {
  const Shader* shaders;
  uint32_t count;

  const Shader* begin() const { return shaders; }
  const Shader* end() const { return shaders + count; }
};

// In the order of shaders.cmake, which generates it: of several with one name the best is first.
ShaderTable shader_table();

// The first of that name that a device with these features can run; null if there is none.
const Shader* find_shader(const char* name, uint32_t features);

}  // namespace dcm::vulkan
