(** * The claims [same-class] and [other-class]: the largest outputs of A and B (format, section 11) *)

Require Import Lia.
From ExactRev Require Export Within.

(** ** [same-class] *)

(** Pairs i < j, in ascending order. *)
Definition output_pairs (m : nat) : list (nat * nat) :=
  flat_map (fun i => map (pair i) (seq (S i) (m - S i))) (seq 0 m).

Definition nothing : row := Row 0%Q [] [].

(** What an output is more than a later one. *)
Definition pair_rows (rows : list row) : list row :=
  map (fun p => add_multiple (nth (fst p) rows nothing) (-1)%Q (nth (snd p) rows nothing))
    (output_pairs (length rows)).

Definition compared (n : N) (p q : network) : option network :=
  if inputs_below n p && inputs_below n q then
    match side_by_side 0 [Placed 0 n p; Placed 0 n q] with
    | (layers, [ours; theirs]) =>
        match replant layers (pair_rows ours ++ pair_rows theirs) with
        | Some net => if network_fits net then Some net else None
        | None => None
        end
    | _ => None
    end
  else None.

Record classes_text := ClassesText {
  class_reductions : list reduction;
  class_plane : option plane_text;          (* for a domain in a hyperplane *)
  class_root : root_text }.

Inductive same_class_step := ClassTree (s : tree_step) | Class (i : N).

Record same_class_state := SameClassState {
  sc_setting : setting; sc_todo : list cell; sc_first : N; sc_layer : N; sc_count : nat }.

Definition same_class_start (a b : network_text) (t : classes_text) : option same_class_state :=
  match read_two a b with
  | Some (p, q) =>
      match compared (input_count a) p q with
      | Some net =>
          match grow_on (input_count a) net (class_plane t) (class_reductions t) (class_root t) with
          | Some (left, (ctx, c, first)) =>
              Some (SameClassState ctx [c] first (N.succ (size (hidden left))) (length (output p)))
          | None => None
          end
      | None => None
      end
  | None => None
  end.

(** The z with this row number and name was decided, and is nowhere < 0 on the cell. *)
Definition never_negative (ce : cell) (number : N) (name : key) : bool :=
  match NumberMap.find number (rows ce) with
  | Some (Zero, _) => true
  | Some (Positive, f) =>
      match KeyMap.find name (acts ce) with Some (Some g) => same_form f g | _ => false end
  | _ => false
  end.

(** It is nowhere > 0 on the cell. *)
Definition never_positive (ce : cell) (name : key) : bool :=
  match KeyMap.find name (acts ce) with Some None => true | _ => false end.

(** In both networks no output is larger than [i] on the cell. *)
Definition is_largest (st : same_class_state) (ce : cell) (i : nat) : bool :=
  let pairs := output_pairs (sc_count st) in
  let all := pairs ++ pairs in
  forallb (fun p =>
      let k := N.of_nat (fst p) in
      (negb (Nat.eqb (fst (snd p)) i) || never_negative ce (sc_first st + k) (sc_layer st, k)) &&
      (negb (Nat.eqb (snd (snd p)) i) || never_positive ce (sc_layer st, k)))
    (combine (seq 0 (length all)) all).

Definition same_class_take (st : same_class_state) (s : same_class_step) : option same_class_state :=
  let with_todo l := SameClassState (sc_setting st) l (sc_first st) (sc_layer st) (sc_count st) in
  match s with
  | ClassTree s => option_map with_todo (descend (sc_setting st) (sc_todo st) s)
  | Class i =>
      match sc_todo st with
      | ce :: rest =>
          if N.ltb i (N.of_nat (sc_count st)) && is_largest st ce (N.to_nat i)
          then Some (with_todo rest) else None
      | [] => None
      end
  end.

Definition same_class_finish (st : same_class_state) : bool := is_nil (sc_todo st).

(** ** [other-class] *)

Definition largest_at (ys : list Q) (i : nat) : bool := forallb (fun y => Qle_bool y (nth i ys 0%Q)) ys.

