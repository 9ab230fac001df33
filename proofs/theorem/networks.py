"""The networks that the certificates speak of; proofs/README.md says what each of them shows."""

from __future__ import annotations

from exactrev.network.model import Network

_AXES = ([[1, 0], [0, 1]], [0, 0])
#: Two boundaries round the negative quadrant, one of them on inside it and one outside.
_AROUND = ([[2, 1], [-1, -2]], ["-1/4", 1])
_WEDGE = ([[1, "4/3"], [-1, "-3/2"]], [-1, "5/4"])

#: All assumptions hold: two and three hidden layers.
HOLDS_2 = Network.dense([_AXES, _AROUND, ([[1, 3]], [0])])
HOLDS_3 = Network.dense([_AXES, _AROUND, _WEDGE, ([[1, 5]], [0])])

#: z of 2:0 is 0 where |x| = 2 + relu(y)/10: on one curve to the left and on one to the right.
DISCONNECTED = Network.dense(
    [
        ([[1, 0], [-1, 0], [0, 1]], [1, 1, 0]),
        ([[1, 1, "-1/10"], [1, 2, 3]], [-3, "-9/2"]),
        ([[1, 1]], [0]),
    ]
)

#: The boundary of 2:0, relu(x) = 1 + relu(y)/10, lies where x > 0; that of 1:0 is x = 0.
APART = Network.dense([_AXES, ([[1, "-1/10"], [2, 3]], [-1, -1]), ([[1, -1]], [0])])

#: All neurons can be turned round together: x + y - (x + y + 1) is constant.
TURNED = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), ([[1, 1, -1]], [0])])

#: relu(|x| - 1): what happens where |x| < 1 is hidden.
HIDDEN = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])
