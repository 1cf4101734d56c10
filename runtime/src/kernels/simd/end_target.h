// Ends what simd/avx512.h or simd/avx2.h began.
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
