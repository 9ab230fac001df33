(** * The claim [equal-on]: A and B have the same outputs on a domain (format, section 11) *)

From ExactRev Require Export Apart.
Require Import Lia.

Inductive equal_on_step := EqualOnTree (s : tree_step) | Same | Cancels (steps : list reduction).

(** The network that the tree is of, and where the checker is in the tree. *)
Record equal_on_state := EqualOnState {
  on_network : network; on_setting : setting; on_todo : list cell; on_first : N; on_count : nat }.

Definition equal_on_start (a b : network_text) (t : apart_text) : option equal_on_state :=
  match apart_grown a b t with
  | Some (_, (left, (ctx, c, first)), m) => Some (EqualOnState left ctx [c] first m)
  | None => None
  end.

Definition with_todo (st : equal_on_state) (l : list cell) : equal_on_state :=
  EqualOnState (on_network st) (on_setting st) l (on_first st) (on_count st).

(** The outputs are decided to be 0, in the cell. *)
Definition outputs_zero (st : equal_on_state) (c : cell) : bool :=
  forallb (fun r => match open_form r (opened c) with Some f => is_zero f | None => false end)
    (output_numbers (on_first st) (on_count st)).

Definition equal_on_take (st : equal_on_state) (s : equal_on_step) : option equal_on_state :=
  match s, on_todo st with
  | EqualOnTree s, todo => option_map (with_todo st) (descend (on_setting st) todo s)
  | Same, c :: rest => if outputs_zero st c then Some (with_todo st rest) else None
  | Cancels steps, c :: rest =>
      if outputs_cancel (on_network st) c steps then Some (with_todo st rest) else None
  | _, [] => None
  end.

Definition equal_on_finish (st : equal_on_state) : bool := is_nil (on_todo st).

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

Section Tree.
Variables (left : network) (ctx : setting) (root : cell) (first : N) (m : nat).
Variables (w : network) (forms : list Forms.form) (drows : list row).
Hypothesis G : grown F ctx root drows (outputs left) first w forms.
Hypothesis Sp : speaks_of F ctx forms first w left.
Hypothesis M : m = length (output left).

Let nr := norm_row F (scale ctx) forms w.

(** The outputs are 0. *)
Definition all_zero (u : list F) : Prop := forall i, (i < m)%nat -> nr (first + N.of_nat i)%N u = 0.

(** What is left to do covers the points where this is not known. *)
Definition equal_on_invariant (st : equal_on_state) : Prop :=
  on_network st = left /\ on_setting st = ctx /\ on_first st = first /\ on_count st = m /\
  covers F ctx w forms nr (on_todo st) (approached F w forms root) all_zero.

Lemma leaf_invariant st c rest : equal_on_invariant st -> on_todo st = c :: rest ->
  (flat F ctx w forms nr c -> forall y i, in_cell F w forms c y -> (i < m)%nat ->
     nr (first + N.of_nat i)%N y = 0) ->
  equal_on_invariant (with_todo st rest).
Proof.
  intros (I0 & I1 & I2 & I3 & I4) Td H. do 4 (split; [assumption|]). cbn [on_todo with_todo].
  rewrite Td in I4. apply (leaf_covers F ctx w forms nr c rest (approached F w forms root) all_zero all_zero I4); auto.
  intros u Fl Au i Li. apply (approached_zero F w forms c u (nr (first + N.of_nat i)%N)); auto.
  apply steady_norm_row. Qed.

Lemma equal_on_take_invariant st s st' :
  equal_on_invariant st -> equal_on_take st s = Some st' -> equal_on_invariant st'.
Proof.
  intros I T. pose proof I as (I0 & I1 & I2 & I3 & I4). unfold equal_on_take in T.
  destruct s as [ts| |steps].
  - destruct (descend _ _ ts) as [l|] eqn:D; [|discriminate]. inversion T. do 4 (split; [assumption|]).
    rewrite I1 in D. exact (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G I4 D).
  - destruct (on_todo st) as [|c rest] eqn:Td; [discriminate|].
    destruct (outputs_zero st c) eqn:Z; [|discriminate]. inversion T.
    apply (leaf_invariant st c rest I Td). intros Fl y i Y Li. unfold outputs_zero in Z.
    rewrite forallb_forall, I2, I3 in Z. specialize (Z _ (output_numbers_in first m i Li)).
    destruct (open_form _ (opened c)) as [f|] eqn:O; [|discriminate].
    unfold nr. rewrite <- (open_form_value F ctx w forms c _ f y Fl Y O). now apply value_is_zero.
  - destruct (on_todo st) as [|c rest] eqn:Td; [discriminate|].
    destruct (outputs_cancel _ c steps) eqn:Z; [|discriminate]. inversion T.
    apply (leaf_invariant st c rest I Td). intros [Gd _] y i Y Li. rewrite I0 in Z.
    eapply cancelled_in_cell; eauto. now rewrite <- M. Qed.
End Tree.

(** An accepted certificate [equal-on]: wherever the rows of the domain are >= 0, if there is a point
    where they are > 0 or the domain lies in a hyperplane, as inputs that are taken out show, the outputs
    of A are those of B, times the scales plus the shifts. *)
Theorem equal_on_sound a b t steps :
  judged (equal_on_start a b t) equal_on_take equal_on_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    forall x, apart_spoken_of F t x -> outputs p x = adjusted F (scales t) (shifts t) (outputs q x).
Proof.
  intro H. unfold judged, equal_on_start in H.
  destruct (apart_grown a b t) as [[[net [left [[ctx c] first]]] m]|] eqn:B; [|discriminate].
  destruct (apart_grown_begun F _ _ _ _ _ _ _ _ _ B)
    as (p & q & w & forms & drows & Rp & Rq & Mp & Mq & Ms & Mt & Fit & Out & G & Sp & Ap).
  destruct (fold_steps _ _ steps) as [st|] eqn:E; [|discriminate].
  exists p, q. split; auto. split; auto. intros x X. destruct (Ap x X) as [[y Y] (u & A & K)].
  assert (L : length (adjusted F (scales t) (shifts t) (outputs q x)) = m)
    by (rewrite adjusted_length; rewrite outputs_length; congruence).
  assert (M : m = length (output left)).
  { rewrite <- (outputs_length F left y), Y, Out. symmetry. apply less_length; rewrite ?outputs_length; congruence. }
  assert (I : equal_on_invariant left ctx c first m w forms st).
  { refine (fold_steps_invariant equal_on_take _ _ steps _ _ _ E).
    - intros. eapply equal_on_take_invariant; eauto.
    - do 4 (split; [reflexivity|]). exact (grown_covers F _ _ _ _ _ _ _ _ G). }
  destruct I as (_ & _ & _ & _ & [_ C]). unfold equal_on_finish in H.
  destruct (on_todo st) as [|c0 rest]; [|discriminate].
  destruct (C u A) as [(c0 & [] & _)|D].
  apply less_zero; [rewrite outputs_length; congruence|].
  intros i Li. rewrite outputs_length in Li. rewrite <- Out. specialize (D i ltac:(lia)).
  rewrite K in D. apply product_zero in D; auto.
  apply pos_nonzero, of_Z_pos. exact (w_scale _ _ _ _ _ _ _ _ G). Qed.

End Soundness.
