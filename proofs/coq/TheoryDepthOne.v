(** * The theorem holds for one hidden layer

    The exceptional weights are the zeros of one polynomial: a product of first input weights, of
    weights into the first output, and of the differences that are 0 for neurons with the same
    hyperplane. *)

From ExactRev Require Export TheoryStatement.
Require Import Lia.

Section DepthOne.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation polynomial := (polynomial F).

Definition neuron_names (m : nat) : list key := map (fun j => (1%N, N.of_nat j)) (seq 0 m).
Definition first_input : key := (0%N, 0%N).
Definition first_output : key := (2%N, 0%N).

(** ** The polynomial *)

Definition product (ps : list polynomial) : polynomial := fold_right (Product F) (Number F 1) ps.

(** 0 if the neurons have the same hyperplane. *)
Definition planes_differ (k l : key) : polynomial :=
  Sum F (Product F (Bias F k) (Weight F l first_input))
        (Product F (Number F (- (1))) (Product F (Bias F l) (Weight F k first_input))).

Definition exceptional (m : nat) : polynomial := product
  (map (fun k => Product F (Weight F k first_input) (Weight F first_output k)) (neuron_names m) ++
   map (fun p => if key_eqb (fst p) (snd p) then Number F 1 else planes_differ (fst p) (snd p))
     (list_prod (neuron_names m) (neuron_names m))).

Lemma product_nonzero ps T : evaluate (product ps) T <> 0 <-> forall p, In p ps -> evaluate p T <> 0.
Proof. induction ps as [|p ps IH]; simpl.
  - split; [intros _ p []|]. intros _. apply one_is_not_zero.
  - rewrite <- Forall_forall in IH. split.
    + intros H q [<-|Q] E; apply H; [rewrite E; ring|]. revert Q.
      assert (N : evaluate (product ps) T <> 0) by (intro Z; apply H; simpl in Z; rewrite Z; ring).
      apply IH in N. rewrite Forall_forall in N. intro Q. now elim (N q Q).
    + intros H E. apply product_zero in E; [|apply H; auto]. revert E. apply IH. apply Forall_forall.
      auto. Qed.

Lemma exceptional_nonzero m T : evaluate (exceptional m) T <> 0 <->
  (forall k, In k (neuron_names m) ->
    weight_of T k first_input <> 0 /\ weight_of T first_output k <> 0) /\
  (forall k l, In k (neuron_names m) -> In l (neuron_names m) -> k <> l ->
    bias_of T k * weight_of T l first_input <> bias_of T l * weight_of T k first_input).
Proof.
  unfold exceptional. rewrite product_nonzero. split.
  - intro H. split.
    + intros k K. specialize (H (Product F (Weight F k first_input) (Weight F first_output k))).
      simpl in H.
      split; intro E; apply H; try (rewrite E; ring); apply in_or_app; left;
        now apply (in_map (fun k => Product F (Weight F k first_input) (Weight F first_output k))).
    + intros k l K L D E. apply (H (planes_differ k l)).
      * apply in_or_app. right. apply in_map_iff. exists (k, l). cbn [fst snd].
        rewrite (proj2 (key_eqb_false k l) D). split; auto. now apply in_prod.
      * simpl. rewrite E. ring.
  - intros [H1 H2] p P. apply in_app_or in P as [P|P]; apply in_map_iff in P as (k & <- & K).
    + simpl. intro E. apply product_zero in E; now apply (H1 k K).
    + destruct k as [k l]. apply in_prod_iff in K as [K L]. cbn [fst snd].
      destruct (key_eqb k l) eqn:D; [apply one_is_not_zero|]. apply key_eqb_false in D.
      simpl. intro E. apply (H2 k l K L D).
      replace (bias_of T k * weight_of T l first_input) with (bias_of T k * weight_of T l first_input +
        - (1) * (bias_of T l * weight_of T k first_input) + bias_of T l * weight_of T k first_input)
          by ring.
      rewrite E. ring. Qed.

