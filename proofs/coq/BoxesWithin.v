(** * The claim [within], proved by boxes (format, section 11) *)

Require Import Lia.
From ExactRev Require Export Within BoxesPairs.

Record boxes_text := BoxesText {
  box_scales : list Q;
  box_shifts : list Q;
  box_pairs : list pair_text;
  box_rows : list (list Q) }.

Inductive boxes_step :=
  | BoxSum (ps : list (N * Z))
  | BoxVacant (ps : list (N * Z))
  | BoxCut (j : N) (q p : Z)
  | BoxEnclosed (s : N)
  | BoxBounds (bs : list (Q * Q))
  | BoxAttained (i : N) (q : Z) (ps : list Z)
  | BoxReached (i : N) (q : Z) (ps : list Z).

Record boxes_state := BoxesState {
  bx_net : network;                             (* the difference *)
  bx_ready : ready;                             (* the same, in terms of gaps *)
  bx_width : N;                                 (* the number of inputs *)
  bx_rows : list row;                           (* the domain *)
  bx_count : nat;                               (* the number of outputs *)
  bx_pieces : list piece;
  bx_widest : option (list (Q * Q));            (* of the pieces that were dealt with *)
  bx_stated : option (list (Q * Q));
  bx_attained : list (nat * bool);              (* outputs, with true for the upper bound *)
  bx_reached : option (nat * Q) }.

Definition boxes_start (a b : network_text) (t : boxes_text) : option boxes_state :=
  match read_two a b with
  | Some (p, q) =>
      let n := input_count a in
      let drows := map domain_row (box_rows t) in
      if N.eqb (size (box_scales t)) (size (output p)) && N.eqb (size (box_shifts t)) (size (output p)) &&
         forallb (fun s => negb (q_is_zero s)) (box_scales t) &&
         forallb (fun r => N.eqb (size r) (N.succ n)) (box_rows t) then
        match difference n p q (box_scales t) (box_shifts t), read_pairs p q None (box_pairs t) no_pairs with
        | Some net, Some ps =>
            option_map (fun rd => BoxesState net rd n drows (length (output p)) [Piece drows []] None None [] None)
              (make_ready ps (map (@length row) (hidden p)) net)
        | _, _ => None
        end
      else None
  | None => None
  end.

Definition set_boxes (st : boxes_state) (pcs : list piece) (ws : option (list (Q * Q))) : boxes_state :=
  BoxesState (bx_net st) (bx_ready st) (bx_width st) (bx_rows st) (bx_count st) pcs ws
    (bx_stated st) (bx_attained st) (bx_reached st).

Definition set_claim (st : boxes_state) (bs : option (list (Q * Q))) (at_ : list (nat * bool))
  (reached : option (nat * Q)) : boxes_state :=
  BoxesState (bx_net st) (bx_ready st) (bx_width st) (bx_rows st) (bx_count st) (bx_pieces st) (bx_widest st)
    bs at_ reached.

(** An output of the difference at a point of the domain. *)
Definition output_there (st : boxes_state) (i : N) (q : Z) (ps : list Z) : option (nat * Q) :=
  if N.ltb i (N.of_nat (bx_count st)) && Z.ltb 0 q && N.eqb (size ps) (bx_width st) then
    let xs := point_of q ps in
    if rows_hold (bx_rows st) xs then
      match outputs_at (bx_net st) xs with
      | Some ys => option_map (pair (N.to_nat i)) (nth_error ys (N.to_nat i))
      | None => None
      end
    else None
  else None.

(** The bounds of an output that it has. *)
Definition bounds_had (bs : list (Q * Q)) (o : nat * Q) : list (nat * bool) :=
  match nth_error bs (fst o) with
  | Some (l, u) =>
      (if Qeq_bool (snd o) l then [(fst o, false)] else []) ++ (if Qeq_bool (snd o) u then [(fst o, true)] else [])
  | None => []
  end.

