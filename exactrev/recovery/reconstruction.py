"""From lines to a network: layer by layer upwards, and back down where something was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from exactrev.network.model import Network
from exactrev.recovery.agreement import Agreement, Disagreement, bends_at
from exactrev.recovery.assembly import affine_network
from exactrev.recovery.beyond import layer_beyond
from exactrev.recovery.candidate import Candidate, candidate
from exactrev.recovery.first_layer import FirstLayer
from exactrev.recovery.geometry import Kink, form_key, rationals, rounded
from exactrev.recovery.hidden_layer import grow
from exactrev.recovery.last_resort import oriented_at_last
from exactrev.recovery.layer import Layer, known, stand_anew
from exactrev.recovery.levels import level_with_the_last
from exactrev.recovery.neuron import Neuron
from exactrev.recovery.next_line import NextLine
from exactrev.recovery.open_weights import OpenWeight
from exactrev.recovery.orienting import Oriented, Orienter
from exactrev.recovery.output_layer import Misfit
from exactrev.recovery.prefix import Prefix
from exactrev.recovery.revision import Revision
from exactrev.recovery.settled import reads_everything
from exactrev.recovery.sharing.attempt import Sharing
from exactrev.recovery.surface import Surface
from exactrev.recovery.survey import Survey
from exactrev.recovery.told_above import hear
from exactrev.recovery.walk import Walker
from exactrev.recovery.woken import with_open_parts

#: With this many lines scanned a layer is built on even if some of its weights are open or some
#: boundaries were seen in part.
_LINES_TO_FINISH = 5
#: With this many lines scanned a layer that cannot be oriented is tried with skip connections.
_LINES_TO_SKIP = 4
#: The same where something of that layer is open, or something says how it is oriented.
_LINES_IN_DOUBT = 8
#: With this many kinks met beside the lines, whole lines are scanned where something is missed.
_MOST_BESIDE = 60
#: Lines that may follow the last one that taught anything, however many there were.
_IDLE = 6
#: Choices of doubtful first-layer boundaries tried before another line is scanned.
_TRIES = 4


@dataclass
class Reconstruction:
    """The state of a recovery, valid at any moment it is interrupted.

    With ``sharing``, layers that share weights are tried first.

    Attributes: ``layers`` the hidden layers known so far, lowest first; ``network`` the whole
    network once its outputs agree with f at fresh places; ``assumed`` the weights that no
    place showed and that the network takes to be 0.
    """

    survey: Survey
    max_lines: int = 12
    sharing: Sharing | None = None
    layers: list[Layer] = field(default_factory=list)
    network: Network | None = None
    assumed: tuple[OpenWeight, ...] = ()

    def __post_init__(self) -> None:
        self._root = Prefix(self.survey.probe.oracle.inputs)
        self._walker = Walker(self.survey)
        self._orienter = Orienter(self.survey, self._walker)
        self._first = FirstLayer(self.survey)
        self._agreement = Agreement(self.survey)
        self._next_line = NextLine(self.survey)
        self._revision = Revision(self.survey, self._walker)
        self._refuted: Network | None = None
        # how many layers are below those that are known to read more than the last of them
        self._skipping: set[int] = set()
        # how many layers are below those that are known to read past open weights of the last
        self._beyond: set[int] = set()
        # the last layer that was found past open weights
        self._over_open_weights: Layer | None = None
        # whether weights were found that the layers above do not know of yet
        self._outgrown = False

    @property
    def prefix(self) -> Prefix:
        """The known hidden layers."""
        return self.layers[-1].extended() if self.layers else self._root

    def run(self) -> None:
        """Go on until the network is found or ``max_lines`` lines and more have taught nothing."""
        if self.sharing is not None:
            self.network = self.sharing.attempt()
            if self.network is not None:
                return
            self._first.believe(self.sharing.first)
        self._next_line.begin()
        most, lines = 0, 0
        while self.network is None and len(self.survey.lines) < max(self.max_lines, lines + _IDLE):
            self._revise()
            if known(self.layers) > most:
                most, lines = known(self.layers), len(self.survey.lines)
            self._refuted = None
            self._climb()
        if self.network is None:
            self._revise()

    # -- upwards -------------------------------------------------------------------------------

    def _climb(self) -> None:
        """Add layers until the network is complete, or scan one more line and return."""
        tries = 0
        while True:
            kinks = self.unexplained()
            unfinished = bool(self.layers) and not self.layers[-1].finished
            if kinks and unfinished and len(self.survey.lines) < _LINES_TO_FINISH:
                self._look_elsewhere()
                return
            if not kinks:
                self._conclude()
                return
            if not self._add_layer(kinks):
                tries += 1
                # nothing stands on this first layer: what was doubtful in it is wrong
                shaky = len(self.layers) == 1 or self._first.mostly_doubtful
                if shaky and tries < _TRIES and self._first.reconsider():
                    self._restart()
                    continue
                self._look_elsewhere()
                return

    def _add_layer(self, kinks: list[Kink]) -> bool:
        if not self.layers:
            return False
        beyond = len(self.layers) in self._beyond or self._root.inputs == 2
        if beyond and self._past_open_weights():
            return True
        if len(self.layers) not in self._skipping:
            oriented = oriented_at_last(self._orienter, self.layers[-1], kinks)
            if oriented is not None and self._grown_over(oriented, kinks):
                return True
            # a boundary that is of no such layer may seem to tell an orientation
            wide = any(layer.prefix.wide for layer in self.layers)
            doubt = wide or len(self.survey.lines) < _LINES_IN_DOUBT
            if not self._may_skip or (oriented is not None and doubt):
                return False
        followed = self._orienter.followed(self.prefix)
        return any(
            self._grown(Layer(prefix), kinks, [surface.over(prefix) for surface in followed])
            and level_with_the_last(self.layers, self._skipping)
            for prefix in self.prefix.wider()
        ) or self._past_open_weights()

    def _past_open_weights(self) -> bool:
        """Add a layer that reads everything over one whose open weights no boundary will show."""
        if len(self.layers) < 2 or self.layers[-1].complete:
            return False
        below, top = self.layers[-2:]
        kinks = [kink for kink in self.survey.kinks if not below.explains(kink)]
        before = self._over_open_weights
        followed = before.surfaces if before and before.prefix.depth == len(self.layers) else []
        found = layer_beyond(self.survey, self._walker, top, kinks, followed)
        if found is not None:
            self._over_open_weights = found[1]
            self.layers[-1:] = found
            self._beyond.add(found[1].prefix.depth)
        return found is not None

    @property
    def _may_skip(self) -> bool:
        """Whether a next layer that cannot be oriented may be taken for one with skips by now."""
        if any(layer.prefix.wide for layer in self.layers) or len(self.layers) == 1:
            return True
        # where a layer is in doubt what contradicts it is rather a neuron that is missing
        wanted = _LINES_TO_SKIP if self.layers[-1].finished else _LINES_IN_DOUBT
        return len(self.survey.lines) >= wanted

    def _grown_over(self, oriented: Oriented, kinks: list[Kink]) -> bool:
        """Add a layer over the last one as it is oriented, if neurons of it are found.

        What was told of the last one's open weights is kept then.
        """
        last, before = self.layers[-1], list(self.layers[-1].neurons)
        with_open_parts(last, oriented.parts)
        prefix = self.prefix.oriented(oriented.flips)
        followed = [surface.reoriented(prefix) for surface in oriented.surfaces]
        if not self._grown(Layer(prefix), kinks, followed):
            last.neurons = before
        return self.layers[-1] is not last

    def _grown(self, layer: Layer, kinks: list[Kink], followed: Sequence[Surface]) -> bool:
        """Add a layer if neurons of it are found."""
        if not grow(self.survey, self._walker, layer, kinks, followed):
            return False
        self.layers.append(layer)
        if self._hear():
            grow(self.survey, self._walker, self.layers[-1], self.unexplained())
        return True

    def _hear(self) -> bool:
        """Let layers take in what those above them tell of their open weights; whether any did."""
        told = hear(self.layers, self.survey.kinks)
        self._outgrown &= not told
        return told

    def unexplained(self) -> list[Kink]:
        """The kinks that lie on no boundary of a known neuron."""
        if not self.layers:
            return self.survey.kinks
        return [kink for kink in self.survey.kinks if not self._explains(kink)]

    def _explains(self, kink: Kink) -> bool:
        """Whether a known neuron is behind a kink, or may be where open weights matter.

        There a candidate that proved not to be f speaks for what is known.
        """
        top = self.layers[-1]
        if self._refuted is None or top.prefix.certain(top.prefix.cell(rationals(kink.point))):
            return top.explains(kink)
        return bends_at(self._refuted, kink)

    # -- the top -------------------------------------------------------------------------------

    def _conclude(self) -> None:
        """Add the output layer and test the result, or scan a line where it fails."""
        network = self._finished()
        if network is None:
            self._look_elsewhere()
            return
        if isinstance(network, Misfit):
            self._next_line.between(network.here, network.there)
            return
        where = self._agreement.disagreement(network)
        if where is None and self.assumed:
            closer = self._finished(thorough=True)
            if isinstance(closer, Misfit):
                self._next_line.between(closer.here, closer.there)
                return
            network = closer or network
            where = self._agreement.disagreement(network)
        self._refuted = network
        if where is None:
            self.network = network
        elif self._outgrown:
            stand_anew(self.layers)
            self._outgrown = False
        elif not self._meets_missed(network, where):
            self._next_line.through(where.place)

    def _meets_missed(self, candidate: Network, where: Disagreement) -> bool:
        """Add the kinks of a boundary that the candidate lacks; whether there are new ones."""
        if not self.layers or len(self.survey.extra) > _MOST_BESIDE:
            return False
        known = {(kink.key, kink.point) for kink in self.survey.kinks}
        kinks = self._agreement.missed(candidate, where)
        fresh = [kink for kink in kinks if (kink.key, kink.point) not in known]
        self.survey.extra += fresh
        return any(not self._explains(kink) for kink in fresh)

    def _look_elsewhere(self) -> None:
        """Scan one more line."""
        self._next_line.scan(self.layers[-1].prefix if self.layers else self._root)

    def _finished(self, thorough: bool = False) -> Network | Misfit | None:
        if not self.layers:
            place = rounded(self.survey.random_point(), 64)
            return affine_network(self._root.inputs, self.survey.probe.piece(place))
        self.assumed = ()
        top = self.layers[-1]
        # the output may read everything, too; along lines it shows where a neuron has both sides
        plane = self._root.inputs == 2 and reads_everything(top)
        open_to_all = plane or top.prefix.depth in self._beyond
        reach = self._walker.reach
        found = candidate(self.survey, reach, self.layers, open_to_all, thorough)
        if not isinstance(found, Candidate):
            return found
        self.assumed = found.assumed
        self._outgrown |= found.outgrown
        return found.network

    def _restart(self) -> bool:
        """Begin anew if the first layer is not what it was; whether it was done."""
        deeper = self.layers[-1].explains if len(self.layers) > 1 else lambda kink: False
        forms = self._first.forms(deeper)
        now = {form_key(neuron.row) for neuron in self.layers[0].neurons} if self.layers else set()
        if {form_key(form) for form in forms} == now:
            return False
        self.layers = [Layer(self._root, [Neuron(form) for form in forms])] if forms else []
        return True

    def _revise(self) -> None:
        """Give every kink that is still unexplained a chance in each known layer."""
        if not self._restart():
            whole = self._refuted is not None
            if not whole:
                self._hear()
            self._revision.revise(self.layers, self.unexplained, whole, known(self.layers))
