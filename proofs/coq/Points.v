(** * The claims [unscalable] and [unbounded]: three points, or a ray (format, sections 8 and 11) *)

Require Import Lia.
From ExactRev Require Export Classes.

(** ** [unscalable] *)

Record unscalable_state := UnscalableState { un_fresh : different_state; un_points : list different_state }.

Definition unscalable_start (a b : network_text) : option unscalable_state :=
  option_map (fun d => UnscalableState d []) (different_start a b).

Definition both_outputs (d : different_state) : option (list Q * list Q) :=
  match output_a d, output_b d with Some ys, Some zs => Some (ys, zs) | _, _ => None end.

Definition unscalable_take (st : unscalable_state) (s : different_step) : option unscalable_state :=
  match s, un_points st with
  | Point _, l =>
      if Nat.ltb (length l) 3 &&
         match l with [] => true | d :: _ => match both_outputs d with Some _ => true | None => false end end
      then option_map (fun d => UnscalableState (un_fresh st) (d :: l)) (different_take (un_fresh st) s)
      else None
  | Output _ _, d :: l => option_map (fun d => UnscalableState (un_fresh st) (d :: l)) (different_take d s)
  | Output _ _, [] => None
  end.

Definition q_less (a b : Q) : Q := q_add a (q_opp b).

(** No scale other than 0 and no shift are right at the three points: f = c g + d. *)
Definition is_refuted (f1 f2 f3 g1 g2 g3 : Q) : bool :=
  let u1 := q_less f1 f3 in let u2 := q_less f2 f3 in
  let v1 := q_less g1 g3 in let v2 := q_less g2 g3 in
  xorb (q_is_zero u1 && q_is_zero u2) (q_is_zero v1 && q_is_zero v2) ||
  negb (q_is_zero (q_less (q_mul u1 v2) (q_mul u2 v1))).

Definition unscalable_finish (st : unscalable_state) : bool :=
  match collect both_outputs (un_points st) with
  | Some [(y3, z3); (y2, z2); (y1, z1)] =>
      existsb (fun i => is_refuted (nth i y1 0%Q) (nth i y2 0%Q) (nth i y3 0%Q)
                          (nth i z1 0%Q) (nth i z2 0%Q) (nth i z3 0%Q)) (seq 0 (length y1))
  | _ => false
  end.

(** ** [unbounded] *)

Record unbounded_text := UnboundedText { ub_scales : list Q; ub_shifts : list Q; ub_rows : list (list Q) }.

(** Values along a ray: at its beginning, and how they grow. *)
Definition lines := KeyMap.t (Q * Q).

Definition line_at (M : lines) (r : row) : option (Q * Q) :=
  let first k := option_map fst (KeyMap.find k M) in
  let second k := option_map snd (KeyMap.find k M) in
  match add_terms (fun i => first (0%N, i)) (inputs r) (bias r), add_terms (fun i => second (0%N, i)) (inputs r) 0%Q with
  | Some p, Some s =>
      match add_terms first (neurons r) p, add_terms second (neurons r) s with
      | Some p, Some s => Some (p, s)
      | _, _ => None
      end
  | _, _ => None
  end.

Fixpoint input_lines (i : N) (xs vs : list Q) (M : lines) : lines :=
  match xs, vs with
  | x :: xs, v :: vs => input_lines (N.succ i) xs vs (KeyMap.add (0%N, i) (x, v) M)
  | _, _ => M
  end.

(** The neurons, none of which changes its sign. *)
Fixpoint neuron_lines (ns : list (key * row)) (M : lines) : option lines :=
  match ns with
  | [] => Some M
  | (k, r) :: ns =>
      match line_at M r with
      | Some (p, s) =>
          if q_nonpos p && q_nonpos s then neuron_lines ns (KeyMap.add k (0%Q, 0%Q) M)
          else if q_nonneg p && q_nonneg s then neuron_lines ns (KeyMap.add k (p, s) M)
          else None
      | None => None
      end
  end.

(** The rows of the domain hold along the ray, and an output grows or falls. *)
Definition ray_proves (net : network) (drows : list row) (xs vs : list Q) : bool :=
  let M := input_lines 0 xs vs (KeyMap.empty (Q * Q)) in
  forallb (fun r => is_nil (neurons r) &&
    match line_at M r with Some (p, s) => q_nonneg p && q_nonneg s | None => false end) drows &&
  match neuron_lines (named net) M with
  | Some M => existsb (fun r => match line_at M r with Some (_, s) => negb (q_is_zero s) | None => false end) (output net)
  | None => false
  end.

