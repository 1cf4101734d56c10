// Sums and maxima over a team: TEAM neighbouring invocations of a workgroup. All invocations of the workgroup call them together, and each
// gets its team's result. With SUBGROUPS a team that is the whole workgroup adds by subgroups, of whatever size.
#ifdef SUBGROUPS
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#endif
layout(constant_id = 3) const uint TEAM = 1;
shared vec4 partial[MOST_THREADS];

uint team_member() {
  return gl_LocalInvocationID.x % TEAM;
}
uint team_in_group() {
  return gl_LocalInvocationID.x / TEAM;
}
uint teams_of_group() {
  return gl_WorkGroupSize.x / TEAM;
}

vec4 sum_of(vec4 a, vec4 b) {
  return a + b;
}

#ifdef SUBGROUPS
#define SUBGROUP_REDUCTION(combine, subgroup_combine)                                      \
  if (TEAM == gl_WorkGroupSize.x) {                                                        \
    x = subgroup_combine(x);                                                               \
    if (subgroupElect()) partial[gl_SubgroupID] = x;                                       \
    barrier();                                                                             \
    x = partial[0];                                                                        \
    for (uint i = 1; i < gl_NumSubgroups; ++i) x = combine(x, partial[i]);                 \
    barrier();                                                                             \
    return x;                                                                              \
  }
#else
#define SUBGROUP_REDUCTION(combine, subgroup_combine)
#endif

#define TEAM_REDUCTION(name, combine, subgroup_combine)                                    \
  vec4 name(vec4 x) {                                                                      \
    if (TEAM == 1) return x;                                                               \
    SUBGROUP_REDUCTION(combine, subgroup_combine)                                          \
    uint i = gl_LocalInvocationID.x;                                                       \
    partial[i] = x;                                                                        \
    for (uint half_team = TEAM / 2; half_team > 0; half_team /= 2) {                       \
      barrier();                                                                           \
      if (i % TEAM < half_team) partial[i] = combine(partial[i], partial[i + half_team]);  \
    }                                                                                      \
    barrier();                                                                             \
    x = partial[i - i % TEAM];                                                             \
    barrier();                                                                             \
    return x;                                                                              \
  }

TEAM_REDUCTION(team_sum, sum_of, subgroupAdd)
TEAM_REDUCTION(team_max, max, subgroupMax)
TEAM_REDUCTION(team_min, min, subgroupMin)
