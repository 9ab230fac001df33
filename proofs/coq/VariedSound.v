(** * The claim [not-isomorphic]: permuting and scaling commute with varying (format, section 8) *)

Require Import Lia.
From ExactRev Require Import TheoryIsomorphism TheoryReading.
From ExactRev Require Export Varied.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).

(** ** Powers and slopes *)

Fixpoint pw (k : nat) (x : F) : F := match k with O => 1 | S k => x * pw k x end.

Lemma of_Q_raised k q : Q_ (raised k q) = pw k (Q_ q).
Proof. induction k as [|k IH]; simpl; [apply of_Q_1|]. now rewrite of_Q_product, IH. Qed.

Lemma pw_mul k x y : pw k (x * y) = pw k x * pw k y.
Proof. induction k as [|k IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma pw_one k : pw k 1 = 1.
Proof. induction k as [|k IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma pw_zero k : k <> 0%nat -> pw k 0 = 0.
Proof. destruct k as [|k]; [tauto|]. intros _. simpl. ring. Qed.

Lemma pw_pos k x : 0 < x -> 0 < pw k x.
Proof. intro P. induction k as [|k IH]; simpl; [apply one_pos|now apply mul_pos]. Qed.

Definition bend_at (v : variation) (z : F) : F := (if le_dec 0 z then Q_ (above v) else Q_ (below v)) * z.

Lemma of_Q_bent v z : Q_ (bent v z) = bend_at v (Q_ z).
Proof.
  unfold bent, bend_at. rewrite of_Q_mul. destruct (q_nonneg z) eqn:E.
  - destruct (le_dec 0 (Q_ z)) as [L|L]; auto. elim L. now apply of_Q_nonneg.
  - destruct (le_dec 0 (Q_ z)) as [L|L]; auto. assert (Z : Q_ z = 0).
    { apply le_antisym; auto. apply of_Q_nonpos. unfold q_nonneg in E. unfold q_nonpos.
      apply Z.leb_gt in E. apply Z.leb_le. lia. }
    rewrite Z. ring. Qed.

Lemma bend_scale v c z : 0 < c -> bend_at v (c * z) = c * bend_at v z.
Proof.
  intro P. unfold bend_at. destruct (le_dec 0 (c * z)) as [H|H], (le_dec 0 z) as [G|G]; try ring.
  - elim G. now apply (mul_cancel_nonneg F c).
  - elim H. apply mul_nonneg; auto. now apply lt_le. Qed.

(** ** What is computed at a point *)

Definition told (m : known) : valuation F := fun k => match KeyMap.find k m with Some q => Q_ q | None => 0 end.
Definition extends (m m' : known) : Prop := forall k q, KeyMap.find k m = Some q -> KeyMap.find k m' = Some q.

Lemma extends_agrees m m' : extends m m' -> agrees F m (told m').
Proof. intros E k q H. unfold told. now rewrite (E k q H). Qed.

(** The z of a neuron in the varied network, and what it passes on. *)
Definition varies (v : variation) (w : valuation F) (n : key * row) (z : Q) : Prop :=
  Q_ z = row_value (varied_row (power v) (snd n)) w /\ w (fst n) = bend_at v (Q_ z).

Lemma know_varied_spec v ns : forall m zs m', know_varied v ns m = Some (zs, m') ->
  NoDup (map fst ns) -> (forall k, In k (map fst ns) -> KeyMap.find k m = None) ->
  extends m m' /\ Forall2 (varies v (told m')) ns zs.
Proof.
  induction ns as [|[k r] ns IH]; simpl; intros m zs m' H D N.
  - inversion H. subst. split; [intros k q; auto|constructor].
  - destruct (row_at m _) as [z|] eqn:Z; [|discriminate].
    destruct (know_varied v ns _) as [[zs' m1]|] eqn:K; [|discriminate]. inversion H. subst m1 zs. clear H.
    inversion D as [|? ? O D']. subst. destruct (IH _ _ _ K D') as [E R].
    { intros l L. rewrite KeyFacts.add_o. destruct (KeyMap.E.eq_dec k l) as [Q|Q]; [|now apply N; right].
      change (k = l) in Q. subst. contradiction. }
    assert (Em : extends m m').
    { intros l q L. apply E. rewrite KeyFacts.add_o. destruct (KeyMap.E.eq_dec k l) as [Q|Q]; auto.
      change (k = l) in Q. subst l. rewrite N in L by (now left). discriminate. }
    split; auto. constructor; auto. split; cbn [fst snd].
    + apply (row_at_value F m); auto. now apply extends_agrees.
    + unfold told. rewrite (E k (bent v z)); [apply of_Q_bent|]. rewrite KeyFacts.add_o.
      destruct (KeyMap.E.eq_dec k k) as [Q|Q]; auto. elim Q. reflexivity. Qed.

Lemma know_inputs_other xs k : forall i m, (fst k <> 0%N \/ (snd k < i)%N) ->
  KeyMap.find k (know_inputs i xs m) = KeyMap.find k m.
Proof. induction xs as [|x xs IH]; simpl; intros i m H; auto. rewrite IH by lia. rewrite KeyFacts.add_o.
  destruct (KeyMap.E.eq_dec (0%N, i) k) as [E|E]; auto. change ((0%N, i) = k) in E. subst k. simpl in H. lia. Qed.

Lemma know_inputs_find xs : forall i m j, (j < length xs)%nat ->
  KeyMap.find (0%N, (i + N.of_nat j)%N) (know_inputs i xs m) = Some (nth j xs 0%Q).
Proof. induction xs as [|x xs IH]; intros i m j J; simpl in J; [lia|]. cbn [know_inputs]. destruct j as [|j].
  - rewrite know_inputs_other by (cbn [fst snd]; lia). rewrite KeyFacts.add_o.
    destruct (KeyMap.E.eq_dec (0%N, i) (0%N, (i + N.of_nat 0)%N)) as [E|E]; auto. elim E.
    change ((0%N, i) = (0%N, (i + N.of_nat 0)%N)). f_equal. lia.
  - replace (i + N.of_nat (S j))%N with (N.succ i + N.of_nat j)%N by lia. apply IH. lia. Qed.

Definition at_input (xs : list Q) (w : valuation F) : Prop :=
  forall j, (j < length xs)%nat -> w (0%N, N.of_nat j) = Q_ (nth j xs 0%Q).

Lemma varied_at_spec v net xs zs ys : varied_at v net xs = Some (zs, ys) ->
  exists w, at_input xs w /\ Forall2 (varies v w) (named net) zs /\
    map Q_ ys = map (fun r => row_value (varied_row (power v) r) w) (output net).
Proof.
  unfold varied_at. intro H. destruct (know_varied _ _ _) as [[zs' m]|] eqn:K; [|discriminate].
  destruct (rows_at m _) as [ys'|] eqn:R; [|discriminate]. inversion H. subst zs' ys'. exists (told m).
  destruct (know_varied_spec v _ _ _ _ K (names_distinct _ _)) as [E Z].
  - intros k I. rewrite know_inputs_other; [apply KeyFacts.empty_o|]. apply name_layers_from in I. lia.
  - split; [|split; auto].
    + intros j J. pose proof (know_inputs_find xs 0 (KeyMap.empty Q) j J) as G. rewrite N.add_0_l in G.
      unfold told. now rewrite (E _ _ G).
    + apply (rows_at_value F m _ _ _ (extends_agrees m m (fun k q => id))) in R. now rewrite map_map in R. Qed.

(** ** Varied rows, number by number *)

Lemma ascends_above {X} (ltb : X -> X -> bool) (trans : forall a b c, ltb a b = true -> ltb b c = true -> ltb a c = true)
  l : forall a, ascends ltb (a :: l) = true -> forall b, In b l -> ltb a b = true.
Proof. induction l as [|c l IH]; intros a H b I; [destruct I|].
  change (ltb a c && ascends ltb (c :: l) = true) in H. apply andb_true_iff in H as [H1 H2].
  destruct I as [<-|I]; auto. apply (trans a c b); auto. Qed.

Lemma ascends_distinct {X} (ltb : X -> X -> bool) (trans : forall a b c, ltb a b = true -> ltb b c = true -> ltb a c = true)
  (irrefl : forall a, ltb a a = false) l : ascends ltb l = true -> NoDup l.
Proof. induction l as [|a l IH]; intro H; [constructor|]. constructor.
  - intro I. pose proof (ascends_above ltb trans l a H a I). rewrite irrefl in *. discriminate.
  - apply IH. destruct l as [|b l]; auto. change (ltb a b && ascends ltb (b :: l) = true) in H.
    now apply andb_true_iff in H. Qed.

Lemma plain_row_distinct r : plain_row r = true -> NoDup (map fst (inputs r)) /\ NoDup (map fst (neurons r)).
Proof.
  unfold plain_row. intro H. apply andb_true_iff in H as [H1 H2]. split.
  - apply (ascends_distinct N.ltb); auto; [|intro; apply N.ltb_irrefl]. intros a b c. rewrite !N.ltb_lt. lia.
  - apply (ascends_distinct key_ltb); auto.
    + intros a b c. unfold key_ltb. rewrite !orb_true_iff, !andb_true_iff, !N.ltb_lt, !N.eqb_eq. lia.
    + intro a. unfold key_ltb. rewrite N.eqb_refl, !N.ltb_irrefl. reflexivity. Qed.

(** The coefficient of a name that occurs once. *)
Lemma raised_coefficient {name} (eqb : name -> name -> bool) (spec : forall a b, eqb a b = true <-> a = b) k ts m :
  k <> 0%nat -> NoDup (map fst ts) ->
  sum_terms (raised_terms k ts) (fun i => if eqb i m then 1 else 0 : F) =
  pw k (sum_terms ts (fun i => if eqb i m then 1 else 0)).
Proof.
  intros K. induction ts as [|[i c] ts IH]; simpl; intro D; [now rewrite pw_zero|].
  inversion D as [|? ? O D']. subst. rewrite of_Q_raised. destruct (eqb i m) eqn:E; [|rewrite IH by auto].
  - apply spec in E. subst i. assert (Z : forall us : list (term name), ~ In m (map fst us) ->
      sum_terms us (fun i => if eqb i m then 1 else 0 : F) = 0).
    { clear -spec. induction us as [|[i c] us IH]; simpl; intro H; auto.
      destruct (eqb i m) eqn:E; [apply spec in E; subst; tauto|]. rewrite IH by tauto. ring. }
    rewrite !Z; auto.
    + replace (Q_ c * 1 + 0) with (Q_ c) by ring. ring.
    + unfold raised_terms. rewrite map_map. exact O.
  - replace (Q_ c * 0 + sum_terms ts (fun i0 => if eqb i0 m then 1 else 0)) with
      (sum_terms ts (fun i0 => if eqb i0 m then 1 else 0) : F) by ring. ring. Qed.

Lemma varied_row_value n net k r K (w : valuation F) : complete n net -> K <> 0%nat ->
  reader net k = Some r -> plain_row r = true ->
  let T := table_of (F := F) n net in
  row_value (varied_row K r) w = pw K (bias_of T k) +
    (sum_over F (input_names T) (fun i => pw K (weight_of T k i) * w i) +
     sum_over F (hidden_names T) (fun m => pw K (weight_of T k m) * w m)).
Proof.
  intros W Nz R P T. destruct W as [Fit W]. destruct (W k r R) as [Wi Wn].
  destruct (plain_row_distinct r P) as [Di Dn]. unfold T. simpl. rewrite R. unfold row_value, varied_row.
  cbn [bias inputs neurons]. rewrite of_Q_raised. f_equal. f_equal.
  - rewrite (sum_by_name F N.eqb N.eqb_eq (map N.of_nat (seq 0 n))).
    + rewrite !sum_over_map. apply sum_over_agree. intros i _. unfold coefficient. cbn [fst snd N.eqb].
      now rewrite (raised_coefficient N.eqb N.eqb_eq).
    + apply FinFun.Injective_map_NoDup; [intros i j; lia|apply seq_NoDup].
    + intros t I. apply in_map_iff in I as (u & <- & I). cbn [fst]. specialize (Wi u I). apply in_map_iff.
      exists (N.to_nat (fst u)). rewrite in_seq. lia.
  - rewrite (sum_by_name F key_eqb key_eqb_iff (map fst (named net)) w _ (names_distinct _ _)).
    + apply sum_over_agree. intros m M. unfold coefficient. apply name_layers_from in M.
      destruct (N.eqb_spec (fst m) 0); [lia|]. unfold weight. now rewrite (raised_coefficient key_eqb key_eqb_iff).
    + intros t I. apply in_map_iff in I as (u & <- & I). cbn [fst]. auto. Qed.

(** ** Isomorphic networks at one point *)

Lemma plain_reader net k r : plain net = true -> reader net k = Some r -> plain_row r = true.
Proof.
  unfold plain. rewrite forallb_forall. intros P R. assert (I : exists rows, In rows (hidden net ++ [output net]) /\ In r rows).
  { unfold reader in R. destruct (N.eqb _ _).
    - exists (output net). split; [apply in_or_app; right; now left|]. eapply nth_error_In; eauto.
    - apply neuron_row_some, TheoryReading.name_layers_rows in R as (rows & I & J). exists rows. split; auto.
      apply in_or_app. now left. }
  destruct I as (rows & I & J). specialize (P rows I). rewrite forallb_forall in P. auto. Qed.

Lemma nth_error_ext_maps {X Y} (f g : X -> Y) l : forall m, length l = length m ->
  (forall i x y, nth_error l i = Some x -> nth_error m i = Some y -> f x = g y) -> map f l = map g m.
Proof. induction l as [|x l IH]; intros [|y m] L H; try discriminate; auto. simpl. f_equal.
  - now apply (H 0%nat).
  - apply IH; [now inversion L|]. intros i. apply (H (S i)). Qed.

(** The z of a neuron, or an output, in the varied network. *)
Definition varied_z (v : variation) (net : network) (w : valuation F) (k : key) : F :=
  match reader net k with Some r => row_value (varied_row (power v) r) w | None => 0 end.

Section Pair.
Variables (v : variation) (n : nat) (a b : network) (ms : list (neuron_match F)) (wa wb : valuation F).
Hypotheses (power_nonzero : power v <> 0%nat) (whole_a : complete n a) (whole_b : complete n b)
  (plain_a : plain a = true) (plain_b : plain b = true).
Let TA := table_of (F := F) n a.
Let TB := table_of (F := F) n b.
Hypotheses (shape : same_shape TA TB) (names_b : map of_B ms = hidden_names TB)
  (names_a : Permutation (map of_A ms) (hidden_names TA))
  (layers_same : forall t, In t ms -> fst (of_B t) = fst (of_A t) /\ 0 < factor t) (same : alike TA TB ms).
Hypotheses (inputs_same : forall i, In i (input_names TA) -> wb i = wa i)
  (passes_a : forall k, In k (hidden_names TA) -> wa k = bend_at v (varied_z v a wa k))
  (passes_b : forall k, In k (hidden_names TB) -> wb k = bend_at v (varied_z v b wb k)).

Lemma names_of t : In t ms -> In (of_B t) (hidden_names TB) /\ In (of_A t) (hidden_names TA).
Proof. intro T. split; [rewrite <- names_b; now apply in_map|].
  apply (Permutation_in _ names_a). now apply in_map. Qed.

Lemma row_scaled t r s : In t (ms ++ output_matches TA) -> 0 < factor t ->
  reader b (of_B t) = Some r -> reader a (of_A t) = Some s ->
  (forall u, In u ms -> weight_of TB (of_B t) (of_B u) <> 0 -> wb (of_B u) = pw (power v) (factor u) * wa (of_A u)) ->
  row_value (varied_row (power v) r) wb = pw (power v) (factor t) * row_value (varied_row (power v) s) wa.
Proof.
  intros T C R S Known. set (K := power v) in *.
  rewrite (varied_row_value n b (of_B t) r K wb whole_b power_nonzero R (plain_reader _ _ _ plain_b R)).
  rewrite (varied_row_value n a (of_A t) s K wa whole_a power_nonzero S (plain_reader _ _ _ plain_a S)).
  fold TA TB. destruct (same t T) as (Eb & Ei & Ew). destruct shape as (Si & _).
  rewrite Eb, pw_mul, <- Si, <- names_b, sum_over_map.
  rewrite (sum_over_agree F (input_names TA) _ (fun i => pw K (factor t) * (pw K (weight_of TA (of_A t) i) * wa i))).
  2: { intros i I. rewrite (Ei i I), pw_mul, (inputs_same i I). ring. }
  rewrite (sum_over_agree F ms _ (fun u => pw K (factor t) * (pw K (weight_of TA (of_A t) (of_A u)) * wa (of_A u)))).
  2: { intros u U. specialize (Ew u U). destruct (eq_or_neq F (weight_of TB (of_B t) (of_B u)) 0) as [Z|Z].
    - rewrite Z in Ew. assert (Za : weight_of TA (of_A t) (of_A u) = 0).
      { apply (product_zero F (factor t)); [|now apply pos_nonzero]. rewrite <- Ew. ring. }
      rewrite Z, Za, pw_zero by exact power_nonzero. ring.
    - rewrite (Known u U Z).
      replace (pw K (weight_of TB (of_B t) (of_B u)) * (pw K (factor u) * wa (of_A u))) with
        (pw K (weight_of TB (of_B t) (of_B u)) * pw K (factor u) * wa (of_A u)) by ring.
      rewrite <- pw_mul, Ew, pw_mul. ring. }
  rewrite !sum_over_scale, <- (sum_over_permutation F _ _ _ names_a), sum_over_map. ring. Qed.

(** Neuron by neuron the z of B is that of A times the power of the factor. *)
Lemma z_scaled d : forall t, In t ms -> (N.to_nat (fst (of_B t)) <= d)%nat ->
  varied_z v b wb (of_B t) = pw (power v) (factor t) * varied_z v a wa (of_A t).
Proof.
  induction d as [|d IH]; intros t T D; destruct (names_of t T) as [Nb Na].
  - destruct (table_layered F n b whole_b _ Nb) as [L _]. lia.
  - unfold varied_z. assert (Rb : exists r, reader b (of_B t) = Some r).
    { rewrite (reader_neuron F n b) by exact Nb. now apply neuron_row_name. }
    assert (Ra : exists s, reader a (of_A t) = Some s).
    { rewrite (reader_neuron F n a) by exact Na. now apply neuron_row_name. }
    destruct Rb as [r R], Ra as [s S]. rewrite R, S.
    apply row_scaled; auto; [apply in_or_app; now left|now apply layers_same|].
    intros u U Z. destruct (names_of u U) as [Ub Ua]. rewrite (passes_b _ Ub), (passes_a _ Ua).
    destruct (table_layered F n b whole_b _ Nb) as [_ L]. specialize (L _ Ub Z).
    rewrite IH by (auto; lia). apply bend_scale. apply pw_pos. now apply layers_same. Qed.

Lemma neurons_scaled t : In t ms -> varied_z v b wb (of_B t) = pw (power v) (factor t) * varied_z v a wa (of_A t).
Proof. intro T. apply (z_scaled (N.to_nat (fst (of_B t)))); auto. Qed.

Lemma outputs_same : map (fun r => row_value (varied_row (power v) r) wb) (output b) =
  map (fun r => row_value (varied_row (power v) r) wa) (output a).
Proof.
  assert (Ol : output_layer a = output_layer b).
  { destruct shape as (_ & _ & _ & L). simpl in L. unfold output_layer. now rewrite L. }
  assert (Len : length (output a) = length (output b)).
  { destruct shape as (_ & _ & O & _). apply (f_equal (@length key)) in O. simpl in O.
    now rewrite !map_length, !seq_length in O. }
  apply nth_error_ext_maps. exact (eq_sym Len).
  intros i r s R S. set (o := (output_layer a, N.of_nat i)).
  assert (To : In (o, o, 1 : F) (output_matches TA)).
  { unfold output_matches. simpl. rewrite map_map. apply in_map_iff. exists i. split; auto.
    apply in_seq. assert (nth_error (output a) i <> None) as Ne by congruence. apply nth_error_Some in Ne. lia. }
  assert (Sa : reader a o = Some s) by (unfold reader, o; cbn [fst snd]; now rewrite N.eqb_refl, Nat2N.id).
  assert (Rb : reader b o = Some r) by (unfold reader, o; cbn [fst snd]; now rewrite Ol, N.eqb_refl, Nat2N.id).
  rewrite (row_scaled (o, o, 1) r s); auto.
  - unfold factor. simpl. rewrite pw_one. ring.
  - apply in_or_app. now right.
  - apply one_pos.
  - intros u U _. destruct (names_of u U) as [Ub Ua]. rewrite (passes_b _ Ub), (passes_a _ Ua), (neurons_scaled u U).
    apply bend_scale, pw_pos. now apply layers_same. Qed.

End Pair.

(** ** Positive multiples *)

Definition same_number (x y : F) : bool := if le_dec x y then (if le_dec y x then true else false) else false.
Definition is_positive (x : F) : bool := if le_dec x 0 then false else true.

Lemma same_number_iff x y : same_number x y = true <-> x = y.
Proof. unfold same_number. destruct (le_dec x y) as [L|L], (le_dec y x) as [G|G]; split; intro H; try discriminate; auto.
  - now apply le_antisym.
  - subst. tauto.
  - subst. elim L. apply le_refl.
  - subst. elim L. apply le_refl. Qed.

Lemma is_positive_iff x : is_positive x = true <-> 0 < x.
Proof. unfold is_positive, lt. destruct (le_dec x 0); split; intro H; auto; try discriminate; tauto. Qed.

Definition multiple_in_field (xs ys : list F) : bool :=
  let ps := combine xs ys in
  match find (fun p => negb (same_number (snd p) 0)) ps with
  | Some (x, y) => is_positive (x * y) && forallb (fun p => same_number (fst p * y) (x * snd p)) ps
  | None => forallb (fun x => same_number x 0) xs
  end.

Lemma find_map {X Y} (f : X -> Y) p l : find p (map f l) = option_map f (find (fun x => p (f x)) l).
Proof. induction l as [|x l IH]; simpl; auto. now destruct (p (f x)). Qed.

Lemma find_ext {X} (p q : X -> bool) l : (forall x, p x = q x) -> find p l = find q l.
Proof. intro H. induction l as [|x l IH]; simpl; auto. now rewrite H, IH. Qed.

Lemma forallb_map {X Y} (f : X -> Y) p l : forallb p (map f l) = forallb (fun x => p (f x)) l.
Proof. induction l as [|x l IH]; simpl; auto. now rewrite IH. Qed.

Lemma forallb_ext {X} (p q : X -> bool) l : (forall x, p x = q x) -> forallb p l = forallb q l.
Proof. intro H. induction l as [|x l IH]; simpl; auto. now rewrite H, IH. Qed.

Lemma combine_maps {X Y U V} (f : X -> U) (g : Y -> V) l : forall m,
  combine (map f l) (map g m) = map (fun p => (f (fst p), g (snd p))) (combine l m).
Proof. induction l as [|x l IH]; intros [|y m]; simpl; auto. now rewrite IH. Qed.

Lemma zero_in_field q : same_number (Q_ q) 0 = q_is_zero q.
Proof. apply eq_true_iff_eq. rewrite same_number_iff. split; intro H.
  - destruct (q_is_zero q) eqn:E; auto. now apply (of_Q_not_zero F) in E.
  - now apply of_Q_zero. Qed.

Lemma same_in_field p q : same_number (Q_ p) (Q_ q) = Qeq_bool p q.
Proof. apply eq_true_iff_eq. rewrite same_number_iff. split; intro H.
  - destruct (Qeq_bool p q) eqn:E; auto. now apply (of_Q_different F) in E.
  - now apply of_Q_same. Qed.

Lemma positive_in_field q : is_positive (Q_ q) = q_positive q.
Proof. apply eq_true_iff_eq. rewrite is_positive_iff. split; intro H.
  - now apply (positive_fraction F).
  - now apply of_Q_positive. Qed.

Lemma multiple_read xs ys : positive_multiple xs ys = multiple_in_field (map Q_ xs) (map Q_ ys).
Proof.
  unfold positive_multiple, multiple_in_field. cbv zeta. rewrite combine_maps, find_map.
  rewrite (find_ext (fun p : Q * Q => negb (same_number (snd (Q_ (fst p), Q_ (snd p))) 0))
    (fun p => negb (q_is_zero (snd p)))) by (intro p; cbn [fst snd]; now rewrite zero_in_field).
  destruct (find _ (combine xs ys)) as [[x y]|]; simpl.
  - rewrite <- of_Q_product, positive_in_field, forallb_map. f_equal. apply forallb_ext. intro p.
    cbn [fst snd]. now rewrite <- !of_Q_product, same_in_field.
  - rewrite forallb_map. apply forallb_ext. intro x. now rewrite zero_in_field. Qed.

Lemma same_scaled c x y : 0 < c -> same_number (c * x) (c * y) = same_number x y.
Proof. intro P. apply eq_true_iff_eq. rewrite !same_number_iff. split; [|now intros ->].
  intro E. apply (cancel F c); [now apply pos_nonzero|].
  replace (x * c) with (c * x) by ring. rewrite E. ring. Qed.

Lemma multiple_scaled c xs ys : 0 < c -> multiple_in_field (map (mul c) xs) ys = multiple_in_field xs ys.
Proof.
  intro P. unfold multiple_in_field. cbv zeta.
  assert (M : combine (map (mul c) xs) ys = map (fun p : F * F => (c * fst p, snd p)) (combine xs ys)).
  { clear P. revert ys. induction xs as [|x xs IH]; intros [|y ys]; simpl; auto. now rewrite IH. }
  rewrite M. clear M.
  rewrite find_map. cbn [fst snd]. destruct (find _ (combine xs ys)) as [[x y]|]; simpl.
  - rewrite forallb_map. f_equal.
    + apply eq_true_iff_eq. rewrite !is_positive_iff. replace (c * x * y) with (c * (x * y)) by ring. split; intro H.
      * now apply (mul_cancel_pos F c).
      * now apply mul_pos.
    + apply forallb_ext. intro p. cbn [fst snd]. rewrite <- (same_scaled c (fst p * y) (x * snd p) P). f_equal; ring.
  - rewrite forallb_map. apply forallb_ext. intro x. rewrite <- (same_scaled c x 0 P). f_equal. ring. Qed.

(** ** All points *)

Lemma rows_of_spec {X} (names : list X) columns (zs : list (X -> F)) :
  Forall2 (fun c z => map Q_ c = map z names) columns zs ->
  Forall2 (fun x p => fst p = x /\ map Q_ (snd p) = map (fun z => z x) zs) names (rows_of names columns).
Proof.
  induction 1 as [|c z columns zs E _ IH]; simpl.
  - induction names as [|x names IH]; simpl; constructor; auto.
  - revert c E. induction IH as [|x p names rows [P1 P2] _ IH']; intros [|q c] E; simpl in *; try discriminate; constructor.
    + cbn [fst snd]. split; [exact P1|]. cbn [map]. inversion E as [[Eq Ec]]. now rewrite P2.
    + apply IH'. now inversion E. Qed.

Definition counted_by (l : N) (zs : list Q) (zf : list (key -> F)) (k : key) : bool :=
  N.eqb (fst k) l && multiple_in_field (map (fun z => z k) zf) (map Q_ zs).

Lemma how_many_spec l zs names rows zf :
  Forall2 (fun x p => fst p = x /\ map Q_ (snd p) = map (fun z => z x) zf) names rows ->
  how_many l zs rows = size (filter (counted_by l zs zf) names).
Proof.
  intro H. unfold how_many. rewrite !size_length. f_equal. induction H as [|x p names rows [<- P] _ IH]; auto.
  cbn [filter]. assert (E : counted_by l zs zf (fst p) = N.eqb (fst (fst p)) l && positive_multiple (snd p) zs).
  { unfold counted_by. now rewrite multiple_read, P. }
  rewrite E. destruct (_ && _); simpl; auto. Qed.

Lemma filter_map_length {X Y} (f : X -> Y) p l : length (filter p (map f l)) = length (filter (fun x => p (f x)) l).
Proof. induction l as [|x l IH]; simpl; auto. destruct (p (f x)); simpl; auto. Qed.

Lemma filter_permutation {X} (p : X -> bool) l m : Permutation l m -> length (filter p l) = length (filter p m).
Proof. induction 1; simpl; auto.
  - destruct (p x); simpl; auto.
  - destruct (p x), (p y); simpl; auto.
  - congruence. Qed.

Section Points.
Variables (v : variation) (n : nat) (a b : network) (ms : list (neuron_match F)).
Hypotheses (power_nonzero : power v <> 0%nat) (whole_a : complete n a) (whole_b : complete n b)
  (plain_a : plain a = true) (plain_b : plain b = true).
Let TA := table_of (F := F) n a.
Let TB := table_of (F := F) n b.
Hypotheses (shape : same_shape TA TB) (names_b : map of_B ms = hidden_names TB)
  (names_a : Permutation (map of_A ms) (hidden_names TA))
  (layers_same : forall t, In t ms -> fst (of_B t) = fst (of_A t) /\ 0 < factor t) (same : alike TA TB ms).

Lemma passes_on net w zs : complete n net -> Forall2 (varies v w) (named net) zs ->
  map Q_ zs = map (varied_z v net w) (map fst (named net)) /\
  forall k, In k (map fst (named net)) -> w k = bend_at v (varied_z v net w k).
Proof.
  intros W Z. assert (R : forall k r, In (k, r) (named net) -> varied_z v net w k = row_value (varied_row (power v) r) w).
  { intros k r I. unfold varied_z. rewrite (reader_neuron F n net) by exact (in_map fst _ (k, r) I).
    now rewrite (neuron_row_in _ _ _ I). }
  assert (A : Forall2 (fun m z => Q_ z = varied_z v net w (fst m) /\ w (fst m) = bend_at v (varied_z v net w (fst m))) (named net) zs).
  { revert Z R. generalize (named net) as ns. induction 1 as [|[k r] z ns zs [E1 E2] _ IH]; intro R; constructor.
    - cbn [fst snd] in *. rewrite (R k r) by (now left). now rewrite E2, E1.
    - apply IH. intros. apply R. now right. }
  clear Z R. induction A as [|m z ns zs [E1 E2] _ [IH1 IH2]]; simpl; [split; auto; intros ? []|]. split.
  - now rewrite E1, IH1.
  - intros k [<-|I]; auto. Qed.

(** At one point: z of A and of B, which the factors relate, and equal outputs. *)
Lemma at_one_point xs ca cb : length xs = n -> varied_at v a xs = Some ca -> varied_at v b xs = Some cb ->
  exists za zb, map Q_ (fst ca) = map za (hidden_names TA) /\ map Q_ (fst cb) = map zb (hidden_names TB) /\
    (forall t, In t ms -> zb (of_B t) = pw (power v) (factor t) * za (of_A t)) /\ map Q_ (snd ca) = map Q_ (snd cb).
Proof.
  intros L Ca Cb. destruct ca as [za ya], cb as [zb yb].
  destruct (varied_at_spec v a xs za ya Ca) as (wa & Ia & Za & Ya).
  destruct (varied_at_spec v b xs zb yb Cb) as (wb & Ib & Zb & Yb).
  destruct (passes_on a wa za whole_a Za) as [Ma Pa], (passes_on b wb zb whole_b Zb) as [Mb Pb].
  assert (Inputs : forall i, In i (input_names TA) -> wb i = wa i).
  { intros i I. apply in_map_iff in I as (j & <- & J). apply in_seq in J. rewrite Ia, Ib by lia. reflexivity. }
  exists (varied_z v a wa), (varied_z v b wb). cbn [fst snd]. split; [exact Ma|]. split; [exact Mb|]. split.
  - intros t T. eapply neurons_scaled; eauto.
  - rewrite Ya, Yb. symmetry. eapply outputs_same; eauto. Qed.

Lemma at_points points : forall ca cb, Forall (fun xs => length xs = n) points ->
  collect (varied_at v a) points = Some ca -> collect (varied_at v b) points = Some cb ->
  exists za zb, Forall2 (fun c z => map Q_ c = map z (hidden_names TA)) (map fst ca) za /\
    Forall2 (fun c z => map Q_ c = map z (hidden_names TB)) (map fst cb) zb /\
    (forall t, In t ms -> map (fun z => z (of_B t)) zb = map (mul (pw (power v) (factor t))) (map (fun z => z (of_A t)) za)) /\
    Forall2 (fun c d => map Q_ (snd c) = map Q_ (snd d)) ca cb.
Proof.
  induction points as [|xs points IH]; simpl; intros ca cb L Ha Hb.
  - inversion Ha. inversion Hb. exists [], []. repeat split; constructor.
  - destruct (varied_at v a xs) as [c|] eqn:C; [|discriminate]. destruct (collect _ points) as [ca'|]; [|discriminate].
    destruct (varied_at v b xs) as [d|] eqn:D; [|discriminate]. destruct (collect (varied_at v b) points) as [cb'|]; [|discriminate].
    inversion Ha. inversion Hb. subst ca cb. pose proof (Forall_inv L) as Lx. pose proof (Forall_inv_tail L) as L'.
    destruct (at_one_point xs c d Lx C D) as (za & zb & E1 & E2 & E3 & E4).
    destruct (IH ca' cb' L' eq_refl eq_refl) as (zas & zbs & F1 & F2 & F3 & F4).
    exists (za :: zas), (zb :: zbs). split; [constructor; auto|]. split; [constructor; auto|]. split.
    + intros t T. simpl. now rewrite (E3 t T), (F3 t T).
    + constructor; auto. Qed.

Lemma neurons_do_not_differ points l zs : Forall (fun xs => length xs = n) points -> neurons_differ v a b points l zs = false.
Proof.
  intro L. unfold neurons_differ. destruct (collect (varied_at v a) points) as [ca|] eqn:Ca; auto.
  destruct (collect (varied_at v b) points) as [cb|] eqn:Cb; auto.
  destruct (at_points points ca cb L Ca Cb) as (za & zb & E1 & E2 & E3 & _).
  pose proof (how_many_spec l zs (map fst (named a)) _ za (rows_of_spec _ _ _ E1)) as Na.
  pose proof (how_many_spec l zs (map fst (named b)) _ zb (rows_of_spec _ _ _ E2)) as Nb.
  change (hidden_names TA) with (map fst (named a)) in Na. change (hidden_names TB) with (map fst (named b)) in Nb.
  rewrite Na, Nb. clear Na Nb.
  replace (size (filter (counted_by l zs zb) (map fst (named b)))) with (size (filter (counted_by l zs za) (map fst (named a))));
    [now rewrite N.eqb_refl, andb_false_r|].
  rewrite !size_length. f_equal. change (map fst (named a)) with (hidden_names TA). change (map fst (named b)) with (hidden_names TB).
  rewrite <- (filter_permutation _ _ _ names_a), <- names_b, !filter_map_length. f_equal. apply filter_ext_in. intros t T.
  unfold counted_by. destruct (layers_same t T) as [Ls Ps]. rewrite Ls, (E3 t T), multiple_scaled; auto. now apply pw_pos. Qed.

Lemma outputs_do_not_differ points i zs : Forall (fun xs => length xs = n) points -> output_differs v a b points i zs = false.
Proof.
  intro L. unfold output_differs. destruct (collect (varied_at v a) points) as [ca|] eqn:Ca; auto.
  destruct (collect (varied_at v b) points) as [cb|] eqn:Cb; auto.
  destruct (at_points points ca cb L Ca Cb) as (_ & _ & _ & _ & _ & E).
  destruct (output_values i ca) as [ys|] eqn:Y; auto. destruct (output_values i cb) as [us|] eqn:U; auto.
  assert (Same : map Q_ ys = map Q_ us).
  { unfold output_values in *. clear Ca Cb. revert ys us Y U. induction E as [|c d ca cb H _ IH]; simpl; intros ys us Y U.
    - inversion Y. inversion U. reflexivity.
    - rewrite at_number_spec in Y, U. destruct (nth_error (snd c) _) as [y|] eqn:Ey; [|discriminate].
      destruct (nth_error (snd d) _) as [u|] eqn:Eu; [|discriminate].
      destruct (collect _ ca) as [ys'|]; [|discriminate]. destruct (collect _ cb) as [us'|]; [|discriminate].
      inversion Y. inversion U. simpl. f_equal; [|now apply IH].
      apply (f_equal (fun l => nth_error l (N.to_nat i))) in H. rewrite !nth_error_map, Ey, Eu in H. now inversion H. }
  assert (B : same_numbers ys zs = same_numbers us zs).
  { apply eq_true_iff_eq. rewrite !(same_numbers_map F). now rewrite Same. }
  rewrite B. destruct (same_numbers us zs); reflexivity. Qed.

End Points.

(** ** The claim *)

Definition unlike_invariant (p q : network) (n : nat) (st : unlike_state) : Prop :=
  ul_a st = p /\ ul_b st = q /\ ul_width st = N.of_nat n /\
  (forall k, ul_power st = Some k -> k <> 0%nat) /\
  Forall (fun xs => length xs = n) (ul_points st) /\
  (ul_shown st = true -> ~ isomorphic_tables (table_of (F := F) n p) (table_of n q)).

(** An accepted certificate [not-isomorphic]: B is not A with the neurons of each hidden layer permuted and
    scaled by positive numbers of the field, and so not by rational ones. *)
Theorem not_isomorphic_sound a b steps :
  judged (not_isomorphic_start a b) not_isomorphic_take not_isomorphic_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    let n := N.to_nat (input_count a) in
    ~ isomorphic_tables (table_of (F := F) n p) (table_of n q) /\ ~ isomorphic F p q.
Proof.
  intro H. assert (S : exists p q, read_two a b = Some (p, q) /\ plain p = true /\ plain q = true /\
      not_isomorphic_start a b = Some (UnlikeState p q (input_count a) None None [] false)).
  { unfold judged, not_isomorphic_start in *. destruct (read_two a b) as [[p q]|]; [|discriminate].
    destruct (plain p && plain q) eqn:P; [|discriminate]. apply andb_true_iff in P as [P1 P2]. exists p, q. auto. }
  destruct S as (p & q & R & Pp & Pq & S). pose proof (read_two_spec _ _ _ R) as [Rp Rq]. cbn [fst snd] in Rp, Rq.
  assert (Same : input_count b = input_count a).
  { unfold read_two in R. rewrite Rp, Rq in R. destruct (_ && _) eqn:E; [|discriminate].
    apply andb_true_iff in E as [E _]. apply N.eqb_eq in E. auto. }
  exists p, q. split; auto. split; auto. cbv zeta. set (n := N.to_nat (input_count a)).
  pose proof (read_networks_are_complete _ _ Rp) as Wp. pose proof (read_networks_are_complete _ _ Rq) as Wq.
  rewrite Same in Wq. fold n in Wp, Wq.
  assert (Not : ~ isomorphic_tables (table_of (F := F) n p) (table_of n q));
    [|split; auto; intro I; apply Not; now apply isomorphic_networks_tables].
  destruct (judged_invariant _ _ _ _ (unlike_invariant p q n) H) as (st & (_ & _ & _ & _ & _ & J) & E); [| |now apply J].
  - intros st E. rewrite S in E. inversion E. subst. split; [reflexivity|]. split; [reflexivity|].
    split; [cbn [ul_width]; unfold n; now rewrite N2Nat.id|]. split; [discriminate|]. split; [constructor|discriminate].
  - clear H. intros st s st' (I1 & I2 & I3 & I4 & I5 & I6) T. unfold not_isomorphic_take in T. rewrite I1, I2 in T.
    assert (Shown : forall holds, shown_if st holds = Some st' ->
      (holds = true -> ~ isomorphic_tables (table_of (F := F) n p) (table_of n q)) -> unlike_invariant p q n st').
    { intros holds Hs N. unfold shown_if in Hs. destruct holds; [|discriminate]. inversion Hs. subst st'.
      do 5 (split; [assumption|]). auto. }
    destruct (ul_shown st); [discriminate|].
    destruct s as [|k|u w|xs|l zs|i zs]; destruct (ul_power st) as [k0|] eqn:Pw; destruct (ul_slopes st) as [[u0 w0]|] eqn:Sl;
      try discriminate.
    1,2: apply (Shown _ T); intros D ((_ & _ & _ & L) & _); simpl in L; rewrite L, Nat.eqb_refl in D; discriminate.
    1,2: destruct (_ && _) eqn:C; [|discriminate]; inversion T; subst st'; apply andb_true_iff in C as [C _];
      apply N.leb_le in C; split; [auto|]; split; [auto|]; split; [auto|]; split;
        [intros k1 K1; inversion K1; lia|]; split; [constructor|discriminate].
    + inversion T. subst st'. do 3 (split; [auto|]). split; [intros k1 K1; inversion K1; subst; now apply I4|].
      split; [constructor|discriminate].
    + destruct (N.eqb_spec (size xs) (ul_width st)) as [C|]; [|discriminate]. inversion T. subst st'.
      do 3 (split; [auto|]). split; [intros k1 K1; inversion K1; subst; now apply I4|]. split; [|discriminate].
      constructor; auto. rewrite size_length, I3 in C. lia.
    + apply (Shown _ T). intros D (Sh & ms & M1 & M2 & M3 & M4). apply andb_true_iff in D as [_ D].
      rewrite (neurons_do_not_differ (Variation k0 u0 w0) n p q ms) in D; auto; [discriminate|now apply Forall_rev].
    + apply (Shown _ T). intros D (Sh & ms & M1 & M2 & M3 & M4). apply andb_true_iff in D as [_ D].
      rewrite (outputs_do_not_differ (Variation k0 u0 w0) n p q ms) in D; auto; [discriminate|now apply Forall_rev]. Qed.

End Soundness.
