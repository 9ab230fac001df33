(** * Properties of inputs and outputs, and the claim [satisfied] (format, section 10.2) *)

From ExactRev Require Export Checker.
Require Import Lia.

(** A form of the inputs and outputs of all networks that is to be > 0 ([strict]) or >= 0. *)
Record constraint := Constraint { strict : bool; of_inputs : list Q; of_outputs : list Q; at_zero : Q }.

(** Rows of a domain (coefficients, then the constant), and conjunctions of constraints. *)
Record part_text := PartText { part_rows : list (list Q); conjunctions : list (list constraint) }.

Section Meaning.
Variable F : OrderedField.
Local Open Scope field_scope.

Definition constraint_value (c : constraint) (x y : list F) : F :=
  dot F (of_inputs c) x + dot F (of_outputs c) y + of_Q (at_zero c).

(** A number is as a constraint demands. *)
Definition demanded (is_strict : bool) (v : F) : Prop := if is_strict then 0 < v else 0 <= v.

Definition row_says (ws : list Q) (x : list F) : Prop := 0 <= of_Q (last ws 0%Q) + dot F (removelast ws) x.

(** The point [x], where the outputs are [y], has the part of a property. *)
Definition has_part (t : part_text) (x y : list F) : Prop :=
  (forall ws, In ws (part_rows t) -> row_says ws x) /\
  exists cs, In cs (conjunctions t) /\ forall c, In c cs -> demanded (strict c) (constraint_value c x y).

Definition has_property (ts : list part_text) (x y : list F) : Prop := exists t, In t ts /\ has_part t x y.

(** The outputs of all networks, each at its own input. *)
Definition all_outputs (nets : list network) (xs : list (list F)) : list F :=
  concat (map (fun p => outputs (fst p) (snd p)) (combine nets xs)).

(** One input for each of the networks. *)
Definition inputs_of (texts : list network_text) (xs : list (list F)) : Prop :=
  Forall2 (fun t x => N.of_nat (length x) = input_count t) texts xs.

End Meaning.

(** ** Reading *)

Fixpoint collect_networks (ts : list network_text) : option (list network) :=
  match ts with
  | [] => Some []
  | t :: ts =>
      match read_network t, collect_networks ts with
      | Some net, Some nets => Some (net :: nets)
      | _, _ => None
      end
  end.

Definition total_inputs (ts : list network_text) : N := fold_right N.add 0%N (map input_count ts).
Definition total_outputs (nets : list network) : N := fold_right N.add 0%N (map (fun net => size (output net)) nets).

Definition part_fits (n m : N) (t : part_text) : bool :=
  forallb (fun ws => N.eqb (size ws) (N.succ n)) (part_rows t) &&
  forallb (forallb (fun c => N.eqb (size (of_inputs c)) n && N.eqb (size (of_outputs c)) m)) (conjunctions t).

(** ** [satisfied] *)

Fixpoint q_dot (ws xs : list Q) (total : Q) : Q :=
  match ws, xs with
  | w :: ws, x :: xs => q_dot ws xs (if q_is_zero w then total else q_add total (q_mul w x))
  | _, _ => total
  end.

Definition part_holds_at (t : part_text) (xs ys : list Q) : bool :=
  forallb (fun ws => q_nonneg (q_dot (removelast ws) xs (last ws 0%Q))) (part_rows t) &&
  existsb (forallb (fun c =>
      let v := q_dot (of_outputs c) ys (q_dot (of_inputs c) xs (at_zero c)) in
      if strict c then q_positive v else q_nonneg v)) (conjunctions t).

Inductive satisfied_step := PointOf (xs : list Q) | OutputOf (k : N) (ys : list Q).

Record satisfied_state := SatisfiedState {
  sat_part : part_text;
  sat_networks : list (N * network);        (* with their numbers of inputs *)
  sat_point : option (list (list Q));       (* network by network *)
  sat_outputs : list (list Q) }.            (* of the first networks, the last one first *)

Definition satisfied_start (ts : list network_text) (t : part_text) : option satisfied_state :=
  match collect_networks ts with
  | Some nets =>
      if part_fits (total_inputs ts) (total_outputs nets) t && N.eqb (size (conjunctions t)) 1
      then Some (SatisfiedState t (combine (map input_count ts) nets) None []) else None
  | None => None
  end.

(** The numbers, network by network; None if there are not as many. *)
Fixpoint dealt (nets : list (N * network)) (xs : list Q) : option (list (list Q)) :=
  match nets with
  | [] => match xs with [] => Some [] | _ => None end
  | (n, _) :: nets =>
      let mine := firstn (N.to_nat n) xs in
      if N.eqb (size mine) n then option_map (cons mine) (dealt nets (skipn (N.to_nat n) xs)) else None
  end.

