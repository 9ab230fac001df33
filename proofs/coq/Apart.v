(** * The claims [equal-on] and [within]: how far A and B are apart on a domain (format, section 11) *)

From ExactRev Require Export Plane.
Require Import Lia.

(** ** The difference *)

(** One output less [s] times another one, less [t]. *)
Definition difference_row (ours theirs : row) (s t : Q) : row :=
  let r := add_multiple ours (q_opp s) theirs in Row (q_add (bias r) (q_opp t)) (inputs r) (neurons r).

Fixpoint difference_rows (ours theirs : list row) (ss ts : list Q) : list row :=
  match ours, theirs, ss, ts with
  | r :: ours, q :: theirs, s :: ss, t :: ts => difference_row r q s t :: difference_rows ours theirs ss ts
  | _, _, _, _ => []
  end.

(** The network whose outputs are those of A less those of B, times the scales plus the shifts. *)
Definition difference (n : N) (p q : network) (ss ts : list Q) : option network :=
  if inputs_below n p && inputs_below n q then
    match side_by_side 0 [Placed 0 n p; Placed 0 n q] with
    | (layers, [ours; theirs]) =>
        match replant layers (difference_rows ours theirs ss ts) with
        | Some net => if network_fits net then Some net else None
        | None => None
        end
    | _ => None
    end
  else None.

(** ** What stands before [proof] *)

Record apart_text := ApartText {
  scales : list Q;
  shifts : list Q;
  reductions : list reduction;
  apart_plane : option plane_text;          (* for a domain in a hyperplane *)
  apart_root : root_text }.

(** The closed domain, of which the claim speaks if it has an interior or inputs are taken out. *)
Definition apart_spoken_of (F : OrderedField) (t : apart_text) (x : list F) : Prop :=
  spoken_of F (domain_rows (apart_root t)) (apart_plane t) x.

(** The difference of A and B, the tree's root and the row number of the first output, and how many
    outputs there are. *)
Definition apart_begin (a b : network_text) (t : apart_text) : option (network * (setting * cell * N) * nat) :=
  match read_two a b with
  | Some (p, q) =>
      if N.eqb (size (scales t)) (size (output p)) && N.eqb (size (shifts t)) (size (output p)) &&
         forallb (fun s => negb (q_is_zero s)) (scales t) then
        match difference (input_count a) p q (scales t) (shifts t) with
        | Some net =>
            option_map (fun g => (net, snd g, length (output p)))
              (grow_on (input_count a) net (apart_plane t) (reductions t) (apart_root t))
        | None => None
        end
      else None
  | None => None
  end.

(** ** [equal-on] *)

Inductive equal_on_step := EqualOnTree (s : tree_step) | Same.

Record equal_on_state := EqualOnState {
  on_setting : setting; on_todo : list cell; on_first : N; on_count : nat }.

Definition equal_on_start (a b : network_text) (t : apart_text) : option equal_on_state :=
  match apart_begin a b t with
  | Some (_, (ctx, c, first), m) => Some (EqualOnState ctx [c] first m)
  | None => None
  end.

(** The row numbers of the outputs. *)
Definition output_numbers (first : N) (m : nat) : list N := map (fun i => (first + N.of_nat i)%N) (seq 0 m).

Definition equal_on_take (st : equal_on_state) (s : equal_on_step) : option equal_on_state :=
  match s with
  | EqualOnTree s =>
      option_map (fun l => EqualOnState (on_setting st) l (on_first st) (on_count st))
        (descend (on_setting st) (on_todo st) s)
  | Same =>
      match on_todo st with
      | c :: rest =>
          if forallb (fun r => match open_form r (opened c) with Some f => is_zero f | None => false end)
               (output_numbers (on_first st) (on_count st))
          then Some (EqualOnState (on_setting st) rest (on_first st) (on_count st)) else None
      | [] => None
      end
  end.

Definition equal_on_finish (st : equal_on_state) : bool := is_nil (on_todo st).

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).

(** Outputs times scales plus shifts. *)
Fixpoint adjusted (ss ts : list Q) (ys : list F) : list F :=
  match ss, ts, ys with
  | s :: ss, t :: ts, y :: ys => (Q_ s * y + Q_ t) :: adjusted ss ts ys
  | _, _, _ => []
  end.

Fixpoint less (ys zs : list F) : list F :=
  match ys, zs with
  | y :: ys, z :: zs => (y - z) :: less ys zs
  | _, _ => []
  end.

Lemma difference_row_value r q s t v :
  row_value (difference_row r q s t) v = row_value r v - (Q_ s * row_value q v + Q_ t).
