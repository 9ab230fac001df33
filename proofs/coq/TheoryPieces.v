(** * Activation patterns and the affine pieces of a network

    An activation pattern says which hidden neurons are on. Where the pattern is known, every neuron
    computes an affine function of the input: its piece for this pattern. The piece is defined on the
    whole input space; the network itself agrees with it where the pattern is right. *)

From ExactRev Require Export TheoryAffine Network.
Require Import Lia.

(** The row of a hidden neuron, if the network has this neuron. *)
Definition neuron_row (net : network) (k : key) : option row :=
  option_map snd (find (fun n => key_eqb (fst n) k) (named net)).

Lemma neuron_row_some net k r : neuron_row net k = Some r -> In (k, r) (named net).
Proof. unfold neuron_row. destruct (find _ _) as [[k' r']|] eqn:E; [|discriminate].
  apply find_some in E as [I K]. apply key_eqb_iff in K. simpl in *. intro H. inversion H. now subst.
Qed.

Lemma neuron_row_none net k r : neuron_row net k = None -> ~ In (k, r) (named net).
Proof. unfold neuron_row. destruct (find _ _) as [n|] eqn:E; [discriminate|]. intros _ I.
  apply (find_none _ _ E) in I. simpl in I. assert (key_eqb k k = true) by now apply key_eqb_iff.
    congruence. Qed.

Lemma layers_fit_in layers : forall l n, layers_fit l layers = true ->
  In n (name_layers l layers) -> row_fits (fst (fst n)) (snd n) = true /\ (l <= fst (fst n))%N.
Proof. induction layers as [|rows layers IH]; simpl; intros l n H I; [tauto|].
  apply andb_true_iff in H as [R H]. apply in_app_or in I as [I|I].
  - apply name_rows_in in I as (j & J & E). rewrite E. simpl. split; [|lia].
    rewrite forallb_forall in R. apply R. eapply nth_error_In; eauto.
  - destruct (IH _ _ H I). split; auto. lia. Qed.

(** A hidden neuron reads lower layers only. *)
Lemma neuron_row_fits net k r : network_fits net = true -> neuron_row net k = Some r ->
  row_fits (fst k) r = true /\ (0 < fst k)%N.
Proof. unfold network_fits. rewrite andb_true_iff. intros [H _] R. apply neuron_row_some in R.
  destruct (layers_fit_in _ _ _ H R) as [A B]. simpl in *. split; auto. lia. Qed.

Lemma row_fits_term l r t : row_fits l r = true -> In t (neurons r) -> (0 < fst (fst t) < l)%N.
Proof. unfold row_fits. rewrite forallb_forall. intros H I. specialize (H t I).
  rewrite andb_true_iff, !N.ltb_lt in H. exact H. Qed.

(** To show something of all values of a network, show it of the inputs, of names that no neuron has,
    and of a neuron where it is known of all lower layers. *)
Lemma values_induction net (P : key -> Prop) : (forall i, P (0%N, i)) ->
  (forall k, fst k <> 0%N -> neuron_row net k = None -> P k) ->
  (forall k r, neuron_row net k = Some r -> (forall m, (fst m < fst k)%N -> P m) -> P k) ->
  forall k, P k.
Proof. intros X O R. assert (A : forall l k, (fst k < l)%N -> P k).
  { induction l as [|l IH] using N.peano_ind; intros k K; [lia|].
    destruct (neuron_row net k) as [r|] eqn:E.
    - apply (R k r E). intros m M. apply IH. lia.
    - destruct (N.eq_dec (fst k) 0) as [Z|Z]; [destruct k as [m i]; simpl in Z; subst; apply X|auto]. }
  intro k. apply (A (N.succ (fst k))). lia. Qed.

Section Pieces.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** ** Networks whose neurons do something else than relu *)

(** The values at [x] if the neuron [k] with the sum [z] has the value [act k z]. *)
Fixpoint run_by (act : key -> F -> F) (l : N) (layers : list (list row)) (values : list (list F)) :=
  match layers with
  | [] => values
  | rows :: layers =>
      run_by act (N.succ l) layers
        (values ++ [map (fun n => act (fst n) (row_value (snd n) (reading values))) (name_rows l 0
          rows)])
  end.

