(** * The claim [regions]: acceptance implies the count of faces *)

From ExactRev Require Export Checker Root.
Require Import Lia.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).

(** ** From rationals to integers *)

Lemma to_integer_value s q i : to_integer s q = Some i -> Z_ i = Z_ s * Q_ q.
Proof. unfold to_integer. destruct (Z.eqb_spec (s * Qnum q / Zpos (Qden q) * Zpos (Qden q)) (s * Qnum q));
    [|discriminate]. intro H. inversion H. subst i. clear H.
  apply (cancel F (Z_ (Zpos (Qden q)))); [apply denominator_nonzero|].
  rewrite <- of_Z_mul, e, of_Z_mul, <- (of_Q_times F q). ring. Qed.

Lemma collect_spec {A B} (f : A -> option B) l : forall m, collect f l = Some m ->
  Forall2 (fun a b => f a = Some b) l m.
Proof. induction l as [|a l IH]; simpl; intros m H; [inversion H; constructor|].
  destruct (f a) as [b|] eqn:E; [|discriminate]. destruct (collect f l); [|discriminate].
  inversion H. constructor; auto. Qed.

Fixpoint sum_integers {name} (ts : list (name * Z)) (v : name -> F) : F :=
  match ts with [] => 0 | (k, c) :: ts => Z_ c * v k + sum_integers ts v end.

Lemma spread_value y ts : forall i f, spread i ts = Some f -> value_from i f y = sum_integers ts y.
Proof.
  assert (Skip : forall k i f, value_from i (N.iter k (cons 0%Z) f) y = value_from (i + k) f y).
  { intro k. induction k using N.peano_ind; intros i f.
    - simpl. now rewrite N.add_0_r.
    - rewrite N.iter_succ. cbn [value_from]. rewrite IHk, of_Z_0.
      replace (N.succ i + k)%N with (i + N.succ k)%N by lia. ring. }
  induction ts as [|[j c] ts IH]; simpl; intros i f H; [inversion H; reflexivity|].
  destruct (N.leb_spec i j) as [L|L]; [|discriminate].
  destruct (spread (N.succ j) ts) as [g|] eqn:E; [|discriminate]. inversion H. subst f.
  rewrite Skip. replace (i + (j - i))%N with j by lia. cbn [value_from]. now rewrite (IH _ _ E). Qed.

Lemma collect_terms s {name} (ts : list (term name)) us (v : name -> F) :
  collect (fun t => option_map (pair (fst t)) (to_integer s (snd t))) ts = Some us ->
  sum_integers us v = Z_ s * sum_terms ts v.
Proof. intro H. apply collect_spec in H. induction H as [|[k c] u ts us E _ IH]; simpl; [ring|].
  simpl in E. destruct (to_integer s c) as [i|] eqn:I; [|discriminate]. inversion E. subst u.
  rewrite IH, (to_integer_value _ _ _ I). ring. Qed.

Lemma shifted f (a : F) (x : list F) y : (forall k, y (N.succ k) = nth (N.to_nat k) x 0) ->
  forall i, value_from (N.succ i) f y = value_from i f (fun k => nth (N.to_nat k) x 0).
Proof. intros H. induction f as [|b f IH]; intro i; simpl; auto. now rewrite H, IH. Qed.

(** A row as a function of the inputs alone. *)
Definition input_sum (r : row) (x : list F) : F :=
  sum_terms (inputs r) (fun i => nth (N.to_nat i) x 0).

Lemma affine_form_value s r f x : affine_form s r = Some f ->
  value f (at_point x) = Z_ s * (Q_ (bias r) + input_sum r x) /\
  value f (along x) = Z_ s * input_sum r x.
Proof.
  unfold affine_form. destruct (to_integer s (bias r)) as [b|] eqn:B; [|discriminate].
  destruct (collect _ _) as [us|] eqn:U; [|discriminate].
  destruct (spread 0 us) as [g|] eqn:G; [|discriminate]. intro H. inversion H. subst f.
  assert (V : forall y, (forall k, y (N.succ k) = nth (N.to_nat k) x 0) ->
    value (b :: g) y = Z_ s * Q_ (bias r) * y 0%N + Z_ s * input_sum r x).
  { intros y Y. unfold value. cbn [value_from]. rewrite (shifted g 0 x y Y 0).
    rewrite (spread_value _ _ _ _ G), (collect_terms _ _ _ _ U), (to_integer_value _ _ _ B).
    reflexivity. }
  split; rewrite V.
  - change (at_point x 0%N) with (@one F). ring.
  - intro k. unfold at_point. now rewrite (proj2 (N.eqb_neq _ 0)), N.pred_succ by lia.
  - change (along x 0%N) with (@zero F). ring.
  - intro k. unfold along. now rewrite (proj2 (N.eqb_neq _ 0)), N.pred_succ by lia. Qed.

(** ** Prepared neurons *)

Section Prepared.
Variables (s : Z) (net : network).
Hypothesis fits : network_fits net = true.

Local Notation z := (z F net).

Lemma row_value_split r x :
  z r x = Q_ (bias r) + input_sum r x + sum_terms (neurons r) (values_at net x).
Proof. unfold Cell.z, row_value, input_sum.
  rewrite (sum_terms_agree F (inputs r) (fun i => values_at net x (0%N, i))
    (fun i => nth (N.to_nat i) x 0)) by (intros; apply values_input). ring. Qed.

(** What preparation says of a neuron, but for its number. *)
Definition equation (n : neuron) : Prop := denominator n <> 0%Z /\ forall x,
  Z_ (denominator n) * (Z_ s * z (its_row n) x) = value (base n) (at_point x) +
    fold_right (fun p t => Z_ (snd p) * (Z_ s * values_at net x (fst p)) + t) 0 (weights n).

Lemma prepare_neuron_equation d i n p : prepare_neuron s d i n = Some p ->
  number p = i /\ name p = fst n /\ its_row p = snd n /\ equation p.
Proof.
  unfold prepare_neuron. destruct (Z.eqb_spec d 0) as [|D]; [discriminate|].
  destruct (affine_form _ _) as [b|] eqn:B; [|discriminate].
  destruct (collect _ _) as [ws|] eqn:W; [|discriminate]. intro H. inversion H. subst p.
  cbn [number name its_row]. repeat split; auto. cbn [denominator its_row base weights]. intro x.
  rewrite row_value_split. destruct (affine_form_value _ _ _ x B) as [-> _].
  assert (S : forall ws, fold_right (fun p t => Z_ (snd p) * (Z_ s * values_at net x (fst p)) + t) 0 ws
    = Z_ s * sum_integers ws (values_at net x)).
  { clear. induction ws as [|[k w] ws IH]; simpl; [|rewrite IH]; ring. }
  rewrite S, (collect_terms _ _ _ _ W), of_Z_mul. ring. Qed.

Lemma prepare_rows_spec d ns : forall i ps, prepare_rows s d i ns = Some ps ->
  Forall2 (fun n p => name p = fst n /\ its_row p = snd n /\ equation p) ns ps /\
  forall j p, nth_error ps j = Some p -> number p = (i + N.of_nat j)%N.
Proof.
  induction ns as [|n ns IH]; simpl; intros i ps H.
  - inversion H. split; [constructor|]. intros [|j] p E; discriminate.
  - destruct (prepare_neuron s d i n) as [p|] eqn:P; [|discriminate].
    destruct (prepare_rows s d (N.succ i) ns) as [qs|] eqn:Q; [|discriminate]. inversion H. subst ps.
    destruct (prepare_neuron_equation _ _ _ _ P) as (A & B & C & E).
    destruct (IH _ _ Q) as [I1 I2]. split; [constructor; auto|].
    intros [|j] q J; simpl in J.
    + inversion J. subst q. lia.
    + rewrite (I2 j q J). lia. Qed.

Lemma name_rows_rows l rows : forall i, map snd (name_rows l i rows) = rows.
Proof. induction rows as [|r rows IH]; intro i; simpl; [|rewrite IH]; auto. Qed.

Lemma prepare_layers_spec layers : forall i l ps, prepare_layers s i l layers = Some ps ->
  (forall ns n, In ns ps -> In n ns -> In (name n, its_row n) (name_layers l layers) /\
     equation n /\ exists j, number n = (i + N.of_nat j)%N /\
     nth_error (concat layers) j = Some (its_row n)) /\
  (forall k r, In (k, r) (name_layers l layers) -> exists ns n, In ns ps /\ In n ns /\ its_row n = r).
