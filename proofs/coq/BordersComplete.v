(** * Every border of two regions is a facet

    Near a general point of a border each neuron is not 0, or is 0 on the border's hyperplane, and one of
    these is not 0 off it.  Its form makes the point one of a facet, on whose sides the regions lie. *)

From ExactRev Require Export AdjacentRegions.
Require Import Lia.

Section Complete.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Implicit Types (x y w v : list F).
Local Notation nearby := (@TheoryAffine.nearby F).
Local Notation near := (@TheoryAffine.near F).
Local Notation hvalue := (@TheoryAffine.value F).
Local Notation on := (@TheoryPlanes.on F).

(** ** Pieces have forms with integer coefficients *)

Definition has_form (a : list F -> F) : Prop := exists (f : Forms.form) (n : Z), (0 < n)%Z /\
  forall y, value f (at_point y) = Z_ n * a y.

Lemma form_sum a b : has_form a -> has_form b -> has_form (fun y => a y + b y).
Proof. intros (f & n & N & Hf) (g & m & M & Hg). exists (add_times m f (times n g)), (n * m)%Z.
  split; [lia|]. intro y. rewrite value_add_times, value_times, Hf, Hg, of_Z_mul. ring. Qed.

Lemma form_scaled (q : Q) a : has_form a -> has_form (fun y => of_Q q * a y).
Proof. intros (f & n & N & Hf). exists (times (Qnum q) f), (Zpos (Qden q) * n)%Z. split; [lia|]. intro y.
  rewrite value_times, Hf, of_Z_mul, <- (of_Q_times F q). ring. Qed.

Lemma form_constant (q : Q) : has_form (fun _ => of_Q q).
Proof. exists [Qnum q], (Zpos (Qden q)). split; [lia|]. intro y. unfold value. cbn [value_from].
  change (at_point y 0%N) with (@one F). rewrite <- (of_Q_times F q). ring. Qed.

Lemma form_coordinate (i : N) : has_form (fun y => nth (N.to_nat i) y 0).
Proof.
  assert (Skip : forall k j f (u : vector F), value_from j (N.iter k (cons 0%Z) f) u = value_from (j + k) f u).
  { intro k. induction k using N.peano_ind; intros j f u; [now rewrite N.add_0_r|].
    rewrite N.iter_succ. cbn [value_from]. rewrite IHk, of_Z_0.
    replace (N.succ j + k)%N with (j + N.succ k)%N by lia. ring. }
  exists (N.iter (N.succ i) (cons 0%Z) [1%Z]), 1%Z. split; [lia|]. intro y. unfold value. rewrite Skip.
  cbn [value_from]. rewrite N.add_0_l, of_Z_1. unfold at_point.
  rewrite (proj2 (N.eqb_neq _ 0)), N.pred_succ by lia. ring. Qed.

Lemma form_agree a b : (forall y, a y = b y) -> has_form a -> has_form b.
Proof. intros E (f & n & N & H). exists f, n. split; auto. intro y. now rewrite <- E. Qed.

Lemma form_terms {name} (ts : list (term name)) (v : list F -> name -> F) :
  (forall t, In t ts -> has_form (fun y => v y (fst t))) -> has_form (fun y => sum_terms ts (v y)).
Proof. induction ts as [|[k c] ts IH]; intro H; simpl.
  - apply (form_agree (fun _ => of_Q 0)); [intro; apply of_Q_0|]. apply form_constant.
  - apply (form_sum (fun y => of_Q c * v y k)); [|apply IH; intros; apply H; now right].
    apply form_scaled. exact (H (k, c) (or_introl eq_refl)). Qed.

Section Network.
Variable net : network.
Hypothesis fits : network_fits net = true.

Lemma form_row l r (v : list F -> valuation F) : row_fits l r = true -> (0 < l)%N ->
  (forall k, (fst k < l)%N -> has_form (fun y => v y k)) -> has_form (fun y => row_value r (v y)).
Proof.
  intros Fit L H. unfold row_value. apply (form_sum (fun _ => of_Q (bias r))); [apply form_constant|].
  apply (form_sum (fun y => sum_terms (inputs r) (fun i => v y (0%N, i)))).
  - apply (form_terms (inputs r) (fun y i => v y (0%N, i))). intros t _. apply H. exact L.
  - apply form_terms. intros t T. apply H. exact (proj2 (TheoryPieces.row_fits_term l r t Fit T)). Qed.

