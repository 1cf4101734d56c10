// Every kernel of this build. The plan, the tests and the benchmarks read this table and nothing else.
#pragma once

#include "kernels/kernel.h"

namespace dcm {

struct KernelList {
  const Kernel* kernels;
  uint32_t count;  // at least 1
};

// All kernels of some lists, one after another.
struct KernelTable {
  class Iterator {
   public:
    explicit Iterator(const KernelList* list) : list_(list) {}
    const Kernel* operator*() const { return list_->kernels + index_; }
    void operator++() {
      if (++index_ == list_->count) ++list_, index_ = 0;
    }
    bool operator!=(const Iterator& other) const { return list_ != other.list_ || index_ != other.index_; }

   private:
    const KernelList* list_;
    uint32_t index_ = 0;
  };

  const KernelList *first, *last;

  Iterator begin() const { return Iterator(first); }
  Iterator end() const { return Iterator(last); }
};

// Best first among those of one operator, form and instruction set.
KernelTable kernel_table();

// Whether the kernel can compute the site.
bool suits(const Kernel& kernel, const Site& site);

}  // namespace dcm
