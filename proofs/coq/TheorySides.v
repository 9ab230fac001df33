(** * What the boundaries leave open: on which side a neuron is on

    Two functions of one hidden layer in general position are equal if and only if their neurons can
    be paired so that rows differ by a factor c that is not 0, output weights by 1/|c|, and the
    affine parts by the neurons with c < 0, which are turned round: relu(z) = z + relu(-z). *)

From ExactRev Require Export TheoryOneLayer.
Require Import Lia.

Section Sides.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation relu_unit := (relu_unit F).

(** A pair: a neuron of either layer and the factor between their rows. *)
Definition unit_pair := (relu_unit * relu_unit * F)%type.
Definition of_first (p : unit_pair) : relu_unit := fst (fst p).
Definition of_second (p : unit_pair) : relu_unit := snd (fst p).
Definition ratio (p : unit_pair) : F := snd p.

Definition same_rows (p : unit_pair) := ratio p <> 0 /\
  forall x, value (sum F (of_first p)) x = ratio p * value (sum F (of_second p)) x.

Definition same_weights (p : unit_pair) := forall o,
  absolute (ratio p) * coordinate (into F (of_first p)) o = coordinate (into F (of_second p)) o.

(** The sum of the neurons of the first layer that are turned round in the second. *)
Fixpoint turned (ps : list unit_pair) (o : nat) (x : list F) : F :=
  match ps with
  | [] => 0
  | p :: ps => (if le_dec 0 (ratio p) then 0 else coordinate (into F (of_first p)) o * value (sum F
    (of_first p)) x) + turned ps o x
  end.

(** ** Equal functions turn equally, so their weights agree *)

Lemma relu_both_sides (z : F) : relu z + relu (- z) = absolute z.
Proof. unfold absolute. destruct (le_dec 0 z) as [H|H].
  - rewrite relu_of_nonneg, relu_of_nonpos; auto; [ring|]. apply le_sub.
    now replace (0 - - z) with z by ring.
  - apply lt_le in H. rewrite relu_of_nonpos, relu_of_nonneg; auto; [ring|]. now apply opp_nonneg. Qed.

Lemma turn_by_size g (c : F) h x t d : value h x = 0 ->
  turn (fun y => value g y + c * relu (value h y)) x t d = c * absolute (t * linear (slope h) d).
Proof. intro Z. rewrite <- relu_both_sides. unfold turn. rewrite !value_move, Z.
  replace (0 + t * linear (slope h) d) with (t * linear (slope h) d) by ring.
  replace (0 + - t * linear (slope h) d) with (- (t * linear (slope h) d)) by ring.
  rewrite (relu_of_nonpos F 0) by apply le_refl. ring. Qed.

Lemma absolute_product (c z : F) : absolute (c * z) = absolute c * absolute z.
Proof.
  assert (E : forall y : F, 0 <= y -> absolute y = y) by (intros y Y; unfold absolute;
    destruct (le_dec 0 y); tauto).
  assert (N : forall y : F, y <= 0 -> absolute y = - y).
  { intros y Y. unfold absolute. destruct (le_dec 0 y) as [H|H]; auto.
    rewrite (le_antisym F y 0); auto. ring. }
  destruct (le_total F 0 c) as [C|C], (le_total F 0 z) as [Z|Z];
    rewrite ?(E c C), ?(E z Z), ?(N c C), ?(N z Z).
  - apply E. now apply mul_nonneg.
  - rewrite N; [ring|]. apply le_sub. replace (0 - c * z) with (c * - z) by ring.
    apply mul_nonneg; auto. now apply opp_nonneg.
  - rewrite N; [ring|]. apply le_sub. replace (0 - c * z) with (- c * z) by ring.
    apply mul_nonneg; auto. now apply opp_nonneg.
  - rewrite E; [ring|]. replace (c * z) with (- c * - z) by ring.
    apply mul_nonneg; now apply opp_nonneg. Qed.

Lemma weights_of_equal da us db vs p : general_position F us -> general_position F vs ->
  (forall o x, one_layer F da us o x = one_layer F db vs o x) ->
  In (of_first p) us -> In (of_second p) vs -> same_rows p -> same_weights p.
