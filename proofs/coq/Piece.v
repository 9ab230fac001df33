(** * Pieces of a domain: inputs taken out, or cut (format, section 10.2)

    A piece has rows, which are >= 0, in the inputs that are left; an input that was taken out is a
    form of these. *)

Require Import Lia QArith_base.
From ExactRev Require Export Beside Regions.

Record piece := Piece { piece_domain : list row; pinned : list (N * row) }.

(** ** Rows that read inputs only *)

Fixpoint take_input (j : N) (ts : list (term N)) : Q * list (term N) :=
  match ts with
  | [] => (0%Q, [])
  | (i, c) :: ts =>
      let (d, rest) := take_input j ts in
      if N.eqb i j then (q_add c d, rest) else (d, (i, c) :: rest)
  end.

Definition pins_map (ps : list (N * row)) : NumberMap.t row :=
  fold_left (fun m p => NumberMap.add (fst p) (snd p) m) ps (NumberMap.empty row).

(** The terms of inputs that are left, and the sum of the forms of the others. *)
Fixpoint split_terms (m : NumberMap.t row) (ts : list (term N)) : list (term N) * row :=
  match ts with
  | [] => ([], Row 0%Q [] [])
  | (j, c) :: ts =>
      let (kept, acc) := split_terms m ts in
      match NumberMap.find j m with
      | Some f => (kept, add_multiple acc c f)
      | None => ((j, c) :: kept, acc)
      end
  end.

(** The row with forms in the place of inputs. *)
Definition substituted (m : NumberMap.t row) (r : row) : row :=
  let (kept, acc) := split_terms m (inputs r) in
  Row (q_add (bias r) (bias acc)) (plus N.compare kept (inputs acc)) (neurons r).

(** The entry with a number. The number may be a long one: it is not counted up to. *)
Definition at_number {A} (k : N) (l : list A) : option A := nth_error l (N.to_nat (N.min k (size l))).

(** ** Combinations of rows: row numbers ascend, multipliers are positive *)

Fixpoint row_sum (rows : list row) (after : option N) (ps : list (N * Z)) (acc : row) : option row :=
  match ps with
  | [] => Some acc
  | (k, y) :: ps =>
      match at_number k rows with
      | Some r =>
          if match after with Some j => N.ltb j k | None => true end && Z.ltb 0 y
          then row_sum rows (Some k) ps (add_multiple acc (inject_Z y) r) else None
      | None => None
      end
  end.

(** The constant that the combination is, if it is one. *)
Definition constant_sum (rows : list row) (ps : list (N * Z)) : option Q :=
  match row_sum rows None ps (Row 0%Q [] []) with
  | Some s => match inputs s with [] => Some (bias s) | _ => None end
  | None => None
  end.

(** ** Steps *)

Definition reading_of (j : N) (v : Q) (slope : Q) : row := Row v [(j, slope)] [].

(** Take the input [j] out by row [r], which the combination shows to be 0. *)
Definition pin (pc : piece) (r j : N) (ps : list (N * Z)) : option piece :=
  match constant_sum (piece_domain pc) ps, at_number r (piece_domain pc) with
  | Some s, Some target =>
      let (slope, rest) := take_input j (inputs target) in
      if q_nonpos s && existsb (fun p => N.eqb (fst p) r) ps && negb (q_is_zero slope) then
        let form := scale_row (q_opp (Qinv slope)) (Row (bias target) rest []) in
        let m := NumberMap.add j form (NumberMap.empty row) in
        Some (Piece (map (substituted m) (piece_domain pc))
                    ((j, form) :: map (fun p => (fst p, substituted m (snd p))) (pinned pc)))
      else None
  | _, _ => None
  end.

Definition is_free (n : N) (pc : piece) (j : N) : bool :=
  N.ltb j n && negb (existsb (fun p => N.eqb (fst p) j) (pinned pc)).

(** The parts where an input is at least p/q, and at most. *)
Definition cut (n : N) (pc : piece) (j : N) (q p : Z) : option (piece * piece) :=
  if is_free n pc j && Z.ltb 0 q then
    let v := lowest p (Z.to_pos q) in
    Some (Piece (piece_domain pc ++ [reading_of j (q_opp v) 1]) (pinned pc),
          Piece (piece_domain pc ++ [reading_of j v (-1)]) (pinned pc))
  else None.

