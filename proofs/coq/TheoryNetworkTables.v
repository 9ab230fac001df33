(** * The tables of networks: what was proved of tables holds of networks

    Isomorphism of two networks (Matching.v: there are matches under which the rows are the same
    affine functions of all values) is isomorphism of their tables, coefficient by coefficient. *)

From ExactRev Require Export TheoryCanonical TheoryBend Matching.
Require Import Lia.

(** ** Names *)

Lemma name_rows_names l rows : forall i,
  map fst (name_rows l i rows) = map (fun j => (l, (i + N.of_nat j)%N)) (seq 0 (length rows)).
Proof. induction rows as [|r rows IH]; intro i; simpl; auto. f_equal; [now rewrite N.add_0_r|].
  rewrite IH, <- seq_shift, map_map. apply map_ext. intro j. f_equal. lia. Qed.

Lemma name_rows_layers l rows i : map fst (map fst (name_rows l i rows)) = repeat l (length rows).
Proof. rewrite name_rows_names, map_map. simpl. generalize 0%nat.
  induction (length rows) as [|k IH]; intro m; simpl; [|rewrite IH]; auto. Qed.

Lemma name_layers_from layers : forall l n, In n (map fst (name_layers l layers)) ->
  (l <= fst n)%N /\ (N.to_nat (fst n) < N.to_nat l + length layers)%nat.
Proof. induction layers as [|rows layers IH]; simpl; intros l n H; [tauto|].
  rewrite map_app in H. apply in_app_or in H as [H|H].
  - rewrite name_rows_names in H. apply in_map_iff in H as (j & <- & _). simpl. lia.
  - apply IH in H. lia. Qed.

Lemma names_distinct layers : forall l, NoDup (map fst (name_layers l layers)).
Proof. induction layers as [|rows layers IH]; intro l; simpl; [constructor|]. rewrite map_app.
  assert (R : NoDup (map fst (name_rows l 0 rows))).
  { rewrite name_rows_names. apply FinFun.Injective_map_NoDup; [|apply seq_NoDup].
    intros i j E. inversion E. lia. }
  revert R. generalize (name_rows_names l rows 0). generalize (map fst (name_rows l 0 rows)) as ns.
  intros ns E R. assert (D : forall n, In n ns -> ~ In n (map fst (name_layers (N.succ l) layers))).
  { intros n I J. rewrite E in I. apply in_map_iff in I as (j & <- & _). apply name_layers_from in J.
    simpl in J. lia. }
  clear E. induction R as [|n ns N R IR]; simpl; auto. constructor.
  - rewrite in_app_iff. intros [I|I]; auto. apply (D n); simpl; auto.
  - apply IR. intros m M. apply D. now right. Qed.

(** Equally many neurons in each layer: equal names. *)
Lemma same_names la : forall lb l, length la = length lb ->
  Permutation (map fst (map fst (name_layers l la))) (map fst (map fst (name_layers l lb))) ->
  map fst (name_layers l la) = map fst (name_layers l lb).
Proof.
  induction la as [|ra la IH]; intros [|rb lb] l L P; simpl in *; try discriminate; auto.
  rewrite !map_app, !name_rows_layers in P. rewrite !map_app.
  assert (Later : forall ls, ~ In l (map fst (map fst (name_layers (N.succ l) ls)))).
  { intros ls I. apply in_map_iff in I as (n & E & I). apply name_layers_from in I. lia. }
  assert (E : length ra = length rb).
  { pose proof (proj1 (Permutation_count_occ N.eq_dec _ _) P l) as C.
    rewrite !count_occ_app, !(proj1 (count_occ_not_In N.eq_dec _ _) (Later _)) in C.
    rewrite !count_occ_repeat_eq in C by auto. lia. }
  rewrite !name_rows_names, E. f_equal. rewrite E in P. apply Permutation_app_inv_l in P.
  apply IH; auto. Qed.

