(** * Where the outputs bend: facets and the slopes beside them

    At a point where exactly one hidden neuron is 0, the outputs bend if and only if some output changes
    with the neuron's value, the neurons that are on being given.  The gradient of a neuron that alone is
    0 on a face of codimension 1 is not 0 there. *)

From ExactRev Require Export Incidence Boundaries.
From ExactRev Require TheoryBend TheoryNetworkTables.
Require Import Lia.

(** ** Signs as lists *)

(** Only the neuron with number [j] is 0. *)
Definition only_null (ss : list sign) (j : nat) : Prop :=
  nth_error ss j = Some Null /\ forall i, nth_error ss i = Some Null -> i = j.

Section Signs.
Variable F : OrderedField.
Local Open Scope field_scope.
Variable net : network.
Local Notation has_sign := (has_sign F).
Local Notation same_signs := (same_signs F net).

(** The signs of all hidden neurons at [u], in their order. *)
Definition signs_are (u : list F) (ss : list sign) : Prop := Forall2 has_sign (z_values F net u) ss.

Lemma signs_exist u : exists ss, signs_are u ss.
Proof. unfold signs_are. induction (z_values F net u) as [|v l (ss & IH)]; [exists []; constructor|].
  destruct (sign_exists F v) as [s S]. exists (s :: ss). now constructor. Qed.

Lemma forall2_nth {A B} (R : A -> B -> Prop) l m : Forall2 R l m -> forall i a,
  nth_error l i = Some a -> exists b, nth_error m i = Some b /\ R a b.
Proof. induction 1 as [|a b l m H _ IH]; intros [|i] c E; simpl in E; try discriminate.
  - inversion E. subst. simpl. eauto.
  - exact (IH i c E). Qed.

Lemma forall2_nth_back {A B} (R : A -> B -> Prop) l m : Forall2 R l m -> forall i b,
  nth_error m i = Some b -> exists a, nth_error l i = Some a /\ R a b.
Proof. induction 1 as [|a b l m H _ IH]; intros [|i] c E; simpl in E; try discriminate.
  - inversion E. subst. simpl. eauto.
  - exact (IH i c E). Qed.

Lemma forall2_length {A B} (R : A -> B -> Prop) l m : Forall2 R l m -> length l = length m.
Proof. induction 1; simpl; auto. Qed.

Lemma same_entries {A} (l m : list A) : (forall i, nth_error l i = nth_error m i) -> l = m.
Proof. revert m. induction l as [|a l IH]; intros [|b m] H; auto.
  - specialize (H 0%nat). discriminate. - specialize (H 0%nat). discriminate.
  - pose proof (H 0%nat) as E. inversion E. f_equal. apply IH. intro i. exact (H (S i)). Qed.

Lemma signs_are_nth u ss i k r : signs_are u ss -> nth_error (named net) i = Some (k, r) ->
  exists s, nth_error ss i = Some s /\ has_sign (z F net r u) s.
Proof. intros S E. apply (forall2_nth _ _ _ S). unfold z_values. rewrite nth_error_map, E. reflexivity.
Qed.

Lemma signs_are_neuron u ss i s : signs_are u ss -> nth_error ss i = Some s ->
  exists k r, nth_error (named net) i = Some (k, r) /\ has_sign (z F net r u) s.
Proof. intros S E. destruct (forall2_nth_back _ _ _ S i s E) as (v & V & H). unfold z_values in V.
  rewrite nth_error_map in V. destruct (nth_error (named net) i) as [[k r]|]; [|discriminate].
  inversion V. subst. eauto. Qed.

Lemma signs_length u ss : signs_are u ss -> length ss = length (named net).
Proof. intro S. apply forall2_length in S. rewrite <- S. apply map_length. Qed.