Inductive unbounded_step := RayPoint (xs : list Q) | Ray (vs : list Q).

Record unbounded_state := UnboundedState {
  ub_net : network; ub_drows : list row; ub_width : N; ub_point : option (list Q); ub_proved : bool }.

Definition unbounded_start (a b : network_text) (t : unbounded_text) : option unbounded_state :=
  match read_two a b with
  | Some (p, q) =>
      if N.eqb (size (ub_scales t)) (size (output p)) && N.eqb (size (ub_shifts t)) (size (output p)) &&
         forallb (fun s => negb (q_is_zero s)) (ub_scales t) &&
         forallb (fun ws => N.eqb (size ws) (N.succ (input_count a))) (ub_rows t) then
        option_map (fun net => UnboundedState net (map domain_row (ub_rows t)) (input_count a) None false)
          (difference (input_count a) p q (ub_scales t) (ub_shifts t))
      else None
  | None => None
  end.

Definition unbounded_take (st : unbounded_state) (s : unbounded_step) : option unbounded_state :=
  match s, ub_point st, ub_proved st with
  | RayPoint xs, None, _ =>
      if N.eqb (size xs) (ub_width st)
      then Some (UnboundedState (ub_net st) (ub_drows st) (ub_width st) (Some xs) false) else None
  | Ray vs, Some xs, false =>
      if N.eqb (size vs) (ub_width st) && ray_proves (ub_net st) (ub_drows st) xs vs
      then Some (UnboundedState (ub_net st) (ub_drows st) (ub_width st) (Some xs) true) else None
  | _, _, _ => None
  end.

Definition unbounded_finish (st : unbounded_state) : bool := ub_proved st.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).

Lemma of_Q_less a b : Q_ (q_less a b) = Q_ a - Q_ b.
Proof. unfold q_less. rewrite of_Q_add, of_Q_opp. ring. Qed.

Lemma refuted_sound f1 f2 f3 g1 g2 g3 (c d : F) : is_refuted f1 f2 f3 g1 g2 g3 = true -> c <> 0 ->
  ~ (Q_ f1 = c * Q_ g1 + d /\ Q_ f2 = c * Q_ g2 + d /\ Q_ f3 = c * Q_ g3 + d).
Proof.
  intros H C (E1 & E2 & E3). unfold is_refuted in H.
  assert (U1 : Q_ (q_less f1 f3) = c * Q_ (q_less g1 g3)) by (rewrite !of_Q_less, E1, E3; ring).
  assert (U2 : Q_ (q_less f2 f3) = c * Q_ (q_less g2 g3)) by (rewrite !of_Q_less, E2, E3; ring).
  set (u1 := q_less f1 f3) in *. set (u2 := q_less f2 f3) in *.
  set (v1 := q_less g1 g3) in *. set (v2 := q_less g2 g3) in *.
  assert (Z : forall u v, Q_ u = c * Q_ v -> q_is_zero u = q_is_zero v).
  { intros u v E. destruct (q_is_zero u) eqn:A, (q_is_zero v) eqn:B; auto; exfalso.
    - apply (of_Q_zero F) in A. rewrite A in E. symmetry in E. apply product_zero in E; auto.
      now apply (of_Q_not_zero F) in B.
    - apply (of_Q_zero F) in B. apply (of_Q_not_zero F u A). rewrite E, B. ring. }
  rewrite (Z u1 v1 U1), (Z u2 v2 U2), xorb_nilpotent in H. simpl in H. apply negb_true_iff in H.
  apply (of_Q_not_zero F _ H). rewrite of_Q_less, !of_Q_mul, U1, U2. ring. Qed.

(** An accepted certificate [unscalable]: some output of A is, for no scale other than 0 and no shift, that
    output of B times the scale plus the shift at every input. *)
Theorem unscalable_sound a b steps :
  judged (unscalable_start a b) unscalable_take unscalable_finish steps = true ->
  exists p q i, read_network a = Some p /\ read_network b = Some q /\ (i < length (output p))%nat /\
    forall c d : F, c <> 0 -> ~ forall x, N.of_nat (length x) = input_count a ->
      nth i (outputs p x) 0 = c * nth i (outputs q x) 0 + d.
