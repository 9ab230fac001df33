"""What HiGHS proposes for programs in which some unknowns are 0 or 1, in floats, not to be trusted.
"""

from __future__ import annotations

import numpy as np

from exactrev.lp.float_model import Floats
from exactrev.lp.highs import _highspy


class MixedProgram:
    def __init__(self, unknowns: int, binaries: int) -> None:
        self.unknowns, self.binaries = unknowns, binaries
        self.lower, self.upper = np.full(unknowns, -np.inf), np.full(unknowns, np.inf)
        self.cost = np.zeros(unknowns)
        self._rows = []

    def row(self, terms, low=-np.inf, high=np.inf):
        self._rows.append((terms, low, high))

    def solve(self, steps: int) -> Floats | None:
        h = _highspy()
        hs = h.Highs.__mro__[1]()
        hs.setOptionValue("output_flag", False); hs.setOptionValue("threads", 1)
        hs.setOptionValue("mip_max_nodes", 500); hs.setOptionValue("mip_rel_gap", 1e-3)
        for k in range(self.unknowns):
            hs.addVar(self.lower[k], self.upper[k]); hs.changeColCost(k, -self.cost[k])
            if k >= self.unknowns - self.binaries: hs.changeColIntegrality(k, h.HighsVarType.kInteger)
        for terms, low, high in self._rows:
            idx = np.array(list(terms), dtype=np.int32)
            hs.addRow(low, high, len(idx), idx, np.array(list(terms.values())))
        hs.run()
        x = np.array(hs.getSolution().col_value)
        return x if len(x) == self.unknowns else None
