(** * Faces of codimension 0 are the activation regions (format, section 10)

    At a point of a face of codimension 0 each neuron is either not 0, or computes 0 near it: the point
    is settled.  Near every inner point of a region there are settled points, also near any other point
    of the region; and settled points of one region are in one face. *)

From ExactRev Require Export Kinks.
Require Import Lia.

Section Regions.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Implicit Types (x y w q : list F).
Local Notation nearby := (@TheoryAffine.nearby F).
Local Notation near := (@TheoryAffine.near F).

(** ** Regions *)

(** The same hidden neurons are on. *)
Definition same_pattern (net : network) x y : Prop :=
  forall k r, In (k, r) (named net) -> (0 < z F net r x <-> 0 < z F net r y).

(** The inputs with the pattern of [x] are an activation region: some input is inside. *)
Definition in_region (net : network) x : Prop := exists q, nearby q (same_pattern net x).

Section Network.
Variable net : network.
Hypothesis fits : network_fits net = true.
Local Notation z := (z F net).
Local Notation neuron_row := (TheoryPieces.neuron_row net).
Local Notation pattern_at := (TheoryPieces.pattern_at net).
Local Notation piece := (TheoryPieces.piece net).
Local Notation same_pattern := (same_pattern net).
Local Notation same_signs := (same_signs F net).

Lemma same_pattern_refl x : same_pattern x x.
Proof. intros k r _. tauto. Qed.

Lemma same_pattern_sym x y : same_pattern x y -> same_pattern y x.
Proof. intros H k r I. symmetry. eauto. Qed.

Lemma same_pattern_trans x y w : same_pattern x y -> same_pattern y w -> same_pattern x w.
Proof. intros H G k r I. rewrite (H k r I). eauto. Qed.

Lemma same_signs_pattern x y : same_signs x y -> same_pattern x y.
Proof. intros H k r I. exact (H k r Plus I). Qed.

Lemma pattern_at_same x y : same_pattern x y -> forall k, pattern_at x k = pattern_at y k.
Proof.
  intros H k. unfold TheoryPieces.pattern_at. destruct (neuron_row k) as [r|] eqn:R; auto.
  pose proof (H k r (TheoryPieces.neuron_row_some _ _ _ R)) as E. unfold Cell.z, lt in E.
  unfold TheoryPieces.sum_at. destruct (le_dec (row_value r (values_at net x)) 0);
    destruct (le_dec (row_value r (values_at net y)) 0); tauto. Qed.

Lemma piece_values_same s s' x : (forall k, s k = s' k) -> forall k,
  TheoryPieces.piece_values net s x k = TheoryPieces.piece_values net s' x k.
Proof.
  intro E. apply (TheoryPieces.values_induction net).
  - intro i. unfold TheoryPieces.piece_values. now rewrite !TheoryPieces.values_by_input.
  - intros k K R. unfold TheoryPieces.piece_values. now rewrite !TheoryPieces.values_by_none.
  - intros k r R IH. destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L].
    unfold TheoryPieces.piece_values. rewrite !(TheoryPieces.values_by_neuron F _ net x k r fits R).
    rewrite E. destruct (s' k); auto. apply (row_value_agree F (fst k) r _ _ Fit L). exact IH. Qed.

Lemma piece_same s s' r x : (forall k, s k = s' k) -> piece s r x = piece s' r x.
Proof. intro E. unfold TheoryPieces.piece, row_value. f_equal. f_equal; apply sum_terms_agree;
  intros t _; now apply piece_values_same. Qed.

(** Where the pattern is that of [x], the network computes the pieces of [x]. *)
Lemma piece_here x y k r : same_pattern x y -> In (k, r) (named net) -> piece (pattern_at x) r y = z r y.
Proof.
  intros H I. rewrite (piece_same _ _ r y (pattern_at_same x y H)).
  destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
  apply (TheoryPieces.piece_right F net fits (fst k)); auto. apply TheoryPieces.pattern_at_right. Qed.

(** ** Settled points *)

(** A neuron that is 0 there is so wherever the pattern is the same. *)
Definition settled w : Prop := forall k r, In (k, r) (named net) -> z r w = 0 ->
  forall y, piece (pattern_at w) r y = 0.

Lemma settled_same w y : settled w -> same_signs w y -> settled y.
Proof.
  intros S E k r I Z v. pose proof (same_signs_pattern w y E) as P.
  rewrite <- (piece_same _ _ r v (pattern_at_same w y P)). apply (S k r I). now apply (E k r Null I). Qed.

