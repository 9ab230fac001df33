(** * Facets are the pairs of adjacent regions (format, section 10)

    Two regions share a border in the domain if near some point of it a hyperplane lies in the closures of
    both.  Each facet gives such a pair, the regions on its two sides; different facets give different
    pairs; and every pair that shares a border is given by a facet. *)

From ExactRev Require Export FacetSides.
From ExactRev Require TheoryPlanes.
Require Import Lia.

Section Adjacent.
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
Local Notation hvalue := (@TheoryAffine.value F).

(** ** Borders *)

(** [v] is in the closure of the region of [x]. *)
Definition touches x v : Prop := forall e, 0 < e -> exists w, near e v w /\ same_pattern x w.

(** The regions of [x] and [y] are different, and have a piece of a hyperplane in the domain as border. *)
Definition share_border x y : Prop :=
  in_region F net x /\ in_region F net y /\ ~ same_pattern x y /\
  exists (p : list F) (h : TheoryAffine.affine F), in_domain p /\ TheoryAffine.not_constant h /\
    hvalue h p = 0 /\ nearby p (fun v => hvalue h v = 0 -> touches x v /\ touches y v).

(** The same two regions, in either order. *)
Definition same_pair (a b : list F * list F) : Prop :=
  (same_pattern (fst a) (fst b) /\ same_pattern (snd a) (snd b)) \/
  (same_pattern (fst a) (snd b) /\ same_pattern (snd a) (fst b)).

(** ** Facets and their sides *)

Record facet_data (p : list F) (f : Forms.form) (d1 : list F) : Prop := {
  f_inside : in_domain p;
  f_codimension : codimension 1 p;
  f_zero : forall x, face_of p x -> value f (at_point x) = 0;
  f_open : forall x d, face_of p x -> value f (along d) = 0 ->
    exists e, 0 < e /\ forall t, within t e -> face_of p (moved x t d);
  f_across : value f (along d1) = 1 }.

Lemma has_facet_data p : in_domain p -> codimension 1 p -> exists f d1, facet_data p f d1.
Proof.
  intros D C. pose proof C as (fs & L & Ind & Z & O). destruct fs as [|f [|g fs]]; try (simpl in L; lia).
  destruct (Ind [1] eq_refl) as (d1 & E). inversion E as [|? ? ? ? E1 _]. subst. exists f, d1. split; auto.
  - intros x X. apply (Z x f X). now left.
  - intros x d X V. apply (O x d X). intros g [<-|[]]. exact V. Qed.

(** Points on the two sides of the facet of [p]. *)
Definition sides (p : list F) (ab : list F * list F) : Prop := exists f d1, facet_data p f d1 /\
  weakly_below p (fst ab) /\ 0 < 1 * value f (at_point (fst ab)) /\
  weakly_below p (snd ab) /\ 0 < opp one * value f (at_point (snd ab)).

