// Sums of index times step over the axes of an element, of which the last turns fastest: STEPS(push.sizes, push.rank, i, sum += index * step).
#define FOR_EACH_AXIS(element, rank, sizes, axis, index, body)   \
  for (uint axis = rank, rest_of_it = element; axis-- > 0;) {    \
    uint index = rest_of_it % sizes[axis];                       \
    rest_of_it /= sizes[axis];                                   \
    body                                                         \
  }
