// An operator of a model alone, on smaller pictures: a case for a check.
#pragma once

#include "graph/site.h"

namespace dcm::vulkan {

class SmallSite {
 public:
  // Copies the operator of a site with inputs whose height and width are at most `most`. GRAPH_SHAPE or GRAPH_ATTRIBUTE
  // if it cannot have such inputs. The weights outlive it.
  Status build(const Site& site, uint32_t most, MemoryBudget& budget);

  const Site& site() const { return site_; }

 private:
  Graph graph_;
  Site site_;
};

}  // namespace dcm::vulkan
