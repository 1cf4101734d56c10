// An owning array of fixed length whose allocation can fail without aborting. The runtime's only container.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "core/memory.h"

namespace dcm {

template <typename T>
class Array {
 public:
  Array() = default;
  Array(Array&& other) noexcept { swap(other); }
  Array& operator=(Array&& other) noexcept {
    Array taken(std::move(other));
    swap(taken);
    return *this;
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() {
    if (data_ == nullptr) return;
    if constexpr (!std::is_trivially_destructible_v<T>)
      for (size_t i = size_; i > 0; --i) data_[i - 1].~T();
    budget_->release(data_, size_ * sizeof(T));
  }

  // Replaces the contents by count elements, aligned to kMemoryAlignment. Trivial types are left uninitialised, others
  // are default-constructed. On failure the array keeps what it had.
  Status allocate(MemoryBudget& budget, Checked count) {
    void* block;
    DCM_TRY(budget.allocate(count * sizeof(T), &block));
    Array fresh;
    fresh.data_ = static_cast<T*>(block);
    fresh.size_ = static_cast<size_t>(count.value());
    fresh.budget_ = &budget;
    if constexpr (!std::is_trivially_default_constructible_v<T>)
      for (size_t i = 0; i < fresh.size_; ++i) new (fresh.data_ + i) T;
    swap(fresh);
    return {};
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  void swap(Array& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(budget_, other.budget_);
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  MemoryBudget* budget_ = nullptr;
};

}  // namespace dcm
