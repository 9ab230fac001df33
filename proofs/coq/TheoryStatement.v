(** * The theorem of Rolnick and Kording, stated

    "Reverse-Engineering Deep ReLU Networks" (ICML 2020). Informally: if the boundary of every neuron
    is connected and the boundaries of neurons in adjacent layers meet, then, but for exceptional
    weights, the region boundaries determine the hidden layers up to isomorphism. Here it is a
    definition, [theorem_a].

    What is proved in general, for every network:
    - permuting and scaling do not change the function (TheorySymmetry.v);
    - the canonical form decides isomorphism (TheoryIsomorphism.v, TheorySorted.v);
    - boundaries bend at those of earlier neurons, by weight times gradient (TheoryBend.v);
    - the theorem for one hidden layer: rows from boundaries (TheoryFirstLayer.v), for all weights
      but the zeros of a polynomial (TheoryDepthOne.v).

    What is certified network by network: the assumptions and the matches of the recovered network
    (certificates [boundaries], [regions], [isomorphic]; see certificate-format.md).

    What is open: [theorem_a_for] with two and more hidden layers.

    Two places where the words are made precise. "Exceptional": the zeros of a polynomial in the
    weights that is not zero everywhere; over the reals they have measure zero. "Up to isomorphism":
    boundaries say nothing about the sides of the neurons in the last hidden layer (TheorySides.v,
    [boundaries_leave_sides_open]), so there factors may be negative. The assumptions are made of
    both networks. *)

From ExactRev Require Export TheoryFirstLayer.
Require Import Lia.

Section Statement.
Variable F : OrderedField.
Local Open Scope field_scope.

(** ** Region boundaries, and the boundary of a neuron *)

(** The points near which the network is not one affine function. *)
Definition region_boundary (net : network) (x : list F) : Prop := bends F (output_functions F net) x.

(** B_k: the closure of the points of region boundaries where the sum of neuron k is 0. *)
Definition boundary (net : network) (k : key) (x : list F) : Prop := exists r,
  neuron_row net k = Some r /\
  forall eps, 0 < eps -> exists y, near eps x y /\ sum_at net r y = 0 /\ region_boundary net y.

(** ** The assumptions *)

(** A part of the way from [x] to [y]. *)
Definition between (x y : list F) (t : F) : list F := move x t (move y (- (1)) x).

(** [x] and [y] are joined by finitely many segments inside [S]. Boundaries are finite unions of
    polyhedra: such a set is connected if and only if all its points are joined so. *)
Inductive joined (S : list F -> Prop) (x : list F) : list F -> Prop :=
  | joined_here : S x -> joined S x x
  | joined_further y z : joined S x y -> (forall t, 0 <= t -> t <= 1 -> S (between y z t)) ->
    joined S x z.

Definition connected (S : list F -> Prop) : Prop := forall x y, S x -> S y -> joined S x y.

Definition boundaries_connected (net : network) : Prop :=
  forall k, In k (map fst (named net)) -> connected (boundary net k).

Definition adjacent_boundaries_meet (net : network) : Prop :=
  forall k m, In k (map fst (named net)) -> In m (map fst (named net)) -> fst m = N.succ (fst k) ->
  exists x, boundary net k x /\ boundary net m x.

(** Regions with different patterns carry different affine maps. *)
Definition inside_region (net : network) (x : list F) : Prop :=
  forall k r, neuron_row net k = Some r -> sum_at net r x <> 0.

Definition regions_have_different_maps (net : network) : Prop :=
  forall x y k, inside_region net x -> inside_region net y ->
    pattern_at net x k <> pattern_at net y k ->
  ~ exists h : nat -> affine F, forall o,
      nearby x (fun z => output_functions F net o z = value (h o) z) /\
      nearby y (fun z => output_functions F net o z = value (h o) z).

Definition assumptions (net : network) : Prop :=
  regions_have_different_maps net /\ boundaries_connected net /\ adjacent_boundaries_meet net.

(** ** Shapes, and all but exceptional weights *)

(** [n] inputs, hidden layers of the given widths, [o] outputs; each layer reads the one before it
    alone. *)
Definition has_shape (n : nat) (widths : list nat) (o : nat) (net : network) : Prop :=
  complete n net /\ map (@length row) (hidden net) = widths /\ length (output net) = o /\
  forall k m, weight_of (table_of (F := F) n net) k m <> 0 -> fst k = N.succ (fst m).

(** Polynomials in the biases and weights. *)
Inductive polynomial :=
  | Number (c : F)
  | Bias (k : key)
  | Weight (k m : key)
  | Sum (p q : polynomial)
  | Product (p q : polynomial).

Fixpoint evaluate (p : polynomial) (T : table F) : F :=
  match p with
  | Number c => c
  | Bias k => bias_of T k
  | Weight k m => weight_of T k m
  | Sum p q => evaluate p T + evaluate q T
  | Product p q => evaluate p T * evaluate q T
  end.

(** [G] holds of all networks of a shape but the zeros of a polynomial that is not zero on all of
    them. *)
Definition generic (n : nat) (widths : list nat) (o : nat) (G : network -> Prop) : Prop := exists p,
  (exists net, has_shape n widths o net /\ evaluate p (table_of n net) <> 0) /\
  forall net, has_shape n widths o net -> evaluate p (table_of n net) <> 0 -> G net.

(** ** The hidden layers are determined

    The hidden rows of B are those of A up to a permutation in each layer and positive factors; in
    the last hidden layer factors may be negative. *)
Definition same_hidden_layers (n : nat) (a b : network) : Prop :=
  let A := table_of (F := F) n a in let B := table_of (F := F) n b in
  exists ms : list (neuron_match F),
    map of_B ms = hidden_names B /\ Permutation (map of_A ms) (hidden_names A) /\
    forall t, In t ms -> fst (of_B t) = fst (of_A t) /\ factor t <> 0 /\
      (factor t < 0 -> N.to_nat (fst (of_A t)) = length (hidden a)) /\
      bias_of B (of_B t) = factor t * bias_of A (of_A t) /\
      (forall i, In i (input_names A) -> weight_of B (of_B t) i = factor t * weight_of A (of_A t) i) /\
      (forall u, In u ms -> weight_of B (of_B t) (of_B u) * factor u =
        factor t * weight_of A (of_A t) (of_A u)).

Definition theorem_a_for (n : nat) (widths : list nat) (o : nat) : Prop := exists G,
  generic n widths o G /\
  forall a b, has_shape n widths o a -> has_shape n widths o b -> G a -> G b -> assumptions a ->
    assumptions b ->
  (forall x, region_boundary a x <-> region_boundary b x) -> same_hidden_layers n a b.

Definition theorem_a : Prop := forall n widths o,
  (0 < n)%nat -> (0 < o)%nat -> Forall (fun w => 0 < w)%nat widths -> theorem_a_for n widths o.

End Statement.

Arguments region_boundary {F} _ _. Arguments has_shape {F} _ _ _ _. Arguments evaluate {F} _ _.
