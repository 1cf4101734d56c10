// The figures for people.
#pragma once

#include <cstdio>

#include "flags.h"
#include "result.h"

namespace bench {

void print_report(const Flags& flags, const Result& result, FILE* out);

}  // namespace bench
