/* dcmobile as a delegate of ExecuTorch, for .pte files made with dcmobile.executorch.DcmPartitioner.
 *
 * Built as a shared library, the delegate registers itself when it is loaded. In a static one, nothing refers to it and
 * the linker would drop it: call dcmobile_executorch_register once, before a program is loaded.
 */
#ifndef DCMOBILE_EXECUTORCH_H
#define DCMOBILE_EXECUTORCH_H

#include "dcmobile/dcmobile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The executorch::runtime::Error that registering the delegate gave: 0 (Ok), or 0x12 (InvalidArgument) if a delegate of
 * this name was there before. */
DCM_API int dcmobile_executorch_register(void);

/* The version of ExecuTorch that the delegate was compiled for, e.g. "1.5.1". ExecuTorch promises no binary
 * compatibility between versions: the library that runs must be of the same. */
DCM_API const char* dcmobile_executorch_version(void);

#ifdef __cplusplus
}
#endif

#endif