Lemma neuron_row_in net k r : In (k, r) (named net) -> neuron_row net k = Some r.
Proof. intro I. destruct (neuron_row net k) as [r'|] eqn:E; [|exfalso;
  exact (neuron_row_none _ _ _ E I)].
  apply neuron_row_some in E. f_equal. pose proof (names_distinct (hidden net) 1) as D.
  fold (named net) in D. revert I E D. induction (named net) as [|[k' q] ns IH]; simpl; [tauto|].
  intros I E D. inversion D as [|x y N D']. subst.
  assert (O : forall s, In (k', s) ns -> False) by (intros s S; apply N;
    now apply (in_map fst _ (k', s))).
  destruct I as [I|I], E as [E|E]; [congruence| | |auto]; inversion E || inversion I; subst;
    exfalso; eauto. Qed.

Lemma neuron_row_name net k : In k (map fst (named net)) -> exists r, neuron_row net k = Some r.
Proof. intro I. apply in_map_iff in I as ([k' r] & <- & I). exists r. now apply neuron_row_in. Qed.

(** The row of a neuron or of an output; the outputs are one layer more. *)
Definition output_layer (net : network) : N := N.of_nat (S (length (hidden net))).
Definition reader (net : network) (k : key) : option row :=
  if N.eqb (fst k) (output_layer net) then nth_error (output net) (N.to_nat (snd k)) else neuron_row
    net k.

(** All names that the rows read are there, [n] inputs and the neurons of lower layers. *)
Definition complete (n : nat) (net : network) := network_fits net = true /\
  forall k r, reader net k = Some r ->
    (forall t, In t (inputs r) -> (N.to_nat (fst t) < n)%nat) /\
    (forall t, In t (neurons r) -> In (fst t) (map fst (named net))).

Section Networks.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** The coefficient of an input or of a neuron in a row. *)
Definition coefficient (r : row) (m : key) : F :=
  if N.eqb (fst m) 0 then sum_terms (inputs r) (fun i => if N.eqb i (snd m) then 1 else 0) else weight
    r m.

Definition table_of (n : nat) (net : network) : table F := {|
  input_names := map (fun i => (0%N, N.of_nat i)) (seq 0 n);
  hidden_names := map fst (named net);
  output_names := map (fun i => (output_layer net, N.of_nat i)) (seq 0 (length (output net)));
  layers := length (hidden net);
  bias_of := fun k => match reader net k with Some r => of_Q (bias r) | None => 0 end;
  weight_of := fun k m => match reader net k with Some r => coefficient r m | None => 0 end |}.

(** ** Rows as sums over names *)

Definition sum_over {X} (ks : list X) (v : X -> F) : F := fold_right (fun k s => v k + s) 0 ks.

Lemma sum_over_agree {X} (ks : list X) u v : (forall k, In k ks -> u k = v k) ->
  sum_over ks u = sum_over ks v.
Proof. induction ks as [|k ks IH]; simpl; intro H; auto. rewrite (H k (or_introl eq_refl)), IH; auto.
Qed.

Lemma sum_over_map {X Y} (f : X -> Y) ks (v : Y ->
  F) : sum_over (map f ks) v = sum_over ks (fun k => v (f k)).
Proof. induction ks as [|k ks IH]; simpl; [|rewrite IH]; auto. Qed.

Lemma sum_over_permutation {X} (ks ls : list X) v : Permutation ks ls -> sum_over ks v = sum_over ls v.
Proof. induction 1; simpl; [reflexivity | now rewrite IHPermutation | ring | congruence]. Qed.

Lemma sum_over_scale {X} (ks : list X) c v : sum_over ks (fun k => c * v k) = c * sum_over ks v.
Proof. induction ks as [|k ks IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma sum_terms_spike {name} (ts : list (term name)) (p : name -> bool) (c : F) :
  sum_terms ts (fun k => if p k then c else 0) = sum_terms ts (fun k => if p k then 1 else 0) * c.
Proof. induction ts as [|[k a] ts IH]; simpl; [|rewrite IH; destruct (p k)]; ring. Qed.

Lemma sum_by_name {name} (eqb : name -> name -> bool) (spec : forall a b, eqb a b = true <-> a = b)
  (ks : list name) (v : name -> F) ts : NoDup ks -> (forall t, In t ts -> In (fst t) ks) ->
  sum_terms ts v = sum_over ks (fun k => sum_terms ts (fun m => if eqb m k then 1 else 0) * v k).
Proof.
  intros D. induction ts as [|[m c] ts IH]; simpl; intro H.
  - clear. induction ks as [|k ks IH]; simpl; [|rewrite <- IH]; ring.
  - rewrite IH by auto. specialize (H (m, c) (or_introl eq_refl)). simpl in H. clear IH.
    induction D as [|k ks N D IH]; simpl in *; [tauto|]. destruct (eqb m k) eqn:E.
    + apply spec in E. subst k.
      rewrite (sum_over_agree ks (fun k => (of_Q c * (if eqb m k then 1 else 0) + _) * v k)
        (fun k => sum_terms ts (fun m => if eqb m k then 1 else 0) * v k)); [ring|].
      intros k K. destruct (eqb m k) eqn:E; [apply spec in E; congruence|ring].
    + destruct H as [->|H]; [rewrite (proj2 (spec m m) eq_refl) in E; discriminate|].
      specialize (IH H).
      replace (of_Q c * v m + ((sum_terms ts (fun m0 => if eqb m0 k then 1 else 0) * v k) +
        sum_over ks (fun k => sum_terms ts (fun m0 => if eqb m0 k then 1 else 0) * v k)))
      with (sum_terms ts (fun m0 => if eqb m0 k then 1 else 0) * v k + (of_Q c * v m +
        sum_over ks (fun k => sum_terms ts (fun m0 => if eqb m0 k then 1 else 0) * v k))) by ring.
      rewrite IH. ring. Qed.

Section Rows.
Variables (n : nat) (net : network).
Hypothesis whole : complete n net.
Let T := table_of n net.

Lemma reader_fits k r : reader net k = Some r -> exists l, row_fits l r = true.
Proof. unfold reader. destruct whole as [Fit _]. destruct (N.eqb _ _).
  - intro R. unfold network_fits in Fit. apply andb_true_iff in Fit as [_ Fit].
    rewrite forallb_forall in Fit. eexists. apply Fit. eapply nth_error_In; eauto.
  - intro R. eexists. now apply (neuron_row_fits net k r). Qed.

Lemma neuron_name_layer m : In m (hidden_names T) ->
  (0 < fst m)%N /\ (N.to_nat (fst m) <= length (hidden net))%nat.
Proof. intro M. apply name_layers_from in M. lia. Qed.

Lemma reader_neuron k : In k (hidden_names T) -> reader net k = neuron_row net k.
Proof. intro K. unfold reader, output_layer. apply neuron_name_layer in K.
  destruct (N.eqb_spec (fst k) (N.of_nat (S (length (hidden net))))); auto. lia. Qed.

(** What a row computes, coefficient by coefficient. *)
Lemma row_value_by_name k r v : reader net k = Some r -> row_value r v =
  bias_of T k + (sum_over (input_names T) (fun i => weight_of T k i * v i) +
    sum_over (hidden_names T) (fun m => weight_of T k m * v m)).
Proof.
  intro R. destruct whole as [_ W]. destruct (W k r R) as [Wi Wn]. simpl. rewrite R. unfold row_value.
  f_equal. f_equal.
  - rewrite (sum_by_name N.eqb N.eqb_eq (map N.of_nat (seq 0 n))).
    + rewrite !sum_over_map. reflexivity.
    + apply FinFun.Injective_map_NoDup; [intros i j; lia|apply seq_NoDup].
    + intros t I. apply Wi in I. apply in_map_iff. exists (N.to_nat (fst t)). rewrite in_seq. lia.
  - rewrite (sum_by_name key_eqb key_eqb_iff (map fst (named net)) v (neurons r) (names_distinct _ _)
    Wn).
    apply sum_over_agree. intros m M. unfold coefficient. apply neuron_name_layer in M.
    destruct (N.eqb_spec (fst m) 0); [lia|reflexivity]. Qed.

(** The table is one of a layered network. *)
Lemma table_layered : layered T.
Proof.
  intros k K. pose proof (neuron_name_layer k K) as L. split; [simpl; lia|]. intros m M W.
  simpl in W. rewrite (reader_neuron k K) in W.
    destruct (neuron_row net k) as [r|] eqn:R; [|now elim W].
  destruct whole as [Fit _]. destruct (neuron_row_fits net k r Fit R) as [Fr _].
  pose proof (neuron_name_layer m M) as Lm. unfold coefficient in W.
  destruct (N.eqb_spec (fst m) 0); [lia|]. destruct (N.ltb_spec (fst m) (fst k)) as [|G]; auto.
  elim W. unfold weight. apply sum_terms_zero. intros t T'. pose proof (row_fits_term _ _ _ Fr T') as B.
  destruct (key_eqb (fst t) m) eqn:E; auto. apply key_eqb_iff in E. rewrite E in B. lia. Qed.

End Rows.
End Networks.
Arguments table_of {F} _ _. Arguments coefficient {F} _ _.