(** Where the other neurons keep their signs, all do. *)
Lemma settled_stays w y : settled w -> weakly_below F net w y -> same_signs w y.
Proof.
  intros S W.
  assert (Zero : forall k r, neuron_row k = Some r -> z r w = 0 -> z r y = 0).
  { apply (TheoryPieces.values_induction net (fun k => forall r, neuron_row k = Some r -> z r w = 0 ->
      z r y = 0)).
    - intros i r R. destruct (TheoryPieces.neuron_row_fits net _ r fits R) as [_ L]. simpl in L. lia.
    - intros k _ R r R'. congruence.
    - intros k r R IH r' R' Z. rewrite R in R'. inversion R'. subst r'.
      pose proof (TheoryPieces.neuron_row_some _ _ _ R) as I. rewrite <- (S k r I Z y).
      destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L]. symmetry.
      apply (TheoryPieces.piece_right F net fits (fst k)); auto. intros m q M Lm.
      pose proof (TheoryPieces.neuron_row_some _ _ _ M) as J.
      unfold TheoryPieces.pattern_at. rewrite M. change (TheoryPieces.sum_at net q) with (z q).
      destruct (sign_exists F (z q w)) as [[| |] Sg].
      + pose proof (W m q Plus J ltac:(discriminate) Sg) as P. simpl in Sg, P.
        destruct (le_dec (z q w) 0); [contradiction|now apply lt_le].
      + pose proof (W m q Minus J ltac:(discriminate) Sg) as P. simpl in Sg, P.
        destruct (le_dec (z q w) 0) as [|N]; [now apply lt_le|]. elim N. now apply lt_le.
      + simpl in Sg. rewrite (IH m Lm q M Sg). destruct (le_dec (z q w) 0); apply le_refl. }
  intros k r s I. destruct (sign_exists F (z r w)) as [t T].
  assert (Y : has_sign F (z r y) t).
  { destruct t; [apply (W k r Plus)|apply (W k r Minus)|apply (Zero k r)]; auto; try discriminate.
    now apply named_row. }
  split; intro H; [rewrite (sign_unique F _ _ _ H T)|rewrite (sign_unique F _ _ _ H Y)]; auto. Qed.

Lemma settled_nearby w : settled w -> nearby w (same_signs w).
Proof. intro S. generalize (signs_nearby F net fits w). apply TheoryAffine.nearby_weaken. intros y Y.
  apply settled_stays; auto. intros k r s I N H. exact (Y (k, r) s I N H). Qed.

