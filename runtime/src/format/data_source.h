// Where the bytes of a .dcmodel come from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/array.h"

namespace dcm {

// A file's bytes, readable until the source is destroyed and aligned for a flatbuffer. Mapped where that is possible;
// copied only where the given address is not aligned. Nobody may shorten or write to the file meanwhile: the system
// offers no protection against that for mapped files.
class DataSource {
 public:
  static constexpr size_t kAlignment = 4;  // of the widest scalar in the schema

  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  ~DataSource();

  // One of these is called, once. FILE_IO if the system refuses or the range does not lie in the file.
  Status open_path(MemoryBudget& budget, const char* path);
  Status open_fd(MemoryBudget& budget, int fd, uint64_t offset, uint64_t length);
  Status open_memory(MemoryBudget& budget, const void* data, size_t size);

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  Status map(MemoryBudget& budget, int fd, uint64_t offset, uint64_t length);

  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  void* mapping_ = nullptr;
  size_t mapping_bytes_ = 0;
  Array<uint8_t> copy_;
};

}  // namespace dcm
