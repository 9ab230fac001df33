(** * The reductions: unread, off, on, merge, flip (format, section 6)

    A reduction changes the working form of a network and keeps its function: every valuation that
    solves the form before gives one that solves the form after, with the same inputs and outputs. *)

From ExactRev Require Export Network.
Require Import Lia.

(** ** Sums of terms *)

Definition key_compare (a b : key) : comparison :=
  match N.compare (fst a) (fst b) with Eq => N.compare (snd a) (snd b) | c => c end.

Lemma key_compare_eq a b : key_compare a b = Eq -> a = b.
Proof. unfold key_compare. destruct a as [l i], b as [m j]; simpl.
  destruct (N.compare_spec l m); try discriminate. subst.
  intro H. apply N.compare_eq in H. now subst. Qed.

(** The sum of two lists of terms.  Names are in ascending order, and stay so; that the sum is the
    right one does not depend on it. *)
Section Sums.
Context {name : Type} (compare : name -> name -> comparison).

Fixpoint plus (a : list (term name)) : list (term name) -> list (term name) :=
  fix plus_a (b : list (term name)) :=
    match a, b with
    | [], _ => b
    | _, [] => a
    | (k, c) :: a', (l, d) :: b' =>
        match compare k l with
        | Lt => (k, c) :: plus a' b
        | Gt => (l, d) :: plus_a b'
        | Eq => let s := q_add c d in if q_is_zero s then plus a' b' else (k, s) :: plus a' b'
        end
    end.

Definition scale (c : Q) (ts : list (term name)) : list (term name) :=
  map (fun t => (fst t, q_mul c (snd t))) ts.

Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Lemma plus_value (eq : forall k l, compare k l = Eq -> k = l) (v : name -> F) a : forall b,
  sum_terms (plus a b) v = sum_terms a v + sum_terms b v.
Proof.
  induction a as [|[k c] a IHa]; intro b.
  { destruct b; simpl; ring. }
  induction b as [|[l d] b IHb]. { simpl. ring. }
  cbn [plus]. destruct (compare k l) eqn:E.
  - apply eq in E. subst l. pose proof (of_Q_add F c d) as S.
    destruct (q_is_zero (q_add c d)) eqn:Z; cbn [sum_terms]; rewrite IHa.
    + apply (of_Q_zero F) in Z. rewrite Z in S.
      replace (of_Q c * v k + sum_terms a v + (of_Q d * v k + sum_terms b v))
        with ((of_Q c + of_Q d) * v k + (sum_terms a v + sum_terms b v)) by ring.
      rewrite <- S. ring.
    + rewrite S. ring.
  - cbn [sum_terms]. rewrite IHa. cbn [sum_terms]. ring.
  - cbn [sum_terms]. cbn [plus sum_terms] in IHb. rewrite IHb. ring. Qed.

Lemma scale_value c ts (v : name -> F) : sum_terms (scale c ts) v = of_Q c * sum_terms ts v.
Proof. induction ts as [|[k d] ts IH]; simpl; [ring|].
  fold (scale c ts). rewrite IH, of_Q_mul. ring. Qed.
End Sums.

(** Row [r] plus [c] times row [s]. *)
Definition add_multiple (r : row) (c : Q) (s : row) : row :=
  Row (q_add (bias r) (q_mul c (bias s)))
      (plus N.compare (inputs r) (scale c (inputs s)))
      (plus key_compare (neurons r) (scale c (neurons s))).

Definition scale_row (c : Q) (r : row) : row :=
  Row (q_mul c (bias r)) (scale c (inputs r)) (scale c (neurons r)).

(** ** Readers *)

Definition reads (n : key) (r : row) : bool :=
  existsb (fun t => key_eqb n (fst t)) (neurons r).

(** The coefficient of a neuron, and the other terms. *)
Fixpoint take_out (n : key) (ts : list (term key)) : Q * list (term key) :=
  match ts with
  | [] => (0%Q, [])
  | t :: ts =>
      let (c, rest) := take_out n ts in
      if key_eqb n (fst t) then (q_add (snd t) c, rest) else (c, t :: rest)
  end.

(** Change a row that reads [n]: [change] gets the coefficient and the row without it. *)
Definition in_reader (n : key) (change : Q -> row -> row) (r : row) : row :=
  if reads n r
  then let (c, rest) := take_out n (neurons r) in change c (Row (bias r) (inputs r) rest)
  else r.