Definition other_class_finish (st : different_state) : bool :=
  match output_a st, output_b st with
  | Some ys, Some zs => forallb (fun i => negb (largest_at ys i && largest_at zs i)) (seq 0 (length ys))
  | _, _ => false
  end.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).

(** No output is larger. *)
Definition largest_output (ys : list F) (i : nat) : Prop := forall j, (j < length ys)%nat -> nth j ys 0 <= nth i ys 0.

Definition pair_values (ys : list F) : list F :=
  map (fun p => nth (fst p) ys 0 - nth (snd p) ys 0) (output_pairs (length ys)).

Lemma output_pairs_in m p : In p (output_pairs m) -> (fst p < snd p < m)%nat.
Proof. unfold output_pairs. intro H. apply in_flat_map in H as (i & I & H). apply in_map_iff in H as (j & <- & J).
  apply in_seq in I, J. simpl. lia. Qed.

Lemma output_pairs_all m i j : (i < j < m)%nat -> In (i, j) (output_pairs m).
Proof. intro H. apply in_flat_map. exists i. split; [apply in_seq; lia|]. apply in_map, in_seq. lia. Qed.

Lemma pair_rows_value rs v : map (fun r => row_value r v) (pair_rows rs) = pair_values (map (fun r => row_value r v) rs).
Proof.
  unfold pair_rows, pair_values. rewrite map_map, map_length. apply map_ext_in. intros p P.
  apply output_pairs_in in P. rewrite add_multiple_value.
  assert (N : forall i, (i < length rs)%nat -> nth i (map (fun r => row_value r v) rs) 0 = row_value (nth i rs nothing) v).
  { intros i I. rewrite (nth_indep _ 0 (row_value nothing v)) by (now rewrite map_length).
    exact (map_nth (fun r => row_value r v) rs nothing i). }
  rewrite !N by lia. assert (E : Q_ (-1) = - (1)) by (rewrite <- of_Q_1, <- of_Q_opp; apply of_Q_same; reflexivity).
  rewrite E. ring. Qed.

Theorem compared_outputs n p q net x : network_fits p = true -> network_fits q = true ->
  compared n p q = Some net ->
  network_fits net = true /\ outputs net x = pair_values (outputs p x) ++ pair_values (outputs q x).
Proof.
  unfold compared. intros Fp Fq H. destruct (inputs_below n p && inputs_below n q) eqn:B; [|discriminate].
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
    rewrite map_app, !pair_rows_value. simpl in Vs. inversion Vs as [[V1 V2]]. now rewrite V1, V2. Qed.

Lemma nth_error_combine_seq {A} (l : list A) : forall i k a, nth_error l k = Some a ->
  nth_error (combine (seq i (length l)) l) k = Some ((i + k)%nat, a).
Proof. induction l as [|b l IH]; intros i [|k] a H; simpl in *; try discriminate.
  - inversion H. now rewrite Nat.add_0_r.
  - rewrite (IH (S i) k a H). do 2 f_equal. lia. Qed.

(** What is shown of a decided z on a cell. *)
Lemma never_sound ctx w forms ce number name r u :
  let nr := norm_row F (scale ctx) forms w in
  (0 < scale ctx)%Z -> network_fits w = true -> flat F ctx w forms nr ce -> In (name, r) (named w) ->
  (forall y, nr number y = Z_ (scale ctx) * z F w r y) -> in_cell F w forms ce u ->
  (never_negative ce number name = true -> 0 <= nr number u) /\ (never_positive ce name = true -> nr number u <= 0).
