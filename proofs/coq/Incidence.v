(** * Which faces a face bounds

    A point is in the closure of a face if and only if each neuron that is not 0 at the point has
    the same sign there as on the face: such signs persist near the point, and conversely the segment
    from the point to any point of the face lies in the face. *)

From ExactRev Require Export Codimension.
From ExactRev Require TheoryAffine TheoryPieces.
Require Import Lia.

Section Continuity.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Implicit Types (x y : list F) (g h : list F -> F).
Local Notation near := (@TheoryAffine.near F).
Local Notation nearby := (@TheoryAffine.nearby F).

Definition continuous_at x g : Prop := forall e, 0 < e -> nearby x (fun y => within (g y - g x) e).

Lemma half (e : F) : 0 < e -> exists d : F, 0 < d /\ d + d = e.
Proof. intro E. assert (T : 0 < (1 + 1 : F)) by (apply add_pos_nonneg; [|apply lt_le]; apply one_pos).
  exists (e * inv (1 + 1)). split; [apply mul_pos; auto; now apply inv_pos|].
  replace (e * inv (1 + 1) + e * inv (1 + 1)) with (e * ((1 + 1) * inv (1 + 1))) by ring.
  rewrite inv_law by now apply pos_nonzero. ring. Qed.

Lemma continuous_constant x c : continuous_at x (fun _ => c).
Proof. intros e E. apply TheoryAffine.nearby_always. intro y. replace (c - c) with (0 : F) by ring.
  now apply within_zero, lt_le. Qed.

Lemma continuous_coordinate x i : continuous_at x (fun y => nth i y 0).
Proof. intros e E. exists e. split; auto. intros y Y. apply Y. Qed.

Lemma continuous_sum x g h : continuous_at x g -> continuous_at x h -> continuous_at x (fun y => g y + h y).
Proof. intros G H e E. destruct (half e E) as (d & D & <-).
  generalize (TheoryAffine.nearby_and F _ _ _ (G d D) (H d D)). apply TheoryAffine.nearby_weaken.
  intros y [A B]. replace (g y + h y - (g x + h x)) with (g y - g x + (h y - h x)) by ring.
  now apply within_add. Qed.

Lemma continuous_multiple x c g : continuous_at x g -> continuous_at x (fun y => c * g y).
Proof.
  intros G e E. set (a := TheoryAffine.absolute c).
  assert (A : 0 <= a) by apply TheoryAffine.absolute_nonneg.
  assert (P : 0 < a + 1) by (apply add_nonneg_pos; auto; apply one_pos).
  assert (Q : 0 < e * inv (a + 1)) by (apply mul_pos; auto; now apply inv_pos).
  generalize (G _ Q). apply TheoryAffine.nearby_weaken. intros y Y.
  replace (c * g y - c * g x) with (c * (g y - g x)) by ring.
  apply (within_le F _ (a * (e * inv (a + 1)))).
  - now apply TheoryAffine.within_product.
  - apply le_sub. replace (e - a * (e * inv (a + 1))) with (e * inv (a + 1)); [now apply lt_le|].
    replace (e * inv (a + 1)) with ((a + 1) * inv (a + 1) * e - a * (e * inv (a + 1))) at 1 by ring.
    rewrite inv_law by now apply pos_nonzero. ring. Qed.

Lemma relu_close (a b e : F) : 0 <= e -> within (a - b) e -> within (relu a - relu b) e.
Proof.
  intros E [H K]. destruct (le_total F 0 a) as [Pa|Pa]; destruct (le_total F 0 b) as [Pb|Pb];
    rewrite ?(relu_of_nonneg F a), ?(relu_of_nonneg F b), ?(relu_of_nonpos F a),
      ?(relu_of_nonpos F b) by auto; try (split; assumption).
  - split.
    + apply (le_trans F _ (a - b)); auto. apply le_sub. replace (a - b - (a - 0)) with (- b) by ring.
      now apply opp_nonneg.
    + apply (le_trans F _ 0); auto. apply le_sub. now replace (0 - - (a - 0)) with a by ring.
  - split.
    + apply (le_trans F _ 0); auto. apply le_sub. now replace (0 - (0 - b)) with b by ring.
    + apply (le_trans F _ (- (a - b))); auto. apply le_sub.
      replace (- (a - b) - - (0 - b)) with (- a) by ring. now apply opp_nonneg.
  - replace (0 - 0) with (0 : F) by ring. now apply within_zero. Qed.

Lemma continuous_relu x g : continuous_at x g -> continuous_at x (fun y => relu (g y)).
Proof. intros G e E. generalize (G e E). apply TheoryAffine.nearby_weaken. intros y Y.
  apply relu_close; auto. now apply lt_le. Qed.