(** Settled points of one region are in one face. *)
Lemma settled_one w w' : settled w -> settled w' -> same_pattern w w' -> same_signs w w'.
Proof.
  intros S S' P. apply settled_stays; auto. intros k r s I N H. destruct s; [| |congruence].
  - now apply (P k r I).
  - simpl in H |- *. apply le_neq_lt.
    + destruct (le_or_lt F (z r w') 0) as [L|L]; auto. apply (P k r I) in L. elim L. now apply lt_le.
    + intro Z. rewrite <- (piece_here w w k r (same_pattern_refl w) I) in H.
      rewrite (piece_same _ _ r w (pattern_at_same w w' P)), (S' k r I Z w) in H.
      now apply lt_irrefl in H. Qed.

(** *** There are settled points *)

Lemma nearby_open v (P : list F -> Prop) : nearby v P -> nearby v (fun w => nearby w P).
Proof.
  intros (e & E & H). destruct (half F e E) as (d & D & Ed). exists d. split; auto. intros w W.
  exists d. split; auto. intros y Y. apply H. intro k. specialize (W k). specialize (Y k). rewrite <- Ed.
  replace (TheoryAffine.coordinate y k - TheoryAffine.coordinate v k) with
    ((TheoryAffine.coordinate w k - TheoryAffine.coordinate v k) +
     (TheoryAffine.coordinate y k - TheoryAffine.coordinate w k)) by ring.
  now apply within_add. Qed.

(** Near a point there is one where no function of a list is 0 but those that are 0 everywhere. *)
Lemma off_zeros (hs : list (TheoryAffine.affine F)) : forall v (G : list F -> Prop), G v ->
  (forall w, G w -> nearby w G) -> exists w, G w /\ forall h, In h hs ->
    TheoryAffine.value h w <> 0 \/ forall y, TheoryAffine.value h y = 0.
Proof.
  induction hs as [|h hs IH]; intros v G V O; [exists v; split; [exact V|intros ? []]|].
  destruct (IH v G V O) as (w & W & H).
  destruct (eq_or_neq F (TheoryAffine.value h w) 0) as [Z|Z].
  2: { exists w. split; auto. intros g [<-|I]; auto. }
  destruct (gradient_or_constant F h) as [(k & K)|C].
  2: { exists w. split; auto. intros g [<-|I]; auto. right. intro y. now rewrite C, <- (C w). }
  destruct (TheoryAffine.rising_direction F h) as (d & D); [now exists k|].
  assert (Keep : nearby w (fun y => forall g, In g hs ->
    TheoryAffine.value g y <> 0 \/ forall u, TheoryAffine.value g u = 0)).
  { apply TheoryAffine.nearby_all. intros g I. destruct (H g I) as [N|All].
    - apply TheoryAffine.nonzero_nearby in N. revert N. apply TheoryAffine.nearby_weaken. auto.
    - apply TheoryAffine.nearby_always. auto. }
  destruct (TheoryAffine.nearby_along F w _ d (TheoryAffine.nearby_and F w _ _ (O w W) Keep))
    as (t & T & [Gt Kt] & _).
  exists (TheoryAffine.move w t d). split; auto. intros g [<-|I]; auto. left.
  rewrite TheoryAffine.value_move, Z. apply pos_nonzero.
  replace (0 + t * TheoryAffine.linear (TheoryAffine.slope h) d)
    with (t * TheoryAffine.linear (TheoryAffine.slope h) d) by ring. now apply mul_pos. Qed.

Lemma pieces_affine s : exists hs : list (TheoryAffine.affine F),
  forall k r, In (k, r) (named net) -> exists h, In h hs /\ forall y, piece s r y = TheoryAffine.value h y.
Proof.
  assert (G : forall ns, (forall k r, In (k, r) ns -> In (k, r) (named net)) ->
    exists hs : list (TheoryAffine.affine F), forall k r, In (k, r) ns ->
      exists h, In h hs /\ forall y, piece s r y = TheoryAffine.value h y).
  { induction ns as [|[k r] ns IH]; intro Sub; [exists []; intros ? ? []|].
    destruct IH as (hs & H); [intros; apply Sub; now right|].
    destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r (Sub k r (or_introl eq_refl))))
      as [Fit L].
    destruct (TheoryPieces.piece_affine F net fits s (fst k) r Fit L) as [h Hh].
    exists (h :: hs). intros k' r' [E|I].
    - inversion E. subst. exists h. split; [now left|auto].
    - destruct (H k' r' I) as (g & A & B). exists g. split; [now right|auto]. }
  apply G. auto. Qed.

(** Next to each point of a region, in an open set, there is a settled point of the region. *)
Theorem settled_point x (O : list F -> Prop) : in_region net x -> nearby x O ->
  exists w, O w /\ same_pattern x w /\ settled w.
Proof.
  intros (q & Q) (e & E & Near). destruct (pieces_affine (pattern_at x)) as (hs & Hs).
  destruct (off_zeros hs q (fun v => nearby v (same_pattern x)) Q (fun v V => nearby_open v _ V))
    as (v & V & H).
  apply TheoryAffine.nearby_here in V.
  (* at v each neuron is not 0, or its piece is 0 everywhere *)
  assert (Sv : forall k r, In (k, r) (named net) -> z r v = 0 -> forall y, piece (pattern_at x) r y = 0).
  { intros k r I Z y. destruct (Hs k r I) as (h & Ih & Eh). rewrite <- (piece_here x v k r V I), Eh in Z.
    destruct (H h Ih) as [N|All]; [contradiction|]. now rewrite Eh. }
  destruct (near_start F x (moved v (opp one) x) e E) as (t & T0 & T1 & Nt).
  exists (to_point F x v t).
  assert (Side : forall k r, In (k, r) (named net) -> same_side F (z r x) (z r v)).
  { intros k r I. destruct (le_or_lt F (z r x) 0) as [L|L].
    - right. split; auto. destruct (le_or_lt F (z r v) 0) as [M|M]; auto. apply (V k r I) in M. contradiction.
    - left. split; apply lt_le; auto. now apply (V k r I). }
  assert (Same : same_signs v (to_point F x v t)).
  { intros k r s I. rewrite (z_between F net fits x v t r Side (lt_le F _ _ T0) T1). symmetry.
    pose proof T1 as U. apply le_sub in U.
    assert (K : forall s, has_sign F (z r v) s -> has_sign F ((1 - t) * z r x + t * z r v) s).
    { clear s. intros s S. destruct s; simpl in *.
      - destruct (Side k r I) as [[A _]|[_ B]]; [|contradiction].
        apply add_nonneg_pos; [now apply mul_nonneg|now apply mul_pos].
      - destruct (Side k r I) as [[_ B]|[A _]]; [contradiction|].
        apply lt_sub. replace (0 - ((1 - t) * z r x + t * z r v)) with ((1 - t) * - z r x + t * - z r v) by ring.
        apply opp_pos in S. apply opp_nonneg in A. apply add_nonneg_pos; [now apply mul_nonneg|now apply mul_pos].
      - rewrite S. rewrite <- (piece_here x x k r (same_pattern_refl x) I), (Sv k r I S x). ring. }
    split; auto. intro Q'. destruct (sign_exists F (z r v)) as [u U'].
    now rewrite (sign_unique F _ _ _ Q' (K u U')). }
  split; [apply Near; exact Nt|].
  pose proof (same_pattern_trans x v _ V (same_signs_pattern _ _ Same)) as P. split; auto.
  intros k r I Z y. rewrite <- (piece_same _ _ r y (pattern_at_same x _ P)). apply (Sv k r I).
  now apply (Same k r Null I). Qed.