Proof.
  intros nr S Fit [G _] I E U. apply (of_Z_pos F) in S. rewrite (E u).
  assert (V : values_at w u name = relu (z F w r u)).
  { pose proof (values_solve F w u Fit) as Sv. unfold solves in Sv. rewrite Forall_forall in Sv. exact (Sv _ I). }
  split.
  - unfold never_negative. destruct (NumberMap.find number (rows ce)) as [[[| |] f]|] eqn:R; try discriminate.
    + destruct (KeyMap.find name (acts ce)) as [[g|]|] eqn:A; try discriminate. intro Sm.
      destruct (g_rows _ _ _ _ _ _ G _ _ _ R u U) as [P _]. pose proof (g_acts _ _ _ _ _ _ G _ _ A u U) as Q.
      cbv beta iota in Q. rewrite <- (value_same F f g (at_point u) Sm) in Q. cbv beta iota in P. rewrite Q, V in P. apply mul_nonneg; [now apply lt_le|].
      apply mul_cancel_pos in P; auto. destruct (le_total F 0 (z F w r u)) as [L|L]; auto.
      rewrite relu_of_nonpos in P by auto. now apply lt_irrefl in P.
    + intros _. pose proof (g_zero _ _ _ _ _ _ G _ _ R u U) as Z0. fold nr in Z0. rewrite (E u) in Z0.
      rewrite Z0. apply le_refl.
  - unfold never_positive. destruct (KeyMap.find name (acts ce)) as [[g|]|] eqn:A; try discriminate. intros _.
    pose proof (g_acts _ _ _ _ _ _ G _ _ A u U) as Q. simpl in Q. rewrite V in Q.
    assert (L : z F w r u <= 0).
    { destruct (le_total F 0 (z F w r u)) as [L|L]; auto. rewrite relu_of_nonneg in Q by auto. rewrite Q. apply le_refl. }
    apply opp_nonneg in L. apply le_sub. replace (0 - Z_ (scale ctx) * z F w r u) with (Z_ (scale ctx) * - z F w r u) by ring.
    apply mul_nonneg; auto. now apply lt_le. Qed.

(** Comparisons with every other output make an output a largest one. *)
Lemma largest_by_pairs ys i : (i < length ys)%nat ->
  (forall k p, nth_error (output_pairs (length ys)) k = Some p ->
     (fst p = i -> 0 <= nth k (pair_values ys) 0) /\ (snd p = i -> nth k (pair_values ys) 0 <= 0)) ->
  largest_output ys i.
Proof.
  intros I H j J. destruct (Nat.lt_trichotomy i j) as [L|[->|L]].
  - pose proof (output_pairs_all (length ys) i j ltac:(lia)) as P. apply In_nth_error in P as [k K].
    destruct (H k _ K) as [A _]. specialize (A eq_refl). unfold pair_values in A.
    erewrite nth_error_nth in A; [|rewrite nth_error_map, K; reflexivity]. now apply le_sub.
  - apply le_refl.
  - pose proof (output_pairs_all (length ys) j i ltac:(lia)) as P. apply In_nth_error in P as [k K].
    destruct (H k _ K) as [_ A]. specialize (A eq_refl). unfold pair_values in A.
    erewrite nth_error_nth in A; [|rewrite nth_error_map, K; reflexivity]. cbn [fst snd] in A. apply le_sub in A.
    apply le_sub. now replace (nth i ys 0 - nth j ys 0) with (0 - (nth j ys 0 - nth i ys 0)) by ring. Qed.

(** An accepted certificate [same-class]: wherever the rows of the domain are >= 0, if there is a point
    where they are > 0 or the domain lies in a hyperplane, as inputs that are taken out show, one output
    is a largest one both of A and of B. *)
Theorem same_class_sound a b t steps :
  judged (same_class_start a b t) same_class_take same_class_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    forall x, spoken_of F (domain_rows (class_root t)) (class_plane t) x ->
      exists i, (i < length (output p))%nat /\ largest_output (outputs p x) i /\ largest_output (outputs q x) i.
