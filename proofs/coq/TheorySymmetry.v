(** * Permuting and scaling neurons does not change the function *)

From ExactRev Require Export TheoryPieces Matching.
Require Import Lia.

Section Symmetry.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** Values of the layers below [l]; the others are replaced by 0. *)
Definition cut (l : N) (v : valuation F) : valuation F := fun k => if N.ltb (fst k) l then v k else 0.

(** Isomorphic networks (Matching.v) are the same function. *)
Theorem isomorphic_same_function a b : network_fits a = true -> network_fits b = true ->
  isomorphic F a b ->
  forall x : list F, outputs b x = outputs a x.
Proof.
  intros Fa Fb (ms & Nb & Na & Lay & Len & Rows & Out) x.
  unfold rows_correspond in Rows. rewrite Forall_forall in Lay, Rows.
  assert (Layers : forall t : key * key * Q, In t ms ->
    fst (fst (fst t)) = fst (snd (fst t))) by exact Lay.
  set (v := values_at a x). set (w := values_at b x).
  assert (Sv : solves v (named a)) by now apply values_solve.
  assert (Sw : solves w (named b)) by now apply values_solve.
  unfold solves in Sv, Sw. rewrite Forall_forall in Sv, Sw.
  assert (Inputs : forall i, w (0%N, i) = v (0%N, i)) by (intro; unfold v, w;
    now rewrite !values_input).
  assert (Below : forall l t, In t ms -> (fst (fst (fst t)) < l)%N ->
    w (fst (fst t)) = of_Q (snd t) * v (snd (fst t))).
  { induction l as [|l IH] using N.peano_ind; intros t T H; [lia|].
    destruct (Rows t T) as (r & s & R & S & P & G).
    assert (M : matched_values F (cut l v) (cut l w) ms).
    { split; [intro i; unfold cut; cbn [fst]; destruct (N.ltb 0 l); auto|]. apply Forall_forall.
      intros u U.
      unfold cut. cbv beta. rewrite <- (Layers u U).
        destruct (N.ltb_spec (fst (fst (fst u))) l); [now apply IH|ring]. }
    specialize (G _ _ M). unfold network_fits in Fa, Fb.
      apply andb_true_iff in Fa as [Fa _], Fb as [Fb _].
    destruct (layers_fit_in _ _ _ Fb R) as [Fr Lr]. destruct (layers_fit_in _ _ _ Fa S) as [Fs _].
    cbn [fst snd] in Fr, Fs, Lr. rewrite <- (Layers t T) in Fs.
    assert (Cut : forall u q, row_fits (fst (fst (fst t))) q = true ->
      row_value q (cut l u) = row_value q u).
    { intros u q Fq. apply (row_value_agree F _ q _ _ Fq); [lia|]. intros k K. unfold cut.
      destruct (N.ltb_spec (fst k) l); auto. lia. }
    rewrite !Cut in G by auto. specialize (Sv _ S). specialize (Sw _ R). cbn [fst snd] in Sv, Sw.
    rewrite Sv, Sw, G. apply relu_scale. now apply lt_le, of_Q_positive. }
  apply Out. split; auto. apply Forall_forall. intros t T.
    apply (Below (N.succ (fst (fst (fst t))))); auto. lia. Qed.

End Symmetry.
