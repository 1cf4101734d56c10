#include "core/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "core/clock.h"

namespace dcm {
namespace {

TEST(ThreadPool, EveryIndexOnceForAnyLengthAndThreads) {
  for (uint32_t threads : {1u, 2u, 3u, 7u, 64u}) {
    MemoryBudget budget(1 << 20);
    ThreadPool pool;
    ASSERT_TRUE(pool.start(budget, threads).ok());
    EXPECT_EQ(pool.threads(), threads);
    for (uint64_t count : {0u, 1u, 2u, 5u, 63u, 64u, 65u, 1000u}) {
      std::vector<std::atomic<int>> visits(count);
      pool.parallel_for(count, [&](uint32_t thread, uint64_t begin, uint64_t end) {
        EXPECT_LT(thread, threads);
        EXPECT_LT(begin, end);
        for (uint64_t i = begin; i < end; ++i) ++visits[i];
      });
      for (auto& visit : visits) ASSERT_EQ(visit, 1);
    }
  }
}

TEST(ThreadPool, PartsDependOnLengthAndThreadsAlone) {
  for (uint32_t parts : {1u, 2u, 3u, 64u})
    for (uint64_t count : {0u, 1u, 10u, 64u, 1001u}) {
      EXPECT_EQ(part_begin(count, 0, parts), 0u);
      EXPECT_EQ(part_begin(count, parts, parts), count);
      for (uint32_t i = 0; i < parts; ++i) {
        const uint64_t size = part_begin(count, i + 1, parts) - part_begin(count, i, parts);
        EXPECT_TRUE(size == count / parts || size == count / parts + 1);
      }
    }
  EXPECT_EQ(part_begin(UINT64_MAX, 64, 64), UINT64_MAX);
}

TEST(ThreadPool, ManyLoopsInARow) {
  MemoryBudget budget(1 << 20);
  ThreadPool pool;
  ASSERT_TRUE(pool.start(budget, 4).ok());
  std::atomic<uint64_t> sum{0};
  for (int loop = 0; loop < 2000; ++loop)
    pool.parallel_for(4, [&](uint32_t, uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) sum += i;
    });
  EXPECT_EQ(sum, 2000u * 6);
}

// Loops after pauses in which threads sleep, are about to, or still look for work.
TEST(ThreadPool, LoopsAfterPausesOfAnyLength) {
  MemoryBudget budget(1 << 20);
  ThreadPool pool;
  ASSERT_TRUE(pool.start(budget, 3).ok());
  uint64_t sums[3] = {0, 0, 0};
  for (uint64_t pause = 0; pause < 3 * ThreadPool::kSpinNs; pause += ThreadPool::kSpinNs / 40) {
    const uint64_t awake = monotonic_ns() + pause;
    while (monotonic_ns() < awake) {
    }
    pool.parallel_for(300, [&](uint32_t thread, uint64_t begin, uint64_t end) { sums[thread] += end - begin; });
  }
  EXPECT_EQ(sums[0] + sums[1] + sums[2], 120u * 300);
}

// A part so long that the caller sleeps until it is done.
TEST(ThreadPool, TheCallerWaitsForALongPart) {
  MemoryBudget budget(1 << 20);
  ThreadPool pool;
  ASSERT_TRUE(pool.start(budget, 2).ok());
  for (int loop = 0; loop < 10; ++loop) {
    std::atomic<bool> helper_began{false}, helper_ended{false};
    pool.parallel_for(2, [&](uint32_t thread, uint64_t, uint64_t) {
      if (thread == 0) {
        while (!helper_began) {  // leaves the other part to the helper
        }
        return;
      }
      helper_began = true;
      const uint64_t end = monotonic_ns() + 10 * ThreadPool::kSpinNs;
      while (monotonic_ns() < end) {
      }
      helper_ended = true;
    });
    EXPECT_TRUE(helper_ended);
  }
}

// Threads of one pool lent to another: some wake late, some find that all is done, some sleep between loops.
TEST(ThreadPool, GatheringsOneAfterAnother) {
  MemoryBudget budget(1 << 20);
  ThreadPool lender, pool;
  ASSERT_TRUE(lender.start(budget, 3).ok());
  pool.borrow(
      3,
      [](void* threads, uint32_t tasks, void (*task)(void* argument, uint32_t index), void* argument) {
        static_cast<ThreadPool*>(threads)->parallel_for(tasks, [&](uint32_t, uint64_t begin, uint64_t end) {
          for (uint64_t index = begin; index < end; ++index) task(argument, static_cast<uint32_t>(index));
        });
      },
      &lender);
  for (int gathering = 0; gathering < 500; ++gathering) {
    uint64_t sums[3] = {0, 0, 0};
    int leaders = 0;
    pool.gather([&] {
      ++leaders;
      for (uint64_t count : {300u, 1u, 2u, 0u, 3000u}) {
        pool.parallel_for(count, [&](uint32_t thread, uint64_t begin, uint64_t end) { sums[thread] += end - begin; });
        const uint64_t awake = monotonic_ns() + (gathering % 50 == 0 ? 2 * ThreadPool::kSpinNs : 0);
        while (monotonic_ns() < awake) {
        }
      }
    });
    ASSERT_EQ(leaders, 1);
    ASSERT_EQ(sums[0] + sums[1] + sums[2], 3303u);
  }
}

TEST(ThreadPool, StopsWithoutEverRunning) {
  MemoryBudget budget(1 << 20);
  {
    ThreadPool pool;
    ASSERT_TRUE(pool.start(budget, 8).ok());
  }
  EXPECT_EQ(budget.used(), 0u);
}

TEST(ThreadPool, RespectsTheBudget) {
  MemoryBudget budget(1);
  ThreadPool pool;
  EXPECT_EQ(pool.start(budget, 8).code(), DCM_MACHINE_LIMIT);
}

}  // namespace
}  // namespace dcm
