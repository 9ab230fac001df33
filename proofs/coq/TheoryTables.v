(** * Networks as tables of weights: isomorphism, coefficient by coefficient, and the gauge

    A table has the names of a network's values and the numbers between them. It is the network of
    Network.v (TheoryNetworkTables.v), in the form in which permuting and scaling are seen best. *)

From ExactRev Require Export TheoryLeast TheoryAffine Network.
Require Import Lia.

Section Tables.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Record table := Table {
  input_names : list key;
  hidden_names : list key;       (* (layer, number), layer by layer *)
  output_names : list key;
  layers : nat;                  (* of hidden neurons *)
  bias_of : key -> F;
  weight_of : key -> key -> F }. (* with which the first, a neuron or an output, reads the second *)

(** A neuron reads lower layers only. *)
Definition layered (A : table) := forall k, In k (hidden_names A) ->
  (0 < N.to_nat (fst k) <= layers A)%nat /\
  forall m, In m (hidden_names A) -> weight_of A k m <> 0 -> (fst m < fst k)%N.

(** No hidden neuron has a bias of 0 and no weights. *)
Definition rows_nonzero (A : table) := forall k, In k (hidden_names A) -> bias_of A k <> 0 \/
  exists m, (In m (input_names A) \/ In m (hidden_names A)) /\ weight_of A k m <> 0.

Definition same_shape (A B : table) := input_names A = input_names B /\
  hidden_names A = hidden_names B /\
  output_names A = output_names B /\ layers A = layers B.

(** ** Isomorphism

    A match ((n, m), c) says that neuron n of B is c times neuron m of A. *)
Definition neuron_match := (key * key * F)%type.
Definition of_B (t : neuron_match) : key := fst (fst t).
Definition of_A (t : neuron_match) : key := snd (fst t).
Definition factor (t : neuron_match) : F := snd t.

Definition output_matches (A : table) : list neuron_match := map (fun o => (o, o, 1)) (output_names A).

(** Under the matches, the row of a neuron or output of B is its factor times the row of A. *)
Definition alike (A B : table) (ms : list neuron_match) := forall t, In t (ms ++ output_matches A) ->
  bias_of B (of_B t) = factor t * bias_of A (of_A t) /\
  (forall i, In i (input_names A) -> weight_of B (of_B t) i = factor t * weight_of A (of_A t) i) /\
  (forall u, In u ms -> weight_of B (of_B t) (of_B u) * factor u =
    factor t * weight_of A (of_A t) (of_A u)).

(** B is A with the neurons of each hidden layer permuted and scaled by positive numbers. *)
Definition isomorphic_tables (A B : table) := same_shape A B /\ exists ms,
  map of_B ms = hidden_names B /\ Permutation (map of_A ms) (hidden_names A) /\
  (forall t, In t ms -> fst (of_B t) = fst (of_A t) /\ 0 < factor t) /\ alike A B ms.

(** ** The gauge: the size of what a neuron computes, measured by its own weights

    The greatest |weight| times the size of what is read (an input has size 1), or |bias| if there is
    no such weight. This is the rule of exactrev/network/gauge.py. [d] bounds the layers that are
    looked at. *)

Fixpoint gauge_below (A : table) (d : nat) (k : key) : F :=
  match d with
  | O => 0
  | S d =>
      let t := greatest (map (fun i => absolute (weight_of A k i)) (input_names A) ++
        map (fun m => absolute (weight_of A k m) * gauge_below A d m) (hidden_names A)) in
      if le_dec t 0 then absolute (bias_of A k) else t
  end.

Definition gauge (A : table) : key -> F := gauge_below A (layers A).

Lemma absolute_pos (c : F) : c <> 0 -> 0 < absolute c.
Proof. intro N. apply le_neq_lt; [apply absolute_nonneg|]. unfold absolute. destruct (le_dec 0 c); auto.
  intro E. apply N. replace c with (- - c) by ring. rewrite <- E. ring. Qed.

Lemma absolute_times (c x : F) : 0 < c -> absolute (c * x) = c * absolute x.
Proof. intro C. unfold absolute.
  destruct (le_dec 0 (c * x)) as [H|H], (le_dec 0 x) as [G|G]; auto; try ring.
  - exfalso. apply G. now apply (mul_cancel_nonneg F c).
  - exfalso. apply H. apply mul_nonneg; auto. now apply lt_le. Qed.

Lemma gauge_below_nonneg A d k : 0 <= gauge_below A d k.
Proof. destruct d; simpl; [apply le_refl|].
  destruct (le_dec _ 0); [apply absolute_nonneg|apply greatest_nonneg]. Qed.

(** Under nonzero rows every neuron has a positive size. *)
Lemma gauge_below_positive A : layered A -> rows_nonzero A -> forall d k, In k (hidden_names A) ->
  (N.to_nat (fst k) <= d)%nat -> 0 < gauge_below A d k.
