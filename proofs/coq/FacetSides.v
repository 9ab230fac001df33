(** * The two sides of a facet

    On either side of a face of codimension 1 all points near it have the same signs, and the two sides
    lie in different activation regions. *)

From ExactRev Require Export RegionsExact.
Require Import Lia.

Section Sides.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variables (net : network) (domain : list Forms.form).
Hypothesis fits : network_fits net = true.
Implicit Types (x y w v : list F).
Local Notation z := (z F net).
Local Notation in_domain := (in_domain F domain).
Local Notation has_sign := (has_sign F).
Local Notation same_signs := (same_signs F net).
Local Notation same_pattern := (same_pattern F net).
Local Notation face_of := (face_of F net domain).
Local Notation codimension := (codimension F net domain).
Local Notation settled := (settled F net).
Local Notation weakly_below := (weakly_below F net).
Local Notation neuron_row := (TheoryPieces.neuron_row net).
Local Notation pattern_at := (TheoryPieces.pattern_at net).
Local Notation piece := (TheoryPieces.piece net).
Local Notation nearby := (@TheoryAffine.nearby F).
Local Notation near := (@TheoryAffine.near F).

Lemma sign_factor (k v : F) s : 0 < k -> (has_sign (k * v) s <-> has_sign v s).
Proof.
  intro K. assert (H : forall s, has_sign v s -> has_sign (k * v) s).
  { intros [| |] S; simpl in *; [now apply mul_pos| |rewrite S; ring].
    apply lt_sub. replace (0 - k * v) with (k * - v) by ring. apply mul_pos; auto. now apply opp_pos. }
  split; auto. intro S. destruct (sign_exists F v) as [u U]. now rewrite (sign_unique F _ _ _ S (H u U)). Qed.

Lemma at_difference (f : Forms.form) w p :
  value f (along (moved w (opp one) p)) = value f (at_point w) - value f (at_point p).
Proof.
  assert (A : forall x, value f (at_point x) = value f (at_point []) + value f (along x)).
  { intro x. replace (value f (at_point x)) with (value f (at_point (moved [] 1 x))).
    - rewrite at_moved. ring.
    - apply value_agree. intro k. unfold at_point. destruct (N.eqb k 0); auto.
      rewrite moved_nth. destruct (N.to_nat (N.pred k)); simpl; ring. }
  rewrite (along_moved F), (A w), (A p). ring. Qed.

(** An affine function that is 0 near a point is 0. *)
Lemma zero_near (h : TheoryAffine.affine F) w : nearby w (fun y => TheoryAffine.value h y = 0) ->
  forall y, TheoryAffine.value h y = 0.
Proof.
  intros H y. pose proof (TheoryAffine.nearby_here F w _ H) as Z.
  destruct (gradient_or_constant F h) as [(k & K)|C]; [|now rewrite C, <- (C w)].
  exfalso. destruct (TheoryAffine.rising_direction F h) as (d & D); [now exists k|].
  destruct (TheoryAffine.nearby_along F w _ d H) as (t & T & P & _).
  rewrite TheoryAffine.value_move, Z in P.
  apply (pos_nonzero F (t * TheoryAffine.linear (TheoryAffine.slope h) d)); [now apply mul_pos|].
  rewrite <- P. ring. Qed.

(** A point around which all signs are the same is settled. *)
Lemma open_settled w : nearby w (same_signs w) -> settled w.
Proof.
  intros H k r I Z y.
  destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
  destruct (TheoryPieces.piece_affine F net fits (pattern_at w) (fst k) r Fit L) as [h Hh].
  rewrite Hh. apply (zero_near h w). revert H. apply TheoryAffine.nearby_weaken. intros v S.
  rewrite <- Hh, (piece_here F net fits w v k r (same_signs_pattern F net w v S) I). now apply (S k r Null I).
Qed.

Section Facet.
Variables (p : list F) (f : Forms.form) (d1 : list F).
Hypothesis inside : in_domain p.
Hypothesis facet : codimension 1 p.
Hypothesis zero_on : forall x, face_of p x -> value f (at_point x) = 0.
Hypothesis open : forall x d, face_of p x -> value f (along d) = 0 ->
  exists e, 0 < e /\ forall t, within t e -> face_of p (moved x t d).
Hypothesis across : value f (along d1) = 1.
Local Notation height := (fun x => value f (at_point x)).

Lemma here : face_of p p.
Proof. split; [exact inside|apply same_signs_refl]. Qed.