(** They are those of the whole face. *)
Lemma sides_same p p' ab : same_signs p p' -> in_domain p' -> sides p ab -> sides p' ab.
Proof.
  intros S D (f & d1 & [D0 C Z O A] & W & Hw & V & Hv).
  assert (To : forall x, face_of p' x -> face_of p x).
  { intros x [Dx Sx]. split; auto. now apply (same_signs_trans F net p p' x). }
  assert (Back : forall x, face_of p x -> face_of p' x).
  { intros x [Dx Sx]. split; auto. apply (same_signs_trans F net p' p x); auto. now apply same_signs_sym. }
  assert (Below : forall w, weakly_below p w -> weakly_below p' w).
  { intros w Ww k r s I N B. apply (Ww k r s I N). now apply (S k r s I). }
  exists f, d1. split; auto. split; auto.
  - now apply (codimension_same F net domain 1 p).
  - intros x d X E. destruct (O x d (To x X) E) as (e & Pe & M). exists e. split; auto. Qed.

Lemma near_itself e v : 0 < e -> near e v v.
Proof. intros E k. replace (TheoryAffine.coordinate v k - TheoryAffine.coordinate v k) with (0 : F) by ring.
  now apply within_zero, lt_le. Qed.

Lemma opposite_square : opp one * opp one = (1 : F).
Proof. ring. Qed.

Lemma has_sides p : in_domain p -> codimension 1 p -> exists ab, sides p ab.
Proof.
  intros D C. destruct (has_facet_data p D C) as (f & d1 & Fd). pose proof Fd as [_ _ Z O A].
  assert (H : face_of p p) by (split; [exact D|apply same_signs_refl]).
  assert (One : 1 * 1 = (1 : F)) by ring.
  destruct (side_point F net domain fits p f d1 Z A 1 p 1 One H (one_pos F)) as (w & _ & _ & W & Hw).
  destruct (side_point F net domain fits p f d1 Z A (opp one) p 1 opposite_square H (one_pos F))
    as (v & _ & _ & V & Hv).
  exists (w, v), f, d1. auto. Qed.

Lemma form_affine (f : Forms.form) : exists h : TheoryAffine.affine F,
  forall y, hvalue h y = value f (at_point y).
Proof.
  assert (G : forall g (i : nat), exists a : list F, forall y,
    TheoryAffine.linear a (skipn i y) = value_from (N.of_nat (S i)) g (at_point y)).
  { induction g as [|c g IH]; intro i; [exists []; intro y; reflexivity|].
    destruct (IH (S i)) as (a & A). exists (of_Z c :: a). intro y. cbn [value_from].
    replace (N.succ (N.of_nat (S i))) with (N.of_nat (S (S i))) by lia. rewrite <- A.
    assert (At : at_point y (N.of_nat (S i)) = nth i y 0).
    { unfold at_point. rewrite (proj2 (N.eqb_neq _ 0)) by lia. f_equal. lia. }
    rewrite At. clear. revert y. induction i as [|i IH]; intros [|b y]; cbn [skipn nth].
    - rewrite !TheoryAffine.linear_nil. ring.
    - reflexivity.
    - rewrite !TheoryAffine.linear_nil. ring.
    - exact (IH y). }
  destruct f as [|c g]; [exists (TheoryAffine.constant 0); intro y; apply TheoryAffine.value_constant|].
  destruct (G g 0%nat) as (a & A). exists (TheoryAffine.Affine (of_Z c) a). intro y. specialize (A y).
  simpl skipn in A. unfold TheoryAffine.value, value. cbn [TheoryAffine.offset TheoryAffine.slope value_from].
  rewrite A. change (at_point y 0%N) with (@one F). change (N.of_nat 1) with (N.succ 0). ring. Qed.

(** The regions on the two sides share a border. *)
Theorem sides_share p ab : sides p ab -> share_border (fst ab) (snd ab).
Proof.
  destruct ab as [a b]. cbn [fst snd]. intros (f & d1 & Fd & Wa & Ha & Wb & Hb).
  pose proof Fd as [D C Z O A]. cbn [fst snd] in *.
  split; [apply (settled_in_region F net fits), (side_settled F net domain fits p f d1 D Z O A 1); auto|].
  split; [apply (settled_in_region F net fits), (side_settled F net domain fits p f d1 D Z O A (opp one)); auto|].
  split; [now apply (sides_differ F net domain fits p f d1 D C Z O A)|].
  destruct (form_affine f) as (h & H). exists p, h. split; auto.
  assert (Hp : hvalue h p = 0) by (rewrite H; apply Z; split; [exact D|apply same_signs_refl]).
  split; [|split; auto].
  - destruct (gradient_or_constant F h) as [K|K]; auto. exfalso. apply (one_is_not_zero F).
    rewrite <- A. replace (value f (along d1)) with (value f (at_point (moved p 1 d1)) - value f (at_point p)).
    + rewrite <- !H, !K. ring.
    + rewrite at_moved. ring.
  - generalize (TheoryAffine.nearby_and F p _ _ (domain_nearby F domain p D) (signs_nearby F net fits p)).
    apply TheoryAffine.nearby_weaken. intros v [Dv Kv] Hv. rewrite H in Hv.
    assert (Wv : weakly_below p v) by (intros k r s I N S; exact (Kv (k, r) s I N S)).
    assert (Fv : face_of p v) by (split; [exact Dv|now apply (level_same F net domain fits p f d1 D Z O A)]).
    split; intros e E.
    + assert (One : 1 * 1 = (1 : F)) by ring.
      destruct (side_point F net domain fits p f d1 Z A 1 v e One Fv E) as (w & N & _ & W & Hw).
      exists w. split; auto. apply same_signs_pattern. now apply (side_same F net domain fits p f d1 D Z O A 1).
    + destruct (side_point F net domain fits p f d1 Z A (opp one) v e opposite_square Fv E)
        as (w & N & _ & W & Hw).
      exists w. split; auto. apply same_signs_pattern.
      now apply (side_same F net domain fits p f d1 D Z O A (opp one)). Qed.

(** ** Different facets give different pairs *)

Lemma same_sign_factor (c x : F) a : a <> Null -> has_sign c a -> has_sign (c * x) a -> 0 < x.
Proof. intros N C X. destruct a; simpl in C, X; [| |congruence].
  - now apply (mul_cancel_pos F c).
  - apply opp_pos in C, X. apply (mul_cancel_pos F (- c)); auto. now replace (- c * x) with (- (c * x)) by ring.
Qed.

(** What is 0 on a facet is 0 at every point whose other signs are those on both its sides. *)
Lemma null_there p ab p' k r : sides p ab -> weakly_below p' (fst ab) -> weakly_below p' (snd ab) ->
  In (k, r) (named net) -> z r p = 0 -> z r p' = 0.
Proof.
  destruct ab as [w v]. cbn [fst snd]. intros (f & d1 & Fd & W & Hw & V & Hv) W' V' I Zp. cbn [fst snd] in *.
  pose proof Fd as [D C Z O A].
  destruct (TheoryPieces.neuron_row_fits net k r fits (named_row net k r I)) as [Fit L].
  assert (Mult : forall u, weakly_below p u -> weakly_below p' u -> exists c, z r u = c * value f (at_point u) /\
    z r p' = c * value f (at_point p')).
  { intros u U U'. destruct (piece_multiple F net domain fits p f d1 D Z O A (pattern_at u) k r I Zp) as (c & M).
    { intros m g G _. now apply (pattern_right F net p u U). }
    exists c. split.
    - rewrite <- M. symmetry. now apply (piece_here F net fits u u k r (same_pattern_refl F net u)).
    - rewrite <- M. symmetry. apply (TheoryPieces.piece_right F net fits (fst k)); auto.
      intros m g G _. exact (pattern_right F net p' u U' m g G). }
  destruct (Mult w W W') as (c & Cw & Cp). destruct (Mult v V V') as (c' & Cv & Cp').
  destruct (sign_exists F (z r p')) as [a S].
  assert (On : a = Null \/ a <> Null) by (destruct a; [right|right|left]; congruence).
  destruct On as [->|N]; [exact S|exfalso].
  pose proof (W' k r a I N S) as Sw. pose proof (V' k r a I N S) as Sv.
  assert (Sc : has_sign c a).
  { apply (sign_factor F (1 * value f (at_point w)) c a Hw).
    replace (1 * value f (at_point w) * c) with (z r w); auto. rewrite Cw. ring. }
  assert (Sc' : has_sign (opp one * c') a).
  { apply (sign_factor F (opp one * value f (at_point v)) (opp one * c') a Hv).
    replace (opp one * value f (at_point v) * (opp one * c')) with (z r v); auto. rewrite Cv. ring. }
  assert (P1 : 0 < value f (at_point p')).
  { apply (same_sign_factor c _ a N Sc). now rewrite <- Cp. }
  assert (P2 : 0 < opp one * value f (at_point p')).
  { apply (same_sign_factor (opp one * c') _ a N Sc').
    replace (opp one * c' * (opp one * value f (at_point p'))) with (z r p'); auto. rewrite Cp'. ring. }
  apply (lt_irrefl F 0). replace (0 : F) with (value f (at_point p') + - (1) * value f (at_point p')) at 2 by ring.
  apply add_pos_nonneg; auto. now apply lt_le. Qed.

Lemma below_signs p w w' : weakly_below p w -> same_signs w w' -> weakly_below p w'.
Proof. intros W S k r s I N A. apply (S k r s I). exact (W k r s I N A). Qed.

Lemma sides_settled p ab : sides p ab -> settled (fst ab) /\ settled (snd ab).
Proof. intros (f & d1 & Fd & W & Hw & V & Hv). pose proof Fd as [D C Z O A].
  split; [now apply (side_settled F net domain fits p f d1 D Z O A 1)|].
  now apply (side_settled F net domain fits p f d1 D Z O A (opp one)). Qed.

Theorem one_facet p p' ab ab' : sides p ab -> sides p' ab' -> same_pair ab ab' -> same_signs p p'.
Proof.
  intros S S' P. destruct (sides_settled p ab S) as [Sa Sb]. destruct (sides_settled p' ab' S') as [Sa' Sb'].
  assert (W : weakly_below p (fst ab) /\ weakly_below p (snd ab)) by (destruct S as (f & d & _ & A & _ & B & _); auto).
  assert (W' : weakly_below p' (fst ab') /\ weakly_below p' (snd ab'))
    by (destruct S' as (f & d & _ & A & _ & B & _); auto).
  assert (X : weakly_below p' (fst ab) /\ weakly_below p' (snd ab) /\
    weakly_below p (fst ab') /\ weakly_below p (snd ab')).
  { destruct P as [[P1 P2]|[P1 P2]].
    - pose proof (settled_one F net fits _ _ Sa Sa' P1) as E1. pose proof (settled_one F net fits _ _ Sb Sb' P2) as E2.
      repeat split.
      + apply (below_signs p' (fst ab')); [apply W'|now apply same_signs_sym].
      + apply (below_signs p' (snd ab')); [apply W'|now apply same_signs_sym].
      + apply (below_signs p (fst ab)); [apply W|auto].
      + apply (below_signs p (snd ab)); [apply W|auto].
    - pose proof (settled_one F net fits _ _ Sa Sb' P1) as E1. pose proof (settled_one F net fits _ _ Sb Sa' P2) as E2.
      repeat split.
      + apply (below_signs p' (snd ab')); [apply W'|now apply same_signs_sym].
      + apply (below_signs p' (fst ab')); [apply W'|now apply same_signs_sym].
      + apply (below_signs p (snd ab)); [apply W|auto].
      + apply (below_signs p (fst ab)); [apply W|auto]. }
  destruct X as (X1 & X2 & X3 & X4).
  intros k r s I. destruct (sign_exists F (z r p)) as [a A]. destruct (sign_exists F (z r p')) as [b B].
  assert (E : a = b).
  { assert (Oa : a = Null \/ a <> Null) by (destruct a; [right|right|left]; congruence).
    assert (Ob : b = Null \/ b <> Null) by (destruct b; [right|right|left]; congruence).
    destruct Oa as [->|Na].
    - pose proof (null_there p ab p' k r S X1 X2 I A) as Z. now apply (sign_unique F _ Null b Z).
    - destruct Ob as [->|Nb].
      + pose proof (null_there p' ab' p k r S' X3 X4 I B) as Z. symmetry. now apply (sign_unique F _ Null a Z).
      + apply (sign_unique F (z r (fst ab))); [now apply (proj1 W k r a)|now apply (X1 k r b)]. }
  subst b. split; intro H; [rewrite (sign_unique F _ _ _ H A)|rewrite (sign_unique F _ _ _ H B)]; auto. Qed.

End Adjacent.