Lemma form_value s k : has_form (fun y => TheoryPieces.piece_values net s y k).
Proof.
  revert k. apply (TheoryPieces.values_induction net).
  - intro i. apply (form_agree (fun y => nth (N.to_nat i) y 0)); [|apply form_coordinate].
    intro y. symmetry. apply TheoryPieces.values_by_input.
  - intros k K R. apply (form_agree (fun _ => of_Q 0)); [|apply form_constant].
    intro y. rewrite of_Q_0. symmetry. now apply TheoryPieces.values_by_none.
  - intros k r R IH. destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L].
    pose proof (form_row (fst k) r (TheoryPieces.piece_values net s) Fit L IH) as H.
    destruct (s k) eqn:E.
    + apply (form_agree (fun y => row_value r (TheoryPieces.piece_values net s y))); auto. intro y.
      unfold TheoryPieces.piece_values at 2. rewrite (TheoryPieces.values_by_neuron F _ net y k r fits R).
      cbv beta. now rewrite E.
    + apply (form_agree (fun _ => of_Q 0)); [|apply form_constant]. intro y. rewrite of_Q_0.
      unfold TheoryPieces.piece_values. rewrite (TheoryPieces.values_by_neuron F _ net y k r fits R).
      cbv beta. now rewrite E. Qed.

Lemma form_piece s k r : In (k, r) (named net) -> has_form (fun y => TheoryPieces.piece net s r y).
Proof. intro I. destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
  apply (form_row (fst k) r (TheoryPieces.piece_values net s) Fit L). intros m _. apply form_value. Qed.

(** ** A general point of a border *)

Variable domain : list Forms.form.
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
Local Notation touches := (touches F net).

(** The pattern of a region is right on its closure. *)
Lemma touched_right x v k r : touches x v -> neuron_row k = Some r ->
  if pattern_at x k then 0 <= z r v else z r v <= 0.
Proof.
  intros T R. pose proof (TheoryPieces.neuron_row_some _ _ _ R) as I.
  destruct (signs_nearby F net fits v) as (e & E & Near). destruct (T e E) as (w & N & P).
  pose proof (P k r I) as Pw. unfold TheoryPieces.pattern_at. rewrite R.
  change (TheoryPieces.sum_at net r x) with (z r x).
  destruct (sign_exists F (z r v)) as [[| |] A].
  - pose proof (Near w N (k, r) Plus I ltac:(discriminate) A) as B. simpl in A, B.
    destruct (le_dec (z r x) 0) as [L|L]; [|now apply lt_le]. apply Pw in B. contradiction.
  - pose proof (Near w N (k, r) Minus I ltac:(discriminate) A) as B. simpl in A, B.
    destruct (le_dec (z r x) 0) as [L|L]; [now apply lt_le|]. apply Pw in L. elim L. now apply lt_le.
  - simpl in A. rewrite A. destruct (le_dec (z r x) 0); apply le_refl. Qed.

Lemma cut_or_vanish (h g : TheoryAffine.affine F) : TheoryAffine.not_constant h ->
  TheoryPlanes.cuts h g \/ forall v, on h v -> on g v.
Proof.
  intro N. destruct (TheoryPlanes.plane_has_point F h N) as [v V]. pose proof N as [p K].
  destruct (eq_or_neq F (hvalue g v) 0) as [E|E]; [|left; intro H; apply E; exact (H v V)].
  destruct (TheoryPlanes.apart_or_proportional F _ (TheoryAffine.slope g) p K) as [(d & D1 & D2)|P].
  - left. intro H. apply D2. assert (Y : on h (TheoryAffine.move v 1 d)).
    { unfold TheoryPlanes.on in *. rewrite TheoryAffine.value_move, V, D1. ring. }
    apply H in Y. unfold TheoryPlanes.on in Y. rewrite TheoryAffine.value_move, E in Y.
    replace (TheoryAffine.linear (TheoryAffine.slope g) d) with
      (0 + 1 * TheoryAffine.linear (TheoryAffine.slope g) d) by ring. exact Y.
  - right. now apply (TheoryPlanes.proportional_vanishes F h g p v). Qed.