Definition values_by act (net : network) (x : list F) : valuation F :=
  reading (run_by act 1 (hidden net) [x]).

Lemma run_by_relu layers : forall l values,
  run_by (fun _ => relu) l layers values = run F layers values.
Proof. assert (M : forall (g : row ->
  F) rows l i, map (fun n => g (snd n)) (name_rows l i rows) = map g rows).
  { intros g rows. induction rows as [|r rows IH]; intros l i; simpl; [|rewrite IH]; auto. }
  induction layers as [|rows layers IH]; intros l values; simpl; auto.
  now rewrite (M (fun r => relu (row_value r (reading values)))), IH. Qed.

Lemma values_by_relu net x : values_by (fun _ => relu) net x = values_at net x.
Proof. unfold values_by, values_at. now rewrite run_by_relu. Qed.

Lemma run_by_extends act layers : forall l values, exists more,
  run_by act l layers values = values ++ more.
Proof. induction layers as [|rows layers IH]; intros l values; simpl.
  - exists []. now rewrite app_nil_r.
  - edestruct IH as [m ->]. rewrite <- app_assoc. eauto. Qed.

Lemma values_by_input act net x i : values_by act net x (0%N, i) = nth (N.to_nat i) x 0.
Proof. unfold values_by. destruct (run_by_extends act (hidden net) 1 [x]) as [m ->]. reflexivity. Qed.

Lemma name_rows_nth l rows : forall i j,
  nth_error (name_rows l i rows) j = option_map (pair (l, (i + N.of_nat j)%N)) (nth_error rows j).
Proof. induction rows as [|r rows IH]; intros i [|j]; simpl; auto.
  - now rewrite N.add_0_r.
  - rewrite IH. now replace (N.succ i + N.of_nat j)%N with (i + N.pos (Pos.of_succ_nat j))%N by lia.
Qed.

