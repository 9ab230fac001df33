(** * In the canonical form the rows of each layer ascend; if no two are equal, sorting finds it

    The canonical form was defined as the least of all listings. Here is why sorting is enough: in
    the least listing the rows of each layer ascend, and where no two scaled rows of a layer are
    equal only one listing does. So layer by layer, scale the rows, write them in the new order of
    the layers before, and sort. If rows are equal (they can differ only in how they are read), the
    numbers of later layers decide. *)

From ExactRev Require Export TheoryIsomorphism.
Require Import Lia.

Lemma dictionary_after {X} (leb : X -> X -> bool) (ord : total_order leb) p : forall x y s t,
  dictionary leb (p ++ x :: s) (p ++ y :: t) = true -> leb x y = true.
Proof. induction p as [|a p IH]; intros x y s t H; simpl in H.
  - now apply andb_true_iff in H.
  - rewrite (leb_refl leb ord) in H. simpl in H. eauto. Qed.

(** Two lists of equal length are equal or part at some place. *)
Lemma first_difference (p : list key) : forall q, length p = length q ->
  p = q \/ exists c k p' l q', p = c ++ k :: p' /\ q = c ++ l :: q' /\ k <> l.
Proof. induction p as [|k p IH]; intros [|l q] L; simpl in L; try discriminate; auto.
  destruct (key_eqb k l) eqn:E.
  - apply key_eqb_iff in E. subst l.
    destruct (IH q) as [->|(c & k' & p' & l' & q' & -> & -> & D)]; auto.
    right. exists (k :: c), k', p', l', q'. auto.
  - apply key_eqb_false in E. right. exists [], k, p, l, q. auto. Qed.

Section Sorted.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation row_leb := (dictionary (@number_leb F)).

Variable A : table F.
Hypothesis lower : layered A.

(** The hidden neurons are named layer by layer. *)
Hypothesis in_order : forall p x q y r, map fst (hidden_names A) = p ++ x :: q ++ y :: r -> (x <= y)%N.

(** Neuron [k], scaled to size 1, as a row in the order [q]. *)
Definition row_in (q : list key) (k : key) : list F := scaled_row F A q k (gauge A k).

Definition ascending (q : list key) := forall q1 k q2 l q3, q = q1 ++ k :: q2 ++ l :: q3 ->
  fst k = fst l ->
  row_leb (row_in q k) (row_in q l) = true.

(** No two neurons of a layer have the same scaled row. *)
Definition distinct_rows := forall k l, In k (hidden_names A) -> In l (hidden_names A) ->
  fst k = fst l ->
  row_in (hidden_names A) k = row_in (hidden_names A) l -> k = l.

Lemma row_order : total_order row_leb.
Proof. apply dictionary_order, number_order. Qed.

Lemma listed q k : listing A q -> In k q -> In k (hidden_names A).
Proof. intros [P _]. now apply Permutation_in, Permutation_sym. Qed.

Lemma later_layer q q1 k q2 l q3 : listing A q -> q = q1 ++ k :: q2 ++ l :: q3 -> (fst k <= fst l)%N.
Proof. intros [_ E] ->. rewrite map_app in E. simpl in E. rewrite map_app in E. simpl in E.
  symmetry in E.
  exact (in_order _ _ _ _ _ E). Qed.

(** A neuron does not read its own layer or a later one. *)
Lemma no_weight k l : In k (hidden_names A) -> In l (hidden_names A) -> (fst k <= fst l)%N ->
  weight_of A k l = 0.
Proof. intros K L H. destruct (eq_or_neq F (weight_of A k l) 0) as [E|E]; auto.
  apply (lower k K) in E; auto. lia. Qed.

(** ** The least listing ascends *)

Lemma row_exchanged q1 k q2 l q3 r : weight_of A r k = 0 -> weight_of A r l = 0 ->
  row_in (q1 ++ l :: q2 ++ k :: q3) r = row_in (q1 ++ k :: q2 ++ l :: q3) r.