Lemma cutting_ones (h : TheoryAffine.affine F) hs : TheoryAffine.not_constant h -> exists gs,
  (forall g, In g gs -> TheoryPlanes.cuts h g) /\ forall g, In g hs -> In g gs \/ forall v, on h v -> on g v.
Proof.
  intro N. induction hs as [|g hs (gs & C & S)]; [exists []; split; intros ? []|].
  destruct (cut_or_vanish h g N) as [K|K].
  - exists (g :: gs). split; [intros k [<-|I]; auto|]. intros k [<-|I]; [left; now left|].
    destruct (S k I); [left; now right|auto].
  - exists gs. split; auto. intros k [<-|I]; auto. Qed.

(** Finitely many: one of them, or all. *)
Lemma one_or_all {A} (P Q : A -> Prop) l : (forall a, In a l -> P a \/ Q a) ->
  (exists a, In a l /\ P a) \/ forall a, In a l -> Q a.
Proof. induction l as [|a l IH]; intro H; [right; intros ? []|].
  destruct (H a (or_introl eq_refl)) as [K|K]; [left; exists a; split; [now left|auto]|].
  destruct IH as [(b & B & Pb)|All]; [intros; apply H; now right|left; exists b; split; [now right|auto]|].
  right. intros b [<-|B]; auto. Qed.

Section Border.
Variables (x y p : list F) (h : TheoryAffine.affine F).
Hypothesis x_region : in_region F net x.
Hypothesis y_region : in_region F net y.
Hypothesis differ : ~ same_pattern x y.
Hypothesis inside : in_domain p.
Hypothesis bends : TheoryAffine.not_constant h.
Hypothesis on_p : on h p.
Hypothesis x_touches : touches x p.
Hypothesis y_touches : touches y p.
(** Each neuron is not 0 at [p], or its piece is a multiple of [h]. *)
Hypothesis general : forall k r, In (k, r) (named net) -> z r p <> 0 \/
  exists c, forall v, piece (pattern_at x) r v = c * hvalue h v.

Lemma general_null k r : In (k, r) (named net) -> z r p = 0 ->
  exists c, forall v, piece (pattern_at x) r v = c * hvalue h v.
Proof. intros I Z. destruct (general k r I) as [N|C]; [contradiction|exact C]. Qed.

(** The pattern is right wherever the other neurons have the signs of [p] and these are 0. *)
Lemma kept_null w : weakly_below p w -> hvalue h w = 0 -> same_signs p w.
Proof.
  intros W Hw.
  assert (Zero : forall k r, neuron_row k = Some r -> z r p = 0 -> z r w = 0).
  { apply (TheoryPieces.values_induction net (fun k => forall r, neuron_row k = Some r -> z r p = 0 -> z r w = 0)).
    - intros i r R. destruct (TheoryPieces.neuron_row_fits net _ r fits R) as [_ L]. simpl in L. lia.
    - intros k _ R r R'. congruence.
    - intros k r R IH r' R' Z. rewrite R in R'. inversion R'. subst r'.
      pose proof (TheoryPieces.neuron_row_some _ _ _ R) as I. destruct (general_null k r I Z) as (c & C).
      destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit L].
      transitivity (piece (pattern_at x) r w); [|rewrite C, Hw; ring]. symmetry.
      apply (TheoryPieces.piece_right F net fits (fst k)); auto. intros m g M Lm.
      pose proof (touched_right x p m g x_touches M) as T. pose proof (TheoryPieces.neuron_row_some _ _ _ M) as J.
      change (TheoryPieces.sum_at net g w) with (z g w).
      destruct (sign_exists F (z g p)) as [[| |] A].
      + pose proof (W m g Plus J ltac:(discriminate) A) as B. simpl in A, B.
        destruct (pattern_at x m); [now apply lt_le|contradiction].
      + pose proof (W m g Minus J ltac:(discriminate) A) as B. simpl in A, B.
        destruct (pattern_at x m); [contradiction|now apply lt_le].
      + simpl in A. rewrite (IH m Lm g M A). destruct (pattern_at x m); apply le_refl. }
  intros k r s I. destruct (sign_exists F (z r p)) as [t T].
  assert (Y : has_sign (z r w) t).
  { destruct t; [apply (W k r Plus)|apply (W k r Minus)|apply (Zero k r)]; auto; try discriminate.
    now apply named_row. }
  split; intro H; [rewrite (sign_unique F _ _ _ H T)|rewrite (sign_unique F _ _ _ H Y)]; auto. Qed.