Proof.
  pose proof (add_multiple_value F r (q_opp s) q v) as A. rewrite of_Q_opp in A.
  unfold difference_row. set (a := add_multiple r (q_opp s) q) in *. unfold row_value in *.
  cbn [bias inputs neurons]. rewrite of_Q_add, of_Q_opp.
  replace (Q_ (bias a) + - Q_ t + (sum_terms (inputs a) (fun i => v (0%N, i)) + sum_terms (neurons a) v))
    with (Q_ (bias a) + (sum_terms (inputs a) (fun i => v (0%N, i)) + sum_terms (neurons a) v) - Q_ t) by ring.
  rewrite A. ring. Qed.

Lemma difference_rows_value v ours : forall theirs ss ts,
  map (fun r => row_value r v) (difference_rows ours theirs ss ts) =
  less (map (fun r => row_value r v) ours) (adjusted ss ts (map (fun r => row_value r v) theirs)).
Proof. induction ours as [|r ours IH]; intros [|q theirs] [|s ss] [|t ts]; simpl; auto.
  now rewrite IH, difference_row_value. Qed.

Theorem difference_outputs n p q ss ts net x : network_fits p = true -> network_fits q = true ->
  difference n p q ss ts = Some net ->
  network_fits net = true /\ outputs net x = less (outputs p x) (adjusted ss ts (outputs q x)).
