// What the fuzz targets do with a file: everything that an app may do with a model from the network.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dcmobile/dcmobile.h"

namespace dcm::fuzz {

// A broken promise of dcmobile.h ends the process, as a finding.
void require(bool holds, const char* promise);

// Small enough that an input takes milliseconds.
dcm_options small_options(uint32_t threads, uint32_t skip_checksum);

// Opens the bytes; null if they are refused, which must come with a code of the file, the graph or the limit, and a
// text.
dcm_model* open_model(const uint8_t* data, size_t size, const dcm_options& options, int* code);

// Asks everything that can be asked of a model.
void ask_everything(const dcm_model* model);

}  // namespace dcm::fuzz
