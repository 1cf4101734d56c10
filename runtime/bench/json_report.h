// The figures for programs.
#pragma once

#include <string>

#include "flags.h"
#include "result.h"

namespace bench {

// One JSON object. Times are in milliseconds, memory in bytes.
std::string json_report(const Flags& flags, const Result& result);

}  // namespace bench