(** ** Where it is not 0, the layer is in general position *)

Section Shape.
Variables (n m o : nat).
Hypotheses (n_pos : (0 < n)%nat) (o_pos : (0 < o)%nat).

Lemma shape_names net : has_shape (F := F) n [m] o net ->
  length (hidden net) = 1%nat /\ hidden_names (table_of (F := F) n net) = neuron_names m /\
  output_layer net = 2%N.
Proof. intros (_ & H & _ & _). destruct (hidden net) as [|rows [|r l]] eqn:E; try discriminate.
  simpl in H.
  inversion H as [Len]. repeat split; simpl; unfold named, output_layer; rewrite E; auto.
  simpl. now rewrite app_nil_r, name_rows_names. Qed.

Lemma names_once : NoDup (neuron_names m).
Proof. apply FinFun.Injective_map_NoDup; [|apply seq_NoDup]. intros i j E. inversion E. lia. Qed.

Lemma input_coordinate net k i : In i (input_names (table_of (F := F) n net)) ->
  coordinate (slope (input_part F n net k)) (N.to_nat (snd i)) = weight_of (table_of n net) k i.
Proof.
  intro I. apply in_map_iff in I as (j & <- & J). apply in_seq in J. cbn [snd]. rewrite Nat2N.id.
  unfold input_part, coordinate. cbn [slope]. cbn [input_names table_of]. rewrite map_map.
  erewrite nth_indep by (rewrite map_length, seq_length; lia).
  rewrite (map_nth (fun j => weight_of (table_of n net) k (0%N, N.of_nat j)) (seq 0 n) 0%nat).
  now rewrite seq_nth by lia. Qed.

Lemma first_input_there net : In first_input (input_names (table_of (F := F) n net)).
Proof. apply in_map_iff. exists 0%nat. split; auto. apply in_seq. lia. Qed.

Lemma first_coordinate net k :
  coordinate (slope (input_part F n net k)) 0 = weight_of (table_of n net) k first_input.
Proof. exact (input_coordinate net k first_input (first_input_there net)). Qed.

(** Equal multiples have numbers that are multiples. *)
Lemma multiple_numbers a b k l c : (forall x,
  value (input_part F n b k) x = c * value (input_part F n a l) x) ->
  bias_of (table_of n b) k = c * bias_of (table_of n a) l /\
  forall i, In i (input_names (table_of (F := F) n a)) ->
    weight_of (table_of n b) k i = c * weight_of (table_of n a) l i.
Proof. intro H. split.
  - specialize (H []). unfold value in H. rewrite !linear_nil in H. cbn [offset input_part] in H.
    replace (bias_of (table_of (F := F) n b) k) with (bias_of (table_of (F := F) n b) k + 0) by ring.
    rewrite H. ring.
  - intros i I. rewrite <- !input_coordinate, <- !gradient_affine by exact I. unfold gradient.
    rewrite !H. ring. Qed.

Lemma general net : has_shape (F := F) n [m] o net -> evaluate (exceptional m) (table_of n net) <> 0 ->
  general_position F (units F n net).
