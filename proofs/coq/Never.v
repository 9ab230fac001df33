(** * Neurons that are never on, never off, or never on together (format, section 6.1)

    The steps [dead], [alive] and [apart] of [equal] say that a row is nowhere positive (where a
    neuron is on).  Under each is a tree of cases; what never happens may be changed. *)

From ExactRev Require Export CasesSound.
Require Import Lia.

Inductive pruning :=
  | Dead (n : key)
  | Alive (n : key)
  | Apart (n m : key) (w : Q).

Definition pruned_neuron (p : pruning) : key := match p with Dead n | Alive n | Apart n _ _ => n end.

(** ** The row that is nowhere positive *)

Definition coefficient (m : key) (r : row) : Q := fst (take_out m (neurons r)).

(** The row with another coefficient of [m]. *)
Definition reweighed (m : key) (w : Q) (r : row) : row :=
  let rest := Row (bias r) (inputs r) (snd (take_out m (neurons r))) in
  if q_is_zero w then rest else add_multiple rest 1 (Row 0 [] [(m, w)]).

Definition the_larger (a b : Q) : Q := if q_nonneg (q_add a (q_opp b)) then a else b.

(** What the tree must show; it may name neurons of the layers before that of the neuron. *)
Definition inquiry_of (p : pruning) (f : form) : option inquiry :=
  let limit := Some (fst (pruned_neuron p)) in
  match row_of (pruned_neuron p) (left f) with
  | Some r =>
      match p with
      | Dead _ => Some (Inquiry r None limit)
      | Alive _ => Some (Inquiry (scale_row (q_opp 1) r) None limit)
      | Apart n m w =>
          match row_of m (left f) with
          | Some _ =>
              if N.ltb (fst m) (fst n)
              then Some (Inquiry (reweighed m (the_larger w (coefficient m r)) r) (Some m) limit) else None
          | None => None
          end
      end
  | None => None
  end.

(** What the step does to the working form once its tree is closed. *)
Definition prune (p : pruning) (f : form) : form :=
  match row_of (pruned_neuron p) (left f) with
  | Some r =>
      match p with
      | Dead n => remove n (change_readers n (fun _ rest => rest) f)
      | Alive n => remove n (change_readers n (fun c rest => add_multiple rest c r) f)
      | Apart n m w =>
          Form (map (fun k => if key_eqb n (fst k) then (n, reweighed m w r) else k) (left f))
               (results f)
      end
  | None => f
  end.