Proof.
  unfold difference. intros Fp Fq H. destruct (inputs_below n p && inputs_below n q) eqn:B; [|discriminate].
  apply andb_true_iff in B as [Bp Bq].
  destruct (side_by_side 0 _) as [layers outs] eqn:E.
  destruct outs as [|ours [|theirs [|]]]; try discriminate.
  destruct (replant layers _) as [net'|] eqn:R; [|discriminate].
  destruct (network_fits net') eqn:Fit; [|discriminate]. inversion H. subst net'. split; auto.
  set (nets := [Placed 0 n p; Placed 0 n q]) in *.
  destruct (side_by_side_solved F nets [x; x] x layers [ours; theirs]) as [Sv Vs]; auto.
  - repeat constructor; auto.
  - repeat constructor; intros i _; unfold side_valuation; cbn [fst snd first_input];
      now rewrite N.add_0_l.
  - rewrite (replant_values F (side_valuation F nets [x; x] x) x (fun i => eq_refl) layers _ net Sv R).
    rewrite difference_rows_value. simpl in Vs. inversion Vs as [[V1 V2]]. now rewrite V1, V2. Qed.

(** What is known at the start of a proof about the difference. *)
Lemma apart_begun a b t net ctx c first m : apart_begin a b t = Some (net, (ctx, c, first), m) ->
  exists p q w forms drows known, read_network a = Some p /\ read_network b = Some q /\
    m = length (output p) /\ m = length (output q) /\ m = length (scales t) /\ m = length (shifts t) /\
    network_fits net = true /\
    (forall x, outputs net x = less (outputs p x) (adjusted (scales t) (shifts t) (outputs q x))) /\
    grown F ctx c drows known first w forms /\
    forall x, apart_spoken_of F t x -> exists u, approached F w forms c u /\
      forall i, norm_row F (scale ctx) forms w (first + N.of_nat i) u = Z_ (scale ctx) * nth i (outputs net x) 0.
Proof.
  unfold apart_begin. destruct (read_two a b) as [[p q]|] eqn:R; [|discriminate].
  destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff, !N.eqb_eq, !size_length in C.
  destruct C as [[C1 C2] _].
  destruct (difference _ p q _ _) as [net'|] eqn:D; [|discriminate].
  destruct (grow_on _ _ _ _ _) as [[left [[ctx' c'] first']]|] eqn:G; [|discriminate].
  intro H. inversion H. subst net' ctx' c' first' m. clear H.
  unfold read_two in R. destruct (read_network a) as [p'|] eqn:Rp; [|discriminate].
  destruct (read_network b) as [q'|] eqn:Rq; [|discriminate].
  destruct (_ && _) eqn:E; [|discriminate]. inversion R. subst p' q'. clear R.
  apply andb_true_iff in E as [_ E]. apply N.eqb_eq in E. rewrite !size_length in E.
  pose proof (read_network_fits _ _ Rp) as Fp. pose proof (read_network_fits _ _ Rq) as Fq.
  pose proof (fun x => difference_outputs _ _ _ _ _ _ x Fp Fq D) as Out.
  destruct (Out []) as [Fit _].
  destruct (ground_approached F _ _ _ _ _ _ _ _ _ Fit G) as (w & forms & drows & Gr & _ & Ap).
  exists p, q, w, forms, drows, (outputs left). do 7 (split; [solve [auto | lia]|]). split; [intro x; now apply Out|].
  split; auto. intros x X. now destruct (Ap x X) as [_ A]. Qed.

Lemma outputs_length net (x : list F) : length (outputs net x) = length (output net).
Proof. apply map_length. Qed.

Lemma adjusted_length ss : forall ts ys, length ss = length ys -> length ts = length ys ->
  length (adjusted ss ts ys) = length ys.
Proof. induction ss as [|s ss IH]; intros [|t ts] [|y ys] A B; simpl in *; try discriminate; auto. Qed.

Lemma less_zero ys : forall zs, length ys = length zs ->
  (forall i, (i < length ys)%nat -> nth i (less ys zs) 0 = 0) -> ys = zs.
Proof. induction ys as [|y ys IH]; intros [|z zs] L H; try discriminate; auto. f_equal.
  - specialize (H 0%nat). simpl in H. replace y with (y - z + z) by ring. rewrite H by lia. ring.
  - apply IH; [now inversion L|]. intros i I. apply (H (S i)). simpl. lia. Qed.

Lemma output_numbers_in first m i : (i < m)%nat -> In (first + N.of_nat i)%N (output_numbers first m).
Proof. intro I. unfold output_numbers. apply (in_map (fun i => (first + N.of_nat i)%N)).
  apply in_seq. lia. Qed.

(** An accepted certificate [equal-on]: wherever the rows of the domain are >= 0, if there is a point
    where they are > 0 or the domain lies in a hyperplane, as inputs that are taken out show, the outputs
    of A are those of B, times the scales plus the shifts. *)
Theorem equal_on_sound a b t steps :
  judged (equal_on_start a b t) equal_on_take equal_on_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    forall x, apart_spoken_of F t x -> outputs p x = adjusted (scales t) (shifts t) (outputs q x).
Proof.
  intro H. unfold judged, equal_on_start in H.
  destruct (apart_begin a b t) as [[[net [[ctx c] first]] m]|] eqn:B; [|discriminate].
  destruct (apart_begun _ _ _ _ _ _ _ _ B)
    as (p & q & w & forms & drows & known & Rp & Rq & Mp & Mq & Ms & Mt & Fit & Out & G & Ap).
  destruct (fold_steps _ _ steps) as [st|] eqn:E; [|discriminate].
  exists p, q. split; auto. split; auto. intros x X.
  set (nr := norm_row F (scale ctx) forms w).
  set (done := fun u => forall i, (i < m)%nat -> nr (first + N.of_nat i)%N u = 0).
  set (inv := fun s => on_setting s = ctx /\ on_first s = first /\ on_count s = m /\
    covers F ctx w forms nr (on_todo s) (approached F w forms c) done).
  assert (Start : inv (EqualOnState ctx [c] first m)).
  { split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|].
    exact (grown_covers F _ _ _ _ _ _ _ _ G). }
  assert (I : inv st).
  { refine (fold_steps_invariant equal_on_take inv _ steps _ _ Start E).
    clear E H Start. intros s s0 s' (I1 & I2 & I3 & I4) T. destruct s0 as [ts|]; simpl in T.
    - destruct (descend _ _ ts) as [l|] eqn:D; [|discriminate]. inversion T. subst s'.
      split; [|split; [|split]]; auto. rewrite I1 in D.
      exact (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G I4 D).
    - destruct (on_todo s) as [|c0 rest] eqn:Td; [discriminate|].
      destruct (forallb _ _) eqn:Z; [|discriminate]. inversion T. subst s'.
      split; [|split; [|split]]; auto. cbn [on_todo].
      apply (leaf_covers F ctx w forms nr c0 rest (approached F w forms c) done done I4); auto.
      intros u Fl Au i Li. rewrite forallb_forall, I2, I3 in Z.
      specialize (Z _ (output_numbers_in first m i Li)).
      destruct (open_form _ (opened c0)) as [f|] eqn:O; [|discriminate].
      apply (approached_zero F w forms c0 u (nr (first + N.of_nat i)%N)); auto.
      + apply steady_norm_row.
      + intros y Y. unfold nr. rewrite <- (open_form_value F ctx w forms c0 _ f y Fl Y O).
        now apply value_is_zero. }
  destruct I as (_ & _ & _ & [_ C]). unfold equal_on_finish in H.
  destruct (on_todo st) as [|c0 rest]; [|discriminate].
  destruct (Ap x X) as (u & A & K).
  destruct (C u A) as [(c0 & [] & _)|D].
  apply less_zero.
  - rewrite adjusted_length; rewrite !outputs_length; lia.
  - intros i Li. rewrite outputs_length in Li. rewrite <- Out. specialize (D i ltac:(lia)).
    unfold nr in D. rewrite K in D. apply product_zero in D; auto.
    apply pos_nonzero, of_Z_pos. exact (w_scale _ _ _ _ _ _ _ _ G). Qed.

End Soundness.