Lemma continuous_agree x g h : (forall y, g y = h y) -> continuous_at x g -> continuous_at x h.
Proof. intros A G e E. generalize (G e E). apply TheoryAffine.nearby_weaken. intros y Y.
  now rewrite <- !A. Qed.

Lemma continuous_terms {name} x ts (v : list F -> name -> F) :
  (forall k, In k (map fst ts) -> continuous_at x (fun y => v y k)) ->
  continuous_at x (fun y => sum_terms ts (v y)).
Proof. induction ts as [|[k c] ts IH]; simpl; intro V; [apply continuous_constant|].
  apply (continuous_sum x (fun y => of_Q c * v y k)); auto. apply continuous_multiple. auto. Qed.

Lemma continuous_value x f : continuous_at x (fun y => value f (at_point y)).
Proof. unfold value. generalize 0%N. induction f as [|a f IH]; intro i; cbn [value_from].
  - apply continuous_constant.
  - apply (continuous_sum x (fun y => of_Z a * at_point y i)); auto. apply continuous_multiple.
    unfold at_point. destruct (N.eqb i 0); [apply continuous_constant|apply continuous_coordinate]. Qed.

Lemma sign_persists x g s : continuous_at x g -> s <> Null -> has_sign F (g x) s ->
  nearby x (fun y => has_sign F (g y) s).
Proof.
  intros G N S. destruct s; simpl in *; [| |congruence].
  - destruct (half _ S) as (d & D & E). generalize (G d D). apply TheoryAffine.nearby_weaken.
    intros y [_ K]. apply le_sub in K.
    replace (g y) with (d + (d - - (g y - g x))) by (rewrite <- E; ring).
    now apply add_pos_nonneg.
  - apply opp_pos in S. destruct (half _ S) as (d & D & E). generalize (G d D).
    apply TheoryAffine.nearby_weaken. intros y [K _]. apply le_sub in K. apply lt_sub.
    replace (0 - g y) with (d + (d - (g y - g x)));
      [now apply add_pos_nonneg|].
    replace (d + (d - (g y - g x))) with ((d + d) + g x - g y) by ring. rewrite E. ring. Qed.

(** An affine function has a gradient, or is constant. *)
Lemma gradient_or_constant (h : TheoryAffine.affine F) :
  (exists k, TheoryAffine.coordinate (TheoryAffine.slope h) k <> 0) \/
  forall y, TheoryAffine.value h y = TheoryAffine.offset h.
Proof.
  assert (L : forall a : list F, (exists k, TheoryAffine.coordinate a k <> 0) \/
    forall y, TheoryAffine.linear a y = 0).
  { induction a as [|b a [(k & K)|IH]].
    - right. intros [|]; reflexivity.
    - left. exists (S k). exact K.
    - destruct (eq_or_neq F b 0) as [->|N]; [right|left; exists 0%nat; exact N].
      intros [|y ys]; simpl; auto. rewrite IH. ring. }
  destruct (L (TheoryAffine.slope h)) as [K|Z]; [now left|right]. intro y. unfold TheoryAffine.value.
  rewrite Z. ring. Qed.

(** A point on a segment, as near to its start as is asked. *)
Lemma near_start x d e : 0 < e -> exists t, 0 < t /\ t <= 1 /\ near e x (moved x t d).
Proof.
  intro E. set (s := TheoryAffine.total F d). assert (S : 0 < s + 1) by apply TheoryAffine.more_than_total.
  set (t := e * inv (s + 1)). assert (T : 0 < t) by (apply mul_pos; auto; now apply inv_pos).
  assert (K : exists u, 0 < u /\ u <= 1 /\ u <= t).
  { destruct (le_total F 1 t); [exists 1|exists t]; repeat split; auto using one_pos, le_refl. }
  destruct K as (u & U & U1 & Ut). exists u. split; auto. split; auto. intro k.
  unfold TheoryAffine.coordinate. rewrite moved_nth.
  replace (nth k x 0 + u * nth k d 0 - nth k x 0) with (u * nth k d 0) by ring.
  apply (within_le F _ (u * s)).
  - apply within_scale; [now apply lt_le|]. apply (TheoryAffine.total_bounds F d k).
  - apply (le_trans F _ (t * s)).
    + apply le_sub. replace (t * s - u * s) with ((t - u) * s) by ring. apply le_sub in Ut.
      apply mul_nonneg; auto. apply TheoryAffine.total_nonneg.
    + apply le_sub. replace (e - t * s) with t; [now apply lt_le|].
      replace (e - t * s) with (e * ((s + 1) * inv (s + 1)) - t * s)
        by (rewrite inv_law by (now apply pos_nonzero); ring). unfold t. ring. Qed.

