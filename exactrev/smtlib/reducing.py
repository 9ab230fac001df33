"""The reductions before a tree (format, section 6): what read the old value reads the new one.

One check a step.  The values of hidden neurons are any numbers >= 0, but those of the neurons that
the step names are relu of their rows; then no row may change its value by the step.
"""

from __future__ import annotations

from exactrev.checker.lines import Lines, Refused, natural
from exactrev.checker.network import Layered, Row
from exactrev.checker.reductions import neuron_number, reduce
from exactrev.checker.rows import WorkingForm
from exactrev.smtlib.script import Script, differs, linear, relu, some


def reduced(lines: Lines, network: Layered, script: Script) -> WorkingForm:
    """Take the lines ``reductions`` and its steps, and write a check for each step."""
    form = WorkingForm(network)
    head, _, count = lines.take().partition(" ")
    if head != "reductions":
        raise Refused("expected a line 'reductions' with a natural number")
    names = {j: f"x{j}" for j in range(network.inputs)}
    names |= {value: f"v{layer}.{index}" for value, layer, index in network.hidden()}
    steps = natural(count)
    if steps:
        script.open()
        for value in form.neurons():
            script.declare(names[value])
    for _ in range(steps):
        line = lines.take()
        rule, *operands = line.split(" ")
        before = _rows(form)
        reduce(network, form, rule, operands)
        _check(script, line, network, names, before, _rows(form))
    if steps:
        script.close()
    return form


def _rows(form: WorkingForm) -> dict[object, Row]:
    """Under value numbers those of neurons, under names those of outputs."""
    rows: dict[object, Row] = {value: dict(form.row(value)) for value in form.neurons()}
    return rows | {f"output {i}": dict(row) for i, row in enumerate(form.output_rows())}


def _check(
    script: Script,
    line: str,
    network: Layered,
    names: dict[int, str],
    before: dict[object, Row],
    after: dict[object, Row],
) -> None:
    rule, *operands = line.split(" ")
    neuron = neuron_number(network, operands[0])
    changed = [key for key, row in after.items() if row != before[key] and key != neuron]
    if not changed:
        script.comment(f"reduction {line}: nothing that is left reads it")
        return
    script.open()
    later = dict(names)
    if rule == "flip":
        later[neuron] = "turned"
        script.define("turned", relu(f"(- {linear(before[neuron], names)})"))
    named = [neuron]
    if rule == "merge":
        named.append(neuron_number(network, operands[1]))
    read = {
        value
        for key in (*named, *changed)
        for value in before[key]
        if value >= network.inputs and value not in named
    }
    assertions = [f"(>= {names[value]} 0.0)" for value in sorted(read)]
    assertions += [f"(= {names[value]} {relu(linear(before[value], names))})" for value in named]
    assertions.append(
        some(differs(linear(before[key], names), linear(after[key], later)) for key in changed)
    )
    script.check(f"reduction {line}: rows keep their values", assertions)
    script.close()
