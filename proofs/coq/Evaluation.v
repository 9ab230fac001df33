(** * The claim [different]: exact outputs at a rational point (format, section 8) *)

From ExactRev Require Export Matching.
Require Import Lia.

Definition known := KeyMap.t Q.

(** Terms are summed from the first to the last.  None: a value is not known. *)
Fixpoint add_terms {name} (find : name -> option Q) (ts : list (term name)) (total : Q) : option Q :=
  match ts with
  | [] => Some total
  | (k, c) :: ts =>
      match find k with
      | Some y => add_terms find ts (if q_is_zero y then total else q_add total (q_mul c y))
      | None => None
      end
  end.

Definition row_at (m : known) (r : row) : option Q :=
  match add_terms (fun i => KeyMap.find (0%N, i) m) (inputs r) (bias r) with
  | Some q => add_terms (fun k => KeyMap.find k m) (neurons r) q
  | None => None
  end.

Fixpoint know_inputs (i : N) (xs : list Q) (m : known) : known :=
  match xs with [] => m | x :: xs => know_inputs (N.succ i) xs (KeyMap.add (0%N, i) x m) end.

Fixpoint know_neurons (ns : list (key * row)) (m : known) : option known :=
  match ns with
  | [] => Some m
  | (k, r) :: ns =>
      match row_at m r with
      | Some z => know_neurons ns (KeyMap.add k (q_relu z) m)
      | None => None
      end
  end.

Fixpoint rows_at (m : known) (rows : list row) : option (list Q) :=
  match rows with
  | [] => Some []
  | r :: rows =>
      match row_at m r, rows_at m rows with
      | Some q, Some qs => Some (q :: qs)
      | _, _ => None
      end
  end.

(** The outputs of a network at a rational point. *)
Definition outputs_at (net : network) (xs : list Q) : option (list Q) :=
  match know_neurons (named net) (know_inputs 0 xs (KeyMap.empty Q)) with
  | Some m => rows_at m (output net)
  | None => None
  end.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Definition agrees (m : known) (v : valuation F) : Prop :=
  forall k q, KeyMap.find k m = Some q -> of_Q q = v k.

Lemma agrees_add m v k q : agrees m v -> of_Q q = v k -> agrees (KeyMap.add k q m) v.
Proof. intros A E l p. rewrite KeyFacts.add_o. destruct (KeyMap.E.eq_dec k l) as [D|D]; auto.
  change (k = l) in D. intro H. inversion H. now subst. Qed.

Lemma add_terms_value {name} (find : name -> option Q) (v : name -> F) ts :
  (forall k q, find k = Some q -> of_Q q = v k) ->
  forall total q, add_terms find ts total = Some q -> of_Q q = of_Q total + sum_terms ts v.
Proof. intro A. induction ts as [|[k c] ts IH]; simpl; intros total q H.
  - inversion H. ring.
  - destruct (find k) as [y|] eqn:E; [|discriminate]. apply A in E. rewrite (IH _ _ H), <- E.
    destruct (q_is_zero y) eqn:Z; [rewrite (of_Q_zero F y Z)|rewrite of_Q_add, of_Q_mul]; ring. Qed.

Lemma row_at_value m v r q : agrees m v -> row_at m r = Some q -> of_Q q = row_value r v.
Proof. unfold row_at. intros A H. destruct (add_terms _ _ _) as [p|] eqn:E; [|discriminate].
  apply (add_terms_value _ (fun i => v (0%N, i))) in E; [|intros k y; apply A].
  apply (add_terms_value _ v) in H; [|intros k y; apply A]. unfold row_value. rewrite H, E. ring. Qed.

Lemma know_neurons_agrees v ns : forall m m', solves v ns -> agrees m v ->
  know_neurons ns m = Some m' -> agrees m' v.
Proof. induction ns as [|[k r] ns IH]; simpl; intros m m' S A H; [inversion H; now subst|].
  inversion S as [|n l E S' N]. subst. cbn [fst snd] in E.
  destruct (row_at m r) as [z|] eqn:Z; [|discriminate]. apply (IH _ _ S') in H; auto.
  apply agrees_add; auto. rewrite of_Q_relu, (row_at_value m v r z A Z). now rewrite E. Qed.

Lemma know_inputs_agrees v xs : forall i m, agrees m v ->
  (forall j, (j < length xs)%nat -> v (0%N, (i + N.of_nat j)%N) = of_Q (nth j xs 0%Q)) ->
  agrees (know_inputs i xs m) v.
Proof. induction xs as [|x xs IH]; simpl; intros i m A H; auto. apply IH.
  - apply agrees_add; auto. specialize (H 0%nat). simpl in H. rewrite N.add_0_r in H.
    symmetry. apply H. lia.
  - intros j J. specialize (H (S j)). replace (N.succ i + N.of_nat j)%N with (i + N.of_nat (S j))%N by lia.
    apply H. lia. Qed.

Lemma rows_at_value m v rows : forall qs, agrees m v -> rows_at m rows = Some qs ->
  map of_Q qs = map (fun r => row_value r v) rows.
Proof. induction rows as [|r rows IH]; simpl; intros qs A H; [inversion H; reflexivity|].
  destruct (row_at m r) as [q|] eqn:E; [|discriminate].
  destruct (rows_at m rows) as [qs'|]; [|discriminate]. inversion H. simpl.
  rewrite (row_at_value m v r q A E), (IH qs' A eq_refl). reflexivity. Qed.

(** What is computed are the outputs. *)
Theorem outputs_at_correct net xs ys : network_fits net = true ->
  outputs_at net xs = Some ys -> outputs net (map (@of_Q F) xs) = map of_Q ys.
Proof.
  unfold outputs_at. intros Fit H. destruct (know_neurons _ _) as [m|] eqn:E; [|discriminate].
  symmetry. apply (rows_at_value m); auto. eapply know_neurons_agrees; [| |exact E].
  - now apply values_solve.
  - apply know_inputs_agrees.
    + intros k q K. rewrite KeyFacts.empty_o in K. discriminate.
    + intros j J. rewrite values_input. replace (N.to_nat (0 + N.of_nat j)) with j by lia.
      rewrite <- (map_nth of_Q), (nth_indep _ _ (of_Q 0)); auto. now rewrite map_length. Qed.

End Soundness.