End Continuity.

Section Incidence.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variables (net : network) (domain : list Forms.form).
Hypothesis fits : network_fits net = true.
Local Notation z := (z F net).
Local Notation in_domain := (in_domain F domain).
Local Notation has_sign := (has_sign F).
Local Notation same_signs := (same_signs F net).
Local Notation face_of := (face_of F net domain).
Local Notation codimension := (codimension F net domain).
Local Notation nearby := (@TheoryAffine.nearby F).

Lemma value_of_neuron y k r : TheoryPieces.neuron_row net k = Some r ->
  values_at net y k = relu (z r y).
Proof. intro R. pose proof (TheoryPieces.values_by_neuron F (fun _ => relu) net y k r fits R) as E.
  now rewrite TheoryPieces.values_by_relu in E. Qed.

Lemma value_of_none (y : list F) k : fst k <> 0%N -> TheoryPieces.neuron_row net k = None ->
  values_at net y k = 0.
Proof. intros K R. pose proof (TheoryPieces.values_by_none F (fun _ => relu) net y k fits K R) as E.
  now rewrite TheoryPieces.values_by_relu in E. Qed.

Lemma row_continuous x l r : row_fits l r = true ->
  (forall k, (fst k < l)%N -> continuous_at F x (fun y => values_at net y k)) ->
  (0 < l)%N -> continuous_at F x (fun y => row_value r (values_at net y)).
Proof.
  intros Fit V L. unfold row_value. apply (continuous_sum F x (fun _ => of_Q (bias r)));
    [apply continuous_constant|].
  apply (continuous_sum F x (fun y => sum_terms (inputs r) (fun i => values_at net y (0%N, i)))).
  - apply (continuous_terms F x (inputs r) (fun y i => values_at net y (0%N, i))). intros k _.
    apply V. exact L.
  - apply (continuous_terms F x (neurons r) (fun y => values_at net y)). intros k K.
    apply in_map_iff in K as (t & <- & T). apply V. exact (proj2 (TheoryPieces.row_fits_term l r t Fit T)).
Qed.

Lemma values_continuous x k : continuous_at F x (fun y => values_at net y k).
Proof.
  revert k. apply (TheoryPieces.values_induction net).
  - intro i. apply (continuous_agree F x (fun y => nth (N.to_nat i) y 0)); [|apply continuous_coordinate].
    intro y. symmetry. apply values_input.
  - intros k K R. apply (continuous_agree F x (fun _ => 0)); [|apply continuous_constant].
    intro y. symmetry. now apply value_of_none.
  - intros k r R IH. destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L].
    apply (continuous_agree F x (fun y => relu (row_value r (values_at net y)))).
    + intro y. symmetry. now apply value_of_neuron.
    + apply continuous_relu, (row_continuous x (fst k)); auto. Qed.

Lemma z_continuous x k r : In (k, r) (named net) -> continuous_at F x (z r).
Proof.
  intro I. pose proof fits as Fi. unfold network_fits in Fi. apply andb_true_iff in Fi as [Fi _].
  destruct (TheoryPieces.layers_fit_in _ _ _ Fi I) as [Fit L]. simpl in Fit, L.
  apply (row_continuous x (fst k)); [exact Fit| |lia]. intros m _. apply values_continuous. Qed.

(** Near a point of the domain, it is in the domain; and what is not 0 keeps its sign. *)
Lemma domain_nearby x : in_domain x -> nearby x in_domain.
Proof. intro D. unfold Cell.in_domain. apply TheoryAffine.nearby_all. intros f I.
  apply (sign_persists F x (fun y => value f (at_point y)) Plus); [apply continuous_value|discriminate|].
  apply D. exact I. Qed.

Lemma signs_nearby x : nearby x (fun y => forall n s, In n (named net) -> s <> Null ->
  has_sign (z (snd n) x) s -> has_sign (z (snd n) y) s).
