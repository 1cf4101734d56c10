// FNV-1a with 64 bits (Fowler, Noll, Vo): tells builds and pipelines apart.
#pragma once

#include <cstdint>

namespace dcm::vulkan {

class Hash {
 public:
  void add(const void* data, uint64_t bytes) {
    const uint8_t* at = static_cast<const uint8_t*>(data);
    for (uint64_t i = 0; i < bytes; ++i) value_ = (value_ ^ at[i]) * 0x100000001b3u;
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace dcm::vulkan
