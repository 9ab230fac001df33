"""``exactrev audit``: the page a person reads says what the JSON object says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from exactrev.cli.patience import Patience
from tests.cli.said import Run

NETS = Path(__file__).resolve().parents[2] / "examples" / "nets"
VOID = {"meta", "stop", "circle", "rect", "polygon", "tspan", "br", "hr"}


class Page(HTMLParser):
    """The tables of a page: the cells' words, and the exact numbers in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[tuple[str, str | None]]]] = {}
        self.words = ""
        self.links: list[str] = []
        self.open: list[str] = []
        self._table = ""
        self._cell: tuple[str, str | None] | None = None
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        self.links += [str(known[name]) for name in ("href", "src", "xlink:href") if name in known]
        if tag not in VOID or tag == "tspan":
            self.open.append(tag)
        if tag == "table":
            self._table = str(known["id"])
            self.tables[self._table] = []
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag == "td":
            self._cell = ("", None)
        elif tag == "data" and self._cell is not None:
            self._cell = (self._cell[0], known["value"])

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "td" and self._cell is not None:
            self.tables[self._table][-1].append(self._cell)
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._cell is not None:
            self._cell = (self._cell[0] + data, self._cell[1])

    def rows(self, name: str) -> list[list[str]]:
        """The exact numbers of a table's body, words where there are none."""
        return [[exact or words for words, exact in row] for row in self.tables[name][1:]]


def shown_value(words: str) -> Fraction:
    """The number that a reader sees."""
    words = words.replace("\N{MINUS SIGN}", "-")
    mantissa, _, power = words.partition(" \N{MULTIPLICATION SIGN} 10")
    return Fraction(mantissa) * Fraction(10) ** int(power or 0)


def demand_agreement(page: Page, facts: dict[str, Any]) -> None:
    """Every table's figures are those of the JSON object, and what is shown is near them."""
    for rows in page.tables.values():
        for words, exact in (cell for row in rows for cell in row):
            if exact is not None:
                number = Fraction(exact)
                assert abs(shown_value(words) - number) <= abs(number) / 10**5
    compared = [["file", "name"], ["architecture"] * 2, ["parameters"] * 2, ["sha256"] * 2]
    sides = (facts["victim"], facts["extraction"])
    expected = [[label, *(str(side[key]) for side in sides)] for label, key in compared]
    assert page.rows("compared")[:4] == expected
    if facts["ray"] is None:
        assert page.rows("ranges") == [
            [str(r["output"]), dash(r["lower"]), dash(r["upper"]),
             "proved" if r["proved"] else "seen so far"]
            for r in facts["ranges"]
        ]  # fmt: skip
    if facts["worst"] is not None:
        keys = ("victim", "extraction", "difference")
        columns = zip(*(facts["worst"][key] for key in keys), strict=True)
        assert page.rows("outputs") == [[str(i), *row] for i, row in enumerate(columns)]
    if facts["regions"]:
        assert page.rows("regions") == [
            [r["victim_pattern"], r["extraction_pattern"], str(r["output"]), r["bound"]]
            for r in facts["regions"]
        ]
    for number, layer in enumerate(facts["matching"]["layers"], 1):
        assert page.rows(f"layer-{number}") == [
            [m["victim"] or "none", m["extraction"] or "none",
             *(dash(m[key]) for key in ("scale", "error", "own_error"))]
            for m in layer
        ]  # fmt: skip
    assert facts["sentence"].replace("^", "") in page.words.replace("\n", " ")


def dash(exact: str | None) -> str:
    return "\N{EN DASH}" if exact is None else exact


@pytest.fixture
def audited(run: Run, tmp_path: Path) -> Callable[..., tuple[Page, dict[str, Any]]]:
    """Audit a pair of networks, and hold the page against the JSON object."""

    def audited(*arguments: object, code: int = 1) -> tuple[Page, dict[str, Any]]:
        path = tmp_path / "report.html"
        said = run("audit", *arguments, "-o", path, "--json", "-q")
        assert said.code == code, said.err
        page = Page(path.read_text(encoding="utf-8"))
        assert not page.links and "http:" not in path.read_text().replace("http://www.w3.org", "")
        demand_agreement(page, said.json)
        return page, said.json

    return audited


