"""What the writers write is accepted; files are deterministic and whole."""

from __future__ import annotations

import gzip
import io
from importlib.util import find_spec
from pathlib import Path

import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exactrev.certificate import (
    counterexample_certificate,
    equality_certificate,
    isomorphism_certificate,
    write_certificate,
)
from exactrev.certificate.files import certificate_stream
from exactrev.checker import Outcome, check
from exactrev.cli.check import judge as judge_file
from exactrev.errors import InputError
from exactrev.network import Network
from exactrev.network.reduction import reduce_structurally
from exactrev.network.symmetry import Isomorphism, transform
from tests.strategies import isomorphisms, networks, perturbed, points

A = Network.dense([([[2]], [0]), ([[1]], [-1])])
B = Network.dense([([["1/2"]], [0]), ([[4]], [-1])])
ISOMORPHISM = Isomorphism((((0, fmpq(1, 4)),),))


def judge(lines: object) -> Outcome:
    text = "".join(line + "\n" for line in lines)  # type: ignore[attr-defined]
    return check(io.BytesIO(text.encode("ascii")))


@settings(deadline=None)
@given(st.data())
def test_isomorphisms_are_accepted(data: st.DataObject) -> None:
    a = data.draw(networks())
    isomorphism = data.draw(isomorphisms(a))
    b = transform(a, isomorphism)
    outcome = judge(isomorphism_certificate(a, b, isomorphism))
    assert outcome.accepted, outcome.reason
    assert a.sha256 in outcome.claim and b.sha256 in outcome.claim


@settings(deadline=None)
@given(st.data())
def test_isomorphisms_to_another_network_are_refused(data: st.DataObject) -> None:
    a = data.draw(networks())
    isomorphism = data.draw(isomorphisms(a))
    other = data.draw(perturbed(transform(a, isomorphism)))
    assert not judge(isomorphism_certificate(a, other, isomorphism)).accepted


@settings(deadline=None)
@given(st.data(), st.booleans())
def test_reductions_are_accepted(data: st.DataObject, orient: bool) -> None:
    """A network against its own reduction, permuted and scaled."""
    a = data.draw(networks())
    reduced_a = reduce_structurally(a, orient)
    isomorphism = data.draw(isomorphisms(reduced_a.network))
    b = transform(reduced_a.network, isomorphism)
    reduced_b = reduce_structurally(b)
    assume(not reduced_b.steps)
    outcome = judge(equality_certificate(a, b, reduced_a, reduced_b, isomorphism))
    assert outcome.accepted, outcome.reason


@settings(deadline=None)
@given(st.data())
def test_counterexamples_are_accepted_where_outputs_differ(data: st.DataObject) -> None:
    a, b = data.draw(networks(max_inputs=1)), data.draw(networks(max_inputs=1))
    assume((a.inputs, a.outputs) == (b.inputs, b.outputs))
    point = data.draw(points(a.inputs))
    outcome = judge(counterexample_certificate(a, b, point))
    assert outcome.accepted == (a(point) != b(point))


def test_the_same_lines_are_the_same_bytes(tmp_path: Path) -> None:
    for ending in ("cert", "cert.gz"):
        paths = [tmp_path / f"{name}.{ending}" for name in "pq"]
        for path in paths:
            write_certificate(isomorphism_certificate(A, B, ISOMORPHISM), path)
        assert paths[0].read_bytes() == paths[1].read_bytes()
        assert check(paths[0]).accepted
    assert (
        gzip.decompress((tmp_path / "p.cert.gz").read_bytes()) == (tmp_path / "p.cert").read_bytes()
    )


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.cert"
    write_certificate(["old"], path)

    def lines():  # type: ignore[no-untyped-def]
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_certificate(lines(), path)
    assert path.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(
    bool(find_spec("zstandard") or find_spec("compression")), reason="zstd is available here"
)
def test_zstd_needs_its_module(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zstandard"):
        write_certificate(["x"], tmp_path / "x.cert.zst")
    assert list(tmp_path.iterdir()) == []


def test_zstd_is_unpacked_for_the_checker(tmp_path: Path) -> None:
    pytest.importorskip("zstandard")
    golden = (Path(__file__).parent / "golden" / "regions.cert").read_text()
    path = tmp_path / "x.cert.zst"
    write_certificate(golden.splitlines(), path)
    assert path.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    with certificate_stream(path) as stream:
        assert stream.read().decode() == golden
    assert judge_file(str(path)).accepted
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:4] + b"\xff" * 20, whole[:-9] + b"123456789"):
        path.write_bytes(damaged)
        judgement = judge_file(str(path))
        assert not judgement.accepted and judgement.reason


@pytest.mark.skipif(
    bool(find_spec("zstandard") or find_spec("compression")), reason="zstd is available here"
)
def test_reading_zstd_needs_its_module(tmp_path: Path) -> None:
    path = tmp_path / "x.cert"
    path.write_bytes(b"\x28\xb5\x2f\xfd" + b"0" * 20)
    with pytest.raises(OSError, match="zstandard"), certificate_stream(path):
        pass


def test_streams_of_other_files_are_the_files(tmp_path: Path) -> None:
    for content in (b"", b"x", b"\x1f\x8bxx", b"exactrev-certificate 1\n"):
        (tmp_path / "x").write_bytes(content)
        with certificate_stream(tmp_path / "x") as stream:
            assert stream.read() == content


def test_no_such_directory(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_certificate(["x"], tmp_path / "absent" / "x.cert")
