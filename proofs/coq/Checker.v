(** * The claims about two networks: acceptance implies the claim

    A checker is a start, a step and an end.  The program outside Coq reads a file and calls them in
    this order: start with the networks, step with each line of the proof, end at [end].  [judged]
    is this order, and the theorems speak of it. *)

From ExactRev Require Export Evaluation NetworkText.
Require Import Lia.

Fixpoint fold_steps {state step : Type} (take : state -> step -> option state) (st : state)
  (steps : list step) : option state :=
  match steps with
  | [] => Some st
  | s :: steps => match take st s with Some st => fold_steps take st steps | None => None end
  end.

Definition judged {state step : Type} (start : option state) (take : state -> step -> option state)
  (finish : state -> bool) (steps : list step) : bool :=
  match start with
  | Some st => match fold_steps take st steps with Some st => finish st | None => false end
  | None => false
  end.

(** The networks of a claim about two: well formed, with equal numbers of inputs and of outputs. *)
Definition read_two (a b : network_text) : option (network * network) :=
  match read_network a, read_network b with
  | Some p, Some q =>
      if N.eqb (input_count a) (input_count b) && N.eqb (size (output p)) (size (output q))
      then Some (p, q) else None
  | _, _ => None
  end.

(** ** [equal], without the trees of Never.v: the whole of it is in Equal.v *)

Inductive network_name := A | B.

Inductive equal_step :=
  | Reduce (x : network_name) (r : reduction)
  | Match (n m : key) (c : Q).

Record equal_state := EqualState { form_a : form; form_b : form; matches : option matching }.

Definition equal_begin (nets : network * network) : equal_state :=
  EqualState (working_form (fst nets)) (working_form (snd nets)) None.

Definition equal_start (a b : network_text) : option equal_state :=
  option_map equal_begin (read_two a b).

Definition the_matching (st : equal_state) : matching :=
  match matches st with Some m => m | None => begin_matching (form_a st) (form_b st) end.

Definition equal_take (st : equal_state) (s : equal_step) : option equal_state :=
  match s, matches st with
  | Reduce A r, None => option_map (fun f => EqualState f (form_b st) None) (reduce r (form_a st))
  | Reduce B r, None => option_map (fun f => EqualState (form_a st) f None) (reduce r (form_b st))
  | Reduce _ _, Some _ => None
  | Match n m c, _ =>
      option_map (fun t => EqualState (form_a st) (form_b st) (Some t))
        (match_step n m c (the_matching st))
  end.

Definition equal_finish (st : equal_state) : bool :=
  matching_finished (form_a st) (form_b st) (the_matching st).

(** ** [isomorphic] *)

Definition isomorphic_start (a b : network_text) : option equal_state :=
  match read_two a b with
  | Some (p, q) =>
      if Nat.eqb (length (hidden p)) (length (hidden q)) then Some (equal_begin (p, q)) else None
  | None => None
  end.

Definition isomorphic_take (st : equal_state) (s : equal_step) : option equal_state :=
  match s with
  | Match n m c => if N.eqb (fst n) (fst m) then equal_take st s else None
  | Reduce _ _ => None
  end.

(** ** [different] *)

Inductive different_step := Point (xs : list Q) | Output (x : network_name) (ys : list Q).

Record different_state := DifferentState {
  net_a : network; net_b : network; count_inputs : N;
  point : option (list Q); output_a : option (list Q); output_b : option (list Q) }.

Definition different_start (a b : network_text) : option different_state :=
  match read_two a b with
  | Some (p, q) => Some (DifferentState p q (input_count a) None None None)
  | None => None
  end.

Definition same_numbers (ys zs : list Q) : bool := all2 Qeq_bool ys zs.

(** The outputs of a network at the point are these. *)
Definition has_outputs (net : network) (xs ys : list Q) : bool :=
  match outputs_at net xs with Some zs => same_numbers ys zs | None => false end.

Definition different_take (st : different_state) (s : different_step) : option different_state :=
  match st, s with
  | DifferentState p q n None None None, Point xs =>
      if N.eqb (size xs) n then Some (DifferentState p q n (Some xs) None None) else None
  | DifferentState p q n (Some xs) None None, Output A ys =>
      if has_outputs p xs ys then Some (DifferentState p q n (Some xs) (Some ys) None) else None
  | DifferentState p q n (Some xs) (Some ys) None, Output B zs =>
      if has_outputs q xs zs then Some (DifferentState p q n (Some xs) (Some ys) (Some zs)) else None
  | _, _ => None
  end.

