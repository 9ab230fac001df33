(** * Networks with one hidden layer: what TheoryOneLayer.v and TheorySides.v say of them *)

From ExactRev Require Export TheorySides TheoryNetworkTables.
Require Import Lia.

Section FirstLayer.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Section Network.
Variables (n : nat) (net : network).
Hypothesis whole : complete n net.
Hypothesis one_hidden_layer : length (hidden net) = 1%nat.
Let T := table_of (F := F) n net.

(** What a neuron or output [k] reads of the inputs. *)
Definition input_part (k : key) : affine F := Affine (bias_of T k) (map (weight_of T k) (input_names
  T)).

Definition output_name (o : nat) : key := (output_layer net, N.of_nat o).

(** The hidden neurons with their weights into the outputs, and the direct connections. *)
Definition units : list (relu_unit F) :=
  map (fun k => ReluUnit F (input_part k) (map (fun q => weight_of T q k) (output_names T)))
    (hidden_names
    T).
Definition direct (o : nat) : affine F := input_part (output_name o).

(** The outputs as functions; beyond the last they are 0. *)
Definition output_functions (o : nat) (x : list F) : F := nth o (outputs net x) 0.

Lemma linear_by_name (w v : key -> F) x : (forall i, v (0%N, i) = nth (N.to_nat i) x 0) ->
  linear (map w (input_names T)) x = sum_over F (input_names T) (fun i => w i * v i).
Proof.
  intro V. simpl. assert (G : forall m s y, (forall k, nth k y 0 = v (0%N, N.of_nat (s + k))) ->
    linear (map w (map (fun i => (0%N, N.of_nat i)) (seq s m))) y =
    sum_over F (map (fun i => (0%N, N.of_nat i)) (seq s m)) (fun i => w i * v i)).
  { induction m as [|m IH]; intros s y Y; simpl; auto. destruct y as [|p y].
    - pose proof (Y 0%nat) as Z. rewrite Nat.add_0_r in Z. simpl in Z. rewrite <- Z.
      rewrite <- (IH (S s) []); [rewrite linear_nil; ring|]. intro k.
      replace (S s + k)%nat with (s + S k)%nat by lia. rewrite <- (Y (S k)). now destruct k.
    - pose proof (Y 0%nat) as Z. rewrite Nat.add_0_r in Z. simpl in Z.
      rewrite <- Z, <- (IH (S s) y); auto.
      intro k. replace (S s + k)%nat with (s + S k)%nat by lia. exact (Y (S k)). }
  apply (G n 0%nat). intro k. rewrite V. f_equal. lia. Qed.

Lemma hidden_value k x : In k (hidden_names T) -> values_at net x k = relu (value (input_part k) x).
Proof.
  intro K. destruct (neuron_row_name net k K) as [r R]. pose proof (reader_neuron F n net k K) as Rd.
    rewrite R in Rd.
  rewrite <- values_by_relu, (values_by_neuron F _ net x k r (proj1 whole) R), values_by_relu. f_equal.
  rewrite (row_value_by_name F n net whole k r _ Rd). fold T.
  unfold value, input_part. cbn [offset slope].
  rewrite (linear_by_name _ (values_at net x)) by (intro; apply values_input).
  rewrite (sum_over_agree F (hidden_names T) _ (fun _ => 0)).
  - replace (sum_over F (hidden_names T) (fun _ => 0)) with (0 : F); [ring|].
    generalize (hidden_names T). intro l. induction l as [|a l IH]; simpl; auto. rewrite <- IH. ring.
  - intros m M. destruct (eq_or_neq F (weight_of T k m) 0) as [E|E]; [rewrite E; ring|exfalso].
    apply (table_layered F n net whole k K) in E; auto.
    apply neuron_name_layer in K, M. lia. Qed.