Definition over (unit : Z) (b : Z * Z) : Q * Q := (Qmake (fst b) (Z.to_pos unit), Qmake (snd b) (Z.to_pos unit)).

Definition boxes_take (st : boxes_state) (s : boxes_step) : option boxes_state :=
  match s with
  | BoxSum ps =>
      match bx_pieces st with
      | pc :: rest => option_map (fun pc' => set_boxes st (pc' :: rest) (bx_widest st)) (add_sum pc ps)
      | [] => None
      end
  | BoxVacant ps =>
      match bx_pieces st with
      | pc :: rest => if is_vacant pc ps then Some (set_boxes st rest (bx_widest st)) else None
      | [] => None
      end
  | BoxCut j q p =>
      match bx_pieces st with
      | pc :: rest =>
          option_map (fun h => set_boxes st (fst h :: snd h :: rest) (bx_widest st)) (cut (bx_width st) pc j q p)
      | [] => None
      end
  | BoxEnclosed s =>
      match bx_pieces st with
      | pc :: rest =>
          option_map (fun bs =>
              set_boxes st rest (Some (widened (map (over (Z.pow 2 (Z.of_N s))) bs) (bx_widest st))))
            (ready_bounds (bx_ready st) (bx_width st) s (piece_domain pc))
      | [] => None
      end
  | BoxBounds bs =>
      if is_nil (bx_pieces st) && N.eqb (size bs) (N.of_nat (bx_count st)) &&
         match bx_stated st with Some _ => false | None => true end &&
         match bx_widest st with Some ws => say_no_more bs ws | None => true end
      then Some (set_claim st (Some bs) [] None) else None
  | BoxAttained i q ps =>
      match bx_stated st, output_there st i q ps with
      | Some bs, Some o =>
          match bounds_had bs o with
          | [] => None
          | had => Some (set_claim st (Some bs) (fold_right add_new (bx_attained st) had) (bx_reached st))
          end
      | _, _ => None
      end
  | BoxReached i q ps =>
      match bx_stated st, output_there st i q ps, bx_reached st with
      | Some bs, Some o, None => Some (set_claim st (Some bs) (bx_attained st) (Some o))
      | _, _, _ => None
      end
  end.

Definition boxes_finish (st : boxes_state) : bool :=
  match bx_stated st with Some _ => true | None => false end.

(** Every bound is attained. *)
Definition boxes_attained (st : boxes_state) : bool :=
  Nat.eqb (length (bx_attained st)) (2 * bx_count st).

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).
Local Notation lower_of := (lower_of F).
Local Notation upper_of := (upper_of F).

Section Proof.
Variables (net : network) (rd : ready) (n : N) (drows : list row) (m : nat) (ps : pairing) (counts : list nat).
Hypothesis fits : network_fits net = true.
Hypothesis pairs_are_fit : pairs_fit ps.
Hypothesis made : make_ready ps counts net = Some rd.
Hypothesis rows_are_the_domain : exists rows, drows = map domain_row rows.
Hypothesis m_outputs : length (output net) = m.

Definition bounded_there (bs : list (Q * Q)) (x : list F) : Prop := forall i, (i < m)%nat ->
  lower_of bs i <= nth i (outputs net x) 0 /\ nth i (outputs net x) 0 <= upper_of bs i.

Definition bounded_by (ws : option (list (Q * Q))) (x : list F) : Prop := forall bs,
  match ws with Some ws => no_more F m bs ws | None => True end -> bounded_there bs x.

(** An output has one of its bounds at a point of the domain. *)
Definition had_somewhere (bs : list (Q * Q)) (k : nat * bool) : Prop := exists x, in_closed F drows x /\
  nth (fst k) (outputs net x) 0 = (if snd k then upper_of else lower_of) bs (fst k).

