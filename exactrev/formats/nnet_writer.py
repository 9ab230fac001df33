"""Dense networks as ``.nnet`` text, with no normalisation and no clamping."""

from __future__ import annotations

from exactrev.errors import InputError
from exactrev.formats.decimals import decimal
from exactrev.formats.files import PathLike, names_file, write_bytes
from exactrev.formats.nnet_reader import LARGEST
from exactrev.network import Network

_HEADER = "// Neural Network File Format by Kyle Julian, Stanford 2016"


@names_file
def write_nnet(path: PathLike, network: Network) -> bool:
    """Write a dense network without normalisation or clamping; True when nothing was rounded.

    A rational with a finite decimal expansion is written exactly, any other as the nearest float64.
    InputError for networks with skip connections or empty layers.
    """
    if not network.is_dense:
        raise InputError("an .nnet holds dense networks, and this one has skip connections")
    if min(network.architecture) < 1:
        raise InputError("an .nnet cannot hold a hidden layer without neurons")
    sizes, inputs = network.architecture, network.inputs
    lines = [
        _HEADER,
        ",".join(map(str, [len(sizes) - 1, inputs, network.outputs, max(sizes)])),
        ",".join(map(str, sizes)),
        "0",
        ",".join([f"-{LARGEST}"] * inputs),
        ",".join([LARGEST] * inputs),
        ",".join(["0.0"] * (inputs + 1)),
        ",".join(["1.0"] * (inputs + 1)),
    ]
    exact = True
    for number, layer in enumerate(network.layers, 1):
        matrix = network.weight(number)
        entries, width = matrix.entries(), matrix.ncols()
        rows = [entries[i * width : (i + 1) * width] for i in range(layer.size)]
        for row in [*rows, *([b] for b in layer.bias.entries())]:
            decimals = [decimal(x) for x in row]
            lines.append(",".join(text for text, _ in decimals))
            exact = exact and all(whole for _, whole in decimals)
    write_bytes(path, "".join(line + ",\n" if "//" not in line else line + "\n"
                              for line in lines).encode())
    return exact
