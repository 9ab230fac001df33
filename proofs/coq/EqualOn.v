(** * The claim [equal-on]: A and B have the same outputs on a domain (format, section 11) *)

From ExactRev Require Export Apart Cancelling Vanishing.
Require Import Lia.

Inductive equal_on_step :=
  | EqualOnTree (s : tree_step)
  | Same
  | Cancels (steps : list reduction)
  | Vanishes
  | UnderVanishes (line : Cases.branch_step).

(** The network that the tree is of, and that in its slice. *)
Record equal_on_ground := EqualOnGround {
  on_network : network; on_sliced : network; on_setting : setting; on_first : N; on_count : nat }.

(** Where the checker is in the tree; and in the trees under a leaf [vanishes] of the first cell. *)
Record equal_on_state := EqualOnState {
  the_ground : equal_on_ground; on_todo : list cell; on_trees : option vanishing }.

Definition equal_on_start (a b : network_text) (t : apart_text) : option equal_on_state :=
  match apart_grown a b t with
  | Some (_, (left, (ctx, c, first)), m) =>
      let sliced := network_in_slice (slice_of (apart_root t)) left in
      Some (EqualOnState (EqualOnGround left sliced ctx first m) [c] None)
  | None => None
  end.

Definition with_todo (st : equal_on_state) (l : list cell) : equal_on_state :=
  EqualOnState (the_ground st) l None.

(** The trees that are left, or what comes after the leaf. *)
Definition with_trees (st : equal_on_state) (rest : list cell) (v : vanishing) : equal_on_state :=
  match trees v with
  | [] => with_todo st rest
  | _ => EqualOnState (the_ground st) (on_todo st) (Some v)
  end.

(** The outputs are decided to be 0, in the cell. *)
Definition outputs_zero (g : equal_on_ground) (c : cell) : bool :=
  forallb (fun r => match open_form r (opened c) with Some f => is_zero f | None => false end)
    (output_numbers (on_first g) (on_count g)).

Definition equal_on_take (st : equal_on_state) (s : equal_on_step) : option equal_on_state :=
  let g := the_ground st in
  match on_todo st with
  | [] => None
  | c :: rest =>
      match on_trees st, s with
      | Some v, UnderVanishes line =>
          option_map (with_trees st rest) (vanishing_take (on_setting g) c v line)
      | None, EqualOnTree s => option_map (with_todo st) (descend (on_setting g) (on_todo st) s)
      | None, Same => if outputs_zero g c then Some (with_todo st rest) else None
      | None, Cancels steps =>
          if outputs_cancel (on_network g) c steps then Some (with_todo st rest) else None
      | None, Vanishes => Some (with_trees st rest (vanishing_start (on_sliced g) c))
      | _, _ => None
      end
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
Variable slice : option (NumberMap.t N).
Hypothesis Sp : speaks_of F ctx forms first w left.
Hypothesis Sl : computes_in_slice F ctx forms first w (network_in_slice slice left).
Hypothesis M : m = length (output left).

Let nr := norm_row F (scale ctx) forms w.
Let ground := EqualOnGround left (network_in_slice slice left) ctx first m.

(** The outputs are 0. *)
Definition all_zero (u : list F) : Prop := forall i, (i < m)%nat -> nr (first + N.of_nat i)%N u = 0.

(** What is left to do covers the points where this is not known. *)
Definition equal_on_invariant (st : equal_on_state) : Prop :=
  the_ground st = ground /\
  covers F ctx w forms nr (on_todo st) (approached F w forms root) all_zero /\
  match on_trees st, on_todo st with
  | Some v, c :: _ => vanishing_invariant F (on_sliced ground) ctx c v
  | _, _ => True
  end.

Lemma leaf_invariant st c rest : equal_on_invariant st -> on_todo st = c :: rest ->
  (flat F ctx w forms nr c -> forall y i, in_cell F w forms c y -> (i < m)%nat ->
     nr (first + N.of_nat i)%N y = 0) ->
  equal_on_invariant (with_todo st rest).
Proof.
  intros (I0 & I1 & _) Td H. split; [assumption|]. split; [|exact I]. cbn [on_todo with_todo].
  rewrite Td in I1. apply (leaf_covers F ctx w forms nr c rest (approached F w forms root) all_zero all_zero I1); auto.
  intros u Fl Au i Li. apply (approached_zero F w forms c u (nr (first + N.of_nat i)%N)); auto.
  apply steady_norm_row. Qed.