Lemma touched_pattern u : touches u p -> settled p -> same_pattern u p.
Proof. intros T S. destruct (settled_nearby F net fits p S) as (e & E & Near). destruct (T e E) as (w & N & P).
  apply (same_pattern_trans F net u w p); auto. apply same_pattern_sym, same_signs_pattern. auto. Qed.

(** Some neuron is 0 at [p] and not off the border's hyperplane. *)
Lemma parting_neuron : exists k r c, In (k, r) (named net) /\ z r p = 0 /\ c <> 0 /\
  forall v, piece (pattern_at x) r v = c * hvalue h v.
Proof.
  destruct (one_or_all (fun n : key * row => z (snd n) p = 0 /\ exists c, c <> 0 /\
      forall v, piece (pattern_at x) (snd n) v = c * hvalue h v)
    (fun n => z (snd n) p = 0 -> forall v, piece (pattern_at x) (snd n) v = 0) (named net)) as [H|All].
  - intros [k r] I. cbn [snd]. destruct (general k r I) as [N|(c & C)]; [right; contradiction|].
    destruct (eq_or_neq F (z r p) 0) as [Z|Z]; [|right; contradiction].
    destruct (eq_or_neq F c 0) as [->|N]; [right; intros _ v; rewrite C; ring|].
    left. split; auto. exists c. auto.
  - destruct H as ([k r] & I & Z & c & N & C). exists k, r, c. auto.
  - exfalso. assert (Right : same_pattern p x).
    { intros k r I. pose proof (touched_right x p k r x_touches (named_row net k r I)) as T.
      unfold TheoryPieces.pattern_at in T. rewrite (named_row net k r I) in T.
      change (TheoryPieces.sum_at net r x) with (z r x) in T.
      destruct (le_dec (z r x) 0) as [L|L].
      - split; intro K; [elim K; exact T|elim K; exact L].
      - split; [intros _; exact L|]. intros _. apply le_neq_lt; auto. intro Z. symmetry in Z.
        apply L. rewrite <- (piece_here F net fits x x k r (same_pattern_refl F net x) I).
        pose proof (All (k, r) I Z x) as E. cbn [snd] in E. rewrite E. apply le_refl. }
    assert (S : settled p).
    { intros k r I Z v. rewrite (piece_same F net fits _ _ r v (pattern_at_same F net p x Right)).
      exact (All (k, r) I Z v). }
    apply differ. apply (same_pattern_trans F net x p y); [now apply touched_pattern|].
    apply same_pattern_sym. now apply touched_pattern. Qed.

(** So [p] is a point of a facet. *)
Theorem border_facet : codimension 1 p.
Proof.
  destruct parting_neuron as (k & r & c & I & Z & N & C).
  destruct (form_piece (pattern_at x) k r I) as (f & n & Np & Hf).
  assert (Zn : Z_ n <> 0) by (apply of_Z_nonzero; lia).
  assert (Val : forall v, value f (at_point v) = Z_ n * c * hvalue h v) by (intro v; rewrite Hf, C; ring).
  assert (Null_ : forall v, value f (at_point v) = 0 -> hvalue h v = 0).
  { intros v V. rewrite Val in V. apply product_zero in V; auto. intro E. apply product_zero in E; auto. }
  exists [f]. split; [reflexivity|]. split; [|split].
  - intros [|t [|]] L; try discriminate. destruct (TheoryAffine.rising_direction F h bends) as (d & D).
    set (b := value f (along d)).
    assert (B : b <> 0).
    { assert (E : b = Z_ n * c * TheoryAffine.linear (TheoryAffine.slope h) d).
      { unfold b. replace (value f (along d)) with (value f (at_point (moved p 1 d)) - value f (at_point p))
          by (rewrite at_moved; ring).
        rewrite !Val, moved_is_move, TheoryAffine.value_move. ring. }
      rewrite E. intro Q. apply product_zero in Q; [now apply (pos_nonzero F _ D)|].
      intro Q'. apply product_zero in Q'; auto. }
    exists (moved [] (t * inv b) d). constructor; [|constructor]. rewrite (along_moved F).
    assert (E : value f (along ([] : list F)) = 0).
    { rewrite <- (value_null F f). apply value_agree. intro j. unfold along.
      destruct (N.eqb j 0); auto. destruct (N.to_nat (N.pred j)); reflexivity. }
    rewrite E. fold b. replace (0 + t * inv b * b) with (t * (b * inv b)) by ring. rewrite inv_law by auto. ring.
  - intros v g [_ S] [<-|[]]. rewrite Hf.
    assert (E : piece (pattern_at x) r v = 0); [|rewrite E; ring].
    destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
    rewrite (TheoryPieces.piece_right F net fits (fst k) _ v r Fit L); [exact (proj1 (S k r Null I) Z)|].
    intros m g M Lm. pose proof (touched_right x p m g x_touches M) as T.
    pose proof (TheoryPieces.neuron_row_some _ _ _ M) as J.
    change (TheoryPieces.sum_at net g v) with (z g v).
    destruct (sign_exists F (z g p)) as [a A]. pose proof (proj1 (S m g a J) A) as B.
    destruct (pattern_at x m), a; simpl in A, B; try (now apply lt_le); rewrite B; apply le_refl.
  - intros v d [D S] V.
    destruct (TheoryAffine.nearby_and F v _ _ (domain_nearby F domain v D) (signs_nearby F net fits v))
      as (e & E & Near).
    destruct (near_line F v d e E) as (b & B & Line). exists b. split; auto. intros t T.
    destruct (Near _ (Line t T)) as [D' K]. split; auto. apply kept_null.
    + intros m g s J Nn A. apply (K (m, g) s J Nn). cbn [snd]. now apply (S m g s J).
    + apply Null_. rewrite at_moved, (V f (or_introl eq_refl)).
      destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
      assert (Hv : value f (at_point v) = 0).
      { rewrite Hf. assert (E' : piece (pattern_at x) r v = 0); [|rewrite E'; ring].
        rewrite (TheoryPieces.piece_right F net fits (fst k) _ v r Fit L); [exact (proj1 (S k r Null I) Z)|].
        intros m g M Lm. pose proof (touched_right x p m g x_touches M) as Tr.
        pose proof (TheoryPieces.neuron_row_some _ _ _ M) as J.
        change (TheoryPieces.sum_at net g v) with (z g v).
        destruct (sign_exists F (z g p)) as [a A]. pose proof (proj1 (S m g a J) A) as B'.
        destruct (pattern_at x m), a; simpl in A, B'; try (now apply lt_le); rewrite B'; apply le_refl. }
      rewrite Hv. ring. Qed.

(** The regions lie on its two sides. *)
Theorem border_sides ab : sides F net domain p ab -> same_pair F net ab (x, y).
Proof.
  intros (f & d1 & Fd & W & Hw & V & Hv). pose proof Fd as [D C Z O A].
  assert (Side : forall u, in_region F net u -> touches u p ->
    same_pattern (fst ab) u \/ same_pattern (snd ab) u).
  { intros u [q Q] T.
    assert (Below : nearby p (fun v => weakly_below p v)).
    { generalize (signs_nearby F net fits p). apply TheoryAffine.nearby_weaken.
      intros v K k r s I N S. exact (K (k, r) s I N S). }
    apply nearby_open in Below. destruct Below as (e & E & Near). destruct (T e E) as (v & N & P).
    assert (Rv : in_region F net v).
    { exists q. revert Q. apply TheoryAffine.nearby_weaken. intros w K.
      apply (same_pattern_trans F net v u w); auto. now apply same_pattern_sym. }
    destruct (settled_point F net fits v _ Rv (Near v N)) as (w & Ww & Pw & Sw).
    pose proof (same_pattern_trans F net u v w P Pw) as Pu.
    destruct (sign_exists F (value f (at_point w))) as [[| |] Sg]; simpl in Sg.
    - left. apply (same_pattern_trans F net _ w u); [|now apply same_pattern_sym].
      apply same_signs_pattern. apply (side_same F net domain fits p f d1 D Z O A 1); auto.
      now replace (1 * value f (at_point w)) with (value f (at_point w)) by ring.
    - right. apply (same_pattern_trans F net _ w u); [|now apply same_pattern_sym].
      apply same_signs_pattern. apply (side_same F net domain fits p f d1 D Z O A (opp one)); auto.
      replace (opp one * value f (at_point w)) with (- value f (at_point w)) by ring. now apply opp_pos.
    - exfalso. apply (facet_not_settled F net domain fits p D C).
      apply (settled_same F net fits w p Sw). apply same_signs_sym.
      now apply (level_same F net domain fits p f d1 D Z O A). }
  destruct (Side x x_region x_touches) as [X|X]; destruct (Side y y_region y_touches) as [Y|Y].
  - elim differ. apply (same_pattern_trans F net x (fst ab) y); auto. now apply same_pattern_sym.
  - left. auto.
  - right. auto.
  - elim differ. apply (same_pattern_trans F net x (snd ab) y); auto. now apply same_pattern_sym. Qed.

End Border.

(** Each border gives a facet between the regions. *)
Theorem borders_have_facets x y : share_border F net domain x y -> exists p, in_domain p /\
  codimension 1 p /\ forall ab, sides F net domain p ab -> same_pair F net ab (x, y).
Proof.
  intros (Rx & Ry & Df & q & h & D & N & Hq & Near).
  destruct (pieces_affine F net fits (pattern_at x)) as (hs & Hs).
  destruct (cutting_ones h hs N) as (gs & Cut & Van).
  destruct (TheoryPlanes.hyperplane_not_covered F h gs q
    (fun v => in_domain v /\ (hvalue h v = 0 -> touches x v /\ touches y v)) N Cut Hq) as (p & Hp & Np & Off).
  { apply (TheoryAffine.nearby_and F q _ _ (domain_nearby F domain q D) Near). }
  apply TheoryAffine.nearby_here in Np. destruct Np as [Dp T]. destruct (T Hp) as [Tx Ty].
  assert (General : forall k r, In (k, r) (named net) -> z r p <> 0 \/
    exists c, forall v, piece (pattern_at x) r v = c * hvalue h v).
  { intros k r I. destruct (Hs k r I) as (g & Ig & Eg).
    destruct (Van g Ig) as [G|G].
    - left. intro Z. apply (Off g G). unfold TheoryPlanes.on. rewrite <- Eg.
      destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
      rewrite (TheoryPieces.piece_right F net fits (fst k) _ p r Fit L); [exact Z|].
      intros m u M _. exact (touched_right x p m u Tx M).
    - right. destruct (TheoryPlanes.vanishing_multiple F h g N G) as (c & C). exists c. intro v. now rewrite Eg. }
  exists p. split; auto. split.
  - now apply (border_facet x y p h).
  - intros ab S. now apply (border_sides x y p). Qed.

(** ** The count *)

(** A list of all pairs of different regions that share a border in the domain. *)
Definition all_borders (pairs : list (list F * list F)) : Prop :=
  (forall ab, In ab pairs -> share_border F net domain (fst ab) (snd ab)) /\
  ForallOrdPairs (fun ab cd => ~ same_pair F net ab cd) pairs /\
  forall x y, share_border F net domain x y -> exists ab, In ab pairs /\ same_pair F net ab (x, y).

Theorem facets_are_borders (ps : list (list F)) : all_faces net domain 1 ps ->
  exists pairs, length pairs = length ps /\ all_borders pairs.
Proof.
  intros (Pr & Di & All).
  destruct (choose_points (fun p ab => (in_domain p /\ codimension 1 p) /\ sides F net domain p ab) ps)
    as (pairs & M).
  { intros p I. destruct (Pr p I) as [D C]. destruct (has_sides F net domain fits p D C) as (ab & S). eauto. }
  exists pairs. split; [now rewrite <- (forall2_length _ _ _ M)|]. split; [|split].
  - intros ab I. apply In_nth_error in I as [n I]. destruct (forall2_nth_back _ _ _ M n ab I) as (p & _ & _ & S).
    now apply (sides_share F net domain fits p).
  - apply (pairs_of_counterparts _ same_signs _ ps pairs) with (2 := M); auto.
    intros p ab p' ab' [_ S] [_ S'] P. now apply (one_facet F net domain fits p p' ab ab').
  - intros x y B. destruct (borders_have_facets x y B) as (p & D & C & H).
    destruct (All p D C) as (p' & I & Same). apply In_nth_error in I as [n I].
    destruct (forall2_nth _ _ _ M n p' I) as (ab & J & [D' C'] & S). exists ab.
    split; [now apply nth_error_In in J|]. apply H. now apply (sides_same F net domain p' p). Qed.

End Network.
End Complete.

(** An accepted certificate [regions] of depth 1 or more without an open leaf: its second number is that of
    the pairs of regions that share a border in the domain, in the working network. *)
Theorem regions_borders F a t steps st :
  match regions_start a t with
  | Some st0 => fold_steps regions_take st0 steps
  | None => None
  end = Some st -> regions_finish st = true -> skipped (the_tree st) = 0%N -> (1 <= stated_depth t)%N ->
  exists whole net forms ns pairs, read_network a = Some whole /\ counted st = Some ns /\
    (forall x, exists u, stands_for F t whole net forms u x) /\
    (forall u, exists x, stands_for F t whole net forms u x) /\
    (coordinates (its_norm t) = None -> net = Network (hidden whole) [] /\
       forall x, stands_for F t whole net forms x x) /\
    nth_error ns 1 = Some (N.of_nat (length pairs)) /\ all_borders F net forms pairs.
Proof.
  intros H Fin Sk Dp. unfold regions_start in H. destruct (read_network a) as [whole|] eqn:W; [|discriminate].
  destruct (begin_tree _ _ t) as [[[[net forms] layers] ctx]|] eqn:B; [|discriminate].
  destruct (root_cell ctx forms layers) as [c|] eqn:Rc; [|discriminate].
  unfold begin_tree in B. destruct (_ && _) eqn:Wf; [|discriminate].
  pose proof (plant_rooted F _ _ _ _ _ _ _ _ _ B) as R. pose proof (read_network_fits _ _ W) as Fit.
  pose proof (fold_steps_invariant regions_take (regions_invariant F net forms ctx)
    (fun st s st' => regions_take_invariant F _ _ _ _ _ _ _ _ R st s st') steps _ _
    (start_invariant F _ _ _ _ _ _ _ _ R c _ _ Rc) H) as (_ & _ & Co).
  unfold regions_finish in Fin. destruct (counted st) as [ns|] eqn:Ct; [|discriminate]. rewrite Sk in Co.
  destruct (working_space F _ _ _ _ _ _ _ _ Fit R) as (W1 & W2 & W3).
  assert (Alike : forall u x, counterparts F (scale ctx) (map domain_row (domain_rows t)) whole net
    forms u x -> stands_for F t whole net forms u x).
  { intros u x K. split; [apply K|]. rewrite interior_rows.
    exact (counterparts_interior F _ _ _ _ _ _ _ (r_scale _ _ _ _ _ _ _ _ _ R) K). }
  pose proof (r_depth _ _ _ _ _ _ _ _ _ R) as Dc.
  destruct (counted_exactly F ctx net forms ns Co 1) as (ps & Ns & All); [now rewrite Dc|].
  destruct (facets_are_borders F net (r_fits _ _ _ _ _ _ _ _ _ R) forms ps All) as (pairs & L & Bo).
  exists whole, net, forms, ns, pairs. split; auto. split; auto.
  split; [intro x; destruct (W1 x) as [u U]; eauto|].
  split; [intro u; destruct (W2 u) as [x U]; eauto|]. split; [|split; [|exact Bo]].
  - intro C. pose proof (r_net _ _ _ _ _ _ _ _ _ R) as Nt. rewrite C in Nt. split; [exact Nt|].
    intro x. apply Alike. now apply W3.
  - rewrite L. exact Ns. Qed.
