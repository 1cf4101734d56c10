// The system refuses memory at every moment at which the runtime asks for some on its way to a device: the CPU does it
// and says why, the device does without (a cache, a feature, a large slice of the batch), or the call fails with
// MACHINE_MEMORY. Results are right and nothing is left behind. What the driver asks for itself is not
// counted here: in device_fault_test.cc its calls fail.
#include <gtest/gtest.h>

#include "on_device.h"
#include "small_network.h"
#include "wrapped_system.h"

namespace dcm::testing {
namespace {

struct Outcome {
  int code = DCM_OK;
  std::string fallback;  // why the CPU did it, "" if it did not
};

struct Counts {
  int errors = 0, fallbacks = 0;
};

// Refuses the first request of attempt(), then the second, and so on, until there are no more to refuse. finish() of
// what that gave says what came of it; nothing is refused by then.
template <typename Attempt, typename Finish>
Counts refuse_each(Attempt&& attempt, Finish&& finish) {
  Counts counts;
  for (int accepted = 0;; ++accepted) {
    SCOPED_TRACE(accepted);
    const int before = live_blocks();
    bool refused;
    Outcome outcome;
    {
      refuse_after(Request::kMemory, accepted);
      auto made = attempt();
      refused = was_refused();
      outcome = finish(made);
    }
    EXPECT_EQ(live_blocks(), before);
    if (outcome.code != DCM_OK) {
      EXPECT_EQ(outcome.code, DCM_MACHINE_MEMORY);
      ++counts.errors;
    } else {
      const bool on_device = outcome.fallback.empty();
      EXPECT_TRUE(on_device || (refused && outcome.fallback.find("memory") != std::string::npos)) << outcome.fallback;
      counts.fallbacks += !on_device;
    }
    if (!refused || ::testing::Test::HasFailure()) return counts;
  }
}

class DeviceRefusal : public ::testing::Test, VulkanTest {
 protected:
  const Bytes file_ = small_network().build();
  const Tensor x_ = small_input(3);
  const std::vector<Tensor> expected_ = run_model(open_bytes(file_).model.get(), {x_}, 3);
  // As in an app from its second start on: at the first the shaders are compiled and compared.
  const dcm_options options_ = device_options("vulkan", true);
  const Opened opened_ = open_bytes(file_, &options_);
};

TEST_F(DeviceRefusal, MemoryOfOpening) {
  const Counts counts = refuse_each([&] { return open_bytes(file_, &options_); },
                                    [&](const Opened& opened) {
                                      if (opened.code != DCM_OK) return Outcome{opened.code, ""};
                                      const dcm_model* model = opened.model.get();
                                      const ContextPointer context = create_context(model, options_);
                                      expect_close(run_on(model, context.get(), {x_}, 3), expected_);
                                      return Outcome{DCM_OK, report_of(model).fallback};
                                    });
  EXPECT_GT(counts.errors, 20);
  EXPECT_GT(counts.fallbacks, 3);
}

TEST_F(DeviceRefusal, MemoryOfTheFirstStart) {
  const dcm_options uncached = device_options();
  const Counts counts = refuse_each([&] { return open_bytes(file_, &uncached); },
                                    [&](const Opened& opened) {
                                      if (opened.code != DCM_OK) return Outcome{opened.code, ""};
                                      return Outcome{DCM_OK, report_of(opened.model.get()).fallback};
                                    });
  EXPECT_GT(counts.fallbacks, 20);
}

TEST_F(DeviceRefusal, MemoryOfAContextAndItsBatch) {
  const dcm_model* model = opened_.model.get();
  struct Made {
    ContextPointer context;
    int code;
  };
  const auto create = [&] {
    dcm_context* context = nullptr;
    int code = dcm_context_create(model, &options_, &context, nullptr);
    if (code == DCM_OK) code = dcm_context_set_batch(context, 3, nullptr);
    return Made{ContextPointer(context), code};
  };
  const Counts counts = refuse_each(create, [&](const Made& made) {
    if (made.context == nullptr) return Outcome{made.code, ""};
    expect_close(run_on(model, made.context.get(), {x_}, 3), expected_);  // also after a batch that was refused
    return Outcome{made.code, report_of(made.context.get()).fallback};
  });
  EXPECT_GT(counts.errors + counts.fallbacks, 10);
  EXPECT_GT(counts.fallbacks, 3);
}

}  // namespace
}  // namespace dcm::testing
