(** * The canonical form decides isomorphism

    Scale every hidden neuron to size 1 (the gauge), list the neurons of each layer in every possible
    order, write each listing down as rows of numbers, and keep the least: that is the canonical
    form. Ties are no exception: among listings that tie, the numbers of later layers decide.

    Listing all orders is far too slow, and a program will look at a few. So the form is defined for
    any [rule] that says which contents are eligible, if only the rule does not see how the network
    was listed or scaled: [every] takes all. The search of exactrev/network/ordering.py is such a
    rule (eligible are the leaves of individualisation and refinement, which look at colours and
    weights only), until its budget is used up. *)

From ExactRev Require Export TheoryTables.
Require Import Lia.

Lemma map_fst_combine {X Y} (l : list X) : forall (m : list Y), length l = length m ->
  map fst (combine l m) = l.
Proof. induction l as [|a l IH]; intros [|b m] L; simpl in *; try discriminate; auto. rewrite IH; auto.
Qed.

Lemma map_snd_combine {X Y} (l : list X) : forall (m : list Y), length l = length m ->
  map snd (combine l m) = m.
Proof. induction l as [|a l IH]; intros [|b m] L; simpl in *; try discriminate; auto. rewrite IH; auto.
Qed.

Lemma app_split {X} (a : list X) : forall b c d, length a = length b -> a ++ c = b ++ d ->
  a = b /\ c = d.
Proof. induction a as [|x a IH]; intros [|y b] c d L H; simpl in *; try discriminate; auto.
  inversion H. destruct (IH b c d) as [-> ->]; auto. Qed.

Section Canonical.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation table := (table F).
Implicit Types (A B : table) (ms ns : list (neuron_match F)) (rule : table -> list (list F) -> bool).

(** ** Listings and their contents *)

(** The hidden neurons in another order, each in its layer. *)
Definition listing (A : table) (q : list key) :=
  Permutation (hidden_names A) q /\ map fst q = map fst (hidden_names A).

Definition listings (A : table) : list (list key) :=
  filter (fun q => if list_eq_dec N.eq_dec (map fst q) (map fst (hidden_names A)) then true else false)
    (permutations (hidden_names A)).

Lemma listings_spec A q : In q (listings A) <-> listing A q.
Proof. unfold listings, listing. rewrite filter_In, permutations_spec.
  destruct (list_eq_dec N.eq_dec _ _); intuition; discriminate. Qed.

(** The row of neuron or output [k], whose size is [t], with the earlier neurons read in the order
    [q]: all scaled to size 1. *)
Definition scaled_row (A : table) (q : list key) (k : key) (t : F) : list F :=
  inv t * bias_of A k :: map (fun i => inv t * weight_of A k i) (input_names A) ++
  map (fun m => inv t * gauge A m * weight_of A k m) q.

Definition content (A : table) (q : list key) : list (list F) :=
  map (fun k => scaled_row A q k (gauge A k)) q ++ map (fun o => scaled_row A q o 1) (output_names A).

Definition content_leb : list (list F) -> list (list F) -> bool := dictionary (dictionary number_leb).

Lemma content_order : total_order content_leb.
Proof. apply dictionary_order, dictionary_order, number_order. Qed.

(** ** The canonical form *)

Definition eligible (rule : table -> list (list F) -> bool) (A : table) : list (list (list F)) :=
  filter (rule A) (map (content A) (listings A)).

Definition canonical_form rule (A : table) :=
  (input_names A, hidden_names A, output_names A, layers A, least content_leb [] (eligible rule A)).

(** ** Neuron by neuron: equal contents are an isomorphism *)

(** Neurons are paired, and the gauges of partners differ by the factor. *)
Definition gauged (A B : table) (ms : list (neuron_match F)) := forall t, In t ms ->
  0 < gauge A (of_A t) /\ 0 < gauge B (of_B t) /\ gauge B (of_B t) = factor t * gauge A (of_A t).

Lemma inv_product (a b : F) : a <> 0 -> b <> 0 -> inv (a * b) = inv a * inv b.
Proof. intros A B. apply (cancel F (a * b)).
  - intro E. apply product_zero in E; auto.
  - replace (inv (a * b) * (a * b)) with ((a * b) * inv (a * b)) by ring.
    rewrite inv_law; [|intro E; apply product_zero in E; auto].
    replace (inv a * inv b * (a * b)) with ((a * inv a) * (b * inv b)) by ring.
      rewrite !inv_law by auto. ring. Qed.

Lemma inv_one : inv (1 : F) = 1.
Proof. replace (inv 1) with (1 * inv 1 : F) by ring. apply inv_law, one_is_not_zero. Qed.

