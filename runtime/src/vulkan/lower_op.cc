#include "vulkan/lower_op.h"

namespace dcm::vulkan {

Status lower_op(const PlacedModel& model, uint32_t i, uint32_t samples, StepList& steps) {
  const Site site = site_of(model.graph->ops[i], *model.graph, *model.weights);
  steps.clear();
  model.ops[i].lowering->lower(site, model.ops[i].packed, site.output().samples(samples), model.device.traits(), steps);
  return steps.status();
}

}  // namespace dcm::vulkan