Definition is_vacant (pc : piece) (ps : list (N * Z)) : bool :=
  match constant_sum (piece_domain pc) ps with Some s => negb (q_nonneg s) | None => false end.

(** The piece with one more row, a sum of its rows. *)
Definition add_sum (pc : piece) (ps : list (N * Z)) : option piece :=
  option_map (fun s => Piece (piece_domain pc ++ [s]) (pinned pc))
    (row_sum (piece_domain pc) None ps (Row 0%Q [] [])).

(** The inputs that are left. *)
Definition free_inputs (n : N) (pc : piece) : list N :=
  let m := pins_map (pinned pc) in
  filter (fun j => negb (NumberMap.mem j m)) (map N.of_nat (seq 0 (N.to_nat n))).

(** ** In the inputs that are left *)

(** A row under the new numbers of the inputs; None if it reads another one. *)
Definition renumbered_row (p : NumberMap.t N) (r : row) : option row :=
  option_map (fun ts => Row (bias r) ts (neurons r))
    (collect (fun t : term N => option_map (fun i => (i, snd t)) (NumberMap.find (fst t) p)) (inputs r)).

(** A row in the inputs that are left only. *)
Definition restricted_row (m : NumberMap.t row) (p : NumberMap.t N) (r : row) : option row :=
  renumbered_row p (substituted m r).

(** The rows that read an input, in the inputs that are left; None unless all are > 0 at a point, and the
    others >= 0. *)
Definition interior_rows_of (n : N) (pc : piece) (xs : list Q) : option (list row) :=
  let free := free_inputs n pc in
  match collect (renumbered_row (places free)) (piece_domain pc) with
  | Some rows =>
      let net := Network [] rows in
      match outputs_at net xs with
      | Some ys =>
          if network_fits net && N.eqb (size xs) (size free) &&
             forallb (fun p => if is_nil (inputs (fst p)) then q_nonneg (snd p) else q_positive (snd p))
               (combine rows ys)
          then Some (filter (fun r => negb (is_nil (inputs r))) rows) else None
      | None => None
      end
  | None => None
  end.

(** ** Soundness *)

Arguments at_number : simpl never.

Lemma at_number_spec {A} k (l : list A) : at_number k l = nth_error l (N.to_nat k).
Proof.
  unfold at_number. pose proof (size_length l) as L. destruct (N.le_gt_cases k (size l)) as [H|H].
  - now rewrite N.min_l.
  - rewrite N.min_r by lia. rewrite !(proj2 (nth_error_None l _)); auto; lia. Qed.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).
Local Notation affine := (affine F).

Definition coordinate (x : list F) (j : N) : F := nth (N.to_nat j) x 0.

(** The point is in the piece. *)
Definition in_piece (pc : piece) (x : list F) : Prop :=
  (forall r, In r (piece_domain pc) -> 0 <= affine r x) /\
  (forall j f, In (j, f) (pinned pc) -> coordinate x j = affine f x).

Lemma affine_multiple r c s x : affine (add_multiple r c s) x = affine r x + Q_ c * affine s x.
Proof. unfold Regions.affine, input_sum, add_multiple. cbn [bias inputs].
  rewrite of_Q_add, of_Q_mul, plus_value, scale_value.
  - ring.
  - intros k l. apply N.compare_eq. Qed.

Lemma affine_scale c r x : affine (scale_row c r) x = Q_ c * affine r x.
Proof. unfold Regions.affine, input_sum, scale_row. cbn [bias inputs]. rewrite of_Q_mul, scale_value. ring. Qed.

Lemma split_terms_value m x : (forall j f, NumberMap.find j m = Some f -> coordinate x j = affine f x) ->
  forall ts kept acc, split_terms m ts = (kept, acc) ->
  sum_terms ts (coordinate x) = sum_terms kept (coordinate x) + affine acc x.
Proof.
  intro M. induction ts as [|[j c] ts IH]; simpl; intros kept acc H.
  - inversion H. unfold Regions.affine, input_sum. simpl. rewrite of_Q_0. ring.
  - destruct (split_terms m ts) as [k a]. specialize (IH k a eq_refl).
    destruct (NumberMap.find j m) as [f|] eqn:E; inversion H; subst.
    + rewrite affine_multiple, IH, (M j f E). ring.
    + simpl. rewrite IH. ring. Qed.