Proof.
  intro H. unfold judged, same_class_start in H.
  destruct (read_two a b) as [[p q]|] eqn:R; [|discriminate].
  destruct (compared _ p q) as [net|] eqn:Cm; [|discriminate].
  destruct (grow_on _ _ _ _ _) as [[left [[ctx c] first]]|] eqn:Gr; [|discriminate].
  destruct (fold_steps _ _ steps) as [st|] eqn:E; [|discriminate].
  unfold read_two in R. destruct (read_network a) as [p'|] eqn:Rp; [|discriminate].
  destruct (read_network b) as [q'|] eqn:Rq; [|discriminate].
  destruct (_ && _) eqn:Sz; [|discriminate]. inversion R. subst p' q'. clear R.
  apply andb_true_iff in Sz as [_ Sz]. apply N.eqb_eq in Sz. rewrite !size_length in Sz. apply Nat2N.inj in Sz.
  exists p, q. split; auto. split; auto. intros x X.
  pose proof (fun x => compared_outputs _ _ _ _ x (read_network_fits _ _ Rp) (read_network_fits _ _ Rq) Cm) as Out.
  destruct (Out x) as [Fit _].
  destruct (ground_approached F _ _ _ _ _ _ _ _ _ Fit Gr) as (w & forms & drows & G & Lw & Spoken).
  destruct (Spoken x X) as ((x' & Left) & Known). rewrite (proj2 (Out x)) in Left.
  set (m := length (output p)) in *. set (nr := norm_row F (scale ctx) forms w).
  set (layer := N.succ (size (hidden left))) in *. set (pairs := output_pairs m ++ output_pairs m).
  destruct (w_names _ _ _ _ _ _ _ _ G) as (l & El & Names).
  (* which output is a largest one, by the signs of the differences *)
  set (done := fun u => exists i, (i < m)%nat /\ forall k pr, nth_error pairs k = Some pr ->
    (fst pr = i -> 0 <= nr (first + N.of_nat k)%N u) /\ (snd pr = i -> nr (first + N.of_nat k)%N u <= 0)).
  set (inv := fun s => sc_setting s = ctx /\ sc_first s = first /\ sc_layer s = layer /\ sc_count s = m /\
    covers F ctx w forms nr (sc_todo s) (approached F w forms c) done).
  assert (Same : layer = l) by (rewrite El, Lw; unfold layer; rewrite size_length; lia).
  assert (Start : inv (SameClassState ctx [c] first layer m)).
  { do 4 (split; [reflexivity|]). exact (grown_covers F _ _ _ _ _ _ _ _ G). }
  assert (Len : length (pair_values (outputs p x) ++ pair_values (outputs q x)) = length pairs).
  { unfold pairs, pair_values. rewrite !app_length, !map_length, !outputs_length, <- Sz. reflexivity. }
  assert (I : inv st).
  { refine (fold_steps_invariant same_class_take inv _ steps _ _ Start E).
    clear E H Start. intros s s0 s' (I1 & I2 & I3 & I4 & I5) T. destruct s0 as [ts|i]; simpl in T.
    - destruct (descend _ _ ts) as [l0|] eqn:D; [|discriminate]. inversion T. subst s'.
      do 4 (split; [assumption|]). rewrite I1 in D. exact (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G I5 D).
    - destruct (sc_todo s) as [|ce rest] eqn:Td; [discriminate|].
      destruct (_ && _) eqn:C; [|discriminate]. inversion T. subst s'. apply andb_true_iff in C as [C1 C2].
      apply N.ltb_lt in C1. rewrite I4 in C1. do 4 (split; [assumption|]). cbn [sc_todo].
      apply (leaf_covers F ctx w forms nr ce rest (approached F w forms c) done done I5); auto.
      intros u Fl Ap. exists (N.to_nat i). split; [lia|]. intros k pr K. unfold is_largest in C2.
      rewrite I2, I3, I4 in C2. fold pairs in C2. rewrite forallb_forall in C2.
      assert (Kl : (k < length pairs)%nat) by (apply nth_error_Some; now rewrite K).
      assert (Ic : In (k, pr) (combine (seq 0 (length pairs)) pairs)).
      { apply nth_error_In with (n := k). exact (nth_error_combine_seq pairs 0 k pr K). }
      specialize (C2 _ Ic). cbn [fst snd] in C2. apply andb_true_iff in C2 as [C3 C4].
      destruct (Names x' k) as (r & Ir & Zr). { rewrite Left, Len. exact Kl. }
      rewrite <- Same in Ir.
      assert (Shown := fun y Y => never_sound ctx w forms ce (first + N.of_nat k)%N _ r y
        (w_scale _ _ _ _ _ _ _ _ G) (w_fits _ _ _ _ _ _ _ _ G) Fl Ir Zr Y).
      fold nr in Shown. split; intro Ei.
      + apply orb_true_iff in C3 as [C3|C3]; [apply negb_true_iff, Nat.eqb_neq in C3; tauto|].
        apply (approached_nonneg F w forms ce u (nr (first + N.of_nat k)%N)); auto; [apply steady_norm_row|].
        intros y Y. now apply (Shown y Y).
      + apply orb_true_iff in C4 as [C4|C4]; [apply negb_true_iff, Nat.eqb_neq in C4; tauto|].
        apply le_sub. replace (0 - nr (first + N.of_nat k)%N u) with (- nr (first + N.of_nat k)%N u) by ring.
        apply (approached_nonneg F w forms ce u (fun y => - nr (first + N.of_nat k)%N y)); auto.
        * apply steady_opposite, steady_norm_row.
        * intros y Y. apply opp_nonneg. now apply (Shown y Y). }
  destruct I as (_ & _ & _ & _ & [_ C]). unfold same_class_finish in H.
  destruct (sc_todo st) as [|ce rest]; [|discriminate].
  destruct Known as (u & A & K).
  destruct (C u A) as [(ce & [] & _)|(i & Li & D)]. exists i. split; auto.
  pose proof (of_Z_pos F _ (w_scale _ _ _ _ _ _ _ _ G)) as S. fold nr in K.
  assert (Val : forall k, nr (first + N.of_nat k)%N u =
    Z_ (scale ctx) * nth k (pair_values (outputs p x) ++ pair_values (outputs q x)) 0).
  { intro k. now rewrite K, (proj2 (Out x)). }
  assert (Sign : forall k v, nr (first + N.of_nat k)%N u = Z_ (scale ctx) * v ->
    (0 <= nr (first + N.of_nat k)%N u -> 0 <= v) /\ (nr (first + N.of_nat k)%N u <= 0 -> v <= 0)).
  { intros k v ->. split; intro L0.
    - now apply mul_cancel_nonneg in L0.
    - apply opp_nonneg in L0. replace (- (Z_ (scale ctx) * v)) with (Z_ (scale ctx) * - v) in L0 by ring.
      apply mul_cancel_nonneg in L0; auto. apply le_sub. now replace (0 - v) with (- v) by ring. }
  assert (Lp : length (pair_values (outputs p x)) = length (output_pairs m)).
  { unfold pair_values. now rewrite map_length, outputs_length. }
  split; apply largest_by_pairs; rewrite ?outputs_length; try (unfold m in *; lia); intros k pr Kp.
  - assert (Kl : (k < length (output_pairs m))%nat) by (apply nth_error_Some; fold m in Kp; now rewrite Kp).
    destruct (D k pr) as [D1 D2]. { unfold pairs. now rewrite nth_error_app1. }
    destruct (Sign k (nth k (pair_values (outputs p x)) 0)) as [S1 S2].
    { rewrite Val, app_nth1 by lia. reflexivity. }
    split; intro Ep; auto.
  - rewrite <- Sz in Kp. fold m in Kp.
    destruct (D (length (output_pairs m) + k)%nat pr) as [D1 D2].
    { unfold pairs. rewrite nth_error_app2 by lia. now replace (length (output_pairs m) + k - length (output_pairs m))%nat with k by lia. }
    destruct (Sign (length (output_pairs m) + k)%nat (nth k (pair_values (outputs q x)) 0)) as [S1 S2].
    { rewrite Val, app_nth2 by lia. do 2 f_equal. lia. }
    split; intro Ep; auto. Qed.

(** An accepted certificate [other-class]: at an exact input, no output is a largest one both of A and of B. *)
Theorem other_class_sound a b steps :
  judged (different_start a b) different_take other_class_finish steps = true ->
  exists p q x, read_network a = Some p /\ read_network b = Some q /\
    N.of_nat (length x) = input_count a /\
    forall i, (i < length (output p))%nat -> ~ (largest_output (outputs p x) i /\ largest_output (outputs q x) i).
Proof.
  intro H. assert (S : exists p q, read_two a b = Some (p, q) /\
      different_start a b = Some (DifferentState p q (input_count a) None None None)).
  { unfold judged, different_start in *. destruct (read_two a b) as [[p q]|]; [|discriminate]. eauto. }
  destruct S as (p & q & R & S). pose proof (read_two_outputs _ _ _ R) as Sz. apply read_two_spec in R as [P Q]. cbn [fst snd] in P, Q.
  exists p, q.
  destruct (judged_invariant _ _ _ _ (different_invariant p q (input_count a)) H) as (st & J & E).
  - intros st E. rewrite S in E. inversion E. simpl. auto.
  - exact (fun st s st' => different_take_invariant p q (input_count a) st s st').
  - destruct st as [p' q' n' xs ys zs]. unfold other_class_finish in E. simpl in J, E.
    destruct ys as [ys|]; [|discriminate]. destruct zs as [zs|]; [|discriminate].
    destruct xs as [xs|]; [|tauto]. destruct J as (-> & -> & -> & L & JA & JB).
    exists (map Q_ xs). split; auto. split; auto. split; [now rewrite map_length, <- size_length|].
    apply (has_outputs_correct F) in JA, JB; eauto using read_network_fits. rewrite JA, JB.
    intros i Li [A B]. rewrite forallb_forall in E.
    assert (Ly : length ys = length (output p)).
    { pose proof (f_equal (@length F) JA) as K. now rewrite outputs_length, map_length in K. }
    specialize (E i). rewrite negb_true_iff, andb_false_iff in E.
    assert (Lg : forall ys, largest_output (map Q_ ys) i -> (i < length ys)%nat -> largest_at ys i = true).
    { clear. intros ys H I. apply forallb_forall. intros y Y. apply In_nth_error in Y as [j J].
      assert (Lj : (j < length ys)%nat) by (apply nth_error_Some; now rewrite J).
      specialize (H j ltac:(now rewrite map_length)).
      assert (N : forall k, (k < length ys)%nat -> nth k (map Q_ ys) 0 = Q_ (nth k ys 0%Q)).
      { intros k K. rewrite (nth_indep _ 0 (Q_ 0%Q)) by (now rewrite map_length). apply map_nth. }
      rewrite !N in H by auto. apply nth_error_nth with (d := 0%Q) in J. rewrite J in H.
      destruct (Qle_bool y (nth i ys 0%Q)) eqn:B; auto. exfalso.
      assert (K : Qle_bool (nth i ys 0%Q) y = true).
      { apply Qle_bool_iff. destruct (Qlt_le_dec (nth i ys 0%Q) y) as [L|L]; [now apply Qlt_le_weak|].
        apply Qle_bool_iff in L. congruence. }
      apply (of_Q_le F) in K. pose proof (le_antisym F _ _ H K) as Eq.
      assert (Qeq_bool y (nth i ys 0%Q) = true).
      { destruct (Qeq_bool y (nth i ys 0%Q)) eqn:D; auto. now apply (of_Q_different F) in D. }
      apply Qeq_bool_iff in H0. assert (Qle_bool y (nth i ys 0%Q) = true); [|congruence].
      apply Qle_bool_iff. rewrite H0. apply Qle_refl. }
    assert (Lz : (i < length zs)%nat).
    { pose proof (f_equal (@length F) JB) as K. rewrite outputs_length, map_length in K. simpl in Sz. lia. }
    destruct E as [E|E]; [apply in_seq; lia| |]; rewrite Lg in E; auto; try discriminate; lia. Qed.

End Soundness.
