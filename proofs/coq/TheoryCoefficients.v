(** * Rows that are the same function of matching values have the same numbers, and conversely *)

From ExactRev Require Export TheoryNetworkTables.
Require Import Lia.

Section Coefficients.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).

Variables (a b : network) (n : nat) (ms : list (key * key * Q)).
Hypotheses (whole_a : complete n a) (whole_b : complete n b).
Let A := table_of (F := F) n a.
Let B := table_of (F := F) n b.
Hypothesis names_b : map (fun t => fst (fst t)) ms = hidden_names B.
Hypothesis names_a : Permutation (map (fun t => snd (fst t)) ms) (hidden_names A).

Lemma names_in t : In t ms -> In (fst (fst t)) (hidden_names B) /\ In (snd (fst t)) (hidden_names A).
Proof. intro T. split.
  - rewrite <- names_b. now apply (in_map (fun t => fst (fst t))).
  - apply (Permutation_in _ names_a). now apply (in_map (fun t => snd (fst t))). Qed.

(** A match is decided by either of its names. *)
Lemma match_by_name t u : In t ms -> In u ms ->
  (fst (fst t) = fst (fst u) -> t = u) /\ (snd (fst t) = snd (fst u) -> t = u).
Proof.
  assert (D : forall (X : Type) (f : X -> key) l, NoDup (map f l) -> forall x y, In x l -> In y l ->
    f x = f y -> x = y).
  { intros X f l. induction l as [|z l IH]; simpl; intros N x y; [tauto|]. inversion N as [|? ? O N'].
    subst.
    intros [<-|I] [<-|J] E; auto; exfalso; apply O; [rewrite E|rewrite <- E]; now apply in_map. }
  intros T U. split; apply (D _ (fun t => _ (fst t)) ms); auto.
  - rewrite names_b. apply names_distinct.
  - apply (Permutation_NoDup (Permutation_sym names_a)). apply names_distinct. Qed.

Lemma sum_zero {X} (ks : list X) (v : X -> F) : (forall k, In k ks -> v k = 0) -> sum_over F ks v = 0.
Proof. intro H. rewrite (sum_over_agree F ks v (fun _ => 0) H). clear.
  induction ks as [|k ks IH]; simpl; auto.
  rewrite IH. ring. Qed.

(** A sum in which one name counts. *)
Lemma sum_spike (ks : list key) (u : key -> F) m c : NoDup ks -> In m ks ->
  sum_over F ks (fun k => u k * (if key_eqb k m then c else 0)) = u m * c.
Proof. intros D. induction D as [|k ks N D IH]; simpl; [tauto|]. intros [->|I].
  - rewrite (proj2 (key_eqb_iff m m) eq_refl), sum_zero; [ring|]. intros k K.
    rewrite (proj2 (key_eqb_false k m)); [ring|]. intros ->. contradiction.
  - rewrite (IH I), (proj2 (key_eqb_false k m)); [ring|]. intros ->. contradiction. Qed.

Lemma inputs_distinct : NoDup (input_names A).
Proof. apply FinFun.Injective_map_NoDup; [|apply seq_NoDup]. intros i j E. inversion E. lia. Qed.

Lemma input_layer i : In i (input_names A) -> fst i = 0%N.
Proof. intro I. apply in_map_iff in I as (j & <- & _). reflexivity. Qed.

Lemma hidden_layer net k : In k (hidden_names (table_of (F := F) n net)) -> fst k <> 0%N.
Proof. intro K. apply neuron_name_layer in K. lia. Qed.

(** If the row [p] of B is [c] times the row [q] of A whenever values match, then so are the numbers. *)
Lemma numbers_alike p q r s (c : F) : reader b p = Some r -> reader a q = Some s ->
  (forall v w, matched_values F v w ms -> row_value r w = c * row_value s v) ->
  bias_of B p = c * bias_of A q /\
  (forall i, In i (input_names A) -> weight_of B p i = c * weight_of A q i) /\
  (forall u, In u ms -> weight_of B p (fst (fst u)) * Q_ (snd u) = c * weight_of A q (snd (fst u))).
Proof.
  intros R S H.
  assert (V : forall v w, matched_values F v w ms ->
    bias_of B p + (sum_over F (input_names A) (fun i => weight_of B p i * w i) +
      sum_over F (hidden_names B) (fun m => weight_of B p m * w m)) =
    c * (bias_of A q + (sum_over F (input_names A) (fun i => weight_of A q i * v i) +
      sum_over F (hidden_names A) (fun m => weight_of A q m * v m)))).
  { intros v w M. specialize (H v w M). rewrite (row_value_by_name F n b whole_b p r w R) in H.
    rewrite (row_value_by_name F n a whole_a q s v S) in H. exact H. }
  assert (Bias : bias_of B p = c * bias_of A q).
  { specialize (V (fun _ => 0) (fun _ => 0)). rewrite !sum_zero in V by (intros; ring).
    replace (bias_of B p) with (bias_of B p + (0 + 0)) by ring. rewrite V; [ring|]. split; auto.
    apply Forall_forall. intros t _. ring. }
  split; auto. split.
  - intros i I. set (e := fun k : key => if key_eqb k i then 1 : F else 0).
    assert (Off : forall net k, In k (hidden_names (table_of (F := F) n net)) -> e k = 0).
    { intros net k K. unfold e. rewrite (proj2 (key_eqb_false k i)); auto. intros ->.
      apply (hidden_layer net i K). now apply input_layer. }
    assert (In_ : forall u, sum_over F (input_names A) (fun k => u k * e k) = u i)
      by (intro u; unfold e; rewrite sum_spike by (auto using inputs_distinct); ring).
    assert (Hid : forall net u, sum_over F (hidden_names (table_of (F := F) n net)) (fun k => u k * e
      k) = 0)
      by (intros net u; apply sum_zero; intros k K; rewrite (Off net k K); ring).
    assert (M : matched_values F e e ms).
    { split; auto. apply Forall_forall. intros t T. destruct (names_in t T) as [Tb Ta].
      rewrite (Off b _ Tb), (Off a _ Ta). ring. }
    specialize (V e e M). rewrite !In_, (Hid b _ : sum_over F (hidden_names B) _ = 0),
      (Hid a _ : sum_over F (hidden_names A) _ = 0), Bias in V.
    replace (weight_of B p i) with (c * bias_of A q + (weight_of B p i + 0) - c * bias_of A q) by ring.
    rewrite V. ring.
  - intros u U. destruct (names_in u U) as [Ub Ua].
    set (w := fun k : key => if key_eqb k (fst (fst u)) then Q_ (snd u) else 0).
    set (v := fun k : key => if key_eqb k (snd (fst u)) then 1 : F else 0).
    assert (Off : forall k, fst k = 0%N -> w k = 0 /\ v k = 0).
    { intros k K. unfold v, w. rewrite !(proj2 (key_eqb_false _ _)); auto; intros ->;
        [apply (hidden_layer a _ Ua)|apply (hidden_layer b _ Ub)]; auto. }
    assert (M : matched_values F v w ms).
    { split; [intro i; destruct (Off (0%N, i) eq_refl) as [-> ->]; auto|]. apply Forall_forall.
      intros t T.
      destruct (match_by_name t u T U) as [Db Da]. unfold v, w.
      destruct (key_eqb (fst (fst t)) (fst (fst u))) eqn:E.
      - apply key_eqb_iff in E. apply Db in E. subst t. rewrite (proj2 (key_eqb_iff _ _) eq_refl). ring.
      - apply key_eqb_false in E. rewrite (proj2 (key_eqb_false _ _)); [ring|]. intro G. apply E.
        now rewrite (Da G). }
    assert (In_ : forall g, sum_over F (input_names A) (fun k => g k * w k) = 0 /\
        sum_over F (input_names A) (fun k => g k * v k) = 0).
    { intro g. split; apply sum_zero; intros k K; destruct (Off k (input_layer k K)) as [Ow Ov];
        rewrite ?Ow, ?Ov; ring. }
    specialize (V v w M). rewrite (proj1 (In_ _)), (proj2 (In_ _)) in V. unfold v, w in V.
    rewrite !sum_spike in V by (auto; apply names_distinct).
    rewrite Bias in V.
    replace (weight_of B p (fst (fst u)) * Q_ (snd u))
      with (c * bias_of A q + (0 + weight_of B p (fst (fst u)) * Q_ (snd u)) - c * bias_of A q) by ring.
    rewrite V. ring. Qed.

(** And back: alike numbers are rows that are the same function of matching values. *)
Lemma values_alike p q r s (c : F) v w : reader b p = Some r -> reader a q = Some s ->
  bias_of B p = c * bias_of A q ->
  (forall i, In i (input_names A) -> weight_of B p i = c * weight_of A q i) ->
  (forall u, In u ms -> weight_of B p (fst (fst u)) * Q_ (snd u) = c * weight_of A q (snd (fst u))) ->
  matched_values F v w ms -> row_value r w = c * row_value s v.
Proof.
  intros R S Hb Hi Hw [M0 M1]. rewrite Forall_forall in M1.
  rewrite (row_value_by_name F n b whole_b p r w R), (row_value_by_name F n a whole_a q s v S).
  change (table_of n a) with A. change (table_of n b) with B.
    change (input_names B) with (input_names A).
  rewrite Hb, <- names_b, sum_over_map.
  rewrite (sum_over_agree F (input_names A) _ (fun i => c * (weight_of A q i * v i))).
  2: { intros i I. rewrite (Hi i I). apply in_map_iff in I as (j & <- & _). rewrite M0. ring. }
  rewrite (sum_over_agree F ms _ (fun u => c * (weight_of A q (snd (fst u)) * v (snd (fst u))))).
  2: { intros u U. rewrite (M1 u U).
    replace (weight_of B p (fst (fst u)) * (Q_ (snd u) * v (snd (fst u))))
      with (weight_of B p (fst (fst u)) * Q_ (snd u) * v (snd (fst u))) by ring. rewrite (Hw u U).
        ring. }
  rewrite !sum_over_scale, <- (sum_over_permutation F _ _ _ names_a), sum_over_map. ring. Qed.

End Coefficients.