(** ** Working forms and reductions *)

Record form := Form { left : list (key * row); results : list row }.

Definition working_form (net : network) : form := Form (named net) (output net).

Fixpoint row_of (n : key) (left : list (key * row)) : option row :=
  match left with
  | [] => None
  | (k, r) :: left => if key_eqb n k then Some r else row_of n left
  end.

Definition without (n : key) (left : list (key * row)) : list (key * row) :=
  filter (fun p => negb (key_eqb n (fst p))) left.

Definition change_readers (n : key) (change : Q -> row -> row) (f : form) : form :=
  Form (map (fun p => (fst p, in_reader n change (snd p))) (left f))
       (map (in_reader n change) (results f)).

Definition remove (n : key) (f : form) : form := Form (without n (left f)) (results f).

Definition has_reader (n : key) (f : form) : bool :=
  existsb (fun p => reads n (snd p)) (left f) || existsb (reads n) (results f).

Fixpoint all2 {A B : Type} (f : A -> B -> bool) (l : list A) (m : list B) : bool :=
  match l, m with
  | [], [] => true
  | a :: l, b :: m => f a b && all2 f l m
  | _, _ => false
  end.

(** Terms of the same values in the same order, with equal coefficients. *)
Definition same_terms {name} (eqb : name -> name -> bool) (ts us : list (term name)) : bool :=
  all2 (fun t u => eqb (fst t) (fst u) && Qeq_bool (snd t) (snd u)) ts us.

(** As [scale], without looking for lowest terms: for a comparison only. *)
Definition scale_to_compare {name} (c : Q) (ts : list (term name)) : list (term name) :=
  map (fun t => (fst t, (c * snd t)%Q)) ts.

(** Row [r] is [c] times row [s]. *)
Definition is_multiple (r : row) (c : Q) (s : row) : bool :=
  Qeq_bool (bias r) (c * bias s)%Q &&
  same_terms N.eqb (inputs r) (scale_to_compare c (inputs s)) &&
  same_terms key_eqb (neurons r) (scale_to_compare c (neurons s)).

Inductive reduction :=
  | Unread (n : key)
  | Off (n : key)
  | On (n : key)
  | Merge (n m : key) (c : Q)
  | Flip (n : key).

Definition no_input (r : row) : bool := match inputs r with [] => true | _ => false end.

(** The neurons that a row reads are neurons, and its bias and their coefficients pass a test. *)
Definition all_coefficients (test : Q -> bool) (r : row) : bool :=
  no_input r && test (bias r) &&
  forallb (fun t => negb (N.eqb (fst (fst t)) 0) && test (snd t)) (neurons r).

