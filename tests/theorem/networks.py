"""Small networks made by hand: for every assumption one that meets it and one that does not."""

from __future__ import annotations

from exactrev.network.model import Network

CROSSING = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
PARALLEL = Network.dense([([[1, 0], [1, 0], [0, 1]], [0, -1, 0]), ([[1, 1, 1]], [0])])
#: |x| = 1 + relu(y)/10 is one curve to the left and one to the right of the line x = 0.
DISCONNECTED = Network.dense(
    [
        ([[1, 0], [-1, 0], [0, 1]], [0, 0, 0]),
        ([[1, 1, "-1/10"], [1, 2, 3]], [-1, 5]),
        ([[1, 1]], [0]),
    ]
)
#: relu(x) = 1 + relu(y)/10 lies to the right of x = 1; 2 relu(x) + 3 relu(y) = 1 crosses all.
APART = Network.dense(
    [([[1, 0], [0, 1]], [0, 0]), ([[1, "-1/10"], [2, 3]], [-1, -1]), ([[1, -1]], [0])]
)
#: relu(|x| - 1) is 0 on both sides of x = 0.
TENT = Network.dense([([[1], [-1]], [0, 0]), ([[1, 1]], [-1]), ([[1]], [0])])
TWINS = Network.dense([([[1, 0], [2, 0], [0, 1]], [0, 0, 0]), ([[1, 2, 3]], [0])])
CONCURRENT = Network.dense([([[1, 0], [0, 1], [1, 1]], [0, 0, 0]), ([[1, 1, 1]], [0])])
ALWAYS_ON = Network.dense(
    [([[1, 0], [0, 1]], [0, 0]), ([[1, 1], [1, 3]], [1, -1]), ([[1, 1]], [0])]
)
UNREAD = Network.dense([([[1, 0], [0, 1]], [0, 0]), ([[1, 0]], [0])])
#: z of 2:0 is relu(y) - 1: it goes straight on where x = 0.
ZERO_WEIGHT = Network.dense(
    [([[1, 0], [0, 1]], [0, 0]), ([[0, 1], [2, 3]], [-1, -1]), ([[1, -1]], [0])]
)