(** Forms in the place of inputs that have their values change no value. *)
Lemma substituted_value m r x : (forall j f, NumberMap.find j m = Some f -> coordinate x j = affine f x) ->
  affine (substituted m r) x = affine r x.
Proof.
  intro M. unfold substituted. destruct (split_terms m (inputs r)) as [kept acc] eqn:E.
  pose proof (split_terms_value m x M _ _ _ E) as V. unfold Regions.affine, input_sum in *. cbn [bias inputs].
  rewrite plus_value by (intros k l; apply N.compare_eq). rewrite of_Q_add.
  change (fun i => nth (N.to_nat i) x 0) with (coordinate x) in *. rewrite V. ring. Qed.

Lemma take_input_value j ts x : sum_terms ts (coordinate x) =
  Q_ (fst (take_input j ts)) * coordinate x j + sum_terms (snd (take_input j ts)) (coordinate x).
Proof. induction ts as [|[i c] ts IH]; simpl; [rewrite of_Q_0; ring|].
  destruct (take_input j ts) as [d rest]. cbn [fst snd] in *. destruct (N.eqb_spec i j) as [->|N]; simpl;
    rewrite IH, ?of_Q_add; ring. Qed.

(** A combination of rows that are >= 0 is, and if it is at most 0, each of its rows is 0. *)
Lemma row_sum_value rows x : (forall r, In r rows -> 0 <= affine r x) -> forall ps after acc s,
  row_sum rows after ps acc = Some s ->
  affine acc x <= affine s x /\
  (affine s x <= affine acc x -> forall k y, In (k, y) ps -> exists r,
     nth_error rows (N.to_nat k) = Some r /\ affine r x = 0).
Proof.
  intro P. induction ps as [|[k y] ps IH]; simpl; intros after acc s H.
  - inversion H. split; [apply le_refl|]. intros _ ? ? [].
  - rewrite at_number_spec in H. destruct (nth_error rows (N.to_nat k)) as [r|] eqn:E; [|discriminate].
    destruct (_ && _) eqn:C; [|discriminate]. apply andb_true_iff in C as [_ Y]. apply Z.ltb_lt in Y.
    apply (of_Z_pos F) in Y. destruct (IH _ _ _ H) as [I1 I2]. rewrite affine_multiple, of_Q_integer in I1, I2.
    pose proof (P r (nth_error_In _ _ E)) as R.
    assert (T : 0 <= Z_ y * affine r x) by (apply mul_nonneg; auto; now apply lt_le).
    split.
    + apply (le_trans F _ (affine acc x + Z_ y * affine r x)); auto. apply le_sub.
      now replace (affine acc x + Z_ y * affine r x - affine acc x) with (Z_ y * affine r x) by ring.
    + intros L k' y' [Eq|I].
      * inversion Eq. subst. exists r. split; auto.
        assert (U : Z_ y' * affine r x = 0).
        { apply le_antisym; auto. apply le_sub.
          replace (0 - Z_ y' * affine r x) with (affine acc x - (affine acc x + Z_ y' * affine r x)) by ring.
          apply -> (le_sub F). eapply le_trans; eauto. }
        apply product_zero in U; auto. now apply pos_nonzero.
      * eapply I2; eauto. eapply le_trans; [exact L|]. apply le_sub.
        now replace (affine acc x + Z_ y * affine r x - affine acc x) with (Z_ y * affine r x) by ring. Qed.

Lemma constant_sum_value rows ps s x : (forall r, In r rows -> 0 <= affine r x) ->
  constant_sum rows ps = Some s ->
  0 <= Q_ s /\ (Q_ s <= 0 -> forall k y, In (k, y) ps -> exists r,
     nth_error rows (N.to_nat k) = Some r /\ affine r x = 0).
Proof.
  unfold constant_sum. intros P H. destruct (row_sum _ _ _ _) as [t|] eqn:E; [|discriminate].
  destruct (inputs t) eqn:T; [|discriminate]. inversion H. subst s.
  destruct (row_sum_value rows x P _ _ _ _ E) as [A B].
  assert (Z0 : affine (Row 0%Q [] []) x = 0) by (unfold Regions.affine, input_sum; simpl; rewrite of_Q_0; ring).
  assert (V : affine t x = Q_ (bias t)) by (unfold Regions.affine, input_sum; rewrite T; simpl; ring).
  rewrite Z0, V in *. auto. Qed.