(** ** What never happens may be changed *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Implicit Type v : valuation F.

Lemma reweighed_value m w r v :
  row_value (reweighed m w r) v = row_value r v + (of_Q w - of_Q (coefficient m r)) * v m.
Proof.
  pose proof (take_out_value F m (neurons r) v) as T. unfold reweighed, coefficient.
  assert (R : row_value r v = row_value (Row (bias r) (inputs r) (snd (take_out m (neurons r)))) v +
    of_Q (fst (take_out m (neurons r))) * v m).
  { unfold row_value. cbn [bias inputs neurons]. rewrite <- T. ring. }
  rewrite R. destruct (q_is_zero w) eqn:Z.
  - rewrite (of_Q_zero F w Z). ring.
  - rewrite add_multiple_value, single_value, of_Q_1. ring. Qed.

Lemma the_larger_left a b : of_Q (F := F) a <= of_Q (the_larger a b).
Proof. unfold the_larger. destruct (q_nonneg _) eqn:N; [apply le_refl|].
  apply le_sub. replace (of_Q b - of_Q a) with (- of_Q (F := F) (q_add a (q_opp b)))
    by (rewrite of_Q_add, of_Q_opp; ring).
  apply opp_nonneg, of_Q_nonpos. unfold q_nonneg in N. unfold q_nonpos.
  apply Z.leb_gt in N. apply Z.leb_le. lia. Qed.

Lemma the_larger_right a b : of_Q (F := F) b <= of_Q (the_larger a b).
Proof. unfold the_larger. destruct (q_nonneg _) eqn:N; [|apply le_refl].
  apply (of_Q_nonneg F) in N. rewrite of_Q_add, of_Q_opp in N. apply le_sub.
  now replace (of_Q a - of_Q b) with (of_Q (F := F) a + - of_Q b) by ring. Qed.

Lemma prune_sound p f q : inquiry_of p f = Some q ->
  (forall v, rectified v -> solves v (left f) -> ~ asked F q v) -> keeps_function F f (prune p f).
Proof.
  destruct p as [n|n|n m w]; unfold inquiry_of, prune, asked; cbn [pruned_neuron]; intros L N;
    destruct (row_of n (left f)) as [r|] eqn:E; try discriminate.
  - inversion L. subst q. apply removal_keeps_function. intros v R S c rest.
    rewrite (solves_row_of F v n _ r S E), relu_of_nonpos; [ring|].
    apply not_pos. intro P. exact (N v R S (conj P I)).
  - inversion L. subst q. apply removal_keeps_function. intros v R S c rest.
    rewrite add_multiple_value, (solves_row_of F v n _ r S E), relu_of_nonneg; auto.
    destruct (le_or_lt F 0 (row_value r v)) as [P|P]; auto. exfalso.
    apply (N v R S). split; [|exact I]. cbn [looked_at]. rewrite scale_row_value, of_Q_opp, of_Q_1.
    replace (- (1) * row_value r v) with (- row_value r v) by ring. now apply opp_pos.
  - destruct (row_of m (left f)) as [s|] eqn:M; [|discriminate].
    destruct (N.ltb _ _); [|discriminate]. inversion L. subst q. clear L. cbn [looked_at beside] in N.
    intros v R S. exists v. repeat split; auto. unfold solves in *. cbn [left]. apply Forall_map.
    eapply Forall_impl; [|exact S]. intros [k q] Q. cbn [fst snd] in *.
    destruct (key_eqb n k) eqn:K; auto. cbn [fst snd]. apply key_eqb_iff in K. subst k.
    rewrite (solves_row_of F v n _ r S E), reweighed_value. set (a := coefficient m r) in *.
    pose proof (solves_row_of F v m _ s S M) as V.
    pose proof (relu_nonneg F (row_value s v)) as P. rewrite <- V in P.
    destruct (le_or_lt F (v m) 0) as [Z|Z].
    + replace (v m) with (0 : F) by now apply le_antisym.
      now replace (row_value r v + (of_Q w - of_Q a) * 0) with (row_value r v) by ring.
    + assert (T : row_value r v + (of_Q (the_larger w a) - of_Q a) * v m <= 0).
      { unfold a. rewrite <- reweighed_value. apply not_pos. intro T. exact (N v R S (conj T Z)). }
      assert (D : forall b, of_Q b <= of_Q (F := F) (the_larger w a) ->
        row_value r v + (of_Q b - of_Q a) * v m <= 0).
      { intros b B. eapply le_trans; [|exact T]. apply le_sub.
        replace (row_value r v + (of_Q (the_larger w a) - of_Q a) * v m -
          (row_value r v + (of_Q b - of_Q a) * v m)) with ((of_Q (the_larger w a) - of_Q b) * v m) by ring.
        apply mul_nonneg; auto. now apply -> le_sub. }
      pose proof (D a (the_larger_right w a)) as O.
      replace (row_value r v + (of_Q a - of_Q a) * v m) with (row_value r v) in O by ring.
      rewrite !relu_of_nonpos; auto. apply D, the_larger_left. Qed.

(** A closed tree allows the change. *)
Theorem search_sound known f p s : inquiry_of p f = Some (about s) -> search_invariant F known f s ->
  (forall v, known_positive F known v) -> search_closed s = true -> keeps_function F f (prune p f).
Proof. intros L H K C. eapply prune_sound; eauto. intros v R S. eapply closed_search; eauto. Qed.

End Soundness.
