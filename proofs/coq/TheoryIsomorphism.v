(** * Networks with nonzero rows are isomorphic if and only if their canonical forms are equal *)

From ExactRev Require Export TheoryCoefficients.
Require Import Lia.

Section Isomorphism.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).

(** A match of Matching.v, with its factor as a number of the field. *)
Definition in_field (t : key * key * Q) : neuron_match F := (fst t, Q_ (snd t)).

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
    assert (M : matched_values F (fun _ => 0) (fun _ => 0) ms) by (split; auto; apply Forall_forall;
      intros; ring).
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
    destruct (numbers_alike F a b n ms Wa Wb Nb Na p q r s c R S H) as (H1 & H2 & H3).
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
        rewrite !nth_error_map, R, S in Out. inversion Out as [E]. rewrite E. unfold factor. simpl.
          ring. Qed.

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
Proof. induction l as [|x l IH]; simpl; intro H; [apply rational_zero|]. destruct (le_dec _ _); auto.
Qed.

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

Lemma rational_matches (ms : list (neuron_match F)) :
  (forall t, In t ms -> rational (factor t) /\ 0 < factor t) ->
  exists qs, map in_field qs = ms /\ forall t, In t qs -> q_positive (snd t) = true.
Proof. induction ms as [|[k c] ms IH]; intro H.
  - exists []. split; auto; intros t [].
  - destruct IH as (qs & E & P); [intros t T; apply H; now right|].
    destruct (H (k, c) (or_introl eq_refl)) as [[q Q] C]. unfold factor in *. simpl in Q, C. subst c.
    exists ((k, q) :: qs). split; [simpl; now rewrite E|]. intros t [<-|T]; auto.
      now apply positive_fraction. Qed.

Theorem isomorphic_tables_networks n a b : complete n a -> complete n b ->
  rows_nonzero (table_of (F := F) n a) -> isomorphic_tables (table_of (F := F) n a) (table_of n b) ->
    isomorphic F a b.
Proof.
  intros Wa Wb Nz. set (A := table_of (F := F) n a) in *. set (B := table_of (F := F) n b) in *.
  intros (Sh & ms & MB & MA & Pos & Al). pose proof Sh as (_ & Hid & Out & Lay).
  destruct (rational_matches ms) as (qs & <- & P).
  { intros t T. destruct (Pos t T) as [_ C]. split; auto.
    assert (G : gauge B (of_B t) = factor t * gauge A (of_A t)).
    { unfold gauge. rewrite <- Lay. apply (gauge_below_alike F _ _ ms); auto. intros u U.
      now apply Pos. }
    assert (PA : 0 < gauge A (of_A t)).
    { apply gauge_positive; auto; [now apply table_layered|]. apply (Permutation_in _ MA).
      now apply in_map. }
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
    apply (values_alike F a b n qs Wa Wb MB MA p q r s c v w R S A1 A2); auto.
    intros u U. apply (A3 (in_field u)). now apply in_map. }
  exists qs. split; [exact MB|]. split; [exact MA|]. split; [|split; [exact Lay|split]].
  - apply Forall_forall. intros t T. apply (Pos (in_field t)). now apply in_map.
  - apply Forall_forall. intros t T. destruct (names_in F a b n qs MB MA t T) as [Ib Ia].
    destruct (neuron_row_name b _ Ib) as [r R]. destruct (neuron_row_name a _ Ia) as [s S].
    exists r, s. repeat split; auto using neuron_row_some.
    intros v w. apply (Rows (fst (fst t)) (snd (fst t)));
      [now rewrite (reader_neuron F n b)|now rewrite (reader_neuron F n a)|].
    apply in_or_app. left. apply in_map_iff. exists t. split; auto. destruct t as [[p q] c].
      reflexivity.
  - intros v w M. simpl in Out.
    assert (Len : length (output a) = length (output b)).
    { apply (f_equal (@length key)) in Out. now rewrite !map_length, !seq_length in Out. }
    apply nth_ext with (d := 0) (d' := 0); rewrite !map_length; auto. intros i I.
    destruct (nth_error (output a) i) as [s|] eqn:S; [|apply nth_error_None in S; lia].
    destruct (nth_error (output b) i) as [r|] eqn:R; [|apply nth_error_None in R; lia].
    rewrite (nth_error_nth _ _ _ (map_nth_error _ _ _ R)),
      (nth_error_nth _ _ _ (map_nth_error _ _ _ S)).
    assert (OL : output_layer a = output_layer b) by (unfold output_layer; f_equal; f_equal; exact Lay).
    rewrite (Rows (output_layer a, N.of_nat i) (output_layer a, N.of_nat i) r s 1) with (v := v);
      auto; [ring| | |].
    + unfold reader. cbn [fst snd]. now rewrite OL, N.eqb_refl, Nat2N.id.
    + unfold reader. cbn [fst snd]. now rewrite N.eqb_refl, Nat2N.id.
    + apply in_or_app. right. unfold output_matches. simpl. rewrite map_map. apply in_map_iff. exists i.
      split; auto. apply in_seq. lia. Qed.

(** ** The theorem

    Networks of [n] inputs in which no hidden neuron has a bias of 0 and no weights are isomorphic if
    and only if their canonical forms are equal; whatever the rule, if it is blind and leaves
    something. *)
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
