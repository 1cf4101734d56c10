"""What the trained networks are for, as checks with real inputs.

Each check takes a network, as anything that can be called with float32 torch tensors, and returns how well it did. The
same check judges the network in torch and the compressed one in the runtime.
"""

import torch

# Tests run side by side, one a core: torch's own threads would only get into each other's way, most of all in networks
# of many small steps.
torch.set_num_threads(1)
