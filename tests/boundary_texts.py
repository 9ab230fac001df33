"""Certificates ``boundaries`` with a norm: in a slice of the inputs, and on a segment."""

from __future__ import annotations

#: x, y - 2 x and relu(x) + relu(y - 2 x) - 1 in space, the third input being read by none.  The
#: boundary of the last has three pieces in a row; those of the others bend only where it is on.
SLICE = """\
exactrev-certificate 1
semantics real
claim boundaries A
network A c2c879f03bc6716cfc25e1b2ddcda32bbf4865954352a262d59ca8c174ddc80c
exactrev-network 1
inputs 3
layer 2
bias 0 0
from 0
1 0 0
-2 1 0
layer 1
bias -1
from 1
1 1
layer 1
bias 0
from 2
1
domain 0
depth 2
norm 0 1
coordinates 0 1
inverse 1 0
inverse 2 1
proof
split 0
split 1
off 2 1 0
cell 1 0 0 0
split 2
cell 1 0 1 0
cell 2 0 3 0
cell 1024 0 1 0
off 2 1 0
cell 512 0 -1 0
split 1
split 2
cell 1 1 2 0
cell 2 3 6 0
cell 1024 1 2 0
split 2
cell 4096 1 4097 0
cell 8192 1 12275 0
cell 2048 1 8 0
split 2
cell 1 1 0 0
cell 2 3 0 0
cell 512 1 -1 0
split 1
off 2 1 0
cell 1024 -1 -2 0
split 2
cell 2 -1 0 0
cell 4 -3 0 0
cell 65536 -69 -135 0
off 2 1 0
cell 8192 -8 -17 0
count 7 9 3
boundary 0 1 1
boundary 1 1 1
boundary 2 3 1
meet 0 2
meet 1 2
end
"""

#: x + 1, 1 - x and relu(x + 1) + relu(1 - x) - 3 where -4 < x < 5.  The last is on where |x| > 2,
#: so that its boundary is two points, and those of the others are empty.
SEGMENT = """\
exactrev-certificate 1
semantics real
claim boundaries A
network A f3dedacff78ef708d67de9319ab5f3d77a972271148b59f393443bf1c9bddcff
exactrev-network 1
inputs 1
layer 2
bias 1 1
from 0
1
-1
layer 1
bias -3
from 1
1 1
layer 1
bias 0
from 2
1
domain 2
row 1 4
row -1 5
depth 1
norm 0
inverse 1
proof
split 2
on 3 64 4 2 -72
off 4 128 4 2 120
cell 1 -1
split 3
off 4 128 3 3 134
cell 1 1
off 4 1 0
cell 1 0
split 4
cell 1 2
cell 1 3
cell 2 3
on 3 64 4 2 72
split 4
cell 1 -2
cell 2 -5
cell 2 -3
count 5 4
boundary 2 0 0
boundary 3 0 0
boundary 4 2 2
end
"""