(** A neuron that is 0 on the facet is, where only it changes, a multiple of the facet's form. *)
Lemma piece_multiple (s : TheoryPieces.pattern) k r : In (k, r) (named net) -> z r p = 0 ->
  (forall m q, neuron_row m = Some q -> (fst m < fst k)%N ->
     if s m then 0 <= z q p else z q p <= 0) ->
  exists c, forall w, piece s r w = c * height w.
Proof.
  intros I Z Right.
  destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
  destruct (TheoryPieces.piece_affine F net fits s (fst k) r Fit L) as [g Hg].
  assert (On : forall x, face_of p x -> TheoryAffine.value g x = 0).
  { intros x [_ S]. rewrite <- Hg, (TheoryPieces.piece_right F net fits (fst k) s x r Fit L).
    - exact (proj1 (S k r Null I) Z).
    - intros m q M Lm. pose proof (Right m q M Lm) as R.
      pose proof (TheoryPieces.neuron_row_some _ _ _ M) as J.
      change (TheoryPieces.sum_at net q x) with (z q x).
      destruct (sign_exists F (z q p)) as [a A]. pose proof (proj1 (S m q a J) A) as X.
      destruct (s m), a; simpl in A, X; try (now apply lt_le); rewrite X; apply le_refl. }
  assert (Lin : forall d, value f (along d) = 0 -> TheoryAffine.linear (TheoryAffine.slope g) d = 0).
  { intros d D. destruct (open p d here D) as (e & E & M).
    assert (We : within e e).
    { split; [apply le_refl|]. apply lt_le in E. apply (le_trans F _ 0); auto.
      apply le_sub. now replace (0 - - e) with e by ring. }
    pose proof (On _ (M e We)) as V. rewrite moved_is_move, TheoryAffine.value_move, (On p here) in V.
    apply (product_zero F e); [|now apply pos_nonzero]. rewrite <- V. ring. }
  exists (TheoryAffine.linear (TheoryAffine.slope g) d1). intro w. rewrite Hg.
  set (d := moved w (opp one) p).
  assert (Hd : value f (along d) = height w) by (unfold d; rewrite at_difference, (zero_on p here); ring).
  assert (E : TheoryAffine.linear (TheoryAffine.slope g) (moved d (- height w) d1) = 0).
  { apply Lin. rewrite (along_moved F), Hd, across. ring. }
  rewrite moved_is_move, TheoryAffine.linear_move in E. unfold d in E.
  rewrite moved_is_move, TheoryAffine.linear_move in E.
  pose proof (On p here) as Gp. unfold TheoryAffine.value in Gp |- *.
  replace (TheoryAffine.offset g + TheoryAffine.linear (TheoryAffine.slope g) w) with
    ((TheoryAffine.offset g + TheoryAffine.linear (TheoryAffine.slope g) p) +
     (TheoryAffine.linear (TheoryAffine.slope g) w + - (1) * TheoryAffine.linear (TheoryAffine.slope g) p +
      - height w * TheoryAffine.linear (TheoryAffine.slope g) d1) +
     height w * TheoryAffine.linear (TheoryAffine.slope g) d1) by ring.
  rewrite Gp, E. ring. Qed.

(** The pattern of a point that keeps the facet's other signs is right on the facet. *)
Lemma pattern_right w : weakly_below p w -> forall m q, neuron_row m = Some q ->
  if pattern_at w m then 0 <= z q p else z q p <= 0.
Proof.
  intros W m q M. pose proof (TheoryPieces.neuron_row_some _ _ _ M) as J.
  unfold TheoryPieces.pattern_at. rewrite M. change (TheoryPieces.sum_at net q w) with (z q w).
  destruct (sign_exists F (z q p)) as [[| |] A].
  - pose proof (W m q Plus J ltac:(discriminate) A) as P. simpl in A, P.
    destruct (le_dec (z q w) 0); [contradiction|now apply lt_le].
  - pose proof (W m q Minus J ltac:(discriminate) A) as P. simpl in A, P.
    destruct (le_dec (z q w) 0) as [|N]; [now apply lt_le|]. elim N. now apply lt_le.
  - simpl in A. rewrite A. destruct (le_dec (z q w) 0); apply le_refl. Qed.

(** On the facet's hyperplane: in the facet's face, but for the domain. *)
Lemma level_same w : weakly_below p w -> height w = 0 -> same_signs p w.
Proof.
  intros W H k r s I. destruct (sign_exists F (z r p)) as [a A].
  assert (B : has_sign (z r w) a).
  { destruct a; [apply (W k r Plus)|apply (W k r Minus)|]; auto; try discriminate. simpl in A |- *.
    destruct (piece_multiple (pattern_at w) k r I A) as (c & C).
    { intros m q M _. now apply pattern_right. }
    rewrite <- (piece_here F net fits w w k r (same_pattern_refl F net w) I), C, H. ring. }
  split; intro S; [rewrite (sign_unique F _ _ _ S A)|rewrite (sign_unique F _ _ _ S B)]; auto. Qed.

(** On one side of it all signs are the same. *)
Theorem side_same (u : F) w w' : weakly_below p w -> weakly_below p w' -> 0 < u * height w ->
  0 < u * height w' -> same_signs w w'.
Proof.
  intros W W' U U'.
  assert (All : forall k r, neuron_row k = Some r -> forall s, has_sign (z r w) s <-> has_sign (z r w') s).
  { apply (TheoryPieces.values_induction net (fun k => forall r, neuron_row k = Some r ->
      forall s, has_sign (z r w) s <-> has_sign (z r w') s)).
    - intros i r R. destruct (TheoryPieces.neuron_row_fits net _ r fits R) as [_ L]. simpl in L. lia.
    - intros k _ R r R'. congruence.
    - intros k r R IH r' R' s. rewrite R in R'. inversion R'. subst r'. clear R'.
      pose proof (TheoryPieces.neuron_row_some _ _ _ R) as I.
      destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L].
      destruct (sign_exists F (z r p)) as [a A].
      assert (O : a = Null \/ a <> Null) by (destruct a; [right|right|left]; congruence).
      destruct O as [->|O].
      + simpl in A. destruct (piece_multiple (pattern_at w) k r I A) as (c & C).
        { intros m q M _. now apply pattern_right. }
        rewrite <- (piece_here F net fits w w k r (same_pattern_refl F net w) I), C.
        assert (E : z r w' = c * height w').
        { rewrite <- C. symmetry. apply (TheoryPieces.piece_right F net fits (fst k)); auto.
          intros m q M Lm. pose proof (TheoryPieces.pattern_at_right F net (fst k) w m q M Lm) as Rt.
          cbv beta in Rt. change (TheoryPieces.sum_at net q w) with (z q w) in Rt.
          change (TheoryPieces.sum_at net q w') with (z q w').
          destruct (sign_exists F (z q w)) as [b B]. pose proof (proj1 (IH m Lm q M b) B) as B'.
          destruct (pattern_at w m), b; simpl in B, B'; try (now apply lt_le);
            rewrite B'; apply le_refl. }
        rewrite E. rewrite <- (sign_factor (u * height w') (c * height w) s U').
        rewrite <- (sign_factor (u * height w) (c * height w') s U).
        replace (u * height w' * (c * height w)) with (u * height w * (c * height w')) by ring. tauto.
      + pose proof (W k r a I O A) as B. pose proof (W' k r a I O A) as B'.
        split; intro S; [rewrite (sign_unique F _ _ _ S B)|rewrite (sign_unique F _ _ _ S B')]; auto. }
  intros k r s I. apply (All k r (named_row net k r I)). Qed.

(** Such points are near every point of the facet, on either side. *)
Lemma side_point (u : F) v e : u * u = 1 -> face_of p v -> 0 < e ->
  exists w, near e v w /\ in_domain w /\ weakly_below p w /\ 0 < u * height w.
Proof.
  intros Uu V E. destruct V as [D S].
  destruct (TheoryAffine.nearby_and F v _ _ (domain_nearby F domain v D) (signs_nearby F net fits v))
    as (e2 & E2 & Near).
  assert (K : exists e', 0 < e' /\ e' <= e /\ e' <= e2).
  { destruct (le_total F e e2); [exists e|exists e2]; repeat split; auto using le_refl. }
  destruct K as (e' & E' & L1 & L2).
  destruct (near_start F v (moved [] u d1) e' E') as (t & T & _ & N).
  exists (moved v t (moved [] u d1)). split; [intro k; eapply within_le; [apply N|exact L1]|].
  destruct (Near _ (fun k => within_le F _ _ _ (N k) L2)) as [Dw Keep]. split; auto. split.
  - intros k r s I Nn A. apply (Keep (k, r) s I Nn). cbn [snd]. now apply (S k r s I).
  - rewrite at_moved, (along_moved F), across, (zero_on v (conj D S)).
    assert (Z : value f (along ([] : list F)) = 0).
    { rewrite <- (value_null F f). apply value_agree. intro k. unfold along.
      destruct (N.eqb k 0); auto. destruct (N.to_nat (N.pred k)); reflexivity. }
    rewrite Z. replace (u * (0 + t * (0 + u * 1))) with (t * (u * u)) by ring. rewrite Uu.
    now replace (t * 1) with t by ring. Qed.

(** They are settled. *)
Lemma side_settled (u : F) w : weakly_below p w -> 0 < u * height w -> settled w.
Proof.
  intros W U. apply open_settled.
  assert (C : continuous_at F w (fun y => u * height y))
    by (apply continuous_multiple, continuous_value).
  generalize (TheoryAffine.nearby_and F w _ _ (signs_nearby F net fits w)
    (sign_persists F w (fun y => u * height y) Plus C ltac:(discriminate) U)).
  apply TheoryAffine.nearby_weaken. intros y [Y1 Y2]. apply (side_same u); auto.
  intros k r s I N A. exact (Y1 (k, r) s I N (W k r s I N A)). Qed.

(** A facet is not settled. *)
Lemma facet_not_settled : ~ settled p.
Proof. intro S. pose proof (settled_codimension F net fits domain p S) as C.
  pose proof (codimension_unique F net domain 0 1 p inside C facet). discriminate. Qed.

(** The two sides are in different regions. *)
Theorem sides_differ w v : weakly_below p w -> weakly_below p v -> 0 < 1 * height w ->
  0 < opp one * height v -> ~ same_pattern w v.
Proof.
  intros W V Hw Hv P. apply facet_not_settled.
  assert (S : same_signs w v).
  { apply (settled_one F net fits); auto; [now apply (side_settled 1)|now apply (side_settled (opp one))]. }
  (* what is 0 on the facet is 0 on both sides *)
  assert (Zero : forall k r, In (k, r) (named net) -> z r p = 0 -> z r w = 0 /\
    forall y, piece (pattern_at w) r y = 0).
  { intros k r I Z. destruct (piece_multiple (pattern_at w) k r I Z) as (c & C).
    { intros m q M _. now apply pattern_right. }
    assert (Ew : z r w = c * height w)
      by (rewrite <- C; symmetry; now apply (piece_here F net fits w w k r (same_pattern_refl F net w))).
    assert (Ev : z r v = c * height v)
      by (rewrite <- C; symmetry; now apply (piece_here F net fits w v k r P)).
    destruct (sign_exists F (z r w)) as [a A]. pose proof (proj1 (S k r a I) A) as B.
    assert (A' : has_sign c a).
    { apply (sign_factor (1 * height w) c a Hw). replace (1 * height w * c) with (z r w); auto.
      rewrite Ew. ring. }
    assert (B' : has_sign (opp one * c) a).
    { apply (sign_factor (opp one * height v) (opp one * c) a Hv).
      replace (opp one * height v * (opp one * c)) with (z r v); auto. rewrite Ev. ring. }
    assert (C0 : c = 0).
    { destruct a; simpl in A', B'; auto; exfalso.
      - apply (lt_irrefl F 0). replace (0 : F) with (c + - (1) * c) at 2 by ring.
        apply add_pos_nonneg; auto. now apply lt_le.
      - apply opp_pos in A', B'. apply (lt_irrefl F 0).
        replace (0 : F) with (- c + - (- (1) * c)) at 2 by ring. apply add_pos_nonneg; auto. now apply lt_le. }
    split; [rewrite Ew, C0; ring|]. intro y. rewrite C, C0. ring. }
  assert (Pw : same_pattern p w).
  { intros k r I. destruct (sign_exists F (z r p)) as [[| |] A].
    - pose proof (W k r Plus I ltac:(discriminate) A). simpl in A. tauto.
    - pose proof (W k r Minus I ltac:(discriminate) A) as B. simpl in A, B.
      split; intro K; exfalso; [apply K; now apply lt_le|apply K; now apply lt_le].
    - simpl in A. destruct (Zero k r I A) as [Z _]. rewrite A, Z. tauto. }
  intros k r I Z y. rewrite (piece_same F net fits _ _ r y (pattern_at_same F net p w Pw)).
  now apply (Zero k r I Z). Qed.

End Facet.
End Sides.