Lemma settled_in_region w : settled w -> in_region net w.
Proof. intro S. exists w. generalize (settled_nearby w S). apply TheoryAffine.nearby_weaken.
  apply same_signs_pattern. Qed.

(** ** Codimension 0 *)

Variable domain : list Forms.form.

Lemma moved_is_move x t d : moved x t d = TheoryAffine.move x t d.
Proof.
  assert (E : forall d, moved [] t d = map (mul t) d)
    by (induction d0 as [|b d0 IH]; simpl; [|rewrite IH]; auto).
  revert d. induction x as [|a x IH]; intros [|b d]; simpl; auto; [now rewrite E|now rewrite IH]. Qed.

Lemma codimension_settled p : in_domain F domain p -> codimension F net domain 0 p -> settled p.
Proof.
  intros D (fs & L & _ & _ & O) k r I Z y. destruct fs; [|simpl in L; lia]. clear L.
  destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit Lk].
  destruct (TheoryPieces.piece_affine F net fits (pattern_at p) (fst k) r Fit Lk) as [h H].
  assert (Hp : TheoryAffine.value h p = 0) by (rewrite <- H, (piece_here p p k r); auto using same_pattern_refl).
  destruct (gradient_or_constant F h) as [(j & K)|C]; [|now rewrite H, C, <- (C p)].
  exfalso. destruct (TheoryAffine.rising_direction F h) as (d & Dr); [now exists j|].
  destruct (O p d) as (e & E & M); [split; [exact D|apply same_signs_refl]|intros ? []|].
  assert (We : within e e).
  { split; [apply le_refl|]. apply lt_le in E. apply (le_trans F _ 0); auto.
    apply le_sub. now replace (0 - - e) with e by ring. }
  destruct (M e We) as [_ S]. pose proof (proj1 (S k r Null I) Z) as Z'. simpl in Z'.
  rewrite <- (piece_here p _ k r (same_signs_pattern _ _ S) I), H, moved_is_move,
    TheoryAffine.value_move, Hp in Z'.
  apply (pos_nonzero F (e * TheoryAffine.linear (TheoryAffine.slope h) d)); [now apply mul_pos|].
  rewrite <- Z'. ring. Qed.

Lemma near_line x d e : 0 < e -> exists b, 0 < b /\ forall t, within t b -> near e x (moved x t d).
Proof.
  intro E. set (s := TheoryAffine.total F d). assert (S : 0 < s + 1) by apply TheoryAffine.more_than_total.
  exists (e * inv (s + 1)). split; [apply mul_pos; auto; now apply inv_pos|]. intros t T k.
  unfold TheoryAffine.coordinate. rewrite moved_nth.
  replace (nth k x 0 + t * nth k d 0 - nth k x 0) with (nth k d 0 * t) by ring.
  set (b := e * inv (s + 1)) in *. assert (B : 0 <= b) by now apply (within_nonneg F t).
  apply (within_le F _ (TheoryAffine.absolute (nth k d 0) * b)); [now apply TheoryAffine.within_product|].
  apply (le_trans F _ (s * b)).
  - assert (A : TheoryAffine.absolute (nth k d 0) <= s).
    { destruct (TheoryAffine.total_bounds F d k) as [H1 H2]. unfold TheoryAffine.absolute.
      destruct (le_dec 0 (nth k d 0)); [exact H1|exact H2]. }
    apply le_sub in A. apply le_sub.
    replace (s * b - TheoryAffine.absolute (nth k d 0) * b)
      with ((s - TheoryAffine.absolute (nth k d 0)) * b) by ring.
    now apply mul_nonneg.
  - apply le_sub. replace (e - s * b) with b; auto. unfold b.
    replace (e - s * (e * inv (s + 1))) with (e * ((s + 1) * inv (s + 1)) - s * (e * inv (s + 1)))
      by (rewrite inv_law by (now apply pos_nonzero); ring). ring. Qed.

Lemma settled_codimension w : settled w -> codimension F net domain 0 w.
Proof.
  intros S. exists []. split; [reflexivity|]. split; [intros [|] L; [exists []; constructor|discriminate]|].
  split; [intros ? ? _ []|]. intros x d [D E] _.
  destruct (TheoryAffine.nearby_and F x _ _ (domain_nearby F domain x D)
    (settled_nearby x (settled_same w x S E))) as (e & Pe & Near).
  destruct (near_line x d e Pe) as (b & B & Line). exists b. split; auto. intros t T.
  destruct (Near _ (Line t T)) as [D' S']. split; auto. now apply (same_signs_trans F net w x). Qed.

End Network.
End Regions.