(** A number of B's scaled row is that of A's, if and only if the number itself is the factor times. *)
Lemma scaled_equal (c tA tB x y : F) : 0 < tA -> 0 < tB -> tB = c * tA ->
  (inv tB * y = inv tA * x <-> y = c * x).
Proof. intros PA PB E. pose proof (pos_nonzero F _ PA) as NA. pose proof (pos_nonzero F _ PB) as NB.
  split.
  - intro H. replace y with (tB * inv tB * y) by (rewrite inv_law by auto; ring).
    replace (tB * inv tB * y) with (tB * (inv tB * y)) by ring. rewrite H, E.
    replace (c * tA * (inv tA * x)) with (c * x * (tA * inv tA)) by ring. rewrite inv_law by auto. ring.
  - intros ->. apply (cancel F tB); auto.
    replace (inv tB * (c * x) * tB) with (c * x * (tB * inv tB)) by ring. rewrite inv_law by auto.
      rewrite E.
    replace (inv tA * x * (c * tA)) with (c * x * (tA * inv tA)) by ring. rewrite inv_law by auto.
      ring. Qed.

Lemma scaled_rows_equal A B ms t (tA tB : F) : same_shape A B -> gauged A B ms ->
  0 < tA -> 0 < tB -> tB = factor t * tA ->
  (scaled_row B (map of_B ms) (of_B t) tB = scaled_row A (map of_A ms) (of_A t) tA <->
   bias_of B (of_B t) = factor t * bias_of A (of_A t) /\
   (forall i, In i (input_names A) -> weight_of B (of_B t) i = factor t * weight_of A (of_A t) i) /\
   (forall u, In u ms -> weight_of B (of_B t) (of_B u) * factor u =
     factor t * weight_of A (of_A t) (of_A u))).
Proof.
  intros (Si & _) G PA PB E. unfold scaled_row. rewrite <- Si, !map_map.
  assert (W : forall u, In u ms -> (inv tB * gauge B (of_B u) * weight_of B (of_B t) (of_B u) =
      inv tA * gauge A (of_A u) * weight_of A (of_A t) (of_A u) <->
    weight_of B (of_B t) (of_B u) * factor u = factor t * weight_of A (of_A t) (of_A u))).
  { intros u U. destruct (G u U) as (Ga & Gb & Ge). rewrite Ge.
    rewrite <- (scaled_equal (factor t) tA tB _ _ PA PB E). pose proof (pos_nonzero F _ Ga) as N.
      split; intro H.
    - apply (cancel F (gauge A (of_A u))); auto.
      replace (inv tB * (weight_of B (of_B t) (of_B u) * factor u) * gauge A (of_A u))
        with (inv tB * (factor u * gauge A (of_A u)) * weight_of B (of_B t) (of_B u)) by ring.
      rewrite H. ring.
    - replace (inv tB * (factor u * gauge A (of_A u)) * weight_of B (of_B t) (of_B u))
        with (inv tB * (weight_of B (of_B t) (of_B u) * factor u) * gauge A (of_A u)) by ring.
      rewrite H. ring. }
  pose proof (scaled_equal (factor t) tA tB) as S. split.
  - intro H. inversion H as [[H0 H1]]. apply S in H0; auto. split; auto.
    apply app_split in H1 as [H1 H2]; [|now rewrite !map_length]. split.
    + intros i I. apply S; auto. exact (ext_in_map H1 i I).
    + intros u U. apply W; auto. exact (ext_in_map H2 u U).
  - intros (H0 & H1 & H2). f_equal; [now apply S|]. f_equal; apply map_ext_in.
    + intros i I. apply S; auto.
    + intros u U. apply W; auto. Qed.

Lemma contents_equal A B ms : same_shape A B -> gauged A B ms ->
  (content B (map of_B ms) = content A (map of_A ms) <-> alike A B ms).
Proof.
  intros Sh G. unfold content. rewrite !map_map. pose proof Sh as (_ & _ & So & _). rewrite <- So.
  assert (One : 0 < (1 : F)) by apply one_pos. split.
  - intro H. apply app_split in H as [H1 H2]; [|now rewrite !map_length]. intros t T.
    apply in_app_or in T as [T|T].
    + destruct (G t T) as (Ga & Gb & Ge). apply (scaled_rows_equal A B ms t _ _ Sh G Ga Gb Ge).
      exact (ext_in_map H1 t T).
    + apply in_map_iff in T as (o & <- & O).
      apply (scaled_rows_equal A B ms (o, o, 1) 1 1 Sh G One One).
      * unfold factor. simpl. ring.
      * exact (ext_in_map H2 o O).
  - intro H. f_equal; apply map_ext_in.
    + intros t T. destruct (G t T) as (Ga & Gb & Ge).
      apply (scaled_rows_equal A B ms t _ _ Sh G Ga Gb Ge).
      apply H. apply in_or_app. now left.
    + intros o O. apply (scaled_rows_equal A B ms (o, o, 1) 1 1 Sh G One One).
      * unfold factor. simpl. ring.
      * apply H. apply in_or_app. right. unfold output_matches.
        now apply (in_map (fun o => (o, o, 1))). Qed.