Proof.
  intro H. assert (S : exists p q, read_two a b = Some (p, q) /\
      different_start a b = Some (DifferentState p q (input_count a) None None None)).
  { unfold judged, unscalable_start, different_start in *. destruct (read_two a b) as [[p q]|]; [|discriminate]. eauto. }
  destruct S as (p & q & R & S). apply read_two_spec in R as [P Q]. cbn [fst snd] in P, Q.
  set (inv := fun st => un_fresh st = DifferentState p q (input_count a) None None None /\
    Forall (different_invariant p q (input_count a)) (un_points st)).
  destruct (judged_invariant _ _ _ _ inv H) as (st & (_ & J) & E).
  - intros st E. unfold unscalable_start in E. rewrite S in E. inversion E. split; [reflexivity|constructor].
  - intros st s st' (I1 & I2) T. unfold unscalable_take in T. destruct s as [xs|x ys].
    + destruct (_ && _); [|discriminate]. destruct (different_take (un_fresh st) (Point xs)) as [d|] eqn:D; [|discriminate].
      inversion T. subst st'. split; [exact I1|]. constructor; auto. rewrite I1 in D.
      eapply different_take_invariant; [|exact D]. simpl. auto.
    + destruct (un_points st) as [|d l]; [discriminate|].
      destruct (different_take d (Output x ys)) as [d'|] eqn:D; [|discriminate]. inversion T. subst st'.
      split; [exact I1|]. inversion I2. subst. constructor; auto. eapply different_take_invariant; eauto.
  - unfold unscalable_finish in E. destruct (collect both_outputs (un_points st)) as [l|] eqn:C; [|discriminate].
    destruct l as [|[y3 z3] [|[y2 z2] [|[y1 z1] [|]]]]; try discriminate. apply existsb_exists in E as (i & Ii & E).
    apply in_seq in Ii. apply collect_all in C.
    assert (K : forall y z, In (y, z) [(y3, z3); (y2, z2); (y1, z1)] -> exists x : list F,
      N.of_nat (length x) = input_count a /\ outputs p x = map Q_ y /\ outputs q x = map Q_ z).
    { intros y z I0. assert (K : exists d, different_invariant p q (input_count a) d /\ both_outputs d = Some (y, z)).
      { clear -C J I0. induction C as [|d o ds os Eo _ IH]; [destruct I0|]. inversion J. subst.
        destruct I0 as [->|I0]; [eauto|]. now apply IH. }
      destruct K as ([p' q' n' xs ys zs] & Iv & B). unfold both_outputs in B. simpl in B, Iv.
      destruct ys as [ys|]; [|discriminate]. destruct zs as [zs|]; [|discriminate]. inversion B. subst.
      destruct xs as [xs|]; [|tauto]. destruct Iv as (-> & -> & -> & L & JA & JB). exists (map Q_ xs).
      split; [now rewrite map_length, <- size_length|].
      split; eapply has_outputs_correct; eauto using read_network_fits. }
    destruct (K y1 z1) as (x1 & L1 & A1 & B1); [simpl; auto|].
    destruct (K y2 z2) as (x2 & L2 & A2 & B2); [simpl; auto|].
    destruct (K y3 z3) as (x3 & L3 & A3 & B3); [simpl; auto|].
    exists p, q, i. split; auto. split; auto.
    assert (Ly : length y1 = length (output p)).
    { pose proof (f_equal (@length F) A1) as M. now rewrite outputs_length, map_length in M. }
    split; [lia|]. intros c d Nc All. apply (refuted_sound _ _ _ _ _ _ c d E Nc).
    assert (V : forall l, nth i (map Q_ l) 0 = Q_ (nth i l 0%Q)).
    { intro l. rewrite <- (of_Q_0 F). apply map_nth. }
    pose proof (All x1 L1) as E1. pose proof (All x2 L2) as E2. pose proof (All x3 L3) as E3.
    rewrite A1, B1, !V in E1. rewrite A2, B2, !V in E2. rewrite A3, B3, !V in E3. auto. Qed.

(** *** Rays *)

Section Along.
Variables (v : valuation F) (t : F).
Hypothesis t_nonneg : 0 <= t.

Definition follows (M : lines) : Prop := forall k p s, KeyMap.find k M = Some (p, s) -> v k = Q_ p + t * Q_ s.

Lemma sum_terms_follow {name} ts (a b : name -> F) :
  sum_terms ts (fun k => a k - t * b k) = sum_terms ts a - t * sum_terms ts b.
Proof. induction ts as [|[k c] ts IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma line_at_value M r p s : follows M -> line_at M r = Some (p, s) -> row_value r v = Q_ p + t * Q_ s.
Proof.
  intros Fo H. unfold line_at in H.
  set (S := fun k : key => match KeyMap.find k M with Some (_, s) => Q_ s | None => 0 end).
  set (P := fun k : key => v k - t * S k).
  assert (HP : forall k q, option_map fst (KeyMap.find k M) = Some q -> Q_ q = P k).
  { intros k q E. unfold P, S. destruct (KeyMap.find k M) as [[p' s']|] eqn:K; [|discriminate]. inversion E. subst.
    rewrite (Fo k q s' K). ring. }
  assert (HS : forall k q, option_map snd (KeyMap.find k M) = Some q -> Q_ q = S k).
  { intros k q E. unfold S. destruct (KeyMap.find k M) as [[p' s']|]; [|discriminate]. now inversion E. }
  destruct (add_terms _ (inputs r) (bias r)) as [p1|] eqn:A; [|discriminate].
  destruct (add_terms _ (inputs r) 0%Q) as [s1|] eqn:B; [|discriminate].
  match type of H with match ?e with _ => _ end = _ => destruct e as [p2|] eqn:A2; [|discriminate] end.
  match type of H with match ?e with _ => _ end = _ => destruct e as [s2|] eqn:B2; [|discriminate] end. inversion H. subst p2 s2.
  apply (add_terms_value F _ (fun i => P (0%N, i))) in A; [|intros k q; apply HP].
  apply (add_terms_value F _ (fun i => S (0%N, i))) in B; [|intros k q; apply HS].
  apply (add_terms_value F _ P) in A2; auto. apply (add_terms_value F _ S) in B2; auto.
  rewrite A2, A, B2, B, of_Q_0. unfold P. rewrite (sum_terms_follow (inputs r) (fun i => v (0%N, i)) (fun i => S (0%N, i))).
  rewrite (sum_terms_follow (neurons r) v S). unfold row_value.
  clearbody S. generalize (sum_terms (inputs r) (fun i => S (0%N, i))), (sum_terms (neurons r) S). intros a b. ring. Qed.

Lemma neuron_lines_follow ns : forall M M', solves v ns -> follows M -> neuron_lines ns M = Some M' -> follows M'.
Proof.
  induction ns as [|[k r] ns IH]; simpl; intros M M' Sv Fo H; [inversion H; now subst|].
  inversion Sv as [|n l E Sv']. subst. cbn [fst snd] in E.
  destruct (line_at M r) as [[p s]|] eqn:L; [|discriminate]. pose proof (line_at_value M r p s Fo L) as V.
  assert (Add : forall p' s', v k = Q_ p' + t * Q_ s' -> follows (KeyMap.add k (p', s') M)).
  { intros p' s' Vk j pj sj K. rewrite KeyFacts.add_o in K. destruct (KeyMap.E.eq_dec k j) as [D|D]; [|now apply Fo].
    change (k = j) in D. inversion K. now subst. }
  rewrite V in E. destruct (q_nonpos p && q_nonpos s) eqn:Np.
  - apply andb_true_iff in Np as [A B]. apply (of_Q_nonpos F) in A, B. apply (IH _ _ Sv') in H; auto. apply Add.
    rewrite E, of_Q_0. replace (0 + t * 0) with (0 : F) by ring. apply relu_of_nonpos.
    apply opp_nonneg in A, B. apply le_sub. replace (0 - (Q_ p + t * Q_ s)) with (- Q_ p + t * - Q_ s) by ring.
    apply add_nonneg; auto. now apply mul_nonneg.
  - destruct (q_nonneg p && q_nonneg s) eqn:Nn; [|discriminate]. apply andb_true_iff in Nn as [A B].
    apply (of_Q_nonneg F) in A, B. apply (IH _ _ Sv') in H; auto. apply Add. rewrite E. apply relu_of_nonneg.
    apply add_nonneg; auto. now apply mul_nonneg. Qed.

Lemma input_lines_follow xs : forall vs i M, follows M -> length xs = length vs ->
  (forall j, (j < length xs)%nat -> v (0%N, (i + N.of_nat j)%N) = Q_ (nth j xs 0%Q) + t * Q_ (nth j vs 0%Q)) ->
  follows (input_lines i xs vs M).
Proof.
  induction xs as [|x xs IH]; intros [|w vs] i M Fo L H; simpl in *; try discriminate; auto. apply IH; [|lia|].
  - intros j p s K. rewrite KeyFacts.add_o in K. destruct (KeyMap.E.eq_dec (0%N, i) j) as [D|D]; [|now apply Fo].
    change ((0%N, i) = j) in D. inversion K. subst. specialize (H 0%nat ltac:(lia)). simpl in H. now rewrite N.add_0_r in H.
  - intros j J. specialize (H (Datatypes.S j) ltac:(lia)). simpl in H. rewrite <- H. do 2 f_equal. lia. Qed.

End Along.

(** What changes along a ray is larger than any bound somewhere. *)
Lemma grows (p s M : F) : s <> 0 -> exists t, 0 <= t /\ ~ within (p + t * s) M.
Proof.
  intro Ns. assert (B : exists b, 0 <= b /\ p <= b /\ - p <= b /\ M <= b).
  { assert (B0 : exists b, 0 <= b /\ p <= b /\ - p <= b).
    { destruct (le_total F 0 p) as [L|L].
      - exists p. split; auto. split; [apply le_refl|]. apply (le_trans F _ 0); auto. apply le_sub.
        now replace (0 - - p) with p by ring.
      - pose proof (opp_nonneg F _ L) as L'. exists (- p). split; auto. split; [|apply le_refl].
        now apply (le_trans F _ 0). }
    destruct B0 as (b & B1 & B2 & B3). destruct (le_total F M b) as [L|L]; [exists b; auto|].
    exists M. repeat split; try (now apply (le_trans F _ b)). apply le_refl. }
  destruct B as (b & B1 & B2 & B3 & B4).
  assert (Up : forall r q : F, 0 < r -> - q <= b -> exists t, 0 <= t /\ M < q + t * r).
  { intros r q Pr Q. assert (N : r <> 0) by now apply pos_nonzero. exists ((b + b + 1) * inv r). split.
    - apply mul_nonneg; [|now apply lt_le, inv_pos]. apply add_nonneg; [now apply add_nonneg|apply lt_le, one_pos].
    - replace (q + (b + b + 1) * inv r * r) with (q + (b + b + 1) * (r * inv r)) by ring. rewrite inv_law by auto.
      apply lt_sub. apply le_sub in Q, B4.
      replace (q + (b + b + 1) * 1 - M) with ((b - M) + ((b - - q) + 1)) by ring.
      apply add_nonneg_pos; auto. apply add_nonneg_pos; auto. apply one_pos. }
  destruct (le_or_lt F 0 s) as [L|L].
  - destruct (Up s p) as (t & T & G); auto. { now apply le_neq_lt; auto. } exists t. split; auto. intros [W _]. now apply G.
  - apply opp_pos in L. destruct (Up (- s) (- p) L) as (t & T & G).
    { now replace (- - p) with p by ring. }
    exists t. split; auto. intros [_ W]. apply G. now replace (- p + t * - s) with (- (p + t * s)) by ring. Qed.

(** An accepted certificate [unbounded]: an output of A less that of B (times its scale, plus its shift)
    is larger, in absolute value, than any bound where the rows of the domain are >= 0. *)
Theorem unbounded_sound a b t steps :
  judged (unbounded_start a b t) unbounded_take unbounded_finish steps = true ->
  exists p q i, read_network a = Some p /\ read_network b = Some q /\ (i < length (output p))%nat /\
    forall M : F, exists x, in_closed F (map domain_row (ub_rows t)) x /\
      ~ within (nth i (less F (outputs p x) (adjusted F (ub_scales t) (ub_shifts t) (outputs q x))) 0) M.
Proof.
  intro H. unfold judged, unbounded_start in H. destruct (read_two a b) as [[p q]|] eqn:R; [|discriminate].
  pose proof (read_two_outputs _ _ _ R) as Sz. simpl in Sz. destruct (_ && _) eqn:C; [|discriminate].
  rewrite !andb_true_iff, !N.eqb_eq, !size_length in C. destruct C as [[[C1 C2] _] _].
  destruct (difference _ p q _ _) as [net|] eqn:D; [|discriminate]. simpl in H.
  destruct (fold_steps _ _ steps) as [st|] eqn:E; [|discriminate].
  apply read_two_spec in R as [Rp Rq]. cbn [fst snd] in Rp, Rq.
  pose proof (fun x => difference_outputs F _ _ _ _ _ _ x (read_network_fits _ _ Rp) (read_network_fits _ _ Rq) D) as Out.
  destruct (Out []) as [Fit _]. set (drows := map domain_row (ub_rows t)) in *.
  set (inv := fun s => ub_net s = net /\ ub_drows s = drows /\ (ub_proved s = true ->
    exists xs vs, length xs = length vs /\ ray_proves net drows xs vs = true) /\
    match ub_point s with Some xs => N.of_nat (length xs) = ub_width s | None => True end).
  assert (I : inv st).
  { refine (fold_steps_invariant unbounded_take inv _ steps _ _ _ E).
    - intros s s0 s' (I1 & I2 & I3 & I4) T. unfold unbounded_take in T. destruct s0 as [xs|vs];
        destruct (ub_point s) as [xs0|]; try discriminate.
      + destruct (N.eqb (size xs) (ub_width s)) eqn:L; [|discriminate]. inversion T. apply N.eqb_eq in L.
        rewrite size_length in L. split; [exact I1|]. split; [exact I2|]. split; [discriminate|exact L].
      + destruct (ub_proved s); [discriminate|]. destruct (_ && _) eqn:L; [|discriminate]. inversion T.
        apply andb_true_iff in L as [L K]. apply N.eqb_eq in L. rewrite size_length in L. rewrite I1, I2 in *.
        split; [reflexivity|]. split; [reflexivity|]. split; [|exact I4]. intros _. exists xs0, vs. split; [lia|exact K].
    - split; [reflexivity|]. split; [reflexivity|]. split; [discriminate|exact Logic.I]. }
  destruct I as (_ & _ & I & _). unfold unbounded_finish in H. destruct (I H) as (xs & vs & L & Ray_).
  unfold ray_proves in Ray_. set (M0 := input_lines 0 xs vs (KeyMap.empty (Q * Q))) in *.
  apply andb_true_iff in Ray_ as [Rd Ro]. destruct (neuron_lines (named net) M0) as [M1|] eqn:Nl; [|discriminate].
  apply existsb_exists in Ro as (r & Ir & Ro). destruct (line_at M1 r) as [[po so]|] eqn:Lo; [|discriminate].
  apply negb_true_iff, (of_Q_not_zero F) in Ro. apply In_nth_error in Ir as [i Ir].
  set (at_ := fun u => moved (map Q_ xs) u (map Q_ vs)).
  assert (F0 : forall net0 u, 0 <= u -> follows (values_at net0 (at_ u)) u M0).
  { intros net0 u U. apply input_lines_follow; auto.
    - intros k p0 s0 K. rewrite KeyFacts.empty_o in K. discriminate.
    - intros j J. rewrite values_input. replace (N.to_nat (0 + N.of_nat j)) with j by lia. unfold at_.
      rewrite moved_nth. rewrite <- !(map_nth Q_), !(nth_indep _ (Q_ 0%Q) 0) by (rewrite map_length; lia). reflexivity. }
  assert (Lp : length (outputs net (at_ 0)) = length (output p)).
  { destruct (Out (at_ 0)) as [_ ->].
    assert (Ll : forall ys zs : list F, length ys = length zs -> length (less F ys zs) = length ys).
    { induction ys as [|y ys IH]; intros [|z0 zs] Hl; simpl in *; try discriminate; auto. }
    rewrite Ll; rewrite ?adjusted_length, !outputs_length by (rewrite outputs_length; lia); lia. }
  exists p, q, i. split; auto. split; auto. split.
  { rewrite <- Lp, outputs_length. apply nth_error_Some. now rewrite Ir. }
  intro B. destruct (grows (Q_ po) (Q_ so) B Ro) as (u & U & G). exists (at_ u). split.
  - intros d Id. rewrite forallb_forall in Rd. specialize (Rd d Id). apply andb_true_iff in Rd as [Nd Rd].
    destruct (neurons d) eqn:Ed; [|discriminate].
    destruct (line_at M0 d) as [[pd sd]|] eqn:Ld; [|discriminate]. apply andb_true_iff in Rd as [A0 B0].
    apply (of_Q_nonneg F) in A0, B0. rewrite <- (affine_value F d (at_ u) Ed).
    change (reading [at_ u]) with (values_at (Network [] []) (at_ u)).
    rewrite (line_at_value _ u M0 d pd sd (F0 (Network [] []) u U) Ld). apply add_nonneg; auto. now apply mul_nonneg.
  - destruct (Out (at_ u)) as [_ <-]. unfold outputs. erewrite nth_error_nth; [|rewrite nth_error_map, Ir; reflexivity].
    pose proof (neuron_lines_follow _ u U _ _ _ (values_solve F net (at_ u) Fit) (F0 net u U) Nl) as F1.
    now rewrite (line_at_value _ u M1 r po so F1 Lo). Qed.

End Soundness.
