"""``exactrev equiv``, and its certificates in the hands of ``exactrev check``."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from exactrev.cli.patience import Patience
from tests.cli.said import Run


def test_shuffled_networks_are_isomorphic(run: Run, small: Path, shuffled: Path) -> None:
    said = run("equiv", small, shuffled)
    assert (said.code, said.verdict) == (0, "isomorphic")
    assert run("equiv", small, shuffled, "--json").json["witness"] is None


def test_a_difference_comes_with_exact_outputs(run: Run, small: Path, different: Path) -> None:
    said = run("equiv", small, different, "--json")
    assert (said.code, said.json["verdict"]) == (1, "different")
    point = [Fraction(x) for x in said.json["witness"]]
    ours, theirs = said.json["outputs"]
    z = [point[0] - 2 * point[1] + 1, point[0] / 3 + point[1] - 2, point[1] - point[0]]
    a, b, c = max(z[0], 0), max(z[1], 0), max(z[2] + Fraction(1, 2), 0)
    expected = a + 2 * b - 3 * c + Fraction(1, 7)
    assert [Fraction(y) for y in ours] == [expected]
    assert [Fraction(y) for y in theirs] == [expected - Fraction(1, 7) + Fraction(1, 8)]


def test_a_dead_neuron_leaves_equality(
    run: Run, small: Path, write_json: Callable[..., Path]
) -> None:
    hidden = ([["1", "-2"], ["1/3", "1"], ["0", "0"], ["-1", "1"]], ["1", "-2", "-5", "1/2"])
    padded = write_json("padded.json", hidden, ([["1", "2", "9", "-3"]], ["1/7"]))
    said = run("equiv", small, padded)
    assert (said.code, said.verdict) == (0, "equal")


def test_equal_networks_are_proved_not_isomorphic(
    run: Run, small: Path, shuffled: Path, write_json: Callable[..., Path], tmp_path: Path
) -> None:
    """x's two neurons are one neuron, split in two ways."""
    first = write_json("first.json", ([["1"], ["1"]], ["0", "0"]), ([["1", "3"]], ["0"]))
    second = write_json("second.json", ([["1"], ["1"]], ["0", "0"]), ([["2", "2"]], ["0"]))
    path, beside = tmp_path / "proof.cert", tmp_path / "proof.not-isomorphic.cert"
    said = run("equiv", first, second, "--certificate", path, "--json")
    assert (said.json["verdict"], said.json["certificate"]) == ("equal", str(path))
    assert said.json["not_isomorphic_certificate"] == str(beside)
    for certificate in (path, beside):
        checked = run("check", certificate, "--network", first, "--network", second)
        assert (checked.code, checked.verdict) == (0, "accepted")
    assert run("check", beside, "--network", first, "--network", first).verdict == "rejected"
    assert "not isomorphic" in run("equiv", first, second, "--certificate", path).out
    beside.unlink()
    said = run("equiv", small, shuffled, "--certificate", path, "--json")
    assert said.json["verdict"] == "isomorphic" and not beside.exists()
    assert "not_isomorphic_certificate" not in said.json
    taken = first.rename(beside)
    run("equiv", taken, second, "--certificate", path).assert_bad_input("overwrite")


def test_different_shapes_are_bad_input(
    run: Run, small: Path, write_json: Callable[..., Path]
) -> None:
    narrow = write_json("narrow.json", ([["1"]], ["0"]))
    run("equiv", small, narrow).assert_bad_input(str(small), str(narrow))


