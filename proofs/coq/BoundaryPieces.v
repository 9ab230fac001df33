(** * Pieces of boundaries, the ridges that join them, and meetings (format, section 10.1)

    The section [Meaning] says what the claim speaks of; the rest of this file, that what is computed
    from the signs on facets and ridges is that, where only the walls of these faces are 0. *)

From ExactRev Require Export Kinks.
Require Import Lia.

Section Meaning.
Variable F : OrderedField.
Local Open Scope field_scope.

(** The network; its working network, in the coordinates of the slice, and the forms of the domain there;
    [stands u x]: the point [u] there stands for the input [x].  (Without a slice each point for itself.) *)
Variables (whole net : network) (domain : list Forms.form) (stands : list F -> list F -> Prop).
Local Notation in_domain := (in_domain F domain).
Local Notation same_signs := (same_signs F net).
Local Notation codimension := (codimension F net domain).
Local Notation reaches := (reaches F net domain).

(** The z of hidden neuron [i], counted from 0 through all layers. *)
Definition z_of (i : nat) (u : list F) : F := nth i (z_values F net u) 0.

(** [p] is a point of a piece of the boundary of neuron [i]: of a facet where z_i is 0 and at which an
    output bends, so that the network has different affine maps on its two sides. *)
Definition piece (i : nat) (p : list F) : Prop :=
  in_domain p /\ codimension 1 p /\ (i < length (named net))%nat /\ z_of i p = 0 /\
  forall x, stands p x -> bends_at F whole x.

Definition ridge (q : list F) : Prop := in_domain q /\ codimension 2 q.