def test_the_published_extraction(
    run: Run, audited: Callable[..., Any], tmp_path: Path
) -> None:
    pair = (NETS / "victim_32-2-2-1.npz", NETS / "extracted12p_32-2-2-1.npz")
    certificate = tmp_path / "audit.cert"
    page, facts = audited(
        *pair, "--box", -1, 1, "--up-to-output-scale", "--certificate", certificate
    )
    assert (facts["verdict"], facts["state"]) == ("different", "closed")
    bounds = facts["max_deviation"]
    assert bounds["lower"] == bounds["upper"] == facts["regions"][0]["bound"]
    assert Fraction(1, 1000) < Fraction(bounds["upper"]) < Fraction(1, 100)
    point = [Fraction(x) for x in facts["worst"]["input"]]
    assert len(point) == 32 and max(map(abs, point)) == 1
    matches = [match for layer in facts["matching"]["layers"] for match in layer]
    assert all(match["victim"] == match["extraction"] for match in matches)
    assert Fraction(facts["matching"]["largest_error"]) < Fraction(1, 10**4)
    named = facts["certificate"]
    assert named["sha256"] == hashlib.sha256(certificate.read_bytes()).hexdigest()
    assert named["check"] in page.words and named["claim"] == "within"
    checked = run(*named["check"].split()[1:])
    assert checked.code == 0 and "within" in checked.out


def test_isomorphic_and_equal_pairs(
    audited: Callable[..., Any], small: Path, shuffled: Path, write_json: Callable[..., Path]
) -> None:
    _, facts = audited(small, shuffled, code=0)
    assert facts["verdict"] == "isomorphic" and facts["matching"]["exact"]
    assert [m["scale"] for m in facts["matching"]["layers"][0]] == ["1", "1", "2"]
    assert facts["max_deviation"] == {"lower": "0", "upper": "0"}
    dead = write_json(
        "dead.json",
        ([["1", "-2"], ["1/3", "1"], ["0", "0"], ["-1", "1"]], ["1", "-2", "-5", "1/2"]),
        ([["1", "2", "9", "-3"]], ["1/7"]),
    )
    _, facts = audited(small, dead, code=0)
    assert facts["verdict"] == "equal" and facts["matching"]["unmatched"] == 1