Proof.
  destruct p as [[u v] c]. unfold same_rows, same_weights, of_first, of_second, ratio. cbn [fst snd].
  intros Gu Gv Eq U V [C M] o. apply in_split in U as (us1 & us2 & ->).
    apply in_split in V as (vs1 & vs2 & ->).
  pose proof (multiple_same_plane F _ _ c C M) as S.
  destruct (plane_has_point F (sum F u)) as [x X]; [apply Gu, in_elt|].
  destruct (point_on_one F us1 u us2 (map (sum F) (vs1 ++ vs2)) x (fun _ => True) Gu) as (y & Y & _ &
    Ou & Ov); auto.
  { intros g I. apply in_map_iff in I as (w & <- & W). split.
    - apply Gv. apply in_app_or in W as [W|W]; apply in_or_app; auto. right. now right.
    - intro T. apply (proj2 Gv vs1 v vs2 eq_refl w W). intro z. rewrite <- (S z). apply T. }
  { now apply nearby_always. }
  assert (Yv : value (sum F v) y = 0) by now apply S.
  destruct (one_layer_at F da us1 u us2 o y Ou) as [g Ng].
  destruct (one_layer_at F db vs1 v vs2 o y) as [h Nh].
  { intros w W. apply Ov. now apply in_map. }
  destruct (rising_direction F (sum F v)) as [d D]; [apply Gv, in_elt|].
  pose proof (nearby_and F _ _ _ Ng Nh) as N. pose proof (nearby_here F _ _ N) as [H1 H2].
  destruct (nearby_along F y _ d N) as (t & T & [P1 P2] & Q1 & Q2).
  pose proof (turn_by_size g (coordinate (into F u) o) (sum F u) y t d Y) as Tu.
  pose proof (turn_by_size h (coordinate (into F v) o) (sum F v) y t d Yv) as Tv.
  unfold turn in Tu, Tv. rewrite <- P1, <- Q1, <- H1, !Eq in Tu. rewrite <- P2, <- Q2, <- H2, Tu in Tv.
  assert (L : linear (slope (sum F u)) d = c * linear (slope (sum F v)) d).
  { pose proof (M (move y 1 d)) as M1. rewrite !value_move, Y, Yv in M1.
    replace (linear (slope (sum F u)) d) with (0 + 1 * linear (slope (sum F u)) d) by ring. rewrite M1.
      ring. }
  rewrite L in Tv. replace (t * (c * linear (slope (sum F v)) d))
    with (c * (t * linear (slope (sum F v)) d)) in Tv by ring.
  rewrite absolute_product in Tv. apply (cancel F (absolute (t * linear (slope (sum F v)) d))).
  - unfold absolute. pose proof (mul_pos F _ _ T D) as P.
    destruct (le_dec _ _) as [_|E]; [now apply pos_nonzero|].
    elim E. now apply lt_le.
  - rewrite <- Tv. ring. Qed.

(** ** The affine parts *)

