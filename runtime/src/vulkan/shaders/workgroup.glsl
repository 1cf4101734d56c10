// The workgroup of every shader: its size, the activation of what it writes, and which part of a step is its own.
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x_id = 0) in;
const uint MOST_THREADS = 64;  // of a workgroup; shared arrays are of constant length, which no driver has trouble with
layout(constant_id = 2) const uint ACTIVATION = 0;

// The number of this workgroup in the step; C++ folds the steps' groups into three dimensions.
uint group_index() {
  return gl_WorkGroupID.x + gl_NumWorkGroups.x * (gl_WorkGroupID.y + gl_NumWorkGroups.y * gl_WorkGroupID.z);
}

// The number of this invocation among all of the step.
uint invocation_index() {
  return group_index() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}

uint divide_up(uint a, uint b) {
  return (a + b - 1) / b;
}
