(** * Networks with nonzero rows are isomorphic if and only if their canonical forms are equal *)

From ExactRev Require Export TheoryNetworkTables.
Require Import Lia.

Section Isomorphism.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).

(** A match of Matching.v, with its factor as a number of the field. *)
Definition in_field (t : key * key * Q) : match_ F := (fst t, Q_ (snd t)).

(** ** From equal affine functions to equal coefficients *)

Section Coefficients.
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
  assert (D : forall (X : Type) (f : X -> key) l, NoDup (map f l) -> forall x y, In x l -> In y l -> f x = f y -> x = y).
  { intros X f l. induction l as [|z l IH]; simpl; intros N x y; [tauto|]. inversion N as [|? ? O N']. subst.
    intros [<-|I] [<-|J] E; auto; exfalso; apply O; [rewrite E|rewrite <- E]; now apply in_map. }
  intros T U. split; apply (D _ (fun t => _ (fst t)) ms); auto.
  - rewrite names_b. apply names_distinct.
  - apply (Permutation_NoDup (Permutation_sym names_a)). apply names_distinct. Qed.

Lemma sum_zero {X} (ks : list X) (v : X -> F) : (forall k, In k ks -> v k = 0) -> sum_over F ks v = 0.
Proof. intro H. rewrite (sum_over_agree F ks v (fun _ => 0) H). clear. induction ks as [|k ks IH]; simpl; auto.
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
    assert (Hid : forall net u, sum_over F (hidden_names (table_of (F := F) n net)) (fun k => u k * e k) = 0)
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
    { split; [intro i; destruct (Off (0%N, i) eq_refl) as [-> ->]; auto|]. apply Forall_forall. intros t T.
      destruct (match_by_name t u T U) as [Db Da]. unfold v, w.
      destruct (key_eqb (fst (fst t)) (fst (fst u))) eqn:E.
      - apply key_eqb_iff in E. apply Db in E. subst t. rewrite (proj2 (key_eqb_iff _ _) eq_refl). ring.
      - apply key_eqb_false in E. rewrite (proj2 (key_eqb_false _ _)); [ring|]. intro G. apply E. now rewrite (Da G). }
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
  change (table_of n a) with A. change (table_of n b) with B. change (input_names B) with (input_names A).
  rewrite Hb, <- names_b, sum_over_map.
  rewrite (sum_over_agree F (input_names A) _ (fun i => c * (weight_of A q i * v i))).
  2: { intros i I. rewrite (Hi i I). apply in_map_iff in I as (j & <- & _). rewrite M0. ring. }
  rewrite (sum_over_agree F ms _ (fun u => c * (weight_of A q (snd (fst u)) * v (snd (fst u))))).
  2: { intros u U. rewrite (M1 u U). replace (weight_of B p (fst (fst u)) * (Q_ (snd u) * v (snd (fst u))))
      with (weight_of B p (fst (fst u)) * Q_ (snd u) * v (snd (fst u))) by ring. rewrite (Hw u U). ring. }
  rewrite !sum_over_scale, <- (sum_over_permutation F _ _ _ names_a), sum_over_map. ring. Qed.

End Coefficients.

(** ** Isomorphic networks have isomorphic tables *)

Theorem isomorphic_networks_tables n a b : complete n a -> complete n b -> isomorphic F a b ->
  isomorphic_tables (table_of (F := F) n a) (table_of n b).
Proof.
  intros Wa Wb (ms & Nb & Na & Lay & Len & Rows & Out). rewrite Forall_forall in Lay.
  assert (Names : map fst (named a) = map fst (named b)).
  { apply same_names; auto. fold (named a) (named b). rewrite <- Nb.
    eapply Permutation_trans; [exact (Permutation_map fst (Permutation_sym Na))|].
    replace (map fst (map (fun t => snd (fst t)) ms)) with (map fst (map (fun t => fst (fst t)) ms));
      [apply Permutation_refl|].
    assert (E : forall f : key * key * Q -> key, map fst (map f ms) = map (fun t => fst (f t)) ms)
      by (intro; apply map_map).
    rewrite !E. apply map_ext_in. exact Lay. }
  assert (OutLen : length (output b) = length (output a)).
  { specialize (Out (fun _ => 0) (fun _ => 0)).
    assert (M : matched_values F (fun _ => 0) (fun _ => 0) ms) by (split; auto; apply Forall_forall; intros; ring).
    apply Out in M. apply (f_equal (@length F)) in M. now rewrite !map_length in M. }
  assert (OL : output_layer a = output_layer b) by (unfold output_layer; now rewrite Len).
  unfold rows_correspond in Rows. rewrite Forall_forall in Rows.
  assert (Alike : forall p q r s c, reader b p = Some r -> reader a q = Some s ->
    (forall v w, matched_values F v w ms -> row_value r w = c * row_value s v) ->
    bias_of (table_of (F := F) n b) p = c * bias_of (table_of n a) q /\
    (forall i, In i (input_names (table_of (F := F) n a)) ->
      weight_of (table_of (F := F) n b) p i = c * weight_of (table_of n a) q i) /\
    (forall u, In u (map in_field ms) ->
      weight_of (table_of n b) p (of_B u) * factor u = c * weight_of (table_of n a) q (of_A u))).
  { intros p q r s c R S H.
    destruct (numbers_alike a b n ms Wa Wb Nb Na p q r s c R S H) as (H1 & H2 & H3).
    repeat split; auto. intros u U. apply in_map_iff in U as (t & <- & T). now apply H3. }
  split; [|exists (map in_field ms); split; [|split; [|split]]].
  - repeat split; simpl; auto. now rewrite OL, OutLen.
  - rewrite map_map. exact Nb.
  - rewrite map_map. exact Na.
  - intros t T. apply in_map_iff in T as (u & <- & U). split; [now apply Lay|].
    destruct (Rows u U) as (_ & _ & _ & _ & P & _). now apply of_Q_positive.
  - intros t T. apply in_app_or in T as [T|T]; apply in_map_iff in T as (u & <- & U).
    + destruct (Rows u U) as (r & s & Ir & Is & _ & G). apply (Alike _ _ r s); auto.
      * rewrite (reader_neuron F n b) by (apply (in_map fst _ _ Ir)). now apply neuron_row_in.
      * rewrite (reader_neuron F n a) by (apply (in_map fst _ _ Is)). now apply neuron_row_in.
    + apply in_map_iff in U as (i & <- & I). apply in_seq in I.
      destruct (nth_error (output a) i) as [s|] eqn:S; [|apply nth_error_None in S; lia].
      destruct (nth_error (output b) i) as [r|] eqn:R; [|apply nth_error_None in R; lia].
      apply (Alike _ _ r s).
      * unfold reader, of_B. cbn [fst snd]. now rewrite OL, N.eqb_refl, Nat2N.id.
      * unfold reader, of_A. cbn [fst snd]. now rewrite N.eqb_refl, Nat2N.id.
      * intros v w M. specialize (Out v w M). apply (f_equal (fun l => nth_error l i)) in Out.
        rewrite !nth_error_map, R, S in Out. inversion Out as [E]. rewrite E. unfold factor. simpl. ring. Qed.

(** ** Isomorphic tables are of isomorphic networks

    The factors of the matches are rational, because the sizes of neurons are. *)

Definition rational (x : F) := exists q, x = Q_ q.

Lemma rational_mul x y : rational x -> rational y -> rational (x * y).
Proof. intros [p ->] [q ->]. exists (q_mul p q). now rewrite of_Q_mul. Qed.

Lemma rational_add x y : rational x -> rational y -> rational (x + y).
Proof. intros [p ->] [q ->]. exists (q_add p q). now rewrite of_Q_add. Qed.

Lemma rational_zero : rational 0. Proof. exists 0%Q. now rewrite of_Q_0. Qed.
Lemma rational_one : rational 1. Proof. exists 1%Q. now rewrite of_Q_1. Qed.

Lemma positive_fraction q : 0 < Q_ q -> q_positive q = true.
Proof. intro P. destruct (q_positive q) eqn:E; auto. exfalso. apply P. apply of_Q_nonpos.
  unfold q_positive in E. apply Z.ltb_ge in E. now apply Z.leb_le. Qed.

Lemma rational_inv x : 0 < x -> rational x -> rational (inv x).
Proof.
  intros P [q ->]. exists (Qmake (Zpos (Qden q)) (Z.to_pos (Qnum q))). apply of_Q_spec. cbn [Qnum Qden].
  pose proof (positive_fraction q P) as N. apply Z.ltb_lt in N. rewrite Z2Pos.id by auto.
  rewrite <- (of_Q_times F q). replace (inv (Q_ q) * (Q_ q * of_Z (Zpos (Qden q))))
    with (Q_ q * inv (Q_ q) * of_Z (Zpos (Qden q))) by ring.
  rewrite inv_law by now apply pos_nonzero. ring. Qed.

Lemma rational_absolute x : rational x -> rational (absolute x).
Proof. intros [q ->]. unfold absolute. destruct (le_dec _ _); [now exists q|]. exists (q_opp q).
  now rewrite of_Q_opp. Qed.

Lemma rational_greatest l : (forall x, In x l -> rational x) -> rational (greatest l).
Proof. induction l as [|x l IH]; simpl; intro H; [apply rational_zero|]. destruct (le_dec _ _); auto. Qed.

Lemma rational_terms {name} (ts : list (term name)) (p : name -> bool) :
  rational (sum_terms ts (fun k => if p k then 1 else 0)).
Proof. induction ts as [|[k c] ts IH]; simpl; [apply rational_zero|]. apply rational_add; auto.
  apply rational_mul; [now exists c|]. destruct (p k); [apply rational_one|apply rational_zero]. Qed.

Lemma rational_weight n net k m : rational (weight_of (table_of n net) k m).
Proof. simpl. destruct (reader net k); [|apply rational_zero]. unfold coefficient.
  destruct (N.eqb _ _); apply rational_terms. Qed.

Lemma rational_gauge n net d : forall k, rational (gauge_below F (table_of n net) d k).
Proof. induction d as [|d IH]; intro k; [apply rational_zero|]. cbn [gauge_below].
  destruct (le_dec _ 0).
  - apply rational_absolute. simpl. destruct (reader net k); [now eexists|apply rational_zero].
  - apply rational_greatest. intros x I. apply in_app_or in I as [I|I];
      apply in_map_iff in I as (m & <- & _).
    + apply rational_absolute, rational_weight.
    + apply rational_mul; auto. apply rational_absolute, rational_weight. Qed.

Lemma rational_matches (ms : list (match_ F)) :
  (forall t, In t ms -> rational (factor t) /\ 0 < factor t) ->
  exists qs, map in_field qs = ms /\ forall t, In t qs -> q_positive (snd t) = true.
Proof. induction ms as [|[k c] ms IH]; intro H.
  - exists []. split; auto; intros t [].
  - destruct IH as (qs & E & P); [intros t T; apply H; now right|].
    destruct (H (k, c) (or_introl eq_refl)) as [[q Q] C]. unfold factor in *. simpl in Q, C. subst c.
    exists ((k, q) :: qs). split; [simpl; now rewrite E|]. intros t [<-|T]; auto. now apply positive_fraction. Qed.

Theorem isomorphic_tables_networks n a b : complete n a -> complete n b ->
  rows_nonzero (table_of (F := F) n a) -> isomorphic_tables (table_of (F := F) n a) (table_of n b) -> isomorphic F a b.
Proof.
  intros Wa Wb Nz. set (A := table_of (F := F) n a) in *. set (B := table_of (F := F) n b) in *.
  intros (Sh & ms & MB & MA & Pos & Al). pose proof Sh as (_ & Hid & Out & Lay).
  destruct (rational_matches ms) as (qs & <- & P).
  { intros t T. destruct (Pos t T) as [_ C]. split; auto.
    assert (G : gauge B (of_B t) = factor t * gauge A (of_A t)).
    { unfold gauge. rewrite <- Lay. apply (gauge_below_alike F _ _ ms); auto. intros u U. now apply Pos. }
    assert (PA : 0 < gauge A (of_A t)).
    { apply gauge_positive; auto; [now apply table_layered|]. apply (Permutation_in _ MA). now apply in_map. }
    replace (factor t) with (gauge B (of_B t) * inv (gauge A (of_A t))).
    - apply rational_mul; [apply rational_gauge|]. apply rational_inv; auto. apply rational_gauge.
    - rewrite G. replace (factor t * gauge A (of_A t) * inv (gauge A (of_A t)))
        with (factor t * (gauge A (of_A t) * inv (gauge A (of_A t)))) by ring.
      rewrite inv_law by now apply pos_nonzero. ring. }
  rewrite map_map in MA, MB.
  assert (Rows : forall p q r s c, reader b p = Some r -> reader a q = Some s ->
    In (p, q, c) (map in_field qs ++ output_matches A) ->
    forall v w, matched_values F v w qs -> row_value r w = c * row_value s v).
  { intros p q r s c R S I v w M. destruct (Al _ I) as (A1 & A2 & A3).
    apply (values_alike a b n qs Wa Wb MB MA p q r s c v w R S A1 A2); auto.
    intros u U. apply (A3 (in_field u)). now apply in_map. }
  exists qs. split; [exact MB|]. split; [exact MA|]. split; [|split; [exact Lay|split]].
  - apply Forall_forall. intros t T. apply (Pos (in_field t)). now apply in_map.
  - apply Forall_forall. intros t T. destruct (names_in a b n qs MB MA t T) as [Ib Ia].
    destruct (neuron_row_name b _ Ib) as [r R]. destruct (neuron_row_name a _ Ia) as [s S].
    exists r, s. repeat split; auto using neuron_row_some.
    intros v w. apply (Rows (fst (fst t)) (snd (fst t))); [now rewrite (reader_neuron F n b)|now rewrite (reader_neuron F n a)|].
    apply in_or_app. left. apply in_map_iff. exists t. split; auto. destruct t as [[p q] c]. reflexivity.
  - intros v w M. simpl in Out.
    assert (Len : length (output a) = length (output b)).
    { apply (f_equal (@length key)) in Out. now rewrite !map_length, !seq_length in Out. }
    apply nth_ext with (d := 0) (d' := 0); rewrite !map_length; auto. intros i I.
    destruct (nth_error (output a) i) as [s|] eqn:S; [|apply nth_error_None in S; lia].
    destruct (nth_error (output b) i) as [r|] eqn:R; [|apply nth_error_None in R; lia].
    rewrite (nth_error_nth _ _ _ (map_nth_error _ _ _ R)), (nth_error_nth _ _ _ (map_nth_error _ _ _ S)).
    assert (OL : output_layer a = output_layer b) by (unfold output_layer; f_equal; f_equal; exact Lay).
    rewrite (Rows (output_layer a, N.of_nat i) (output_layer a, N.of_nat i) r s 1) with (v := v);
      auto; [ring| | |].
    + unfold reader. cbn [fst snd]. now rewrite OL, N.eqb_refl, Nat2N.id.
    + unfold reader. cbn [fst snd]. now rewrite N.eqb_refl, Nat2N.id.
    + apply in_or_app. right. unfold output_matches. simpl. rewrite map_map. apply in_map_iff. exists i.
      split; auto. apply in_seq. lia. Qed.

(** ** The theorem

    Networks of [n] inputs in which no hidden neuron has a bias of 0 and no weights are isomorphic if and
    only if their canonical forms are equal; whatever the rule, if it is blind and leaves something. *)
Theorem canonical_form_of_networks n a b rule : complete n a -> complete n b -> blind (F := F) rule ->
  let A := table_of (F := F) n a in let B := table_of (F := F) n b in
  rows_nonzero A -> rows_nonzero B -> eligible rule A <> [] -> eligible rule B <> [] ->
  (isomorphic F a b <-> canonical_form rule A = canonical_form rule B).
Proof.
  intros Wa Wb Bl A B Na Nb Ea Eb. unfold A, B in *.
  rewrite <- (canonical_form_decides F rule) by auto using table_layered. split.
  - now apply isomorphic_networks_tables.
  - now apply isomorphic_tables_networks. Qed.

Theorem isomorphic_if_and_only_if n a b : complete n a -> complete n b ->
  let A := table_of (F := F) n a in let B := table_of (F := F) n b in
  rows_nonzero A -> rows_nonzero B ->
  (isomorphic F a b <-> canonical_form every A = canonical_form every B).
Proof.
  intros Wa Wb A B Na Nb. unfold A, B in *.
  rewrite <- (canonical_form_decides_isomorphism F) by auto using table_layered. split.
  - now apply isomorphic_networks_tables.
  - now apply isomorphic_tables_networks. Qed.

End Isomorphism.