Definition satisfied_take (st : satisfied_state) (s : satisfied_step) : option satisfied_state :=
  match s, sat_point st with
  | PointOf xs, None =>
      match dealt (sat_networks st) xs with
      | Some xss => Some (SatisfiedState (sat_part st) (sat_networks st) (Some xss) [])
      | None => None
      end
  | OutputOf k ys, Some xss =>
      let place := length (sat_outputs st) in
      match nth_error (sat_networks st) place, nth_error xss place with
      | Some (_, net), Some xs =>
          if N.eqb k (N.of_nat place) && has_outputs net xs ys
          then Some (SatisfiedState (sat_part st) (sat_networks st) (Some xss) (ys :: sat_outputs st)) else None
      | _, _ => None
      end
  | _, _ => None
  end.

Definition satisfied_finish (st : satisfied_state) : bool :=
  match sat_point st with
  | Some xss =>
      Nat.eqb (length (sat_outputs st)) (length (sat_networks st)) &&
      part_holds_at (sat_part st) (concat xss) (concat (rev (sat_outputs st)))
  | None => false
  end.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).

Lemma q_dot_value ws : forall xs total, Q_ (q_dot ws xs total) = dot F ws (map Q_ xs) + Q_ total.
Proof. induction ws as [|w ws IH]; intros [|x xs] total; simpl; try ring. rewrite IH.
  destruct (q_is_zero w) eqn:Z; [rewrite (of_Q_zero F w Z)|rewrite of_Q_add, of_Q_mul]; ring. Qed.

Lemma collect_networks_spec ts : forall nets, collect_networks ts = Some nets ->
  Forall2 (fun t net => read_network t = Some net) ts nets.
Proof. induction ts as [|t ts IH]; simpl; intros nets H; [inversion H; constructor|].
  destruct (read_network t) as [net|] eqn:R; [|discriminate].
  destruct (collect_networks ts) as [rest|]; [|discriminate]. inversion H. constructor; auto. Qed.

Lemma dealt_spec ns : forall xs xss, dealt ns xs = Some xss ->
  Forall2 (fun n x => N.of_nat (length x) = fst n) ns xss.
Proof. induction ns as [|[n net] ns IH]; simpl; intros xs xss H.
  - destruct xs; [|discriminate]. inversion H. constructor.
  - destruct (N.eqb _ n) eqn:E; [|discriminate]. destruct (dealt ns _) as [rest|] eqn:D; [|discriminate].
    inversion H. apply N.eqb_eq in E. rewrite size_length in E. constructor; eauto. Qed.

Definition satisfied_invariant (part : part_text) (ns : list (N * network)) (st : satisfied_state) : Prop :=
  sat_part st = part /\ sat_networks st = ns /\
  match sat_point st with
  | None => True
  | Some xss => Forall2 (fun n x => N.of_nat (length x) = fst n) ns xss /\
      exists first rest, combine ns xss = first ++ rest /\ length first = length (sat_outputs st) /\
        map (map Q_) (rev (sat_outputs st)) = map (fun p => outputs (snd (fst p)) (map Q_ (snd p))) first
  end.

Lemma nth_error_combine {X Y} (l : list X) : forall (m : list Y) i x y, nth_error l i = Some x ->
  nth_error m i = Some y -> nth_error (combine l m) i = Some (x, y).
Proof. induction l as [|a l IH]; intros [|b m] [|i] x y A B; simpl in *; try discriminate; auto. congruence. Qed.

Lemma satisfied_take_invariant part ns st s st' : (forall n net, In (n, net) ns -> network_fits net = true) ->
  satisfied_invariant part ns st -> satisfied_take st s = Some st' -> satisfied_invariant part ns st'.
