// Arithmetic on numbers that a file or a caller gave. Every size, offset and product of such numbers is computed here
// and nowhere else by hand: once a step overflows, the result is not ok() and stays so. A test reads the sources that
// see a file's numbers first: a bare sum, product or shift in them is an error unless a comment `Fits:` says what
// bounds it.
#pragma once

#include <cstdint>

namespace dcm {

class Checked {
 public:
  constexpr Checked(uint64_t value) : value_(value) {}

  friend constexpr Checked operator+(Checked a, Checked b) {
    Checked sum{0};
    const bool overflow = __builtin_add_overflow(a.value_, b.value_, &sum.value_);
    sum.ok_ = a.ok_ && b.ok_ && !overflow;
    return sum;
  }
  friend constexpr Checked operator*(Checked a, Checked b) {
    Checked product{0};
    const bool overflow = __builtin_mul_overflow(a.value_, b.value_, &product.value_);
    product.ok_ = a.ok_ && b.ok_ && !overflow;
    return product;
  }
  constexpr Checked& operator+=(Checked other) { return *this = *this + other; }
  constexpr Checked& operator*=(Checked other) { return *this = *this * other; }

  // The next multiple of alignment (a power of two).
  constexpr Checked aligned(uint64_t alignment) const {
    Checked result = *this + Checked(alignment - 1);
    result.value_ &= ~(alignment - 1);
    return result;
  }

  constexpr bool ok() const { return ok_; }
  // No overflow, and at most limit.
  constexpr bool within(uint64_t limit) const { return ok_ && value_ <= limit; }
  // Only if ok().
  constexpr uint64_t value() const { return value_; }

 private:
  uint64_t value_;
  bool ok_ = true;
};

// a / b, rounded up; b > 0.
constexpr uint64_t ceil_div(uint64_t a, uint64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

}  // namespace dcm
