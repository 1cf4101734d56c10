// Huffman streams, an invocation each (docs/format.md, 5.3). Not of the library: docs/gpu.md says what was measured with it.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "workgroup.glsl"

layout(set = 0, binding = 0) writeonly buffer Y { uint y[]; };  // symbols, four a word; a stream begins with a word
layout(set = 0, binding = 1) readonly buffer A { uint a[]; };   // of each stream: its first byte, its symbols, its first word of y
layout(set = 0, binding = 2) readonly buffer B { uint b[]; };   // the streams' bytes, and a word more
layout(set = 0, binding = 3) readonly buffer C { uint c[]; };   // DecodeTable::entries, two a word
layout(push_constant) uniform Push { uint streams; } push;

const uint ENTRY_BITS = 11;
shared uint entries[1 << (ENTRY_BITS - 1)];

uint entry_of(uint bits) {
  uint i = bits & ((1 << ENTRY_BITS) - 1);
  return entries[i / 2] >> 16 * (i % 2) & 0xFFFFu;
}

// 32 bits from that one on.
uint bits_from(uint bit) {
  uint word = bit / 32, shift = bit % 32;
  return shift == 0 ? b[word] : b[word] >> shift | b[word + 1] << (32 - shift);
}

void main() {
  for (uint i = gl_LocalInvocationID.x; i < 1 << (ENTRY_BITS - 1); i += gl_WorkGroupSize.x) entries[i] = c[i];
  barrier();
  uint stream = invocation_index();
  if (stream >= push.streams) return;
  uint bit = 8 * a[3 * stream], count = a[3 * stream + 1], at = a[3 * stream + 2];
  for (uint i = 0; i < count; i += 4) {
    uint word = 0;
    for (uint pair = 0; pair < 2; ++pair) {
      uint bits = bits_from(bit), first = entry_of(bits), first_length = first & 0xFFu;
      uint second = entry_of(bits >> first_length);
      word |= (first >> 8 | second & 0xFF00u) << 16 * pair;
      bit += first_length + (second & 0xFFu);
    }
    y[at + i / 4] = word;
  }
}