Definition reduce (s : reduction) (f : form) : option form :=
  match s with
  | Unread n =>
      match row_of n (left f) with
      | Some _ => if has_reader n f then None else Some (remove n f)
      | None => None
      end
  | Off n =>
      match row_of n (left f) with
      | Some r =>
          if all_coefficients q_nonpos r
          then Some (remove n (change_readers n (fun _ rest => rest) f)) else None
      | None => None
      end
  | On n =>
      match row_of n (left f) with
      | Some r =>
          if all_coefficients q_nonneg r
          then Some (remove n (change_readers n (fun c rest => add_multiple rest c r) f)) else None
      | None => None
      end
  | Merge n m c =>
      match row_of n (left f), row_of m (left f) with
      | Some r, Some s =>
          if negb (key_eqb n m) && N.leb (fst m) (fst n) && q_positive c && is_multiple r c s
          then Some (remove n (change_readers n
                 (fun w rest => add_multiple rest w (Row 0%Q [] [(m, c)])) f)) else None
      | _, _ => None
      end
  | Flip n =>
      match row_of n (left f) with
      | Some r =>
          if reads n r || N.eqb (fst n) 0 then None else
          let f' := change_readers n
            (fun w rest => add_multiple (add_multiple rest 1 (Row 0%Q [] [(n, w)])) w r) f in
          Some (Form (map (fun p => if key_eqb n (fst p) then (n, scale_row (-1) r) else p)
                       (left f')) (results f'))
      | None => None
      end
  end.

(** ** Why the reductions keep the function *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Implicit Type v : valuation F.

Lemma add_multiple_value r c s v :
  row_value (add_multiple r c s) v = row_value r v + of_Q c * row_value s v.
Proof. unfold row_value, add_multiple. cbn [bias inputs neurons].
  rewrite of_Q_add, of_Q_mul, !plus_value, !scale_value.
  - ring.
  - exact key_compare_eq.
  - intros k l. apply N.compare_eq. Qed.

Lemma scale_row_value c r v : row_value (scale_row c r) v = of_Q c * row_value r v.
Proof. unfold row_value, scale_row. cbn [bias inputs neurons].
  rewrite of_Q_mul, !scale_value. ring. Qed.

Lemma take_out_value n ts v :
  of_Q (fst (take_out n ts)) * v n + sum_terms (snd (take_out n ts)) v = sum_terms ts v.
Proof.
  induction ts as [|[k c] ts IH]; simpl; [rewrite of_Q_0; ring|]. rewrite <- IH.
  destruct (take_out n ts) as [d rest]. simpl. destruct (key_eqb n k) eqn:E; simpl; [|ring].
  apply key_eqb_iff in E. subst. rewrite of_Q_add. ring. Qed.

Lemma take_out_absent n ts t : In t (snd (take_out n ts)) -> fst t <> n.
Proof.
  induction ts as [|u ts IH]; simpl; [tauto|]. destruct (take_out n ts) as [d rest].
  destruct (key_eqb n (fst u)) eqn:E; simpl in *; auto. intros [<-|H]; auto.
  apply key_eqb_false in E. auto. Qed.

Lemma reads_false n r t : reads n r = false -> In t (neurons r) -> fst t <> n.
Proof. unfold reads. intros H I E. apply not_true_iff_false in H. apply H, existsb_exists.
  exists t. split; auto. apply key_eqb_iff. auto. Qed.

(** The valuation [v] with another value at [n]. *)
Definition override v (n : key) (y : F) : valuation F := fun k => if key_eqb n k then y else v k.

Lemma override_same v n y : override v n y n = y.
Proof. unfold override. now rewrite (proj2 (key_eqb_iff n n) eq_refl). Qed.

Lemma override_other v n y k : k <> n -> override v n y k = v k.
Proof. unfold override. intro H. destruct (key_eqb n k) eqn:E; auto.
  apply key_eqb_iff in E. congruence. Qed.

Lemma row_value_override r v n y : (forall t, In t (neurons r) -> fst t <> n) -> fst n <> 0%N ->
  row_value r (override v n y) = row_value r v.
Proof. intros H N. unfold row_value. f_equal. f_equal.
  - apply sum_terms_agree. intros t _. apply override_other. intro E. apply N. now rewrite <- E.
  - apply sum_terms_agree. intros t T. apply override_other. auto. Qed.

(** What a change of readers does to a row's value, if [change] makes up for the new value of
    [n] and a row that does not read [n] has the same value under both valuations. *)
Lemma in_reader_value n change v w r :
  (forall c rest, (forall t, In t (neurons rest) -> fst t <> n) ->
     row_value (change c rest) w = row_value rest v + of_Q c * v n) ->
  (forall s, (forall t, In t (neurons s) -> fst t <> n) -> row_value s w = row_value s v) ->
  row_value (in_reader n change r) w = row_value r v.
Proof.
  intros H G. unfold in_reader. destruct (reads n r) eqn:E.
  - pose proof (take_out_value n (neurons r) v) as T.
    pose proof (take_out_absent n (neurons r)) as A.
    destruct (take_out n (neurons r)) as [c rest]. rewrite H by auto.
    unfold row_value. cbn [bias inputs neurons]. rewrite <- T. simpl. ring.
  - apply G. intros t. now apply reads_false. Qed.

Definition result_values (f : form) v : list F := map (fun r => row_value r v) (results f).

(** The form [g] computes what [f] computes. *)
Definition keeps_function (f g : form) : Prop :=
  forall v, rectified v -> solves v (left f) ->
  exists w, rectified w /\ solves w (left g) /\ (forall i, w (0%N, i) = v (0%N, i)) /\
    result_values g w = result_values f v.

Lemma solves_row_of v n f r : solves v f -> row_of n f = Some r -> v n = relu (row_value r v).
Proof. induction 1 as [|[k s] f E H IH]; simpl; [discriminate|].
  destruct (key_eqb n k) eqn:K; auto. apply key_eqb_iff in K. subst.
  intro G. inversion G. subst. exact E. Qed.

Lemma solves_remove v n f : solves v f -> solves v (without n f).
Proof. unfold solves, without. rewrite !Forall_forall. intros H p P.
  apply filter_In in P. apply H. tauto. Qed.

(** Removing a neuron after its readers were changed, the other values staying as they are. *)
Lemma removal_keeps_function n change f :
  (forall v, rectified v -> solves v (left f) -> forall c rest,
     row_value (change c rest) v = row_value rest v + of_Q c * v n) ->
  keeps_function f (remove n (change_readers n change f)).
Proof.
  intros H v R S. specialize (H v R S). exists v. repeat split; auto.
  - apply solves_remove. unfold solves in *. cbn [left change_readers]. apply Forall_map.
    eapply Forall_impl; [|exact S]. intros [k r] E. cbn [fst snd] in *.
    rewrite in_reader_value with (v := v); auto.
  - unfold result_values. cbn [results remove change_readers]. rewrite map_map.
    apply map_ext. intro r. apply in_reader_value; auto. Qed.

Lemma same_terms_value {name} eqb (eqb_eq : forall a b : name, eqb a b = true -> a = b) ts :
  forall us (v : name -> F), same_terms eqb ts us = true -> sum_terms ts v = sum_terms us v.
Proof. induction ts as [|[k c] ts IH]; intros [|[l d] us] v H; simpl in *; try discriminate; auto.
  apply andb_true_iff in H as [H H2]. apply andb_true_iff in H as [H0 H1].
  apply eqb_eq in H0. cbn [fst snd] in H0, H1. subst. rewrite (of_Q_same F _ _ H1). erewrite IH; eauto. Qed.

Lemma scale_to_compare_value {name} c ts (v : name -> F) :
  sum_terms (scale_to_compare c ts) v = of_Q c * sum_terms ts v.
Proof. induction ts as [|[k d] ts IH]; simpl; [ring|].
  fold (scale_to_compare c ts). rewrite IH, of_Q_product. ring. Qed.

Lemma N_eqb_eq a b : N.eqb a b = true -> a = b. Proof. apply N.eqb_eq. Qed.
Lemma key_eqb_eq a b : key_eqb a b = true -> a = b. Proof. apply key_eqb_iff. Qed.

Lemma is_multiple_value r c s v :
  is_multiple r c s = true -> row_value r v = of_Q c * row_value s v.
Proof. unfold is_multiple. rewrite !andb_true_iff. intros [[B I] N]. unfold row_value.
  rewrite (of_Q_same F _ _ B), (same_terms_value _ N_eqb_eq _ _ _ I),
    (same_terms_value _ key_eqb_eq _ _ _ N), !scale_to_compare_value, of_Q_product. ring. Qed.

Lemma nonneg_row r v : rectified v -> all_coefficients q_nonneg r = true -> 0 <= row_value r v.
Proof. unfold all_coefficients, no_input. rewrite !andb_true_iff. intros R [[I B] N].
  unfold row_value. destruct (inputs r); [|discriminate]. apply add_nonneg; [now apply of_Q_nonneg|].
  simpl. replace (0 + sum_terms (neurons r) v) with (sum_terms (neurons r) v) by ring.
  induction (neurons r) as [|[k c] ts IH]; simpl in *; [apply le_refl|].
  rewrite !andb_true_iff, negb_true_iff, N.eqb_neq in N. destruct N as [[K C] N].
  apply add_nonneg; auto. apply mul_nonneg; auto. now apply of_Q_nonneg. Qed.

Lemma nonpos_row r v : rectified v -> all_coefficients q_nonpos r = true -> row_value r v <= 0.
Proof. unfold all_coefficients, no_input. rewrite !andb_true_iff. intros R [[I B] N].
  apply le_sub. unfold row_value. destruct (inputs r); [|discriminate].
  replace (0 - (of_Q (bias r) + (sum_terms [] (fun i => v (0%N, i)) + sum_terms (neurons r) v)))
    with (- of_Q (bias r) + - sum_terms (neurons r) v) by (simpl; ring).
  apply add_nonneg; [now apply opp_nonneg, of_Q_nonpos|].
  induction (neurons r) as [|[k c] ts IH]; simpl in *.
  { replace (- 0) with (0 : F) by ring. apply le_refl. }
  rewrite !andb_true_iff, negb_true_iff, N.eqb_neq in N. destruct N as [[K C] N].
  replace (- (of_Q c * v k + sum_terms ts v)) with (- of_Q c * v k + - sum_terms ts v) by ring.
  apply add_nonneg; auto. apply mul_nonneg; auto. now apply opp_nonneg, of_Q_nonpos. Qed.

Theorem reduce_sound s f g : reduce s f = Some g -> keeps_function f g.
Proof.
  destruct s as [n|n|n|n m c|n]; simpl; destruct (row_of n (left f)) as [r|] eqn:R; try discriminate.
  - (* unread *)
    destruct (has_reader n f); [discriminate|]. intro E. inversion E. intros v P S. exists v.
    repeat split; auto. now apply solves_remove.
  - (* off *)
    destruct (all_coefficients q_nonpos r) eqn:C; [|discriminate]. intro E. inversion E.
    apply removal_keeps_function. intros v P S w rest.
    rewrite (solves_row_of v n _ r S R), relu_of_nonpos by now apply nonpos_row. ring.
  - (* on *)
    destruct (all_coefficients q_nonneg r) eqn:C; [|discriminate]. intro E. inversion E.
    apply removal_keeps_function. intros v P S w rest.
    rewrite add_multiple_value, (solves_row_of v n _ r S R), relu_of_nonneg; auto.
    now apply nonneg_row.
  - (* merge *)
    destruct (row_of m (left f)) as [s|] eqn:M; [|discriminate].
    destruct (_ && _) eqn:C; [|discriminate]. intro E. inversion E.
    rewrite !andb_true_iff in C. destruct C as [[_ P] C].
    apply removal_keeps_function. intros v V S w rest.
    rewrite add_multiple_value, (solves_row_of v n _ r S R), (is_multiple_value _ _ _ v C).
    rewrite relu_scale by now apply lt_le, of_Q_positive.
    rewrite <- (solves_row_of v m _ s S M). unfold row_value at 2. simpl. rewrite of_Q_0. ring.
  - (* flip *)
    destruct (reads n r || N.eqb (fst n) 0) eqn:C; [discriminate|]. intro E. inversion E. clear E H0.
    apply orb_false_iff in C as [C N]. apply N.eqb_neq in N.
    intros v P S. set (w := override v n (relu (- row_value r v))).
    assert (G : forall s, (forall t, In t (neurons s) -> fst t <> n) ->
      row_value s w = row_value s v) by (intros; now apply row_value_override).
    assert (V : v n = row_value r v + w n).
    { unfold w. rewrite override_same, (solves_row_of v n _ r S R). apply relu_flip. }
    assert (Rw : row_value r w = row_value r v) by (apply G; intro; now apply reads_false).
    assert (H : forall s, row_value (in_reader n (fun c rest =>
        add_multiple (add_multiple rest 1 (Row 0 [] [(n, c)])) c r) s) w = row_value s v).
    { intro s. apply in_reader_value; auto. intros c rest A.
      rewrite !add_multiple_value, (G rest A), Rw, V. unfold row_value at 2. simpl.
      rewrite of_Q_0, of_Q_1. ring. }
    exists w. repeat split.
    + intros k K. unfold w, override. destruct (key_eqb n k); auto using relu_nonneg.
    + unfold solves in *. cbn [left]. apply Forall_map. cbn [left change_readers]. apply Forall_map.
      eapply Forall_impl; [|exact S]. intros [k s] E. cbn [fst snd] in *.
      destruct (key_eqb n k) eqn:K; cbn [fst snd].
      * rewrite scale_row_value, Rw. unfold w. rewrite override_same. f_equal.
        unfold of_Q. simpl. replace (inv 1) with (1 * inv 1 : F) by ring.
        rewrite inv_law by exact (one_is_not_zero F). ring.
      * rewrite H, <- E. unfold w. apply override_other. apply key_eqb_false in K. auto.
    + intro i. unfold w. apply override_other. intro E. apply N. now rewrite <- E.
    + unfold result_values. cbn [results change_readers]. rewrite map_map.
      apply map_ext. intro s. apply H. Qed.

Lemma keeps_function_trans f g h : keeps_function f g -> keeps_function g h -> keeps_function f h.
Proof. intros A B v P S. destruct (A v P S) as (w & P1 & S1 & I1 & E1).
  destruct (B w P1 S1) as (u & P2 & S2 & I2 & E2). exists u. repeat split; auto; congruence. Qed.

Lemma keeps_function_refl f : keeps_function f f.
Proof. intros v P S. exists v. auto. Qed.

End Soundness.
