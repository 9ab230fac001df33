(** * Networks: their rows and their values (format, sections 3 and 5)

    Layer 0 is the input; layers 1, 2, ... are computed, and each may read every earlier one.
    The value [(l, i)] is number [i], counted from 0, of layer [l]. *)

From ExactRev Require Export Rational.
Require Import NArith Lia.

Definition key := (N * N)%type.
Definition key_eqb (a b : key) : bool := N.eqb (fst a) (fst b) && N.eqb (snd a) (snd b).

(** One summand of a row: the name of a value and the coefficient it is multiplied by.  An input is
    named by its number, a neuron by its layer and number. *)
Definition term (name : Type) := (name * Q)%type.

(** What a neuron or an output computes before relu.  Inputs are kept apart from neurons, so that
    the steps, which look for neurons, need not pass by them. *)
Record row := Row { bias : Q; inputs : list (term N); neurons : list (term key) }.

Record network := Network { hidden : list (list row); output : list row }.

(** ** From the text of a layer to rows

    A block holds, for each neuron of the layer, its coefficients of one earlier layer. *)

Fixpoint numbered (i : N) (ws : list Q) : list (term N) :=
  match ws with
  | [] => []
  | w :: ws => if q_is_zero w then numbered (N.succ i) ws else (i, w) :: numbered (N.succ i) ws
  end.

Definition in_layer (l : N) (ts : list (term N)) : list (term key) :=
  map (fun t => ((l, fst t), snd t)) ts.

Definition attach (l : N) (ws : list Q) (r : row) : row :=
  if N.eqb l 0 then Row (bias r) (inputs r ++ numbered 0 ws) (neurons r)
  else Row (bias r) (inputs r) (neurons r ++ in_layer l (numbered 0 ws)).

Fixpoint attach_block (l : N) (rows : list row) (block : list (list Q)) : list row :=
  match rows, block with
  | r :: rows, ws :: block => attach l ws r :: attach_block l rows block
  | _, _ => rows
  end.

Definition layer_rows (biases : list Q) (blocks : list (N * list (list Q))) : list row :=
  fold_left (fun rows b => attach_block (fst b) rows (snd b)) blocks
    (map (fun b => Row b [] []) biases).

(** ** Every hidden neuron with its name, in ascending order *)

Fixpoint name_rows (l i : N) (rows : list row) : list (key * row) :=
  match rows with [] => [] | r :: rows => ((l, i), r) :: name_rows l (N.succ i) rows end.

Fixpoint name_layers (l : N) (layers : list (list row)) : list (key * row) :=
  match layers with
  | [] => []
  | rows :: layers => name_rows l 0 rows ++ name_layers (N.succ l) layers
  end.

Definition named (net : network) : list (key * row) := name_layers 1 (hidden net).

(** A row of layer [k] reads inputs and neurons of the layers 1 to k - 1. *)
Definition row_fits (k : N) (r : row) : bool :=
  forallb (fun t => N.ltb 0 (fst (fst t)) && N.ltb (fst (fst t)) k) (neurons r).

Fixpoint layers_fit (k : N) (layers : list (list row)) : bool :=
  match layers with
  | [] => true
  | rows :: layers => forallb (row_fits k) rows && layers_fit (N.succ k) layers
  end.

Definition network_fits (net : network) : bool :=
  layers_fit 1 (hidden net) &&
  forallb (row_fits (N.of_nat (S (length (hidden net))))) (output net).

(** ** Values *)

Section Values.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** An assignment of a number to every value. *)
Definition valuation := key -> F.

Fixpoint sum_terms {name : Type} (ts : list (term name)) (v : name -> F) : F :=
  match ts with [] => 0 | (k, c) :: ts => of_Q c * v k + sum_terms ts v end.

Definition row_value (r : row) (v : valuation) : F :=
  of_Q (bias r) + (sum_terms (inputs r) (fun i => v (0%N, i)) + sum_terms (neurons r) v).

(** The values of layers 0, 1, ... as lists, read as a valuation. *)
Definition reading (values : list (list F)) : valuation :=
  fun k => nth (N.to_nat (snd k)) (nth (N.to_nat (fst k)) values []) 0.

Fixpoint run (layers : list (list row)) (values : list (list F)) : list (list F) :=
  match layers with
  | [] => values
  | rows :: layers =>
      run layers (values ++ [map (fun r => relu (row_value r (reading values))) rows])
  end.

(** All values of a network at an input. *)
Definition values_at (net : network) (x : list F) : valuation := reading (run (hidden net) [x]).