Definition different_finish (st : different_state) : bool :=
  match output_a st, output_b st with
  | Some ys, Some zs => negb (same_numbers ys zs)
  | _, _ => false
  end.

(** ** Soundness *)

Lemma size_length {X} (l : list X) : size l = N.of_nat (length l).
Proof. unfold size. enough (H : forall n, fold_left (fun n _ => N.succ n) l n =
    (n + N.of_nat (length l))%N) by apply H.
  induction l as [|x l IH]; intro n; simpl; [lia|]. rewrite IH. lia. Qed.

Lemma fold_steps_invariant {state step} (take : state -> step -> option state)
  (P : state -> Prop) :
  (forall st s st', P st -> take st s = Some st' -> P st') ->
  forall steps st st', P st -> fold_steps take st steps = Some st' -> P st'.
Proof. intros H. induction steps as [|s steps IH]; simpl; intros st st' I E.
  - inversion E. now subst.
  - destruct (take st s) as [st1|] eqn:T; [|discriminate]. eapply IH; [|exact E]. eauto. Qed.

Lemma judged_invariant {state step} start (take : state -> step -> option state) finish steps
  (P : state -> Prop) :
  judged start take finish steps = true ->
  (forall st, start = Some st -> P st) ->
  (forall st s st', P st -> take st s = Some st' -> P st') ->
  exists st, P st /\ finish st = true.
Proof. unfold judged. intros H S T. destruct start as [st|]; [|discriminate].
  destruct (fold_steps take st steps) as [st'|] eqn:E; [|discriminate].
  exists st'. split; auto. eapply fold_steps_invariant; eauto. Qed.

Lemma read_network_fits t net : read_network t = Some net -> network_fits net = true.
Proof. unfold read_network. destruct (N.eqb _ _); [discriminate|].
  destruct (read_layers _ _ _) as [rows|]; [|discriminate].
  destruct (_ && _) eqn:E; [|discriminate]. intro H. inversion H. subst.
  now apply andb_true_iff in E. Qed.

Lemma read_two_spec a b nets : read_two a b = Some nets ->
  read_network a = Some (fst nets) /\ read_network b = Some (snd nets).
Proof. unfold read_two. destruct (read_network a) as [p|]; [|discriminate].
  destruct (read_network b) as [q|]; [|discriminate]. destruct (_ && _); [|discriminate].
  intro H. inversion H. auto. Qed.

Lemma read_two_outputs a b nets : read_two a b = Some nets ->
  length (output (fst nets)) = length (output (snd nets)).
Proof. unfold read_two. destruct (read_network a) as [p|]; [|discriminate].
  destruct (read_network b) as [q|]; [|discriminate]. destruct (_ && _) eqn:E; [|discriminate].
  intro H. inversion H. apply andb_true_iff in E as [_ E]. apply N.eqb_eq in E.
  rewrite !size_length in E. simpl. lia. Qed.

Section Claims.
Variable F : OrderedField.
Local Open Scope field_scope.

Definition equal_invariant (p q : network) (st : equal_state) : Prop :=
  keeps_function F (working_form p) (form_a st) /\ keeps_function F (working_form q) (form_b st) /\
  match matches st with
  | Some t => invariant F (form_a st) (form_b st) t
  | None => True
  end.

Lemma the_matching_invariant p q st : equal_invariant p q st ->
  invariant F (form_a st) (form_b st) (the_matching st).
Proof. intros (_ & _ & M). unfold the_matching. destruct (matches st); auto.
  apply begin_invariant. Qed.

Lemma equal_take_invariant p q st s st' :
  equal_invariant p q st -> equal_take st s = Some st' -> equal_invariant p q st'.
Proof.
  intros I H. pose proof (the_matching_invariant p q st I) as M. destruct I as (KA & KB & _).
  unfold equal_take, option_map in H. destruct s as [[|] r|n m c].
  - destruct (matches st); [discriminate|]. destruct (reduce r (form_a st)) as [f|] eqn:R; [|discriminate].
    inversion H. split; [|split]; cbn; auto. eapply keeps_function_trans; eauto.
    eapply reduce_sound; eauto.
  - destruct (matches st); [discriminate|]. destruct (reduce r (form_b st)) as [f|] eqn:R; [|discriminate].
    inversion H. split; [|split]; cbn; auto. eapply keeps_function_trans; eauto.
    eapply reduce_sound; eauto.
  - assert (G : exists t, match_step n m c (the_matching st) = Some t /\
      st' = EqualState (form_a st) (form_b st) (Some t)).
    { destruct (matches st); destruct (match_step n m c _) as [t|]; try discriminate;
        inversion H; eauto. }
    destruct G as (t & T & ->). split; [|split]; cbn; auto. eapply match_step_invariant; eauto. Qed.

Lemma equal_start_invariant a b st : equal_start a b = Some st -> exists p q,
  read_network a = Some p /\ read_network b = Some q /\ equal_invariant p q st.
Proof. unfold equal_start. destruct (read_two a b) as [[p q]|] eqn:E; [|discriminate].
  apply read_two_spec in E. intro H. inversion H. exists p, q.
  split; [apply E|]. split; [apply E|]. split; [|split]; cbn; auto using keeps_function_refl. Qed.

Lemma finished_equal p q st x : network_fits p = true -> network_fits q = true ->
  equal_invariant p q st -> equal_finish st = true -> outputs q x = outputs (F := F) p x.
Proof.
  intros Fp Fq I H. pose proof (the_matching_invariant p q st I) as M. destruct I as (KA & KB & _).
  destruct (KA (values_at p x) (values_rectified F p x) (values_solve F p x Fp))
    as (v & _ & Sv & Iv & Ev).
  destruct (KB (values_at q x) (values_rectified F q x) (values_solve F q x Fq))
    as (w & _ & Sw & Iw & Ew).
  change (outputs q x) with (result_values F (working_form q) (values_at q x)).
  change (outputs p x) with (result_values F (working_form p) (values_at p x)).
  rewrite <- Ev, <- Ew. eapply matching_equal; eauto. intro i.
  now rewrite Iv, Iw, !values_input. Qed.

(** An accepted certificate [isomorphic]: B is A with the neurons of each hidden layer permuted and
    scaled by positive numbers; and they are the same function. *)
Definition isomorphic_invariant (p q : network) (st : equal_state) : Prop :=
  form_a st = working_form p /\ form_b st = working_form q /\ equal_invariant p q st /\
  same_layers (matched (the_matching st)) = true.

Lemma isomorphic_take_invariant p q st s st' :
  isomorphic_invariant p q st -> isomorphic_take st s = Some st' -> isomorphic_invariant p q st'.
Proof.
  intros (FA & FB & I & L) H. unfold isomorphic_take in H. destruct s as [|n m c]; [discriminate|].
  destruct (N.eqb (fst n) (fst m)) eqn:E; [|discriminate].
  pose proof (equal_take_invariant p q _ _ _ I H) as J. simpl in H.
  destruct (match_step n m c (the_matching st)) as [t|] eqn:T; [|destruct (matches st); discriminate].
  assert (G : st' = EqualState (form_a st) (form_b st) (Some t))
    by (destruct (matches st); inversion H; auto).
  subst. split; [exact FA|]. split; [exact FB|]. split; [exact J|]. cbn [the_matching matches].
  unfold match_step in T. destruct (waiting _) as [|[k r] ws]; [discriminate|].
  destruct (pick _ _) as [[s rest]|]; [|discriminate]. destruct (_ && _); [|discriminate].
  inversion T. cbn [matched same_layers forallb fst snd]. now rewrite E. Qed.

Theorem isomorphic_sound a b steps :
  judged (isomorphic_start a b) isomorphic_take equal_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    isomorphic F p q /\ forall x : list F, outputs q x = outputs p x.
Proof.
  intro H. assert (S : exists p q, read_two a b = Some (p, q) /\
      length (hidden p) = length (hidden q) /\
      isomorphic_start a b = Some (equal_begin (p, q))).
  { unfold judged, isomorphic_start in *. destruct (read_two a b) as [[p q]|]; [|discriminate].
    exists p, q. destruct (Nat.eqb _ _) eqn:E; [|discriminate]. apply Nat.eqb_eq in E. auto. }
  destruct S as (p & q & R & L & S). apply read_two_spec in R as [P Q].
  exists p, q. cbn [fst snd] in P, Q. split; auto. split; auto.
  destruct (judged_invariant _ _ _ _ (isomorphic_invariant p q) H) as (st & J & E).
  - intros st E. rewrite S in E. inversion E. subst.
    split; [reflexivity|]. split; [reflexivity|]. split; [|reflexivity].
    split; [|split]; cbn; auto using keeps_function_refl.
  - intros. eapply isomorphic_take_invariant; eauto.
  - destruct J as (FA & FB & I & SL). split.
    + pose proof (the_matching_invariant p q st I) as M. unfold equal_finish in E.
      rewrite FA, FB in *. eapply matching_isomorphic; eauto.
    + intro x. eapply finished_equal; eauto using read_network_fits. Qed.

(** An accepted certificate [different]: at an exact input, A and B have different outputs. *)
Lemma same_numbers_map ys : forall zs,
  same_numbers ys zs = true <-> map (@of_Q F) ys = map of_Q zs.
Proof. induction ys as [|y ys IH]; intros [|z zs]; simpl; try (split; (discriminate || auto; fail)).
  unfold same_numbers in *. simpl. rewrite andb_true_iff, IH. split.
  - intros [H ->]. now rewrite (of_Q_same F _ _ H).
  - intro H. inversion H. split; auto. destruct (Qeq_bool y z) eqn:E; auto.
    now apply (of_Q_different F) in E. Qed.

Lemma has_outputs_correct net xs ys : network_fits net = true -> has_outputs net xs ys = true ->
  outputs net (map (@of_Q F) xs) = map of_Q ys.
Proof. unfold has_outputs. intros Fit H. destruct (outputs_at net xs) as [zs|] eqn:E; [|discriminate].
  rewrite (outputs_at_correct F net xs zs Fit E). symmetry. now apply same_numbers_map. Qed.

Definition different_invariant (p q : network) (n : N) (st : different_state) : Prop :=
  match st with
  | DifferentState p' q' n' None None None => p' = p /\ q' = q /\ n' = n
  | DifferentState p' q' n' (Some xs) ys zs =>
      p' = p /\ q' = q /\ n' = n /\ size xs = n /\
      match ys, zs with
      | None, None => True
      | Some ys, None => has_outputs p xs ys = true
      | Some ys, Some zs => has_outputs p xs ys = true /\ has_outputs q xs zs = true
      | None, Some _ => False
      end
  | _ => False
  end.

Lemma different_take_invariant p q n st s st' : different_invariant p q n st ->
  different_take st s = Some st' -> different_invariant p q n st'.
Proof.
  destruct st as [p' q' n' xs ys zs]. intros I T. simpl in I, T.
  destruct xs as [xs|]; destruct ys as [ys|]; destruct zs as [zs|]; destruct s as [us|[|] us];
    try discriminate; try tauto; destruct I as (-> & -> & I);
    match type of T with (if ?b then _ else _) = _ => destruct b eqn:B; [|discriminate] end;
    inversion T; simpl; try apply N.eqb_eq in B; intuition congruence. Qed.

Theorem different_sound a b steps :
  judged (different_start a b) different_take different_finish steps = true ->
  exists p q x, read_network a = Some p /\ read_network b = Some q /\
    N.of_nat (length x) = input_count a /\ outputs p x <> outputs (F := F) q x.
Proof.
  intro H. assert (S : exists p q, read_two a b = Some (p, q) /\
      different_start a b = Some (DifferentState p q (input_count a) None None None)).
  { unfold judged, different_start in *. destruct (read_two a b) as [[p q]|]; [|discriminate]. eauto. }
  destruct S as (p & q & R & S). apply read_two_spec in R as [P Q]. cbn [fst snd] in P, Q.
  exists p, q.
  destruct (judged_invariant _ _ _ _ (different_invariant p q (input_count a)) H) as (st & J & E).
  - intros st E. rewrite S in E. inversion E. simpl. auto.
  - exact (fun st s st' => different_take_invariant p q (input_count a) st s st').
  - destruct st as [p' q' n' xs ys zs]. unfold different_finish in E. simpl in J, E.
    destruct ys as [ys|]; [|discriminate]. destruct zs as [zs|]; [|discriminate].
    destruct xs as [xs|]; [|tauto]. destruct J as (-> & -> & -> & L & JA & JB).
    exists (map of_Q xs). repeat split; auto.
    + now rewrite map_length, <- size_length.
    + rewrite (has_outputs_correct p xs ys), (has_outputs_correct q xs zs);
        eauto using read_network_fits.
      apply negb_true_iff in E. intro D. apply same_numbers_map in D. congruence. Qed.

End Claims.
