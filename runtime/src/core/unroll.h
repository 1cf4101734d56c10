// GCC keeps an array of vectors in registers only where every loop over it is unrolled early.
#pragma once

#if defined(__clang__)
#define DCM_UNROLL _Pragma("unroll")
#else
#define DCM_UNROLL _Pragma("GCC unroll 16")
#endif