Lemma of_Q_inverse q : q_is_zero q = false -> Q_ q * Q_ (Qinv q) = 1.
Proof. intro N. rewrite <- of_Q_product, <- of_Q_1. apply of_Q_same, Qeq_bool_iff.
  apply Qmult_inv_r. unfold q_is_zero in N. apply Z.eqb_neq in N. unfold Qeq. simpl. lia. Qed.

Theorem pin_sound pc r j ps pc' x : pin pc r j ps = Some pc' -> in_piece pc x -> in_piece pc' x.
Proof.
  unfold pin. intros H [D P]. destruct (constant_sum _ ps) as [s|] eqn:S; [|discriminate].
  rewrite at_number_spec in H. destruct (nth_error _ (N.to_nat r)) as [t|] eqn:T; [|discriminate].
  destruct (take_input j (inputs t)) as [slope rest] eqn:K.
  destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [[C1 C2] C3].
  apply negb_true_iff in C3. apply existsb_exists in C2 as ([k y] & I & Ek). simpl in Ek.
  apply N.eqb_eq in Ek. subst k.
  destruct (constant_sum_value _ _ _ x D S) as [_ Z0].
  destruct (Z0 (of_Q_nonpos F _ C1) r y I) as (t' & T' & Tz). rewrite T in T'. inversion T'. subst t'.
  set (form := scale_row _ _) in H.
  assert (Form : coordinate x j = affine form x).
  { unfold form. rewrite affine_scale, of_Q_opp. unfold Regions.affine, input_sum in *. cbn [bias inputs].
    change (fun i => nth (N.to_nat i) x 0) with (coordinate x) in *.
    rewrite (take_input_value j), K in Tz. cbn [fst snd] in Tz.
    pose proof (of_Q_inverse slope C3) as Inv.
    replace (coordinate x j) with ((Q_ slope * Q_ (Qinv slope)) * coordinate x j) by (rewrite Inv; ring).
    replace (Q_ slope * Q_ (Qinv slope) * coordinate x j) with
      (Q_ (Qinv slope) * ((Q_ (bias t) + (Q_ slope * coordinate x j + sum_terms rest (coordinate x)))
        - (Q_ (bias t) + sum_terms rest (coordinate x)))) by ring.
    rewrite Tz. ring. }
  set (m := NumberMap.add j form (NumberMap.empty row)) in H.
  assert (M : forall i f, NumberMap.find i m = Some f -> coordinate x i = affine f x).
  { intros i f E. unfold m in E. rewrite NumberFacts.add_o in E. destruct (NumberMap.E.eq_dec j i) as [Q|Q].
    - change (j = i) in Q. inversion E. now subst.
    - rewrite NumberFacts.empty_o in E. discriminate. }
  inversion H. split; cbn [piece_domain pinned].
  - intros q Q. apply in_map_iff in Q as (q' & <- & Q). rewrite substituted_value; auto.
  - intros i f [E|Q]; [inversion E; now subst|]. apply in_map_iff in Q as ([i' f'] & E & Q).
    inversion E. subst. cbn [fst snd]. rewrite substituted_value; auto. Qed.

Lemma reading_of_value j v slope x : affine (reading_of j v slope) x = Q_ v + Q_ slope * coordinate x j.
Proof. unfold Regions.affine, input_sum, reading_of, coordinate. simpl. ring. Qed.

Theorem cut_sound n pc j q p above below x : cut n pc j q p = Some (above, below) -> in_piece pc x ->
  in_piece above x \/ in_piece below x.
Proof.
  unfold cut. intros H [D P]. destruct (_ && _); [|discriminate]. inversion H. clear H.
  set (v := lowest p (Z.to_pos q)) in *.
  destruct (le_total F (Q_ v) (coordinate x j)) as [L|L]; apply le_sub in L; [left|right]; split;
    cbn [piece_domain pinned]; auto; intros r R; apply in_app_or in R as [R|[<-|[]]]; auto;
    rewrite reading_of_value.
  - rewrite of_Q_opp, of_Q_1. now replace (- Q_ v + 1 * coordinate x j) with (coordinate x j - Q_ v) by ring.
  - assert (E : Q_ (-1) = - (1)) by (rewrite <- of_Q_1, <- of_Q_opp; apply of_Q_same; reflexivity).
    rewrite E. now replace (Q_ v + - (1) * coordinate x j) with (Q_ v - coordinate x j) by ring. Qed.

Theorem vacant_sound pc ps x : is_vacant pc ps = true -> ~ in_piece pc x.
Proof.
  unfold is_vacant. intros H [D _]. destruct (constant_sum _ ps) as [s|] eqn:S; [|discriminate].
  destruct (constant_sum_value _ _ _ x D S) as [N _].
  assert (P : 0 < Q_ (q_opp s)).
  { apply of_Q_positive. unfold q_nonneg in H. apply negb_true_iff, Z.leb_gt in H.
    unfold q_positive, q_opp. simpl. apply Z.ltb_lt. lia. }
  rewrite of_Q_opp in P. apply (lt_irrefl F 0). replace (0 : F) with (- Q_ s + Q_ s) at 2 by ring.
  now apply add_pos_nonneg. Qed.

Theorem add_sum_sound pc ps pc' x : add_sum pc ps = Some pc' -> in_piece pc x -> in_piece pc' x.
Proof.
  unfold add_sum. intros H [D P]. destruct (row_sum _ _ _ _) as [s|] eqn:S; [|discriminate].
  cbn [option_map] in H. inversion H. split; cbn [piece_domain pinned]; auto.
  intros r R. apply in_app_or in R as [R|[<-|[]]]; auto.
  destruct (row_sum_value _ x D _ _ _ _ S) as [N _].
  assert (Z0 : affine (Row 0%Q [] []) x = 0) by (unfold Regions.affine, input_sum; simpl; rewrite of_Q_0; ring).
  now rewrite Z0 in N. Qed.

(** ** The inputs that are left *)

Lemma pins_map_find ps j f : NumberMap.find j (pins_map ps) = Some f -> In (j, f) ps.
Proof.
  unfold pins_map. assert (G : forall ps m, NumberMap.find j (fold_left (fun m p => NumberMap.add (fst p) (snd p) m) ps m)
    = Some f -> In (j, f) ps \/ NumberMap.find j m = Some f).
  { clear. induction ps as [|[i g] ps IH]; simpl; intros m H; auto. apply IH in H as [H|H]; auto.
    rewrite NumberFacts.add_o in H. destruct (NumberMap.E.eq_dec i j) as [E|E]; auto.
    change (i = j) in E. inversion H. subst. auto. }
  intro H. apply G in H as [H|H]; auto. rewrite NumberFacts.empty_o in H. discriminate. Qed.

Lemma places_find js j i : NumberMap.find j (places js) = Some i -> nth_error js (N.to_nat i) = Some j.
Proof.
  unfold places.
  assert (G : forall js (m : NumberMap.t N) k,
    NumberMap.find j (fst (fold_left (fun p j => (NumberMap.add j (snd p) (fst p), N.succ (snd p))) js (m, k))) = Some i ->
    NumberMap.find j m = Some i \/ (k <= i)%N /\ nth_error js (N.to_nat (i - k)) = Some j).
  { clear. induction js as [|a js IH]; cbn [fold_left fst snd]; intros m k H; auto.
    apply IH in H as [H|[L H]].
    - rewrite NumberFacts.add_o in H. destruct (NumberMap.E.eq_dec a j) as [E|E]; auto.
      change (a = j) in E. inversion H. subst. right. split; [lia|]. now rewrite N.sub_diag.
    - right. split; [lia|]. now replace (N.to_nat (i - k)) with (S (N.to_nat (i - N.succ k))) by lia. }
  intro H. apply G in H as [H|[_ H]]; [rewrite NumberFacts.empty_o in H; discriminate|].
  now rewrite N.sub_0_r in H. Qed.

(** The coordinates that are left of a point. *)
Definition left_of (js : list N) (x : list F) : list F := map (coordinate x) js.

Lemma renumbered_terms_value js ts us x :
  collect (fun t : term N => option_map (fun i => (i, snd t)) (NumberMap.find (fst t) (places js))) ts = Some us ->
  sum_terms us (coordinate (left_of js x)) = sum_terms ts (coordinate x).
Proof.
  intro H. apply collect_all in H. induction H as [|[j c] u ts us E _ IH]; simpl; auto. simpl in E.
  destruct (NumberMap.find j (places js)) as [i|] eqn:K; [|discriminate]. inversion E. subst u. simpl.
  rewrite IH. f_equal. f_equal. apply places_find in K. unfold left_of, coordinate at 1.
  apply nth_error_nth. now rewrite nth_error_map, K. Qed.

Lemma renumbered_row_value js r q x : renumbered_row (places js) r = Some q ->
  affine q (left_of js x) = affine r x.
Proof.
  unfold renumbered_row. destruct (collect _ (inputs r)) as [us|] eqn:E; [|discriminate]. intro H. inversion H.
  unfold Regions.affine, input_sum. cbn [bias inputs]. f_equal. exact (renumbered_terms_value js _ us x E). Qed.

Lemma restricted_row_value js m r q x :
  (forall j f, NumberMap.find j m = Some f -> coordinate x j = affine f x) ->
  restricted_row m (places js) r = Some q ->
  affine q (left_of js x) = affine r x /\ neurons q = neurons r.
Proof.
  intros M H. unfold restricted_row in H. split.
  - rewrite (renumbered_row_value _ _ _ _ H). now apply substituted_value.
  - unfold renumbered_row in H. destruct (collect _ _) as [us|]; [|discriminate]. inversion H. cbn [neurons].
    unfold substituted. destruct (split_terms m (inputs r)). reflexivity. Qed.

(** The rows of the piece that read an input hold at what is left of its points, and have an interior. *)
Theorem interior_rows_sound n pc xs rows : interior_rows_of n pc xs = Some rows ->
  (exists x0 : list F, forall r, In r rows -> 0 < affine r x0) /\
  forall x, in_piece pc x -> forall r, In r rows -> 0 <= affine r (left_of (free_inputs n pc) x).
Proof.
  unfold interior_rows_of. destruct (collect _ (piece_domain pc)) as [all|] eqn:C; [|discriminate].
  destruct (outputs_at _ xs) as [ys|] eqn:O; [|discriminate].
  destruct (_ && _) eqn:B; [|discriminate]. rewrite !andb_true_iff in B. destruct B as [[Fit _] B].
  intro H. inversion H. subst rows. clear H. apply collect_all in C. split.
  - exists (map Q_ xs). intros r I. apply filter_In in I as [I N]. apply negb_true_iff in N.
    apply (outputs_at_correct F _ _ _ Fit) in O. unfold outputs, values_at in O. simpl in O.
    assert (Nr : neurons r = []).
    { unfold network_fits in Fit. simpl in Fit. rewrite forallb_forall in Fit. specialize (Fit r I).
      unfold row_fits in Fit. destruct (neurons r) as [|t ts]; auto. simpl in Fit.
      apply andb_true_iff in Fit as [Fit _]. apply andb_true_iff in Fit as [A B0]. apply N.ltb_lt in A, B0. lia. }
    rewrite forallb_forall in B.
    assert (K : exists y, In (r, y) (combine all ys) /\ row_value r (reading [map Q_ xs]) = Q_ y).
    { clear -O I. revert ys O. induction all as [|q all IH]; intros [|y ys] O; simpl in *; try discriminate; [tauto|].
      inversion O. destruct I as [<-|I]; [exists y; auto|]. destruct (IH I ys H1) as (y' & A & B). exists y'. auto. }
    destruct K as (y & K & V). specialize (B (r, y) K). cbn [fst snd] in B. rewrite N in B.
    apply (of_Q_positive F) in B. rewrite <- V in B. unfold row_value in B. rewrite Nr in B. simpl in B.
    unfold Regions.affine, input_sum.
    replace (Q_ (bias r) + sum_terms (inputs r) (fun i => nth (N.to_nat i) (map Q_ xs) 0)) with
      (Q_ (bias r) + (sum_terms (inputs r) (fun i => reading [map Q_ xs] (0%N, i)) + 0)); auto.
    replace (sum_terms (inputs r) (fun i => reading [map Q_ xs] (0%N, i))) with
      (sum_terms (inputs r) (fun i => nth (N.to_nat i) (map Q_ xs) 0)) by reflexivity. ring.
  - intros x [D _] r I. apply filter_In in I as [I _].
    assert (K : exists q, In q (piece_domain pc) /\ renumbered_row (places (free_inputs n pc)) q = Some r).
    { clear -C I. induction C as [|q r' qs rs E _ IH]; [destruct I|]. destruct I as [<-|I].
      - exists q. split; [now left|auto].
      - destruct (IH I) as (q' & A & B). exists q'. split; [now right|auto]. }
    destruct K as (q & Q & E). rewrite (renumbered_row_value _ _ _ _ E). auto. Qed.

End Soundness.