@pytest.mark.parametrize("name", ["proof.cert", "proof.cert.gz"])
def test_certificates_are_accepted_and_bound(
    run: Run, small: Path, shuffled: Path, different: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    said = run("equiv", small, shuffled, "--certificate", path, "--json")
    assert said.json["certificate"] == str(path)
    checked = run("check", path)
    assert (checked.code, checked.verdict) == (0, "accepted")
    for pair in ((small, shuffled), (shuffled, small)):
        bound = run("check", path, "--network", pair[0], "--network", pair[1], "--json")
        assert (bound.code, bound.json["reason"]) == (0, None)
    assert run("check", path, "--network", different).verdict == "rejected"
    assert run("check", path, "--network", small, "--network", small).verdict == "rejected"
    sha = run("info", small, "--json").json["sha256"]
    assert sha in bound.json["claim"]
    assert run("check", path, "--sha256", sha.upper()).code == 0
    assert run("check", path, "--sha256", sha, "--network", different).code == 1
    run("check", path, *["--sha256", sha] * 3).assert_bad_input()


def test_the_same_claim_is_the_same_bytes(
    run: Run, small: Path, shuffled: Path, tmp_path: Path
) -> None:
    paths = [tmp_path / "one.cert.gz", tmp_path / "two.cert.gz"]
    for path in paths:
        run("equiv", small, shuffled, "--certificate", path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_counterexample_is_a_certificate(
    run: Run, small: Path, different: Path, tmp_path: Path
) -> None:
    path = tmp_path / "difference.cert"
    assert run("equiv", small, different, "--certificate", path).code == 1
    assert run("check", path, "--network", small, "--network", different).code == 0


@pytest.mark.parametrize("damage", ["truncated", "edited", "gzip", "empty", "binary"])
def test_damaged_certificates_are_rejected(
    run: Run, small: Path, shuffled: Path, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "proof.cert"
    run("equiv", small, shuffled, "--certificate", path)
    sound = path.read_bytes()
    path.write_bytes(
        {
            "truncated": sound[:-4],
            "edited": sound.replace(b"match 1:1 1:0 1", b"match 1:1 1:0 2"),
            "gzip": gzip.compress(sound)[:-20],
            "empty": b"",
            "binary": bytes(range(256)),
        }[damage]
    )
    assert path.read_bytes() != sound
    said = run("check", path, "--json")
    assert (said.code, said.json["verdict"], said.err) == (1, "rejected", "")
    assert said.json["reason"] and said.json["claim"] is None


def test_a_missing_certificate_is_bad_input(run: Run, tmp_path: Path) -> None:
    run("check", tmp_path / "none.cert").assert_bad_input(str(tmp_path / "none.cert"))


@pytest.mark.parametrize("stop", ["interrupt", "timeout"])
def test_an_unfinished_decision_is_unknown(
    run: Run, small: Path, shuffled: Path, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    def endless(*arguments: object, **options: object) -> None:
        if stop == "interrupt":
            raise KeyboardInterrupt
        while True:
            pass

    monkeypatch.setattr("exactrev.equivalence.compare_structure", endless)
    said = run("equiv", small, shuffled, "--timeout", "0.05", "--json")
    assert (said.code, said.json["verdict"]) == (3, "unknown")
    assert said.json["reason"]


def test_an_unwritable_certificate_is_reported_before_the_work(
    run: Run, small: Path, shuffled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worked(*arguments: object, **options: object) -> None:
        raise AssertionError("the work began")

    monkeypatch.setattr("exactrev.equivalence.compare_structure", worked)
    for place in (tmp_path / "none" / "a.cert", tmp_path, small, Path("/dev/null")):
        run("equiv", small, shuffled, "--certificate", place).assert_bad_input(str(place))


# -- on a domain, and how far apart ----------------------------------------------------------------


@pytest.fixture
def relu(write_json: Callable[..., Path]) -> Path:
    return write_json("relu.json", ([["1"]], ["0"]), ([["1"]], ["0"]))


@pytest.fixture
def half(write_json: Callable[..., Path]) -> Path:
    return write_json("half.json", ([["1/2"]], ["1/3"]))


@pytest.fixture
def bent(write_json: Callable[..., Path]) -> Path:
    """relu(relu(x) - relu(x - 1) - 2) is 0, though no weight shows it; so this is relu(x) + 0."""
    hidden = ([["1"], ["1"]], ["0", "-1"])
    dead = ([["1", "-1"], ["1", "0"]], ["-2", "0"])
    return write_json("bent.json", hidden, dead, ([["7", "1"]], ["0"]))


def test_equality_by_a_tree(run: Run, relu: Path, bent: Path, tmp_path: Path) -> None:
    path = tmp_path / "tree.cert"
    said = run("equiv", relu, bent, "--certificate", path, "--json")
    assert (said.code, said.json["verdict"], said.json["witness"]) == (0, "equal", None)
    checked = run("check", path, "--network", relu, "--network", bent)
    assert (checked.code, checked.verdict) == (0, "accepted")
    path.write_text(path.read_text().replace("same", "open", 1))
    assert run("check", path).verdict == "rejected"


def test_equality_on_a_box(run: Run, relu: Path, write_json: Callable[..., Path]) -> None:
    line = write_json("line.json", ([["1"]], ["0"]))
    said = run("equiv", relu, line, "--box", "0", "5")
    assert (said.code, said.verdict) == (0, "equal")
    said = run("equiv", relu, line, "--box", "-1e-9", "5", "--json")
    assert (said.code, said.json["verdict"]) == (1, "different")
    assert Fraction(-1, 10**9) <= Fraction(said.json["witness"][0]) < 0
    run("equiv", relu, line, "--box", "1", "0").assert_bad_input("--box")
    assert run("equiv", relu, line, "--box", "1", "1").verdict == "equal"
    assert run("equiv", relu, line, "--box", "-1", "-1").verdict == "different"


def test_the_deviation_is_exact(run: Run, relu: Path, half: Path, tmp_path: Path) -> None:
    """relu(x) - x/2 - 1/3 on [-1, 1] is 1/6 at both ends and -1/3 at 0."""
    path = tmp_path / "within.cert"
    asked = ("equiv", relu, half, "--box", "-1", "1", "--json", "--certificate", path)
    said = run(*asked, "--deviation")
    assert (said.code, said.json["verdict"], said.json["witness"]) == (1, "different", ["0"])
    assert said.json["max_deviation"] == {"lower": "1/3", "upper": "1/3"}
    assert said.json["ranges"] == [{"lower": "-1/3", "upper": "1/6"}]
    checked = run("check", path, "--network", relu, "--network", half, "--json")
    assert checked.code == 0 and "attained" in checked.json["claim"]
    said = run(*asked, "--deviation", "--epsilon", "1/3")
    assert (said.code, said.json["verdict"]) == (0, "within")
    said = run(*asked, "--epsilon", "0.34")
    assert (said.code, said.json["verdict"]) == (0, "within")
    assert Fraction(said.json["max_deviation"]["upper"]) == Fraction(34, 100)
    assert run("check", path).code == 0
    said = run(*asked, "--epsilon", "0.33")
    assert (said.code, said.json["verdict"]) == (1, "different")
    x = Fraction(said.json["witness"][0])
    assert -1 <= x <= 1 and abs(max(x, Fraction(0)) - x / 2 - Fraction(1, 3)) > Fraction(33, 100)
    run("equiv", relu, half, "--epsilon", "-1").assert_bad_input("negative")


def test_equal_networks_deviate_by_nothing(run: Run, relu: Path, bent: Path) -> None:
    for other, verdict in ((relu, "isomorphic"), (bent, "equal")):
        said = run("equiv", relu, other, "--deviation", "--box", "-3", "3", "--json")
        assert (said.code, said.json["verdict"]) == (0, verdict)
        assert said.json["max_deviation"] == {"lower": "0", "upper": "0"}


def test_an_infinite_deviation_is_told(run: Run, relu: Path, half: Path, tmp_path: Path) -> None:
    path = tmp_path / "ray.cert"
    said = run("equiv", relu, half, "--deviation", "--certificate", path, "--json")
    assert (said.code, said.json["verdict"]) == (1, "different")
    assert said.json["max_deviation"] == {"lower": "inf", "upper": "inf"}
    assert Fraction(said.json["ray"]["direction"][0]) != 0
    assert "unbounded" in run("check", path, "--json").json["claim"]


def test_a_stopped_measurement_keeps_its_lower_bound(
    run: Run, relu: Path, half: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And on a box it has an upper one, with a certificate."""
    monkeypatch.setattr("exactrev.cli.patience.Patience.stop", lambda self: True)
    path, asked = tmp_path / "stopped.cert", ("equiv", relu, half, "--deviation", "--json")
    said = run(*asked, "--box", "-1", "1", "--certificate", path)
    assert (said.code, said.json["verdict"]) == (1, "different")
    bounds = {end: Fraction(x) for end, x in said.json["max_deviation"].items()}
    assert 0 < bounds["lower"] <= Fraction(1, 3) <= bounds["upper"]
    assert run("check", path).out.startswith("accepted within")
    ray = tmp_path / "ray.vnnlib"
    ray.write_text("(declare-const X_0 Real)\n(assert (<= X_0 1))\n")
    # relu(x) and x/2 + 1/3 part where x falls: a ray tells that before any cell is gone through
    assert run(*asked, "--domain", ray).json["max_deviation"]["upper"] == "inf"
    said = run("equiv", relu, half, "--box", "-1", "1", "--epsilon", "9/10", "--json")
    assert (said.code, said.json["verdict"]) == (3, "unknown")


def test_an_output_scale_is_found(
    run: Run, relu: Path, half: Path, write_json: Callable[..., Path], tmp_path: Path
) -> None:
    """-3 relu(x) + 2 is relu(x) scaled and shifted; x/2 + 1/3 is not."""
    path = tmp_path / "scaled.cert"
    scaled = write_json("scaled.json", ([["2"]], ["0"]), ([["-3/2"]], ["2"]))
    asked = ("--up-to-output-scale", "--json", "--certificate", path)
    said = run("equiv", scaled, relu, *asked)
    assert (said.code, said.json["verdict"]) == (0, "equal")
    assert (said.json["scale"], said.json["shift"]) == (["-3"], ["2"])
    assert run("check", path).code == 0
    said = run("equiv", relu, half, *asked)
    assert (said.code, said.json["verdict"], said.json["scale"]) == (1, "different", None)
    assert run("check", path, "--json").json["claim"].startswith("unscalable")
    points = [Fraction(each["input"][0]) for each in said.json["refutation"]]
    assert len(points) == 3 and min(points) < 0 < max(points)
    said = run("equiv", relu, half, *asked, "--deviation", "--box", "-1", "1")
    assert said.json["verdict"] == "different"
    best = Fraction(said.json["max_deviation"]["upper"])
    assert best < Fraction(1, 3)  # the best line is x/2 + 1/4, which misses by 1/4
    assert best >= Fraction(1, 4)
    assert run("check", path).code == 0
    said = run("equiv", relu, scaled, *asked, "--deviation", "--box", "-1", "1")
    assert (said.json["verdict"], said.json["max_deviation"]["upper"]) == ("equal", "0")


def test_labels(run: Run, write_json: Callable[..., Path], tmp_path: Path) -> None:
    """x against 0, and 2 relu(x) against 0, and x - 1 against 0."""
    path = tmp_path / "labels.cert"
    line = write_json("line.json", ([["1"], ["0"]], ["0", "0"]))
    relu = write_json("relu2.json", ([["1"]], ["0"]), ([["2"], ["0"]], ["0", "0"]))
    later = write_json("later.json", ([["1"], ["0"]], ["-1", "0"]))
    said = run("equiv", line, relu, "--labels", "--certificate", path)
    assert (said.code, said.verdict) == (0, "same-labels")
    assert run("check", path, "--json").json["claim"].startswith("same-class: ")
    said = run("equiv", line, later, "--labels", "--certificate", path, "--json")
    assert (said.code, said.json["verdict"], said.json["labels"]) == (1, "different", [[0], [1]])
    assert 0 < Fraction(said.json["witness"][0]) < 1
    assert run("check", path, "--json").json["claim"].startswith("other-class: ")
    said = run("equiv", line, later, "--labels", "--box", "1", "2")
    assert (said.code, said.verdict) == (0, "same-labels")
    assert run("equiv", line, line, "--labels").verdict == "isomorphic"
    run("equiv", line, later, "--labels", "--deviation").assert_bad_input("--labels")


def test_labels_need_two_outputs(run: Run, relu: Path, half: Path) -> None:
    run("equiv", relu, half, "--labels").assert_bad_input("one output")


def test_bounds_where_cells_are_too_many(
    run: Run, tmp_path: Path, write_json: Callable[..., Path]
) -> None:
    """A deep network and a copy with a weight moved: more cells than can be gone through."""
    random = Random(1)
    sizes = [6, 32, 24, 1]
    layers = [
        ([[f"{random.randint(-99, 99)}/99" for _ in range(n)] for _ in range(m)],
         [f"{random.randint(-50, 50)}/99" for _ in range(m)])
        for n, m in pairwise(sizes)
    ]  # fmt: skip
    one = write_json("one.json", *layers)
    layers[1][0][0][0] = f"{layers[1][0][0][0]}000001"
    other = write_json("other.json", *layers)
    path = tmp_path / "bounds.cert"
    asked = ("equiv", one, other, "--box", "-1", "1", "--certificate", path, "--json")
    said = run(*asked, "--deviation", "--timeout", "2.5")
    assert (said.code, said.json["verdict"]) == (1, "different")
    assert said.json["matched"] == 56
    lower, upper = (Fraction(said.json["max_deviation"][end]) for end in ("lower", "upper"))
    assert 0 < lower <= upper < 1
    ours, theirs = said.json["outputs"]
    assert abs(Fraction(ours[0]) - Fraction(theirs[0])) == lower
    assert run("check", path).verdict == "accepted"
    said = run(*asked, "--epsilon", str(upper * 2))
    assert (said.code, said.json["verdict"]) == (0, "within")
    assert run("check", path, "--network", one, "--network", other).verdict == "accepted"
    path.unlink()
    said = run(*asked, "--epsilon", str(lower / 2), "--timeout", "9")
    assert (said.code, said.json["verdict"]) == (1, "different")
    assert run("check", path).verdict == "accepted"
    said = run(*asked, "--epsilon", str(lower * 2), "--timeout", "0.01", "--quiet")
    assert (said.code, said.json["verdict"], said.err) == (3, "unknown", "")


def test_a_stopped_search_is_resumed(
    run: Run, write_json: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = [[str(i * j % 7 - 3) for j in range(1, 4)] for i in range(1, 15)]
    bias = [str(i % 5 - 2) for i in range(14)]
    out = [[str(i % 3 - 1) for i in range(14)]]
    a = write_json("a.json", (weights, bias), (out, ["0"]))
    b = write_json("b.json", (weights, bias[::-1]), (out, ["1/3"]))
    state, certificate = tmp_path / "state", tmp_path / "cert"
    question = ("equiv", a, b, "--box", -1, 1, "--deviation", "--json", "-q", "--resume", state)
    with monkeypatch.context() as patch:
        patch.setattr(Patience, "stop", lambda self: True)
        first = run(*question)
    whole = run(*question[:-2])
    assert state.exists()
    bounds, exact = first.json["max_deviation"], whole.json["max_deviation"]["upper"]
    assert Fraction(bounds["lower"]) <= Fraction(exact) <= Fraction(bounds["upper"])
    again = run(*question, "--certificate", certificate)
    for key in ("max_deviation", "ranges", "cells"):
        assert again.json[key] == whole.json[key]
    assert run("check", certificate).verdict == "accepted"
    run(*question, "--up-to-output-scale").assert_bad_input(str(state), "another question")
    state.write_text("no state\n")
    run(*question).assert_bad_input(str(state))
    assert state.read_text() == "no state\n"
    run("equiv", a, b, "--deviation", "--resume", a).assert_bad_input(str(a))


def test_jobs_change_nothing(run: Run, small: Path, write_json: Callable[..., Path]) -> None:
    other = write_json(
        "other.json", ([["1", "-2"], ["1/2", "1"], ["-1", "1"]], ["1", "-2", "1"]),
        ([["1", "2", "-3"]], ["1/7"]),
    )  # fmt: skip
    question = ("equiv", small, other, "--box", -2, 2, "--deviation", "--json")
    assert run(*question).out == run(*question, "--jobs", 2).out


def test_words_speak_of_scaled_outputs(
    run: Run, small: Path, write_json: Callable[..., Path]
) -> None:
    hidden = ([["1", "-2"], ["1/3", "1"], ["-1", "1"]], ["1", "-2", "1/2"])
    halved = write_json("halved.json", hidden, ([["1/2", "1", "-3/2"]], ["5"]))
    said = run("equiv", small, halved, "--up-to-output-scale", "-q")
    assert said.out.startswith("equal B's outputs times scale, plus shift, are A's")
    assert [line.split() for line in said.out.splitlines()[1:]] == [
        ["scale", "2"],
        ["shift", "-69/7"],
    ]
    bent = write_json("bent.json", hidden, ([["1/2", "1", "-1"]], ["5"]))
    options = ("--up-to-output-scale", "--deviation", "--box", "-1", "1", "-q")
    said = run("equiv", small, bent, *options)
    assert said.out.startswith("different A's outputs and B's, times scale")
    assert {"scale", "shift", "witness"} <= {line.split()[0] for line in said.out.splitlines()[1:]}