Proof.
  intros Sh E. destruct (shape_names net Sh) as (L & Names & Out).
    apply exceptional_nonzero in E as [E1 E2].
  unfold units. rewrite Names. split.
  - intros u U. apply in_map_iff in U as (k & <- & K). destruct (E1 k K) as [W V]. cbn [sum into].
    split.
    + exists 0%nat. now rewrite first_coordinate.
    + exists 0%nat. destruct Sh as (_ & _ & Lo & _). cbn [output_names table_of]. unfold coordinate.
      rewrite Lo, Out.
      destruct o; [lia|]. simpl. exact V.
  - intros us1 u us2 Eq v V S. apply map_eq_app in Eq as (k1 & k2' & Ek & E1' & E2').
    apply map_eq_cons in E2' as (k & k2 & -> & <- & <-). subst us1. rewrite <- map_app in V.
    apply in_map_iff in V as (l & <- & Lk). cbn [sum] in S.
    assert (K : In k (neuron_names m)) by (rewrite Ek; apply in_elt).
    assert (Ll : In l (neuron_names m)).
    { rewrite Ek. apply in_app_or in Lk as [A|A]; apply in_or_app; auto. right. now right. }
    assert (D : k <> l).
    { intros ->. pose proof names_once as N. rewrite Ek in N. apply NoDup_remove_2 in N. contradiction.
      }
    assert (Nc : forall q, In q (neuron_names m) -> not_constant (input_part F n net q)).
    { intros q Q. exists 0%nat. rewrite first_coordinate. now apply E1. }
    destruct (same_plane_multiple F _ _ (Nc k K) (Nc l Ll) S) as (c & _ & H).
    apply multiple_numbers in H as [H1 H2]. apply (E2 k l K Ll D).
      rewrite H1, (H2 _ (first_input_there net)). ring. Qed.

(** ** A network of the shape that is not exceptional *)

Definition sample : network := Network
  [map (fun j => Row (inject_Z (Z.of_nat j)) [(0%N, 1%Q)] []) (seq 0 m)]
  (repeat (Row 0 [] (map (fun j => ((1%N, N.of_nat j), 1%Q)) (seq 0 m))) o).

Lemma sample_names : map fst (named sample) = neuron_names m.
Proof. unfold named, sample. simpl. rewrite app_nil_r, name_rows_names.
  now rewrite map_length, seq_length. Qed.

Lemma sample_reader k r : reader sample k = Some r ->
  (fst k = 1%N /\ r = Row (inject_Z (Z.of_nat (N.to_nat (snd k)))) [(0%N, 1%Q)] []) \/
  (fst k = 2%N /\ r = Row 0 [] (map (fun j => ((1%N, N.of_nat j), 1%Q)) (seq 0 m))).
Proof.
  unfold reader. change (output_layer sample) with 2%N.
    destruct (N.eqb_spec (fst k) 2) as [E|E]; intro R.
  - right. split; auto. apply nth_error_In in R. now apply repeat_spec in R.
  - left. apply neuron_row_some in R. unfold named, sample in R. simpl in R. rewrite app_nil_r in R.
    apply name_rows_in in R as (j & J & K). cbn [fst snd] in J, K. rewrite K. split; auto.
    rewrite nth_error_map in J. destruct (nth_error (seq 0 m) j) as [i|] eqn:I; [|discriminate].
    simpl in J. inversion J. cbn [snd]. pose proof I as I'. apply nth_error_nth with (d := 0%nat) in I.
    rewrite seq_nth in I by (rewrite <- (seq_length m 0); apply nth_error_Some; congruence).
    replace (N.to_nat (0 + N.of_nat j)) with i by lia. reflexivity. Qed.

Lemma sample_neuron k : In k (neuron_names m) ->
  reader sample k = Some (Row (inject_Z (Z.of_nat (N.to_nat (snd k)))) [(0%N, 1%Q)] []).
Proof. intro K. pose proof K as K'. rewrite <- sample_names in K'.
  destruct (neuron_row_name _ _ K') as [r R].
  rewrite <- (reader_neuron F n sample k K') in R. rewrite R. f_equal.
  destruct (sample_reader k r R) as [[_ E]|[E _]]; auto. apply in_map_iff in K as (j & <- & _).
    discriminate. Qed.

Lemma sample_shape : has_shape (F := F) n [m] o sample.
Proof.
  split; [|split; [|split]].
  - split.
    + unfold network_fits, sample. simpl. rewrite !andb_true_iff, !forallb_forall. repeat split; auto.
      * intros r R. apply in_map_iff in R as (j & <- & _). reflexivity.
      * intros r R. apply repeat_spec in R. subst r. unfold row_fits. cbn [neurons].
        apply forallb_forall.
        intros t T. apply in_map_iff in T as (j & <- & _). reflexivity.
    + intros k r R. destruct (sample_reader k r R) as [[_ ->]|[_ ->]]; cbn [inputs neurons]; split;
      intros t T;
        try (now destruct T).
      * destruct T as [<-|[]]. simpl. lia.
      * rewrite sample_names. apply in_map_iff in T as (j & <- & J). apply in_map_iff. now exists j.
  - simpl. now rewrite map_length, seq_length.
  - simpl. apply repeat_length.
  - intros k q W. simpl in W. destruct (reader sample k) as [r|] eqn:R; [|now elim W].
    unfold coefficient in W.
    destruct (sample_reader k r R) as [[-> ->]|[-> ->]]; destruct (N.eqb_spec (fst q) 0) as [E|E].
    + now rewrite E.
    + now elim W.
    + now elim W.
    + destruct (N.eq_dec (fst q) 1) as [->|D]; auto. elim W. unfold weight. apply sum_terms_zero.
      intros t T. apply in_map_iff in T as (j & <- & _). cbn [fst].
      rewrite (proj2 (key_eqb_false _ _)); auto. intros <-. now apply D. Qed.

Lemma one_term (l : list nat) i : NoDup l -> In i l -> sum_terms
  (map (fun j => ((1%N, N.of_nat j), 1%Q)) l) (fun k => if key_eqb k (1%N,
    N.of_nat i) then 1 else 0) = 1 :> F.
Proof.
  intros D. induction D as [|j l N D IH]; intros I; [destruct I|]. cbn [map sum_terms]. rewrite of_Q_1.
  destruct (Nat.eq_dec j i) as [->|E].
  - rewrite (proj2 (key_eqb_iff _ _) eq_refl), sum_terms_zero; [ring|]. intros t T.
    apply in_map_iff in T as (q & <- & Q). cbn [fst]. rewrite (proj2 (key_eqb_false _ _)); auto.
    intro G. inversion G. apply N. now replace i with q by lia.
  - rewrite IH by (destruct I; [contradiction|auto]). rewrite (proj2 (key_eqb_false _ _)); [ring|].
    intro G. inversion G. lia. Qed.

Lemma sample_not_exceptional : evaluate (exceptional m) (table_of (F := F) n sample) <> 0.
Proof.
  assert (W : forall k, In k (neuron_names m) ->
    weight_of (table_of (F := F) n sample) k first_input = 1 /\
    bias_of (table_of (F := F) n sample) k = of_Z (Z.of_nat (N.to_nat (snd k)))).
  { intros k K. cbn [weight_of bias_of table_of]. rewrite (sample_neuron k K).
    split; [|apply of_Q_integer].
    unfold coefficient. simpl. rewrite of_Q_1. ring. }
  apply exceptional_nonzero. split.
  - intros k K. rewrite (proj1 (W k K)). split; [apply one_is_not_zero|].
    assert (R : reader sample first_output = Some (Row 0 [] (map (fun j => ((1%N, N.of_nat j),
      1%Q)) (seq 0 m)))).
    { unfold reader. simpl. destruct o; [lia|reflexivity]. }
    cbn [weight_of table_of]. rewrite R. apply in_map_iff in K as (j & <- & J).
    unfold coefficient, weight. cbn [fst N.eqb neurons]. rewrite one_term; auto using seq_NoDup.
    apply one_is_not_zero.
  - intros k l K L D E. destruct (W k K) as [Wk Bk], (W l L) as [Wl Bl]. rewrite Wk, Wl, Bk, Bl in E.
    apply in_map_iff in K as (i & <- & _). apply in_map_iff in L as (j & <- & _). cbn [snd] in E.
    rewrite !Nat2N.id in E. apply (of_Z_nonzero F (Z.of_nat i - Z.of_nat j)).
    + intro Z. apply D. f_equal. lia.
    + rewrite of_Z_sub. replace (of_Z (Z.of_nat i)) with (of_Z (Z.of_nat i) * 1 : F) by ring.
      rewrite E. ring. Qed.

(** ** The theorem *)

Theorem theorem_a_one_hidden_layer : theorem_a_for F n [m] o.
Proof.
  exists (fun net => evaluate (exceptional m) (table_of (F := F) n net) <> 0). split.
  - exists (exceptional m). split; auto. exists sample.
    split; [apply sample_shape|apply sample_not_exceptional].
  - intros a b Sa Sb Ga Gb _ _ Same.
    destruct (shape_names a Sa) as (La & Na & _). destruct (shape_names b Sb) as (Lb & Nb & _).
    destruct (first_layer_of_networks F n b a) as (ws & P & Fw); try (now apply general); try apply Sa;
      try apply Sb; auto.
    { intro x. symmetry. apply Same. }
    unfold units in P, Fw. apply Permutation_sym, Permutation_map_inv in P as (ks & -> & P).
    assert (Ms : exists ms : list (neuron_match F),
      map of_B ms = hidden_names (table_of (F := F) n b) /\
      map of_A ms = ks /\
      forall t, In t ms -> factor t <> 0 /\ forall x, value (input_part F n b (of_B t)) x =
        factor t * value (input_part F n a (of_A t)) x).
    { clear P. revert Fw. generalize (hidden_names (table_of (F := F) n b)). intro ls. revert ks.
      induction ls as [|l ls IH]; intros ks Fw; inversion Fw as [|u v us vs H T E1 E2].
      - exists []. apply eq_sym, map_eq_nil in H. subst. repeat split; auto; destruct H.
      - apply eq_sym, map_eq_cons in E2 as (k & ks' & -> & <- & <-).
        destruct (IH ks' T) as (ms & M1 & M2 & M3).
        destruct H as (c & C & M). exists (((l, k), c) :: ms). simpl. rewrite M1, M2.
          repeat split; auto;
          destruct H as [<-|I]; auto; now apply M3. }
    destruct Ms as (ms & M1 & M2 & M3). exists ms. split; [exact M1|]. split; [now rewrite M2|].
    assert (One : forall net k, has_shape (F := F) n [m] o net ->
      In k (hidden_names (table_of (F := F) n net)) -> fst k = 1%N).
    { intros net k S K. destruct (shape_names net S) as (_ & E & _). rewrite E in K.
      apply in_map_iff in K as (j & <- & _). reflexivity. }
    assert (Dense : forall net k l, has_shape (F := F) n [m] o net ->
      In k (hidden_names (table_of (F := F) n net)) ->
      In l (hidden_names (table_of (F := F) n net)) -> weight_of (table_of (F := F) n net) k l = 0).
    { intros net k l S K L. destruct (eq_or_neq F (weight_of (table_of (F := F) n net) k l) 0) as
      [E|E]; auto.
      apply S in E. rewrite (One net k S K), (One net l S L) in E. discriminate. }
    assert (In_ : forall t, In t ms -> In (of_B t) (hidden_names (table_of (F := F) n b)) /\
      In (of_A t) (hidden_names (table_of (F := F) n a))).
    { intros t T. split; [rewrite <- M1; now apply in_map|].
      apply (Permutation_in _ (Permutation_sym P)). rewrite <- M2. now apply in_map. }
    intros t T. destruct (M3 t T) as [C V]. destruct (In_ t T) as [Ib Ia].
      apply multiple_numbers in V as [V1 V2].
    rewrite (One b _ Sb Ib), (One a _ Sa Ia). repeat split; auto.
    intros u U. destruct (In_ u U) as [Ub Ua]. rewrite (Dense b _ _ Sb Ib Ub), (Dense a _ _ Sa Ia Ua).
      ring. Qed.

End Shape.
End DepthOne.