Proof.
  intros Fit (P & Ns & I) H. unfold satisfied_take in H. destruct s as [xs|k ys], (sat_point st) as [xss|] eqn:E;
    try discriminate.
  - destruct (dealt _ xs) as [xss|] eqn:D; [|discriminate]. inversion H. subst st'.
    split; [exact P|]. split; [exact Ns|]. cbn [sat_point sat_outputs]. rewrite Ns in D.
    split; [now apply dealt_spec in D|]. exists [], (combine ns xss). auto.
  - destruct (nth_error (sat_networks st) _) as [[n net]|] eqn:A; [|discriminate].
    destruct (nth_error xss _) as [x|] eqn:B; [|discriminate].
    destruct (_ && _) eqn:C; [|discriminate]. inversion H. subst st'. apply andb_true_iff in C as [_ C].
    split; [exact P|]. split; [exact Ns|]. cbn [sat_point sat_outputs]. destruct I as (L & first & rest & K1 & K2 & K3).
    split; auto. rewrite Ns in A.
    assert (T : exists rest', rest = ((n, net), x) :: rest').
    { pose proof (nth_error_combine _ _ _ _ _ A B) as K. rewrite K1, nth_error_app2, K2, Nat.sub_diag in K by lia.
      destruct rest as [|r rest]; [discriminate|]. simpl in K. inversion K. eauto. }
    destruct T as [rest' ->]. exists (first ++ [((n, net), x)]), rest'. split; [now rewrite <- app_assoc|].
    split; [rewrite app_length; simpl; lia|]. simpl rev. rewrite !map_app, K3. f_equal. simpl.
    rewrite (has_outputs_correct F net x ys); auto. apply (Fit n). now apply nth_error_In in A. Qed.

(** An accepted certificate [satisfied]: an exact input of the networks has the stated part of a property. *)
Theorem satisfied_sound ts t steps :
  judged (satisfied_start ts t) satisfied_take satisfied_finish steps = true ->
  exists nets xs, Forall2 (fun t net => read_network t = Some net) ts nets /\ inputs_of F ts xs /\
    has_part F t (concat xs) (all_outputs F nets xs).
Proof.
  intro H. assert (S : exists st0, satisfied_start ts t = Some st0).
  { unfold judged in H. destruct (satisfied_start ts t); eauto. discriminate. }
  destruct S as (st0 & S). pose proof S as S0. unfold satisfied_start in S.
  destruct (collect_networks ts) as [nets|] eqn:C; [|discriminate].
  destruct (_ && _) eqn:Fits; [|discriminate]. injection S as <-. set (ns := combine (map input_count ts) nets) in *.
  pose proof (collect_networks_spec _ _ C) as R.
  assert (Fit : forall n net, In (n, net) ns -> network_fits net = true).
  { intros n net I. apply in_combine_r in I. clear -R I. induction R as [|t net0 ts nets E _ IH]; [destruct I|].
    destruct I as [<-|I]; auto. now apply read_network_fits in E. }
  destruct (judged_invariant _ _ _ _ (satisfied_invariant t ns) H) as (st & (P & Ns & I) & Fin).
  - intros st E. rewrite S0 in E. inversion E. subst. split; [reflexivity|]. split; [reflexivity|exact Logic.I].
  - intros st s st' I T. eapply satisfied_take_invariant; eauto.
  - unfold satisfied_finish in Fin. destruct (sat_point st) as [xss|]; [|discriminate].
    apply andb_true_iff in Fin as [L Hold]. apply Nat.eqb_eq in L. rewrite Ns in L.
    destruct I as (Len & first & rest & K1 & K2 & K3).
    exists nets, (map (map Q_) xss). split; auto.
    assert (Ls : length ts = length nets) by (clear -R; induction R; simpl; auto).
    assert (Fn : Forall2 (fun t x => N.of_nat (length x) = input_count t) ts xss).
    { clear -Len R. unfold ns in Len. revert xss Len. induction R as [|t net ts nets _ _ IH]; simpl; intros xss Len;
        inversion Len; subst; constructor; auto. }
    split; [clear -Fn; induction Fn; constructor; auto; now rewrite map_length|].
    assert (Rest : rest = []).
    { assert (M : length (combine ns xss) = length ns).
      { rewrite combine_length. assert (length ns = length xss) by (clear -Len; induction Len; simpl; auto). lia. }
      rewrite K1, app_length in M. destruct rest; auto. simpl in M. lia. }
    subst rest. rewrite app_nil_r in K1. subst first.
    assert (Ys : all_outputs F nets (map (map Q_) xss) = map Q_ (concat (rev (sat_outputs st)))).
    { rewrite concat_map, K3. unfold all_outputs, ns. f_equal. clear -Ls Fn. revert nets Ls.
      induction Fn as [|t x ts xs _ _ IH]; intros [|net nets] E; simpl in *; try discriminate; auto.
      rewrite IH by congruence. reflexivity. }
    rewrite Ys, <- concat_map. unfold part_holds_at in Hold. apply andb_true_iff in Hold as [H1 H2]. rewrite P in *.
    rewrite forallb_forall in H1. apply existsb_exists in H2 as (cs & Ics & H2). rewrite forallb_forall in H2. split.
    + intros ws W. unfold row_says. specialize (H1 ws W). apply (of_Q_nonneg F) in H1. rewrite q_dot_value in H1.
      replace (Q_ (last ws 0%Q) + dot F (removelast ws) (map Q_ (concat xss))) with
        (dot F (removelast ws) (map Q_ (concat xss)) + Q_ (last ws 0%Q)) by ring. exact H1.
    + exists cs. split; auto. intros c Ic. specialize (H2 c Ic). unfold demanded, constraint_value.
      set (v := q_dot _ _ _) in H2.
      assert (V : dot F (of_inputs c) (map Q_ (concat xss)) + dot F (of_outputs c) (map Q_ (concat (rev (sat_outputs st))))
        + Q_ (at_zero c) = Q_ v) by (unfold v; rewrite !q_dot_value; ring).
      rewrite V. destruct (strict c); [now apply of_Q_positive|now apply of_Q_nonneg]. Qed.

End Soundness.
