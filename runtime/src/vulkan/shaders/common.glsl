// What all shaders have in common.
layout(local_size_x_id = 0) in;
layout(constant_id = 2) const uint ACTIVATION = 0;

// The number of this workgroup in the step; C++ folds the steps' groups into three dimensions.
uint group_index() {
  return gl_WorkGroupID.x + gl_NumWorkGroups.x * (gl_WorkGroupID.y + gl_NumWorkGroups.y * gl_WorkGroupID.z);
}

// The number of this invocation among all of the step.
uint invocation_index() {
  return group_index() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}

// The activation by its number in dcm::Activation.
float activate(float x) {
  switch (ACTIVATION) {
    case 1: return max(x, 0.0);                                              // relu
    case 2: return clamp(x, 0.0, 6.0);                                       // relu6
    case 3: return x * clamp(x + 3.0, 0.0, 6.0) / 6.0;                       // hard swish
    case 4: return clamp(x + 3.0, 0.0, 6.0) / 6.0;                           // hard sigmoid
    default: return x;
  }
}