Proof.
  induction layers as [|rs layers IH]; simpl; intros i l ps H.
  { inversion H. split; [intros ? ? []|intros ? ? []]. }
  destruct (prepare_rows _ _ _ _) as [p|] eqn:P; [|discriminate].
  destruct (prepare_layers _ _ _ layers) as [qs|] eqn:Q; [|discriminate]. inversion H. clear H.
  destruct (IH _ _ _ Q) as [I1 I2]. destruct (prepare_rows_spec _ _ _ _ P) as [R1 R2].
  assert (First : forall n, In n p -> In (name n, its_row n) (name_rows l 0 rs) /\ equation n /\
    exists j, number n = (i + N.of_nat j)%N /\ nth_error (concat (rs :: layers)) j = Some (its_row n)).
  { intros n I. apply In_nth_error in I as [j J].
    assert (K : exists m, nth_error (name_rows l 0 rs) j = Some m /\ name n = fst m /\
      its_row n = snd m /\ equation n).
    { clear -R1 J. revert j J. induction R1 as [|m q ms qs E _ IH]; intros [|j] J; try discriminate.
      - simpl in J. inversion J. subst. simpl. eauto.
      - simpl in *. auto. }
    destruct K as (m & M & A & B & E). split; [|split; auto].
    - rewrite A, B, <- surjective_pairing. now apply nth_error_In in M.
    - exists j. split; [now apply R2|]. simpl. rewrite nth_error_app1.
      + rewrite <- (name_rows_rows l rs 0), nth_error_map, M. simpl. now rewrite B.
      + rewrite <- (name_rows_rows l rs 0), map_length. apply nth_error_Some. now rewrite M. }
  assert (Rest : forall n ns, In ns qs -> In n ns ->
    In (name n, its_row n) (name_layers (N.succ l) layers) /\ equation n /\
    exists j, number n = (i + N.of_nat j)%N /\ nth_error (concat (rs :: layers)) j = Some (its_row n)).
  { intros n ns Ins In_. destruct (I1 ns n Ins In_) as (A & B & j & J1 & J2). split; auto. split; auto.
    exists (length rs + j)%nat. split.
    - rewrite J1, size_length. lia.
    - simpl. rewrite nth_error_app2 by lia. now replace (length rs + j - length rs)%nat with j by lia. }
  assert (Cover : forall k r, In (k, r) (name_rows l 0 rs) -> exists n, In n p /\ its_row n = r).
  { clear -R1. intros k r I. induction R1 as [|m q ms qs E _ IH]; simpl in *; [tauto|].
    destruct I as [->|I]; [exists q; split; [auto|apply E]|].
    destruct (IH I) as (n & A & B). eauto. }
  split.
  - intros ns n Ins In_. assert (O : ns = p \/ In ns qs).
    { destruct p; [now right|]. destruct Ins as [<-|Ins]; auto. }
    destruct O as [->|O].
    + destruct (First n In_) as (A & B & C). split; auto. apply in_or_app. now left.
    + destruct (Rest n ns O In_) as (A & B & C). split; auto. apply in_or_app. now right.
  - intros k r I. apply in_app_or in I as [I|I].
    + destruct (Cover k r I) as (n & A & B). exists p, n. split; auto.
      destruct p; [destruct A|now left].
    + destruct (I2 k r I) as (ns & n & A & B & C). exists ns, n. split; auto.
      destruct p; auto. now right. Qed.

End Prepared.
(** ** The norm *)

Section Norm.
Variables (s : Z) (forms : list Forms.form) (net : network) (first : list neuron).
Hypothesis s_positive : (0 < s)%Z.

(** The scaled value of the row of a number: of the domain, or z of a hidden neuron. *)
Definition norm_row (r : N) (x : list F) : F :=
  match nth_error forms (N.to_nat r) with
  | Some f => value f (at_point x)
  | None =>
      match nth_error (concat (hidden net)) (N.to_nat r - length forms) with
      | Some row => Z_ s * z F net row x
      | None => 0
      end
  end.

Hypothesis first_ok : forall n, In n first -> equation s net n /\ exists j,
  number n = (size forms + N.of_nat j)%N /\ nth_error (concat (hidden net)) j = Some (its_row n).

Lemma norm_row_neuron n j x : number n = (size forms + N.of_nat j)%N ->
  nth_error (concat (hidden net)) j = Some (its_row n) ->
  norm_row (number n) x = Z_ s * z F net (its_row n) x.
Proof. intros A B. unfold norm_row. rewrite A, size_length.
  rewrite (proj2 (nth_error_None forms _)) by lia.
  replace (N.to_nat (N.of_nat (length forms) + N.of_nat j) - length forms)%nat with j by lia.
  now rewrite B. Qed.

Lemma norm_form_value r f x : norm_form forms first r = Some f ->
  value f (at_point x) = norm_row r x.
Proof.
  unfold norm_form. destruct (N.ltb_spec r (size forms)) as [L|L].
  - unfold norm_row. intros ->. reflexivity.
  - destruct (find _ first) as [n|] eqn:E; [|discriminate]. apply find_some in E as [I E].
    apply N.eqb_eq in E. subst r. destruct (weights n) eqn:W; [|discriminate]. intro D.
    destruct (first_ok n I) as ([Dn Eq] & j & J1 & J2). rewrite (norm_row_neuron n j x J1 J2).
    destruct (divided_value F _ _ _ (at_point x) D) as [_ V]. specialize (Eq x).
    rewrite W in Eq. simpl in Eq.
    apply (cancel F (Z_ (denominator n))); [now apply of_Z_nonzero|].
    transitivity (Z_ (denominator n) * value f (at_point x)); [ring|]. rewrite <- V.
    transitivity (Z_ (denominator n) * (Z_ s * z F net (its_row n) x)); [rewrite Eq|]; ring. Qed.

(** A bound of the sum of coefficient times row, and the bound by the columns. *)
Lemma combination_bound (b : N -> F) x rs : forall fs g cols,
  Forall2 (fun r f => value f (at_point x) = norm_row r x) rs fs ->
  length g = length rs -> length cols = length rs ->
  Forall2 (fun a c => (2 * Z.abs a <= c)%Z) g cols ->
  (forall r, In r rs -> within (norm_row r x) (b r)) ->
  exists t, within (value (combination g fs) (at_point x)) t /\
    (1 + 1) * t <= fold_right (fun p u => Z_ (snd p) * b (fst p) + u) 0 (combine rs cols).
