// The operator's constants and weights in them: README.md, "Constants of an operator". With NARROW_STORAGE arrays of 8 and 16 bits are read as such.
#ifdef NARROW_STORAGE
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_16bit_storage : require
#endif
layout(constant_id = 1) const uint FORM = 0;
layout(set = 0, binding = 3) readonly buffer C { uint c[]; };
#ifdef NARROW_STORAGE
layout(set = 0, binding = 3) readonly buffer C8 { uint8_t c8[]; };
layout(set = 0, binding = 3) readonly buffer C16 { uint16_t c16[]; };
layout(set = 0, binding = 3) readonly buffer CHalf { float16_t c_half[]; };
#endif

const uint SPARSE = 0, DENSE_SHARED = 1, FLOAT32 = 2, FLOAT16 = 3, LONG_SPARSE = 4;

float constant_at(uint at) {
  return uintBitsToFloat(c[at]);
}

// Element i of an array that begins with word `at`.
#ifdef NARROW_STORAGE
uint byte_at(uint at, uint i) {
  return uint(c8[4 * at + i]);
}
uint short_at(uint at, uint i) {
  return uint(c16[2 * at + i]);
}
float half_at(uint at, uint i) {
  return float(c_half[2 * at + i]);
}
#else
uint byte_at(uint at, uint i) {
  return c[at + i / 4] >> 8 * (i % 4) & 0xFFu;
}
uint short_at(uint at, uint i) {
  return c[at + i / 2] >> 16 * (i % 2) & 0xFFFFu;
}
float half_at(uint at, uint i) {
  vec2 pair = unpackHalf2x16(c[at + i / 2]);
  return i % 2 == 0 ? pair.x : pair.y;
}
#endif

// Of non-zero i of a sparse weight.
uint sparse_column(uint words, uint i) {
  return FORM == LONG_SPARSE ? c[words + i] & 0xFFFFFFu : short_at(words, i);
}
float sparse_value(uint words, uint codes, uint codebook, uint i) {
  return constant_at(codebook + (FORM == LONG_SPARSE ? c[words + i] >> 24 : byte_at(codes, i)));
}

// Element i of a dense weight.
float dense_value(uint words, uint codebook, uint i) {
  if (FORM == DENSE_SHARED) return constant_at(codebook + byte_at(words, i));
  if (FORM == FLOAT16) return half_at(words, i);
  return constant_at(words + i);
}