def test_the_picture_of_two_inputs(
    audited: Callable[..., Any], run: Run, small: Path, write_json: Callable[..., Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    hidden = ([["1", "-2"], ["1/3", "1"], ["-1", "9/8"]], ["1", "-2", "1/2"])
    near = write_json("near.json", hidden, ([["1", "2", "-3"]], ["1/7"]))
    page, facts = audited(small, near, "--box", "-1", "1")
    assert facts["picture"]["axes"] == [0, 1] and facts["picture"]["box"] == [["-1", "1"]] * 2
    text = (tmp_path / "report.html").read_text()
    assert text.count("<polygon") == facts["picture"]["regions"] > 1
    assert "The circle is the worst input" in page.words
    again = tmp_path / "again.html"
    run("audit", small, near, "--box", "-1", "1", "-o", again)
    assert again.read_text() == text


def test_an_infinite_deviation_shows_its_ray(
    audited: Callable[..., Any], small: Path, different: Path, write_json: Callable[..., Path]
) -> None:
    steeper = write_json("steeper.json", ([["1", "-2"]], ["1"]), ([["2"]], ["0"]))
    page, facts = audited(small, steeper)
    assert facts["state"] == "unbounded" and facts["max_deviation"]["upper"] == "inf"
    assert [row[1:] for row in page.rows("ray")] == [
        list(pair)
        for pair in zip(facts["ray"]["point"], facts["ray"]["direction"], strict=True)
    ]
    _, facts = audited(small, different)  # everywhere the same 1/7 - 1/8
    assert facts["max_deviation"] == {"lower": "1/56", "upper": "1/56"}


def test_bounds_where_cells_are_too_many(
    audited: Callable[..., Any], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exactrev.cli.audit._DRAWING", 0.01)
    pair = (NETS / "acasxu_1_1.onnx", NETS / "acasxu_1_1.nnet")
    certificate = tmp_path / "audit.cert"
    page, facts = audited(
        *pair, "--box", 0, "1/2", "--timeout", 4, "--certificate", certificate
    )
    bounds = {key: Fraction(facts["max_deviation"][key]) for key in ("lower", "upper")}
    assert facts["state"] == "bounded" and 0 < bounds["lower"] < bounds["upper"]
    assert all(r["proved"] for r in facts["ranges"]) and "(proved)" in page.words
    assert bounds["upper"] == max(
        max(-Fraction(r["lower"]), Fraction(r["upper"])) for r in facts["ranges"]
    )
    assert Fraction(facts["matching"]["largest_error"]) < Fraction(1, 10**6)
    assert [len(layer) for layer in facts["matching"]["layers"]] == [50] * 6
    assert run("check", certificate).verdict == "accepted"


def test_without_time_there_is_no_upper_bound(
    audited: Callable[..., Any], write_json: Callable[..., Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(Patience, "stop", lambda self: True)
    one = write_json("one.json", ([["1", "1"], ["1", "-1"]], ["0", "0"]), ([["1", "1"]], ["0"]))
    two = write_json("two.json", ([["1", "1"], ["1", "-2"]], ["0", "0"]), ([["1", "1"]], ["0"]))
    _, facts = audited(one, two, "--box", -1, 1)
    assert facts["state"] == "bounded" and facts["ranges"][0]["proved"]
    rows = [{"coefficients": row, "bound": "1"} for row in (["1", "1"], ["-1", "0"], ["0", "-1"])]
    domain = tmp_path / "domain.json"

    def on(rows: list[Any]) -> tuple[Any, Any]:
        text = json.dumps({"format": "exactrev-domain", "version": 1, "rows": rows})
        domain.write_text(text)
        found: tuple[Any, Any] = audited(one, two, "--domain", domain)
        return found

    _, facts = on(rows)
    assert facts["state"] == "bounded" and facts["ranges"][0]["proved"]
    two = write_json("two.json", ([["1", "1"], ["1", "-1"]], ["0", "-1/2"]), ([["1", "1"]], ["0"]))
    page, facts = on(rows[:2])  # unbounded, the deviation being 1/2
    assert facts["state"] == "open" and facts["max_deviation"]["upper"] is None
    assert Fraction(facts["max_deviation"]["lower"]) > 0
    assert "no upper bound within the time" in page.words


def test_bad_input_is_one_line(run: Run, small: Path, shuffled: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.html"
    run("audit", small, shuffled, "-o", tmp_path / "r.pdf").assert_bad_input("r.pdf")
    run("audit", small, shuffled, "-o", small).assert_bad_input(str(small))
    run("audit", small, shuffled, "-o", report, "--axes", 0, 2).assert_bad_input("--axes 0 2")
    narrow = NETS / "fc_2-2-3.onnx"
    run("audit", small, narrow, "-o", report).assert_bad_input(str(small), str(narrow))
    run("audit", small, shuffled).assert_bad_input("-o")
    assert not report.exists()


@pytest.mark.parametrize("domain", [("--box", "-1", "1"), ("--box", "0", "1")])
def test_a_stopped_audit_is_resumed(
    run: Run,
    write_json: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    domain: tuple[str, ...],
) -> None:
    weights = [[str(i * j % 7 - 3) for j in range(1, 4)] for i in range(1, 12)]
    out = [[str(i % 3 - 1) for i in range(11)]]
    a = write_json("a.json", (weights, ["1"] * 11), (out, ["0"]))
    b = write_json("b.json", (weights, ["2"] * 11), (out, ["1/3"]))
    state, page = tmp_path / "state", tmp_path / "page.html"
    question = ("audit", a, b, *domain, "-o", page, "--json", "-q")
    with monkeypatch.context() as patch:
        patch.setattr(Patience, "stop", lambda self: True)
        run(*question, "--resume", state)
    assert state.exists()
    again, whole = run(*question, "--resume", state), run(*question, "--jobs", "2")
    assert again.json["max_deviation"] == whole.json["max_deviation"]
    assert again.json["verdict"] == whole.json["verdict"] == "different"
    run(*question, "--resume", a).assert_bad_input(str(a))