Proof.
  apply (TheoryAffine.nearby_weaken F x (fun y => forall n, In n (named net) -> forall s, s <> Null ->
    has_sign (z (snd n) x) s -> has_sign (z (snd n) y) s)); [auto|].
  apply TheoryAffine.nearby_all. intros [k r] I. cbn [snd].
  destruct (sign_exists F (z r x)) as [s S]. destruct s.
  1: generalize (sign_persists F x (z r) Plus (z_continuous x k r I) ltac:(discriminate) S).
  2: generalize (sign_persists F x (z r) Minus (z_continuous x k r I) ltac:(discriminate) S).
  1, 2: apply TheoryAffine.nearby_weaken; intros y Y s' _ S'; now rewrite (sign_unique F _ _ _ S' S).
  apply TheoryAffine.nearby_always. intros y s' N S'. now rewrite (sign_unique F _ _ _ S' S) in N. Qed.

(** *** The closure of a face *)

(** In every box about [q] there is a point of the face of [p]. *)
Definition reaches (p q : list F) : Prop := forall e, 0 < e ->
  exists y, TheoryAffine.near e q y /\ face_of p y.

Theorem reaches_signs p q k r s : reaches p q -> In (k, r) (named net) -> s <> Null ->
  has_sign (z r q) s -> has_sign (z r p) s.
Proof.
  intros R I N S. destruct (signs_nearby q) as (e & E & H). destruct (R e E) as (y & Y & _ & P).
  apply (P k r s I). exact (H y Y (k, r) s I N S). Qed.

(** The segment from [q] to [p]. *)
Definition to_point (q p : list F) (t : F) : list F := moved q t (moved p (opp one) q).

Lemma to_point_nth q p t i : nth i (to_point q p t) 0 = (1 - t) * nth i q 0 + t * nth i p 0.
Proof. unfold to_point. rewrite !moved_nth. ring. Qed.

Definition weakly_below (q p : list F) : Prop := forall k r s, In (k, r) (named net) -> s <> Null ->
  has_sign (z r q) s -> has_sign (z r p) s.

(** Both are not negative, or both are not positive. *)
Definition same_side (a b : F) : Prop := (0 <= a /\ 0 <= b) \/ (a <= 0 /\ b <= 0).

Lemma relu_between (a b t : F) : 0 <= t -> t <= 1 -> same_side a b ->
  relu ((1 - t) * a + t * b) = (1 - t) * relu a + t * relu b.
Proof.
  intros T0 T1 [[A B]|[A B]]; apply le_sub in T1.
  - rewrite (relu_of_nonneg F a), (relu_of_nonneg F b) by auto. apply relu_of_nonneg.
    apply add_nonneg; now apply mul_nonneg.
  - rewrite (relu_of_nonpos F a), (relu_of_nonpos F b) by auto.
    replace ((1 - t) * 0 + t * 0) with (0 : F) by ring. apply relu_of_nonpos. apply le_sub.
    replace (0 - ((1 - t) * a + t * b)) with ((1 - t) * - a + t * - b) by ring.
    apply add_nonneg; apply mul_nonneg; auto; now apply opp_nonneg. Qed.

Lemma row_between r (v w u : valuation F) t :
  (forall k, u k = (1 - t) * v k + t * w k) ->
  row_value r u = (1 - t) * row_value r v + t * row_value r w.
Proof.
  intro H. assert (T : forall name (ts : list (term name)) (a b c : name -> F),
    (forall k, c k = (1 - t) * a k + t * b k) ->
    sum_terms ts c = (1 - t) * sum_terms ts a + t * sum_terms ts b).
  { intros name ts a b c E. induction ts as [|[k q] ts IH]; simpl; [ring|]. rewrite IH, E. ring. }
  unfold row_value. rewrite (T _ (neurons r) v w u H),
    (T _ (inputs r) (fun i => v (0%N, i)) (fun i => w (0%N, i)) (fun i => u (0%N, i))); [ring|].
  intro i. apply H. Qed.

Lemma below_same_side q p k r : weakly_below q p -> In (k, r) (named net) -> same_side (z r q) (z r p).
Proof. intros W I. destruct (sign_exists F (z r q)) as [[| |] S].
  - left. pose proof (W k r Plus I ltac:(discriminate) S) as P. simpl in S, P. split; now apply lt_le.
  - right. pose proof (W k r Minus I ltac:(discriminate) S) as P. simpl in S, P. split; now apply lt_le.
  - simpl in S. rewrite S. destruct (le_total F 0 (z r p)); [left|right]; split; auto using le_refl. Qed.

(** If no neuron has strictly different signs at [q] and [p], z is affine on the segment. *)
Lemma values_between q p t : (forall k r, In (k, r) (named net) -> same_side (z r q) (z r p)) ->
  0 <= t -> t <= 1 -> forall k,
  values_at net (to_point q p t) k = (1 - t) * values_at net q k + t * values_at net p k.
Proof.
  intros W T0 T1.
  apply (TheoryPieces.values_induction net).
  - intro i. rewrite !values_input. apply to_point_nth.
  - intros k K R. rewrite !value_of_none by auto. ring.
  - intros k r R IH. rewrite !(value_of_neuron _ k r R).
    destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L].
    rewrite <- relu_between; auto.
    + f_equal. unfold Cell.z.
      rewrite (row_value_agree F (fst k) r _ (fun m => (1 - t) * values_at net q m + t * values_at net p m)
        Fit L); [now apply row_between|]. exact IH.
    + apply (W k r). now apply TheoryPieces.neuron_row_some. Qed.

Lemma z_between q p t r : (forall k r, In (k, r) (named net) -> same_side (z r q) (z r p)) ->
  0 <= t -> t <= 1 -> z r (to_point q p t) = (1 - t) * z r q + t * z r p.
Proof. intros W T0 T1. apply row_between. intro m. now apply values_between. Qed.

Lemma sign_between (a b t : F) : 0 < t -> t <= 1 ->
  (forall s, s <> Null -> has_sign a s -> has_sign b s) ->
  forall s, has_sign ((1 - t) * a + t * b) s <-> has_sign b s.
Proof.
  intros T0 T1 H. apply le_sub in T1.
  assert (K : forall s, has_sign b s -> has_sign ((1 - t) * a + t * b) s).
  { destruct (sign_exists F a) as [[| |] A].
    - pose proof (H Plus ltac:(discriminate) A) as B. intros s S. rewrite (sign_unique F _ _ _ S B).
      simpl in *. apply add_nonneg_pos; [|now apply mul_pos]. apply mul_nonneg; auto. now apply lt_le.
    - pose proof (H Minus ltac:(discriminate) A) as B. intros s S. rewrite (sign_unique F _ _ _ S B).
      simpl in *. apply lt_sub. replace (0 - ((1 - t) * a + t * b)) with ((1 - t) * - a + t * - b) by ring.
      apply opp_pos in A, B. apply add_nonneg_pos; [|now apply mul_pos]. apply mul_nonneg; auto.
      now apply lt_le.
    - simpl in A. subst a. intros s S. replace ((1 - t) * 0 + t * b) with (t * b) by ring.
      destruct s; simpl in *; [now apply mul_pos| |rewrite S; ring].
      apply lt_sub. replace (0 - t * b) with (t * - b) by ring. apply mul_pos; auto. now apply opp_pos. }
  intro s. split; auto. intro S. destruct (sign_exists F b) as [u U].
  now rewrite (sign_unique F _ _ _ S (K u U)). Qed.

Lemma between_in_face q p t : in_domain q -> in_domain p -> weakly_below q p -> 0 < t -> t <= 1 ->
  face_of p (to_point q p t).
Proof.
  intros Dq Dp W T0 T1. pose proof (lt_le F _ _ T0) as T0'. pose proof T1 as U. apply le_sub in U. split.
  - intros f I.
    assert (E : value f (at_point (to_point q p t)) =
      (1 - t) * value f (at_point q) + t * value f (at_point p)).
    { unfold to_point. rewrite at_moved, (along_moved F).
      assert (A : forall x : list F, value f (at_point x) = value f (at_point []) + value f (along x)).
      { intro x. assert (M : forall i, nth i (moved [] (1 : F) x) 0 = nth i x 0)
          by (intro i; rewrite moved_nth; destruct i; simpl; ring).
        replace (value f (at_point x)) with (value f (at_point (moved [] 1 x))).
        - rewrite at_moved. ring.
        - apply value_agree. intro k. unfold at_point. destruct (N.eqb k 0); auto. }
      rewrite (A q), (A p). ring. }
    rewrite E. apply add_nonneg_pos; [|apply mul_pos; auto; now apply Dp].
    apply mul_nonneg; auto. apply lt_le. now apply Dq.
  - intros k r s I.
    rewrite z_between; auto; [|intros k' r'; now apply below_same_side]. symmetry. apply sign_between; auto. intros u N U'. now apply (W k r u). Qed.

(** So [q] is in the closure of the face of [p]. *)
Theorem below_reaches p q : in_domain q -> in_domain p -> weakly_below q p -> reaches p q.
Proof. intros Dq Dp W e E. destruct (near_start F q (moved p (opp one) q) e E) as (t & T0 & T1 & N).
  exists (to_point q p t). split; [exact N|]. now apply between_in_face. Qed.

Theorem reaches_iff p q : in_domain q -> in_domain p -> (reaches p q <-> weakly_below q p).
Proof. intros Dq Dp. split; [|now apply below_reaches].
  intros R k r s I N S. now apply (reaches_signs p q k r s). Qed.

End Incidence.