(** A network with one hidden layer computes such a function. *)
Theorem network_one_layer o x : output_functions o x = one_layer F direct units o x.
Proof.
  unfold output_functions, one_layer, direct, outputs.
  destruct (nth_error (output net) o) as [r|] eqn:R.
  - rewrite (nth_error_nth _ _ _ (map_nth_error _ _ _ R)).
    assert (Rd : reader net (output_name o) = Some r).
    { unfold reader, output_name. cbn [fst snd]. now rewrite N.eqb_refl, Nat2N.id. }
    rewrite (row_value_by_name F n net whole _ r _ Rd). fold T. unfold value, input_part.
      cbn [offset slope].
    rewrite (linear_by_name _ (values_at net x)) by (intro; apply values_input).
    assert (I : (o < length (output net))%nat) by (apply nth_error_Some; congruence).
    assert (Sum : sum_over F (hidden_names T) (fun m => weight_of T (output_name o) m * values_at net x
      m) =
      layer_sum F units o x); [|rewrite Sum; ring].
    unfold units. assert (H : incl (hidden_names T) (hidden_names T)) by apply incl_refl. revert H.
    generalize (hidden_names T) at 1 3 4. intro l. induction l as [|k l IH]; intro H; auto.
    cbn [map layer_sum into sum]. match goal
      with |- sum_over F _ ?f = _ => change (sum_over F (k :: l) f) with (f k + sum_over F l f) end.
    rewrite (IH (fun a A => H a (or_intror A))), (hidden_value k x (H k (or_introl eq_refl))). f_equal.
      f_equal.
    unfold coordinate. cbn [output_names T table_of]. rewrite map_map.
    erewrite nth_indep by (rewrite map_length, seq_length; exact I).
    rewrite (map_nth (fun i => weight_of T (output_layer net,
      N.of_nat i) k) (seq 0 (length (output net))) 0%nat).
    now rewrite seq_nth by auto.
  - pose proof R as L. apply nth_error_None in L. rewrite nth_overflow by (rewrite map_length; lia).
    assert (Rd : reader net (output_name o) = None).
    { unfold reader, output_name. cbn [fst snd]. now rewrite N.eqb_refl, Nat2N.id. }
    unfold value, input_part. cbn [offset slope].
    rewrite (linear_by_name _ (fun k => nth (N.to_nat (snd k)) x 0)) by reflexivity.
    cbn [bias_of weight_of T table_of]. rewrite Rd.
    assert (Z : forall l : list key, sum_over F l (fun i => 0 * nth (N.to_nat (snd i)) x 0) = 0).
    { intro l. induction l as [|a l IH]; simpl; auto. rewrite IH. ring. }
    assert (S : layer_sum F units o x = 0); [|rewrite S, Z; ring].
    unfold units. generalize (hidden_names T). intro l. induction l as [|k l IH]; auto.
    cbn [map layer_sum into sum]. rewrite IH. unfold coordinate. rewrite nth_overflow; [ring|].
      cbn [output_names T table_of]. rewrite !map_length, seq_length. exact L. Qed.

End Network.

Lemma bends_agree (f g : nat -> list F -> F) x : (forall o y, f o y = g o y) ->
  (bends F f x <-> bends F g x).
Proof. intro E. assert (H : forall f g : nat -> list F -> F, (forall o y, f o y = g o y) ->
  bends F f x -> bends F g x).
  { intros p q Epq B A. apply B. intro o. apply (affine_near_agree F (q o)); auto.
    now apply nearby_always. }
  split; apply H; auto. Qed.

(** Networks with one hidden layer, in general position, with the same boundaries: the hidden rows
    are equal up to permutation and nonzero factors. *)
Theorem first_layer_of_networks n a b : complete n a -> complete n b ->
  length (hidden a) = 1%nat -> length (hidden b) = 1%nat ->
  general_position F (units n a) -> general_position F (units n b) ->
  (forall x, bends F (output_functions a) x <-> bends F (output_functions b) x) ->
  exists ws, Permutation (units n b) ws /\
    Forall2 (fun u v => exists c, c <> 0 /\ multiple F c u v) (units n a) ws.
Proof.
  intros Wa Wb La Lb Ga Gb H. apply (first_layer_determined F (direct n a) _ (direct n b)); auto.
    intro x.
  rewrite <- (bends_agree _ _ x (network_one_layer n a Wa La)),
    <- (bends_agree _ _ x (network_one_layer n b Wb Lb)).
  apply H. Qed.

(** If the networks are the same function, then output weights agree too, and only sides are open. *)
Theorem equal_networks_one_layer n a b : complete n a -> complete n b ->
  length (hidden a) = 1%nat -> length (hidden b) = 1%nat ->
  general_position F (units n a) -> general_position F (units n b) ->
  ((forall o x, output_functions a o x = output_functions b o x) <->
   exists ps, map (of_first F) ps = units n a /\ Permutation (map (of_second F) ps) (units n b) /\
     (forall p, In p ps -> same_rows F p /\ same_weights F p) /\
     forall o x, value (direct n b o) x = value (direct n a o) x + turned F ps o x).
Proof.
  intros Wa Wb La Lb Ga Gb. rewrite <- (equal_one_layer F (direct n a) _ (direct n b)) by auto.
  split; intros H o x.
  - now rewrite <- (network_one_layer n a Wa La), <- (network_one_layer n b Wb Lb).
  - now rewrite (network_one_layer n a Wa La), (network_one_layer n b Wb Lb). Qed.

End FirstLayer.