Lemma with_trees_invariant st c rest v : equal_on_invariant st -> on_todo st = c :: rest ->
  vanishing_invariant F (on_sliced ground) ctx c v -> equal_on_invariant (with_trees st rest v).
Proof.
  intros I Td V. unfold with_trees. destruct (trees v) as [|t ts] eqn:T.
  - apply (leaf_invariant st c rest I Td). intros [Gd _] y i Y Li.
    eapply vanished_in_cell; eauto; [exact (w_scale _ _ _ _ _ _ _ _ G)|now rewrite <- M].
  - destruct I as (I0 & I1 & _). split; [exact I0|]. split; [exact I1|]. cbn [on_trees on_todo].
    now rewrite Td. Qed.

Lemma equal_on_take_invariant st s st' :
  equal_on_invariant st -> equal_on_take st s = Some st' -> equal_on_invariant st'.
Proof.
  intros I T. pose proof I as (I0 & I1 & I2). unfold equal_on_take in T. rewrite I0 in T.
  destruct (on_todo st) as [|c rest] eqn:Td; [discriminate|].
  destruct (on_trees st) as [v|]; destruct s as [ts| |steps| |line]; try discriminate.
  - destruct (vanishing_take _ c v line) as [v'|] eqn:V; [|discriminate]. inversion T.
    apply (with_trees_invariant st c rest); auto. eapply vanishing_take_invariant; eauto.
  - destruct (descend _ _ ts) as [l|] eqn:D; [|discriminate]. inversion T.
    split; [exact I0|]. split; [|exact Logic.I].
    exact (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G I1 D).
  - destruct (outputs_zero _ c) eqn:Z; [|discriminate]. inversion T.
    apply (leaf_invariant st c rest I Td). intros Fl y i Y Li. unfold outputs_zero in Z.
    rewrite forallb_forall in Z. specialize (Z _ (output_numbers_in first m i Li)).
    destruct (open_form _ (opened c)) as [f|] eqn:O; [|discriminate].
    unfold nr. rewrite <- (open_form_value F ctx w forms c _ f y Fl Y O). now apply value_is_zero.
  - destruct (outputs_cancel _ c steps) eqn:Z; [|discriminate]. inversion T.
    apply (leaf_invariant st c rest I Td). intros [Gd _] y i Y Li.
    eapply cancelled_in_cell; eauto. now rewrite <- M.
  - inversion T. apply (with_trees_invariant st c rest); auto. apply vanishing_start_invariant. Qed.
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
    as (p & q & w & forms & drows & Rp & Rq & Mp & Mq & Ms & Mt & Fit & Out & G & Sp & Sl & Ap).
  destruct (fold_steps _ _ steps) as [st|] eqn:E; [|discriminate].
  exists p, q. split; auto. split; auto. intros x X. destruct (Ap x X) as [[y Y] (u & A & K)].
  assert (L : length (adjusted F (scales t) (shifts t) (outputs q x)) = m)
    by (rewrite adjusted_length; rewrite outputs_length; congruence).
  assert (M : m = length (output left)).
  { rewrite <- (outputs_length F left y), Y, Out. symmetry. apply less_length; rewrite ?outputs_length; congruence. }
  assert (I : equal_on_invariant left ctx c first m w forms (slice_of (apart_root t)) st).
  { refine (fold_steps_invariant equal_on_take _ _ steps _ _ _ E).
    - intros. eapply equal_on_take_invariant; eauto.
    - split; [reflexivity|]. split; [exact (grown_covers F _ _ _ _ _ _ _ _ G)|exact Logic.I]. }
  destruct I as (_ & [_ C] & _). unfold equal_on_finish in H.
  destruct (on_todo st) as [|c0 rest]; [|discriminate].
  destruct (C u A) as [(c0 & [] & _)|D].
  apply less_zero; [rewrite outputs_length; congruence|].
  intros i Li. rewrite outputs_length in Li. rewrite <- Out. specialize (D i ltac:(lia)).
  rewrite K in D. apply product_zero in D; auto.
  apply pos_nonzero, of_Z_pos. exact (w_scale _ _ _ _ _ _ _ _ G). Qed.

End Soundness.
