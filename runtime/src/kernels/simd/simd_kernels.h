// The kernels that are written once for vectors of any width, and made for each instruction set.
#pragma once

#include "kernels/kernel.h"

namespace dcm {

extern const Kernel kConvKernelsAvx512[13];
extern const Kernel kElementwiseKernelsAvx512[22];
extern const Kernel kLinearKernelsAvx512[2];
extern const Kernel kMatrixKernelsAvx512[8];
extern const Kernel kNormsKernelsAvx512[4];
extern const Kernel kPoolKernelsAvx512[4];
extern const Kernel kWinogradKernelsAvx512[3];
extern const Kernel kConvKernelsAvx2[13];
extern const Kernel kElementwiseKernelsAvx2[22];
extern const Kernel kLinearKernelsAvx2[1];
extern const Kernel kMatrixKernelsAvx2[8];
extern const Kernel kNormsKernelsAvx2[4];
extern const Kernel kPoolKernelsAvx2[4];
extern const Kernel kWinogradKernelsAvx2[3];
extern const Kernel kConvKernelsNeon[13];
extern const Kernel kElementwiseKernelsNeon[22];
extern const Kernel kLinearKernelsNeon[1];
extern const Kernel kMatrixKernelsNeon[8];
extern const Kernel kNormsKernelsNeon[4];
extern const Kernel kPoolKernelsNeon[4];
extern const Kernel kWinogradKernelsNeon[3];

}  // namespace dcm