Proof. intros K L. unfold row_in, scaled_row. f_equal. f_equal. rewrite !map_app. simpl.
  rewrite !map_app. simpl.
  rewrite K, L. f_equal. f_equal; [ring|]. f_equal. f_equal. ring. Qed.

Theorem least_ascends q : listing A q ->
  (forall p, listing A p -> content_leb F (content A q) (content A p) = true) -> ascending q.
Proof.
  intros Q Least q1 k q2 l q3 E S.
  assert (Ik : In k (hidden_names A)) by (apply (listed q k Q); rewrite E; apply in_elt).
  assert (Il : In l (hidden_names A)).
  { apply (listed q l Q). rewrite E. apply in_or_app. right. right. apply in_elt. }
  assert (W : forall r, In r (hidden_names A) -> (fst r <= fst k)%N ->
    weight_of A r k = 0 /\ weight_of A r l = 0).
  { intros r R H. split; apply no_weight; auto. now rewrite <- S. }
  set (q' := q1 ++ l :: q2 ++ k :: q3).
  assert (Q' : listing A q').
  { destruct Q as [P M]. split.
    - eapply Permutation_trans; [exact P|]. rewrite E. unfold q'. apply Permutation_app_head.
      change (Permutation ((k :: q2) ++ l :: q3) ((l :: q2) ++ k :: q3)).
      eapply Permutation_trans; [apply Permutation_sym, Permutation_middle|].
      eapply Permutation_trans; [|apply Permutation_middle]. simpl. apply perm_swap.
    - rewrite <- M, E. unfold q'. rewrite !map_app. simpl. rewrite !map_app. simpl. now rewrite S. }
  assert (Rows : forall r, In r (q1 ++ [k; l]) -> row_in q' r = row_in q r).
  { intros r R. assert (In r (hidden_names A) /\ (fst r <= fst k)%N) as [Ir H].
    { apply in_app_or in R as [R|[<-|[<-|[]]]]; [|split; auto; lia|rewrite <- S; split; auto; lia].
      split; [apply (listed q r Q); rewrite E; apply in_or_app; now left|].
      apply in_split in R as (a & b & ->). apply (later_layer q a r b k (q2 ++ l :: q3) Q).
      rewrite E, <- app_assoc. reflexivity. }
    destruct (W r Ir H) as [Wk Wl]. rewrite E. now apply row_exchanged. }
  specialize (Least q' Q'). unfold content, content_leb in Least.
  change (map (fun k => scaled_row F A q k (gauge A k)) q) with (map (row_in q) q) in Least.
  change (map (fun k => scaled_row F A q' k (gauge A k)) q') with (map (row_in q') q') in Least.
  assert (M : map (row_in q') q' = map (row_in q) q1 ++ row_in q l :: map (row_in q') (q2 ++ k :: q3)).
  { unfold q' at 2. rewrite map_app. simpl. f_equal.
    - apply map_ext_in. intros r R. apply Rows. apply in_or_app. now left.
    - f_equal. apply Rows. apply in_or_app. right. simpl. auto. }
  rewrite M in Least. rewrite E in Least at 2. rewrite map_app in Least. simpl in Least.
  rewrite <- !app_assoc in Least. exact (dictionary_after _ row_order _ _ _ _ _ Least). Qed.

(** ** If rows are distinct, one listing ascends *)

Lemma row_by_prefix c p' q' k : In k (hidden_names A) -> length p' = length q' ->
  (forall m, In m p' -> weight_of A k m = 0) -> (forall m, In m q' -> weight_of A k m = 0) ->
  row_in (c ++ p') k = row_in (c ++ q') k.
Proof.
  intros K Len P Q. unfold row_in, scaled_row. f_equal. f_equal. rewrite !map_app. f_equal.
  assert (Z : forall l, (forall m, In m l -> weight_of A k m = 0) ->
    map (fun m => inv (gauge A k) * gauge A m * weight_of A k m) l = repeat 0 (length l)).
  { induction l as [|m l IH]; simpl; intro H; auto. rewrite (H m (or_introl eq_refl)), IH by auto.
    f_equal. ring. }
  now rewrite !Z, Len. Qed.

Lemma equal_rows_any_order p q k l : Permutation p q -> row_in p k = row_in p l ->
  row_in q k = row_in q l.
Proof.
  intros P. unfold row_in, scaled_row. intro H. inversion H as [[H0 H1]].
  apply app_split in H1 as [H1 H2]; [|now rewrite !map_length]. f_equal; auto. f_equal; auto.
  apply map_ext_in. intros m M. apply (ext_in_map H2). apply (Permutation_in _ (Permutation_sym P) M).
Qed.

Theorem one_listing_ascends p q : distinct_rows -> listing A p -> listing A q -> ascending p ->
  ascending q -> p = q.
Proof.
  intros D P Q Ap Aq. pose proof P as [Pp Mp]. pose proof Q as [Pq Mq].
  destruct (first_difference p q) as [E|(c & k & p' & l & q' & Ep & Eq & N)]; auto.
  { now rewrite <- (Permutation_length Pp), <- (Permutation_length Pq). }
  exfalso. apply N.
  assert (Perm : Permutation (k :: p') (l :: q')).
  { apply (Permutation_app_inv_l c). rewrite <- Ep, <- Eq.
    eapply Permutation_trans; [apply Permutation_sym, Pp|exact Pq]. }
  assert (S : fst k = fst l /\ map fst p' = map fst q').
  { assert (M : map fst p = map fst q) by (rewrite Mp; auto). rewrite Ep, Eq, !map_app in M.
    apply app_inv_head in M. simpl in M. inversion M. auto. }
  destruct S as [S Sm].
  assert (Lp : In l p').
  { assert (I : In l (k :: p')) by (apply (Permutation_in _ (Permutation_sym Perm)); now left).
    destruct I as [I|I]; [congruence|auto]. }
  assert (Kq : In k q').
  { assert (I : In k (l :: q')) by (apply (Permutation_in _ Perm); now left).
    destruct I as [I|I]; [congruence|auto]. }
  assert (Ik : In k (hidden_names A)) by (apply (listed p k P); rewrite Ep; apply in_elt).
  assert (Il : In l (hidden_names A)) by (apply (listed q l Q); rewrite Eq; apply in_elt).
  assert (Zp : forall r m, In r (hidden_names A) -> fst r = fst k -> In m (k :: p') ->
    weight_of A r m = 0).
  { intros r m R Er [<-|M]; [apply no_weight; auto; lia|].
    assert (Im : In m (hidden_names A)).
    { apply (listed p m P). rewrite Ep. apply in_or_app. right. now right. }
    apply no_weight; auto. rewrite Er. apply in_split in M as (a & b & ->).
      apply (later_layer p c k a m b P Ep). }
  assert (Zq : forall r m, In r (hidden_names A) -> fst r = fst k -> In m (l :: q') ->
    weight_of A r m = 0).
  { intros r m R Er M. apply Zp; auto. now apply (Permutation_in _ (Permutation_sym Perm)). }
  assert (Same : forall r, In r (hidden_names A) -> fst r = fst k -> row_in p r = row_in q r).
  { intros r R Er. rewrite Ep, Eq. apply row_by_prefix; auto. now apply Permutation_length. }
  assert (R1 : row_leb (row_in p k) (row_in p l) = true).
  { apply in_split in Lp as (a & b & ->). now apply (Ap c k a l b). }
  assert (R2 : row_leb (row_in q l) (row_in q k) = true).
  { apply in_split in Kq as (a & b & ->). apply (Aq c l a k b); auto. }
  rewrite <- !Same in R2 by auto. apply D; auto.
  apply (equal_rows_any_order p); [now apply Permutation_sym|]. now apply (leb_antisym _ row_order).
Qed.

End Sorted.

(** ** Sorting decides isomorphism *)

(** Names layer by layer. *)
Definition names_in_order {F} (A : table F) :=
  forall p x q y r, map fst (hidden_names A) = p ++ x :: q ++ y :: r -> (x <= y)%N.

Theorem sorting_decides_isomorphism (F : OrderedField) (A B : table F) p q :
  layered A -> layered B -> names_in_order A -> names_in_order B -> rows_nonzero A -> rows_nonzero B ->
  distinct_rows F A -> distinct_rows F B -> same_shape A B ->
  listing A p -> ascending F A p -> listing B q -> ascending F B q ->
  (isomorphic_tables A B <-> content B q = content A p).
Proof.
  intros LA LB OA OB RA RB DA DB Sh P Ap Q Aq. split; [|now apply shared_content].
  intro Iso.
  assert (Canon : forall C s, layered C -> names_in_order C -> distinct_rows F C -> listing C s ->
    ascending F C s ->
    content C s = least (content_leb F) [] (eligible every C)).
  { intros C s LC OC DC S As.
    assert (El : forall c, In c (eligible every C) <-> exists t, listing C t /\ content C t = c).
    { intro c. unfold eligible, every. rewrite filter_In, in_map_iff. split.
      - intros [(t & E & T) _]. exists t. split; auto. now apply listings_spec.
      - intros (t & T & E). split; auto. exists t. split; auto. now apply listings_spec. }
    destruct (proj1 (El (least (content_leb F) [] (eligible every C)))) as (t & T & E).
    { apply least_in; [apply content_order|]. intro N.
      assert (I : In (content C s) []) by (rewrite <- N; apply El; eauto).
      destruct I. }
    rewrite <- E. f_equal. apply (one_listing_ascends F C LC OC); auto. apply least_ascends; auto.
    intros r R. rewrite E. apply least_below; [apply content_order|]. apply El. eauto. }
  rewrite (Canon A p), (Canon B q) by auto.
  apply (canonical_form_decides_isomorphism F A B) in Iso; auto. unfold canonical_form in Iso.
    now inversion Iso. Qed.

(** The same for networks. *)
Lemma layers_in_order layers : forall l p x q y r,
  map fst (map fst (name_layers l layers)) = p ++ x :: q ++ y :: r -> (x <= y)%N.
Proof.
  induction layers as [|rows layers IH]; intros l p x q y r; simpl; [destruct p; discriminate|].
  rewrite !map_app, name_rows_layers. revert p.
    induction (length rows) as [|k IHk]; intros p E; simpl in E.
  - now apply IH in E.
  - destruct p as [|a p]; simpl in E; inversion E as [[E1 E2]]; [|rewrite <- E1 in E2;
    now apply IHk in E2].
    assert (I : In y (q ++ y :: r)) by apply in_elt. rewrite <- E2 in I.
    apply in_app_or in I as [I|I]; [apply repeat_spec in I; lia|].
    apply in_map_iff in I as (n & <- & I). apply name_layers_from in I. lia. Qed.

Theorem sorting_decides_isomorphism_of_networks (F : OrderedField) n a b p q : complete n a ->
  complete n b ->
  let A := table_of (F := F) n a in let B := table_of (F := F) n b in
  rows_nonzero A -> rows_nonzero B -> distinct_rows F A -> distinct_rows F B -> same_shape A B ->
  listing A p -> ascending F A p -> listing B q -> ascending F B q ->
  (isomorphic F a b <-> content B q = content A p).
Proof.
  intros Wa Wb A B Na Nb Da Db Sh P Ap Q Aq. unfold A, B in *.
  assert (Order : forall net, names_in_order (table_of (F := F) n net)).
  { intros net c x d y e E. exact (layers_in_order _ _ _ _ _ _ _ E). }
  rewrite <- (sorting_decides_isomorphism F _ _ p q) by auto using table_layered. split.
  - now apply isomorphic_networks_tables.
  - now apply isomorphic_tables_networks. Qed.