(** Faces are told apart by these lists. *)
Lemma same_signs_iff u v ss ts : signs_are u ss -> signs_are v ts -> (same_signs u v <-> ss = ts).
Proof.
  intros S T. split.
  - intro E. apply same_entries. intro i. destruct (nth_error ss i) as [s|] eqn:Si.
    + destruct (signs_are_neuron u ss i s S Si) as (k & r & N & H).
      destruct (signs_are_nth v ts i k r T N) as (t & -> & H').
      apply (E k r s (nth_error_In _ _ N)) in H. now rewrite (sign_unique F _ _ _ H H').
    + symmetry. apply nth_error_None. rewrite (signs_length v ts T), <- (signs_length u ss S).
      now apply nth_error_None.
  - intros -> k r s I. apply In_nth_error in I as [i I].
    destruct (signs_are_nth u ts i k r S I) as (a & A & Ha).
    destruct (signs_are_nth v ts i k r T I) as (b & B & Hb). rewrite A in B. inversion B. subst b.
    split; intro H; [rewrite (sign_unique F _ _ _ H Ha)|rewrite (sign_unique F _ _ _ H Hb)]; auto. Qed.

Lemma signs_unique u ss ts : signs_are u ss -> signs_are u ts -> ss = ts.
Proof. intros S T. apply (same_signs_iff u u ss ts S T). apply same_signs_refl. Qed.

End Signs.

(** ** Slopes *)

Section Slopes.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variable net : network.
Hypothesis fits : network_fits net = true.
Variables (s : TheoryPieces.pattern) (j : key).
Local Notation paths := (TheoryBend.paths F net s j).
Local Notation neuron_row := (TheoryPieces.neuron_row net).
Local Notation most := (length (hidden net)).

Lemma name_layers_below layers : forall l k r, In (k, r) (name_layers l layers) ->
  (N.to_nat (fst k) < N.to_nat l + length layers)%nat.
Proof. induction layers as [|rows layers IH]; simpl; intros l k r I; [tauto|].
  apply in_app_or in I as [I|I].
  - apply name_rows_in in I as (i & _ & E). simpl in E. subst k. simpl. lia.
  - apply IH in I. lia. Qed.

Lemma layer_below k r : In (k, r) (named net) -> (N.to_nat (fst k) <= most)%nat.
Proof. intro I. apply name_layers_below in I. simpl in I. lia. Qed.

Lemma named_row k r : In (k, r) (named net) -> neuron_row k = Some r.
Proof.
  intro I. unfold TheoryPieces.neuron_row.
  pose proof (TheoryNetworkTables.names_distinct (hidden net) 1) as D. fold (named net) in D.
  induction (named net) as [|[k' r'] ns IH]; [destruct I|]. simpl in D. inversion D as [|? ? N D']. subst.
  simpl. destruct (key_eqb k' k) eqn:E.
  - apply key_eqb_iff in E. subst k'. destruct I as [I|I]; [inversion I; reflexivity|].
    elim N. apply in_map_iff. exists (k, r). auto.
  - destruct I as [I|I]; [inversion I; subst; rewrite (proj2 (key_eqb_iff k k) eq_refl) in E; discriminate|].
    now apply IH. Qed.

(** With enough steps allowed, there are no more paths with more. *)
Lemma paths_enough n : forall m l r, row_fits l r = true -> (N.to_nat l <= S n)%nat ->
  (N.to_nat l <= S m)%nat -> paths n r = paths m r.
Proof.
  assert (None_ : forall m r, neurons r = [] -> paths m r = 0).
  { intros [|m] r E; simpl; auto. now rewrite E. }
  induction n as [|n IH]; intros [|m] l r Fit Ln Lm; auto.
  1, 2: assert (E : neurons r = []); [|now rewrite !None_ by exact E];
    destruct (neurons r) as [|t ts] eqn:E; auto; exfalso;
    pose proof (TheoryPieces.row_fits_term l r t Fit ltac:(rewrite E; now left)); lia.
  simpl. apply sum_terms_agree. intros t T. destruct (key_eqb (fst t) j); auto.
  destruct (s (fst t)); auto. destruct (neuron_row (fst t)) as [r'|] eqn:R; auto.
  pose proof (TheoryPieces.row_fits_term l r t Fit T).
  destruct (TheoryPieces.neuron_row_fits net _ _ fits R) as [Fit' _].
  apply (IH m (fst (fst t))); auto; lia. Qed.

(** How a value changes with that of neuron [j]. *)
Definition slope (k : key) : F :=
  if key_eqb k j then 1
  else if s k then match neuron_row k with Some r => paths most r | None => 0 end else 0.

Lemma total_weight_slope r : TheoryBend.total_weight net s j r = sum_terms (neurons r) slope.
Proof. reflexivity. Qed.

Lemma slope_on k r : In (k, r) (named net) -> key_eqb k j = false -> s k = true ->
  slope k = sum_terms (neurons r) slope.
Proof.
  intros I J On. unfold slope at 1. rewrite J, On, (named_row k r I), <- total_weight_slope.
  pose proof (named_row k r I) as R. destruct (TheoryPieces.neuron_row_fits net k r fits R) as [Fit _].
  pose proof (layer_below k r I). apply (paths_enough most (S most) (fst k)); auto; lia. Qed.

(** The pattern [s] is that of these signs. *)
Definition pattern_of (ns : list (key * row)) (ss : list sign) : Prop :=
  Forall2 (fun n a => s (fst n) = match a with Plus => true | _ => false end) ns ss.

Lemma know_slopes_agrees ns : forall ss m m', pattern_of ns ss ->
  (forall k r, In (k, r) ns -> In (k, r) (named net)) -> agrees F m slope ->
  know_slopes j ns ss m = Some m' -> agrees F m' slope.
Proof.
  induction ns as [|[k r] ns IH]; simpl; intros [|a ss] m m' P I A H;
    inversion P as [|? ? ? ? Pa P']; subst; [now inversion H; subst|].
  assert (I' : forall k r, In (k, r) ns -> In (k, r) (named net)) by (intros; apply I; now right).
  simpl in Pa. destruct (key_eqb k j) eqn:J.
  - apply (IH ss _ m' P' I') in H; auto. apply agrees_add; auto. unfold slope. rewrite J. apply of_Q_1.
  - destruct a.
    + destruct (add_terms _ _ _) as [c|] eqn:C; [|discriminate]. apply (IH ss _ m' P' I') in H; auto.
      apply agrees_add; auto. apply (add_terms_value F _ slope) in C; [|intros q y; apply A].
      rewrite C, of_Q_0, (slope_on k r); auto. ring.
    + apply (IH ss _ m' P' I') in H; auto. apply agrees_add; auto. unfold slope. rewrite J, Pa.
      apply of_Q_0.
    + apply (IH ss _ m' P' I') in H; auto. apply agrees_add; auto. unfold slope. rewrite J, Pa.
      apply of_Q_0. Qed.

Theorem kinks_weights ss b : pattern_of (named net) ss -> kinks j (named net) (output net) ss = Some b ->
  (b = true <-> exists r, In r (output net) /\ TheoryBend.total_weight net s j r <> (0 : F)).
Proof.
  intros P H. unfold kinks, output_slopes in H.
  destruct (know_slopes _ _ _ _) as [m|] eqn:K; [|discriminate].
  destruct (collect _ _) as [cs|] eqn:C; [|discriminate]. simpl in H. inversion H. subst b. clear H.
  apply (know_slopes_agrees _ _ _ _ P) in K; auto.
  2: { intros k q E. rewrite KeyFacts.empty_o in E. discriminate. }
  apply collect_spec in C.
  assert (W : Forall2 (fun r c => of_Q c = TheoryBend.total_weight net s j r :> F) (output net) cs).
  { clear -C K. induction C as [|r c rs cs E _ IH]; constructor; auto.
    apply (add_terms_value F _ slope) in E; [|intros q y; apply K].
    rewrite E, of_Q_0, total_weight_slope. ring. }
  clear C. rewrite existsb_exists. split.
  - intros (c & Ic & N). apply negb_true_iff in N. apply In_nth_error in Ic as [i Ic].
    destruct (forall2_nth_back _ _ _ W i c Ic) as (r & R & E). exists r. split.
    + now apply nth_error_In in R. + rewrite <- E. now apply of_Q_not_zero.
  - intros (r & Ir & N). apply In_nth_error in Ir as [i Ir].
    destruct (forall2_nth _ _ _ W i r Ir) as (c & Ic & E). exists c. split; [now apply nth_error_In in Ic|].
    destruct (q_is_zero c) eqn:Z; auto. elim N. rewrite <- E. now apply of_Q_zero. Qed.

End Slopes.

(** ** Bends *)

Section Bends.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variable whole : network.
Hypothesis fits : network_fits whole = true.

(** An output bends at [x]: it is not one affine function near [x]. *)
Definition bends_at (x : list F) : Prop :=
  exists o, ~ TheoryAffine.affine_near (fun y => nth o (outputs whole y) 0) x.

Lemma pattern_of_signs x ss : signs_are F whole x ss ->
  pattern_of (TheoryPieces.pattern_at whole x) (named whole) ss.
Proof.
  intro S. unfold pattern_of, signs_are, z_values in *. remember (named whole) as ns eqn:E.
  assert (I : forall k r, In (k, r) ns -> In (k, r) (named whole)) by (subst; auto). clear E.
  revert ss S. induction ns as [|[k r] ns IH]; intros ss S; inversion S; subst; constructor.
  - unfold TheoryPieces.pattern_at. cbn [fst]. rewrite (named_row whole k r (I k r (or_introl eq_refl))).
    unfold TheoryPieces.sum_at. cbn [snd] in H1. fold (z F whole r x).
    destruct (le_dec (z F whole r x) 0) as [L|L]; destruct y; try reflexivity; exfalso; simpl in H1.
    + exact (H1 L).
    + apply L. now apply lt_le.
    + rewrite H1 in L. apply L. apply le_refl.
  - apply IH; auto. intros k' r' I'. apply I. now right. Qed.

Section AtPoint.
Variables (x : list F) (ss : list sign) (j : nat) (kj : key) (rj : row).
Hypothesis signs_here : signs_are F whole x ss.
Hypothesis one_null : only_null ss j.
Hypothesis is_j : nth_error (named whole) j = Some (kj, rj).
Local Notation s := (TheoryPieces.pattern_at whole x).
Local Notation out_layer := (N.of_nat (S (length (hidden whole)))).

Lemma j_here : TheoryPieces.neuron_row whole kj = Some rj /\ TheoryPieces.sum_at whole rj x = 0.
Proof. split; [apply named_row; now apply nth_error_In in is_j|].
  destruct (signs_are_nth F whole x ss j kj rj signs_here is_j) as (a & A & H).
  destruct one_null as [N _]. rewrite N in A. inversion A. now subst. Qed.

Lemma others_not_null k r : TheoryPieces.neuron_row whole k = Some r -> k <> kj ->
  TheoryPieces.sum_at whole r x <> 0.
Proof.
  intros R D E. apply TheoryPieces.neuron_row_some in R. apply In_nth_error in R as [i I].
  destruct (signs_are_nth F whole x ss i k r signs_here I) as (a & A & H).
  change (TheoryPieces.sum_at whole r x) with (z F whole r x) in E.
  rewrite (sign_unique F _ _ Null H E) in A. apply one_null in A. subst i.
  rewrite is_j in I. inversion I. now subst. Qed.

Lemma output_fits r : In r (output whole) -> row_fits out_layer r = true.
Proof. intro I. pose proof fits as Fi. unfold network_fits in Fi. apply andb_true_iff in Fi as [_ Fi].
  rewrite forallb_forall in Fi. auto. Qed.

Lemma out_layer_fine : (0 < out_layer)%N /\ (N.to_nat out_layer <= S (length (hidden whole)))%nat.
Proof. split; lia. Qed.

Lemma j_below : (fst kj < out_layer)%N.
Proof. apply nth_error_In in is_j. pose proof (layer_below whole kj rj is_j). lia. Qed.

(** The outputs bend if some total weight is not 0; if all are 0 they do not. *)
Theorem bends_if_weights :
  (exists k, TheoryAffine.gradient (TheoryPieces.piece whole s rj) k <> (0 : F)) ->
  (bends_at x <-> exists r, In r (output whole) /\ TheoryBend.total_weight whole s kj r <> (0 : F)).
Proof.
  intro Grad. destruct j_here as [R Z]. split.
  - intros (o & B). destruct (nth_error (output whole) o) as [r|] eqn:O.
    + exists r. pose proof (nth_error_In _ _ O) as Ir. split; auto. intro W. apply B.
      destruct (TheoryPieces.piece_affine F whole fits s out_layer r (output_fits r Ir)
        (proj1 out_layer_fine)) as [h H]. exists h.
      generalize (TheoryBend.bend_near F whole fits out_layer r rj kj x (output_fits r Ir) out_layer_fine R
        j_below Z (fun k q Q _ D => others_not_null k q Q D)). apply TheoryAffine.nearby_weaken.
      intros y Y. unfold TheoryPieces.sum_at in Y. unfold outputs.
      rewrite (nth_error_nth _ _ _ (map_nth_error (fun r => row_value r (values_at whole y)) o
        (output whole) O)), Y, W, H. ring.
    + exfalso. apply B. exists (TheoryAffine.constant 0). apply TheoryAffine.nearby_always. intro y.
      rewrite TheoryAffine.value_constant. apply nth_overflow. unfold outputs. rewrite map_length.
      now apply nth_error_None.
  - intros (r & Ir & W). pose proof Ir as Ir'. apply In_nth_error in Ir as [o O]. exists o. intro A.
    apply (TheoryBend.boundary_bends F whole fits out_layer r rj kj x (output_fits r Ir') out_layer_fine R
      j_below Z (fun k q Q _ D => others_not_null k q Q D) W Grad).
    revert A. apply TheoryAffine.affine_near_agree. apply TheoryAffine.nearby_always. intro y.
    unfold outputs, TheoryPieces.sum_at.
    now rewrite (nth_error_nth _ _ _ (map_nth_error (fun r => row_value r (values_at whole y)) o _ O)).
Qed.

End AtPoint.
End Bends.