(** A pair contributes the same to both functions, but for the turned one's sum. *)
Lemma pair_contribution p o x : same_rows p -> same_weights p ->
  coordinate (into F (of_first p)) o * relu (value (sum F (of_first p)) x) =
  coordinate (into F (of_second p)) o * relu (value (sum F (of_second p)) x) +
  (if le_dec 0 (ratio p) then 0 else coordinate (into F (of_first p)) o * value (sum F (of_first p)) x).
Proof.
  intros [C M] W. rewrite <- W, M. unfold absolute. destruct (le_dec 0 (ratio p)) as [P|P].
  - rewrite relu_scale by auto. ring.
  - apply lt_le in P. rewrite (relu_flip F (ratio p * _)).
    replace (- (ratio p * value (sum F (of_second p)) x))
      with (- ratio p * value (sum F (of_second p)) x) by ring.
    rewrite relu_scale by now apply opp_nonneg. ring. Qed.

Lemma layer_sum_permuted us vs o x : Permutation us vs -> layer_sum F us o x = layer_sum F vs o x.
Proof. induction 1; simpl; [reflexivity|now rewrite IHPermutation|ring|congruence]. Qed.

Lemma layer_sums ps o x : (forall p, In p ps -> same_rows p /\ same_weights p) ->
  layer_sum F (map of_first ps) o x = layer_sum F (map of_second ps) o x + turned ps o x.
Proof. induction ps as [|p ps IH]; intro H; simpl; [ring|]. destruct (H p (or_introl eq_refl)) as [R W].
  rewrite IH by (intros q Q; apply H; now right). rewrite (pair_contribution p o x R W). ring. Qed.

(** ** The theorem *)

Theorem equal_one_layer da us db vs : general_position F us -> general_position F vs ->
  ((forall o x, one_layer F da us o x = one_layer F db vs o x) <->
   exists ps, map of_first ps = us /\ Permutation (map of_second ps) vs /\
     (forall p, In p ps -> same_rows p /\ same_weights p) /\
     forall o x, value (db o) x = value (da o) x + turned ps o x).
Proof.
  intros Gu Gv. split.
  - intro Eq. destruct (first_layer_determined F da us db vs Gu Gv) as (ws & P & Fw).
    { assert (Half : forall (f g : nat -> list F -> F) x, (forall o y, f o y = g o y) -> bends F f x ->
      bends F g x).
      { intros f g x E B A. apply B. intro o. apply (affine_near_agree F (g o)); auto.
        now apply nearby_always. }
      intro x. split; apply Half; auto. }
    assert (Ps : exists ps, map of_first ps = us /\ map of_second ps = ws /\ forall p, In p ps ->
      same_rows p).
    { clear - Fw. induction Fw as [|u v us ws (c & C & M) Fw (ps & E1 & E2 & H)].
      - exists []. repeat split; auto; destruct H.
      - exists ((u, v, c) :: ps). simpl. rewrite E1, E2.
        repeat split; auto; destruct H0 as [<-|I]; auto; now apply H. }
    destruct Ps as (ps & E1 & E2 & R). exists ps. split; auto.
      split; [rewrite E2; now apply Permutation_sym|].
    assert (W : forall p, In p ps -> same_rows p /\ same_weights p).
    { intros p I. split; auto. apply (weights_of_equal da us db vs p); auto.
      - rewrite <- E1. now apply in_map.
      - apply (Permutation_in _ (Permutation_sym P)). rewrite <- E2. now apply in_map. }
    split; auto. intros o x. specialize (Eq o x). unfold one_layer in Eq.
    rewrite <- E1, (layer_sums ps o x W), E2, <- (layer_sum_permuted _ _ o x P) in Eq.
    replace (value (db o) x) with (value (db o) x + layer_sum F vs o x - layer_sum F vs o x) by ring.
    rewrite <- Eq. ring.
  - intros (ps & <- & P & W & D) o x. unfold one_layer.
    rewrite D, (layer_sums ps o x W), (layer_sum_permuted _ _ o x P). ring. Qed.

(** ** Sides are not determined by boundaries

    A neuron turned round, with the same output weights, bends the function in the same places. *)

Definition opposite (h : affine F) : affine F := add_times (constant 0) (- (1)) h.

Definition turned_round (u : relu_unit) : relu_unit := ReluUnit F (opposite (sum F u)) (into F u).

Lemma affine_plus f g x (h : affine F) : (forall y, g y = f y + value h y) -> affine_near f x ->
  affine_near g x.
Proof. intros E [k K]. exists (add_times k 1 h). revert K. apply nearby_weaken. intros y Y.
  rewrite E, Y, value_add_times. ring. Qed.

Theorem boundaries_leave_sides_open direct us1 u us2 x :
  bends F (one_layer F direct (us1 ++ turned_round u :: us2)) x <->
  bends F (one_layer F direct (us1 ++ u :: us2)) x.
Proof.
  assert (E : forall o y, one_layer F direct (us1 ++ turned_round u :: us2) o y =
    one_layer F direct (us1 ++ u :: us2) o y +
    value (add_times (constant 0) (- coordinate (into F u) o) (sum F u)) y).
  { intros o y. unfold one_layer, turned_round.
    rewrite !layer_sum_middle, value_add_times, value_constant.
    cbn [sum into]. unfold opposite.
      rewrite value_add_times, value_constant, (relu_flip F (value (sum F u) y)).
    replace (0 + - (1) * value (sum F u) y) with (- value (sum F u) y) by ring. ring. }
  split; intros B A; apply B; intro o; specialize (A o); revert A.
  - apply (affine_plus _ _ x _ (E o)).
  - apply (affine_plus _ _ x (add_times (constant 0) (coordinate (into F u) o) (sum F u))). intro y.
    rewrite (E o y), !value_add_times, !value_constant. ring. Qed.

End Sides.
