#include "vulkan/shader.h"

#include <cstring>

namespace dcm::vulkan {

const Shader* find_shader(const char* name, uint32_t features) {
  for (const Shader& shader : shader_table())
    if (std::strcmp(shader.name, name) == 0 && (shader.needs & ~features) == 0) return &shader;
  return nullptr;
}

}  // namespace dcm::vulkan
