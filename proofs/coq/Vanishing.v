(** * Outputs that cases of undecided neurons show to be 0: the leaf [vanishes] (format, section 11)

    Under the leaf is a tree of cases for each output and for each opposite output, which shows it to
    be nowhere positive in the cell, where the decided neurons are put away.  The rows of the cell are
    positive there, and its trees may say so. *)

From ExactRev Require Export PutAway.
From ExactRev Require CasesSound.
Require Import Lia.

(** A form times one over the scale, as a row. *)
Definition row_of_form (s : Z) (f : Forms.form) : row :=
  scale_row (Qmake 1 (Z.to_pos s))
    (match f with
     | [] => Row 0 [] []
     | b :: f => Row (inject_Z b) (numbered 0 (map inject_Z f)) []
     end).

(** The rows of the domain, and of neurons that are on or off. *)
Definition rows_of_cell (ctx : setting) (c : cell) : Cases.known_rows := fun r =>
  match NumberMap.find r (rows c) with
  | Some (Positive, f) => Some (row_of_form (scale ctx) f)
  | _ => None
  end.

(** Where the checker is under a leaf [vanishes]: the rows in the cell, and the trees to come, the first
    of which may have begun. *)
Record vanishing := Vanishing { form_there : Steps.form; trees : list Cases.search }.

(** The tree which shows that a row is nowhere positive may name every neuron that is left. *)
Definition tree_about (r : row) : Cases.search := Cases.search_start (Cases.Inquiry r None None).

Definition opposite (r : row) : row := scale_row (q_opp 1) r.

(** The network is that in the slice. *)
Definition vanishing_start (net : network) (c : cell) : vanishing :=
  let f := form_in_cell net c in
  Vanishing f (flat_map (fun r => [tree_about r; tree_about (opposite r)]) (results f)).

Definition vanishing_take (ctx : setting) (c : cell) (v : vanishing) (line : Cases.branch_step)
  : option vanishing :=
  match trees v with
  | t :: rest =>
      match Cases.search_take (rows_of_cell ctx c) (form_there v) t line with
      | Some t => Some (Vanishing (form_there v) (if Cases.search_closed t then rest else t :: rest))
      | None => None
      end
  | [] => None
  end.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

(** ** Forms as rows *)

Lemma numbered_integers f (y : N -> F) : forall i,
  sum_terms (numbered i (map inject_Z f)) y = value_from i f y.
Proof. induction f as [|a f IH]; intro i; cbn [map numbered value_from sum_terms]; auto.
  destruct (q_is_zero (inject_Z a)) eqn:E; cbn [sum_terms]; rewrite IH.
  - apply (of_Q_zero F) in E. rewrite <- of_Q_integer, E. ring.
  - now rewrite of_Q_integer. Qed.

Lemma row_of_form_value s f w (u : list F) : (0 < s)%Z ->
  Z_ s * row_value (row_of_form s f) (values_at w u) = value f (at_point u).
Proof.
  intro S. unfold row_of_form. rewrite scale_row_value.
  assert (I : Z_ s * of_Q (Qmake 1 (Z.to_pos s)) = 1).
  { pose proof (of_Q_times F (Qmake 1 (Z.to_pos s))) as T. cbn [Qnum Qden] in T.
    rewrite Z2Pos.id in T by auto. rewrite <- of_Z_1, <- T. ring. }
  set (r := match f with [] => _ | _ => _ end).
  transitivity (Z_ s * of_Q (Qmake 1 (Z.to_pos s)) * row_value r (values_at w u)); [ring|]. rewrite I.
  unfold r, row_value, value. destruct f as [|b f]; cbn [bias inputs neurons sum_terms value_from].
  - rewrite of_Q_0. ring.
  - rewrite (sum_terms_agree F _ _ (fun j => nth (N.to_nat j) u 0)), numbered_integers
      by (intros; apply values_input).
    rewrite <- (shifted F f 0 u (at_point u)).
    + change (at_point u 0%N) with (@one F).
      rewrite of_Q_integer. ring.
    + intro k. unfold at_point. now rewrite (proj2 (N.eqb_neq _ 0)), N.pred_succ by lia. Qed.

Lemma rows_of_cell_positive ctx c w forms norm (u : list F) : (0 < scale ctx)%Z ->
  good F ctx w forms norm c -> in_cell F w forms c u ->
  CasesSound.known_positive F (rows_of_cell ctx c) (values_at w u).
Proof.
  intros S G U n r. unfold rows_of_cell.
  destruct (NumberMap.find n (rows c)) as [[[| |] f]|] eqn:E; try discriminate. intro H. inversion H.
  apply (mul_cancel_pos F (Z_ (scale ctx))); [now apply of_Z_pos|]. rewrite row_of_form_value by auto.
  exact (proj1 (g_rows _ _ _ _ _ _ G n Positive f E u U)). Qed.