Record boxes_invariant (st : boxes_state) : Prop := {
  b_net : bx_net st = net; b_ready : bx_ready st = rd; b_width : bx_width st = n;
  b_rows : bx_rows st = drows; b_count : bx_count st = m;
  b_widest : match bx_widest st with Some ws => length ws = m | None => True end;
  b_covers : forall x, in_closed F drows x -> (exists pc, In pc (bx_pieces st) /\ in_piece F pc x) \/ bounded_by (bx_widest st) x;
  b_stated : match bx_stated st with
             | Some bs => length bs = m /\ (forall x, in_closed F drows x -> bounded_there bs x) /\
                 forall k, In k (bx_attained st) -> had_somewhere bs k
             | None => bx_attained st = []
             end;
  b_reached : forall i y, bx_reached st = Some (i, y) -> (i < m)%nat /\
    exists x, in_closed F drows x /\ nth i (outputs net x) 0 = Q_ y }.

Lemma bounded_no_more bs ws x : no_more F m bs ws -> bounded_there ws x -> bounded_there bs x.
Proof. intros N B i I. destruct (N i I), (B i I). split; eapply le_trans; eauto. Qed.

Lemma over_value unit l u (o : F) : (0 < unit)%Z -> Z_ l <= Z_ unit * o -> Z_ unit * o <= Z_ u ->
  Q_ (fst (over unit (l, u))) <= o /\ o <= Q_ (snd (over unit (l, u))).
