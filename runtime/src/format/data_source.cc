#include "format/data_source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include <cerrno>
#include <cinttypes>
#include <cstring>

namespace dcm {
namespace {

uint64_t page_bytes() {
#if defined(__linux__)
  return getauxval(AT_PAGESZ);  // the numbers of sysconf are not the same for every C library
#else
  return static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
#endif
}

Status system_error(const char* verb, const char* what) {
  return Status::error(DCM_FILE_IO, "cannot %s %s: %s", verb, what, std::strerror(errno));
}

// Bytes of an open regular file.
Result<uint64_t> file_bytes(int fd, const char* what) {
  struct stat info;
  if (fstat(fd, &info) != 0) return system_error("read", what);
  if (!S_ISREG(info.st_mode)) return Status::error(DCM_FILE_IO, "cannot map %s: it is not a regular file", what);
  return static_cast<uint64_t>(info.st_size);
}

}  // namespace

DataSource::~DataSource() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_bytes_);
}

Status DataSource::open_path(MemoryBudget& budget, const char* path) {
  int fd;
  do {
    fd = open(path, O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return system_error("open", path);
  const Result<uint64_t> bytes = file_bytes(fd, path);
  Status status = bytes.ok() ? map(budget, fd, 0, bytes.value()) : bytes.status();
  close(fd);
  return status;
}

Status DataSource::open_fd(MemoryBudget& budget, int fd, uint64_t offset, uint64_t length) {
  const Result<uint64_t> bytes = file_bytes(fd, "the file descriptor");
  if (!bytes.ok()) return bytes.status();
  if (!(Checked(offset) + length).within(bytes.value()))
    return Status::error(DCM_FILE_IO, "%" PRIu64 " bytes at offset %" PRIu64 " do not lie in a file of %" PRIu64,
                         length, offset, bytes.value());
  return map(budget, fd, offset, length);
}

Status DataSource::open_memory(MemoryBudget& budget, const void* data, size_t size) {
  data_ = static_cast<const uint8_t*>(data);
  size_ = size;
  if (reinterpret_cast<uintptr_t>(data) % kAlignment == 0) return {};
  DCM_TRY(copy_.allocate(budget, size));
  if (size > 0) std::memcpy(copy_.data(), data, size);
  data_ = copy_.data();
  return {};
}

Status DataSource::map(MemoryBudget& budget, int fd, uint64_t offset, uint64_t length) {
  if (length == 0) return {};  // mmap refuses it; the container check says what is wrong
  const uint64_t skip = offset % page_bytes();
  const Checked bytes = Checked(length) + skip;
  if (!bytes.within(SIZE_MAX)) return Status::error(DCM_FILE_IO, "the file is too large to map");
  mapping_bytes_ = static_cast<size_t>(bytes.value());
  void* mapping = mmap(nullptr, mapping_bytes_, PROT_READ, MAP_PRIVATE, fd, static_cast<off_t>(offset - skip));
  if (mapping == MAP_FAILED) return system_error("map", "the file");
  mapping_ = mapping;
  // All of it is read once, soon; the kernel may say no.
  (void)posix_madvise(mapping_, mapping_bytes_, POSIX_MADV_WILLNEED);
  // Fits: skip bytes are mapped before the file's own.
  return open_memory(budget, static_cast<const uint8_t*>(mapping_) + skip, static_cast<size_t>(length));
}

}  // namespace dcm