(** Names are unique, and every layer's values are those of its neurons. *)
Lemma run_by_value act layers : forall l values, length values = N.to_nat l -> (0 < l)%N ->
  layers_fit l layers = true -> let v := reading (run_by act l layers values) in
  (forall k r, In (k, r) (name_layers l layers) -> v k = act k (row_value r v)) /\
  (forall k, (l <= fst k)%N -> (forall r, ~ In (k, r) (name_layers l layers)) -> v k = 0).
Proof.
  induction layers as [|rows layers IH]; intros l values L P H; simpl.
  - split; [tauto|]. intros k K _. unfold reading.
    rewrite (nth_overflow values) by lia. now destruct (N.to_nat (snd k)).
  - simpl in H. apply andb_true_iff in H as [R H].
    set (here := map _ (name_rows l 0 rows)).
    destruct (IH (N.succ l) (values ++ [here])) as [I1 I2]; auto; try lia.
    { rewrite app_length, L. simpl. lia. }
    set (v := reading (run_by act (N.succ l) layers (values ++ [here]))) in *.
    assert (V : forall a, (fst a < l)%N -> v a = reading values a).
    { intros a A. unfold v. destruct (run_by_extends act layers (N.succ l) (values ++ [here])) as [m
      ->].
      rewrite <- app_assoc. apply reading_app. lia. }
    assert (Here : forall j, v (l, j) = nth (N.to_nat j) here 0).
    { intro j. unfold v. destruct (run_by_extends act layers (N.succ l) (values ++ [here])) as [m ->].
      unfold reading. cbn [fst snd]. rewrite <- app_assoc, app_nth2 by lia.
      now rewrite L, Nat.sub_diag. }
    split.
    + intros k r I. apply in_app_or in I as [I|I]; auto.
      pose proof (name_rows_in _ _ _ _ I) as (j & J & E). cbn [fst snd] in J, E. subst k.
      assert (Fit : row_fits l r = true)
        by (rewrite forallb_forall in R; apply R; eapply nth_error_In; eauto).
      rewrite (row_value_agree F l r v (reading values) Fit P V), Here. apply nth_error_nth.
        unfold here.
      rewrite nth_error_map. replace (N.to_nat (0 + N.of_nat j)) with j by lia.
      rewrite name_rows_nth, J. reflexivity.
    + intros k K O. destruct (N.eq_dec (fst k) l) as [D|D].
      * destruct k as [l' j]. simpl in D. subst l'. rewrite Here. apply nth_overflow. unfold here.
        rewrite map_length. destruct (le_lt_dec (length (name_rows l 0 rows)) (N.to_nat j)) as [|G];
          auto.
        exfalso. apply nth_error_Some in G. destruct (nth_error _ _) as [n|] eqn:E in G; [|easy].
        pose proof (nth_error_In _ _ E) as I. rewrite name_rows_nth in E.
        replace (0 + N.of_nat (N.to_nat j))%N with j in E by lia.
        destruct (nth_error rows (N.to_nat j)) as [r|]; [|discriminate]. inversion E. subst n.
        apply (O r). apply in_or_app. now left.
      * apply I2; [lia|]. intros r I. apply (O r). apply in_or_app. now right. Qed.

(** A neuron has the value that its sum gives it; a name without a neuron has the value 0. *)
Lemma values_by_neuron act net x k r : network_fits net = true -> neuron_row net k = Some r ->
  values_by act net x k = act k (row_value r (values_by act net x)).
Proof. unfold network_fits. rewrite andb_true_iff. intros [H _] R. apply neuron_row_some in R.
  unfold values_by. now apply (run_by_value act (hidden net) 1 [x]). Qed.

Lemma values_by_none act net x k : network_fits net = true -> fst k <> 0%N -> neuron_row net k = None ->
  values_by act net x k = 0.
Proof. unfold network_fits. rewrite andb_true_iff. intros [H _] K R. unfold values_by.
  apply (run_by_value act (hidden net) 1 [x]); auto; try lia. intros r I.
    exact (neuron_row_none _ _ _ R I). Qed.

(** ** Pieces *)

(** Which hidden neurons are on. *)
Definition pattern := key -> bool.

(** All values, as functions of the input, if the neurons that are on pass their sum on and the
    others are 0, whatever the signs of the sums. *)
Definition piece_values (net : network) (s : pattern) : list F -> valuation F :=
  values_by (fun k z => if s k then z else 0) net.

(** The sum that a row computes: in the network, and in the piece of a pattern. *)
Definition sum_at (net : network) (r : row) (x : list F) : F := row_value r (values_at net x).
Definition piece (net : network) (s : pattern) (r : row) (x : list F) : F :=
  row_value r (piece_values net s x).

Variable net : network.
Hypothesis fits : network_fits net = true.

Lemma sum_terms_affine {name} (ts : list (term name)) (v : list F -> name -> F) :
  (forall t, In t ts -> exists h, forall x, v x (fst t) = value h x) ->
  exists h, forall x, sum_terms ts (v x) = value h x.
Proof. induction ts as [|[k c] ts IH]; intro H.
  - exists (constant 0). intro x. now rewrite value_constant.
  - destruct IH as [h IH]; [intros t T; apply H; now right|].
    destruct (H (k, c) (or_introl eq_refl)) as [g G]. exists (add_times h (of_Q c) g). intro x.
    rewrite value_add_times. simpl. rewrite IH. simpl in G. rewrite G. ring. Qed.

Lemma row_affine l r (v : list F -> valuation F) : row_fits l r = true -> (0 < l)%N ->
  (forall k, (fst k < l)%N -> exists h, forall x, v x k = value h x) ->
  exists h, forall x, row_value r (v x) = value h x.
Proof.
  intros Fit L H.
  destruct (sum_terms_affine (inputs r) (fun x i => v x (0%N, i))) as [h1 H1].
  { intros t _. apply H. simpl. lia. }
  destruct (sum_terms_affine (neurons r) v) as [h2 H2].
  { intros t T. apply H. apply (row_fits_term _ _ _ Fit T). }
  exists (add_times (add_times (constant (of_Q (bias r))) 1 h1) 1 h2). intro x.
  rewrite !value_add_times, value_constant. unfold row_value. rewrite H1, H2. ring. Qed.

(** Every value of a piece is an affine function of the input. *)
Lemma piece_value_affine s k : exists h, forall x, piece_values net s x k = value h x.
Proof.
  revert k. apply (values_induction net).
  - intro i. exists (Affine 0 (unit_point (N.to_nat i))). intro x. unfold piece_values.
    rewrite values_by_input. unfold value. simpl. rewrite linear_sym, linear_unit. unfold coordinate.
      ring.
  - intros k K R. exists (constant 0). intro x. rewrite value_constant. now apply values_by_none.
  - intros k r R IH. destruct (neuron_row_fits net k r fits R) as [Fit L].
    destruct (row_affine (fst k) r (piece_values net s) Fit L IH) as [h H].
    exists (if s k then h else constant 0). intro x. unfold piece_values at 1.
    rewrite (values_by_neuron _ _ _ _ _ fits R). destruct (s k); [apply H|].
      now rewrite value_constant. Qed.

Theorem piece_affine s l r : row_fits l r = true -> (0 < l)%N ->
  exists h, forall x, piece net s r x = value h x.
Proof. intros Fit L. apply (row_affine l r (piece_values net s) Fit L). intros k _.
  apply piece_value_affine. Qed.

(** ** A piece is right where its pattern is

    The pattern agrees with the numbers [z] below layer [l]: a neuron that is on has z >= 0, one that
    is off has z <= 0. *)
Definition right_below (l : N) (s : pattern) (z : row -> F) : Prop := forall k r,
  neuron_row net k = Some r -> (fst k < l)%N -> if s k then 0 <= z r else z r <= 0.

Lemma piece_value_right l s x (z : row -> F) :
  (forall r, z r = sum_at net r x) \/ (forall r, z r = piece net s r x) -> right_below l s z ->
  forall k, (fst k < l)%N -> piece_values net s x k = values_at net x k.
Proof.
  intros Z H k. rewrite <- values_by_relu. revert k.
  apply (values_induction net (fun k => (fst k < l)%N ->
    piece_values net s x k = values_by (fun _ => relu) net x k)).
  - intros i _. unfold piece_values. now rewrite !values_by_input.
  - intros k K R _. unfold piece_values. now rewrite !values_by_none.
  - intros k r R IH K. destruct (neuron_row_fits net k r fits R) as [Fit L].
    assert (E : piece net s r x = sum_at net r x).
    { unfold piece, sum_at. rewrite <- values_by_relu. apply (row_value_agree F (fst k) r _ _ Fit L).
      intros m M. apply IH; lia. }
    assert (B : z r = sum_at net r x) by (destruct Z as [Z|Z]; rewrite Z; auto). specialize (H k r R K).
    unfold piece_values. rewrite !(values_by_neuron _ _ _ _ _ fits R). fold (piece_values net s x).
    fold (piece net s r x). unfold sum_at in *. rewrite E. rewrite <- values_by_relu in *.
      rewrite B in H.
    destruct (s k); [now rewrite relu_of_nonneg | now rewrite relu_of_nonpos]. Qed.

(** Where the pattern is right for the network's own sums, the network computes the piece: on a
    region and on its closure. *)
Theorem piece_right l s x r : row_fits l r = true -> (0 < l)%N ->
  right_below l s (fun r => sum_at net r x) -> piece net s r x = sum_at net r x.
Proof. intros Fit L H. apply (row_value_agree F l r _ _ Fit L). intros k K.
  apply (piece_value_right l s x (fun r => sum_at net r x)); auto. Qed.

(** The same where it is right for the sums of the piece. *)
Theorem piece_right_itself l s x r : row_fits l r = true -> (0 < l)%N ->
  right_below l s (fun r => piece net s r x) -> piece net s r x = sum_at net r x.
Proof. intros Fit L H. apply (row_value_agree F l r _ _ Fit L). intros k K.
  apply (piece_value_right l s x (fun r => piece net s r x)); auto. Qed.

(** The pattern of the network at [x]: a neuron is on where its sum is positive. *)
Definition pattern_at (x : list F) : pattern := fun k =>
  match neuron_row net k with
  | Some r => if le_dec (sum_at net r x) 0 then false else true
  | None => false
  end.

Lemma pattern_at_right l x : right_below l (pattern_at x) (fun r => sum_at net r x).
Proof. intros k r R _. unfold pattern_at. rewrite R. destruct (le_dec _ _); auto. now apply lt_le. Qed.

End Pieces.

Arguments piece_values {F} _ _ _ _. Arguments sum_at {F} _ _ _. Arguments piece {F} _ _ _ _.
Arguments right_below {F} _ _ _ _. Arguments pattern_at {F} _ _ _.
