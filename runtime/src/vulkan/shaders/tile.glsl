// A product of two matrices by tiles: a workgroup of MOST_THREADS makes 32 rows and 32 columns, an invocation 4 by 4 of them, from 16 of the depth at a
// time in shared memory. The includer has `float load_a(uint row, uint k)` and `float load_b(uint k, uint column)`, which give 0 outside, and
// `void store(uint row, uint column, float sum)`, which ignores what is outside.
const uint TILE = 32, TILE_DEPTH = 16;

shared float tile_a[TILE_DEPTH * TILE];
shared float tile_b[TILE_DEPTH * TILE];

// a_by_depth, b_by_depth: whether neighbours along the depth are neighbours in memory; then neighbouring invocations read them.
void multiply_tile(uint first_row, uint first_column, uint depth, bool a_by_depth, bool b_by_depth) {
  uint i = gl_LocalInvocationID.x, own_row = i / 8 * 4, own_column = i % 8;
  vec4 sums[4] = vec4[](vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0));
  for (uint first_k = 0; first_k < depth; first_k += TILE_DEPTH) {
    barrier();
    for (uint n = i; n < TILE_DEPTH * TILE; n += MOST_THREADS) {
      uint k = a_by_depth ? n % TILE_DEPTH : n / TILE, line = a_by_depth ? n / TILE_DEPTH : n % TILE;
      tile_a[k * TILE + line] = load_a(first_row + line, first_k + k);
      k = b_by_depth ? n % TILE_DEPTH : n / TILE;
      line = b_by_depth ? n / TILE_DEPTH : n % TILE;
      tile_b[k * TILE + line] = load_b(first_k + k, first_column + line);
    }
    barrier();
    for (uint k = 0; k < TILE_DEPTH; ++k) {
      uint b = k * TILE + own_column;
      vec4 columns = vec4(tile_b[b], tile_b[b + 8], tile_b[b + 16], tile_b[b + 24]);
      uint r = k * TILE + own_row;
      sums[0] += tile_a[r] * columns;
      sums[1] += tile_a[r + 1] * columns;
      sums[2] += tile_a[r + 2] * columns;
      sums[3] += tile_a[r + 3] * columns;
    }
  }
  for (uint r = 0; r < 4; ++r)
    for (uint column = 0; column < 4; ++column)
      store(first_row + own_row + r, first_column + own_column + 8 * column, sums[r][column]);
}