(** The function that a network computes. *)
Definition outputs (net : network) (x : list F) : list F :=
  map (fun r => row_value r (values_at net x)) (output net).

(** ** The rows compute the sums of section 3 *)

Fixpoint dot (ws : list Q) (a : list F) : F :=
  match ws, a with w :: ws, y :: a => of_Q w * y + dot ws a | _, _ => 0 end.

Lemma sum_terms_app {name} ts us (v : name -> F) : sum_terms (ts ++ us) v = sum_terms ts v + sum_terms us v.
Proof. induction ts as [|[k c] ts IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma dot_skipn w ws n : forall a,
  dot (w :: ws) (skipn n a) = of_Q w * nth n a 0 + dot ws (skipn (S n) a).
Proof. induction n as [|n IH]; intros [|y a]; simpl.
  - destruct ws; simpl; ring.
  - reflexivity.
  - destruct ws; simpl; ring.
  - apply IH. Qed.

Lemma numbered_value a ws : forall i,
  sum_terms (numbered i ws) (fun j => nth (N.to_nat j) a 0) = dot ws (skipn (N.to_nat i) a).
Proof.
  induction ws as [|w ws IH]; intro i; [reflexivity|].
  rewrite dot_skipn, <- N2Nat.inj_succ, <- IH. simpl. destruct (q_is_zero w) eqn:Z.
  - rewrite (of_Q_zero F w Z). ring.
  - reflexivity. Qed.

Lemma in_layer_value l ts v : sum_terms (in_layer l ts) v = sum_terms ts (fun i => v (l, i)).
Proof. induction ts as [|[i c] ts IH]; simpl; [|rewrite IH]; reflexivity. Qed.

(** Attaching the coefficients of layer [l] adds the sum of coefficient times value. *)
Theorem attach_value l ws r values :
  row_value (attach l ws r) (reading values) =
  row_value r (reading values) + dot ws (nth (N.to_nat l) values []).
Proof.
  assert (T : sum_terms (numbered 0 ws) (fun i => reading values (l, i)) =
    dot ws (nth (N.to_nat l) values [])) by exact (numbered_value (nth (N.to_nat l) values []) ws 0).
  unfold attach, row_value. destruct (N.eqb l 0) eqn:E; simpl; rewrite sum_terms_app.
  - apply N.eqb_eq in E. subst l. rewrite T. ring.
  - rewrite in_layer_value, T. ring. Qed.

(** ** The values solve the network's equations

    [solves v left]: every neuron listed has the value that its row and relu give it. *)

Definition solves (v : valuation) (left : list (key * row)) : Prop :=
  Forall (fun n => v (fst n) = relu (row_value (snd n) v)) left.

(** Every value but an input is nonnegative. *)
Definition rectified (v : valuation) : Prop := forall k, fst k <> 0%N -> 0 <= v k.

Lemma key_eqb_iff a b : key_eqb a b = true <-> a = b.
Proof. unfold key_eqb. rewrite andb_true_iff, !N.eqb_eq. destruct a, b; simpl.
  split; [intros [-> ->]; auto | intro E; inversion E; auto]. Qed.

Lemma key_eqb_false a b : key_eqb a b = false <-> a <> b.
Proof. rewrite <- key_eqb_iff. destruct (key_eqb a b); split; congruence. Qed.

Lemma sum_terms_agree {name} ts (v w : name -> F) :
  (forall t, In t ts -> v (fst t) = w (fst t)) -> sum_terms ts v = sum_terms ts w.
Proof. induction ts as [|[k c] ts IH]; simpl; intro H; auto.
  rewrite IH by auto. now rewrite (H (k, c) (or_introl eq_refl) : v k = w k). Qed.

Lemma row_value_agree k r v w : row_fits k r = true -> (0 < k)%N ->
  (forall a, (fst a < k)%N -> v a = w a) -> row_value r v = row_value r w.
Proof.
  unfold row_fits. rewrite forallb_forall. intros J P H. unfold row_value.
  rewrite (sum_terms_agree (inputs r) (fun i => v (0%N, i)) (fun i => w (0%N, i))),
    (sum_terms_agree (neurons r) v w); auto.
  intros t T. apply H. specialize (J t T). apply andb_true_iff in J. now apply N.ltb_lt. Qed.

Lemma run_extends layers : forall values, exists more, run layers values = values ++ more.
Proof. induction layers as [|rows layers IH]; intro values; simpl.
  - exists []. now rewrite app_nil_r.
  - destruct (IH (values ++ [map (fun r => relu (row_value r (reading values))) rows])) as [m ->].
    rewrite <- app_assoc. eauto. Qed.

Lemma reading_app values more k :
  (N.to_nat (fst k) < length values)%nat -> reading (values ++ more) k = reading values k.
Proof. intro H. unfold reading. now rewrite app_nth1. Qed.

Lemma name_rows_in l rows : forall i n, In n (name_rows l i rows) ->
  exists j, nth_error rows j = Some (snd n) /\ fst n = (l, (i + N.of_nat j)%N).
Proof. induction rows as [|r rows IH]; simpl; intros i n H; [tauto|]. destruct H as [<-|H].
  - exists 0%nat. simpl. split; auto. now rewrite N.add_0_r.
  - destruct (IH _ _ H) as (j & A & B). exists (S j). split; auto. rewrite B. f_equal. lia. Qed.

Lemma run_solves layers : forall l values, length values = N.to_nat l -> (0 < l)%N ->
  layers_fit l layers = true ->
  solves (reading (run layers values)) (name_layers l layers).
Proof.
  induction layers as [|rows layers IH]; intros l values L P H; simpl; [constructor|].
  simpl in H. apply andb_true_iff in H as [R H]. apply Forall_app. split.
  - set (here := map _ rows). set (v := reading (run layers (values ++ [here]))).
    assert (V : forall a, (fst a < l)%N -> v a = reading values a).
    { intros a A. unfold v. destruct (run_extends layers (values ++ [here])) as [m ->].
      rewrite <- app_assoc. apply reading_app. lia. }
    apply Forall_forall. intros n I. destruct (name_rows_in _ _ _ _ I) as (j & J & E).
    assert (Fit : row_fits l (snd n) = true)
      by (rewrite forallb_forall in R; apply R; eapply nth_error_In; eauto).
    rewrite (row_value_agree l (snd n) v (reading values) Fit P V).
    rewrite E. unfold v. destruct (run_extends layers (values ++ [here])) as [m ->].
    unfold reading at 1. cbn [fst snd]. rewrite <- app_assoc, app_nth2 by lia.
    rewrite L, Nat.sub_diag. simpl. apply nth_error_nth. unfold here.
    replace (N.to_nat (N.of_nat j)) with j by lia. rewrite nth_error_map, J. reflexivity.
  - apply IH; auto; try lia. rewrite app_length, L. simpl. lia. Qed.

Lemma run_rectified layers : forall values,
  (forall k, fst k <> 0%N -> 0 <= reading values k) -> values <> [] ->
  forall k, fst k <> 0%N -> 0 <= reading (run layers values) k.
Proof.
  induction layers as [|rows layers IH]; intros values H V k K; simpl; auto.
  apply IH; auto; [|destruct values; discriminate]. clear k K. intros k K. unfold reading.
  destruct (Nat.lt_trichotomy (N.to_nat (fst k)) (length values)) as [A|[A|A]].
  - rewrite app_nth1 by auto. now apply H.
  - rewrite app_nth2, A, Nat.sub_diag by lia. simpl.
    destruct (nth_error rows (N.to_nat (snd k))) as [r|] eqn:E.
    + erewrite nth_error_nth; [|rewrite nth_error_map, E; reflexivity]. apply relu_nonneg.
    + apply nth_error_None in E. rewrite nth_overflow; [apply le_refl|]. now rewrite map_length.
  - rewrite nth_overflow; [destruct (N.to_nat (snd k)); apply le_refl|].
    rewrite nth_overflow by (rewrite app_length; simpl; lia). simpl. lia. Qed.

Lemma values_solve net x : network_fits net = true -> solves (values_at net x) (named net).
Proof. unfold network_fits. rewrite andb_true_iff. intros [H _]. now apply run_solves. Qed.

Lemma values_rectified net x : rectified (values_at net x).
Proof. intros k K. apply run_rectified; auto; [|discriminate]. clear k K. intros [l i] K.
  unfold reading. simpl in *. destruct (N.to_nat l) as [|m] eqn:E; [lia|].
  destruct m; destruct (N.to_nat i); apply le_refl. Qed.

Lemma values_input net x i : values_at net x (0%N, i) = nth (N.to_nat i) x 0.
Proof. unfold values_at. destruct (run_extends (hidden net) [x]) as [m ->]. reflexivity. Qed.

End Values.

Arguments sum_terms {F} {name} _ _. Arguments row_value {F} _ _. Arguments values_at {F} _ _ _.
Arguments outputs {F} _ _. Arguments solves {F} _ _. Arguments rectified {F} _.
Arguments reading {F} _ _.
