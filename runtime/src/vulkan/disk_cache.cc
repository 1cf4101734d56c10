#include "vulkan/disk_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/crc32c.h"
#include "vulkan/hash.h"

namespace dcm::vulkan {
namespace {

constexpr char kMagic[8] = {'D', 'C', 'M', 'V', 'K', '0', '0', '1'};
constexpr uint64_t kMostBytes = uint64_t{64} << 20;  // of the driver's part; more is no cache of ours
constexpr uint32_t kMostChecked = 1u << 16;

bool read_all(int file, void* to, uint64_t bytes) {
  uint8_t* at = static_cast<uint8_t*>(to);
  while (bytes > 0) {
    const ssize_t got = ::read(file, at, static_cast<size_t>(bytes));
    if (got <= 0) return false;
    at += got;
    bytes -= static_cast<uint64_t>(got);
  }
  return true;
}

bool write_all(int file, const void* from, uint64_t bytes) {
  const uint8_t* at = static_cast<const uint8_t*>(from);
  while (bytes > 0) {
    const ssize_t put = ::write(file, at, static_cast<size_t>(bytes));
    if (put <= 0) return false;
    at += put;
    bytes -= static_cast<uint64_t>(put);
  }
  return true;
}

uint64_t fingerprint_of_shaders() {
  Hash hash;
  for (const Shader& shader : shader_table()) {
    hash.add(shader.name, std::strlen(shader.name));
    hash.add(shader.words, uint64_t{shader.count} * sizeof(uint32_t));
  }
  return hash.value();
}

// "$XDG_CACHE_HOME/dcmobile" or "$HOME/.cache/dcmobile"; false where neither is set, as in an app on Android.
bool find_directory(char* path, size_t size) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  int length = -1;
  if (cache != nullptr && cache[0] == '/')
    length = std::snprintf(path, size, "%s/dcmobile", cache);
  else if (home != nullptr && home[0] == '/')
    length = std::snprintf(path, size, "%s/.cache/dcmobile", home);
  return length > 0 && static_cast<size_t>(length) < size;
}

// With the directories above it.
void make_directory(const char* path) {
  char part[1024];
  const size_t length = std::strlen(path);
  if (length >= sizeof part) return;
  for (size_t i = 1; i <= length; ++i)
    if (path[i] == '/' || path[i] == '\0') {
      std::memcpy(part, path, i);
      part[i] = '\0';
      (void)mkdir(part, 0700);  // exists, or the file cannot be written later
    }
}

}  // namespace

void DiskCache::open(const DeviceFacts& facts, const char* directory, MemoryBudget& budget) {
  const VkPhysicalDeviceProperties& properties = facts.properties;
  std::memcpy(header_.magic, kMagic, sizeof kMagic);
  header_.vendor = properties.vendorID;
  header_.device = properties.deviceID;
  header_.driver_version = properties.driverVersion;
  header_.api_version = properties.apiVersion;
  std::memcpy(header_.uuid, properties.pipelineCacheUUID, VK_UUID_SIZE);
  std::snprintf(header_.driver, sizeof header_.driver, "%.*s", static_cast<int>(sizeof header_.driver) - 1,
                facts.driver);
  header_.shaders = fingerprint_of_shaders();

  char found[960];
  if (directory == nullptr) directory = find_directory(found, sizeof found) ? found : "";
  if (directory[0] == '\0') return;
  make_directory(directory);
  Hash name;
  name.add(&header_, sizeof header_);  // what differs from file to file is zeros still
  const int length = std::snprintf(path_, sizeof path_, "%s/vulkan-%016" PRIx64 ".cache", directory, name.value());
  if (length <= 0 || static_cast<size_t>(length) >= sizeof path_) {
    path_[0] = '\0';
    return;
  }
  const int file = ::open(path_, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  if (!read(file, budget)) {
    checked_ = {};
    pipelines_ = {};
  }
  ::close(file);
}

bool DiskCache::read(int file, MemoryBudget& budget) {
  Header there;
  struct stat state;
  if (fstat(file, &state) != 0 || !read_all(file, &there, sizeof there)) return false;
  Header expected = header_;
  expected.checked = there.checked;
  expected.bytes = there.bytes;
  expected.checked_crc = there.checked_crc;
  expected.bytes_crc = there.bytes_crc;
  if (std::memcmp(&there, &expected, sizeof there) != 0) return false;
  if (there.checked > kMostChecked || there.bytes > kMostBytes) return false;
  const uint64_t checked_bytes = uint64_t{there.checked} * sizeof(uint64_t);
  if (static_cast<uint64_t>(state.st_size) != sizeof there + checked_bytes + there.bytes) return false;
  if (!checked_.allocate(budget, there.checked).ok() || !pipelines_.allocate(budget, there.bytes).ok()) return false;
  if (!read_all(file, checked_.data(), checked_bytes) || !read_all(file, pipelines_.data(), there.bytes)) return false;
  return crc32c(checked_.data(), checked_bytes) == there.checked_crc &&
         crc32c(pipelines_.data(), there.bytes) == there.bytes_crc;
}

bool DiskCache::has_checked(uint64_t pipeline) const {
  for (const uint64_t known : checked_)
    if (known == pipeline) return true;
  return false;
}

void DiskCache::save(const uint64_t* checked, uint32_t checked_count, const uint8_t* pipelines, uint64_t bytes) {
  if (path_[0] == '\0' || bytes > kMostBytes || checked_count > kMostChecked) return;
  Header header = header_;
  const uint64_t checked_bytes = uint64_t{checked_count} * sizeof(uint64_t);
  header.checked = checked_count;
  header.bytes = bytes;
  header.checked_crc = crc32c(checked, checked_bytes);
  header.bytes_crc = crc32c(pipelines, bytes);
  char fresh[sizeof path_ + 8];
  std::snprintf(fresh, sizeof fresh, "%s.XXXXXX", path_);
  const int file = mkstemp(fresh);
  if (file < 0) return;
  const bool written = write_all(file, &header, sizeof header) && write_all(file, checked, checked_bytes) &&
                       write_all(file, pipelines, bytes);
  if ((::close(file) != 0) | !written || std::rename(fresh, path_) != 0) (void)::unlink(fresh);
}

}  // namespace dcm::vulkan