Lemma alike_permuted A B ms ns : Permutation ms ns -> alike A B ms -> alike A B ns.
Proof. intros P H t T.
  assert (Q : Permutation ns ms) by now apply Permutation_sym.
  destruct (H t) as (H1 & H2 & H3).
  { apply in_app_or in T as [T|T]; apply in_or_app; auto. left. now apply (Permutation_in _ Q). }
  repeat split; auto. intros u U. apply H3. now apply (Permutation_in _ Q). Qed.

(** Isomorphic networks have the same contents, over all listings. *)
Lemma contents_of_isomorphic A B c : layered A -> rows_nonzero A -> isomorphic_tables A B ->
  (In c (map (content B) (listings B)) <-> In c (map (content A) (listings A))).
Proof.
  intros L R (Sh & ms & MB & MA & Pos & Al). pose proof Sh as (_ & Hid & _ & Sl).
  assert (G : gauged A B ms).
  { intros t T. destruct (Pos t T) as [_ C].
    assert (P : 0 < gauge A (of_A t)).
    { apply gauge_positive; auto. apply (Permutation_in _ MA). now apply in_map. }
    assert (E : gauge B (of_B t) = factor t * gauge A (of_A t)).
    { unfold gauge. rewrite <- Sl. apply (gauge_below_alike F A B ms); auto. intros u U. now apply Pos.
      }
    repeat split; auto. rewrite E. now apply mul_pos. }
  assert (K : forall ns, Permutation ms ns -> content B (map of_B ns) = content A (map of_A ns) /\
    map fst (map of_B ns) = map fst (map of_A ns)).
  { intros ns P. assert (Q : Permutation ns ms) by now apply Permutation_sym. split.
    - apply contents_equal; auto; [|now apply (alike_permuted A B ms)].
      intros t T. apply G. now apply (Permutation_in _ Q).
    - rewrite !map_map. apply map_ext_in. intros t T. apply Pos. now apply (Permutation_in _ Q). }
  rewrite !in_map_iff. split; intros (q & <- & I); apply listings_spec in I as [P E].
  - rewrite <- MB in P. apply Permutation_sym, Permutation_map_inv in P as (ns & -> & P).
    destruct (K ns P) as [K1 K2]. exists (map of_A ns). split; auto. apply listings_spec. split.
    + eapply Permutation_trans; [apply Permutation_sym, MA|]. now apply Permutation_map.
    + now rewrite <- K2, E, Hid.
  - assert (P' : Permutation q (map of_A ms)).
    { apply Permutation_sym. eapply Permutation_trans; [exact MA|exact P]. }
    apply Permutation_map_inv in P' as (ns & -> & P').
    destruct (K ns P') as [K1 K2]. exists (map of_B ns). split; auto. apply listings_spec. split.
    + rewrite <- MB. now apply Permutation_map.
    + now rewrite K2, E, Hid. Qed.

(** A content that two networks share is an isomorphism. *)
Lemma shared_content A B p q : layered A -> layered B -> rows_nonzero A -> rows_nonzero B ->
  same_shape A B ->
  listing A p -> listing B q -> content B q = content A p -> isomorphic_tables A B.
Proof.
  intros LA LB RA RB Sh [Pp Ep] [Pq Eq] H. split; auto. pose proof Sh as (_ & Hid & _).
  set (f := fun pair : key * key => (pair,
    gauge B (fst pair) * inv (gauge A (snd pair))) : neuron_match F).
  set (ms := map f (combine q p)).
  assert (Len : length q = length p).
  { rewrite <- (Permutation_length Pp), <- (Permutation_length Pq). now rewrite Hid. }
  assert (MB : map of_B ms = q) by (unfold ms; rewrite map_map; now apply map_fst_combine).
  assert (MA : map of_A ms = p) by (unfold ms; rewrite map_map; now apply map_snd_combine).
  assert (G : gauged A B ms).
  { intros t T. assert (IA : In (of_A t) (hidden_names A)).
    { apply (Permutation_in _ (Permutation_sym Pp)). rewrite <- MA. now apply in_map. }
    assert (IB : In (of_B t) (hidden_names B)).
    { apply (Permutation_in _ (Permutation_sym Pq)). rewrite <- MB. now apply in_map. }
    pose proof (gauge_positive F A _ LA RA IA) as GA. pose proof (gauge_positive F B _ LB RB IB) as GB.
    repeat split; auto. unfold ms in T. apply in_map_iff in T as (pr & <- & _).
    unfold of_A, of_B, factor in *. simpl in *.
    replace (gauge B (fst pr) * inv (gauge A (snd pr)) * gauge A (snd pr))
      with (gauge B (fst pr) * (gauge A (snd pr) * inv (gauge A (snd pr)))) by ring.
    rewrite inv_law by now apply pos_nonzero. ring. }
  assert (Al : alike A B ms) by (apply contents_equal; auto; now rewrite MA, MB).
  assert (Lay : forall t, In t ms -> fst (of_B t) = fst (of_A t)).
  { apply ext_in_map. rewrite <- (map_map of_B fst), <- (map_map of_A fst), MA, MB.
    exact (eq_trans Eq (eq_trans (f_equal (map fst) (eq_sym Hid)) (eq_sym Ep))). }
  assert (P : Permutation (hidden_names B) (map of_B ms)) by now rewrite MB.
  apply Permutation_map_inv in P as (ns & E & P). exists ns.
  assert (Q : Permutation ns ms) by now apply Permutation_sym. split; [now symmetry|].
  split; [|split; [|now apply (alike_permuted A B ms)]].
  - eapply Permutation_trans; [apply Permutation_map, Q|]. rewrite MA. now apply Permutation_sym.
  - intros t T. apply (Permutation_in _ Q) in T. split; [now apply Lay|].
    destruct (G t T) as (Ga & Gb & Ge). rewrite Ge in Gb.
    replace (factor t * gauge A (of_A t)) with (gauge A (of_A t) * factor t) in Gb by ring.
    now apply (mul_cancel_pos F (gauge A (of_A t))). Qed.

(** ** The theorem *)

(** The rule does not see how a network was listed and scaled. *)
Definition blind rule := forall A B c, layered A -> rows_nonzero A -> isomorphic_tables A B ->
  rule A c = rule B c.

Theorem canonical_form_decides rule A B : blind rule ->
  layered A -> layered B -> rows_nonzero A -> rows_nonzero B -> eligible rule A <> [] ->
    eligible rule B <> [] ->
  (isomorphic_tables A B <-> canonical_form rule A = canonical_form rule B).
Proof.
  intros Blind LA LB RA RB NA NB. split.
  - intro I. pose proof I as ((S1 & S2 & S3 & S4) & _). unfold canonical_form.
    rewrite S1, S2, S3, S4. f_equal. apply (least_same _ content_order). intro c. unfold eligible.
    rewrite !filter_In, (Blind A B c LA RA I), (contents_of_isomorphic A B c LA RA I). reflexivity.
  - unfold canonical_form. intro H. inversion H as [[S1 S2 S3 S4 E]].
    pose proof (least_in _ content_order [] _ NA) as IA.
      pose proof (least_in _ content_order [] _ NB) as IB.
    rewrite E in IA. unfold eligible in IA at 2. unfold eligible in IB at 2.
    apply filter_In in IA as [IA _]. apply filter_In in IB as [IB _].
    apply in_map_iff in IA as (p & Ep & P). apply in_map_iff in IB as (q & Eq & Q).
    apply (shared_content A B p q); try apply listings_spec; auto; [|congruence].
    repeat split; auto. Qed.

(** All contents are eligible. *)
Definition every : table -> list (list F) -> bool := fun _ _ => true.

(** Two networks with nonzero rows are isomorphic if and only if their canonical forms are equal. *)
Corollary canonical_form_decides_isomorphism A B :
  layered A -> layered B -> rows_nonzero A -> rows_nonzero B ->
  (isomorphic_tables A B <-> canonical_form every A = canonical_form every B).
Proof.
  intros. assert (N : forall C, eligible every C <> []).
  { intros C E. assert (I : In (content C (hidden_names C)) (eligible every C)).
    { apply filter_In. split; auto. apply in_map, listings_spec. split; auto. }
    rewrite E in I. destruct I. }
  apply canonical_form_decides; auto. intros ? ? ? _ _ _. reflexivity. Qed.

End Canonical.

Arguments listing {F} _ _. Arguments content {F} _ _. Arguments canonical_form {F} _ _.
  Arguments every {F} _ _.
Arguments blind {F} _. Arguments eligible {F} _ _.