(** ** What the trees show *)

(** The values that the trees speak of. *)
Definition there (ctx : setting) (c : cell) (f : Steps.form) (v : valuation F) : Prop :=
  rectified v /\ solves v (left f) /\ CasesSound.known_positive F (rows_of_cell ctx c) v.

(** What is left to show is enough. *)
Definition vanishing_invariant (net : network) (ctx : setting) (c : cell) (s : vanishing) : Prop :=
  form_there s = form_in_cell net c /\
  Forall (CasesSound.search_invariant F (rows_of_cell ctx c) (form_there s)) (trees s) /\
  forall v, there ctx c (form_there s) v ->
    (forall t, In t (trees s) -> ~ CasesSound.asked F (Cases.about t) v) ->
    forall r, In r (results (form_there s)) -> row_value r v = 0.

Lemma vanishing_start_invariant net ctx c : vanishing_invariant net ctx c (vanishing_start net c).
Proof.
  split; [reflexivity|]. unfold vanishing_start. cbn [form_there trees]. split.
  - apply Forall_forall. intros t I. apply in_flat_map in I as (r & _ & [<-|[<-|[]]]);
      apply CasesSound.search_start_invariant.
  - intros v _ H r I.
    assert (N : forall q, q = r \/ q = opposite r -> row_value q v <= 0).
    { intros q Q. apply CasesSound.not_pos. intro P. apply (H (tree_about q)); [|now split].
      apply in_flat_map. exists r. split; auto. destruct Q as [->| ->]; simpl; auto. }
    apply le_antisym; [apply N; auto|]. specialize (N (opposite r) (or_intror eq_refl)).
    unfold opposite in N. rewrite scale_row_value, of_Q_opp, of_Q_1 in N. apply opp_nonneg in N.
    now replace (- (- (1) * row_value r v)) with (row_value r v) in N by ring. Qed.

Lemma vanishing_take_invariant net ctx c s line s' : vanishing_invariant net ctx c s ->
  vanishing_take ctx c s line = Some s' -> vanishing_invariant net ctx c s'.
Proof.
  intros (E & T & H). unfold vanishing_take. destruct (trees s) as [|t rest]; [discriminate|].
  inversion T as [|? ? It Ir]. subst.
  destruct (Cases.search_take _ _ t line) as [t'|] eqn:K; [|discriminate]. intro Q. inversion Q. clear Q.
  pose proof (CasesSound.search_take_invariant F _ _ _ _ _ It K) as It'.
  pose proof (CasesSound.search_take_about _ _ _ _ _ K) as About.
  split; [exact E|]. cbn [form_there trees]. split.
  - destruct (Cases.search_closed t'); auto.
  - intros v V N. apply H; auto. destruct (Cases.search_closed t') eqn:C.
    + intros q [<-|I]; auto. rewrite <- About. destruct V as (R & S & P).
      eapply CasesSound.closed_search; eauto.
    + intros q [<-|I]; [rewrite <- About|]; apply N; [now left|now right]. Qed.

(** Once all trees are closed, the outputs are 0 at every point of the cell. *)
Theorem vanished_in_cell ctx c forms first w slice net s u i : (0 < scale ctx)%Z ->
  good F ctx w forms (norm_row F (scale ctx) forms w) c ->
  computes_in_slice F ctx forms first w (network_in_slice slice net) ->
  vanishing_invariant (network_in_slice slice net) ctx c s -> trees s = [] ->
  in_cell F w forms c u -> (i < length (output net))%nat ->
  norm_row F (scale ctx) forms w (first + N.of_nat i) u = 0.
Proof.
  intros Sc G C (E & _ & H) T U I. destruct (C u) as [S O]. set (v := values_at w u) in *.
  destruct (nth_error (output (network_in_slice slice net)) i) as [r|] eqn:N.
  2: { apply nth_error_None in N. cbn [network_in_slice output] in N. rewrite map_length in N. lia. }
  destruct (form_in_cell_at F (network_in_slice slice net) c v S) as [S1 V1].
  { intros [k [f|]] K _; cbn [fst snd] in *; unfold has_value; cbn [fst snd].
    - eapply g_on; eauto.
    - exact (g_acts _ _ _ _ _ _ G k None K u U). }
  rewrite (O i r N). enough (Z : row_value r v = 0) by (rewrite Z; ring).
  assert (Z : In (row_value r v) (result_values F (form_in_cell (network_in_slice slice net) c) v)).
  { rewrite V1. apply in_map_iff. exists r. split; auto. eapply nth_error_In; eauto. }
  unfold result_values in Z. apply in_map_iff in Z as (q & <- & Iq). rewrite <- E in *.
  apply H; [|rewrite T; intros ? []|exact Iq].
  split; [apply values_rectified|]. split; [exact S1|]. eapply rows_of_cell_positive; eauto. Qed.

End Soundness.