(** A ridge with the point [q] bounds both facets. *)
Definition joined (p p' : list F) : Prop := exists q, ridge q /\ reaches p q /\ reaches p' q.

(** From piece to piece of the boundary of neuron [i], over ridges. *)
Inductive connected (i : nat) : list F -> list F -> Prop :=
  | connected_same p p' : piece i p -> piece i p' -> same_signs p p' -> connected i p p'
  | connected_joined p p' : piece i p -> piece i p' -> joined p p' -> connected i p p'
  | connected_further p p' p'' : connected i p p' -> connected i p' p'' -> connected i p p''.

(** The boundary of neuron [i] has [n] pieces, of which a point each is listed. *)
Definition has_pieces (i : nat) (n : N) : Prop := exists ps, N.of_nat (length ps) = n /\
  (forall p, In p ps -> piece i p) /\ ForallOrdPairs (fun p p' => ~ same_signs p p') ps /\
  forall p, piece i p -> exists p', In p' ps /\ same_signs p p'.

(** It has [n] components, of which a point each is listed. *)
Definition has_components (i : nat) (n : N) : Prop := exists ps, N.of_nat (length ps) = n /\
  (forall p, In p ps -> piece i p) /\ ForallOrdPairs (fun p p' => ~ connected i p p') ps /\
  forall p, piece i p -> exists p', In p' ps /\ connected i p p'.

(** A ridge bounds a piece of the boundary of [i] on which z_j is not 0, and one of that of [j] on which
    z_i is not 0. *)
Definition meet (i j : nat) : Prop := exists q p p', ridge q /\
  piece i p /\ z_of j p <> 0 /\ reaches p q /\ piece j p' /\ z_of i p' <> 0 /\ reaches p' q.

End Meaning.

(** ** Lists of signs *)

Lemma digits_injective ss : forall ts, digits ss = digits ts -> ss = ts.
Proof. induction ss as [|[| |] ss IH]; intros [|[| |] ts] E; simpl in E; try discriminate; auto;
    inversion E; f_equal; auto. Qed.

Lemma code_injective ss ts : code ss = code ts -> ss = ts.
Proof. intro E. inversion E. now apply digits_injective. Qed.

Lemma nulls_spec ss : forall i j, In j (nulls i ss) <->
  exists m, j = (i + N.of_nat m)%N /\ nth_error ss m = Some Null.
Proof.
  assert (Step : forall s ss i j, (exists m, j = (i + N.of_nat m)%N /\ nth_error (s :: ss) m = Some Null) <->
    (j = i /\ s = Null) \/ exists m, j = (N.succ i + N.of_nat m)%N /\ nth_error ss m = Some Null).
  { intros s l i j. split.
    - intros ([|m] & E & H).
      + left. simpl in H. inversion H. split; auto. lia.
      + right. exists m. split; [lia|exact H].
    - intros [[-> ->]|(m & E & H)].
      + exists 0%nat. split; [lia|reflexivity].
      + exists (S m). split; [lia|exact H]. }
  induction ss as [|s ss IH]; intros i j.
  - simpl. split; [tauto|]. intros (m & _ & H). destruct m; discriminate.
  - rewrite Step. simpl. destruct s; simpl; rewrite IH; intuition; try discriminate. Qed.

Lemma nulls_after ss : forall i j, In j (nulls i ss) -> (i <= j)%N.
Proof. intros i j H. apply nulls_spec in H as (m & -> & _). lia. Qed.

Lemma nulls_ascend ss : forall i a b rest, nulls i ss = a :: b :: rest -> (a < b)%N.
Proof. induction ss as [|s ss IH]; simpl; intros i a b rest E; [discriminate|].
  destruct (is_null s); [|eauto]. inversion E. subst a.
  assert (I : In b (nulls (N.succ i) ss)) by (rewrite H1; now left). apply nulls_after in I. lia. Qed.

Lemma null_at ss j : In (N.of_nat j) (nulls 0 ss) <-> nth_error ss j = Some Null.
Proof. rewrite nulls_spec. split.
  - intros (m & E & H). now replace j with m by lia.
  - intro H. exists j. split; [lia|auto]. Qed.

Lemma one_null ss a : nulls 0 ss = [a] -> only_null ss (N.to_nat a).
Proof. intro E. split.
  - apply null_at. rewrite E, N2Nat.id. now left.
  - intros i H. apply null_at in H. rewrite E in H. destruct H as [H|[]]. lia. Qed.

(** Exactly the neurons [a] and [b] are 0. *)
Definition two_null (ss : list sign) (a b : nat) : Prop := a <> b /\
  forall i, nth_error ss i = Some Null <-> i = a \/ i = b.

Lemma two_nulls ss a b : nulls 0 ss = [a; b] ->
  (a < b)%N /\ two_null ss (N.to_nat a) (N.to_nat b).
Proof. intro E. pose proof (nulls_ascend ss 0 a b [] E). split; [exact H|]. split; [lia|]. intro i.
  rewrite <- null_at, E. simpl. split; [intros [H1|[H1|[]]]; lia|intros [-> | ->]; rewrite N2Nat.id; auto].
Qed.

Lemma with_sign_nth ss : forall j s i, nth_error (with_sign j s ss) i =
  if Nat.eqb i (N.to_nat j) then option_map (fun _ => s) (nth_error ss i) else nth_error ss i.
Proof.
  induction ss as [|a ss IH]; intros j s i; simpl.
  - destruct (Nat.eqb i (N.to_nat j)), i; reflexivity.
  - destruct (N.eqb_spec j 0) as [->|D].
    + destruct i; reflexivity.
    + destruct i as [|i]; simpl.
      * destruct (N.to_nat j) eqn:E; [lia|reflexivity].
      * rewrite IH. destruct (N.to_nat j) as [|n] eqn:E; [lia|].
        replace (N.to_nat (N.pred j)) with n by lia. reflexivity. Qed.

Lemma two_null_sym ss a b : two_null ss a b -> two_null ss b a.
Proof. intros [N H]. split; auto. intro i. rewrite H. tauto. Qed.

Lemma null_neuron_spec ns : forall ss i j k, null_neuron i ns ss = Some (j, k) ->
  exists m r, j = (i + N.of_nat m)%N /\ nth_error ss m = Some Null /\ nth_error ns m = Some (k, r).
Proof. induction ns as [|[k' r'] ns IH]; simpl; intros [|s ss] i j k E; try discriminate.
  destruct (is_null s) eqn:N.
  - inversion E. subst. exists 0%nat, r'. split; [lia|]. destruct s; try discriminate. auto.
  - destruct (IH ss _ _ _ E) as (m & r & -> & A & B). exists (S m), r. split; [lia|auto]. Qed.

(** Two lists that agree where the first is not 0, one further sign apart. *)
Lemma beside_signs sq sp a b : two_null sq a b -> length sp = length sq -> only_null sp a ->
  (forall i s, s <> Null -> nth_error sq i = Some s -> nth_error sp i = Some s) ->
  exists s, s <> Null /\ sp = with_sign (N.of_nat b) s sq /\ nth_error sp b = Some s.
Proof.
  intros [Ne Two] Len [N1 N2] W.
  assert (B : exists s, nth_error sp b = Some s).
  { destruct (nth_error sp b) as [s|] eqn:E; eauto. apply nth_error_None in E.
    assert (nth_error sq b <> None) by (rewrite (proj2 (Two b) (or_intror eq_refl)); discriminate).
    apply nth_error_Some in H. lia. }
  destruct B as (s & B). exists s. split; [intros ->; apply N2 in B; congruence|]. split; auto.
  apply same_entries. intro i. rewrite with_sign_nth, Nat2N.id.
  destruct (Nat.eqb_spec i b) as [->|D].
  - now rewrite B, (proj2 (Two b) (or_intror eq_refl)).
  - destruct (Nat.eq_dec i a) as [->|D'].
    + now rewrite N1, (proj2 (Two a) (or_introl eq_refl)).
    + destruct (nth_error sq i) as [t|] eqn:E.
      * apply W; auto. intros ->. apply Two in E. tauto.
      * apply nth_error_None in E. apply nth_error_None. lia. Qed.

Lemma beside_null sq a b s : two_null sq a b -> s <> Null ->
  only_null (with_sign (N.of_nat b) s sq) a /\ nth_error (with_sign (N.of_nat b) s sq) b = Some s.
Proof.
  intros [D Two] N. split; [split; [|intro i]|]; rewrite with_sign_nth, Nat2N.id.
  - rewrite (proj2 (Nat.eqb_neq a b)) by auto. apply Two. auto.
  - destruct (Nat.eqb_spec i b) as [->|D']; [rewrite (proj2 (Two b)) by auto; simpl; congruence|].
    intro E. apply Two in E. tauto.
  - rewrite Nat.eqb_refl, (proj2 (Two b)) by auto. reflexivity. Qed.

(** ** The gradient of a facet's neuron *)

Section Gradient.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variables (whole net : network) (domain : list Forms.form).
Hypothesis whole_fits : network_fits whole = true.
Hypothesis fits : network_fits net = true.
Hypothesis counterpart : forall u, exists x, z_values F whole x = z_values F net u.
Local Notation in_domain := (in_domain F domain).
Local Notation codimension := (codimension F net domain).

Theorem facet_gradient p x ss j kj rj : in_domain p -> codimension 1 p -> signs_are F net p ss ->
  only_null ss j -> z_values F whole x = z_values F net p ->
  nth_error (named whole) j = Some (kj, rj) ->
  exists k, TheoryAffine.gradient (TheoryPieces.piece whole (TheoryPieces.pattern_at whole x) rj) k
    <> (0 : F).
Proof.
  intros D C S Nj Zx Ij. set (s := TheoryPieces.pattern_at whole x).
  pose proof (named_row whole kj rj (nth_error_In _ _ Ij)) as Rj.
  destruct (TheoryPieces.neuron_row_fits whole kj rj whole_fits Rj) as [Fit L].
  destruct (TheoryPieces.piece_affine F whole whole_fits s (fst kj) rj Fit L) as [h H].
  destruct (gradient_or_constant F h) as [(k & K)|Const].
  { exists k. unfold TheoryAffine.gradient. rewrite !H.
    change (TheoryAffine.gradient (TheoryAffine.value h) k <> 0).
    now rewrite TheoryAffine.gradient_affine. }
  exfalso.
  assert (Sx : signs_are F whole x ss) by (unfold signs_are; now rewrite Zx).
  pose proof (pattern_of_signs F whole x ss Sx) as Pat. fold s in Pat.
  (* z_j is 0 wherever the others keep their signs *)
  assert (Zero : forall u su, signs_are F net u su ->
    (forall i a, a <> Null -> nth_error ss i = Some a -> nth_error su i = Some a) ->
    nth_error su j = Some Null).
  { intros u su Su Keep. destruct (counterpart u) as (y & Y).
    assert (Sy : signs_are F whole y su) by (unfold signs_are; now rewrite Y).
    destruct (signs_are_nth F whole y su j kj rj Sy Ij) as (b & B & Hb).
    assert (E : z F whole rj y = 0).
    { change (TheoryPieces.sum_at whole rj y = 0).
      rewrite <- (TheoryPieces.piece_right F whole whole_fits (fst kj) s y rj Fit L).
      - rewrite H, Const, <- (Const x), <- H.
        rewrite (TheoryPieces.piece_right F whole whole_fits (fst kj) s x rj Fit L).
        + destruct (signs_are_nth F whole x ss j kj rj Sx Ij) as (c & Cc & Hc).
          rewrite (proj1 Nj) in Cc. inversion Cc. subst c. exact Hc.
        + apply TheoryPieces.pattern_at_right.
      - intros k r R K. apply TheoryPieces.neuron_row_some, In_nth_error in R as [i I].
        destruct (forall2_nth _ _ _ Pat i (k, r) I) as (a & A & Pa). cbn [fst] in Pa.
        assert (Na : a <> Null).
        { intros ->. apply Nj in A. subst i. rewrite Ij in I. inversion I. subst. lia. }
        pose proof (Keep i a Na A) as A'. destruct (signs_are_nth F whole y su i k r Sy I) as (c & Cc & Hc).
        rewrite A' in Cc. inversion Cc. subst c. rewrite Pa.
        change (TheoryPieces.sum_at whole r y) with (z F whole r y).
        destruct a; simpl in Hc; [now apply lt_le|now apply lt_le|congruence]. }
    now rewrite (sign_unique F _ b Null Hb E) in B. }
  (* so the face is open, and the form that is 0 on it is constant *)
  destruct C as (fs & Lf & Ind & Zf & _). destruct fs as [|f [|f' fs]]; [discriminate| |simpl in Lf; lia].
  destruct (Ind [1] eq_refl) as (d & Df). inversion Df as [|? ? ? ? Fd _]. subst.
  destruct (TheoryAffine.nearby_and F _ _ _ (domain_nearby F domain p D) (signs_nearby F net fits p))
    as (e & E & Near).
  destruct (near_start F p d e E) as (t & T0 & _ & Nt). destruct (Near _ Nt) as [Du Keep].
  set (u := moved p t d) in *. destruct (signs_exist F net u) as (su & Su).
  assert (Keep' : forall i a, a <> Null -> nth_error ss i = Some a -> nth_error su i = Some a).
  { intros i a N A. destruct (signs_are_neuron F net p ss i a S A) as (k & r & I & Hp).
    destruct (signs_are_nth F net u su i k r Su I) as (b & B & Hb).
    rewrite (sign_unique F _ _ _ Hb (Keep (k, r) a (nth_error_In _ _ I) N Hp)) in B. exact B. }
  assert (Same : ss = su).
  { apply same_entries. intro i. destruct (nth_error ss i) as [a|] eqn:A.
    - assert (O : a = Null \/ a <> Null) by (destruct a; [right|right|left]; congruence).
      destruct O as [->|O]; [|symmetry; now apply Keep'].
      apply Nj in A as A'. subst i. symmetry. now apply (Zero u).
    - symmetry. apply nth_error_None. rewrite (signs_length F net u su Su), <- (signs_length F net p ss S).
      now apply nth_error_None. }
  assert (Pp : face_of F net domain p p) by (split; [exact D|apply same_signs_refl]).
  assert (Pu : face_of F net domain p u) by (split; [exact Du|now apply (same_signs_iff F net p u ss su)]).
  pose proof (Zf u f Pu (or_introl eq_refl)) as Fu. unfold u in Fu. rewrite at_moved, Fd in Fu.
  rewrite (Zf p f Pp (or_introl eq_refl)) in Fu. apply (pos_nonzero F t T0).
  rewrite <- Fu. ring. Qed.

End Gradient.
