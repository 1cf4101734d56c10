// What a device need not do again at the next start: its driver's pipelines, and which of them have been checked. One
// file a device, driver and build of this library; whatever is not exactly that is not there.
#pragma once

#include "vulkan/device.h"

namespace dcm::vulkan {

class DiskCache {
 public:
  // Reads the file, if there is a good one. directory: of the options, or null for the user's own; "" for none.
  void open(const DeviceFacts& facts, const char* directory, MemoryBudget& budget);

  const uint8_t* pipelines() const { return pipelines_.data(); }
  uint64_t pipelines_bytes() const { return pipelines_.size(); }
  const Array<uint64_t>& checked() const { return checked_; }
  bool has_checked(uint64_t pipeline) const;

  // Replaces the file, at once and whole. A failure leaves the old one: it only costs time.
  void save(const uint64_t* checked, uint32_t checked_count, const uint8_t* pipelines, uint64_t bytes);

  const char* path() const { return path_; }  // "" if there is none

 private:
  struct Header {
    char magic[8];
    uint32_t vendor, device, driver_version, api_version;
    uint8_t uuid[VK_UUID_SIZE];
    char driver[96];
    uint64_t shaders;                 // hash of all shaders and their names
    uint64_t checked;                 // how many 64-bit numbers follow,
    uint64_t bytes;                   // and then how many bytes of the driver's
    uint32_t checked_crc, bytes_crc;  // their CRC-32C
  };

  bool read(int file, MemoryBudget& budget);

  Header header_ = {};
  char path_[1024] = "";
  Array<uint64_t> checked_;
  Array<uint8_t> pipelines_;
};

}  // namespace dcm::vulkan