Proof.
  induction rs as [|r rs IH]; intros fs g cols V Lg Lc B W; inversion V; subst;
    destruct g as [|a g], cols as [|c cols]; try discriminate.
  - exists 0. simpl. split; [apply within_zero, le_refl|].
    replace ((1 + 1) * 0 : F) with (0 : F) by ring. apply le_refl.
  - inversion B. subst. destruct (IH l' g cols) as (t & T1 & T2); auto.
    { intros q Q. apply W. now right. }
    pose proof (W r (or_introl eq_refl)) as Wr.
    exists (Z_ (Z.abs a) * b r + t). split.
    + simpl combination. rewrite value_add_times. apply within_add; auto. rewrite H1.
      now apply within_integer.
    + simpl. apply le_sub.
      replace (Z_ c * b r + fold_right (fun p u => Z_ (snd p) * b (fst p) + u) 0 (combine rs cols) -
        (1 + 1) * (Z_ (Z.abs a) * b r + t)) with
        ((Z_ c - (1 + 1) * Z_ (Z.abs a)) * b r +
         (fold_right (fun p u => Z_ (snd p) * b (fst p) + u) 0 (combine rs cols) - (1 + 1) * t)) by ring.
      apply le_sub in T2. apply add_nonneg; auto. apply mul_nonneg.
      * replace (Z_ c - (1 + 1) * Z_ (Z.abs a)) with (Z_ (c - 2 * Z.abs a)).
        { apply of_Z_nonneg. lia. }
        rewrite of_Z_sub, of_Z_mul. change 2%Z with (1 + 1)%Z. rewrite of_Z_add, of_Z_1. ring.
      * now apply (within_nonneg F (norm_row r x)). Qed.

Lemma column_bounds_spec lines : forall w, (forall g, In g lines -> length g = length w) ->
  length (column_bounds lines w) = length w /\
  forall g, In g lines -> Forall2 (fun a c => (2 * Z.abs a <= c)%Z) g (column_bounds lines w).
Proof.
  induction lines as [|h lines IH]; intros w L; [split; [auto|intros ? []]|]. cbn [column_bounds].
  destruct (IH w) as [I1 I2]; [intros g G; apply L; now right|].
  assert (Lh : length h = length (column_bounds lines w)) by (rewrite I1; apply L; now left).
  split; [rewrite map_length, combine_length, Lh, Nat.min_id; auto|].
  intros g [<-|G].
  - clear -Lh. revert Lh. generalize (column_bounds lines w). induction h as [|a h IH];
      intros [|c l] E; try discriminate; cbn [combine map]; constructor; auto. cbn [fst snd]. lia.
  - specialize (I2 g G). clear -I2 Lh. revert h Lh. induction I2 as [|a c g l A _ IH];
      intros [|b h] E; try discriminate; cbn [combine map]; constructor; auto. cbn [fst snd]. lia. Qed.

Lemma norm_lines_spec d lines fs : forall j largest c, norm_lines d s j lines fs largest = Some c ->
  (largest <= c)%Z /\ forall k g, nth_error lines k = Some g ->
    let f := combination g fs in
    (2 * total (add_times (-1) (N.iter (j + N.of_nat k) (cons 0%Z) [(d * s)%Z]) (tl f)) <= d * s)%Z /\
    (length (tl f) <= length fs)%nat /\ (2 * Z.abs (entry 0 f) <= c)%Z.
Proof.
  induction lines as [|g lines IH]; cbn [norm_lines]; intros j largest c H.
  - inversion H. split; [lia|]. intros [|k] g E; discriminate.
  - destruct (_ && _) eqn:C; [|discriminate]. apply andb_true_iff in C as [C1 C2].
    apply Z.leb_le in C1. apply N.leb_le in C2. rewrite !size_length in C2.
    destruct (IH _ _ _ H) as [I1 I2]. split; [lia|]. intros [|k] h E; simpl in E.
    + inversion E. subst h. rewrite N.add_0_r. repeat split; auto; lia.
    + specialize (I2 k h E). replace (j + N.of_nat (S k))%N with (N.succ j + N.of_nat k)%N by lia.
      exact I2. Qed.

Lemma add_times_length c f : forall g, length (add_times c f g) = Nat.max (length f) (length g).
Proof. assert (T : forall f, length (times c f) = length f) by (induction f0; simpl; auto).
  induction f as [|a f IH]; intros [|b g]; simpl; auto. Qed.

Lemma iter_cons k (f : Forms.form) : length (N.iter k (cons 0%Z) f) = (N.to_nat k + length f)%nat.
Proof. induction k using N.peano_ind; [reflexivity|]. rewrite N.iter_succ. simpl. lia. Qed.

Lemma iter_cons_value k f y : forall i,
  value_from i (N.iter k (cons 0%Z) f) y = value_from (F := F) (i + k) f y.
Proof. induction k using N.peano_ind; intro i.
  - simpl. now rewrite N.add_0_r.
  - rewrite N.iter_succ. cbn [value_from]. rewrite IHk, of_Z_0.
    replace (N.succ i + k)%N with (i + N.succ k)%N by lia. ring. Qed.

(** Finitely many numbers have a common bound that one of them attains. *)
Lemma largest (y : N -> F) (m : nat) : exists M, 0 <= M /\
  (forall j, (1 <= j <= N.of_nat m)%N -> within (y j) M) /\
  (M = 0 \/ exists j, (1 <= j <= N.of_nat m)%N /\ (M = y j \/ M = - y j)).
Proof.
  induction m as [|m (M & M0 & H & A)].
  - exists 0. split; [apply le_refl|]. split; [intros j J; lia|auto].
  - set (j := N.of_nat (S m)).
    assert (Abs : exists a, 0 <= a /\ within (y j) a /\ (a = y j \/ a = - y j)).
    { destruct (le_total F 0 (y j)) as [P|P].
      - exists (y j). split; auto. split; [|auto]. split; [apply le_refl|]. apply (le_trans F _ 0); auto.
        apply le_sub. now replace (0 - - y j) with (y j) by ring.
      - exists (- y j). apply opp_nonneg in P. split; auto. split; [|auto].
        split; [|apply le_refl]. apply (le_trans F _ 0); auto.
        apply le_sub. now replace (0 - y j) with (- y j) by ring. }
    destruct Abs as (a & A0 & Aw & Ae). destruct (le_total F a M) as [L|L].
    + exists M. split; auto. split.
      * intros i I. destruct (N.eq_dec i j) as [->|N]; [now apply (within_le F _ a)|apply H; lia].
      * destruct A as [A|(i & I & E)]; [auto|right; exists i; split; [lia|auto]].
    + exists a. split; auto. split.
      * intros i I. destruct (N.eq_dec i j) as [->|N]; auto. apply (within_le F _ M); auto. apply H. lia.
      * right. exists j. split; [lia|auto]. Qed.

Theorem proved_norm_sound d rs fs inv nm ctx :
  Forall2 (fun r f => forall x, value f (at_point x) = norm_row r x) rs fs ->
  proved_norm s d rs fs inv = Some nm -> scale ctx = s -> the_norm ctx = Some nm ->
  dimension ctx = size rs -> N.of_nat (length inv) = size rs -> (0 < d)%Z ->
  norm_holds F ctx norm_row.
Proof.
  intros Rs H Sc Nm Dim Li Dp nm' Nm'. rewrite Nm in Nm'. inversion Nm'. subst nm'. clear Nm'.
  unfold proved_norm in H. destruct (collect _ inv) as [lines|] eqn:C; [|discriminate].
  destruct (_ && _) eqn:W; [|discriminate].
  destruct (norm_lines d s 0 lines fs 0) as [c|] eqn:NL; [|discriminate]. inversion H. subst nm. clear H.
  cbn [divisor constant factors]. split; auto.
  apply andb_true_iff in W as [W1 W2]. apply N.eqb_eq in W1. rewrite forallb_forall in W2.
  rewrite !size_length in W1.
  destruct (norm_lines_spec _ _ _ _ _ _ NL) as [_ Lines].
  assert (Lz : length (zeros rs) = length rs) by (unfold zeros; apply map_length).
  assert (Wl : forall g, In g lines -> length g = length (zeros rs)).
  { intros g G. specialize (W2 g G). apply N.eqb_eq in W2. rewrite !size_length in W2. lia. }
  destruct (column_bounds_spec lines (zeros rs) Wl) as [Cl Cb].
  set (cols := column_bounds lines (zeros rs)) in *.
  assert (Lfs : length fs = length rs) by (clear -Rs; induction Rs; simpl; auto).
  intros x b B.
  set (sum := fold_right (fun p u => Z_ (snd p) * b (fst p) + u) 0 (combine rs cols)) in *.
  assert (Br : forall r, In r rs -> within (norm_row r x) (b r)).
  { intros r R. assert (E : exists eta, In (r, eta) (combine rs cols)).
    { apply In_nth_error in R as [k K].
      assert (L : (k < length rs)%nat) by (apply nth_error_Some; rewrite K; discriminate).
      rewrite <- Lz, <- Cl in L. apply nth_error_Some in L.
      destruct (nth_error cols k) as [eta|] eqn:Ke; [|tauto].
      exists eta. clear -K Ke. clearbody cols. revert rs cols K Ke.
      induction k as [|k IH]; intros [|r' rs] [|e cols] K Ke; try discriminate.
      - inversion K. inversion Ke. now left.
      - right. now apply IH. }
    destruct E as [eta E]. eapply B; eauto. }
  rewrite Dim, size_length, Sc.
  destruct (largest (at_point x) (length rs)) as (M & M0 & Mb & Ma).
  (* each line bounds its coordinate by half of the largest and half of the sum *)
  assert (Line : forall j, (1 <= j <= N.of_nat (length rs))%N ->
    within ((1 + 1) * (Z_ (d * s) * at_point x j)) (Z_ (d * s) * M + (Z_ c + sum))).
  { intros j J. assert (K : exists g, nth_error lines (N.to_nat (N.pred j)) = Some g).
    { destruct (nth_error lines (N.to_nat (N.pred j))) eqn:E; eauto.
      apply nth_error_None in E. lia. }
    destruct K as [g K]. destruct (Lines _ _ K) as (T1 & T2 & T3).
    rewrite N.add_0_l, N2Nat.id in T1.
    set (f := combination g fs) in *. set (unit := N.iter (N.pred j) (cons 0%Z) [(d * s)%Z]) in *.
    set (e := add_times (-1) unit (tl f)) in *.
    assert (G : In g lines) by (eapply nth_error_In; eauto).
    destruct (combination_bound b x rs fs g cols) as (t & B1 & B2); auto.
    { clear -Rs. induction Rs; constructor; auto. }
    { rewrite (Wl g G). exact Lz. } { now rewrite Cl. }
    fold f in B1. fold sum in B2.
    assert (Ev : within (value_from 1 e (at_point x)) (Z_ (total e) * M)).
    { apply value_within; auto. intros k Kk. apply Mb.
      unfold e in Kk. rewrite add_times_length in Kk. unfold unit in Kk. rewrite iter_cons in Kk.
      simpl length in Kk. rewrite Lfs in T2. lia. }
    assert (Ee : value_from 1 e (at_point x) =
      value_from 1 (tl f) (at_point x) - Z_ (d * s) * at_point x j).
    { unfold e. rewrite value_add_times_from. unfold unit. rewrite iter_cons_value.
      replace (1 + N.pred j)%N with j by lia. cbn [value_from].
      change (-1)%Z with (- (1))%Z. rewrite of_Z_opp, of_Z_1. ring. }
    assert (Ef : value f (at_point x) = Z_ (entry 0 f) + value_from 1 (tl f) (at_point x)).
    { destruct f as [|a f']; unfold value; cbn [value_from entry tl].
      - rewrite of_Z_0. ring.
      - change (at_point x 0%N) with (@one F). change (N.succ 0) with 1%N. simpl (N.eqb 0 0).
        cbv iota. ring. }
    assert (Two : 0 <= (1 + 1 : F)) by (apply add_nonneg; apply lt_le, one_pos).
    assert (E0 : within (Z_ (entry 0 f)) (Z_ (Z.abs (entry 0 f)))).
    { pose proof (within_integer F (entry 0 f) 1 1) as Wi.
      replace (Z_ (entry 0 f)) with (Z_ (entry 0 f) * 1) by ring.
      replace (Z_ (Z.abs (entry 0 f))) with (Z_ (Z.abs (entry 0 f)) * 1) by ring.
      apply Wi. split; [apply le_refl|]. apply (le_trans F _ 0); [|apply lt_le, one_pos].
      apply le_sub. replace (0 - - (1)) with (@one F) by ring. apply lt_le, one_pos. }
    assert (All : within (Z_ (d * s) * at_point x j)
      (t + Z_ (Z.abs (entry 0 f)) + Z_ (total e) * M)).
    { replace (Z_ (d * s) * at_point x j) with
        (value f (at_point x) + - Z_ (entry 0 f) + - value_from 1 e (at_point x))
        by (rewrite Ee, Ef; ring).
      apply within_add; [apply within_add; auto|]; now apply within_opp. }
    apply (within_scale F (1 + 1)) in All; auto. eapply within_le; [exact All|].
    apply le_sub.
    replace (Z_ (d * s) * M + (Z_ c + sum) - (1 + 1) * (t + Z_ (Z.abs (entry 0 f)) + Z_ (total e) * M))
      with ((Z_ (d * s) - (1 + 1) * Z_ (total e)) * M +
            ((sum - (1 + 1) * t) + (Z_ c - (1 + 1) * Z_ (Z.abs (entry 0 f))))) by ring.
    assert (Dbl : forall u v, (2 * u <= v)%Z -> 0 <= Z_ v - (1 + 1) * Z_ u).
    { intros u v L. replace (Z_ v - (1 + 1) * Z_ u) with (Z_ (v - 2 * u)).
      - apply of_Z_nonneg. lia.
      - rewrite of_Z_sub, of_Z_mul. change 2%Z with (1 + 1)%Z. rewrite of_Z_add, of_Z_1. ring. }
    apply le_sub in B2. apply add_nonneg; [apply mul_nonneg; auto|apply add_nonneg; auto]. }
  (* so the largest coordinate is at most the sum *)
  assert (DS : 0 < Z_ (d * s)) by (apply of_Z_pos; nia).
  assert (Top : Z_ (d * s) * M <= Z_ c + sum).
  { apply le_sub. destruct Ma as [->|(j & J & Ej)].
    - destruct (Nat.eq_dec (length rs) 0) as [Z0|N0].
      + destruct rs; [|discriminate]. simpl in sum. unfold sum.
        replace (Z_ c + 0 - Z_ (d * s) * 0) with (Z_ c) by ring. apply of_Z_nonneg.
        destruct (norm_lines_spec _ _ _ _ _ _ NL). lia.
      + specialize (Line 1%N ltac:(lia)). apply within_nonneg in Line.
        replace (Z_ c + sum - Z_ (d * s) * 0) with (Z_ (d * s) * 0 + (Z_ c + sum)) by ring. exact Line.
    - destruct (Line j J) as [L1 L2]. apply le_sub in L1, L2. destruct Ej as [Ej|Ej].
      + rewrite <- Ej in L1. replace (Z_ c + sum - Z_ (d * s) * M) with
          (Z_ (d * s) * M + (Z_ c + sum) - (1 + 1) * (Z_ (d * s) * M)) by ring. exact L1.
      + replace (Z_ c + sum - Z_ (d * s) * M) with
          (Z_ (d * s) * M + (Z_ c + sum) - - ((1 + 1) * (Z_ (d * s) * at_point x j))).
        { exact L2. }
        assert (Ey : at_point x j = - M) by (rewrite Ej; ring). rewrite Ey. ring. }
  intros j J.
  replace (Z_ d * (Z_ s * at_point x j)) with (Z_ (d * s) * at_point x j) by (rewrite of_Z_mul; ring).
  eapply within_le; [|exact Top]. apply within_scale; [now apply lt_le|]. now apply Mb. Qed.

End Norm.
(** ** The root *)

Lemma number_rows_spec fs : forall i n k f,
  NumberMap.find n (number_rows i fs) = Some (k, f) ->
  k = Positive /\ (i <= n)%N /\ nth_error fs (N.to_nat (n - i)) = Some f.
Proof.
  intros i n k f H. unfold number_rows in H.
  assert (G : forall fs (m : NumberMap.t (kind * Forms.form)) i,
    NumberMap.find n (fst (fold_left (fun p f => (NumberMap.add (snd p) (Positive, f) (fst p),
      N.succ (snd p))) fs (m, i))) = Some (k, f) ->
    NumberMap.find n m = Some (k, f) \/
    (k = Positive /\ (i <= n)%N /\ nth_error fs (N.to_nat (n - i)) = Some f)).
  { clear. induction fs as [|g fs IH]; cbn [fold_left fst snd]; intros m i H; [now left|].
    apply IH in H as [H|(A & B & C)].
    - rewrite NumberFacts.add_o in H. destruct (NumberMap.E.eq_dec i n) as [E|E]; [right|now left].
      change (i = n) in E. inversion H. subst. rewrite N.sub_diag. repeat split; auto. lia.
    - right. split; auto. split; [lia|].
      replace (N.to_nat (n - i)) with (S (N.to_nat (n - N.succ i))) by lia. exact C. }
  apply G in H as [H|H]; auto. rewrite NumberFacts.empty_o in H. discriminate. Qed.

(** What is known after the start: the parts of the tree's root. *)
Record rooted (d : N) (drows : list row) (t : norm_text) (whole net : network)
  (forms : list Forms.form) (layers : list (list neuron)) (ctx : setting) : Prop := {
  r_net : net = sliced_network (option_map places (coordinates t)) whole;
  r_fits : network_fits net = true;
  r_scale : (0 < scale ctx)%Z;
  r_forms : collect (affine_form (scale ctx)) 
    (map (working_row (option_map places (coordinates t))) drows) = Some forms;
  r_layers : prepare_layers (scale ctx) (size drows) 1 (hidden net) = Some layers;
  r_norm : norm_holds F ctx (norm_row (scale ctx) forms net);
  r_depth : depth ctx = d;
  r_spanned : forall js, coordinates t = Some js -> is_spanned (places js)
    (drows ++ concat (hidden whole)) (norm_rows t) = true }.

Lemma forms_length d drows t whole net forms layers ctx :
  rooted d drows t whole net forms layers ctx -> size drows = size forms.
Proof. intros R. pose proof (r_forms _ _ _ _ _ _ _ _ R) as H. apply collect_spec in H.
  assert (L : forall X Y (P : X -> Y -> Prop) l m, Forall2 P l m -> length l = length m)
    by (induction 1; simpl; auto).
  apply L in H. rewrite map_length in H. now rewrite !size_length, H. Qed.

Lemma plant_rooted whole count d drows t net forms layers ctx :
  plant whole count d drows t = Some (net, forms, layers, ctx) ->
  rooted d drows t whole net forms layers ctx.
Proof.
  unfold plant. destruct (norm_is_well_formed count t) eqn:WF; [|discriminate].
  set (slice := option_map places (coordinates t)). set (q := lcm_denominators _ 1).
  set (s := (q * _)%Z). destruct (collect (affine_form s) _) as [fs|] eqn:Fo; [|discriminate].
  destruct (prepare_layers s _ 1 _) as [ls|] eqn:La; [|discriminate].
  destruct (match norm_rows t with [] => Some None | _ => _ end) as [nm|] eqn:Nm; [|discriminate].
  destruct (_ && _) eqn:C; [|discriminate]. intro H. inversion H. subst fs ls. clear H.
  rewrite !andb_true_iff in C. destruct C as [[[C1 C2] C3] C4]. apply Z.ltb_lt in C3, C4.
  assert (Lf : size drows = size forms).
  { apply collect_spec in Fo.
    assert (L : forall X Y (P : X -> Y -> Prop) l m, Forall2 P l m -> length l = length m)
      by (induction 1; simpl; auto).
    apply L in Fo. rewrite map_length in Fo. now rewrite !size_length, Fo. }
  split; cbn [scale depth]; auto.
  - destruct (norm_rows t) as [|r0 rs0] eqn:Rs.
    + inversion Nm. subst nm. intros nm' E. discriminate.
    + assert (Ne : size (norm_rows t) <> 0%N) by (rewrite Rs, size_length; simpl length; lia).
      rewrite <- Rs in *. set (rs := norm_rows t) in *. clear Rs.
      destruct (collect (norm_form forms (hd [] layers)) rs) as [fs|] eqn:Nf; [|discriminate].
      destruct (proved_norm s q rs fs (inverse t)) as [nm0|] eqn:Pn; [|discriminate].
      simpl in Nm. inversion Nm. subst nm. clear Nm.
      destruct (prepare_layers_spec s (sliced_network slice whole) _ _ _ _ La) as [P1 _].
      assert (First : forall n, In n (hd [] layers) -> equation s (sliced_network slice whole) n /\
        exists j, number n = (size forms + N.of_nat j)%N /\
        nth_error (concat (hidden (sliced_network slice whole))) j = Some (its_row n)).
      { intros n I. destruct layers as [|l ls]; [destruct I|].
        destruct (P1 l n (or_introl eq_refl) I) as (_ & E & J). rewrite <- Lf. auto. }
      unfold norm_is_well_formed in WF. rewrite !andb_true_iff in WF.
      destruct WF as [[_ WF] Li]. apply N.eqb_eq in Li. fold rs in WF, Li.
      eapply (proved_norm_sound s forms _ C3 q rs fs (inverse t) nm0); auto.
      * apply collect_spec in Nf. clear -Nf First. induction Nf as [|r f rs fs E _ IH]; constructor; auto.
        intro x. eapply norm_form_value; eauto.
      * cbn [dimension]. destruct (coordinates t) as [js|].
        -- rewrite !andb_true_iff, !N.eqb_eq in WF. tauto.
        -- apply orb_true_iff in WF as [WF|WF]; apply N.eqb_eq in WF; [tauto|].
           now rewrite WF.
      * rewrite <- Li, size_length. reflexivity.
  - intros js E. unfold slice in C1. rewrite E in C1. exact C1. Qed.

Section Tree.
Variables (d : N) (drows : list row) (t : norm_text) (whole net : network)
  (forms : list Forms.form) (layers : list (list neuron)) (ctx : setting).
Hypothesis root : rooted d drows t whole net forms layers ctx.

Local Notation row_of_norm := (norm_row (scale ctx) forms net).

Lemma root_good c : root_cell ctx forms layers = Some c ->
  good F ctx net forms row_of_norm c /\ decided c = [].
Proof.
  unfold root_cell. intro H.
  destruct (prepare_layers_spec (scale ctx) net _ _ _ _ (r_layers _ _ _ _ _ _ _ _ root)) as [P1 P2].
  pose proof (forms_length _ _ _ _ _ _ _ _ root) as Lf.
  eapply refresh_good in H; [exact H | exact (r_norm _ _ _ _ _ _ _ _ root) |].
  split; simpl.
  - exact I.
  - intro x. unfold in_cell. simpl. split.
    + intros [D _]. split; [exact D|]. intros q [].
    + intros [D _]. split; [exact D|]. intros ? ? [].
  - intros n k f K x [D _]. apply number_rows_spec in K as (-> & _ & K). rewrite N.sub_0_r in K.
    assert (P : 0 < value f (at_point x)) by (apply D; eapply nth_error_In; eauto).
    split; auto. intros nm eta _ _. unfold norm_row. rewrite K. split; [apply le_refl|].
    apply lt_le in P. apply (le_trans F _ 0); auto. apply le_sub.
    now replace (0 - - value f (at_point x)) with (value f (at_point x)) by ring.
  - intros n f K. apply number_rows_spec in K as (K & _). discriminate.
  - intros k o K. rewrite KeyFacts.empty_o in K. discriminate.
  - intros k f K. rewrite KeyFacts.empty_o in K. discriminate.
  - intros ? ? [].
  - intros ns n A B. destruct (P1 ns n A B) as (K & [E1 E2] & j & J1 & J2).
    split; [exact K|]. split; [exact E1|]. split; [|exact E2].
    intro x. apply (norm_row_neuron _ _ _ n j); auto. now rewrite <- Lf.
  - intros ? ? [].
  - intros k r K. right. right. destruct (P2 k r K) as (ns & n & A & B & C). eauto.
  - discriminate. Qed.

(** *** The tree of an accepted certificate *)

(** What an accepted certificate shows of the faces of the working network: those found are different
    faces with the stated codimensions, as many as stated; and if no leaf was left open, every point
    of the domain lies in one of them or in a face of a codimension larger than the depth. *)
Definition faces_counted (ns : list N) (left_open : N) : Prop := exists found : list (N * list F),
  (forall f, In f found -> in_domain F forms (snd f) /\ codimension F net forms (fst f) (snd f)) /\
  ForallOrdPairs (fun f g => ~ same_signs F net (snd f) (snd g)) found /\
  length ns = S (N.to_nat (depth ctx)) /\
  (forall i, (i <= depth ctx)%N -> nth_error ns (N.to_nat i) = Some (tally F i found)) /\
  (left_open = 0%N -> forall x, in_domain F forms x ->
     (exists f, In f found /\ same_signs F net (snd f) x) \/ deep F ctx net forms x).

Definition regions_invariant (st : regions_state) : Prop :=
  the_setting st = ctx /\
  (exists found, enumerates F ctx net forms row_of_norm (the_tree st) found) /\
  match counted st with
  | Some ns => faces_counted ns (skipped (the_tree st))
  | None => True
  end.

Lemma start_invariant c n js : root_cell ctx forms layers = Some c ->
  regions_invariant (RegionsState ctx (Tree [c] (NumberMap.empty N) 0) n js None).
Proof.
  intro H. destruct (root_good c H) as [G D]. split; [reflexivity|]. split; [|exact I].
  exists []. split; simpl.
  - intros c' [<-|[]]. exact G.
  - repeat constructor.
  - intros _ x X. left. exists c. split; [now left|]. split; [exact X|]. rewrite D. intros ? ? [].
  - intros ? [].
  - intros ? ? [].
  - constructor.
  - intro i. unfold count_of. now rewrite NumberFacts.empty_o. Qed.

Lemma counts_are_spec m ns : forall i, counts_are i ns m = true ->
  forall k, (k < length ns)%nat -> nth_error ns k = Some (count_of (i + N.of_nat k) m).
Proof. induction ns as [|n ns IH]; simpl; intros i H k K; [lia|].
  apply andb_true_iff in H as [A B]. apply N.eqb_eq in A. destruct k as [|k]; simpl.
  - now rewrite N.add_0_r, A.
  - rewrite (IH _ B k) by lia. now replace (N.succ i + N.of_nat k)%N with (i + N.of_nat (S k))%N by lia.
Qed.

Lemma with_tree_invariant st s st' : regions_invariant st ->
  with_tree st (tree_take (the_setting st) (the_tree st) s) = Some st' -> regions_invariant st'.
Proof.
  intros (S & [found E] & _) H. unfold with_tree in H.
  destruct (tree_take _ _ s) as [t'|] eqn:T; [|discriminate]. simpl in H. inversion H. subst st'.
  split; [exact S|]. split; [|exact I]. rewrite S in T. cbn [the_tree].
  eapply tree_take_sound; [exact (r_scale _ _ _ _ _ _ _ _ root) | exact (r_norm _ _ _ _ _ _ _ _ root) |
    exact (r_fits _ _ _ _ _ _ _ _ root) | exact E | exact T]. Qed.

Lemma regions_take_invariant st s st' : regions_invariant st -> regions_take st s = Some st' ->
  regions_invariant st'.
Proof.
  intros Iv H. unfold regions_take in H. destruct (counted st) eqn:C; [discriminate|].
  destruct s as [ts|q ps|[[q ps]|]|ns].
  - destruct ts; try discriminate; eapply with_tree_invariant; eauto.
  - destruct (in_slice st ps); [|discriminate]. eapply with_tree_invariant; eauto.
  - destruct (in_slice st ps); [|discriminate]. eapply with_tree_invariant; eauto.
  - eapply with_tree_invariant; eauto.
  - destruct (_ && _) eqn:B; [|discriminate]. inversion H. subst st'. clear H.
    rewrite !andb_true_iff in B. destruct B as [[B1 B2] B3]. destruct Iv as (S & [found E] & _).
    split; [exact S|]. split; [now exists found|]. cbn [counted the_tree].
    apply N.eqb_eq in B2. rewrite S, size_length in B2.
    assert (T : todo (the_tree st) = []) by (destruct (todo (the_tree st)); [auto|discriminate]).
    exists found. split; [|split; [|split; [|split]]].
    + exact (e_faces _ _ _ _ _ _ _ E).
    + exact (e_different _ _ _ _ _ _ _ E).
    + lia.
    + intros i L. rewrite (counts_are_spec _ _ _ B3) by lia.
      replace (0 + N.of_nat (N.to_nat i))%N with i by lia.
      now rewrite (e_counts _ _ _ _ _ _ _ E).
    + intros Sk x X. exact (closed_tree _ _ _ _ _ _ _ E T Sk x X). Qed.

End Tree.

(** ** The working space *)

(** The coordinates of the working network stand for the inputs: it has the same values of z at [u] as
    the whole network at [x], and [u] is in its domain if and only if [x] is in the interior of the
    stated one. *)
Definition z_values (net : network) (x : list F) : list F :=
  map (fun n => z F net (snd n) x) (named net).

Definition interior (t : root_text) (x : list F) : Prop := forall ws, In ws (domain_rows t) ->
  0 < Q_ (last ws 0%Q) + dot F (removelast ws) x.

(** The value of a row that reads inputs only. *)
Definition affine (r : row) (x : list F) : F := Q_ (bias r) + input_sum r x.

Definition counterparts (s : Z) (drows : list row) (whole net : network) (forms : list Forms.form)
  (u x : list F) : Prop :=
  z_values whole x = z_values net u /\
  Forall2 (fun r f => value f (at_point u) = Z_ s * affine r x) drows forms.

Definition stands_for (t : root_text) (whole net : network) (forms : list Forms.form)
  (u x : list F) : Prop :=
  z_values whole x = z_values net u /\ (interior t x <-> in_domain F forms u).

Lemma domain_row_value ws x :
  affine (domain_row ws) x = Q_ (last ws 0%Q) + dot F (removelast ws) x.
Proof. unfold affine, input_sum, domain_row. cbn [bias inputs]. now rewrite (numbered_value F x). Qed.

(** At counterparts the domain's rows have the same signs. *)
Lemma counterparts_interior s drows whole net forms u x : (0 < s)%Z ->
  counterparts s drows whole net forms u x ->
  (forall r, In r drows -> 0 < affine r x) <-> in_domain F forms u.
Proof.
  intros S [_ V]. apply (of_Z_pos F) in S. unfold in_domain.
  induction V as [|r f rs fs E _ [I1 I2]]; [split; intros _ ? []|]. split.
  - intros H g [<-|G]; [|apply I1; auto; intros; apply H; now right].
    rewrite E. apply mul_pos; auto. apply H. now left.
  - intros H q [<-|G]; [|apply I2; auto; intros; apply H; now right].
    apply (mul_cancel_pos F (Z_ s)); auto. rewrite <- E. apply H. now left. Qed.

Lemma interior_rows t x : interior t x <-> forall r, In r (map domain_row (domain_rows t)) ->
  0 < affine r x.
Proof. unfold interior. split; intros H w I.
  - apply in_map_iff in I as (ws & <- & I). rewrite domain_row_value. auto.
  - rewrite <- domain_row_value. apply H. now apply in_map. Qed.

Section Slice.
Variable slice : option (NumberMap.t N).

(** Both points give every row the same sum of inputs. *)
Definition agree (rows : list row) (x u : list F) : Prop :=
  forall r, In r rows -> input_sum r x = input_sum (working_row slice r) u.

Lemma working_row_parts r :
  bias (working_row slice r) = bias r /\ neurons (working_row slice r) = neurons r.
Proof. destruct slice; auto. Qed.

Lemma agree_forms s drows forms x u : 
  collect (affine_form s) (map (working_row slice) drows) = Some forms -> agree drows x u ->
  Forall2 (fun r f => value f (at_point u) = Z_ s * affine r x) drows forms.
Proof.
  intros C A. apply collect_spec in C. revert forms C.
  induction drows as [|r rs IH]; intros forms C; inversion C as [|r' f rs' fs E C']; subst;
    constructor.
  - destruct (affine_form_value _ _ _ u E) as [-> _]. destruct (working_row_parts r) as [-> _].
    unfold affine. now rewrite <- (A r) by now left.
  - apply IH; auto. intros q I. apply A. now right. Qed.

(** Layer by layer, the hidden neurons have the same values. *)
Lemma agree_run layers x u :
  agree (concat layers) x u ->
  (forall r t, In r (concat layers) -> In t (neurons r) -> fst (fst t) <> 0%N) ->
  forall vs, exists rest, run F layers (x :: vs) = x :: rest /\
    run F (map (map (working_row slice)) layers) (u :: vs) = u :: rest.
Proof.
  intros A K. assert (Row : forall r vs, In r (concat layers) ->
    row_value r (reading (x :: vs)) = row_value (working_row slice r) (reading (u :: vs))).
  { intros r vs I. specialize (A r I). unfold row_value.
    destruct (working_row_parts r) as [-> ->]. f_equal. f_equal; [exact A|].
    apply sum_terms_agree. intros t T. specialize (K r t I T).
    destruct t as [[l j] c]. simpl in *. unfold reading. simpl.
    destruct (N.to_nat l) eqn:L; [lia|reflexivity]. }
  clear A K. induction layers as [|rs layers IH]; intro vs; simpl; [eauto|].
  assert (E : map (fun r => relu (row_value r (reading (x :: vs)))) rs =
    map (fun r => relu (row_value r (reading (u :: vs)))) (map (working_row slice) rs)).
  { rewrite map_map. apply map_ext_in. intros r I. now rewrite (Row r vs) by (apply in_or_app; auto). }
  rewrite <- E. apply IH. intros r vs' I. apply Row. apply in_or_app. auto. Qed.

Lemma name_layers_map f layers : forall l, name_layers l (map (map f) layers) =
  map (fun n => (fst n, f (snd n))) (name_layers l layers).
Proof. induction layers as [|rs layers IH]; intro l; simpl; auto. rewrite map_app, IH. f_equal.
  generalize 0%N. induction rs as [|r rs IHr]; intro i; simpl; auto. now rewrite IHr. Qed.

Lemma name_layers_rows layers : forall l n, In n (name_layers l layers) -> In (snd n) (concat layers).
Proof. induction layers as [|rs layers IH]; intros l n I; simpl in *; auto.
  apply in_or_app. apply in_app_or in I as [I|I]; [left|right; eauto].
  apply name_rows_in in I as (j & J & _). now apply nth_error_In in J. Qed.

Lemma fit_rows layers : forall k, layers_fit k layers = true -> forall r t,
  In r (concat layers) -> In t (neurons r) -> fst (fst t) <> 0%N.
Proof. induction layers as [|rs layers IH]; intros k H r t I J; simpl in *; [tauto|].
  apply andb_true_iff in H as [H1 H2]. apply in_app_or in I as [I|I]; [|eapply IH; eauto].
  rewrite forallb_forall in H1. specialize (H1 r I). unfold row_fits in H1.
  rewrite forallb_forall in H1. specialize (H1 t J). apply andb_true_iff in H1 as [H1 _].
  apply N.ltb_lt in H1. exact (N.neq_sym _ _ (N.lt_neq _ _ H1)). Qed.

Lemma sliced_hidden whole :
  hidden (sliced_network slice whole) = map (map (working_row slice)) (hidden whole).
Proof. destruct slice; simpl; auto. rewrite <- (map_id (hidden whole)) at 1.
  apply map_ext. intro rs. symmetry. apply map_id. Qed.

Lemma agree_values whole x u : network_fits whole = true -> agree (concat (hidden whole)) x u ->
  z_values whole x = z_values (sliced_network slice whole) u.
Proof.
  intros Fit A. unfold network_fits in Fit. apply andb_true_iff in Fit as [Fit _].
  pose proof (fit_rows _ _ Fit) as K. destruct (agree_run _ x u A K []) as (rest & R1 & R2).
  unfold z_values, named. rewrite sliced_hidden, name_layers_map, map_map. apply map_ext_in.
  intros n I. cbn [snd]. unfold z, values_at. rewrite sliced_hidden, R1, R2.
  apply name_layers_rows in I. specialize (A _ I). unfold row_value.
  destruct (working_row_parts (snd n)) as [-> ->]. f_equal. f_equal; [exact A|].
  apply sum_terms_agree. intros t T. specialize (K _ t I T). destruct t as [[l j] c]. simpl in *.
  unfold reading. simpl. destruct (N.to_nat l) eqn:L; [lia|reflexivity]. Qed.

End Slice.

(** *** A slice sees everything *)

Section Spanned.
Variable js : list N.
Local Notation p := (places js).

Lemma places_bounded : exists m : nat, forall j i, NumberMap.find j p = Some i -> (N.to_nat j < m)%nat.
Proof.
  unfold places.
  assert (G : forall js (m : NumberMap.t N) k b, (forall j i, NumberMap.find j m = Some i -> (N.to_nat j < b)%nat) ->
    exists b', forall j i, NumberMap.find j (fst (fold_left (fun p j => (NumberMap.add j (snd p) (fst p),
      N.succ (snd p))) js (m, k))) = Some i -> (N.to_nat j < b')%nat).
  { induction js0 as [|j0 js0 IH]; cbn [fold_left fst snd]; intros m k b H; [eauto|].
    apply (IH _ _ (Nat.max b (S (N.to_nat j0)))). intros j i E. rewrite NumberFacts.add_o in E.
    destruct (NumberMap.E.eq_dec j0 j) as [D|D].
    - change (j0 = j) in D. subst. lia.
    - apply H in E. lia. }
  apply (G js _ 0%N 0%nat). intros j i E. rewrite NumberFacts.empty_o in E. discriminate. Qed.

(** The point of the whole input space with the given coordinates, 0 elsewhere. *)
Lemma embedded u : exists x : list F, forall r, input_sum r x = input_sum (sliced_row p r) u.
Proof.
  destruct places_bounded as (m & M).
  set (f := fun j => match NumberMap.find (N.of_nat j) p with Some i => nth (N.to_nat i) u 0 | None => 0 end).
  exists (map f (seq 0 m)). intro r. unfold input_sum, sliced_row. cbn [inputs].
  induction (inputs r) as [|[j c] ts IH]; simpl; auto.
  assert (V : nth (N.to_nat j) (map f (seq 0 m)) 0 =
    match NumberMap.find j p with Some i => nth (N.to_nat i) u 0 | None => 0 end).
  { destruct (Nat.lt_ge_cases (N.to_nat j) m) as [L|L].
    - rewrite (nth_indep _ 0 (f 0%nat)) by (rewrite map_length, seq_length; auto).
      rewrite (map_nth f), seq_nth by auto. unfold f. simpl. now rewrite N2Nat.id.
    - rewrite nth_overflow by (rewrite map_length, seq_length; auto).
      destruct (NumberMap.find j p) as [i|] eqn:E; auto. apply M in E. lia. }
  rewrite V. destruct (NumberMap.find j p); simpl; rewrite IH; ring. Qed.

(** Forms that were all pushed can be given any values by a direction. *)
Lemma push_escape s f s' : echelon s -> push s f = Some s' ->
  exists d, vanish s (along d) /\ value (F := F) f (along d) <> 0.
Proof.
  intros E P. destruct (push_spec F s f s' E P) as (E' & L & V).
  destruct s' as [|q s0]; [discriminate|].
  assert (Tail : s0 = s).
  { unfold push in P. destruct (divided _ _); [|discriminate]. destruct (first_nonzero _ _); [|discriminate].
    destruct (_ && _); [|discriminate]. now inversion P. }
  subst s0. destruct (echelon_independent F (q :: s) E' (1 :: repeat 0 (length s))) as (d & D).
  { simpl. now rewrite repeat_length, map_length. }
  exists d. simpl in D. inversion D as [|f0 t0 l0 m0 D1 D2]. subst.
  assert (W : vanish s (along d)).
  { clear -D2. intros w I. remember (repeat 0 (length s)) as ts.
    assert (T : forall t, In t ts -> t = 0) by (subst; intros t I'; now apply repeat_spec in I').
    clear Heqts. remember (map snd s) as l. revert s Heql I.
    induction D2 as [|g t l ts G _ IH]; intros s Heql I; destruct s as [|w' s]; try discriminate;
      [destruct I|]. inversion Heql. subst g l. destruct I as [<-|I].
    - rewrite G. apply T. now left.
    - apply (IH (fun t H => T t (or_intror H)) s eq_refl I). }
  split; auto. intro N. apply (one_is_not_zero F). rewrite <- D1.
  apply (proj2 (V (along d)) (conj W N) q). now left. Qed.

Lemma push_all_spec fs : forall s s', echelon s -> push_all s fs = Some s' -> echelon s' /\
  (forall y : vector F, vanish s' y <-> vanish s y /\ forall f, In f fs -> value f y = 0) /\
  forall targets : list F, length targets = length fs -> forall base : list F, exists d,
    Forall2 (fun f t => value f (along d) = t) fs targets /\
    forall q, In q s -> value (snd q) (along d) = value (snd q) (along base).
Proof.
  induction fs as [|f fs IH]; simpl; intros s s' E H.
  - inversion H. subst. split; auto. split; [intro y; split; [intro V; split; [auto|intros ? []]|tauto]|].
    intros [|t ts] L base; [|discriminate]. exists base. split; auto.
  - destruct (push s f) as [s1|] eqn:P; [|discriminate].
    destruct (push_spec F s f s1 E P) as (E1 & L1 & V1).
    destruct (IH s1 s' E1 H) as (E' & V' & Solve). split; auto. split.
    + intro y. rewrite V', V1. split.
      * intros [[A B] C]. split; auto. intros g [<-|G]; auto.
      * intros [A B]. repeat split; auto.
    + intros [|t ts] L base; [discriminate|]. simpl in L.
      destruct (push_escape s f s1 E P) as (d & Dv & Dn).
      (* first give f its value, moving along d; then the others, along what does not change f *)
      set (c := (t - value f (along base)) * inv (value f (along d))).
      assert (Mv : forall g, value g (along (moved base c d)) = value g (along base) + c * value g (along d)).
      { intro g. rewrite <- value_linear. apply value_agree. intro k. unfold along.
        destruct (N.eqb k 0); [ring|]. apply moved_nth. }
      assert (Ft : value f (along (moved base c d)) = t).
      { rewrite Mv. unfold c.
        replace ((t - value f (along base)) * inv (value f (along d)) * value f (along d))
          with ((t - value f (along base)) * (value f (along d) * inv (value f (along d)))) by ring.
        rewrite inv_law by auto. ring. }
      destruct (Solve ts (eq_add_S _ _ L) (moved base c d)) as (d' & S1 & S2).
      exists d'. assert (Old : forall q, In q s -> value (snd q) (along d') = value (snd q) (along base)).
      { intros q Q. assert (Q1 : In q s1).
        { unfold push in P. destruct (divided _ _); [|discriminate]. destruct (first_nonzero _ _); [|discriminate].
          destruct (_ && _); [|discriminate]. inversion P. now right. }
        rewrite (S2 q Q1), Mv, (Dv q Q). ring. }
      split; auto. constructor; auto. rewrite <- Ft.
      (* f is a combination of s1, on which d' and the moved base agree *)
      assert (Df : value f (fun k => along d' k + opp one * along (moved base c d) k) = 0).
      { apply V1. intros q Q. rewrite value_linear, (S2 q Q). ring. }
      rewrite value_linear in Df.
      replace (value f (along d')) with
        (value f (along d') + opp one * value f (along (moved base c d)) + value f (along (moved base c d)))
        by ring.
      rewrite Df. ring. Qed.

Lemma linear_form_value r f x : linear_form r = Some f ->
  exists s : F, s <> 0 /\ value f (along x) = s * input_sum r x.
Proof. unfold linear_form. destruct (Z.eqb_spec (lcm_denominators (map snd (inputs r)) 1) 0) as [|N];
    [discriminate|].
  intro H. apply (affine_form_value _ _ _ x) in H as [_ H]. eexists. split; [|exact H].
  now apply of_Z_nonzero. Qed.

(** Every point has a counterpart in the slice. *)
Theorem spanned rows rs x : is_spanned p rows rs = true ->
  exists u : list F, agree (Some p) rows x u.
Proof.
  unfold is_spanned. intro H. set (picked := chosen rows 0 rs) in *.
  destruct (collect linear_form picked) as [fs|] eqn:Fs; [|discriminate].
  destruct (collect linear_form (map (sliced_row p) picked)) as [gs|] eqn:Gs; [|discriminate].
  destruct (collect linear_form rows) as [all|] eqn:As; [|discriminate].
  destruct (push_all [] fs) as [s|] eqn:Ps; [|discriminate].
  destruct (push_all [] gs) as [s2|] eqn:Pg; [|discriminate].
  rewrite forallb_forall in H. apply collect_spec in Fs, Gs, As.
  destruct (push_all_spec fs [] s I Ps) as (Es & Vs & _).
  destruct (push_all_spec gs [] s2 I Pg) as (_ & _ & Solve).
  (* the targets: what the picked rows are at x *)
  assert (T : exists ts : list F, length ts = length gs /\ forall u : list F,
    Forall2 (fun g t => value g (along u) = t) gs ts ->
    forall r, In r picked -> input_sum (sliced_row p r) u = input_sum r x).
  { clearbody picked. clear -Gs. remember (map (sliced_row p) picked) as l. revert picked Heql.
    induction Gs as [|r' g l gs E _ IH]; intros [|r picked] Heql; try discriminate.
    - exists []. split; auto. intros u _ r [].
    - inversion Heql. subst. destruct (IH picked eq_refl) as (ts & L & A).
      unfold linear_form in E.
      destruct (Z.eqb_spec (lcm_denominators (map snd (inputs (sliced_row p r))) 1) 0) as [|N]; [discriminate|].
      set (k := lcm_denominators _ 1) in *. exists (Z_ k * input_sum r x :: ts). split; [simpl; auto|].
      intros u H q [<-|Q]; inversion H; subst; [|now apply A].
      destruct (affine_form_value _ _ _ u E) as [_ V]. rewrite V in H3.
      apply (cancel F (Z_ k)); [now apply of_Z_nonzero|].
      transitivity (Z_ k * input_sum (sliced_row p r) u); [unfold input_sum; simpl; ring|].
      unfold input_sum in H3 |- *. simpl in H3 |- *. rewrite H3. ring. }
  destruct T as (ts & L & T). destruct (Solve ts L []) as (u & U & _). specialize (T u U).
  exists u. destruct (embedded u) as (x' & X'). intros r I. simpl working_row. rewrite <- X'.
  (* the difference of x and its counterpart is seen by no row *)
  set (w := moved x (opp one) x').
  assert (Sum : forall r, input_sum r w = input_sum r x - input_sum r x').
  { intro q. unfold input_sum, w. induction (inputs q) as [|[j c] l IH]; simpl; [ring|].
    rewrite IH, moved_nth. ring. }
  assert (Vw : vanish s (along w)).
  { apply Vs. split; [intros ? []|]. intros f If.
    assert (K : exists q, In q picked /\ linear_form q = Some f).
    { clear -Fs If. induction Fs as [|q g l m E _ IH]; [destruct If|]. destruct If as [<-|If].
      - exists q. split; [now left|auto].
      - destruct (IH If) as (q' & A & B). exists q'. split; [now right|auto]. }
    destruct K as (q & Q & Lf). destruct (linear_form_value q f w Lf) as (k & _ & ->).
    rewrite Sum, X', (T q Q). ring. }
  assert (K : exists f, In f all /\ linear_form r = Some f).
  { clear -As I. induction As as [|q g l m E _ IH]; [destruct I|]. destruct I as [<-|I].
    - exists g. split; [now left|auto].
    - destruct (IH I) as (f & A & B). exists f. split; [now right|auto]. }
  destruct K as (f & If & Lf). specialize (H f If).
  destruct (reduced_value F s f Es) as (k & Kn & R). specialize (R _ Vw).
  rewrite (value_is_zero F _ _ H) in R. symmetry in R.
  apply product_zero in R; [|now apply of_Z_nonzero].
  destruct (linear_form_value r f w Lf) as (c & Cn & V). rewrite V in R.
  apply product_zero in R; auto. rewrite Sum in R.
  replace (input_sum r x) with (input_sum r x - input_sum r x' + input_sum r x') by ring.
  rewrite R. ring. Qed.

End Spanned.

(** ** The theorem *)

(** Every input has a counterpart in the working space, and every point there is one. *)
Theorem working_space d drows t whole net forms layers ctx : network_fits whole = true ->
  rooted d drows t whole net forms layers ctx ->
  let alike := counterparts (scale ctx) drows whole net forms in
  (forall x, exists u, alike u x) /\ (forall u, exists x, alike u x) /\
  (coordinates t = None -> forall x, alike x x).
Proof.
  intros Fit R alike. set (slice := option_map places (coordinates t)).
  assert (Agree : forall x u, agree slice (drows ++ concat (hidden whole)) x u -> alike u x).
  { intros x u A. split.
    - rewrite (r_net _ _ _ _ _ _ _ _ R). apply agree_values; auto.
      intros r I. apply A, in_or_app. auto.
    - eapply agree_forms; [exact (r_forms _ _ _ _ _ _ _ _ R)|].
      intros r I. apply A, in_or_app. auto. }
  unfold slice in Agree. destruct (coordinates t) as [js|] eqn:C; simpl in Agree;
    (split; [|split]).
  - intro x. destruct (spanned js _ _ x (r_spanned _ _ _ _ _ _ _ _ R js C)) as (u & U). eauto.
  - intro u. destruct (embedded js u) as (x & X). exists x. apply Agree. intros r _. apply X.
  - discriminate.
  - intro x. exists x. apply Agree. intros r _. reflexivity.
  - intro x. exists x. apply Agree. intros r _. reflexivity.
  - intros _ x. apply Agree. intros r _. reflexivity. Qed.

(** An accepted certificate [regions].  Its working network, in the coordinates of the slice (or in all
    inputs), has at counterparts the z of the network's hidden neurons, and the faces of the domain
    are counted there as stated. *)
Theorem regions_sound a t steps st :
  match regions_start a t with
  | Some st0 => fold_steps regions_take st0 steps
  | None => None
  end = Some st -> regions_finish st = true ->
  exists whole net forms ns, read_network a = Some whole /\ counted st = Some ns /\
    (forall x, exists u, stands_for t whole net forms u x) /\
    (forall u, exists x, stands_for t whole net forms u x) /\
    (coordinates (its_norm t) = None -> net = Network (hidden whole) [] /\
       forall x, stands_for t whole net forms x x) /\
    depth (the_setting st) = stated_depth t /\
    faces_counted net forms (the_setting st) ns (skipped (the_tree st)).
Proof.
  intros H Fin. unfold regions_start in H. destruct (read_network a) as [whole|] eqn:W; [|discriminate].
  destruct (begin_tree _ _ t) as [[[[net forms] layers] ctx]|] eqn:B; [|discriminate].
  destruct (root_cell ctx forms layers) as [c|] eqn:Rc; [|discriminate].
  unfold begin_tree in B. destruct (_ && _) eqn:Wf; [|discriminate].
  pose proof (plant_rooted _ _ _ _ _ _ _ _ _ B) as R. pose proof (read_network_fits _ _ W) as Fit.
  pose proof (fold_steps_invariant regions_take (regions_invariant net forms ctx)
    (fun st s st' => regions_take_invariant _ _ _ _ _ _ _ _ R st s st') steps _ _
    (start_invariant _ _ _ _ _ _ _ _ R c _ _ Rc) H) as (S & _ & Ct).
  unfold regions_finish in Fin. destruct (counted st) as [ns|] eqn:E; [|discriminate].
  destruct (working_space _ _ _ _ _ _ _ _ Fit R) as (W1 & W2 & W3).
  assert (Alike : forall u x, counterparts (scale ctx) (map domain_row (domain_rows t)) whole net
    forms u x -> stands_for t whole net forms u x).
  { intros u x K. split; [apply K|]. rewrite interior_rows.
    exact (counterparts_interior _ _ _ _ _ _ _ (r_scale _ _ _ _ _ _ _ _ R) K). }
  exists whole, net, forms, ns. rewrite S. split; auto. split; auto.
  split; [intro x; destruct (W1 x) as [u U]; eauto|].
  split; [intro u; destruct (W2 u) as [x U]; eauto|].
  split; [|split; [exact (r_depth _ _ _ _ _ _ _ _ R)|exact Ct]].
  intro C. pose proof (r_net _ _ _ _ _ _ _ _ R) as Nt. rewrite C in Nt. split; [exact Nt|].
  intro x. apply Alike. now apply W3. Qed.

End Soundness.
