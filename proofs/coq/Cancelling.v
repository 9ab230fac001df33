(** * Outputs that cancel where some neurons are decided: the leaf [cancels] (format, section 11)

    What reductions make of the rows of a cell, where the decided neurons are put away, holds in the
    cell. *)

From ExactRev Require Export PutAway.
From ExactRev Require CasesSound.
Require Import Lia.

(** The steps leave nothing of the outputs' rows. *)
Definition outputs_cancel (net : network) (c : cell) (steps : list reduction) : bool :=
  match fold_steps (fun f s => reduce s f) (form_in_cell net c) steps with
  | Some f => forallb Cases.is_zero_row (results f)
  | None => false
  end.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

(** The outputs are 0 where the values of the decided neurons are as the cell says. *)
Theorem outputs_cancel_sound net c steps (v : valuation F) : rectified v -> solves v (named net) ->
  (forall d, KeyMap.find (fst d) (acts c) = Some (snd d) -> In (fst d) (map fst (named net)) -> has_value F v d) ->
  outputs_cancel net c steps = true -> forall r, In r (output net) -> row_value r v = 0.
Proof.
  unfold outputs_cancel. intros R S H C. destruct (fold_steps _ _ steps) as [g|] eqn:E; [|discriminate].
  destruct (form_in_cell_at F net c v S H) as [S1 V1].
  assert (K : keeps_function F (form_in_cell net c) g).
  { apply (fold_steps_invariant (fun f s => reduce s f) (keeps_function F (form_in_cell net c))
      (fun f s g A B => keeps_function_trans F _ _ _ A (reduce_sound F s f g B)) steps _ _
      (keeps_function_refl F _) E). }
  destruct (K v R S1) as (w & _ & _ & _ & V2).
  assert (Z : forall y, In y (result_values F g w) -> y = 0).
  { unfold result_values. intros y I. apply in_map_iff in I as (q & <- & I).
    rewrite forallb_forall in C. now apply CasesSound.is_zero_row_value, C. }
  intros r I. apply Z. rewrite V2, V1. apply in_map_iff. now exists r. Qed.

(** At a point of a cell in which the outputs cancel they are 0. *)
Theorem cancelled_in_cell ctx c forms first w net steps u i :
  good F ctx w forms (norm_row F (scale ctx) forms w) c -> speaks_of F ctx forms first w net ->
  outputs_cancel net c steps = true -> in_cell F w forms c u -> (i < length (output net))%nat ->
  norm_row F (scale ctx) forms w (first + N.of_nat i) u = 0.
Proof.
  intros G S C U I. destruct (S u) as (v & R & Sv & V & O).
  destruct (nth_error (output net) i) as [r|] eqn:E; [|apply nth_error_None in E; lia].
  rewrite (O i r E), (outputs_cancel_sound net c steps v R Sv); auto; [ring| |].
  - intros [k [f|]] K N; cbn [fst snd] in *; unfold has_value; cbn [fst snd]; rewrite <- V by auto.
    + eapply g_on; eauto.
    + exact (g_acts _ _ _ _ _ _ G k None K u U).
  - eapply nth_error_In; eauto. Qed.

End Soundness.