Proof.
  intros P L H. pose proof (of_Z_pos F unit P) as Up. unfold over. cbn [fst snd].
  assert (E : forall k, Z_ unit * Q_ (k # Z.to_pos unit) = Z_ k).
  { intro k. pose proof (of_Q_times F (k # Z.to_pos unit)) as T. cbn [Qnum Qden] in T. rewrite Z2Pos.id in T by auto.
    rewrite <- T. ring. }
  apply le_sub in L, H. split; apply le_sub; apply (mul_cancel_nonneg F (Z_ unit)); auto.
  - now replace (Z_ unit * (o - Q_ (l # Z.to_pos unit))) with (Z_ unit * o - Z_ unit * Q_ (l # Z.to_pos unit)) by ring; rewrite E.
  - now replace (Z_ unit * (Q_ (u # Z.to_pos unit) - o)) with (Z_ unit * Q_ (u # Z.to_pos unit) - Z_ unit * o) by ring; rewrite E. Qed.

Lemma enclosed_bounds s pc x bs : in_piece F pc x -> ready_bounds rd n s (piece_domain pc) = Some bs ->
  let qs := map (over (Z.pow 2 (Z.of_N s))) bs in length qs = m /\ bounded_there qs x.
Proof.
  intros [D _] H. pose proof (ready_bounds_sound F net ps counts rd n s _ x bs fits pairs_are_fit made D H) as B.
  cbv zeta in *. set (unit := (2 ^ Z.of_N s)%Z) in *. assert (Up : (0 < unit)%Z) by (apply Z.pow_pos_nonneg; lia).
  assert (L : length (outputs net x) = m) by (rewrite outputs_length; exact m_outputs).
  clear -B L Up. unfold bounded_there. revert L. generalize m. induction B as [|o [l u] os bs [B1 B2] _ IH]; intros k L.
  - simpl in *. split; auto. intros i I. lia.
  - destruct k as [|k]; [discriminate|]. simpl in L. destruct (IH k ltac:(lia)) as [L' B']. split; [simpl in *; lia|].
    intros [|i] I.
    + unfold Within.lower_of, Within.upper_of. cbn [map nth]. now apply over_value.
    + apply (B' i). lia. Qed.

Lemma output_there_sound st i q xs j y : boxes_invariant st -> output_there st i q xs = Some (j, y) ->
  (j < m)%nat /\ exists x, in_closed F drows x /\ nth j (outputs net x) 0 = Q_ y.
Proof.
  intros I H. unfold output_there in H. rewrite (b_net st I), (b_rows st I), (b_count st I) in H.
  destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [[C _] _]. apply N.ltb_lt in C.
  destruct (rows_hold drows _) eqn:R; [|discriminate].
  destruct (outputs_at net _) as [ys|] eqn:O; [|discriminate].
  destruct (nth_error ys _) as [y'|] eqn:Y; [|discriminate]. inversion H. subst j y'. split; [lia|].
  exists (map Q_ (point_of q xs)). destruct rows_are_the_domain as [rows E].
  split; [rewrite E in R |- *; now apply rows_hold_sound|]. apply (outputs_at_correct F net _ _ fits) in O. rewrite O.
  apply nth_error_nth. now rewrite nth_error_map, Y. Qed.

Lemma bounds_had_sound bs o k : In k (bounds_had bs o) -> (fst o < length bs)%nat /\ fst k = fst o /\
  Q_ (snd o) = (if snd k then upper_of else lower_of) bs (fst k).
Proof.
  unfold bounds_had. destruct (nth_error bs (fst o)) as [[l u]|] eqn:E; [|intros []].
  assert (L : (fst o < length bs)%nat) by (apply nth_error_Some; congruence).
  apply nth_error_nth with (d := (0%Q, 0%Q)) in E. intro I. apply in_app_or in I as [I|I].
  - destruct (Qeq_bool (snd o) l) eqn:Q0; [|destruct I]. destruct I as [<-|[]]. cbn [fst snd]. split; auto. split; auto.
    unfold Within.lower_of. rewrite E. now apply of_Q_same.
  - destruct (Qeq_bool (snd o) u) eqn:Q0; [|destruct I]. destruct I as [<-|[]]. cbn [fst snd]. split; auto. split; auto.
    unfold Within.upper_of. rewrite E. now apply of_Q_same. Qed.

Lemma added_in had l k : In k (fold_right add_new l had) -> In k had \/ In k l.
Proof. induction had as [|h had IH]; simpl; auto. intro I. apply add_new_in in I as [->|I]; auto.
  destruct (IH I); auto. Qed.

Lemma boxes_take_invariant st s st' : boxes_invariant st -> boxes_take st s = Some st' -> boxes_invariant st'.
Proof.
  intros I H. pose proof I as [Bn Br Bw Bd Bc Bx Bv Bs Be]. destruct s as [ts|ts|j q p|s|bs|i q xs|i q xs]; simpl in H.
  - destruct (bx_pieces st) as [|pc rest] eqn:P; [discriminate|].
    destruct (add_sum pc ts) as [pc'|] eqn:S; [|discriminate]. inversion H. subst st'.
    split; cbn [set_boxes bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    intros x X. destruct (Bv x X) as [(pc0 & [<-|K] & In_)|D]; auto; left.
    + exists pc'. split; [now left|]. exact (add_sum_sound F _ _ _ x S In_).
    + exists pc0. split; simpl; auto.
  - destruct (bx_pieces st) as [|pc rest] eqn:P; [discriminate|].
    destruct (is_vacant pc ts) eqn:S; [|discriminate]. inversion H. subst st'.
    split; cbn [set_boxes bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    intros x X. destruct (Bv x X) as [(pc0 & [<-|K] & In_)|D]; auto.
    + now elim (vacant_sound F _ _ _ S In_).
    + left. exists pc0. auto.
  - destruct (bx_pieces st) as [|pc rest] eqn:P; [discriminate|].
    destruct (cut _ pc j q p) as [[above below]|] eqn:C; [|discriminate]. inversion H. subst st'.
    split; cbn [set_boxes bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    intros x X. destruct (Bv x X) as [(pc' & [<-|K] & In_)|D]; auto; left.
    + destruct (cut_sound F _ _ _ _ _ _ _ x C In_); [exists above|exists below]; split; simpl; auto.
    + exists pc'. split; simpl; auto.
  - destruct (bx_pieces st) as [|pc rest] eqn:P; [discriminate|]. rewrite Br, Bw in H.
    destruct (ready_bounds rd n s _) as [bs|] eqn:R; [|discriminate]. cbn [option_map] in H. inversion H. subst st'. clear H.
    set (qs := map (over (2 ^ Z.of_N s)) bs).
    assert (Lq : length qs = m).
    { unfold qs. rewrite map_length, <- m_outputs. exact (ready_bounds_length _ _ _ _ _ _ _ _ made R). }
    destruct (widened_no_more F qs (bx_widest st) m Lq Bx) as (W1 & W2 & W3).
    split; cbn [set_boxes bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    intros x X. destruct (Bv x X) as [(pc' & [<-|K] & In_)|D].
    + right. intros bs' N. destruct (enclosed_bounds s pc x bs In_ R) as [_ B]. fold qs in B.
      apply (bounded_no_more bs' qs); auto. eapply no_more_trans; eauto.
    + left. exists pc'. auto.
    + right. intros bs' N. apply D. destruct (bx_widest st); auto. eapply no_more_trans; eauto.
  - destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [[[C1 C2] C3] C4].
    inversion H. subst st'. apply N.eqb_eq in C2. rewrite size_length, Bc in C2.
    split; cbn [set_claim bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    + assert (L : length bs = m) by lia. split; auto. split; [|intros ? []]. intros x X.
      destruct (bx_pieces st) as [|]; [|discriminate]. destruct (Bv x X) as [(pc & [] & _)|D]. apply D.
      destruct (bx_widest st) as [ws|]; auto. now apply say_no_more_spec.
    + intros i y E. discriminate.
  - destruct (bx_stated st) as [bs|] eqn:St; [|discriminate].
    destruct (output_there st i q xs) as [[j y]|] eqn:O; [|discriminate].
    destruct (output_there_sound st i q xs j y I O) as (Lj & x & X & V).
    assert (H' : st' = set_claim st (Some bs) (fold_right add_new (bx_attained st) (bounds_had bs (j, y))) (bx_reached st)).
    { destruct (bounds_had bs (j, y)) eqn:E; [discriminate|]. now inversion H. }
    clear H. subst st'.
    split; cbn [set_claim bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    destruct Bs as (L & B & A). split; auto. split; auto. intros k K. apply added_in in K as [K|K]; auto.
    destruct (bounds_had_sound bs (j, y) k K) as (_ & E & Ek). exists x. split; auto. cbn [fst snd] in *.
    rewrite E in Ek |- *. now rewrite V.
  - destruct (bx_stated st) as [bs|] eqn:St; [|discriminate].
    destruct (output_there st i q xs) as [[j y]|] eqn:O; [|discriminate].
    destruct (bx_reached st) as [|] eqn:Re; [discriminate|]. inversion H. subst st'.
    split; cbn [set_claim bx_net bx_ready bx_width bx_rows bx_count bx_pieces bx_widest bx_stated bx_attained bx_reached]; auto.
    intros j' y' E. inversion E. subst. exact (output_there_sound st i q xs _ _ I O). Qed.

End Proof.

(** An accepted certificate [within] by boxes: wherever the rows of the domain are >= 0, each output of A
    less that of B (times its scale, plus its shift) lies between the stated bounds; bounds that are said
    to be attained, and a value that is said to be reached, are values at such points. *)
Theorem boxes_sound a b t steps st :
  match boxes_start a b t with Some st0 => fold_steps boxes_take st0 steps | None => None end = Some st ->
  boxes_finish st = true ->
  exists p q bs, read_network a = Some p /\ read_network b = Some q /\ bx_stated st = Some bs /\
    let apart := fun x => less F (outputs p x) (adjusted F (box_scales t) (box_shifts t) (outputs q x)) in
    let drows := map domain_row (box_rows t) in
    length bs = length (output p) /\
    (forall x, in_closed F drows x -> forall i, (i < length bs)%nat ->
       lower_of bs i <= nth i (apart x) 0 /\ nth i (apart x) 0 <= upper_of bs i) /\
    (forall i up, In (i, up) (bx_attained st) -> exists x, in_closed F drows x /\
       nth i (apart x) 0 = (if up : bool then upper_of else lower_of) bs i) /\
    (forall i y, bx_reached st = Some (i, y) -> (i < length bs)%nat /\
       exists x, in_closed F drows x /\ nth i (apart x) 0 = Q_ y).
Proof.
  intros H Fin. unfold boxes_start in H. destruct (read_two a b) as [[p q]|] eqn:R; [|discriminate].
  destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff, !N.eqb_eq, !size_length in C.
  destruct C as [[[C1 C2] _] _].
  destruct (difference _ p q _ _) as [net|] eqn:D; [|discriminate].
  destruct (read_pairs p q None (box_pairs t) no_pairs) as [ps|] eqn:P; [|discriminate].
  destruct (make_ready ps _ net) as [rd|] eqn:M; [|discriminate]. cbn [option_map] in H.
  unfold read_two in R. destruct (read_network a) as [p'|] eqn:Rp; [|discriminate].
  destruct (read_network b) as [q'|] eqn:Rq; [|discriminate].
  destruct (_ && _) eqn:E; [|discriminate]. inversion R. subst p' q'. clear R.
  apply andb_true_iff in E as [_ E]. apply N.eqb_eq in E. rewrite !size_length in E.
  pose proof (read_network_fits _ _ Rp) as Fp. pose proof (read_network_fits _ _ Rq) as Fq.
  pose proof (fun x => difference_outputs F _ _ _ _ _ _ x Fp Fq D) as Out.
  destruct (Out []) as [Fit O1]. set (drows := map domain_row (box_rows t)) in *. set (m := length (output p)) in *.
  assert (Lm : length (output net) = m).
  { rewrite <- (outputs_length F net []), O1.
    assert (G : forall ys zs : list F, length ys = length zs -> length (less F ys zs) = length ys).
    { induction ys as [|y ys IH]; intros [|z zs] L; simpl in *; try discriminate; auto. }
    rewrite G, outputs_length; auto. rewrite adjusted_length; rewrite !outputs_length; lia. }
  pose proof (fold_steps_invariant boxes_take (boxes_invariant net rd (input_count a) drows m)
    (boxes_take_invariant net rd (input_count a) drows m ps _ Fit (read_pairs_fit _ _ _ _ P) M
       (ex_intro _ (box_rows t) eq_refl) Lm) steps) as Inv.
  assert (Start : boxes_invariant net rd (input_count a) drows m
    (BoxesState net rd (input_count a) drows m [Piece drows []] None None [] None)).
  { split; cbn; auto.
    - intros x X. left. exists (Piece drows []). split; auto. split; [exact X|intros ? ? []].
    - discriminate. }
  specialize (Inv _ _ Start H). unfold boxes_finish in Fin. pose proof (b_stated _ _ _ _ _ _ Inv) as Bs.
  destruct (bx_stated st) as [bs|]; [|discriminate]. destruct Bs as (L & B & A).
  exists p, q, bs. split; auto. split; auto. split; auto. cbv zeta. split; [exact L|].
  assert (O : forall x, less F (outputs p x) (adjusted F (box_scales t) (box_shifts t) (outputs q x)) = outputs net x).
  { intro x. symmetry. apply Out. }
  split; [|split].
  - intros x X i Li. rewrite O. apply B; auto. congruence.
  - intros i up K. destruct (A (i, up) K) as (x & X & V). exists x. split; auto. now rewrite O.
  - intros i y K. destruct (b_reached _ _ _ _ _ _ Inv i y K) as (Li & x & X & V). split; [congruence|].
    exists x. split; auto. now rewrite O. Qed.

End Soundness.