Proof.
  intros L R. induction d as [|d IH]; intros k K D; [destruct (L k K); lia|]. simpl.
  destruct (le_dec _ 0) as [T|T]; [|apply lt_sub].
  - assert (Small : forall a, In a (map (fun i => absolute (weight_of A k i)) (input_names A) ++
        map (fun m => absolute (weight_of A k m) * gauge_below A d m) (hidden_names A)) -> a <= 0).
    { intros a I. apply (le_trans F _ _ _ (greatest_above F _ a I) T). }
    destruct (R k K) as [B|(m & [M|M] & W)]; [now apply absolute_pos| |].
    + exfalso. apply (absolute_pos _ W). apply Small. apply in_or_app. left.
      now apply (in_map (fun i => absolute (weight_of A k i))).
    + exfalso. assert (X : 0 < absolute (weight_of A k m) * gauge_below A d m).
      { apply mul_pos; [now apply absolute_pos|]. apply IH; auto. destruct (L k K) as [_ G].
        specialize (G m M W). lia. }
      apply X, Small. apply in_or_app. right.
        now apply (in_map (fun m => absolute (weight_of A k m) * gauge_below A d m)).
  - match goal with |- 0 < ?t - 0 => replace (t - 0) with t by ring end.
    exact T. Qed.

Lemma gauge_positive A k : layered A -> rows_nonzero A -> In k (hidden_names A) -> 0 < gauge A k.
Proof. intros L R K. apply gauge_below_positive; auto. now destruct (L k K). Qed.

(** The gauge of an isomorphic network differs by the factors of the matches. *)
Lemma gauge_below_alike A B ms : same_shape A B -> alike A B ms ->
  map of_B ms = hidden_names B -> Permutation (map of_A ms) (hidden_names A) ->
  (forall t, In t ms -> 0 < factor t) ->
  forall d t, In t ms -> gauge_below B d (of_B t) = factor t * gauge_below A d (of_A t).
Proof.
  intros (Si & _) Al MB MA Pos. induction d as [|d IH]; intros t T; simpl; [ring|].
  destruct (Al t (in_or_app _ _ _ (or_introl T))) as (Eb & Ei & Ew). specialize (Pos t T) as C.
  assert (Same : greatest (map (fun i => absolute (weight_of B (of_B t) i)) (input_names B) ++
      map (fun m => absolute (weight_of B (of_B t) m) * gauge_below B d m) (hidden_names B)) =
    factor t * greatest (map (fun i => absolute (weight_of A (of_A t) i)) (input_names A) ++
      map (fun m => absolute (weight_of A (of_A t) m) * gauge_below A d m) (hidden_names A))).
  { rewrite <- greatest_scale by now apply lt_le. rewrite map_app, !map_map, <- Si, <- MB, map_map.
    rewrite (map_ext_in _ (fun i => factor t * absolute (weight_of A (of_A t) i)) (input_names A)).
    2: { intros i I. rewrite (Ei i I). now apply absolute_times. }
    rewrite (map_ext_in _ (fun u => factor t * (absolute (weight_of A (of_A t) (of_A u)) * gauge_below
      A d (of_A u))) ms).
    2: { intros u U. rewrite (IH u U). specialize (Pos u U).
      replace (absolute (weight_of B (of_B t) (of_B u)) * (factor u * gauge_below A d (of_A u)))
        with (factor u * absolute (weight_of B (of_B t) (of_B u)) * gauge_below A d (of_A u)) by ring.
      rewrite <- absolute_times by auto.
      replace (factor u * weight_of B (of_B t) (of_B u))
        with (weight_of B (of_B t) (of_B u) * factor u) by ring.
      rewrite (Ew u U), absolute_times by auto. ring. }
    apply greatest_same. intro a. rewrite !in_app_iff.
    assert (E : In a (map (fun u => factor t * (absolute (weight_of A (of_A t) (of_A u)) * gauge_below
      A d (of_A u))) ms) <->
      In a (map (fun m => factor t * (absolute (weight_of A (of_A t) m) * gauge_below A d m))
        (hidden_names A))).
    { rewrite <- (map_map of_A (fun m => factor t * (absolute (weight_of A (of_A t) m) * gauge_below A
      d m)) ms).
      split; apply Permutation_in, Permutation_map; [exact MA|now apply Permutation_sym]. }
    tauto. }
  rewrite Same. clear Same. set (g := greatest _).
  destruct (le_dec (factor t * g) 0) as [H|H], (le_dec g 0) as [G|G].
  - rewrite Eb. now apply absolute_times.
  - exfalso. apply G. assert (P : 0 <= - g); [|apply le_sub; now replace (0 - g) with (- g) by ring].
    apply (mul_cancel_nonneg F (factor t)); auto. apply opp_nonneg in H.
    now replace (factor t * - g) with (- (factor t * g)) by ring.
  - exfalso. apply H. apply opp_nonneg in G. apply le_sub.
    replace (0 - factor t * g) with (factor t * - g) by ring. apply mul_nonneg; auto. now apply lt_le.
  - reflexivity. Qed.

End Tables.

Arguments Table {F} _ _ _ _ _ _. Arguments input_names {F} _. Arguments hidden_names {F} _.
Arguments output_names {F} _. Arguments layers {F} _. Arguments bias_of {F} _ _.
  Arguments weight_of {F} _ _ _.
Arguments layered {F} _. Arguments rows_nonzero {F} _. Arguments same_shape {F} _ _.
Arguments of_A {F} _. Arguments of_B {F} _. Arguments factor {F} _. Arguments alike {F} _ _ _.
Arguments isomorphic_tables {F} _ _. Arguments gauge {F} _ _. Arguments output_matches {F} _.
