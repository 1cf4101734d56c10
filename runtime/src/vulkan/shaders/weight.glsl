// The operator's constants and weights in them: README.md, "Constants of an operator".
layout(constant_id = 1) const uint FORM = 0;
layout(set = 0, binding = 3) readonly buffer C { uint c[]; };

const uint SPARSE = 0, DENSE_SHARED = 1, FLOAT32 = 2, FLOAT16 = 3;

float constant_at(uint at) {
  return uintBitsToFloat(c[at]);
}

// Of a non-zero of a sparse weight.
uint sparse_column(uint word) {
  return word & 0xFFFFFFu;
}
float sparse_value(uint word, uint codebook) {
  return constant_at(codebook + (word >> 24));
}

// Element i of a weight that has a word or a part of one for each.
float dense_value(uint words, uint codebook, uint i) {
  if (FORM == DENSE_SHARED) return constant_at(codebook + (c[words + i / 4] >> 8 * (i % 4) & 0xFFu));
  if (FORM == FLOAT16) {
    vec2 pair = unpackHalf2x16(c[words + i / 2]);
    return i % 2 == 0 ? pair.x : pair.y;
  }
  return constant_at(words + i);
}
